/* A search over options: from the request to the best, and what is told about it. */
#include "workbench/covariates.h"
#include "workbench/tune_trials.h"

#include "base/clock.h"
#include "base/memory.h"
#include "series/timestamp.h"
#include "store/model_table.h"
#include "store/training_table.h"
#include "store/trial_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_tune(struct alm_tune_work *t)
{
    alm_configurations_free(t->configuration, t->n_configurations, &t->settings.space);
    alm_plan_free(t->plan);
    alm_tune_settings_clear(&t->settings);
    alm_loaded_clear(&t->series);
    free(t->number);
    free(t->done);
    free(t->loss);
    free(t->naive_loss);
    free(t->todo);
    free(t->fraction);
}

void alm_tune_summary_clear(struct alm_tune_summary *summary)
{
    free(summary->best);
    *summary = (struct alm_tune_summary){0};
}

/* ---- before the first trial ---- */

static enum alm_status allocate(struct alm_tune_work *t, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&t->number, t->n_trials, error));
    ALM_TRY(ALM_NEW(&t->done, t->n_trials, error));
    ALM_TRY(ALM_NEW(&t->loss, t->n_trials, error));
    ALM_TRY(ALM_NEW(&t->naive_loss, t->n_trials, error));
    ALM_TRY(ALM_NEW(&t->todo, t->n_trials, error));
    ALM_TRY(ALM_NEW(&t->fraction, t->n_trials, error));
    for (size_t i = 0; i < t->n_trials; i++)
        t->loss[i] = t->naive_loss[i] = NAN;
    return ALM_OK;
}

/* The last time that any series has, in words. */
static void write_until(struct alm_tune_summary *summary, const struct alm_loaded *series)
{
    struct alm_text text = {0};
    int64_t until = INT64_MIN;
    for (size_t i = 0; i < series->n; i++)
        if (series->series[i]->ts[series->series[i]->n - 1] > until)
            until = series->series[i]->ts[series->series[i]->n - 1];
    if (alm_series_is_index(series->series[0]))
        alm_text_printf(&text, "%lld", (long long)until);
    else
        alm_ts_write_iso(&text, until);
    snprintf(summary->until, sizeof summary->until, "%s", alm_text_string(&text));
    alm_text_clear(&text);
}

/* Names joined with commas, as a command line takes them; empty when there are too many. */
static void write_series(struct alm_tune_summary *summary, const struct alm_loaded *series)
{
    struct alm_text text = {0};
    for (size_t i = 0; i < series->n; i++)
        alm_text_printf(&text, "%s%s", i == 0 ? "" : ",", series->series[i]->name);
    if (text.length < sizeof summary->series)
        snprintf(summary->series, sizeof summary->series, "%s", alm_text_string(&text));
    alm_text_clear(&text);
}

static void summarise(struct alm_tune_work *t)
{
    struct alm_tune_summary *s = t->summary;
    s->n_series = t->series.n;
    s->cut = t->settings.cut;
    s->n_configurations = t->n_configurations;
    s->wanted = t->settings.trials;
    s->n_rungs = t->n_rungs;
    s->n_trials = t->n_trials;
    s->n_options = t->settings.space.n_dimensions;
    s->horizon = t->settings.base.engine.split.horizon;
    s->folds = t->settings.base.engine.split.folds;
    s->first_budget = t->rung[0].budget;
    s->goes_on = t->goes_on;
    s->full_budget = t->settings.full_budget;
    s->lookback = alm_search_space_has(&t->settings.space, "lookback");
    snprintf(s->budget, sizeof s->budget, "%s", t->settings.budget);
    snprintf(s->metric, sizeof s->metric, "%s", t->settings.metric);
    write_until(s, &t->series);
    write_series(s, &t->series);
}

/* Of what the search is measured against alone. */
static enum alm_status make_plan(struct alm_tune_work *t, struct alm_error *error)
{
    const struct alm_tune_settings *s = &t->settings;
    struct alm_text rival = {0};
    enum alm_status status =
        alm_tune_settings_write_rival(&rival, &s->space, s->base.engine.seed, &t->series, error);
    const char *const spec = alm_text_string(&rival);
    if (status == ALM_OK)
        status =
            alm_plan_create(&t->plan, &s->base.engine, (const struct alm_series *const *)t->series.series,
                            t->series.n, &spec, 1, error);
    if (status == ALM_OK)
        snprintf(t->summary->rival, sizeof t->summary->rival, "%s",
                 t->plan->forecaster[t->plan->naive].type->name);
    alm_text_clear(&rival);
    return status;
}

/* From the settings: configurations, rungs, room for results. */
static enum alm_status prepare(struct alm_tune_work *t, struct alm_error *error)
{
    const struct alm_tune_settings *s = &t->settings;
    ALM_TRY(make_plan(t, error));
    ALM_TRY(alm_tune_settings_check(s, t->plan, error));
    ALM_TRY(alm_search_configurations(&t->configuration, &t->n_configurations, &s->space, s->base.engine.seed,
                                      s->trials, NULL, error));
    t->n_rungs = alm_search_rungs(t->rung, s->method, t->n_configurations, s->full_budget, s->reduction);
    t->goes_on = alm_tune_settings_by_folds(s) || alm_search_goes_on(&s->space, s->budget);
    t->n_trials = t->rung[t->n_rungs - 1].first + t->rung[t->n_rungs - 1].n;
    ALM_TRY(allocate(t, error));
    summarise(t);
    return ALM_OK;
}

/* ---- what came out ---- */

static enum alm_status set_best(struct alm_tune_work *t, struct alm_error *error)
{
    const size_t best = alm_tune_trials_best(t);
    t->summary->loss = t->summary->naive_loss = NAN;
    if (best == t->n_trials)
        return alm_fail(error, ALM_DATA, "no trial has a loss; the reasons: `almanac query trials run=%lld`",
                        (long long)t->owner.run);
    t->summary->loss = t->loss[best];
    t->summary->naive_loss = t->naive_loss[best];
    return alm_copy_text(&t->summary->best, t->configuration[t->number[best]].spec, error);
}

static void count(struct alm_tune_work *t)
{
    t->summary->n_done = t->summary->n_failed = 0;
    for (size_t i = 0; i < t->n_trials; i++) {
        t->summary->n_done += t->done[i];
        t->summary->n_failed += t->done[i] && isnan(t->loss[i]);
    }
}

/* ---- what mattered ---- */

static enum alm_status measure(struct alm_sensitivity_row *out, const struct alm_tune_work *t,
                               size_t dimension, const char **value, struct alm_error *error)
{
    const struct alm_dimension *d = &t->settings.space.dimension[dimension];
    struct alm_sensitivity s;
    for (size_t i = 0; i < t->rung[0].n; i++)
        value[i] = t->configuration[i].value[dimension];
    ALM_TRY(alm_search_sensitivity(&s, d, value, t->loss, t->rung[0].n, error));
    *out = (struct alm_sensitivity_row){d->option->name, s.share, s.rank_correlation, s.n, s.n_groups};
    return ALM_OK;
}

/* Over the first rung, where all configurations have the same budget. */
static enum alm_status store_sensitivity(const struct alm_tune_work *t, struct alm_error *error)
{
    const size_t n = t->settings.space.n_dimensions;
    struct alm_sensitivity_row *rows = NULL;
    const char **value = NULL;
    enum alm_status status = ALM_NEW(&rows, n, error);
    if (status == ALM_OK) status = ALM_NEW(&value, t->rung[0].n, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        status = measure(&rows[i], t, i, value, error);
    if (status == ALM_OK)
        status = alm_trial_table_set_sensitivity(t->workbench->store, t->owner.run, rows, n, error);
    free(rows);
    free(value);
    return status;
}

/* ---- the run ---- */

static enum alm_status run_rungs(struct alm_tune_work *t, struct alm_error *error)
{
    pthread_mutex_init(&t->lock, NULL);
    enum alm_status status = alm_tune_trials_run(t, error);
    pthread_mutex_destroy(&t->lock);
    count(t);
    if (status == ALM_OK) status = store_sensitivity(t, error);
    if (status == ALM_OK) status = alm_training_table_drop(t->workbench->store, t->owner.run, false, error);
    if (status == ALM_OK) status = set_best(t, error);
    if (status == ALM_OK) status = alm_store_optimize(t->workbench->store, error);
    return alm_run_end(t->workbench, &t->owner, status, t->cpu_before, error);
}

/* A name that cannot be kept is found before the search. */
static enum alm_status find_kept(bool *there, const struct alm_tune_work *t, struct alm_error *error)
{
    struct alm_model_row row = {0};
    struct alm_error missing = {0};
    *there = false;
    if (t->settings.keep == NULL) return ALM_OK;
    if (strlen(t->settings.keep) >= sizeof t->summary->kept)
        return alm_fail(error, ALM_USAGE, "the model's name is too long");
    const enum alm_status status =
        alm_model_table_load(&row, t->workbench->store, t->settings.keep, &missing);
    alm_model_row_clear(&row);
    *there = status == ALM_OK;
    return status == ALM_OK || status == ALM_NOTFOUND ? ALM_OK : alm_fail(error, status, "%s", missing.text);
}

/* A name as a pattern that only it matches; to be freed. */
static enum alm_status write_pattern(char **out, const char *name, struct alm_error *error)
{
    struct alm_text text = {0};
    for (const char *p = name; *p != '\0'; p++)
        alm_text_printf(&text, strchr("*?[", *p) != NULL ? "[%c]" : "%c", *p);
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_copy_text(out, alm_text_string(&text), error);
    alm_text_clear(&text);
    return status;
}

/* Fits the best on all that the search saw. */
static enum alm_status train_best(struct alm_tune_work *t, char *const *patterns, struct alm_error *error)
{
    struct alm_train_summary trained;
    struct alm_text until = {0};
    const bool cut = t->settings.origin != INT64_MAX;
    if (cut && alm_series_is_index(t->series.series[0]))
        alm_text_printf(&until, "%lld", (long long)t->settings.origin);
    else if (cut)
        alm_ts_write_iso(&until, t->settings.origin);
    struct alm_train_request request = {
        .model = t->summary->best,
        .series = (const char *const *)patterns,
        .n_series = t->series.n,
        .until = cut ? alm_text_string(&until) : NULL,
        .name = t->settings.keep,
        .season = t->settings.base.season,
        .missing = t->settings.base.engine.missing == ALM_MISSING_FILL ? "fill" : "refuse",
        .horizon = t->settings.base.engine.split.horizon,
        .seed = t->settings.base.engine.seed,
        .jobs = t->jobs,
    };
    if (t->covariates != NULL) request.covariates = *t->covariates;
    const enum alm_status status = alm_train(t->workbench, &request, &trained, error);
    if (status == ALM_OK) snprintf(t->summary->kept, sizeof t->summary->kept, "%s", trained.name);
    alm_text_clear(&until);
    return status;
}

static enum alm_status keep_best(struct alm_tune_work *t, struct alm_error *error)
{
    char **patterns;
    bool there;
    ALM_TRY(find_kept(&there, t, error));
    if (t->settings.keep == NULL || there) return ALM_OK;
    if (t->covariates == NULL && t->series.covariates != NULL)
        return alm_fail(
            error, ALM_USAGE,
            "the search is done, but a resumed one with covariates keeps no model: `almanac train -m "
            "'%s'` with its covariates does",
            t->summary->best);
    ALM_TRY(ALM_NEW(&patterns, t->series.n, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < t->series.n; i++)
        status = write_pattern(&patterns[i], t->series.series[i]->name, error);
    if (status == ALM_OK) status = train_best(t, patterns, error);
    for (size_t i = 0; i < t->series.n; i++)
        free(patterns[i]);
    free(patterns);
    return status;
}

static enum alm_status begin(struct alm_tune_work *t, const char *name, struct alm_error *error)
{
    struct alm_text spec = {0};
    alm_tune_settings_write(&spec, &t->settings, &t->series);
    enum alm_status status = alm_text_check(&spec, error);
    if (status == ALM_OK)
        status = alm_run_begin_spec(&t->owner, t->workbench, ALM_RUN_TUNE, name, alm_text_string(&spec),
                                    &t->series, t->plan, error);
    t->summary->run = t->owner.run;
    alm_text_clear(&spec);
    return status;
}

static enum alm_status tune(struct alm_tune_work *t, const struct alm_tune_request *request,
                            struct alm_error *error)
{
    bool there;
    ALM_TRY(alm_load_series(&t->series, t->workbench->store, request->series, request->n_series,
                            request->season, error));
    ALM_TRY(alm_tune_settings_create(&t->settings, request, &t->series, error)); /* may cut the series */
    ALM_TRY(alm_covariates_load(&t->series, t->workbench->store, &request->covariates, 0, error));
    ALM_TRY(prepare(t, error));
    ALM_TRY(find_kept(&there, t, error));
    if (there)
        return alm_fail(error, ALM_EXISTS, "there is a model %s already; drop it or choose another --keep",
                        t->settings.keep);
    if (request->dry_run) return ALM_OK;
    ALM_TRY(begin(t, request->name, error));
    ALM_TRY(run_rungs(t, error));
    return keep_best(t, error);
}

enum alm_status alm_tune(struct alm_workbench *workbench, const struct alm_tune_request *request,
                         struct alm_tune_summary *summary, struct alm_error *error)
{
    struct alm_tune_work t = {.workbench = workbench,
                              .jobs = request->jobs,
                              .covariates = &request->covariates,
                              .summary = summary,
                              .cpu_before = alm_clock_process_cpu()};
    *summary = (struct alm_tune_summary){0};
    const enum alm_status status = tune(&t, request, error);
    clear_tune(&t);
    return status;
}

/* ---- resume ---- */

static enum alm_status check_data(const struct alm_tune_work *t, const struct alm_run_row *row,
                                  struct alm_error *error)
{
    char digest[ALM_DIGEST_SIZE];
    alm_loaded_digest(digest, &t->series);
    if (strcmp(digest, row->data_digest) == 0) return ALM_OK;
    return alm_fail(error, ALM_DATA,
                    "run %lld cannot go on: the values of its series up to their ends of then have changed "
                    "since it began",
                    (long long)row->run);
}

static enum alm_status load_trials(struct alm_tune_work *t, int64_t run, struct alm_error *error)
{
    struct alm_trial_stored *stored;
    size_t n;
    ALM_TRY(alm_trial_table_list(&stored, &n, t->workbench->store, run, error));
    for (size_t i = 0; i < n; i++) {
        const size_t trial = stored[i].trial;
        if (trial >= t->n_trials) continue;
        t->done[trial] = true;
        t->number[trial] = stored[i].configuration;
        t->loss[trial] = stored[i].loss;
        t->naive_loss[trial] = stored[i].naive_loss;
    }
    free(stored);
    return ALM_OK;
}

static enum alm_status resume(struct alm_tune_work *t, const struct alm_run_row *row, struct alm_error *error)
{
    char kernel[ALM_KERNEL_SIZE];
    alm_run_kernel(kernel);
    if (row->kind != ALM_RUN_TUNE)
        return alm_fail(error, ALM_USAGE, "run %lld is no search", (long long)row->run);
    t->summary->run = row->run;
    ALM_TRY(
        alm_tune_settings_load(&t->settings, &t->series, t->workbench->store, row->run, row->seed, error));
    ALM_TRY(check_data(t, row, error));
    ALM_TRY(prepare(t, error));
    ALM_TRY(alm_run_table_take(&t->owner, t->workbench->store, row->run, ALM_VERSION, kernel, error));
    t->owner.run = row->run;
    ALM_TRY(load_trials(t, row->run, error));
    if (t->owner.token[0] != '\0') {
        ALM_TRY(run_rungs(t, error));
    } else { /* it is done */
        count(t);
        ALM_TRY(set_best(t, error));
    }
    return keep_best(t, error);
}

enum alm_status alm_tune_resume(struct alm_workbench *workbench, const char *run, size_t jobs,
                                struct alm_tune_summary *summary, struct alm_error *error)
{
    struct alm_tune_work t = {
        .workbench = workbench, .jobs = jobs, .summary = summary, .cpu_before = alm_clock_process_cpu()};
    struct alm_run_row row = {0};
    *summary = (struct alm_tune_summary){0};
    ALM_TRY(alm_run_table_find(&row, workbench->store, run, error));
    const enum alm_status status = resume(&t, &row, error);
    alm_run_row_clear(&row);
    clear_tune(&t);
    return status;
}
