/* What long work needs from its caller: a way to be stopped, to say how far it is, and to hand on what it
 * makes. */
#ifndef ALM_BASE_HOOKS_H
#define ALM_BASE_HOOKS_H

#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* A request to stop, set by another thread. Work checks it between small pieces and returns ALM_INTERRUPTED.
 */
struct alm_cancel {
    atomic_int requested; /* 0, or the number of the signal that asked */
};

/* cancel may be NULL: then nothing is ever requested. */
static inline bool alm_cancelled(const struct alm_cancel *cancel)
{
    return cancel != NULL && atomic_load_explicit(&cancel->requested, memory_order_relaxed) != 0;
}

/* Where progress goes. Called from any thread of the work, never after the work returned. */
struct alm_progress {
    void *context;
    /* activity is a short phrase ("training lstm"), unit what is counted ("epochs"); total 0 means unknown.
     */
    void (*report)(void *context, const char *activity, double done, double total, const char *unit);
};

/* progress may be NULL. */
static inline void alm_progress_report(const struct alm_progress *progress, const char *activity, double done,
                                       double total, const char *unit)
{
    if (progress != NULL && progress->report != NULL)
        progress->report(progress->context, activity, done, total, unit);
}

/* Where the bytes of a result go, piece by piece. The first status that is not ALM_OK ends the work with it.
 */
struct alm_output {
    void *context;
    enum alm_status (*write)(void *context, const char *bytes, size_t n, struct alm_error *error);
};

#endif
