#include "backtest/evaluation.h"

#include "backtest/evaluation_impl.h"
#include "base/memory.h"
#include "forecast/classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t cell_index(const struct alm_evaluation *e, size_t forecaster, size_t series, size_t step)
{
    return (forecaster * e->n_series + series) * e->horizon + step;
}

static enum alm_status fill_nan(double **out, size_t n, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, n, error));
    for (size_t i = 0; i < n; i++)
        (*out)[i] = NAN;
    return ALM_OK;
}

static enum alm_status allocate(struct alm_evaluation *e, const size_t *season, struct alm_error *error)
{
    size_t rows, cells, counts, losses;
    if (!alm_multiply(&rows, e->n_series, e->n_folds) || !alm_multiply(&losses, rows, e->n_forecasters) ||
        !alm_multiply(&cells, e->n_series, e->horizon) || !alm_multiply(&cells, cells, e->n_forecasters) ||
        !alm_multiply(&counts, cells, alm_quantiles_width(&e->quantiles)))
        return alm_fail(error, ALM_NOMEM, "an evaluation of %zu series, %zu folds and %zu steps is too large",
                        e->n_series, e->n_folds, e->horizon);
    ALM_TRY(ALM_NEW(&e->cell, cells, error));
    ALM_TRY(ALM_NEW(&e->counts, counts, error));
    ALM_TRY(ALM_NEW(&e->total, e->n_forecasters, error));
    ALM_TRY(ALM_NEW(&e->tally, e->n_forecasters * e->n_series, error));
    ALM_TRY(fill_nan(&e->loss, losses, error));
    ALM_TRY(fill_nan(&e->scale, rows, error));
    return alm_evaluation_define(e, season, error);
}

enum alm_status alm_evaluation_create(struct alm_evaluation **out,
                                      const struct alm_evaluation_settings *settings, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    struct alm_evaluation *e = *out;
    e->n_forecasters = settings->n_forecasters;
    e->n_series = settings->n_series;
    e->n_folds = settings->n_folds;
    e->horizon = settings->horizon;
    e->step = settings->step;
    e->naive = settings->naive;
    enum alm_status status = alm_quantiles_init(&e->quantiles, settings->level, settings->n_levels, error);
    if (status == ALM_OK) status = allocate(e, settings->season, error);
    if (status != ALM_OK) {
        alm_evaluation_free(e);
        *out = NULL;
    }
    return status;
}

void alm_evaluation_settings_for(struct alm_evaluation_settings *out, size_t *season,
                                 const struct alm_plan *plan)
{
    for (size_t i = 0; i < plan->n_series; i++)
        season[i] = plan->series[i]->season_length;
    *out = (struct alm_evaluation_settings){
        .n_forecasters = plan->n_forecasters,
        .n_series = plan->n_series,
        .n_folds = plan->n_folds,
        .horizon = plan->settings.split.horizon,
        .step = plan->settings.split.step,
        .naive = plan->naive,
        .level = plan->settings.level,
        .n_levels = plan->settings.n_levels,
        .season = season,
    };
}

enum alm_status alm_evaluation_create_for(struct alm_evaluation **out, const struct alm_plan *plan,
                                          struct alm_error *error)
{
    struct alm_evaluation_settings settings;
    size_t *season;
    *out = NULL;
    ALM_TRY(ALM_NEW(&season, plan->n_series, error));
    alm_evaluation_settings_for(&settings, season, plan);
    const enum alm_status status = alm_evaluation_create(out, &settings, error);
    free(season);
    return status;
}

void alm_evaluation_free(struct alm_evaluation *evaluation)
{
    if (evaluation == NULL) return;
    for (size_t i = 0; i < evaluation->n_metrics; i++)
        free(evaluation->metric[i].definition);
    free(evaluation->metric);
    free(evaluation->rule);
    for (size_t i = 0; evaluation->tally != NULL && i < evaluation->n_forecasters * evaluation->n_series; i++)
        alm_tally_clear(&evaluation->tally[i]);
    free(evaluation->tally);
    free(evaluation->cell);
    free(evaluation->counts);
    free(evaluation->loss);
    free(evaluation->scale);
    free(evaluation->total);
    alm_quantiles_clear(&evaluation->quantiles);
    free(evaluation);
}

/* Scores one row; its loss is NaN when every actual is missing. */
static double score(struct alm_evaluation *e, size_t forecaster, const struct alm_series_result *row)
{
    const size_t width = alm_quantiles_width(&e->quantiles);
    double sum = 0;
    size_t n = 0;
    for (size_t s = 0; s < e->horizon; s++) {
        const double actual = row->actual[s];
        if (isnan(actual)) continue;
        const size_t at = cell_index(e, forecaster, row->series, s);
        alm_cell_add(&e->cell[at], actual, row->forecast[s], row->mase_scale, row->rmsse_scale);
        if (row->quantile != NULL && e->quantiles.n_levels > 0)
            alm_cell_add_quantiles(&e->cell[at], &e->counts[at * width], &e->quantiles, actual,
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
            alm_cell_add_classes(&e->cell[cell_index(e, forecaster, row->series, s)], &sum,
                                 classes->probability + s * classes->n, classes->n, occurred);
        tally->occurred[s * tally->n + occurred]++;
        tally->hit[s * tally->n + occurred] += likeliest == occurred;
        n++;
    }
    *loss = n == 0 ? (double)NAN : sum / (double)n;
    return ALM_OK;
}

enum alm_status alm_evaluation_add(struct alm_evaluation *evaluation, size_t forecaster, size_t fold,
                                   const struct alm_series_result *row, struct alm_error *error)
{
    struct alm_forecaster_total *total = &evaluation->total[forecaster];
    if (!row->has_origin) return ALM_OK;
    evaluation->scale[fold * evaluation->n_series + row->series] = row->mase_scale;
    total->fit_seconds += row->fit_seconds;
    if (row->status != ALM_OK || row->forecast == NULL) {
        total->n_failed++;
        return ALM_OK;
    }
    total->n_rows++;
    const size_t at = (forecaster * evaluation->n_folds + fold) * evaluation->n_series + row->series;
    if (row->classes == NULL) {
        evaluation->loss[at] = score(evaluation, forecaster, row);
        return ALM_OK;
    }
    total->n_class_rows++;
    return score_classes(&evaluation->loss[at], evaluation, forecaster, row, error);
}

enum alm_status alm_evaluation_add_task(struct alm_evaluation *evaluation,
                                        const struct alm_task_result *result, struct alm_error *error)
{
    for (size_t i = 0; i < result->n_series; i++)
        ALM_TRY(alm_evaluation_add(evaluation, result->forecaster, result->fold, &result->series[i], error));
    return ALM_OK;
}

bool alm_evaluation_applies(const struct alm_evaluation *evaluation, size_t metric)
{
    size_t rows = 0, of_classes = 0;
    for (size_t i = 0; i < evaluation->n_forecasters; i++) {
        rows += evaluation->total[i].n_rows;
        of_classes += evaluation->total[i].n_class_rows;
    }
    return alm_metric_of_classes(evaluation->rule[metric].kind) ? of_classes > 0
                                                                : of_classes == 0 || of_classes < rows;
}

const struct alm_metric *alm_evaluation_metrics(const struct alm_evaluation *evaluation, size_t *n)
{
    *n = evaluation->n_metrics;
    return evaluation->metric;
}

/* One metric for the merged cells of series first .. last - 1, of one step or ALM_ALL. */
static double merged_value(const struct alm_evaluation *e, size_t forecaster, size_t first, size_t last,
                           size_t step, struct alm_metric_rule rule, size_t *n)
{
    const size_t width = alm_quantiles_width(&e->quantiles);
    const size_t from = step == ALM_ALL ? 0 : step - 1, to = step == ALM_ALL ? e->horizon : step;
    struct alm_cell sum = {0};
    double count = 0;
    if (rule.kind == ALM_METRIC_BALANCED_ACCURACY)
        return alm_tally_value(&e->tally[forecaster * e->n_series + first], from, to, n);
    for (size_t series = first; series < last; series++) {
        for (size_t s = from; s < to; s++) {
            const size_t at = cell_index(e, forecaster, series, s);
            alm_cell_merge(&sum, &e->cell[at]);
            count += alm_cell_count(&e->counts[at * width], &e->quantiles, rule.kind, rule.index);
        }
    }
    return alm_cell_value(&sum, count, rule.kind, n);
}

static double mean_over_series(const struct alm_evaluation *e, size_t forecaster, size_t step,
                               struct alm_metric_rule rule, size_t *n)
{
    double sum = 0;
    size_t defined = 0;
    *n = 0;
    for (size_t series = 0; series < e->n_series; series++) {
        size_t scored;
        const double value = merged_value(e, forecaster, series, series + 1, step, rule, &scored);
        if (scored == 0) continue;
        sum += value;
        defined++;
        *n += scored;
    }
    return defined == 0 ? (double)NAN : sum / (double)defined;
}

double alm_evaluation_value(const struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                            size_t step, size_t metric, size_t *n)
{
    const struct alm_metric_rule rule = evaluation->rule[metric];
    if (series != ALM_ALL) return merged_value(evaluation, forecaster, series, series + 1, step, rule, n);
    if (alm_metric_by_series(rule.kind)) return mean_over_series(evaluation, forecaster, step, rule, n);
    return merged_value(evaluation, forecaster, 0, evaluation->n_series, step, rule, n);
}

double alm_evaluation_find(const struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                           size_t step, const char *code, size_t *n)
{
    for (size_t i = 0; i < evaluation->n_metrics; i++)
        if (strcmp(evaluation->metric[i].code, code) == 0)
            return alm_evaluation_value(evaluation, forecaster, series, step, i, n);
    *n = 0;
    return NAN;
}
