#include "cli/commands.h"
#include "cli/session.h"

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    struct alm_score_summary summary;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = alm_score(workbench, &summary, error);
    if (status == ALM_OK && summary.n_filled == 0)
        alm_call_say(call, "no forecast waits for values that are there");
    else if (status == ALM_OK)
        alm_call_say(call, "%zu forecasts of %zu runs found their actual; `almanac runs list` names the runs",
                     summary.n_filled, summary.n_runs);
    alm_workbench_close(workbench);
    return status;
}

const struct alm_command alm_command_score = {
    .name = "score",
    .group = "Forecasting",
    .summary = "fill in the actuals of earlier forecasts, and their errors",
    .run = run,
};
