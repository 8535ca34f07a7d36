#include "cli/commands.h"
#include "cli/inspect_tables.h"
#include "cli/output.h"
#include "cli/results.h"

#include <string.h>

/* ---- the command ---- */

static const char *what_of(const struct alm_call *call)
{
    const char *what = alm_call_text(call, "what");
    return what == NULL ? "summary" : what;
}

static enum alm_status draw(const struct alm_inspect_view *v, const char *what, const char *path,
                            struct alm_error *error)
{
    const struct alm_output output = alm_standard_output();
    const struct alm_inspect_picture picture = {.model = v->call->arguments[0],
                                                .lags = strcmp(what, "lags") == 0,
                                                .layer = v->layer,
                                                .unit = v->unit,
                                                .path = strcmp(path, "-") == 0 ? NULL : path,
                                                .output = &output};
    ALM_TRY(alm_inspect_draw(v->in, &picture, error));
    if (picture.path != NULL) alm_call_say(v->call, "wrote %s", path);
    return ALM_OK;
}

static enum alm_status show(struct alm_inspect_view *v, struct alm_error *error)
{
    const char *what = what_of(v->call);
    const char *svg = alm_call_text(v->call, "svg");
    if (v->layer > v->in->n_cells || v->unit > v->in->hidden)
        return alm_fail(error, ALM_USAGE, "the model has %zu layer%s%s of %zu units", v->in->layers,
                        v->in->layers == 1 ? "" : "s", v->in->n_cells > v->in->layers ? " and a decoder" : "",
                        v->in->hidden);
    if (svg != NULL) return draw(v, what, svg, error);
    ALM_TRY(alm_inspect_print(v, what, error));
    if (strcmp(what, "summary") == 0 && v->call->format == ALM_FORMAT_TABLE)
        alm_call_advise(v->call, "the gates as a picture", "inspect %s --svg gates.svg",
                        v->call->arguments[0]);
    return ALM_OK;
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_inspect_view v = {
        .call = call, .layer = alm_call_count(call, "layer", 0), .unit = alm_call_count(call, "unit", 0)};
    const struct alm_inspect_request request = {
        .model = call->arguments[0],
        .series = alm_call_text(call, "series"),
        .at = alm_call_text(call, "at"),
        .season = alm_call_count(call, "season", 0),
        .network = alm_call_count(call, "network", 0),
        .step = alm_call_count(call, "step", 0),
    };
    const char *what = what_of(call);
    struct alm_workbench *workbench;
    struct alm_inspection *in;
    if (alm_call_has(call, "svg") && alm_call_has(call, "what") && strcmp(what, "gates") != 0 &&
        strcmp(what, "lags") != 0)
        return alm_fail(error, ALM_USAGE, "--svg draws --what gates (default) or lags");
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_inspect(&in, workbench, &request, error);
    if (status == ALM_OK) {
        v.in = in;
        status = show(&v, error);
        alm_inspection_free(in);
    }
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "series",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "NAME",
     .help = "the series that it is shown (default: the first it was trained on)",
     .completion = ALM_COMPLETE_SERIES},
    {.name = "what",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "WHAT",
     .choices = "summary|gates|saturation|memory|parameters|lags",
     .help = "what to print: summary (default, in words), gates, saturation, memory, parameters or lags"},
    {.name = "layer",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "L",
     .help =
         "this layer only; the decoder is the one after the last (default: all; in a picture the last layer)",
     .minimum = 1},
    {.name = "unit",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "U",
     .help = "this unit only (default: all)",
     .minimum = 1},
    {.name = "at",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "TIME",
     .help = "the last value of the window (default: the series' end)"},
    {.name = "step",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "the step of the forecast that lags act on (default: the mean over all)",
     .minimum = 1},
    {.name = "network",
     .kind = ALM_ARGUMENT_COUNT,
     .value = "N",
     .help = "of an ensemble (default 1)",
     .minimum = 1},
    ALM_OPTION_SEASON,
    {.name = "svg",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "FILE",
     .help = "write a picture of gates or lags to FILE (`-`: standard output)",
     .completion = ALM_COMPLETE_FILE},
    {.name = NULL},
};

static const char description[] =
    "Shows the model the last window of a series and reports what its cells did, by layer, step and unit "
    "(`almanac forecasters show lstm` has the equations). time is that of a step's last value.\n\n"
    "gates: i, f, g, o as they acted, the memory c after the step, the output h, and forget = 1 - f. With "
    "cell=slstm, f, i and c are relative to its normaliser, so that here too c = f c' + i g; log_i, own_f "
    "and "
    "log_n are its input gate and normaliser as logarithms, and its forget gate. Rows of the layer `decoder` "
    "are "
    "the steps of decoder=segment, one for each part of the horizon, all from the last memory c'.\n\n"
    "saturation: shares of activations below 0.1 (closed) and above 0.9 (open), of g beyond -0.9 and 0.9.\n\n"
    "memory: retain is the mean of f, forget what is missing to 1. half_life is how long it takes until the "
    "product of f is one half, by the mean of log f over the window; empty: f is 1 and nothing is forgotten. "
    "What comes back through h is not counted.\n\n"
    "parameters: norms of the tensors and of the gradient of the mean loss over the last (up to 32) windows "
    "whose horizon is known.\n\n"
    "lags: the derivative of the forecast by each value, exact and with the scaling of the window moving "
    "with "
    "it: influence is the mean over steps, size that of absolute values, share the size's part of all, and "
    "network what it is when the scaling is held still. Of "
    "classes it is the probability of the likeliest one that moves; of a label, what its input is worth "
    "beside the "
    "mean over all labels. With channels=joint the rows of the series shown beside it follow, and share is "
    "of all.";

static const struct alm_example examples[] = {
    {"inspect flow", "what it remembers and what it looks at, in words"},
    {"inspect flow --svg gates.svg", "heat maps of all gates, units by steps"},
    {"inspect flow --what gates --layer 1 --unit 3 --format csv", "the numbers of one unit"},
    {"inspect flow --what lags --step 24 --format json", "what the forecast of step 24 depends on"},
    {NULL, NULL},
};

const struct alm_command alm_command_inspect = {
    .name = "inspect",
    .group = "Forecasting",
    .summary = "look inside a kept lstm: gates, memory, parameters, lags",
    .arguments = "MODEL",
    .least = 1,
    .most = 1,
    .description = description,
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_MODEL,
    .never_bare = true,
    .run = run,
};
