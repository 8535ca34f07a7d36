/* The result of one task with the memory behind it. Not for other rooms. */
#ifndef ALM_BACKTEST_TASK_H
#define ALM_BACKTEST_TASK_H

#include "backtest/fit.h"
#include "backtest/result.h"

struct alm_task_data {
    struct alm_task_result result;
    struct alm_series_result *series;  /* [n_series] */
    struct alm_fold_forecast forecast; /* what series points into */
    struct alm_task_epoch *epoch;
};

/* Forecasts the task's fold with fit and gathers everything a result holds. Times and actuals are those of
 * the plan's series. Release with alm_task_free. */
enum alm_status alm_task_create(struct alm_task_data **out, const struct alm_plan *plan, size_t task,
                                const struct alm_fit *fit, struct alm_error *error);
void alm_task_free(struct alm_task_data *data);

/* The series' own values, in the form that fits and forecasts take them: those of the n_series series, then
 * those of the alm_plan_covariates covariates of each; to be freed by the caller. */
enum alm_status alm_plan_values(const double *const **out, const struct alm_plan *plan,
                                struct alm_error *error);

#endif
