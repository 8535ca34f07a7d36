#include "cli/commands.h"
#include "cli/results.h"

#include <inttypes.h>

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    struct alm_train_summary summary;
    struct alm_train_request request = {
        .model = alm_call_text(call, "model"),
        .until = alm_call_text(call, "until"),
        .name = alm_call_text(call, "name"),
        .season = alm_call_count(call, "season", 0),
        .missing = alm_call_text(call, "missing"),
        .horizon = alm_call_count(call, "horizon", 0),
        .seed = alm_call_count(call, "seed", 1),
    };
    request.series = alm_call_texts(call, "series", &request.n_series);
    request.levels = alm_call_numbers(call, "levels", &request.n_levels);
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = alm_train(workbench, &request, &summary, error);
    if (status == ALM_OK) {
        alm_call_say(call, "kept %s: %zu series, %zu bytes, %.2f s of fitting", summary.name,
                     summary.n_series, summary.bytes, summary.seconds);
        alm_call_advise(call, "forecast with it", "forecast %s", summary.name);
        alm_call_advise(call, "its training curve", "query epochs run=%" PRId64, summary.run);
    } else if (status == ALM_INTERRUPTED) {
        alm_call_say(call, "nothing was kept; the same command trains again");
    }
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "model",
     .letter = 'm',
     .kind = ALM_ARGUMENT_TEXT,
     .value = "SPEC",
     .help = "the forecaster: name or name:key=value,key=value",
     .completion = ALM_COMPLETE_FORECASTER},
    ALM_OPTION_SERIES,
    {.name = "horizon",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "H",
     .help = "steps it shall forecast (default: one season)",
     .minimum = 1},
    {.name = "until",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TIME",
     .help = "last time it may see (default: all)"},
    {.name = "name", .kind = ALM_ARGUMENT_TEXT, .value = "NAME", .help = "of the kept model"},
    ALM_OPTION_LEVELS,
    ALM_OPTION_SEASON,
    ALM_OPTION_MISSING,
    ALM_OPTION_SEED,
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"train -m lstm:hidden=32 --series 'water_flow*' --horizon 24 --name flow", "fit once"},
    {"forecast flow", "forecast with it, now and later"},
    {NULL, NULL},
};

const struct alm_command alm_command_train = {
    .name = "train",
    .group = "Forecasting",
    .summary = "fit a forecaster and keep it in the database",
    .options = options,
    .examples = examples,
    .never_bare = true,
    .run = run,
};
