#include "cli/commands.h"
#include "cli/results.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The ids of the runs that the arguments name; *out is to be freed. */
static enum alm_status find_runs(char (**out)[24], const struct alm_call *call,
                                 struct alm_workbench *workbench, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, call->n_arguments, error));
    for (size_t i = 0; i < call->n_arguments; i++) {
        int64_t id;
        const enum alm_status status = alm_run_find(&id, workbench, call->arguments[i], error);
        if (status != ALM_OK) {
            free(*out);
            return status;
        }
        snprintf((*out)[i], sizeof(*out)[i], "%" PRId64, id);
    }
    return ALM_OK;
}

static enum alm_status compare(const struct alm_call *call, struct alm_workbench *workbench,
                               const char (*runs)[24], struct alm_error *error)
{
    const size_t n = call->n_arguments;
    if (alm_call_has(call, "steps") && call->format != ALM_FORMAT_TABLE)
        return alm_call_print_steps(call, workbench, runs, n, error);
    if (alm_call_has(call, "tests") && call->format != ALM_FORMAT_TABLE)
        return alm_call_print_tests(call, workbench, runs, n, error);
    ALM_TRY(alm_call_print_leaderboards(call, workbench, runs, n, error));
    if (alm_call_has(call, "steps")) {
        fputs("\n", stdout);
        ALM_TRY(alm_call_print_steps(call, workbench, runs, n, error));
    }
    if (!alm_call_has(call, "tests")) return ALM_OK;
    fputs("\n", stdout);
    return alm_call_print_tests(call, workbench, runs, n, error);
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    char(*runs)[24];
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = find_runs(&runs, call, workbench, error);
    if (status == ALM_OK) {
        status = compare(call, workbench, (const char(*)[24])runs, error);
        free(runs);
    }
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "steps", .help = "also the error (mae) of each forecaster by step; as csv or json, these alone"},
    {.name = "tests",
     .help =
         "also the tests between all forecasters over all steps: Diebold-Mariano, Wilcoxon and ranks over "
         "series, the model confidence set, intervals of skill, regressions of actuals on forecasts …, with "
         "p "
         "corrected for their number (p_holm); with --steps those of each step too; as csv or json, all of "
         "these alone"},
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"compare 1", "the leaderboard of run 1, and what it means"},
    {"compare 1 2 --steps", "two runs, and their errors by step"},
    {"compare 1 --tests", "which of them differ from each other, by chance or not"},
    {"compare 1 --tests --steps", "the same, and at which steps"},
    {NULL, NULL},
};

const struct alm_command alm_command_compare = {
    .name = "compare",
    .group = "Results",
    .summary = "leaderboards of runs: errors, skill against naive, significance",
    .arguments = "RUN…",
    .least = 1,
    .most = SIZE_MAX,
    .description =
        "skill is the share of naive's error that a forecaster avoids; p_naive is the probability of "
        "a lead like this over naive if there were none. Over several series relative measures are "
        "means over series.",
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_RUN,
    .run = run,
};
