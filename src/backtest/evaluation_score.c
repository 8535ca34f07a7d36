/* Scoring the rows of tasks. */
#include "backtest/evaluation.h"
#include "backtest/evaluation_impl.h"
#include "forecast/classes.h"

#include <math.h>

/* How far the step's own value or log return lies from its forecast; NaN when it is not known. */
static double move_of_step(const struct alm_series_result *row, size_t s)
{
    const double before = s == 0 ? row->last : row->actual[s - 1];
    const double forecast_before = s == 0 ? row->last : row->forecast[s - 1];
    if (row->variance_kind == ALM_VARIANCE_VALUE) return row->actual[s] - row->forecast[s];
    if (!(before > 0) || !(forecast_before > 0) || !(row->actual[s] > 0) || !(row->forecast[s] > 0))
        return NAN;
    return log(row->actual[s] / before) - log(row->forecast[s] / forecast_before);
}

/* Scores one row; its loss is NaN when every actual is missing. */
static double score(struct alm_evaluation *e, size_t forecaster, const struct alm_series_result *row)
{
    const size_t width = alm_quantiles_width(&e->quantiles);
    double sum = 0;
    size_t n = 0;
    for (size_t s = 0; s < e->horizon; s++) {
        const double actual = row->actual[s];
        const struct alm_scored value = {actual, row->forecast[s], row->mase_scale, row->rmsse_scale,
                                         row->last};
        if (isnan(actual)) continue;
        const size_t at = alm_evaluation_cell(e, forecaster, row->series, s);
        alm_cell_add(&e->cell[at], &value);
        if (row->variance != NULL)
            alm_cell_add_variance(&e->cell[at], row->variance[s], move_of_step(row, s));
        if (row->quantile != NULL && e->quantiles.n_levels > 0)
            alm_cell_add_quantiles(&e->cell[at], &e->counts[at * width], &e->quantiles, &value,
                                   &row->quantile[s * e->quantiles.n_levels]);
        sum += fabs(actual - row->forecast[s]);
        n++;
    }
    return n == 0 ? (double)NAN : sum / (double)n;
}

/* The same for a row of classes: its loss is the log loss. */
static enum alm_status score_classes(double *loss, struct alm_evaluation *e, size_t forecaster,
                                     const struct alm_series_result *row, struct alm_error *error)
{
    const struct alm_class_forecast *classes = row->classes;
    struct alm_tally *tally = &e->tally[forecaster * e->n_series + row->series];
    double sum = 0;
    size_t n = 0;
    ALM_TRY(alm_tally_reserve(tally, e->horizon, classes->n, error));
    for (size_t s = 0; s < e->horizon; s++) {
        if (isnan(row->actual[s])) continue;
        const size_t occurred = alm_class_of(row->actual[s], classes->edge, classes->n);
        const size_t likeliest =
            alm_cell_add_classes(&e->cell[alm_evaluation_cell(e, forecaster, row->series, s)], &sum,
                                 classes->probability + s * classes->n, classes->n, occurred);
        tally->occurred[s * tally->n + occurred]++;
        tally->hit[s * tally->n + occurred] += likeliest == occurred;
        n++;
    }
    *loss = n == 0 ? (double)NAN : sum / (double)n;
    return ALM_OK;
}

/* Keeps the errors of a row, if they are to be. */
static enum alm_status keep_errors(struct alm_evaluation *e, size_t forecaster,
                                   const struct alm_series_result *row, struct alm_error *error)
{
    for (size_t s = 0; e->kept != NULL && s < e->horizon; s++)
        if (!isnan(row->actual[s]))
            ALM_TRY(alm_evaluation_keep_error(e, forecaster, row->series, s,
                                              fabs(row->actual[s] - row->forecast[s]), error));
    return ALM_OK;
}

/* Over several series errors are divided by the MASE scale. */
static double scaled(const struct alm_evaluation *e, double loss, double scale)
{
    return e->n_series == 1 ? loss : scale > 0 ? loss / scale : (double)NAN;
}

enum alm_status alm_evaluation_add(struct alm_evaluation *evaluation, size_t forecaster, size_t fold,
                                   const struct alm_series_result *row, struct alm_error *error)
{
    struct alm_forecaster_total *total = &evaluation->total[forecaster];
    double loss;
    if (!row->has_origin) return ALM_OK;
    total->fit_seconds += row->fit_seconds;
    if (row->status != ALM_OK || row->forecast == NULL) {
        total->n_failed++;
        return ALM_OK;
    }
    total->n_rows++;
    if (row->classes != NULL) {
        total->n_class_rows++;
        ALM_TRY(score_classes(&loss, evaluation, forecaster, row, error));
    } else {
        total->n_variance_rows += row->variance != NULL;
        loss = scaled(evaluation, score(evaluation, forecaster, row), row->mase_scale);
        ALM_TRY(keep_errors(evaluation, forecaster, row, error));
    }
    return alm_fold_losses_add(evaluation->losses, forecaster, fold, row->series, loss, row->classes != NULL,
                               error);
}

enum alm_status alm_evaluation_add_task(struct alm_evaluation *evaluation,
                                        const struct alm_task_result *result, struct alm_error *error)
{
    for (size_t i = 0; i < result->n_series; i++)
        ALM_TRY(alm_evaluation_add(evaluation, result->forecaster, result->fold, &result->series[i], error));
    return ALM_OK;
}
