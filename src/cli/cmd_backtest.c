#include "cli/commands.h"
#include "cli/results.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void fill_request(struct alm_backtest_request *out, const struct alm_call *call)
{
    *out = (struct alm_backtest_request){
        .horizon = alm_call_count(call, "horizon", 0),
        .folds = alm_call_count(call, "folds", 0),
        .step = alm_call_count(call, "step", 0),
        .first_origin = alm_call_text(call, "first-origin"),
        .last_origin = alm_call_text(call, "last-origin"),
        .origins = alm_call_text(call, "origins"),
        .scheme = alm_call_text(call, "scheme"),
        .refit = alm_call_text(call, "refit"),
        .gap = alm_call_text(call, "gap"),
        .embargo = alm_call_text(call, "embargo"),
        .season = alm_call_count(call, "season", 0),
        .missing = alm_call_text(call, "missing"),
        .jobs = alm_call_count(call, "jobs", 0),
        .seed = alm_call_count(call, "seed", 1),
        .name = alm_call_text(call, "name"),
        .no_intervals = alm_call_has(call, "no-intervals"),
        .audit = alm_call_has(call, "audit"),
        .dry_run = alm_call_has(call, "dry-run"),
    };
    out->series = alm_call_texts(call, "series", &out->n_series);
    out->models = alm_call_texts(call, "model", &out->n_models);
    out->levels = alm_call_numbers(call, "levels", &out->n_levels);
    out->covariates = alm_call_covariates(call);
}

static void say_summary(const struct alm_call *call, const struct alm_backtest_summary *s)
{
    alm_call_say(call, "%zu series, %zu forecasters, %zu folds of %zu steps: %zu tasks", s->n_series,
                 s->n_forecasters, s->n_folds, s->horizon, s->n_tasks);
    if (s->n_embargoed > 0)
        alm_call_say(call, "%zu origins were left out by the embargo, %zu are left", s->n_embargoed,
                     s->n_origins);
    if (s->n_failed > 0)
        alm_call_say(call, "%zu forecasts could not be made; first %s (see `almanac runs show %" PRId64 "`)",
                     s->n_failed, s->first_failure, s->run);
    if (s->audited && s->audit_leaks == 0)
        alm_call_say(call,
                     "audit: %zu forecasts are bit-identical when everything after their origin is replaced",
                     s->audit_checked);
}

static void advise(const struct alm_call *call, int64_t run)
{
    alm_call_say(call, "run %" PRId64 " is stored; next:", run);
    alm_call_advise(call, "a report with charts", "report %" PRId64 " -o report.html", run);
    alm_call_advise(call, "what to be wary of", "check %" PRId64, run);
    alm_call_advise(call, "errors by step", "query error_by_step run=%" PRId64, run);
}

/* What can be said after the work, whichever way it ended. */
static enum alm_status tell(const struct alm_call *call, struct alm_workbench *workbench,
                            const struct alm_backtest_summary *s, enum alm_status status,
                            struct alm_error *error)
{
    char run[24];
    struct alm_error second = {0};
    snprintf(run, sizeof run, "%" PRId64, s->run);
    if (status == ALM_INTERRUPTED && s->run != 0) {
        alm_call_say(call, "%zu of %zu tasks are stored; to go on:", s->n_done, s->n_tasks);
        alm_call_advise(call, "", "backtest --resume %s", run);
    }
    const bool is_whole = status == ALM_OK || status == ALM_LEAK || s->n_failed > 0;
    if (!is_whole || s->run == 0) return status;
    say_summary(call, s);
    const enum alm_status printed =
        alm_call_print_leaderboards(call, workbench, (const char(*)[24]) & run, 1, &second);
    if (printed != ALM_OK && status == ALM_OK) return alm_fail(error, printed, "%s", second.text);
    if (status == ALM_OK) advise(call, s->run);
    return status;
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    struct alm_backtest_summary summary;
    struct alm_backtest_request request;
    const char *resume = alm_call_text(call, "resume");
    fill_request(&request, call);
    if (resume != NULL) ALM_TRY(alm_call_check_resume(call, error));
    if (resume == NULL && request.n_models == 0)
        return alm_fail(error, ALM_USAGE,
                        "give at least one forecaster: --model SPEC (see `almanac forecasters list`)");
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = resume != NULL
                                 ? alm_backtest_resume(workbench, resume, request.jobs, &summary, error)
                                 : alm_backtest(workbench, &request, &summary, error);
    if (status == ALM_OK && request.dry_run)
        alm_call_say(call, "%zu series, %zu forecasters, %zu folds of %zu steps: %zu tasks; nothing was run",
                     summary.n_series, summary.n_forecasters, summary.n_folds, summary.horizon,
                     summary.n_tasks);
    status = tell(call, workbench, &summary, status, error);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    ALM_OPTION_SERIES,
    {.name = "model",
     .letter = 'm',
     .kind = ALM_ARGUMENT_TEXT,
     .value = "SPEC",
     .help = "a forecaster: name or name:key=value,key=value; LABEL=SPEC gives it a name. Repeatable",
     .repeatable = true,
     .completion = ALM_COMPLETE_FORECASTER},
    ALM_OPTIONS_WALK_FORWARD("number of origins (default 1)"),
    {.name = "first-origin",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TIME",
     .help = "origins from here on, to the end unless --folds or --last-origin says less"},
    {.name = "last-origin",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TIME",
     .help = "no origins after this time; what they are tested on may lie after it"},
    {.name = "origins",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "RULE|FILE",
     .help =
         "origins by the calendar, on the last bar of a day: daily, weekly:mon, monthly:first, monthly:15, "
         "quarterly:last, yearly ..., perhaps with a time as in daily@16:00; or a file with a time on each "
         "line",
     .completion = ALM_COMPLETE_FILE},
    {.name = "embargo",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "E",
     .help =
         "leave out origins that are not at least E (bars, or a time such as 10D) after the last bar that "
         "an earlier fold tests; 0 leaves no bar in two folds"},
    ALM_OPTION_LEVELS,
    ALM_OPTIONS_COVARIATES,
    {.name = "no-intervals",
     .help = "forecast points only; a forecaster without quantiles of its own needs no second fit then"},
    ALM_OPTION_SEASON,
    ALM_OPTION_MISSING,
    ALM_OPTION_JOBS("worker threads"),
    ALM_OPTION_SEED,
    ALM_OPTION_RUN_NAME,
    ALM_OPTION_RESUME("end an interrupted run"),
    {.name = "audit",
     .help = "afterwards prove that no forecast depends on values after its origin, and that no forecaster "
             "leads where nothing can be foretold"},
    ALM_OPTION_DRY_RUN,
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"backtest --series GOOG.close -m ses -m lstm --horizon 5 --folds 50", "two rivals of naive"},
    {"backtest --resume 3", "go on after an interruption"},
    {NULL, NULL},
};

const struct alm_command alm_command_backtest = {
    .name = "backtest",
    .group = "Forecasting",
    .summary = "walk forward over the past: forecasts, errors, significance",
    .description =
        "Fits each forecaster at each origin on what was known there, forecasts the bars that follow, and "
        "keeps every forecast and error. naive is added when it is not named: each result stands beside it "
        "with a significance test.",
    .options = options,
    .examples = examples,
    .never_bare = true,
    .run = run,
};
