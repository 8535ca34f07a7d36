#include "cli/commands.h"
#include "cli/results.h"

#include "base/option.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How the run names the forecaster that was asked for: the kept model's name, the label, or the bare name. */
static enum alm_status label_of(char out[128], const struct alm_forecast_request *request,
                                struct alm_error *error)
{
    struct alm_spec spec = {0};
    if (request->kept == NULL) ALM_TRY(alm_spec_parse(&spec, request->model, error));
    snprintf(out, 128, "%s",
             request->kept != NULL ? request->kept
             : spec.label != NULL  ? spec.label
                                   : spec.name);
    alm_spec_clear(&spec);
    return ALM_OK;
}

static enum alm_status make(const struct alm_call *call, struct alm_workbench *workbench,
                            const struct alm_forecast_request *request, struct alm_error *error)
{
    struct alm_forecast_summary summary;
    char label[128];
    ALM_TRY(alm_forecast_make(workbench, request, &summary, error));
    ALM_TRY(label_of(label, request, error));
    ALM_TRY(alm_call_print_forecasts(call, workbench, summary.run, label, error));
    if (summary.n_failed > 0)
        alm_call_say(call, "%zu of %zu series could not be forecast; %s", summary.n_failed, summary.n_series,
                     summary.first_failure);
    alm_call_say(call, "run %" PRId64 " is stored; when data have come:", summary.run);
    alm_call_advise(call, "fill in the actuals and errors", "score");
    return ALM_OK;
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    struct alm_forecast_request request = {
        .kept = call->n_arguments > 0 ? call->arguments[0] : NULL,
        .model = alm_call_text(call, "model"),
        .horizon = alm_call_count(call, "horizon", 0),
        .at = alm_call_text(call, "at"),
        .season = alm_call_count(call, "season", 0),
        .missing = alm_call_text(call, "missing"),
        .seed = alm_call_count(call, "seed", 1),
        .name = alm_call_text(call, "name"),
    };
    request.series = alm_call_texts(call, "series", &request.n_series);
    request.levels = alm_call_numbers(call, "levels", &request.n_levels);
    request.covariates = alm_call_covariates(call);
    if ((request.kept == NULL) == (request.model == NULL))
        return alm_fail(error, ALM_USAGE, "give either the name of a kept model or --model SPEC");
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = make(call, workbench, &request, error);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "model",
     .letter = 'm',
     .kind = ALM_ARGUMENT_TEXT,
     .value = "SPEC",
     .help = "a forecaster to fit now, instead of a kept model",
     .completion = ALM_COMPLETE_FORECASTER},
    ALM_OPTION_SERIES,
    {.name = "horizon",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "H",
     .help = "steps (a kept model: what it was trained for)",
     .minimum = 1},
    {.name = "at",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TIME",
     .help = "the origin (default: each series' end)"},
    ALM_OPTION_LEVELS,
    ALM_OPTIONS_COVARIATES,
    ALM_OPTION_SEASON,
    ALM_OPTION_MISSING,
    ALM_OPTION_SEED,
    {.name = "name", .kind = ALM_ARGUMENT_TEXT, .value = "NAME", .help = "of the run"},
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"forecast -m seasonal-naive --series co2 --horizon 12", "fit and forecast"},
    {"forecast flow --format csv", "with a model that `train` kept"},
    {NULL, NULL},
};

const struct alm_command alm_command_forecast = {
    .name = "forecast",
    .group = "Forecasting",
    .summary = "forecast what comes next, and keep the forecast",
    .arguments = "[MODEL]",
    .most = 1,
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_MODEL,
    .never_bare = true,
    .run = run,
};
