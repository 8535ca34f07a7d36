#include "cli/commands.h"
#include "cli/session.h"

#include <inttypes.h>
#include <stdio.h>

static enum alm_status list(const struct alm_call *call, struct alm_error *error)
{
    static const char *const columns[] = {"run",    "name",  "kind",    "status",      "forecasters",
                                          "series", "tasks", "started", "cpu_seconds", NULL};
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const bool people = call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD;
    const enum alm_status status = alm_call_print_query(
        call, workbench, "runs", NULL, NULL,
        &(struct alm_rows_view){.columns = people ? columns : NULL, .compact = true}, NULL, error);
    alm_workbench_close(workbench);
    return status;
}

/* For people also the forecasters, and what failed; for programs there are queries of these. */
static enum alm_status show_parts(const struct alm_call *call, struct alm_workbench *workbench,
                                  const char *run, struct alm_error *error)
{
    static const char *const forecasters[] = {"forecaster", "spec", NULL};
    static const char *const failures[] = {"forecaster", "series", "origin_time", "reason", NULL};
    struct alm_call silent = *call; /* no remark that nothing failed */
    silent.quiet = true;
    fputs("\n", stdout);
    ALM_TRY(alm_call_print_query(call, workbench, "run_forecasters", "run", run,
                                 &(struct alm_rows_view){.columns = forecasters}, NULL, error));
    fputs("\n", stdout);
    return alm_call_print_query(&silent, workbench, "failures", "run", run,
                                &(struct alm_rows_view){.columns = failures}, NULL, error);
}

static enum alm_status show(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    char id[24];
    int64_t run;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_run_find(&run, workbench, call->arguments[0], error);
    snprintf(id, sizeof id, "%" PRId64, status == ALM_OK ? run : 0);
    if (status == ALM_OK)
        status = alm_call_print_query(call, workbench, "run", "run", id,
                                      &(struct alm_rows_view){.record = true, .compact = true}, NULL, error);
    if (status == ALM_OK && call->format == ALM_FORMAT_TABLE) status = show_parts(call, workbench, id, error);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status drop(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = alm_run_drop(workbench, call->arguments[0], error);
    if (status == ALM_OK) alm_call_say(call, "dropped the run %s", call->arguments[0]);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command subcommands[] = {
    {.name = "list", .summary = "every run: backtests, trainings, forecasts", .run = list},
    {.name = "show",
     .summary = "all about one run: settings, seed, data digest, kernel, failures",
     .arguments = "RUN",
     .least = 1,
     .most = 1,
     .completion = ALM_COMPLETE_RUN,
     .run = show},
    {.name = "drop",
     .summary = "remove a run and all its rows",
     .arguments = "RUN",
     .least = 1,
     .most = 1,
     .completion = ALM_COMPLETE_RUN,
     .run = drop},
    {.name = NULL},
};

const struct alm_command alm_command_runs = {
    .name = "runs",
    .group = "Results",
    .summary = "list, show and drop runs",
    .subcommands = subcommands,
};
