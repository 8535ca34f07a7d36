/* What long work needs from its caller: a way to be stopped, to say how far it is, and to hand on what it
 * makes. */
#ifndef ALM_BASE_HOOKS_H
#define ALM_BASE_HOOKS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A request to stop: zeroed by its owner, set by any thread or by a signal handler. Work checks it between
 * small pieces and returns ALM_INTERRUPTED. Read and written through the functions below alone. */
struct alm_cancel {
    int requested; /* 0, or the number of the signal that asked */
};

/* Asks to stop. number tells why and is not 0; with 0 the request is taken back, before the next work. */
static inline void alm_cancel_request(struct alm_cancel *cancel, int number)
{
    __atomic_store_n(&cancel->requested, number, __ATOMIC_RELAXED);
}

/* The number that was asked with, 0: nothing was. cancel may be NULL: then nothing is ever requested. */
static inline int alm_cancel_number(const struct alm_cancel *cancel)
{
    return cancel == NULL ? 0 : __atomic_load_n(&cancel->requested, __ATOMIC_RELAXED);
}

/* Whether it was asked to stop; cancel may be NULL. */
static inline bool alm_cancelled(const struct alm_cancel *cancel)
{
    return alm_cancel_number(cancel) != 0;
}

/* Where progress goes. Called from any thread of the work, never after the work returned; often, so it should
 * be quick. It may ask to stop, and may not call back into the workbench. */
struct alm_progress {
    void *context;
    /* activity is a short phrase ("training lstm"), unit what is counted ("epochs"), both valid during the
     * call; total 0 means unknown. */
    void (*report)(void *context, const char *activity, double done, double total, const char *unit);
};

/* progress may be NULL. */
static inline void alm_progress_report(const struct alm_progress *progress, const char *activity, double done,
                                       double total, const char *unit)
{
    if (progress != NULL && progress->report != NULL)
        progress->report(progress->context, activity, done, total, unit);
}

/* Where the bytes of a result go, piece by piece. The first status that is not ALM_OK ends the work with it;
 * a writer that fails says why with alm_fail. */
struct alm_output {
    void *context;
    enum alm_status (*write)(void *context, const char *bytes, size_t n, struct alm_error *error);
};

#ifdef __cplusplus
}
#endif

#endif
