/* The walk-forward engine: does the tasks of a plan on worker threads and hands their results to a sink in
 * plan order. The same plan gives the same bits, whatever the number of jobs and whatever was done before. */
#ifndef ALM_BACKTEST_BACKTEST_H
#define ALM_BACKTEST_BACKTEST_H

#include "backtest/plan.h"
#include "backtest/result.h"
#include "base/hooks.h"
#include "base/status.h"

struct alm_backtest_control {
    size_t jobs;      /* worker threads; 0: one per processor */
    const bool *done; /* [n_tasks] tasks to leave out because their results are stored; NULL: none */
    const struct alm_cancel *cancel; /* may be NULL */
    const struct alm_progress
        *progress; /* may be NULL; counts tasks, those done before included, and parts of fits */
    const struct alm_checkpoints *checkpoints; /* may be NULL; for plans with one forecaster that trains */
};

/* Runs the plan. A fit that fails, a series that is refused or a forecast that is not finite are results with
 * their reason; the run goes on. Returns ALM_INTERRUPTED when cancelled (what was delivered stays valid), the
 * sink's status when that fails, ALM_NOMEM and the like otherwise. */
enum alm_status alm_backtest_run(const struct alm_plan *plan, const struct alm_backtest_control *control,
                                 const struct alm_sink *sink, struct alm_error *error);

#endif
