#include "backtest/task.h"

#include "base/memory.h"
#include "series/loss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum alm_status alm_plan_values(const double *const **out, const struct alm_plan *plan,
                                struct alm_error *error)
{
    const double **values = NULL;
    *out = NULL;
    const size_t covariates = alm_plan_covariates(plan);
    ALM_TRY(ALM_NEW(&values, plan->n_series * (1 + covariates), error));
    for (size_t s = 0; s < plan->n_series; s++) {
        values[s] = plan->series[s]->y;
        for (size_t k = 0; k < covariates; k++)
            values[plan->n_series + s * covariates + k] = plan->series[s]->covariates->y[k];
    }
    *out = (const double *const *)values;
    return ALM_OK;
}

/* What the origin says: times, actuals, scales. */
static void fill_origin(struct alm_series_result *row, const struct alm_plan *plan, size_t fold)
{
    const struct alm_series *series = plan->series[row->series];
    const struct alm_origin *origin = alm_plan_origin(plan, row->series, fold);
    const struct alm_span seen = alm_span_prefix(alm_series_span(series), origin->bar + 1);
    row->has_origin = true;
    row->origin_bar = origin->bar;
    row->origin_ts = series->ts[origin->bar];
    row->mase_scale = alm_scale_absolute(seen, series->season_length);
    row->rmsse_scale = alm_scale_squared(seen, series->season_length);
    row->last = alm_span_last(seen);
    row->time = series->ts + origin->bar + 1;
    row->actual = series->y + origin->bar + 1;
}

/* What the fit says. */
static void fill_training(struct alm_series_result *row, const struct alm_plan *plan,
                          const struct alm_fit *fit, size_t fold)
{
    size_t position;
    const struct alm_fit_unit *unit = alm_fit_find(fit, row->series, &position);
    if (unit == NULL) return;
    const struct alm_series *series = plan->series[row->series];
    const struct alm_origin *origin = alm_plan_origin(plan, row->series, unit->fold);
    row->train_first = series->ts[origin->first];
    row->train_last = series->ts[origin->train_end - 1];
    row->purged = origin->bar + 1 - origin->train_end;
    row->n_train = unit->outcome[position].n_train;
    row->filled = unit->outcome[position].filled;
    row->fit_seconds = alm_fit_seconds(fit, row->series, fold);
}

static void fill_row(struct alm_series_result *row, const struct alm_task_data *data,
                     const struct alm_plan *plan, const struct alm_fit *fit)
{
    const struct alm_fold_forecast *forecast = &data->forecast;
    const size_t s = row->series, horizon = forecast->horizon;
    row->status = forecast->status[s];
    snprintf(row->reason, sizeof row->reason, "%s", forecast->reason[s]);
    snprintf(row->fallback, sizeof row->fallback, "%s", forecast->fallback[s]);
    if (alm_plan_origin(plan, s, data->result.fold)->status != ALM_OK) return;
    fill_origin(row, plan, data->result.fold);
    fill_training(row, plan, fit, data->result.fold);
    if (row->status != ALM_OK) return;
    row->forecast = &forecast->mean[s * horizon];
    if (forecast->classes[s].n > 0) row->classes = &forecast->classes[s];
    row->variance_kind = forecast->variance_kind[s];
    if (row->variance_kind != ALM_VARIANCE_NONE) row->variance = &forecast->variance[s * horizon];
    if (forecast->has_quantiles[s]) row->quantile = &forecast->quantile[s * horizon * forecast->n_levels];
}

/* The epochs of what was fitted in this very fold. */
static enum alm_status copy_epochs(struct alm_task_data *data, const struct alm_fit *fit,
                                   struct alm_error *error)
{
    size_t n = 0;
    for (size_t u = 0; u < fit->n_units; u++)
        if (fit->unit[u].n > 0 && fit->unit[u].fold == data->result.fold) n += fit->unit[u].n_epochs;
    ALM_TRY(ALM_NEW(&data->epoch, n, error));
    for (size_t u = 0; u < fit->n_units; u++) {
        const struct alm_fit_unit *unit = &fit->unit[u];
        if (unit->n == 0 || unit->fold != data->result.fold || unit->n_epochs == 0) continue;
        memcpy(&data->epoch[data->result.n_epochs], unit->epoch, unit->n_epochs * sizeof *unit->epoch);
        data->result.n_epochs += unit->n_epochs;
    }
    data->result.epoch = data->epoch;
    return ALM_OK;
}

static enum alm_status fill(struct alm_task_data *data, const struct alm_plan *plan,
                            const struct alm_fit *fit, struct alm_error *error)
{
    const double *const *y;
    ALM_TRY(ALM_NEW(&data->series, plan->n_series, error));
    ALM_TRY(alm_fold_forecast_init(&data->forecast, plan, error));
    ALM_TRY(alm_plan_values(&y, plan, error));
    const enum alm_status status = alm_fit_forecast(&data->forecast, fit, data->result.fold, y, error);
    free((void *)y);
    if (status != ALM_OK) return status;
    for (size_t s = 0; s < plan->n_series; s++) {
        data->series[s].series = s;
        fill_row(&data->series[s], data, plan, fit);
    }
    data->result.series = data->series;
    return copy_epochs(data, fit, error);
}

enum alm_status alm_task_create(struct alm_task_data **out, const struct alm_plan *plan, size_t task,
                                const struct alm_fit *fit, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->result = (struct alm_task_result){
        .task = task,
        .forecaster = alm_plan_forecaster(plan, task),
        .fold = alm_plan_fold(plan, task),
        .n_series = plan->n_series,
        .horizon = plan->settings.split.horizon,
        .n_levels = plan->settings.n_levels,
    };
    const enum alm_status status = fill(*out, plan, fit, error);
    if (status != ALM_OK) {
        alm_task_free(*out);
        *out = NULL;
    }
    return status;
}

void alm_task_free(struct alm_task_data *data)
{
    if (data == NULL) return;
    alm_fold_forecast_clear(&data->forecast);
    free(data->series);
    free(data->epoch);
    free(data);
}
