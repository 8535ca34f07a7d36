#include "cli/commands.h"
#include "cli/results.h"

#include <inttypes.h>
#include <stdio.h>

/* Error by step below the leaderboard, for people. */
static enum alm_status print_steps(const struct alm_call *call, struct alm_workbench *workbench,
                                   const char *run, struct alm_error *error)
{
    static const char *const columns[] = {"forecaster", "step", "metric", "value", "n", NULL};
    fputs("\n", stdout);
    return alm_call_print_query(call, workbench, "error_by_step", "run", run,
                                &(struct alm_rows_view){.columns = columns}, NULL, error);
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < call->n_arguments; i++) {
        int64_t id;
        char run[24];
        status = alm_run_find(&id, workbench, call->arguments[i], error);
        if (status != ALM_OK) break;
        snprintf(run, sizeof run, "%" PRId64, id);
        if (call->format == ALM_FORMAT_TABLE && call->n_arguments > 1)
            printf("%srun %s\n\n", i == 0 ? "" : "\n", call->arguments[i]);
        status = alm_call_print_leaderboard(call, workbench, run, error);
        if (status == ALM_OK && call->format == ALM_FORMAT_TABLE && alm_call_has(call, "steps"))
            status = print_steps(call, workbench, run, error);
    }
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "steps", .help = "also the error of each forecaster by step"},
    {.name = NULL},
};

const struct alm_command alm_command_compare = {
    .name = "compare",
    .group = "Results",
    .summary = "leaderboards of runs: errors, skill against naive, significance",
    .arguments = "RUN…",
    .least = 1,
    .most = SIZE_MAX,
    .options = options,
    .completion = ALM_COMPLETE_RUN,
    .run = run,
};
