#include "workbench/settings.h"

#include "base/memory.h"
#include "store/rows.h"
#include "workbench/covariates.h"
#include "workbench/request.h"

#include <stdlib.h>
#include <string.h>

void alm_settings_clear(struct alm_settings *settings)
{
    for (size_t i = 0; i < settings->n_models; i++)
        free(settings->model[i]);
    free(settings->model);
    free((double *)settings->engine.level);
    alm_origin_file_clear(&settings->origins);
    free(settings->origin_path);
    *settings = (struct alm_settings){0};
}

static enum alm_status add_model(struct alm_settings *settings, const char *text, struct alm_error *error)
{
    size_t capacity = settings->n_models;
    ALM_TRY(alm_grow((void **)&settings->model, &capacity, settings->n_models + 1, sizeof *settings->model,
                     error));
    ALM_TRY(alm_copy_text(&settings->model[settings->n_models], text, error));
    settings->n_models++;
    return ALM_OK;
}

/* ---- from a request ---- */

/* A limit of the origins; NULL: none. */
static enum alm_status read_limit(bool *has, int64_t *out, const char *text, const char *option,
                                  const struct alm_series *series, struct alm_error *error)
{
    *has = text != NULL;
    if (text == NULL) return ALM_OK;
    return alm_request_time(out, text, alm_series_is_index(series), series->time_zone, option, error);
}

static void use_list(struct alm_settings *out)
{
    out->engine.split.list =
        (struct alm_origin_list){out->origins.n, out->origins.moment, out->origin_path, out->origins.line};
}

/* A rule, or a file with times. */
static enum alm_status read_origins(struct alm_settings *out, const struct alm_backtest_request *request,
                                    const struct alm_series *series, struct alm_error *error)
{
    const char *text = request->origins;
    if (text == NULL) return ALM_OK;
    if (request->step > 0)
        return alm_fail(error, ALM_USAGE,
                        "--step and --origins both say where origins are: give one of them");
    if (alm_origin_rule_is_meant(text)) return alm_origin_rule_parse(&out->engine.split.rule, text, error);
    if (request->folds > 0)
        return alm_fail(error, ALM_USAGE, "--folds and a file of origins contradict each other");
    ALM_TRY(alm_origin_file_read(&out->origins, text, alm_series_is_index(series), series->time_zone, error));
    ALM_TRY(alm_copy_text(&out->origin_path, text, error));
    use_list(out);
    return ALM_OK;
}

/* A length of time needs a clock. */
static enum alm_status read_extent(struct alm_extent *out, const char *text, const char *option,
                                   const struct alm_series *series, struct alm_error *error)
{
    *out = (struct alm_extent){0};
    if (text == NULL) return ALM_OK;
    ALM_TRY(alm_extent_parse(out, text, option, error));
    if (!alm_extent_is_time(*out) || !alm_series_is_index(series)) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "%s %s: %s has no clock; give a number of bars", option, text,
                    series->name);
}

static enum alm_status read_split(struct alm_settings *out, const struct alm_backtest_request *request,
                                  const struct alm_series *series, struct alm_error *error)
{
    struct alm_split *split = &out->engine.split;
    if (request->horizon == 0)
        return alm_fail(error, ALM_USAGE, "give the number of steps to forecast: --horizon H");
    split->horizon = request->horizon;
    split->folds = request->folds;
    split->step = request->step == 0 ? request->horizon : request->step;
    split->has_embargo = request->embargo != NULL;
    ALM_TRY(read_extent(&split->gap, request->gap, "--gap", series, error));
    ALM_TRY(read_extent(&split->embargo, request->embargo, "--embargo", series, error));
    ALM_TRY(read_limit(&split->has_first_origin, &split->first_origin, request->first_origin,
                       "--first-origin", series, error));
    ALM_TRY(read_limit(&split->has_last_origin, &split->last_origin, request->last_origin, "--last-origin",
                       series, error));
    ALM_TRY(read_origins(out, request, series, error));
    if (split->folds == 0 && !split->has_first_origin && !alm_split_has_moments(split)) split->folds = 1;
    ALM_TRY(alm_request_scheme(split, request->scheme, error));
    if (alm_extent_is_time(split->window) && alm_series_is_index(series))
        return alm_fail(error, ALM_USAGE, "--scheme %s: %s has no clock; give a number of bars",
                        request->scheme, series->name);
    return alm_request_refit(split, request->refit, error);
}

static enum alm_status read_request(struct alm_settings *out, const struct alm_backtest_request *request,
                                    const struct alm_loaded *series, struct alm_error *error)
{
    double *levels;
    out->season = request->season;
    out->engine.seed = request->seed;
    out->engine.conformal_folds = request->no_intervals ? 0 : ALM_CONFORMAL_FOLDS;
    ALM_TRY(read_split(out, request, series->series[0], error));
    ALM_TRY(alm_request_missing(&out->engine.missing, request->missing, error));
    if (request->no_intervals && request->n_levels > 0)
        return alm_fail(error, ALM_USAGE, "--levels and --no-intervals exclude each other");
    if (!request->no_intervals) {
        ALM_TRY(
            alm_request_levels(&levels, &out->engine.n_levels, request->levels, request->n_levels, error));
        out->engine.level = levels;
    }
    for (size_t i = 0; i < request->n_models; i++)
        ALM_TRY(add_model(out, request->models[i], error));
    return ALM_OK;
}

enum alm_status alm_settings_create(struct alm_settings *out, const struct alm_backtest_request *request,
                                    const struct alm_loaded *series, struct alm_error *error)
{
    *out = (struct alm_settings){0};
    const enum alm_status status = read_request(out, request, series, error);
    if (status != ALM_OK) alm_settings_clear(out);
    return status;
}

/* ---- to the store ---- */

static void write_series(struct alm_text *out, const struct alm_loaded *series)
{
    alm_text_append(out, "\"series\":[");
    for (size_t i = 0; i < series->n; i++) {
        const struct alm_series *s = series->series[i];
        alm_text_append(out, i == 0 ? "{\"name\":" : ",{\"name\":");
        alm_text_append_json(out, s->name);
        alm_text_printf(out, ",\"until\":%lld}", (long long)s->ts[s->n - 1]);
    }
    alm_text_append(out, "]");
}

static void write_models(struct alm_text *out, const struct alm_settings *settings)
{
    alm_text_append(out, ",\"models\":[");
    for (size_t i = 0; i < settings->n_models; i++) {
        if (i > 0) alm_text_append(out, ",");
        alm_text_append_json(out, settings->model[i]);
    }
    alm_text_append(out, "],\"levels\":[");
    for (size_t i = 0; i < settings->engine.n_levels; i++) {
        if (i > 0) alm_text_append(out, ",");
        alm_text_append_number(out, settings->engine.level[i]);
    }
    alm_text_append(out, "]");
}

static void write_limit(struct alm_text *out, const char *name, bool has, int64_t ts)
{
    alm_text_printf(out, ",\"%s\":", name);
    if (has)
        alm_text_printf(out, "%lld", (long long)ts);
    else
        alm_text_append(out, "null");
}

/* Bars are a number, a time is a text. */
static void write_extent(struct alm_text *out, const char *name, struct alm_extent extent)
{
    alm_text_printf(out, ",\"%s\":%s", name, alm_extent_is_time(extent) ? "\"" : "");
    alm_extent_write(out, extent);
    if (alm_extent_is_time(extent)) alm_text_append(out, "\"");
}

/* Only where they are given: runs that differ in nothing else have the same spec. */
static void write_origins(struct alm_text *out, const struct alm_settings *settings)
{
    const struct alm_split *split = &settings->engine.split;
    if (split->has_last_origin) write_limit(out, "last_origin", true, split->last_origin);
    if (split->has_embargo) write_extent(out, "embargo", split->embargo);
    if (!alm_split_has_moments(split)) return;
    alm_text_append(out, ",\"origins\":");
    if (split->list.n == 0) {
        alm_text_append(out, "\"");
        alm_origin_rule_write(out, &split->rule);
        alm_text_append(out, "\"");
        return;
    }
    alm_text_append_json(out, settings->origin_path);
    for (size_t i = 0; i < split->list.n; i++)
        alm_text_printf(out, "%s%lld", i == 0 ? ",\"times\":[" : ",", (long long)split->list.moment[i]);
    alm_text_append(out, "]");
}

void alm_settings_write(struct alm_text *out, const struct alm_settings *settings,
                        const struct alm_loaded *series)
{
    const struct alm_split *split = &settings->engine.split;
    alm_text_append(out, "{");
    write_series(out, series);
    if (series->covariates != NULL) alm_text_append(out, series->covariates);
    write_models(out, settings);
    alm_text_printf(out, ",\"horizon\":%zu,\"folds\":%zu,\"step\":%zu", split->horizon, split->folds,
                    split->step);
    write_limit(out, "first_origin", split->has_first_origin, split->first_origin);
    write_origins(out, settings);
    alm_text_append(out, ",\"scheme\":\"");
    alm_request_write_scheme(out, split);
    alm_text_append(out, "\",\"refit\":\"");
    alm_request_write_refit(out, split);
    alm_text_append(out, "\"");
    write_extent(out, "gap", split->gap);
    alm_text_printf(out, ",\"season\":%zu,\"missing\":\"%s\"}", settings->season,
                    settings->engine.missing == ALM_MISSING_FILL ? "fill" : "refuse");
}

/* ---- from the store ---- */

/* Calls each row of a settings query. */
static enum alm_status each_row(struct alm_store *store, const char *query, int64_t run, void *context,
                                enum alm_status (*take)(void *, struct alm_rows *, struct alm_error *),
                                struct alm_error *error)
{
    const struct alm_binding binding = alm_bound_integer("run", run);
    struct alm_rows *rows;
    bool row = false;
    ALM_TRY(alm_rows_open_query(&rows, store, query, &binding, 1, error));
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        status = take(context, rows, error);
        if (status == ALM_OK) status = alm_rows_step(rows, &row, error);
    }
    alm_rows_close(rows);
    return status;
}

static enum alm_status take_extent(struct alm_extent *out, struct alm_rows *rows, size_t column,
                                   const char *option, struct alm_error *error)
{
    *out = (struct alm_extent){0};
    if (alm_rows_type(rows, column) == ALM_VALUE_NULL) return ALM_OK;
    return alm_extent_parse(out, alm_rows_text(rows, column), option, error);
}

static enum alm_status take_origins(struct alm_settings *out, struct alm_rows *rows, struct alm_error *error)
{
    struct alm_split *split = &out->engine.split;
    split->has_last_origin = alm_rows_type(rows, 9) != ALM_VALUE_NULL;
    split->last_origin = alm_rows_integer(rows, 9);
    split->has_embargo = alm_rows_type(rows, 10) != ALM_VALUE_NULL;
    ALM_TRY(take_extent(&split->embargo, rows, 10, "embargo", error));
    if (alm_rows_type(rows, 11) == ALM_VALUE_NULL) return ALM_OK;
    if (alm_rows_integer(rows, 12) == 0)
        return alm_origin_rule_parse(&split->rule, alm_rows_text(rows, 11), error);
    return alm_copy_text(&out->origin_path, alm_rows_text(rows, 11), error);
}

static enum alm_status take_values(void *context, struct alm_rows *rows, struct alm_error *error)
{
    struct alm_settings *out = context;
    struct alm_split *split = &out->engine.split;
    split->horizon = (size_t)alm_rows_integer(rows, 0);
    split->folds = (size_t)alm_rows_integer(rows, 1);
    split->step = (size_t)alm_rows_integer(rows, 2);
    split->has_first_origin = alm_rows_type(rows, 3) != ALM_VALUE_NULL;
    split->first_origin = alm_rows_integer(rows, 3);
    out->season = (size_t)alm_rows_integer(rows, 7);
    ALM_TRY(alm_request_scheme(split, alm_rows_text(rows, 4), error));
    ALM_TRY(alm_request_refit(split, alm_rows_text(rows, 5), error));
    ALM_TRY(take_extent(&split->gap, rows, 6, "gap", error));
    ALM_TRY(take_origins(out, rows, error));
    return alm_request_missing(&out->engine.missing, alm_rows_text(rows, 8), error);
}

static enum alm_status take_time(void *context, struct alm_rows *rows, struct alm_error *error)
{
    struct alm_origin_file *file = &((struct alm_settings *)context)->origins;
    size_t capacity = file->n;
    ALM_TRY(alm_grow((void **)&file->moment, &capacity, file->n + 1, sizeof *file->moment, error));
    file->moment[file->n++] = alm_rows_integer(rows, 0);
    return ALM_OK;
}

static enum alm_status take_level(void *context, struct alm_rows *rows, struct alm_error *error)
{
    struct alm_backtest_settings *engine = &((struct alm_settings *)context)->engine;
    double *levels = (double *)engine->level;
    size_t capacity = engine->n_levels;
    ALM_TRY(alm_grow((void **)&levels, &capacity, engine->n_levels + 1, sizeof *levels, error));
    levels[engine->n_levels++] = alm_rows_real(rows, 0);
    engine->level = levels;
    return ALM_OK;
}

static enum alm_status take_model(void *context, struct alm_rows *rows, struct alm_error *error)
{
    return add_model(context, alm_rows_text(rows, 0), error);
}

struct series_reading {
    struct alm_loaded *series;
    struct alm_store *store;
    size_t season;
};

static enum alm_status take_series(void *context, struct alm_rows *rows, struct alm_error *error)
{
    struct series_reading *reading = context;
    return alm_load_one(reading->series, reading->store, alm_rows_text(rows, 0), alm_rows_integer(rows, 1),
                        reading->season, error);
}

enum alm_status alm_settings_load(struct alm_settings *out, struct alm_loaded *series,
                                  struct alm_store *store, int64_t run, uint64_t seed,
                                  struct alm_error *error)
{
    *out = (struct alm_settings){0};
    *series = (struct alm_loaded){0};
    out->engine.seed = seed;
    out->engine.conformal_folds = ALM_CONFORMAL_FOLDS;
    enum alm_status status = each_row(store, "settings_values", run, out, take_values, error);
    struct series_reading reading = {series, store, out->season};
    if (status == ALM_OK) status = each_row(store, "settings_times", run, out, take_time, error);
    if (status == ALM_OK && out->origins.n > 0)
        out->engine.split.list = (struct alm_origin_list){.n = out->origins.n, .moment = out->origins.moment};
    if (status == ALM_OK) status = each_row(store, "settings_levels", run, out, take_level, error);
    if (status == ALM_OK) status = each_row(store, "settings_models", run, out, take_model, error);
    if (status == ALM_OK) status = each_row(store, "settings_series", run, &reading, take_series, error);
    if (status == ALM_OK) status = alm_covariates_load_run(series, store, run, 0, error);
    if (status != ALM_OK) {
        alm_settings_clear(out);
        alm_loaded_clear(series);
    }
    return status;
}
