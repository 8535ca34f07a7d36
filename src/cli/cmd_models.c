#include "cli/commands.h"
#include "cli/session.h"

static enum alm_status list(const struct alm_call *call, struct alm_error *error)
{
    static const char *const columns[] = {"model",   "spec",  "series", "trained_until",
                                          "horizon", "bytes", "run",    NULL};
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const bool people = call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD;
    const enum alm_status status =
        alm_call_print_query(call, workbench, "models", NULL, NULL,
                             &(struct alm_rows_view){.columns = people ? columns : NULL}, NULL, error);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status show(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_call_need_model(workbench, call->arguments[0], error);
    if (status == ALM_OK)
        status = alm_call_print_query(call, workbench, "model", "model", call->arguments[0],
                                      &(struct alm_rows_view){.record = true}, NULL, error);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status drop(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_call_need_model(workbench, call->arguments[0], error);
    if (status == ALM_OK) status = alm_model_drop(workbench, call->arguments[0], error);
    if (status == ALM_OK) alm_call_say(call, "dropped the model %s", call->arguments[0]);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command subcommands[] = {
    {.name = "list", .summary = "the models that `train` kept", .run = list},
    {.name = "show",
     .summary = "all about one model",
     .arguments = "NAME",
     .least = 1,
     .most = 1,
     .completion = ALM_COMPLETE_MODEL,
     .run = show},
    {.name = "drop",
     .summary = "remove a model; its training run stays",
     .arguments = "NAME",
     .least = 1,
     .most = 1,
     .completion = ALM_COMPLETE_MODEL,
     .run = drop},
    {.name = NULL},
};

const struct alm_command alm_command_models = {
    .name = "models",
    .group = "Forecasting",
    .summary = "list, show and drop kept models",
    .subcommands = subcommands,
};
