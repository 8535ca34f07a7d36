/* The backtest: a plan's tasks into the store, one commit each, and what they amount to. */
#include "backtest/backtest.h"

#include "backtest/audit.h"
#include "backtest/control.h"
#include "base/clock.h"
#include "base/memory.h"
#include "store/task_table.h"
#include "workbench/check.h"
#include "workbench/covariates.h"
#include "workbench/run.h"
#include "workbench/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything of one backtest under way. */
struct backtest {
    struct alm_workbench *workbench;
    struct alm_loaded series;
    struct alm_settings settings;
    struct alm_plan *plan;
    struct alm_run_owner owner;
    bool *done; /* [n_tasks] stored before this call */
    size_t n_done, jobs;
    double cpu_before;
};

static void clear_backtest(struct backtest *b)
{
    alm_plan_free(b->plan);
    alm_settings_clear(&b->settings);
    alm_loaded_clear(&b->series);
    free(b->done);
}

static enum alm_status make_plan(struct backtest *b, struct alm_backtest_summary *summary,
                                 struct alm_error *error)
{
    ALM_TRY(alm_plan_create(&b->plan, &b->settings.engine, (const struct alm_series *const *)b->series.series,
                            b->series.n, (const char *const *)b->settings.model, b->settings.n_models,
                            error));
    summary->n_series = b->plan->n_series;
    summary->n_forecasters = b->plan->n_forecasters;
    summary->n_folds = b->plan->n_folds;
    summary->n_tasks = b->plan->n_tasks;
    summary->horizon = b->plan->settings.split.horizon;
    for (size_t i = 0; i < b->plan->n_series; i++) {
        summary->n_origins += b->plan->series_origins[i].n;
        summary->n_embargoed += b->plan->series_origins[i].embargoed;
    }
    return ALM_NEW(&b->done, b->plan->n_tasks, error);
}

/* What could not be forecast. A forecaster that was asked for and made nothing is a failure: there is no
 * result for it. (naive, where it was added, was not asked for.) */
static enum alm_status note_failures(struct alm_backtest_summary *summary, const struct backtest *b,
                                     const struct alm_yield *yield, struct alm_error *error)
{
    const size_t added = b->plan->n_forecasters - b->settings.n_models;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < b->plan->n_forecasters; i++) {
        const struct alm_yield *y = &yield[i];
        if (y->n_failed == 0) continue;
        const char *label = b->plan->forecaster[i].label, *series = b->plan->series[y->series]->name;
        if (summary->n_failed == 0)
            snprintf(summary->first_failure, sizeof summary->first_failure, "%s on %s: %s", label, series,
                     y->reason);
        summary->n_failed += y->n_failed;
        if (y->n_made == 0 && i >= added && status == ALM_OK)
            status = alm_fail(error, ALM_NUMERIC, "%s made no forecast at any origin; on %s: %s", label,
                              series, y->reason);
    }
    return status;
}

/* Metrics, leaderboard and checks. */
static enum alm_status evaluate(struct backtest *b, struct alm_backtest_summary *summary,
                                struct alm_yield *yield, struct alm_error *error)
{
    struct alm_text verdict = {0};
    struct alm_check_facts *checks;
    ALM_TRY(alm_check_facts_create(&checks, b->plan, error));
    const enum alm_status status =
        alm_run_evaluate(b->workbench->store, b->owner.run, b->plan, &verdict, yield, checks, error);
    snprintf(summary->verdict, sizeof summary->verdict, "%s", alm_text_string(&verdict));
    alm_text_clear(&verdict);
    alm_check_facts_free(checks);
    return status != ALM_OK ? status : alm_store_optimize(b->workbench->store, error);
}

/* Does what is left to do, and the metrics. */
static enum alm_status run_tasks(struct backtest *b, struct alm_backtest_summary *summary,
                                 struct alm_error *error)
{
    struct alm_run_sink committing = {
        .store = b->workbench->store,
        .owner = &b->owner,
        .level = b->plan->settings.level,
        .n_done = b->n_done,
    };
    const struct alm_sink sink = {&committing, alm_run_sink_deliver};
    const struct alm_backtest_control control = {
        .jobs = b->jobs, .done = b->done, .cancel = b->workbench->cancel, .progress = b->workbench->progress};
    struct alm_yield *yield;
    ALM_TRY(ALM_NEW(&yield, b->plan->n_forecasters, error));
    enum alm_status status = alm_backtest_run(b->plan, &control, &sink, error);
    summary->n_done = committing.n_done;
    if (status == ALM_OK) status = evaluate(b, summary, yield, error);
    status = alm_run_end(b->workbench, &b->owner, status, b->cpu_before, error);
    /* the run itself is whole: its rows say what failed */
    if (status == ALM_OK) status = note_failures(summary, b, yield, error);
    free(yield);
    return status;
}

/* What the audit found, and the control on permuted changes. */
static enum alm_status store_audit(struct backtest *b, const struct alm_audit *report,
                                   const struct alm_backtest_control *control, struct alm_error *error)
{
    struct alm_leader *leaders;
    bool made = false;
    ALM_TRY(ALM_NEW(&leaders, b->plan->n_forecasters, error));
    enum alm_status status = alm_control_run(leaders, &made, b->plan, control, error);
    if (status == ALM_OK)
        status = alm_checks_write_audit(b->workbench->store, b->owner.run, b->plan, report,
                                        made ? leaders : NULL, error);
    free(leaders);
    return status;
}

static enum alm_status audit(struct backtest *b, struct alm_backtest_summary *summary,
                             struct alm_error *error)
{
    const struct alm_backtest_control control = {
        .jobs = b->jobs, .cancel = b->workbench->cancel, .progress = b->workbench->progress};
    struct alm_audit report;
    ALM_TRY(alm_audit_run(&report, b->plan, &control, error));
    summary->audited = true;
    summary->audit_checked = report.n_forecasts;
    summary->audit_leaks = report.n_leaks;
    enum alm_status status = store_audit(b, &report, &control, error);
    if (status == ALM_OK && report.n_leaks > 0) {
        struct alm_text text = {0};
        alm_leak_write(&text, b->plan, &report.leak[0]);
        snprintf(summary->audit_text, sizeof summary->audit_text, "%s", alm_text_string(&text));
        status =
            alm_fail(error, ALM_LEAK, "the audit found %zu forecasts that depend on later values; first: %s",
                     report.n_leaks, alm_text_string(&text));
        alm_text_clear(&text);
    }
    alm_audit_clear(&report);
    return status;
}

static enum alm_status run_request(struct backtest *b, const struct alm_backtest_request *request,
                                   struct alm_backtest_summary *summary, struct alm_error *error)
{
    ALM_TRY(alm_load_series(&b->series, b->workbench->store, request->series, request->n_series,
                            request->season, error));
    ALM_TRY(alm_covariates_load(&b->series, b->workbench->store, &request->covariates, 0, error));
    ALM_TRY(alm_settings_create(&b->settings, request, &b->series, error));
    ALM_TRY(make_plan(b, summary, error));
    if (request->dry_run) return ALM_OK;
    ALM_TRY(alm_run_begin(&b->owner, b->workbench, ALM_RUN_BACKTEST, request->name, &b->settings, &b->series,
                          b->plan, error));
    summary->run = b->owner.run;
    ALM_TRY(run_tasks(b, summary, error));
    return request->audit ? audit(b, summary, error) : ALM_OK;
}

enum alm_status alm_backtest(struct alm_workbench *workbench, const struct alm_backtest_request *request,
                             struct alm_backtest_summary *summary, struct alm_error *error)
{
    struct backtest b = {
        .workbench = workbench, .jobs = request->jobs, .cpu_before = alm_clock_process_cpu()};
    *summary = (struct alm_backtest_summary){0};
    const enum alm_status status = run_request(&b, request, summary, error);
    clear_backtest(&b);
    return status;
}

/* ---- resume ---- */

static enum alm_status check_data(const struct backtest *b, const struct alm_run_row *row,
                                  struct alm_error *error)
{
    char digest[ALM_DIGEST_SIZE];
    alm_loaded_digest(digest, &b->series);
    if (strcmp(digest, row->data_digest) == 0) return ALM_OK;
    return alm_fail(error, ALM_DATA,
                    "run %lld cannot go on: the values of its series up to their ends of then have changed "
                    "since it began",
                    (long long)row->run);
}

static enum alm_status resume(struct backtest *b, const struct alm_run_row *row,
                              struct alm_backtest_summary *summary, struct alm_error *error)
{
    char kernel[ALM_KERNEL_SIZE];
    summary->run = row->run;
    alm_run_kernel(kernel);
    if (row->kind != ALM_RUN_BACKTEST)
        return alm_fail(error, ALM_USAGE, "run %lld is not a backtest", (long long)row->run);
    ALM_TRY(alm_settings_load(&b->settings, &b->series, b->workbench->store, row->run, row->seed, error));
    ALM_TRY(check_data(b, row, error));
    ALM_TRY(make_plan(b, summary, error));
    ALM_TRY(alm_run_table_take(&b->owner, b->workbench->store, row->run, ALM_VERSION, kernel, error));
    ALM_TRY(alm_task_table_done(b->done, &b->n_done, b->plan->n_tasks, b->workbench->store, row->run, error));
    summary->n_done = b->n_done;
    if (b->owner.token[0] == '\0') return ALM_OK; /* it is done */
    return run_tasks(b, summary, error);
}

enum alm_status alm_backtest_resume(struct alm_workbench *workbench, const char *run, size_t jobs,
                                    struct alm_backtest_summary *summary, struct alm_error *error)
{
    struct backtest b = {.workbench = workbench, .jobs = jobs, .cpu_before = alm_clock_process_cpu()};
    struct alm_run_row row = {0};
    *summary = (struct alm_backtest_summary){0};
    ALM_TRY(alm_run_table_find(&row, workbench->store, run, error));
    const enum alm_status status = resume(&b, &row, summary, error);
    alm_run_row_clear(&row);
    clear_backtest(&b);
    return status;
}

/* ---- runs by name ---- */

enum alm_status alm_run_find(int64_t *out, struct alm_workbench *workbench, const char *run,
                             struct alm_error *error)
{
    return alm_run_table_find_id(out, workbench->store, run, error);
}

enum alm_status alm_run_drop(struct alm_workbench *workbench, const char *run, struct alm_error *error)
{
    int64_t id;
    ALM_TRY(alm_run_table_find_id(&id, workbench->store, run, error));
    return alm_run_table_drop(workbench->store, id, error);
}
