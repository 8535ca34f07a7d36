/* Fits a forecaster and keeps it. */
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/model_table.h"
#include "workbench/request.h"
#include "workbench/run.h"
#include "workbench/settings.h"
#include "workbench/single.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct training {
    struct alm_workbench *workbench;
    const struct alm_train_request *request;
    struct alm_loaded series;
    struct alm_settings settings;
    struct alm_single single;
    struct alm_forecaster *forecaster;
    struct alm_candidate candidate;
    struct alm_plan plan; /* one forecaster, one fold: what a run's row wants to know */
    struct alm_run_owner owner;
    struct alm_bytes blob;
};

static void clear_training(struct training *t)
{
    alm_bytes_clear(&t->blob);
    alm_single_candidate_clear(&t->candidate);
    alm_forecaster_free(t->forecaster);
    alm_single_clear(&t->single);
    alm_settings_clear(&t->settings);
    alm_loaded_clear(&t->series);
}

/* A name that cannot be kept is found before the training, not after it. */
static enum alm_status check_name(const struct training *t, struct alm_error *error)
{
    const char *name = t->request->name;
    struct alm_model_row row = {0};
    struct alm_error missing = {0};
    if (name == NULL) return ALM_OK;
    if (strlen(name) >= sizeof((struct alm_train_summary *)NULL)->name)
        return alm_fail(error, ALM_USAGE, "the model's name is too long");
    const enum alm_status status = alm_model_table_load(&row, t->workbench->store, name, &missing);
    alm_model_row_clear(&row);
    if (status == ALM_OK)
        return alm_fail(error, ALM_EXISTS, "there is a model %s already; drop it or choose another --name",
                        name);
    return status == ALM_NOTFOUND ? ALM_OK : alm_fail(error, status, "%s", missing.text);
}

static enum alm_status prepare(struct training *t, struct alm_error *error)
{
    const struct alm_train_request *r = t->request;
    int64_t until = INT64_MAX;
    if (r->model == NULL) return alm_fail(error, ALM_USAGE, "give what to train: --model SPEC");
    ALM_TRY(check_name(t, error));
    ALM_TRY(alm_load_series(&t->series, t->workbench->store, r->series, r->n_series, r->season, error));
    const struct alm_series *first = t->series.series[0];
    const size_t horizon = r->horizon > 0 ? r->horizon : first->season_length;
    const struct alm_backtest_request settings = {
        .models = &r->model,
        .n_models = 1,
        .horizon = horizon,
        .levels = r->levels,
        .n_levels = r->n_levels,
        .season = r->season,
        .missing = r->missing,
        .seed = r->seed,
    };
    ALM_TRY(alm_settings_create(&t->settings, &settings, &t->series, error));
    if (r->until != NULL)
        ALM_TRY(alm_request_time(&until, r->until, alm_series_is_index(first), "--until", error));
    ALM_TRY(alm_single_create(&t->single, &t->series, until, horizon, error));
    const struct alm_forecaster_settings forecaster = {
        .seed = r->seed,
        .missing = t->settings.engine.missing,
        .conformal_folds = t->settings.engine.conformal_folds,
    };
    ALM_TRY(alm_forecaster_create(&t->forecaster, r->model, &forecaster, error));
    return alm_single_candidate(&t->candidate, t->forecaster, NULL, error);
}

static enum alm_status begin(struct training *t, struct alm_error *error)
{
    t->plan = (struct alm_plan){
        .settings = t->settings.engine,
        .n_series = t->series.n,
        .series = (const struct alm_series *const *)t->series.series,
        .n_forecasters = 1,
        .forecaster = &t->candidate,
        .n_folds = 1,
        .n_tasks = 1,
    };
    return alm_run_begin(&t->owner, t->workbench, ALM_RUN_TRAIN, NULL, &t->settings, &t->series, &t->plan,
                         error);
}

/* A model that learnt nothing of some series would forecast the others only: it is refused. */
static enum alm_status check_outcome(const struct training *t, struct alm_error *error)
{
    for (size_t i = 0; i < t->series.n; i++) {
        const struct alm_series_outcome *outcome = &t->single.outcome[i];
        if (outcome->status != ALM_OK)
            return alm_fail(error, outcome->status, "%s: %s", t->series.series[i]->name, outcome->reason);
    }
    return ALM_OK;
}

static enum alm_status keep(struct training *t, struct alm_train_summary *summary, struct alm_error *error)
{
    const char **names;
    int64_t until = INT64_MIN;
    struct alm_text frequency = {0};
    ALM_TRY(alm_forecaster_save(t->forecaster, &t->blob, error));
    ALM_TRY(alm_bytes_check(&t->blob, error));
    ALM_TRY(ALM_NEW(&names, t->series.n, error));
    for (size_t i = 0; i < t->series.n; i++) {
        const int64_t last = t->single.entry[i].target.ts[t->single.entry[i].target.n - 1];
        names[i] = t->series.series[i]->name;
        if (last > until) until = last;
    }
    alm_frequency_write(&frequency, t->series.series[0]->calendar.frequency);
    if (t->request->name != NULL)
        snprintf(summary->name, sizeof summary->name, "%s", t->request->name);
    else
        snprintf(summary->name, sizeof summary->name, "%s-%lld", t->candidate.label, (long long)t->owner.run);
    const struct alm_model_new model = {
        .name = summary->name,
        .spec = t->candidate.spec,
        .run = t->owner.run,
        .trained_until = until,
        .frequency = alm_text_string(&frequency),
        .horizon = t->single.history.horizon,
        .seed = t->request->seed,
        .version = ALM_VERSION,
        .series = names,
        .n_series = t->series.n,
        .data = t->blob.data,
        .n_bytes = t->blob.length,
    };
    const enum alm_status status = alm_model_table_save(t->workbench->store, &model, error);
    summary->bytes = t->blob.length;
    alm_text_clear(&frequency);
    free(names);
    return status;
}

static enum alm_status train(struct training *t, struct alm_train_summary *summary, struct alm_error *error)
{
    struct alm_run_sink committing = {.store = t->workbench->store, .owner = &t->owner};
    const struct alm_sink sink = {&committing, alm_run_sink_deliver};
    const double *level = t->settings.engine.level;
    const size_t n_levels = t->settings.engine.n_levels;
    committing.level = level;
    ALM_TRY(alm_single_fit(&t->single, t->forecaster, level, n_levels, t->workbench, error));
    ALM_TRY(alm_single_deliver(&t->single, NULL, 0, level, n_levels, &sink, error));
    ALM_TRY(check_outcome(t, error));
    summary->seconds = t->single.fit_seconds;
    return keep(t, summary, error);
}

enum alm_status alm_train(struct alm_workbench *workbench, const struct alm_train_request *request,
                          struct alm_train_summary *summary, struct alm_error *error)
{
    struct training t = {.workbench = workbench, .request = request};
    const double cpu_before = alm_clock_process_cpu();
    *summary = (struct alm_train_summary){0};
    enum alm_status status = prepare(&t, error);
    if (status == ALM_OK) status = begin(&t, error);
    if (status == ALM_OK) {
        summary->run = t.owner.run;
        summary->n_series = t.series.n;
        status = train(&t, summary, error);
        status = alm_run_end(workbench, &t.owner, status, cpu_before, error);
    }
    clear_training(&t);
    return status;
}

enum alm_status alm_model_drop(struct alm_workbench *workbench, const char *name, struct alm_error *error)
{
    return alm_model_table_drop(workbench->store, name, error);
}
