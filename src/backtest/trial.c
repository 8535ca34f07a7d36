#include "backtest/trial.h"

#include "backtest/backtest.h"
#include "backtest/evaluation.h"
#include "backtest/fit.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the tasks of a trial leave behind. */
struct gathering {
    struct alm_trial_result *out;
    struct alm_evaluation *evaluation;
    size_t tuned; /* index of the forecaster */
    double train_sum, validation_sum;
    size_t n_trainings;
};

/* ---- epochs ---- */

/* Epochs first .. end - 1 are one training. */
static void add_training(struct gathering *g, const struct alm_task_epoch *epoch, size_t first, size_t end)
{
    size_t best = end - 1;
    for (size_t i = first; i < end; i++)
        if (epoch[i].epoch.validation_loss < epoch[best].epoch.validation_loss) best = i;
    g->train_sum += epoch[best].epoch.train_loss;
    g->validation_sum += epoch[best].epoch.validation_loss;
    g->n_trainings++;
}

/* A training ends where the number of the epoch does not rise. */
static void add_epochs(struct gathering *g, const struct alm_task_result *result)
{
    size_t first = 0;
    for (size_t i = 1; i <= result->n_epochs; i++) {
        if (i < result->n_epochs && result->epoch[i].epoch.epoch > result->epoch[i - 1].epoch.epoch) continue;
        add_training(g, result->epoch, first, i);
        first = i;
    }
    g->out->n_epochs += result->n_epochs;
}

/* ---- tasks ---- */

static void fail(struct alm_trial_result *out, enum alm_status status, const char *reason)
{
    if (out->status != ALM_OK) return; /* the first one is kept */
    out->status = status;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
}

static enum alm_status gather(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    struct gathering *g = context;
    ALM_TRY(alm_evaluation_add_task(g->evaluation, result, error));
    if (result->forecaster != g->tuned) return ALM_OK;
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *row = &result->series[i];
        if (!row->has_origin) continue;
        g->out->seconds += row->fit_seconds;
        if (row->status != ALM_OK) fail(g->out, row->status, row->reason);
    }
    add_epochs(g, result);
    return ALM_OK;
}

static void conclude(struct gathering *g, const struct alm_plan *plan, const char *metric)
{
    struct alm_trial_result *out = g->out;
    size_t n;
    out->naive_loss = alm_evaluation_find(g->evaluation, plan->naive, ALM_ALL, ALM_ALL, metric, &n);
    if (out->n_epochs > 0) {
        out->seconds_per_epoch = out->seconds / (double)out->n_epochs;
        out->train_loss = g->train_sum / (double)g->n_trainings;
        out->validation_loss = g->validation_sum / (double)g->n_trainings;
        out->gap = out->validation_loss - out->train_loss;
    }
    if (out->status != ALM_OK) return;
    out->loss = alm_evaluation_find(g->evaluation, g->tuned, ALM_ALL, ALM_ALL, metric, &n);
    if (isnan(out->loss)) {
        char reason[80];
        snprintf(reason, sizeof reason, "%s is not defined on these folds", metric);
        fail(out, ALM_NUMERIC, reason);
    }
}

static enum alm_status run_tasks(struct gathering *g, const struct alm_plan *plan, const bool *done,
                                 const struct alm_trial_request *request, struct alm_error *error)
{
    const struct alm_backtest_control control = {request->jobs, done, request->cancel, request->progress,
                                                 request->checkpoints};
    const struct alm_sink sink = {g, gather};
    for (g->tuned = 0; g->tuned + 1 < plan->n_forecasters; g->tuned++)
        if (!plan->forecaster[g->tuned].added) break;
    ALM_TRY(alm_evaluation_create_for(&g->evaluation, plan, strcmp(request->metric, "mdae") == 0, error));
    const enum alm_status status = alm_backtest_run(plan, &control, &sink, error);
    if (status == ALM_OK) conclude(g, plan, request->metric);
    alm_evaluation_free(g->evaluation);
    return status;
}

/* Folds before the last ones that are asked for are left out. */
static enum alm_status run_plan(struct gathering *g, const struct alm_plan *plan,
                                const struct alm_trial_request *request, struct alm_error *error)
{
    bool *done;
    ALM_TRY(ALM_NEW(&done, plan->n_tasks, error));
    for (size_t task = 0; request->folds > 0 && task < plan->n_tasks; task++)
        done[task] = alm_plan_fold(plan, task) + request->folds < plan->n_folds;
    const enum alm_status status = run_tasks(g, plan, done, request, error);
    free(done);
    return status;
}

enum alm_status alm_trial_run(struct alm_trial_result *out, const struct alm_trial_request *request,
                              struct alm_error *error)
{
    struct gathering g = {.out = out};
    struct alm_plan *plan;
    struct alm_error own = {0};
    *out = (struct alm_trial_result){.loss = NAN,
                                     .naive_loss = NAN,
                                     .seconds_per_epoch = NAN,
                                     .train_loss = NAN,
                                     .validation_loss = NAN,
                                     .gap = NAN};
    enum alm_status status = alm_plan_create(&plan, request->settings, request->series, request->n_series,
                                             &request->spec, 1, &own);
    if (status == ALM_OK) {
        status = run_plan(&g, plan, request, &own);
        alm_plan_free(plan);
    }
    if (status == ALM_OK) return ALM_OK;
    if (alm_fit_is_fatal(status)) return alm_fail(error, status, "%s", own.text);
    fail(out, status, own.text);
    return ALM_OK;
}
