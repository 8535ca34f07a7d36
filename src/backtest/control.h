/* The permuted-target control: the plan once more on series whose changes stand in a random order. Nothing
 * about them can be foretold, so that a forecaster that beats naive there has seen what it forecasts. */
#ifndef ALM_BACKTEST_CONTROL_H
#define ALM_BACKTEST_CONTROL_H

#include "backtest/backtest.h"
#include "backtest/evaluation.h"

/* Runs plan's forecasters on the permuted series and fills out [plan->n_forecasters] with their leaderboard,
 * in the order of plan's forecasters. *made is false, and nothing is run, when a series is categorical or a
 * forecaster is of classes. Costs about one run; control->done is ignored. */
enum alm_status alm_control_run(struct alm_leader *out, bool *made, const struct alm_plan *plan,
                                const struct alm_backtest_control *control, struct alm_error *error);

/* y [n] with the changes between its present values in an order drawn from key (changes of the logarithm when
 * all are positive), so that first and last value and what is missing stay. ALM_NOMEM only. */
enum alm_status alm_permute_changes(double *y, size_t n, uint64_t key, struct alm_error *error);

#endif
