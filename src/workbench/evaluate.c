#include "workbench/evaluate.h"

#include "backtest/comparison.h"
#include "base/memory.h"
#include "store/task_table.h"
#include "store/verdict_table.h"
#include "workbench/check.h"

#include <stdio.h>
#include <stdlib.h>

struct writing {
    struct alm_store *store;
    int64_t run;
    struct alm_evaluation *evaluation;
    const struct alm_evaluation_settings *settings;
    const char *const *labels;
    struct alm_yield *yield;        /* [n_forecasters] */
    struct alm_check_facts *checks; /* NULL: none */
};

static enum alm_status add_task(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    const struct writing *w = context;
    struct alm_yield *yield = &w->yield[result->forecaster];
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *s = &result->series[i];
        if (s->has_origin && s->status == ALM_OK) yield->n_made++;
        if (!s->has_origin || s->status == ALM_OK || yield->n_failed++ > 0) continue;
        yield->series = s->series;
        snprintf(yield->reason, sizeof yield->reason, "%s",
                 s->reason[0] == '\0' ? alm_status_text(s->status) : s->reason);
    }
    if (w->checks != NULL) alm_check_facts_add(w->checks, result);
    return alm_evaluation_add_task(w->evaluation, result, error);
}

/* The rows again, for what needs more than one look. */
static enum alm_status read_again(void *context, bool quantiles, const struct alm_sink *sink,
                                  struct alm_error *error)
{
    const struct writing *w = context;
    return alm_task_table_each(w->store, w->run, w->settings->horizon, w->settings->level,
                               quantiles ? w->settings->n_levels : 0, sink, error);
}

static enum alm_status write_value(const struct writing *w, size_t forecaster, size_t series, size_t step,
                                   size_t metric, struct alm_error *error)
{
    size_t n_metrics, n;
    const struct alm_metric *metrics = alm_evaluation_metrics(w->evaluation, &n_metrics);
    const double value = alm_evaluation_value(w->evaluation, forecaster, series, step, metric, &n);
    const struct alm_metric_row row = {
        .forecaster = forecaster,
        .series = series,
        .step = step,
        .metric = metrics[metric].code,
        .value = value,
        .n = n,
    };
    return alm_metric_table_write(w->store, w->run, &row, error);
}

/* Over all, by step, by series: for one metric of one forecaster. */
static enum alm_status write_metric(const struct writing *w, size_t forecaster, size_t metric,
                                    struct alm_error *error)
{
    ALM_TRY(write_value(w, forecaster, ALM_ALL, ALM_ALL, metric, error));
    for (size_t step = 1; step <= w->settings->horizon; step++)
        ALM_TRY(write_value(w, forecaster, ALM_ALL, step, metric, error));
    for (size_t series = 0; series < w->settings->n_series; series++)
        ALM_TRY(write_value(w, forecaster, series, ALM_ALL, metric, error));
    return ALM_OK;
}

static enum alm_status write_metrics(const struct writing *w, struct alm_error *error)
{
    size_t n;
    const struct alm_metric *metrics = alm_evaluation_metrics(w->evaluation, &n);
    for (size_t i = 0; i < n; i++) {
        if (!alm_evaluation_applies(w->evaluation, i)) continue;
        ALM_TRY(alm_metric_table_define(w->store, w->run, metrics[i].code, metrics[i].definition,
                                        metrics[i].unit, error));
        for (size_t f = 0; f < w->settings->n_forecasters; f++)
            ALM_TRY(write_metric(w, f, i, error));
    }
    return ALM_OK;
}

static enum alm_status write_leader(const struct writing *w, const struct alm_leader *l,
                                    struct alm_text *verdict, struct alm_error *error)
{
    alm_text_reset(verdict);
    alm_verdict_write(verdict, l, w->labels[l->forecaster], w->labels[w->settings->naive]);
    if (w->yield[l->forecaster].n_failed > 0)
        alm_text_printf(verdict, ": %s", w->yield[l->forecaster].reason);
    ALM_TRY(alm_text_check(verdict, error));
    const struct alm_leaderboard_row row = {
        .forecaster = l->forecaster,
        .rank = l->rank,
        .mae = l->mae,
        .rmse = l->rmse,
        .smape = l->smape,
        .mase = l->mase,
        .rmsse = l->rmsse,
        .coverage_80 = l->coverage_80,
        .coverage_95 = l->coverage_95,
        .crps = l->crps,
        .log_loss = l->log_loss,
        .brier = l->brier,
        .accuracy = l->accuracy,
        .balanced_accuracy = l->balanced_accuracy,
        .skill = l->skill,
        .p_naive = l->test.p_better,
        .p_two_sided = l->test.p_two_sided,
        .fit_seconds = l->fit_seconds,
        .test = l->test.name,
        .verdict = alm_text_string(verdict),
        .n_origins = l->n_origins,
        .n_series = l->n_series,
        .n_rows = l->n_rows,
        .n_failed = l->n_failed,
    };
    return alm_leaderboard_table_write(w->store, w->run, &row, error);
}

static enum alm_status write_leaderboard(const struct writing *w, struct alm_text *best,
                                         struct alm_error *error)
{
    struct alm_leader *leaders;
    struct alm_text verdict = {0};
    ALM_TRY(ALM_NEW(&leaders, w->settings->n_forecasters, error));
    enum alm_status status = alm_evaluation_leaderboard(w->evaluation, leaders, error);
    for (size_t i = 0; status == ALM_OK && i < w->settings->n_forecasters; i++) {
        status = write_leader(w, &leaders[i], &verdict, error);
        if (i == 0 && best != NULL && status == ALM_OK) alm_text_append(best, alm_text_string(&verdict));
    }
    if (status == ALM_OK && w->checks != NULL) alm_check_facts_lead(w->checks, leaders);
    alm_text_clear(&verdict);
    free(leaders);
    return status;
}

static enum alm_status write_comparisons(const struct writing *w, struct alm_error *error)
{
    struct alm_comparisons comparisons = {0};
    const struct alm_task_source source = {(void *)w, read_again};
    enum alm_status status = alm_evaluation_compare(&comparisons, w->evaluation, &source, error);
    for (size_t i = 0; status == ALM_OK && i < comparisons.n; i++)
        status = alm_significance_table_write(w->store, w->run, &comparisons.row[i], error);
    free(comparisons.row);
    return status;
}

static enum alm_status write_all(const struct writing *w, struct alm_text *verdict, struct alm_error *error)
{
    ALM_TRY(alm_verdict_table_clear(w->store, w->run, error));
    ALM_TRY(write_metrics(w, error));
    ALM_TRY(write_leaderboard(w, verdict, error));
    ALM_TRY(write_comparisons(w, error));
    return w->checks == NULL ? ALM_OK : alm_checks_write(w->store, w->run, w->checks, error);
}

enum alm_status alm_evaluate_run(struct alm_store *store, int64_t run,
                                 const struct alm_evaluation_settings *settings, const char *const *labels,
                                 struct alm_text *verdict, struct alm_yield *yield,
                                 struct alm_check_facts *checks, struct alm_error *error)
{
    struct writing w = {.store = store, .run = run, .settings = settings, .labels = labels, .checks = checks};
    const struct alm_sink sink = {&w, add_task};
    const struct alm_task_source source = {&w, read_again};
    enum alm_status status = ALM_NEW(&w.yield, settings->n_forecasters, error);
    if (status == ALM_OK) status = alm_evaluation_create(&w.evaluation, settings, error);
    if (status == ALM_OK) status = read_again(&w, true, &sink, error);
    if (status == ALM_OK) status = alm_evaluation_find_medians(w.evaluation, &source, error);
    if (status == ALM_OK) status = alm_store_begin(store, error);
    if (status == ALM_OK) status = alm_store_end(store, write_all(&w, verdict, error), error);
    for (size_t i = 0; status == ALM_OK && yield != NULL && i < settings->n_forecasters; i++)
        yield[i] = w.yield[i];
    alm_evaluation_free(w.evaluation);
    free(w.yield);
    return status;
}
