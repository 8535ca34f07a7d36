#include "cli/commands.h"
#include "cli/results.h"

#include <inttypes.h>
#include <stdio.h>

static enum alm_status print(const struct alm_call *call, struct alm_workbench *workbench, int64_t run,
                             struct alm_error *error)
{
    static const char *const columns[] = {"check",     "forecaster", "verdict", "statistic",
                                          "threshold", "evidence",   NULL};
    char id[24];
    struct alm_check_counts counts;
    const bool table = call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD;
    snprintf(id, sizeof id, "%" PRId64, run);
    ALM_TRY(alm_call_count_checks(&counts, workbench, id, error));
    if (counts.pass + counts.skip + counts.warn + counts.fail == 0)
        return alm_fail(error, ALM_USAGE, "run %s has no checks: they are made when a backtest ends", id);
    ALM_TRY(alm_call_print_query(call, workbench, "checks", "run", id,
                                 &(struct alm_rows_view){.columns = table ? columns : NULL, .compact = table},
                                 NULL, error));
    if (counts.fail == 0) return ALM_OK;
    return alm_fail(error, ALM_DATA, "run %s fails %zu of its checks; the first: %s", id, counts.fail,
                    counts.worst);
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    int64_t id;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_run_find(&id, workbench, call->arguments[0], error);
    if (status == ALM_OK) status = print(call, workbench, id, error);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_example examples[] = {
    {"check 1", "every check of run 1, the worst first"},
    {"check 1 --format csv", "the same for a script, which looks at the exit status"},
    {NULL, NULL},
};

const struct alm_command alm_command_check = {
    .name = "check",
    .group = "Results",
    .summary = "what would make a result untrustworthy",
    .arguments = "RUN",
    .least = 1,
    .most = 1,
    .description =
        "Each check of a backtest is a row: its statistic, what that is held against, and a sentence. The "
        "verdict is "
        "pass, warn, fail, or skip where there is too little to tell. The exit status is 3 when one fails.",
    .examples = examples,
    .completion = ALM_COMPLETE_RUN,
    .run = run,
};
