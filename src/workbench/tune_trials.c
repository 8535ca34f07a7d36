#include "workbench/tune_trials.h"

#include "backtest/trial.h"
#include "base/memory.h"
#include "base/pool.h"
#include "store/training_table.h"
#include "store/trial_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- checkpoints ---- */

/* Fits of a configuration, and of a rung that does not go on, are fewer than this. */
#define FITS ((size_t)1 << 40)

/* The number of a configuration's first fit in the rung under way. */
static size_t first_fit(const struct alm_tune_work *t, size_t configuration)
{
    return FITS * (configuration + (t->goes_on ? 0 : t->at * t->n_configurations));
}

struct trial_keeping {
    struct alm_tune_work *tune;
    size_t first; /* number of the configuration's first fit */
};

static enum alm_status save_state(void *context, size_t fit, size_t training, const struct alm_bytes *state,
                                  struct alm_error *error)
{
    const struct trial_keeping *own = context;
    struct alm_tune_work *t = own->tune;
    pthread_mutex_lock(&t->lock);
    const enum alm_status status =
        alm_checkpoint_save(t->workbench->store, &t->owner, own->first + fit, training, state, error);
    pthread_mutex_unlock(&t->lock);
    return status;
}

static enum alm_status load_state(void *context, size_t fit, size_t training, struct alm_bytes *state,
                                  struct alm_error *error)
{
    const struct trial_keeping *own = context;
    struct alm_tune_work *t = own->tune;
    pthread_mutex_lock(&t->lock);
    const enum alm_status status =
        alm_checkpoint_load(state, t->workbench->store, t->owner.run, own->first + fit, training, error);
    pthread_mutex_unlock(&t->lock);
    return status;
}

/* The states of a configuration that nothing will go on from. */
static enum alm_status drop_states(struct alm_tune_work *t, size_t configuration, struct alm_error *error)
{
    const size_t first = first_fit(t, configuration);
    return alm_checkpoint_drop(t->workbench->store, t->owner.run, first, first + FITS - 1, error);
}

/* ---- one trial ---- */

/* A random search counts trials; halving what they spend beyond the rung below, so that the time left is told
 * rightly. */
static double work_of(const struct alm_tune_work *t, size_t rung)
{
    if (t->n_rungs == 1) return 1;
    const size_t below = rung > 0 && t->goes_on ? t->rung[rung - 1].budget : 0;
    return (double)(t->rung[rung].budget - below);
}

/* With the lock held. */
static void report(struct alm_tune_work *t)
{
    double total = 0;
    for (size_t k = 0; k < t->n_rungs; k++)
        total += (double)t->rung[k].n * work_of(t, k);
    alm_progress_report(t->workbench->progress, "tune", t->work < total ? t->work : total, total,
                        t->n_rungs == 1 ? "trials" : t->settings.budget);
}

/* With the lock held. */
static void advance(struct alm_tune_work *t, size_t trial, double fraction)
{
    t->work += (fraction - t->fraction[trial]) * work_of(t, t->at);
    t->fraction[trial] = fraction;
    report(t);
}

struct trial_progress {
    struct alm_tune_work *tune;
    size_t trial;
};

static void report_trial(void *context, const char *activity, double done, double total, const char *unit)
{
    (void)activity, (void)unit;
    const struct trial_progress *own = context;
    if (total <= 0) return;
    pthread_mutex_lock(&own->tune->lock);
    advance(own->tune, own->trial, done / total);
    pthread_mutex_unlock(&own->tune->lock);
}

static enum alm_status commit(struct alm_tune_work *t, size_t trial, const char *spec,
                              const struct alm_trial_result *result, struct alm_error *error)
{
    const struct alm_search_space *space = &t->settings.space;
    const char **names;
    ALM_TRY(ALM_NEW(&names, space->n_dimensions, error));
    for (size_t i = 0; i < space->n_dimensions; i++)
        names[i] = space->dimension[i].option->name;
    const struct alm_trial_row row = {
        .trial = trial,
        .configuration = t->number[trial],
        .rung = t->at,
        .budget = t->rung[t->at].budget,
        .epochs = result->n_epochs,
        .spec = spec,
        .status = result->status,
        .reason = result->reason[0] == '\0' ? NULL : result->reason,
        .loss = result->loss,
        .naive_loss = result->naive_loss,
        .seconds = result->seconds,
        .seconds_per_epoch = result->seconds_per_epoch,
        .train_loss = result->train_loss,
        .validation_loss = result->validation_loss,
        .gap = result->gap,
        .option = names,
        .value = t->configuration[t->number[trial]].value,
        .n_options = space->n_dimensions,
    };
    const bool last = !t->goes_on || t->at + 1 == t->n_rungs;
    enum alm_status status = alm_trial_table_commit(t->workbench->store, &t->owner, &row, error);
    if (status == ALM_OK && last) status = drop_states(t, t->number[trial], error);
    free(names);
    return status;
}

/* Trials are committed by the workers, one at a time, not in their order: a killed search loses none that was
 * finished. */
static enum alm_status keep_result(struct alm_tune_work *t, size_t trial, const char *spec,
                                   const struct alm_trial_result *result, struct alm_error *error)
{
    pthread_mutex_lock(&t->lock);
    const enum alm_status status = commit(t, trial, spec, result, error);
    if (status == ALM_OK) {
        t->done[trial] = true;
        t->loss[trial] = result->loss;
        t->naive_loss[trial] = result->naive_loss;
        advance(t, trial, 1);
    }
    pthread_mutex_unlock(&t->lock);
    return status;
}

/* Threads of one trial: more than one where there are fewer trials than threads, as in the last rungs. */
static size_t jobs_of(const struct alm_tune_work *t)
{
    const size_t jobs = t->jobs == 0 ? alm_pool_processors() : t->jobs;
    return jobs > t->n_todo ? jobs / t->n_todo : 1;
}

static enum alm_status write_spec(char **out, const struct alm_tune_work *t, size_t trial,
                                  struct alm_error *error)
{
    const struct alm_tune_settings *s = &t->settings;
    const struct alm_search_budget budget = {s->budget, t->rung[t->at].budget, s->full_budget};
    return alm_search_write_spec(out, &s->space, t->configuration[t->number[trial]].value,
                                 alm_tune_settings_by_folds(s) ? NULL : &budget, NULL, error);
}

/* All trials of a configuration have the random numbers of the full budget, so that one goes on where that of
 * the rung below ended. */
static enum alm_status run_trial(void *context, size_t index, size_t worker, struct alm_error *error)
{
    (void)worker;
    struct alm_tune_work *t = context;
    const size_t trial = t->todo[index], configuration = t->number[trial];
    struct trial_progress own = {t, trial};
    struct trial_keeping keeping = {t, first_fit(t, configuration)};
    const struct alm_progress progress = {&own, report_trial};
    const struct alm_checkpoints checkpoints = {&keeping, save_state, load_state};
    struct alm_backtest_settings settings = t->settings.base.engine;
    struct alm_trial_result result;
    char *spec;
    settings.seed_spec = t->configuration[configuration].spec;
    ALM_TRY(write_spec(&spec, t, trial, error));
    const struct alm_trial_request request = {
        .settings = &settings,
        .series = (const struct alm_series *const *)t->series.series,
        .n_series = t->series.n,
        .spec = spec,
        .metric = t->settings.metric,
        .folds = alm_tune_settings_by_folds(&t->settings) ? t->rung[t->at].budget : 0,
        .jobs = jobs_of(t),
        .cancel = t->workbench->cancel,
        .progress = &progress,
        .checkpoints = &checkpoints,
    };
    enum alm_status status = alm_trial_run(&result, &request, error);
    if (status == ALM_OK) status = keep_result(t, trial, spec, &result, error);
    free(spec);
    return status;
}

/* ---- rung by rung ---- */

/* Which configurations the rung tries; *n is how many. */
static size_t choose(struct alm_tune_work *t, size_t k)
{
    const struct alm_rung *rung = &t->rung[k];
    if (k > 0) {
        const struct alm_rung *below = &t->rung[k - 1];
        return alm_search_promote(&t->number[rung->first], rung->n, &t->number[below->first],
                                  &t->loss[below->first], below->n);
    }
    for (size_t i = 0; i < rung->n; i++)
        t->number[i] = i;
    return rung->n;
}

/* Those that do not go on from the rung below need their states no more. */
static enum alm_status drop_losers(struct alm_tune_work *t, size_t k, size_t n, struct alm_error *error)
{
    const struct alm_rung *below = &t->rung[k - 1];
    const size_t *kept = &t->number[t->rung[k].first], *end = kept + n;
    for (size_t i = 0; i < below->n; i++) {
        const size_t configuration = t->number[below->first + i];
        if (kept < end && *kept == configuration)
            kept++;
        else
            ALM_TRY(drop_states(t, configuration, error));
    }
    return ALM_OK;
}

static enum alm_status run_rung(struct alm_tune_work *t, size_t k, struct alm_error *error)
{
    const size_t n = choose(t, k);
    if (k > 0 && t->goes_on) ALM_TRY(drop_losers(t, k, n, error));
    t->at = k;
    t->n_todo = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t trial = t->rung[k].first + i;
        if (!t->done[trial])
            t->todo[t->n_todo++] = trial;
        else
            advance(t, trial, 1);
    }
    const struct alm_pool_work work = {.n = t->n_todo, .context = t, .run = run_trial};
    report(t);
    return alm_pool_run(&work, t->jobs, t->workbench->cancel, error);
}

size_t alm_tune_trials_best(const struct alm_tune_work *t)
{
    for (size_t k = t->n_rungs; k-- > 0;) {
        size_t best = t->n_trials;
        for (size_t i = t->rung[k].first; i < t->rung[k].first + t->rung[k].n; i++)
            if (!isnan(t->loss[i]) && (best == t->n_trials || t->loss[i] < t->loss[best])) best = i;
        if (best < t->n_trials) return best;
    }
    return t->n_trials;
}

enum alm_status alm_tune_trials_run(struct alm_tune_work *t, struct alm_error *error)
{
    enum alm_status status = ALM_OK;
    for (size_t k = 0; status == ALM_OK && k < t->n_rungs; k++)
        status = run_rung(t, k, error);
    return status;
}
