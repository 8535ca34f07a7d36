#include "cli/commands.h"
#include "cli/results.h"

#include <inttypes.h>
#include <string.h>

static void tell(const struct alm_call *call, struct alm_train_summary *s, enum alm_status status)
{
    if (status == ALM_OK) {
        alm_call_say(call, "kept %s: %zu series, %zu bytes, %.2f s of fitting%s", s->name, s->n_series,
                     s->bytes, s->seconds, s->resumed ? ", gone on where it was interrupted" : "");
        for (char *c = s->learnt; (c = strchr(c, '\n')) != NULL; c++)
            *c = c[1] == '\0' ? '\0' : ' ';
        if (s->learnt[0] != '\0') alm_call_say(call, "%s", s->learnt);
        alm_call_advise(call, "forecast with it", "forecast %s", s->name);
        alm_call_advise(call, "its training curve", "query epochs run=%" PRId64, s->run);
    } else if (status == ALM_INTERRUPTED && s->run > 0) {
        alm_call_say(call, "how far it is is kept; the same command goes on, or:");
        alm_call_advise(call, "", "train --resume %" PRId64, s->run);
    }
}

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
        .jobs = alm_call_count(call, "jobs", 0),
        .time_limit = (double)alm_call_count(call, "time-limit", 0),
    };
    const char *resume = alm_call_text(call, "resume");
    request.series = alm_call_texts(call, "series", &request.n_series);
    request.levels = alm_call_numbers(call, "levels", &request.n_levels);
    request.covariates = alm_call_covariates(call);
    if (resume != NULL) ALM_TRY(alm_call_check_resume(call, error));
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = resume != NULL
                                       ? alm_train_resume(workbench, resume, request.jobs, &summary, error)
                                       : alm_train(workbench, &request, &summary, error);
    tell(call, &summary, status);
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
    {.name = "name",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "NAME",
     .help = "of the kept model; what an interrupted training of this name had learnt is dropped when "
             "another one of it begins"},
    ALM_OPTION_LEVELS,
    ALM_OPTIONS_COVARIATES,
    ALM_OPTION_SEASON,
    ALM_OPTION_MISSING,
    {.name = "time-limit",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "SECONDS",
     .help = "training ends with the epoch then under way (the forecaster's option time_limit)",
     .minimum = 1},
    ALM_OPTION_JOBS("threads"),
    ALM_OPTION_SEED,
    ALM_OPTION_RESUME("go on with an interrupted run, as the same command does"),
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
