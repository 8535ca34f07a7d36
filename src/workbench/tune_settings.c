#include "workbench/tune_settings.h"

#include "backtest/evaluation.h"
#include "base/memory.h"
#include "base/option.h"
#include "forecast/classes.h"
#include "store/rows.h"
#include "workbench/request.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const method_names[] = {"random", "halving"};
static const size_t usual_folds = 3, usual_trials = 20, usual_reduction = 3;

void alm_tune_settings_clear(struct alm_tune_settings *settings)
{
    alm_search_space_clear(&settings->space);
    alm_settings_clear(&settings->base);
    free(settings->keep);
    *settings = (struct alm_tune_settings){0};
}

bool alm_tune_settings_by_folds(const struct alm_tune_settings *settings)
{
    return strcmp(settings->budget, "folds") == 0;
}

/* ---- what the search may see ---- */

/* Leaves bars of series that do not end with a missing value. */
static enum alm_status cut_one(struct alm_series *series, size_t bars, const char *why,
                               struct alm_error *error)
{
    while (bars > 0 && isnan(series->y[bars - 1]))
        bars--;
    if (bars == 0) return alm_fail(error, ALM_DATA, "%s has no values before %s", series->name, why);
    series->n = bars;
    return ALM_OK;
}

static enum alm_status cut(bool *cut, struct alm_loaded *series, const struct alm_tune_request *request,
                           struct alm_error *error)
{
    int64_t until = INT64_MAX;
    *cut = false;
    if (request->origin != NULL && request->holdout > 0)
        return alm_fail(error, ALM_USAGE, "give --origin or --holdout, not both");
    if (request->origin != NULL)
        ALM_TRY(alm_request_time(&until, request->origin, alm_series_is_index(series->series[0]),
                                 series->series[0]->time_zone, "--origin", error));
    for (size_t i = 0; i < series->n; i++) {
        struct alm_series *s = series->series[i];
        const size_t all = s->n, bars = alm_series_bars_until(s, until);
        const size_t left = request->holdout >= bars ? 0 : bars - request->holdout;
        if (left == all) continue;
        ALM_TRY(cut_one(s, left, request->origin != NULL ? "the origin" : "what is held out", error));
        *cut = true;
    }
    return ALM_OK;
}

/* The time at which all series end; INT64_MAX when they end at different ones. */
static int64_t common_end(const struct alm_loaded *series)
{
    const struct alm_series *first = series->series[0];
    for (size_t i = 1; i < series->n; i++)
        if (series->series[i]->ts[series->series[i]->n - 1] != first->ts[first->n - 1]) return INT64_MAX;
    return first->ts[first->n - 1];
}

/* A kept model may see what the search saw: one time for all series. */
static enum alm_status set_origin(struct alm_tune_settings *out, const struct alm_tune_request *request,
                                  const struct alm_loaded *series, struct alm_error *error)
{
    out->origin = out->cut ? common_end(series) : INT64_MAX;
    if (out->cut && request->origin != NULL)
        ALM_TRY(alm_request_time(&out->origin, request->origin, alm_series_is_index(series->series[0]),
                                 series->series[0]->time_zone, "--origin", error));
    if (out->cut && request->keep != NULL && out->origin == INT64_MAX)
        return alm_fail(error, ALM_USAGE,
                        "the series end at different times: --keep goes with --origin, not --holdout");
    return alm_copy_text(&out->keep, request->keep, error);
}

/* ---- budget and metric ---- */

enum alm_status alm_tune_settings_write_rival(struct alm_text *out, const struct alm_search_space *space,
                                              uint64_t seed, const struct alm_loaded *series,
                                              struct alm_error *error)
{
    const struct alm_forecaster_settings settings = {0};
    struct alm_configuration *first;
    struct alm_forecaster *forecaster;
    bool labels = false;
    size_t n;
    for (size_t i = 0; i < series->n; i++)
        labels = labels || series->series[i]->n_labels > 0;
    ALM_TRY(alm_search_configurations(&first, &n, space, seed, 1, NULL, error));
    enum alm_status status = alm_forecaster_create(&forecaster, first[0].spec, &settings, error);
    alm_configurations_free(first, n, space);
    if (status != ALM_OK) return status;
    alm_class_rival_write(out, forecaster, labels);
    alm_forecaster_free(forecaster);
    return alm_text_check(out, error);
}

static enum alm_status set_metric(struct alm_tune_settings *out, const struct alm_tune_request *request,
                                  const struct alm_loaded *series, struct alm_error *error)
{
    struct alm_text rival = {0};
    const char *metric = request->metric;
    const enum alm_status status =
        alm_tune_settings_write_rival(&rival, &out->space, request->seed, series, error);
    if (metric == NULL && strcmp(alm_text_string(&rival), "naive") != 0) metric = "log_loss";
    if (metric == NULL) metric = series->n == 1 ? "mae" : "mase";
    snprintf(out->metric, sizeof out->metric, "%s", metric);
    alm_text_clear(&rival);
    return status;
}

static const struct alm_option *find_option(const struct alm_forecaster_type *type, const char *name)
{
    const struct alm_option *o = alm_forecaster_option_find(type, name);
    return o != NULL && o->kind == ALM_OPTION_INTEGER ? o : NULL;
}

/* The value of an option that is not searched, given or default. */
static enum alm_status fixed_value(size_t *out, const struct alm_search_space *space, const char *option,
                                   struct alm_error *error)
{
    struct alm_config *config = NULL;
    struct alm_text text = {0};
    for (size_t i = 0; i < space->n_fixed; i++)
        alm_text_printf(&text, "%s%s=%s", i == 0 ? "" : ",", space->fixed[i].name, space->fixed[i].value);
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK)
        status = alm_forecaster_config_create(&config, space->type, alm_text_string(&text), error);
    if (status == ALM_OK && (!alm_config_has(config, option) || alm_config_integer(config, option) < 1))
        status = alm_fail(error, ALM_USAGE, "give the full budget: %s=N", option);
    if (status == ALM_OK) *out = alm_config_size(config, option);
    alm_config_free(config);
    alm_text_clear(&text);
    return status;
}

static enum alm_status set_budget(struct alm_tune_settings *out, const char *budget, struct alm_error *error)
{
    const struct alm_search_space *space = &out->space;
    const bool free_epochs =
        find_option(space->type, "epochs") != NULL && !alm_search_space_has(space, "epochs");
    if (budget == NULL && out->method == ALM_SEARCH_HALVING && alm_search_space_has(space, "epochs"))
        return alm_fail(error, ALM_USAGE,
                        "--method halving sets epochs itself: give it one value, or --budget folds");
    if (budget == NULL) budget = free_epochs ? "epochs" : "folds";
    snprintf(out->budget, sizeof out->budget, "%s", budget);
    out->full_budget = out->base.engine.split.folds;
    if (alm_tune_settings_by_folds(out)) return ALM_OK;
    if (find_option(space->type, budget) == NULL)
        return alm_fail(error, ALM_USAGE, "--budget %s: expected folds or an option of %s that counts",
                        budget, space->type->name);
    if (alm_search_space_has(space, budget))
        return alm_fail(error, ALM_USAGE, "--budget %s: it is searched; give it one value", budget);
    return fixed_value(&out->full_budget, space, budget, error);
}

/* Quantiles cost fits of their own, so they are there only when the metric wants them. */
static bool wants_quantiles(const char *metric)
{
    return strncmp(metric, "crps", 4) == 0 || strncmp(metric, "pinball", 7) == 0;
}

static bool is_loss(const char *metric)
{
    static const char *const others[] = {"me", "r2", "accuracy", "balanced_accuracy"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(metric, others[i]) == 0) return false;
    return strncmp(metric, "coverage", 8) != 0;
}

enum alm_status alm_tune_settings_check(const struct alm_tune_settings *settings, const struct alm_plan *plan,
                                        struct alm_error *error)
{
    struct alm_evaluation *evaluation;
    struct alm_text known = {0};
    bool found = false;
    size_t n;
    ALM_TRY(alm_evaluation_create_for(&evaluation, plan, false, error));
    const struct alm_metric *metrics = alm_evaluation_metrics(evaluation, &n);
    for (size_t i = 0; i < n; i++) {
        if (!is_loss(metrics[i].code)) continue;
        found = found || strcmp(metrics[i].code, settings->metric) == 0;
        alm_text_printf(&known, "%s ", metrics[i].code);
    }
    if (!wants_quantiles(settings->metric)) alm_text_append(&known, "crps pinball");
    const enum alm_status status =
        found ? ALM_OK
              : alm_fail(error, ALM_USAGE, "--metric %s: expected one that is better when smaller: %s",
                         settings->metric, alm_text_string(&known));
    alm_text_clear(&known);
    alm_evaluation_free(evaluation);
    return status;
}

/* ---- from a request ---- */

static enum alm_status read_base(struct alm_tune_settings *out, const struct alm_tune_request *request,
                                 const struct alm_loaded *series, struct alm_error *error)
{
    const struct alm_backtest_request base = {
        .models = &request->model,
        .n_models = 1,
        .horizon = request->horizon,
        .folds = request->folds == 0 ? usual_folds : request->folds,
        .step = request->step,
        .scheme = request->scheme,
        .refit = request->refit,
        .gap = request->gap,
        .season = request->season,
        .missing = request->missing,
        .seed = request->seed,
    };
    ALM_TRY(alm_settings_create(&out->base, &base, series, error));
    if (!wants_quantiles(out->metric)) out->base.engine.n_levels = 0;
    return ALM_OK;
}

static enum alm_status read_method(struct alm_tune_settings *out, const char *method, struct alm_error *error)
{
    out->method = ALM_SEARCH_RANDOM;
    if (method == NULL || strcmp(method, method_names[0]) == 0) return ALM_OK;
    out->method = ALM_SEARCH_HALVING;
    if (strcmp(method, method_names[1]) == 0) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "--method %s: expected random or halving", method);
}

enum alm_status alm_tune_settings_create(struct alm_tune_settings *out,
                                         const struct alm_tune_request *request, struct alm_loaded *series,
                                         struct alm_error *error)
{
    *out = (struct alm_tune_settings){
        .trials = request->trials == 0 ? usual_trials : request->trials,
        .reduction = request->reduction == 0 ? usual_reduction : request->reduction,
    };
    if (request->model == NULL)
        return alm_fail(error, ALM_USAGE,
                        "give what to search: --model SPEC with ranges, e.g. lstm:lookback=24..336:log");
    if (out->reduction < 2) return alm_fail(error, ALM_USAGE, "--reduction must be at least 2");
    ALM_TRY(cut(&out->cut, series, request, error));
    ALM_TRY(set_origin(out, request, series, error));
    ALM_TRY(read_method(out, request->method, error));
    ALM_TRY(alm_search_space_parse(&out->space, request->model, NULL, error));
    ALM_TRY(set_metric(out, request, series, error));
    ALM_TRY(read_base(out, request, series, error));
    return set_budget(out, request->budget, error);
}

/* ---- to the store and back ---- */

void alm_tune_settings_write(struct alm_text *out, const struct alm_tune_settings *settings,
                             const struct alm_loaded *series)
{
    struct alm_text base = {0};
    alm_settings_write(&base, &settings->base, series);
    if (base.length > 0) alm_text_append_bytes(out, base.data, base.length - 1); /* without its brace */
    if (base.failed) out->failed = true;
    alm_text_clear(&base);
    alm_text_printf(out, ",\"trials\":%zu,\"method\":\"%s\",\"metric\":", settings->trials,
                    method_names[settings->method]);
    alm_text_append_json(out, settings->metric);
    alm_text_append(out, ",\"budget\":");
    alm_text_append_json(out, settings->budget);
    alm_text_printf(out, ",\"full_budget\":%zu,\"reduction\":%zu,\"keep\":", settings->full_budget,
                    settings->reduction);
    if (settings->keep != NULL)
        alm_text_append_json(out, settings->keep);
    else
        alm_text_append(out, "null");
    alm_text_printf(out, ",\"cut\":%s", settings->cut ? "true" : "false");
    if (settings->origin != INT64_MAX) alm_text_printf(out, ",\"origin\":%lld", (long long)settings->origin);
    alm_text_append(out, "}");
}

static enum alm_status take_search(struct alm_tune_settings *out, struct alm_rows *rows,
                                   struct alm_error *error)
{
    out->trials = (size_t)alm_rows_integer(rows, 0);
    ALM_TRY(read_method(out, alm_rows_text(rows, 1), error));
    snprintf(out->metric, sizeof out->metric, "%s", alm_rows_text(rows, 2));
    snprintf(out->budget, sizeof out->budget, "%s", alm_rows_text(rows, 3));
    out->full_budget = (size_t)alm_rows_integer(rows, 4);
    out->reduction = (size_t)alm_rows_integer(rows, 5);
    if (alm_rows_type(rows, 7) != ALM_VALUE_NULL) out->origin = alm_rows_integer(rows, 7);
    out->cut = alm_rows_integer(rows, 8) != 0;
    return alm_copy_text(&out->keep, alm_rows_text(rows, 6), error);
}

static enum alm_status load_search(struct alm_tune_settings *out, struct alm_store *store, int64_t run,
                                   struct alm_error *error)
{
    const struct alm_binding binding = alm_bound_integer("run", run);
    struct alm_rows *rows;
    bool row = false;
    ALM_TRY(alm_rows_open_query(&rows, store, "settings_search", &binding, 1, error));
    enum alm_status status = alm_rows_step(rows, &row, error);
    if (status == ALM_OK && row) status = take_search(out, rows, error);
    alm_rows_close(rows);
    return status;
}

enum alm_status alm_tune_settings_load(struct alm_tune_settings *out, struct alm_loaded *series,
                                       struct alm_store *store, int64_t run, uint64_t seed,
                                       struct alm_error *error)
{
    *out = (struct alm_tune_settings){.origin = INT64_MAX};
    ALM_TRY(alm_settings_load(&out->base, series, store, run, seed, error));
    ALM_TRY(load_search(out, store, run, error));
    return alm_search_space_parse(&out->space, out->base.model[0], NULL, error);
}
