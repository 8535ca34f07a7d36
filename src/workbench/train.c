/* Fits a forecaster and keeps it; goes on with a training that was interrupted. */
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/model_table.h"
#include "store/task_table.h"
#include "store/training_table.h"
#include "workbench/covariates.h"
#include "workbench/request.h"
#include "workbench/run.h"
#include "workbench/settings.h"
#include "workbench/single.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct training {
    struct alm_workbench *workbench;
    const char *name; /* of the model; NULL: made from forecaster and run */
    size_t jobs;
    double cpu_before;
    struct alm_loaded series;
    struct alm_settings settings;
    struct alm_single single;
    struct alm_forecaster *forecaster;
    struct alm_candidate candidate;
    struct alm_plan plan; /* one forecaster, one fold: what a run's row wants to know */
    struct alm_run_owner owner;
    struct alm_bytes blob;
    bool resumed; /* went on from a kept state */
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
    const char *name = t->name;
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

/* Nothing after the last time that may be seen is looked at, be it to fit or to tell one run from another. */
static enum alm_status cut_series(struct alm_loaded *series, const char *until, struct alm_error *error)
{
    int64_t last;
    if (until == NULL) return ALM_OK;
    ALM_TRY(alm_request_time(&last, until, alm_series_is_index(series->series[0]),
                             series->series[0]->time_zone, "--until", error));
    for (size_t i = 0; i < series->n; i++) {
        struct alm_series *s = series->series[i];
        s->n = alm_series_bars_until(s, last);
        if (s->n == 0) return alm_fail(error, ALM_DATA, "%s has no values up to that time", s->name);
    }
    return ALM_OK;
}

/* What a fit needs, from t->series and t->settings. */
static enum alm_status make_forecaster(struct training *t, struct alm_error *error)
{
    const struct alm_backtest_settings *engine = &t->settings.engine;
    const struct alm_forecaster_settings forecaster = {
        .seed = engine->seed,
        .missing = engine->missing,
        .conformal_folds = engine->conformal_folds,
    };
    ALM_TRY(alm_single_create(&t->single, &t->series, INT64_MAX, engine->split.horizon, error));
    ALM_TRY(alm_forecaster_create(&t->forecaster, t->settings.model[0], &forecaster, error));
    return alm_single_candidate(&t->candidate, t->forecaster, NULL, error);
}

static enum alm_status prepare_model(struct training *t, const struct alm_train_request *r, const char *model,
                                     struct alm_error *error)
{
    ALM_TRY(check_name(t, error));
    ALM_TRY(alm_load_series(&t->series, t->workbench->store, r->series, r->n_series, r->season, error));
    ALM_TRY(cut_series(&t->series, r->until, error));
    ALM_TRY(alm_covariates_load(&t->series, t->workbench->store, &r->covariates, 0, error));
    const struct alm_backtest_request settings = {
        .models = &model,
        .n_models = 1,
        .horizon = r->horizon > 0 ? r->horizon : t->series.series[0]->season_length,
        .levels = r->levels,
        .n_levels = r->n_levels,
        .season = r->season,
        .missing = r->missing,
        .seed = r->seed,
    };
    ALM_TRY(alm_settings_create(&t->settings, &settings, &t->series, error));
    return make_forecaster(t, error);
}

static enum alm_status prepare(struct training *t, const struct alm_train_request *r, struct alm_error *error)
{
    struct alm_text model = {0};
    if (r->model == NULL) return alm_fail(error, ALM_USAGE, "give what to train: --model SPEC");
    alm_text_append(&model, r->model);
    if (r->time_limit > 0)
        alm_text_printf(&model, "%stime_limit=%g", strchr(r->model, ':') == NULL ? ":" : ",", r->time_limit);
    enum alm_status status = alm_text_check(&model, error);
    if (status == ALM_OK) status = prepare_model(t, r, alm_text_string(&model), error);
    alm_text_clear(&model);
    return status;
}

/* ---- the run, or one to go on with ---- */

/* A digest of all that decides what comes out: two trainings with the same one give the same bits. */
static enum alm_status digest_command(char out[ALM_DIGEST_SIZE], const struct training *t,
                                      struct alm_error *error)
{
    struct alm_text text = {0};
    char data[ALM_DIGEST_SIZE], kernel[ALM_KERNEL_SIZE];
    alm_run_kernel(kernel);
    alm_loaded_digest(data, &t->series);
    alm_settings_write(&text, &t->settings, &t->series);
    alm_text_printf(&text, "\n%s\n%llu\n%s\n%s\n%s\n%s\n", t->candidate.spec,
                    (unsigned long long)t->settings.engine.seed, data, ALM_VERSION, kernel,
                    t->name == NULL ? "" : t->name);
    const enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) alm_digest_of(out, text.data, text.length);
    alm_text_clear(&text);
    return status;
}

/* Takes the run of an earlier call with the same command that did not end. Nobody is pushed aside: if it is
 * worked on, owner->run stays 0. */
static enum alm_status take_earlier(struct training *t, const char *command, struct alm_error *error)
{
    struct alm_error why = {0};
    char kernel[ALM_KERNEL_SIZE];
    int64_t run;
    ALM_TRY(alm_training_table_open(&run, t->workbench->store, command, error));
    if (run == 0) return ALM_OK;
    alm_run_kernel(kernel);
    const enum alm_status status =
        alm_run_table_take(&t->owner, t->workbench->store, run, ALM_VERSION, kernel, &why);
    if (status == ALM_OK && t->owner.token[0] != '\0') return ALM_OK;
    t->owner = (struct alm_run_owner){0};
    return status == ALM_OK || status == ALM_EXISTS ? ALM_OK : alm_fail(error, status, "%s", why.text);
}

static enum alm_status begin(struct training *t, struct alm_error *error)
{
    char command[ALM_DIGEST_SIZE];
    t->plan = (struct alm_plan){
        .settings = t->settings.engine,
        .n_series = t->series.n,
        .series = (const struct alm_series *const *)t->series.series,
        .n_forecasters = 1,
        .forecaster = &t->candidate,
        .n_folds = 1,
        .step = 1,
        .n_tasks = 1,
    };
    ALM_TRY(digest_command(command, t, error));
    ALM_TRY(take_earlier(t, command, error));
    if (t->owner.run > 0) return ALM_OK;
    ALM_TRY(alm_store_begin(t->workbench->store, error));
    enum alm_status status =
        t->name == NULL ? ALM_OK : alm_training_table_supersede(t->workbench->store, t->name, error);
    if (status == ALM_OK)
        status = alm_run_begin(&t->owner, t->workbench, ALM_RUN_TRAIN, NULL, &t->settings, &t->series,
                               &t->plan, error);
    if (status == ALM_OK)
        status = alm_training_table_note(t->workbench->store, t->owner.run, command, t->name, error);
    return alm_store_end(t->workbench->store, status, error);
}

static enum alm_status save_state(void *context, size_t fit, size_t training, const struct alm_bytes *state,
                                  struct alm_error *error)
{
    const struct training *t = context;
    return alm_checkpoint_save(t->workbench->store, &t->owner, fit, training, state, error);
}

static enum alm_status load_state(void *context, size_t fit, size_t training, struct alm_bytes *state,
                                  struct alm_error *error)
{
    struct training *t = context;
    ALM_TRY(alm_checkpoint_load(state, t->workbench->store, t->owner.run, fit, training, error));
    if (state->length > 0) t->resumed = true;
    return ALM_OK;
}

/* ---- the fit, and what is kept ---- */

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
    if (t->name != NULL)
        snprintf(summary->name, sizeof summary->name, "%s", t->name);
    else
        snprintf(summary->name, sizeof summary->name, "%s-%lld", t->candidate.label, (long long)t->owner.run);
    const struct alm_model_new model = {
        .name = summary->name,
        .spec = t->candidate.spec,
        .run = t->owner.run,
        .trained_until = until,
        .frequency = alm_text_string(&frequency),
        .horizon = t->single.history.horizon,
        .seed = t->settings.engine.seed,
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

/* The model is there when the run is done, and the states are not. */
static enum alm_status keep_and_end(struct training *t, struct alm_train_summary *summary,
                                    struct alm_error *error)
{
    struct alm_store *store = t->workbench->store;
    ALM_TRY(alm_store_begin(store, error));
    enum alm_status status = keep(t, summary, error);
    if (status == ALM_OK) status = alm_training_table_drop(store, t->owner.run, false, error);
    if (status == ALM_OK) status = alm_run_end(t->workbench, &t->owner, ALM_OK, t->cpu_before, error);
    return alm_store_end(store, status, error);
}

static void describe(const struct training *t, struct alm_train_summary *summary)
{
    struct alm_text text = {0};
    alm_forecaster_describe(t->forecaster, 0, &text);
    snprintf(summary->learnt, sizeof summary->learnt, "%s", alm_text_string(&text));
    alm_text_clear(&text);
    summary->seconds = t->single.fit_seconds;
    summary->resumed = t->resumed;
}

static enum alm_status train(struct training *t, struct alm_train_summary *summary, struct alm_error *error)
{
    struct alm_run_sink committing = {.store = t->workbench->store, .owner = &t->owner};
    const struct alm_sink sink = {&committing, alm_run_sink_deliver};
    const struct alm_checkpoints checkpoints = {t, save_state, load_state};
    const double *level = t->settings.engine.level;
    const size_t n_levels = t->settings.engine.n_levels;
    size_t n_done;
    bool done = false; /* the earlier call came as far as this, but not to the model */
    committing.level = level;
    ALM_TRY(alm_single_fit(&t->single, t->forecaster, level, n_levels, t->workbench, t->jobs, &checkpoints,
                           error));
    ALM_TRY(alm_task_table_done(&done, &n_done, 1, t->workbench->store, t->owner.run, error));
    if (!done) ALM_TRY(alm_single_deliver(&t->single, NULL, 0, level, n_levels, &sink, error));
    ALM_TRY(check_outcome(t, error));
    describe(t, summary);
    return keep_and_end(t, summary, error);
}

/* What can go on keeps its states: what was interrupted, or failed for a reason outside of the training. */
static enum alm_status fail(struct training *t, enum alm_status status, struct alm_error *error)
{
    struct alm_error second = {0};
    if (status != ALM_INTERRUPTED && status != ALM_DB && status != ALM_NOMEM && status != ALM_IO)
        alm_training_table_drop(t->workbench->store, t->owner.run, false, &second);
    return alm_run_end(t->workbench, &t->owner, status, t->cpu_before, error);
}

static enum alm_status train_run(struct training *t, struct alm_train_summary *summary,
                                 struct alm_error *error)
{
    summary->run = t->owner.run;
    summary->n_series = t->series.n;
    const enum alm_status status = train(t, summary, error);
    return status == ALM_OK ? ALM_OK : fail(t, status, error);
}

enum alm_status alm_train(struct alm_workbench *workbench, const struct alm_train_request *request,
                          struct alm_train_summary *summary, struct alm_error *error)
{
    struct training t = {
        .workbench = workbench,
        .name = request->name,
        .jobs = request->jobs,
        .cpu_before = alm_clock_process_cpu(),
    };
    *summary = (struct alm_train_summary){0};
    enum alm_status status = prepare(&t, request, error);
    if (status == ALM_OK) status = begin(&t, error);
    if (status == ALM_OK) status = train_run(&t, summary, error);
    clear_training(&t);
    return status;
}

/* ---- resume ---- */

/* Everything as it was: else what comes out would be neither the old training's model nor a new one's. */
static enum alm_status check_command(const struct training *t, const struct alm_run_row *row,
                                     const char *command, struct alm_error *error)
{
    char now[ALM_DIGEST_SIZE], data[ALM_DIGEST_SIZE];
    ALM_TRY(digest_command(now, t, error));
    if (strcmp(now, command) == 0) return ALM_OK;
    alm_loaded_digest(data, &t->series);
    if (strcmp(data, row->data_digest) != 0)
        return alm_fail(error, ALM_DATA,
                        "run %lld cannot go on: the values of its series have changed since it began",
                        (long long)row->run);
    return alm_fail(
        error, ALM_DATA,
        "run %lld cannot go on: it began with almanac %s on another processor or build (%s); train again",
        (long long)row->run, row->version, row->kernel);
}

static enum alm_status resume(struct training *t, const struct alm_run_row *row, const char *command,
                              struct alm_train_summary *summary, struct alm_error *error)
{
    ALM_TRY(check_name(t, error));
    ALM_TRY(alm_settings_load(&t->settings, &t->series, t->workbench->store, row->run, row->seed, error));
    if (t->settings.n_models != 1) return alm_fail(error, ALM_DB, "run %lld is damaged", (long long)row->run);
    ALM_TRY(make_forecaster(t, error));
    ALM_TRY(check_command(t, row, command, error));
    ALM_TRY(alm_run_table_take(&t->owner, t->workbench->store, row->run, ALM_VERSION, row->kernel, error));
    return train_run(t, summary, error);
}

enum alm_status alm_train_resume(struct alm_workbench *workbench, const char *run, size_t jobs,
                                 struct alm_train_summary *summary, struct alm_error *error)
{
    struct training t = {.workbench = workbench, .jobs = jobs, .cpu_before = alm_clock_process_cpu()};
    struct alm_run_row row = {0};
    char *command = NULL, *name = NULL;
    *summary = (struct alm_train_summary){0};
    ALM_TRY(alm_run_table_find(&row, workbench->store, run, error));
    enum alm_status status = ALM_OK;
    if (row.kind != ALM_RUN_TRAIN)
        status = alm_fail(error, ALM_USAGE, "run %lld is not a training", (long long)row.run);
    else if (strcmp(row.status, "done") == 0)
        status = alm_fail(error, ALM_USAGE, "run %lld is done: its model is kept", (long long)row.run);
    if (status == ALM_OK) status = alm_training_table_find(&command, &name, workbench->store, row.run, error);
    t.name = name;
    if (status == ALM_OK) status = resume(&t, &row, command, summary, error);
    clear_training(&t);
    alm_run_row_clear(&row);
    free(command);
    free(name);
    return status;
}

enum alm_status alm_model_drop(struct alm_workbench *workbench, const char *name, struct alm_error *error)
{
    return alm_model_table_drop(workbench->store, name, error);
}
