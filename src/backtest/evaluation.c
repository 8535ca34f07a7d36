#include "backtest/evaluation.h"

#include "backtest/evaluation_impl.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum alm_status allocate(struct alm_evaluation *e, const struct alm_evaluation_settings *settings,
                                struct alm_error *error)
{
    size_t cells, counts;
    if (!alm_multiply(&cells, e->n_series, e->horizon) || !alm_multiply(&cells, cells, e->n_forecasters) ||
        !alm_multiply(&counts, cells, alm_quantiles_width(&e->quantiles)))
        return alm_fail(error, ALM_NOMEM, "an evaluation of %zu series and %zu steps is too large",
                        e->n_series, e->horizon);
    ALM_TRY(ALM_NEW(&e->cell, cells, error));
    ALM_TRY(ALM_NEW(&e->counts, counts, error));
    ALM_TRY(ALM_NEW(&e->total, e->n_forecasters, error));
    ALM_TRY(ALM_NEW(&e->tally, e->n_forecasters * e->n_series, error));
    if (settings->keeps_errors) ALM_TRY(ALM_NEW(&e->kept, e->n_forecasters, error));
    ALM_TRY(alm_fold_losses_create(&e->losses, e->n_forecasters, e->n_series, e->n_folds, e->naive, error));
    return alm_evaluation_define(e, settings->season, error);
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
    e->has_naive2 = settings->has_naive2;
    e->naive2 = settings->naive2;
    enum alm_status status = alm_quantiles_init(&e->quantiles, settings->level, settings->n_levels, error);
    if (status == ALM_OK) status = allocate(e, settings, error);
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
        .step = plan->step,
        .naive = plan->naive,
        .level = plan->settings.level,
        .n_levels = plan->settings.n_levels,
        .season = season,
    };
    while (out->naive2 < plan->n_forecasters && !alm_evaluation_is_naive2(plan->forecaster[out->naive2].spec))
        out->naive2++;
    out->has_naive2 = out->naive2 < plan->n_forecasters;
}

bool alm_evaluation_is_naive2(const char *spec)
{
    return strcmp(spec, "naive2") == 0;
}

enum alm_status alm_evaluation_create_for(struct alm_evaluation **out, const struct alm_plan *plan,
                                          bool keeps_errors, struct alm_error *error)
{
    struct alm_evaluation_settings settings;
    size_t *season;
    *out = NULL;
    ALM_TRY(ALM_NEW(&season, plan->n_series, error));
    alm_evaluation_settings_for(&settings, season, plan);
    settings.keeps_errors = keeps_errors;
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
    for (size_t i = 0; evaluation->kept != NULL && i < evaluation->n_forecasters; i++)
        free(evaluation->kept[i].error);
    free(evaluation->kept);
    free(evaluation->median);
    alm_fold_losses_free(evaluation->losses);
    free(evaluation->total);
    alm_quantiles_clear(&evaluation->quantiles);
    free(evaluation);
}

bool alm_evaluation_applies(const struct alm_evaluation *evaluation, size_t metric)
{
    size_t rows = 0, of_classes = 0, of_variance = 0;
    for (size_t i = 0; i < evaluation->n_forecasters; i++) {
        rows += evaluation->total[i].n_rows;
        of_classes += evaluation->total[i].n_class_rows;
        of_variance += evaluation->total[i].n_variance_rows;
    }
    if (evaluation->rule[metric].kind == ALM_METRIC_QLIKE) return of_variance > 0;
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
            const size_t at = alm_evaluation_cell(e, forecaster, series, s);
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

static double against_naive2(const struct alm_evaluation *e, size_t forecaster, size_t series, size_t step,
                             size_t *n)
{
    size_t own, other;
    double sum = 0;
    for (const char *const *code = (const char *const[]){"smape", "mase", NULL}; *code != NULL; code++) {
        const double value = alm_evaluation_find(e, forecaster, series, step, *code, &own);
        const double naive2 = alm_evaluation_find(e, e->naive2, series, step, *code, &other);
        *n = own;
        if (own == 0 || other == 0 || !(naive2 > 0)) {
            *n = 0;
            return NAN;
        }
        sum += value / naive2;
    }
    return sum / 2;
}

double alm_evaluation_value(const struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                            size_t step, size_t metric, size_t *n)
{
    const struct alm_metric_rule rule = evaluation->rule[metric];
    if (rule.kind == ALM_METRIC_OWA) return against_naive2(evaluation, forecaster, series, step, n);
    if (rule.kind == ALM_METRIC_MDAE) return alm_evaluation_median(evaluation, forecaster, series, step, n);
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
