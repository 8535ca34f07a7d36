/* What the tests by step need of a run, gathered from its rows. Not for other rooms. */
#ifndef ALM_BACKTEST_COMPARISON_STEPS_H
#define ALM_BACKTEST_COMPARISON_STEPS_H

#include "backtest/evaluation.h"
#include "backtest/mincer_zarnowitz.h"

/* One step of one forecaster that forecasts numbers, over all folds. Over several series all is divided by
 * the MASE scale; series without a positive one are left out. Changes are those from the last value. */
struct alm_step_scores {
    size_t forecaster, step; /* step from 1 */
    double *difference; /* [n_differences] mean over series of |e| - |e of naive|, of folds that have any */
    struct alm_origin_moments
        *moments; /* [n_moments] of forecast and actual changes, of folds that have any */
    size_t n_differences, n_moments;
    size_t n_directions, hits, forecasts_up, actuals_up; /* changes, neither of which is 0 */
};

/* Calls take for every forecaster and step, in order of steps. The rows are read once, or as often as it
 * takes so that what is gathered stays small. Stops at the first status that is not ALM_OK. */
enum alm_status alm_steps_each(const struct alm_evaluation *evaluation, const struct alm_task_source *source,
                               void *context,
                               enum alm_status (*take)(void *context, const struct alm_step_scores *scores,
                                                       struct alm_error *error),
                               struct alm_error *error);

#endif
