/* Runs n independent tasks on worker threads and delivers their ends on the calling thread, in task order. */
#ifndef ALM_BASE_POOL_H
#define ALM_BASE_POOL_H

#include "base/hooks.h"
#include "base/status.h"

#include <stddef.h>

struct alm_pool_work {
    size_t n; /* tasks 0 .. n - 1 are started in this order */
    void *context;
    /* Does task index on a worker thread (worker is 0 .. jobs - 1). Results are kept by the context. A status
     * other than ALM_OK stops the pool. */
    enum alm_status (*run)(void *context, size_t index, size_t worker, struct alm_error *error);
    /* Called on the thread that called alm_pool_run, in task order, once for every task that succeeded while
     * no earlier one failed. May be NULL. A status other than ALM_OK stops the pool. */
    enum alm_status (*deliver)(void *context, size_t index, struct alm_error *error);
    /* Called on the calling thread for a finished task that is not delivered because the pool stops, so that
     * the context can release its result. May be NULL. */
    void (*discard)(void *context, size_t index);
    /* Tasks that may be finished and undelivered at any time, at least 4 * jobs. Where long tasks stand at
     * equal distances, that distance * jobs lets every job have one. */
    size_t look_ahead;
};

/* Runs work on jobs threads (0 means one per processor; with 1 everything runs on the calling thread). At
 * most look_ahead tasks are finished and undelivered at any time, so that memory does not grow with n.
 * Returns the first failure in task order among those seen, or ALM_INTERRUPTED when cancelled (tasks under
 * way are waited for). */
enum alm_status alm_pool_run(const struct alm_pool_work *work, size_t jobs, const struct alm_cancel *cancel,
                             struct alm_error *error);

/* Processors that this process may use; at least 1. */
size_t alm_pool_processors(void);

#endif
