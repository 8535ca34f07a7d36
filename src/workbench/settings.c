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

static enum alm_status read_split(struct alm_split *split, const struct alm_backtest_request *request,
                                  const struct alm_loaded *series, struct alm_error *error)
{
    if (request->horizon == 0)
        return alm_fail(error, ALM_USAGE, "give the number of steps to forecast: --horizon H");
    *split = (struct alm_split){
        .horizon = request->horizon,
        .folds = request->folds,
        .step = request->step == 0 ? request->horizon : request->step,
        .gap = request->gap,
    };
    if (request->first_origin != NULL) {
        split->has_first_origin = true;
        ALM_TRY(alm_request_time(&split->first_origin, request->first_origin,
                                 alm_series_is_index(series->series[0]), "--first-origin", error));
    } else if (split->folds == 0) {
        split->folds = 1;
    }
    ALM_TRY(alm_request_scheme(split, request->scheme, error));
    return alm_request_refit(split, request->refit, error);
}

static enum alm_status read_request(struct alm_settings *out, const struct alm_backtest_request *request,
                                    const struct alm_loaded *series, struct alm_error *error)
{
    double *levels;
    out->season = request->season;
    out->engine.seed = request->seed;
    out->engine.conformal_folds = request->no_intervals ? 0 : ALM_CONFORMAL_FOLDS;
    ALM_TRY(read_split(&out->engine.split, request, series, error));
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

void alm_settings_write(struct alm_text *out, const struct alm_settings *settings,
                        const struct alm_loaded *series)
{
    const struct alm_split *split = &settings->engine.split;
    alm_text_append(out, "{");
    write_series(out, series);
    if (series->covariates != NULL) alm_text_append(out, series->covariates);
    write_models(out, settings);
    alm_text_printf(out, ",\"horizon\":%zu,\"folds\":%zu,\"step\":%zu,\"first_origin\":", split->horizon,
                    split->folds, split->step);
    if (split->has_first_origin)
        alm_text_printf(out, "%lld", (long long)split->first_origin);
    else
        alm_text_append(out, "null");
    alm_text_append(out, ",\"scheme\":\"");
    alm_request_write_scheme(out, split);
    alm_text_append(out, "\",\"refit\":\"");
    alm_request_write_refit(out, split);
    alm_text_printf(out, "\",\"gap\":%zu,\"season\":%zu,\"missing\":\"%s\"}", split->gap, settings->season,
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

static enum alm_status take_values(void *context, struct alm_rows *rows, struct alm_error *error)
{
    struct alm_settings *out = context;
    struct alm_split *split = &out->engine.split;
    split->horizon = (size_t)alm_rows_integer(rows, 0);
    split->folds = (size_t)alm_rows_integer(rows, 1);
    split->step = (size_t)alm_rows_integer(rows, 2);
    split->has_first_origin = alm_rows_type(rows, 3) != ALM_VALUE_NULL;
    split->first_origin = alm_rows_integer(rows, 3);
    split->gap = (size_t)alm_rows_integer(rows, 6);
    out->season = (size_t)alm_rows_integer(rows, 7);
    ALM_TRY(alm_request_scheme(split, alm_rows_text(rows, 4), error));
    ALM_TRY(alm_request_refit(split, alm_rows_text(rows, 5), error));
    return alm_request_missing(&out->engine.missing, alm_rows_text(rows, 8), error);
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
