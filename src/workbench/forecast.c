/* Forecasts beyond an origin, by a kept model or one that is fitted now, beside naive. */
#include "base/clock.h"
#include "forecast/classes.h"
#include "store/model_table.h"
#include "workbench/covariates.h"
#include "workbench/request.h"
#include "workbench/run.h"
#include "workbench/settings.h"
#include "workbench/single.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct making {
    struct alm_workbench *workbench;
    const struct alm_forecast_request *request;
    struct alm_model_row model; /* of a kept model */
    struct alm_loaded series;
    struct alm_settings settings;
    struct alm_single single;
    struct alm_forecaster *forecaster[2]; /* the one asked for, and naive beside it */
    struct alm_candidate candidate[2];
    size_t n_forecasters;
    struct alm_plan plan;
    struct alm_run_owner owner;
};

static void clear_making(struct making *m)
{
    for (size_t i = 0; i < 2; i++) {
        alm_forecaster_free(m->forecaster[i]);
        alm_single_candidate_clear(&m->candidate[i]);
    }
    alm_single_clear(&m->single);
    alm_settings_clear(&m->settings);
    alm_loaded_clear(&m->series);
    alm_model_row_clear(&m->model);
}

static enum alm_status load(struct making *m, struct alm_error *error)
{
    const struct alm_forecast_request *r = m->request;
    const char *const *patterns = r->series;
    size_t n = r->n_series;
    if (r->kept != NULL) {
        ALM_TRY(alm_model_table_load(&m->model, m->workbench->store, r->kept, error));
        if (n == 0) {
            patterns = (const char *const *)m->model.series;
            n = m->model.n_series;
            for (size_t i = 0; i < n; i++)
                ALM_TRY(
                    alm_load_one(&m->series, m->workbench->store, patterns[i], INT64_MAX, r->season, error));
            return ALM_OK;
        }
    } else if (r->model == NULL) {
        return alm_fail(error, ALM_USAGE, "give a kept model's name, or --model SPEC");
    }
    return alm_load_series(&m->series, m->workbench->store, patterns, n, r->season, error);
}

/* A kept model takes those that it was trained with, unless others are named. */
static enum alm_status load_covariates(struct making *m, size_t horizon, struct alm_error *error)
{
    const struct alm_covariate_names *names = &m->request->covariates;
    struct alm_store *store = m->workbench->store;
    if (m->request->kept != NULL && names->n_past + names->n_future + names->n_statics == 0)
        return alm_covariates_load_model(&m->series, store, m->request->kept, horizon, error);
    return alm_covariates_load(&m->series, store, names, horizon, error);
}

static enum alm_status read_settings(struct making *m, struct alm_error *error)
{
    const struct alm_forecast_request *r = m->request;
    int64_t at = INT64_MAX;
    const char *spec = r->kept != NULL ? m->model.spec : r->model;
    const struct alm_backtest_request settings = {
        .models = &spec,
        .n_models = 1,
        .horizon = r->horizon > 0 ? r->horizon : m->model.horizon,
        .levels = r->levels,
        .n_levels = r->n_levels,
        .season = r->season,
        .missing = r->missing,
        .seed = r->kept != NULL ? m->model.seed : r->seed,
    };
    ALM_TRY(load_covariates(m, settings.horizon, error));
    ALM_TRY(alm_settings_create(&m->settings, &settings, &m->series, error));
    if (r->at != NULL)
        ALM_TRY(alm_request_time(&at, r->at, alm_series_is_index(m->series.series[0]),
                                 m->series.series[0]->time_zone, "--at", error));
    ALM_TRY(alm_single_create(&m->single, &m->series, at, settings.horizon, error));
    return alm_covariates_check(&m->series, m->single.bars, settings.horizon, error);
}

/* A kept model must not know what lies after the origin. */
static enum alm_status check_origin(const struct making *m, struct alm_error *error)
{
    for (size_t i = 0; m->request->kept != NULL && i < m->series.n; i++) {
        const struct alm_span seen = m->single.entry[i].target;
        if (seen.ts[seen.n - 1] < m->model.trained_until)
            return alm_fail(
                error, ALM_DATA,
                "%s was trained on values after the origin of %s; train it with --until, or choose a later "
                "--at",
                m->request->kept, m->series.series[i]->name);
    }
    return ALM_OK;
}

static enum alm_status add_forecaster(struct making *m, const char *spec, const char *label,
                                      struct alm_error *error)
{
    const size_t i = m->n_forecasters;
    const struct alm_forecaster_settings settings = {
        .seed = m->settings.engine.seed,
        .missing = m->settings.engine.missing,
        .conformal_folds = m->settings.engine.conformal_folds,
    };
    if (spec == NULL)
        ALM_TRY(alm_forecaster_load(&m->forecaster[i], m->model.data, m->model.n_bytes, error));
    else
        ALM_TRY(alm_forecaster_create(&m->forecaster[i], spec, &settings, error));
    m->n_forecasters++;
    return alm_single_candidate(&m->candidate[i], m->forecaster[i], label, error);
}

/* Adds what the forecaster is measured against, unless it is that itself. */
static enum alm_status add_rival(struct making *m, struct alm_error *error)
{
    struct alm_text rival = {0};
    bool categorical = false;
    for (size_t i = 0; i < m->series.n; i++)
        categorical = categorical || m->series.series[i]->n_labels > 0;
    alm_class_rival_write(&rival, m->forecaster[0], categorical);
    enum alm_status status = alm_text_check(&rival, error);
    if (status == ALM_OK && strcmp(m->candidate[0].spec, alm_text_string(&rival)) != 0) {
        const bool of_classes = strncmp(alm_text_string(&rival), "majority", strlen("majority")) == 0;
        const char *name = of_classes ? "majority" : "naive";
        const char *label = of_classes ? "majority-baseline" : "naive-baseline";
        status = add_forecaster(m, alm_text_string(&rival),
                                strcmp(m->candidate[0].label, name) == 0 ? label : NULL, error);
        m->candidate[1].added = true;
    }
    alm_text_clear(&rival);
    return status;
}

static enum alm_status make_forecasters(struct making *m, struct alm_error *error)
{
    struct alm_spec spec = {0};
    if (m->request->model != NULL && m->request->kept == NULL)
        ALM_TRY(alm_spec_parse(&spec, m->request->model, error));
    enum alm_status status = add_forecaster(m, m->request->kept != NULL ? NULL : m->request->model,
                                            m->request->kept != NULL ? m->request->kept : spec.label, error);
    alm_spec_clear(&spec);
    if (status == ALM_OK) status = add_rival(m, error);
    m->plan = (struct alm_plan){
        .settings = m->settings.engine,
        .n_series = m->series.n,
        .series = (const struct alm_series *const *)m->series.series,
        .n_forecasters = m->n_forecasters,
        .forecaster = m->candidate,
        .naive = m->n_forecasters - 1,
        .n_folds = 1,
        .step = 1,
        .n_tasks = m->n_forecasters,
    };
    return status;
}

/* Fits (a kept model is fitted already) and commits the forecasts of forecaster i. */
static enum alm_status make_one(struct making *m, size_t i, const struct alm_sink *sink,
                                struct alm_error *error)
{
    const double *level = m->settings.engine.level;
    const size_t n_levels = m->settings.engine.n_levels;
    m->single.n_epochs = 0;
    m->single.fit_seconds = 0;
    if (i > 0 || m->request->kept == NULL)
        ALM_TRY(alm_single_fit(&m->single, m->forecaster[i], level, n_levels, m->workbench, 0, NULL, error));
    return alm_single_deliver(&m->single, m->forecaster[i], i, level, n_levels, sink, error);
}

/* What became of the forecaster that was asked for. */
static void note_failures(const struct making *m, struct alm_forecast_summary *summary)
{
    for (size_t i = 0; i < m->series.n; i++) {
        const struct alm_series_outcome *outcome = &m->single.outcome[i];
        if (outcome->status == ALM_OK) continue;
        if (summary->n_failed++ == 0)
            snprintf(summary->first_failure, sizeof summary->first_failure, "%s: %s",
                     m->series.series[i]->name, outcome->reason);
    }
}

static enum alm_status make_all(struct making *m, struct alm_forecast_summary *summary,
                                struct alm_error *error)
{
    struct alm_run_sink committing = {
        .store = m->workbench->store,
        .owner = &m->owner,
        .level = m->settings.engine.level,
    };
    const struct alm_sink sink = {&committing, alm_run_sink_deliver};
    for (size_t i = 0; i < m->n_forecasters; i++) {
        ALM_TRY(make_one(m, i, &sink, error));
        if (i == 0) note_failures(m, summary);
    }
    if (summary->n_failed == m->series.n)
        return alm_fail(error, ALM_DATA, "no series could be forecast; %s", summary->first_failure);
    return alm_run_evaluate(m->workbench->store, m->owner.run, &m->plan, NULL, NULL, NULL, error);
}

enum alm_status alm_forecast_make(struct alm_workbench *workbench, const struct alm_forecast_request *request,
                                  struct alm_forecast_summary *summary, struct alm_error *error)
{
    struct making m = {.workbench = workbench, .request = request};
    const double cpu_before = alm_clock_process_cpu();
    *summary = (struct alm_forecast_summary){0};
    enum alm_status status = load(&m, error);
    if (status == ALM_OK) status = read_settings(&m, error);
    if (status == ALM_OK) status = check_origin(&m, error);
    if (status == ALM_OK) status = make_forecasters(&m, error);
    if (status == ALM_OK)
        status = alm_run_begin(&m.owner, workbench, ALM_RUN_FORECAST, request->name, &m.settings, &m.series,
                               &m.plan, error);
    if (status == ALM_OK) {
        summary->run = m.owner.run;
        summary->n_series = m.series.n;
        status = alm_run_end(workbench, &m.owner, make_all(&m, summary, error), cpu_before, error);
    }
    clear_making(&m);
    return status;
}
