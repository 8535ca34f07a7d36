#include "cli/commands.h"
#include "cli/output.h"
#include "cli/results.h"

#include "base/memory.h"
#include "forecast/inspection.h"
#include "series/calendar.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 79 };

/* What is printed, of what. */
struct view {
    const struct alm_call *call;
    const struct alm_inspection *in;
    struct alm_printer *printer;
    size_t layer, unit; /* from 1; 0: all */
};

static bool wants_layer(const struct view *v, size_t layer)
{
    return v->layer == 0 || v->layer == layer + 1;
}

static bool wants_unit(const struct view *v, size_t unit)
{
    return v->unit == 0 || v->unit == unit + 1;
}

static void push_count(struct alm_printer *printer, size_t value)
{
    alm_printer_integer(printer, (int64_t)value);
}

static void push_time(struct alm_printer *printer, const struct alm_inspection *in, size_t bar)
{
    struct alm_text time = {0};
    if (in->frequency.unit == ALM_FREQUENCY_INDEX) {
        alm_printer_integer(printer, in->ts[bar]);
        return;
    }
    alm_ts_write_iso(&time, in->ts[bar]);
    alm_printer_text(printer, alm_text_string(&time));
    alm_text_clear(&time);
}

/* A float with the digits that it has. */
static void push_float(struct alm_printer *printer, float value)
{
    char digits[32];
    double shortest = value;
    snprintf(digits, sizeof digits, "%.9g", (double)value);
    alm_text_to_number(&shortest, digits, strlen(digits));
    alm_printer_number(printer, shortest);
}

/* ---- gates ---- */

static const char *const gates_columns[] = {"layer", "step", "time", "unit", "i",      "f",
                                            "g",     "o",    "c",    "h",    "forget", NULL};

static enum alm_status print_cell(const struct view *v, size_t layer, size_t t, size_t unit,
                                  struct alm_error *error)
{
    const struct alm_inspection *in = v->in;
    const size_t at = (layer * in->steps + t) * in->hidden + unit;
    push_count(v->printer, layer + 1);
    push_count(v->printer, t + 1);
    push_time(v->printer, in, (t + 1) * in->segment - 1);
    push_count(v->printer, unit + 1);
    for (size_t k = 0; k < ALM_PARTS; k++)
        push_float(v->printer, in->part[k][at]);
    push_float(v->printer, 1 - in->part[ALM_PART_F][at]);
    return alm_printer_row(v->printer, error);
}

static enum alm_status print_gates(struct view *v, struct alm_error *error)
{
    for (size_t layer = 0; layer < v->in->layers; layer++)
        for (size_t t = 0; wants_layer(v, layer) && t < v->in->steps; t++)
            for (size_t unit = 0; unit < v->in->hidden; unit++)
                if (wants_unit(v, unit)) ALM_TRY(print_cell(v, layer, t, unit, error));
    return ALM_OK;
}

/* ---- saturation ---- */

static const char *const saturation_columns[] = {"layer", "gate", "mean", "closed", "open", NULL};

static enum alm_status print_saturation(struct view *v, struct alm_error *error)
{
    static const char *const gates[] = {"i", "f", "g", "o"};
    for (size_t k = 0; k < 4 * v->in->layers; k++) {
        if (!wants_layer(v, k / 4)) continue;
        push_count(v->printer, k / 4 + 1);
        alm_printer_text(v->printer, gates[k % 4]);
        alm_printer_number(v->printer, v->in->saturation[k].mean);
        alm_printer_number(v->printer, v->in->saturation[k].closed);
        alm_printer_number(v->printer, v->in->saturation[k].open);
        ALM_TRY(alm_printer_row(v->printer, error));
    }
    return ALM_OK;
}

/* ---- memory ---- */

static const char *const memory_columns[] = {
    "layer", "unit", "retain", "forget", "half_life_steps", "half_life_bars", "half_life_seconds", NULL};

static enum alm_status print_unit(const struct view *v, size_t layer, size_t unit, struct alm_error *error)
{
    const struct alm_inspection *in = v->in;
    const double steps = in->half_life[layer * in->hidden + unit], bars = steps * (double)in->segment;
    double sum = 0;
    for (size_t t = 0; t < in->steps; t++)
        sum += in->part[ALM_PART_F][(layer * in->steps + t) * in->hidden + unit];
    push_count(v->printer, layer + 1);
    push_count(v->printer, unit + 1);
    alm_printer_number(v->printer, sum / (double)in->steps);
    alm_printer_number(v->printer, 1 - sum / (double)in->steps);
    alm_printer_number(v->printer, steps);
    alm_printer_number(v->printer, bars);
    alm_printer_number(v->printer, in->bar > 0 ? bars * in->bar / (double)ALM_SECOND : (double)NAN);
    return alm_printer_row(v->printer, error);
}

static enum alm_status print_memory(struct view *v, struct alm_error *error)
{
    for (size_t layer = 0; layer < v->in->layers; layer++)
        for (size_t unit = 0; wants_layer(v, layer) && unit < v->in->hidden; unit++)
            if (wants_unit(v, unit)) ALM_TRY(print_unit(v, layer, unit, error));
    return ALM_OK;
}

/* ---- parameters ---- */

static const char *const parameters_columns[] = {
    "tensor", "rows", "columns", "norm", "gradient_norm", "gradient_by_norm", NULL};

static enum alm_status print_parameters(struct view *v, struct alm_error *error)
{
    for (size_t k = 0; k < v->in->n_tensors; k++) {
        const struct alm_inspected_tensor *tensor = &v->in->tensor[k];
        alm_printer_text(v->printer, tensor->name);
        push_count(v->printer, tensor->rows);
        push_count(v->printer, tensor->columns);
        alm_printer_number(v->printer, tensor->norm);
        alm_printer_number(v->printer, tensor->gradient);
        alm_printer_number(v->printer, tensor->norm > 0 ? tensor->gradient / tensor->norm : (double)NAN);
        ALM_TRY(alm_printer_row(v->printer, error));
    }
    return ALM_OK;
}

/* ---- lags ---- */

static const char *const lags_columns[] = {"lag",  "time",  "value",   "influence",
                                           "size", "share", "network", NULL};

static enum alm_status print_lags(struct view *v, struct alm_error *error)
{
    const struct alm_inspection *in = v->in;
    double all = 0;
    for (size_t i = 0; i < in->lookback; i++)
        if (!isnan(in->influence_size[i])) all += in->influence_size[i];
    for (size_t lag = 1; lag <= in->lookback; lag++) {
        const size_t bar = in->lookback - lag;
        push_count(v->printer, lag);
        push_time(v->printer, in, bar);
        alm_printer_number(v->printer, in->value[bar]);
        alm_printer_number(v->printer, in->influence[bar]);
        alm_printer_number(v->printer, in->influence_size[bar]);
        alm_printer_number(v->printer, all > 0 ? in->influence_size[bar] / all : (double)NAN);
        alm_printer_number(v->printer, in->influence_network[bar]);
        ALM_TRY(alm_printer_row(v->printer, error));
    }
    return ALM_OK;
}

/* ---- summary ---- */

static const char *const summary_columns[] = {"subject", "text", NULL};

static enum alm_status say_row(void *context, const char *subject, const char *paragraph,
                               struct alm_error *error)
{
    const struct view *v = context;
    alm_printer_text(v->printer, subject);
    alm_printer_text(v->printer, paragraph);
    return alm_printer_row(v->printer, error);
}

static enum alm_status print_summary(struct view *v, struct alm_error *error)
{
    return alm_inspect_tell(v->in, v, say_row, error);
}

/* As paragraphs: "memory      Layer 1 remembers ...". */
static enum alm_status say_paragraph(void *context, const char *subject, const char *paragraph,
                                     struct alm_error *error)
{
    enum { INDENT = 12 };
    struct alm_text out = {0}, safe = {0};
    (void)context;
    alm_text_append_visible(&safe, paragraph);
    alm_text_printf(&out, "%-*s", INDENT, subject);
    alm_help_fill(&out, alm_text_string(&safe), INDENT, INDENT, WIDTH);
    if (safe.failed) out.failed = true;
    const enum alm_status status = alm_text_check(&out, error);
    if (status == ALM_OK) fputs(alm_text_string(&out), stdout);
    alm_text_clear(&safe);
    alm_text_clear(&out);
    return status;
}

/* ---- the command ---- */

static const struct what {
    const char *name;
    const char *const *columns;
    enum alm_status (*print)(struct view *v, struct alm_error *error);
} whats[] = {{"summary", summary_columns, print_summary},          {"gates", gates_columns, print_gates},
             {"saturation", saturation_columns, print_saturation}, {"memory", memory_columns, print_memory},
             {"parameters", parameters_columns, print_parameters}, {"lags", lags_columns, print_lags}};

static const struct what *what_of(const struct alm_call *call)
{
    const char *name = alm_call_text(call, "what");
    for (size_t k = 0; name != NULL && k < sizeof whats / sizeof *whats; k++)
        if (strcmp(whats[k].name, name) == 0) return &whats[k];
    return &whats[0];
}

static enum alm_status print(struct view *v, const struct what *what, struct alm_error *error)
{
    struct alm_printer_options options = {.columns = what->columns};
    if (what == &whats[0] && v->call->format == ALM_FORMAT_TABLE)
        return alm_inspect_tell(v->in, v, say_paragraph, error);
    while (what->columns[options.n_columns] != NULL)
        options.n_columns++;
    ALM_TRY(alm_printer_open(&v->printer, v->call, &options, error));
    const enum alm_status status = what->print(v, error);
    const enum alm_status closed = alm_printer_close(v->printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}

static enum alm_status draw(const struct view *v, const struct what *what, const char *path,
                            struct alm_error *error)
{
    const struct alm_output output = alm_standard_output();
    const struct alm_inspect_picture picture = {.model = v->call->arguments[0],
                                                .lags = strcmp(what->name, "lags") == 0,
                                                .layer = v->layer,
                                                .unit = v->unit,
                                                .path = strcmp(path, "-") == 0 ? NULL : path,
                                                .output = &output};
    ALM_TRY(alm_inspect_draw(v->in, &picture, error));
    if (picture.path != NULL) alm_call_say(v->call, "wrote %s", path);
    return ALM_OK;
}

static enum alm_status show(struct view *v, struct alm_error *error)
{
    const struct what *what = what_of(v->call);
    const char *svg = alm_call_text(v->call, "svg");
    if (v->layer > v->in->layers || v->unit > v->in->hidden)
        return alm_fail(error, ALM_USAGE, "the model has %zu layer%s of %zu units", v->in->layers,
                        v->in->layers == 1 ? "" : "s", v->in->hidden);
    if (svg != NULL) return draw(v, what, svg, error);
    ALM_TRY(print(v, what, error));
    if (what == &whats[0] && v->call->format == ALM_FORMAT_TABLE)
        alm_call_advise(v->call, "the gates as a picture", "inspect %s --svg gates.svg",
                        v->call->arguments[0]);
    return ALM_OK;
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct view v = {
        .call = call, .layer = alm_call_count(call, "layer", 0), .unit = alm_call_count(call, "unit", 0)};
    const struct alm_inspect_request request = {
        .model = call->arguments[0],
        .series = alm_call_text(call, "series"),
        .at = alm_call_text(call, "at"),
        .season = alm_call_count(call, "season", 0),
        .network = alm_call_count(call, "network", 0),
        .step = alm_call_count(call, "step", 0),
    };
    const char *what = what_of(call)->name;
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
     .help = "this layer only (default: all; in a picture the last)",
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
    "cell=slstm, f, i and c are relative to its normaliser, so that here too c = f c' + i g.\n\n"
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
    "mean over all labels.";

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
