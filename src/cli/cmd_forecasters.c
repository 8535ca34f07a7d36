#include "cli/commands.h"
#include "cli/printer.h"

#include "forecast/forecaster.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 79 };

static bool is_combination(const struct alm_forecaster_type *type)
{
    return (type->traits & ALM_TRAIT_COMBINATION) != 0;
}

static enum alm_status list_kind(struct alm_printer *printer, bool combinations, struct alm_error *error)
{
    for (size_t i = 0; alm_forecaster_types[i] != NULL; i++) {
        const struct alm_forecaster_type *type = alm_forecaster_types[i];
        if (is_combination(type) != combinations) continue;
        alm_printer_text(printer, type->name);
        alm_printer_text(printer, combinations ? "combination" : "forecaster");
        alm_printer_text(printer, type->summary);
        alm_printer_text(printer, type->use);
        alm_printer_text(printer, type->reference);
        ALM_TRY(alm_printer_row(printer, error));
    }
    return ALM_OK;
}

static enum alm_status list(const struct alm_call *call, struct alm_error *error)
{
    static const char *const columns[] = {"forecaster", "kind", "summary", "use", "reference"};
    const bool people = call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD;
    const struct alm_printer_options options = {.columns = columns, .n_columns = people ? 3 : 5};
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(&printer, call, &options, error));
    enum alm_status status = list_kind(printer, false, error);
    if (status == ALM_OK) status = list_kind(printer, true, error);
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}

/* The range of an option's values as people read it. */
static void write_range(struct alm_text *out, const struct alm_option *option)
{
    switch (option->kind) {
    case ALM_OPTION_CHOICES:
        alm_text_printf(out, "%s, or a list joined with +", option->choices);
        break;
    case ALM_OPTION_CHOICE:
        alm_text_append(out, option->choices);
        break;
    case ALM_OPTION_FLAG:
        alm_text_append(out, "0|1");
        break;
    case ALM_OPTION_TEXT:
        alm_text_append(out, "text");
        break;
    case ALM_OPTION_SPECS:
        alm_text_append(out, "specs joined with +");
        break;
    case ALM_OPTION_INTEGER:
    case ALM_OPTION_REAL:
    case ALM_OPTION_NUMBERS:
        alm_text_append_number(out, option->minimum);
        alm_text_append(out, " .. ");
        alm_text_append_number(out, option->maximum);
        break;
    }
}

static enum alm_status print_table(struct alm_printer *printer, const struct alm_option *table,
                                   struct alm_error *error)
{
    for (; table != NULL && table->name != NULL; table++) {
        struct alm_text range = {0};
        write_range(&range, table);
        alm_printer_text(printer, table->name);
        alm_printer_text(printer, table->fallback);
        alm_printer_text(printer, alm_text_string(&range));
        alm_printer_text(printer, table->help);
        const enum alm_status status = alm_printer_row(printer, error);
        alm_text_clear(&range);
        ALM_TRY(status);
    }
    return ALM_OK;
}

static enum alm_status print_options(const struct alm_call *call, const struct alm_forecaster_type *type,
                                     struct alm_error *error)
{
    static const char *const columns[] = {"option", "default", "values", "meaning"};
    const struct alm_printer_options options = {.columns = columns, .n_columns = 4};
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(&printer, call, &options, error));
    enum alm_status status = print_table(printer, type->options, error);
    if (status == ALM_OK) status = print_table(printer, alm_forecaster_common_options(type), error);
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}

/* The cell with the options that act on each line, from the papers that nn/README.md names. ' is one step
 * before, u uniform on (0, 1). */
static const char lstm_equations[] =
    "One step of a layer, x to h                      options\n\n"
    "  i = sigmoid(W_i x + R_i h' + b_i)              what enters the memory\n"
    "  f = sigmoid(W_f x + R_f h' + b_f)              what stays; b_f begins at 1\n"
    "  g = tanh   (W_g x + R_g h' + b_g)              what is offered\n"
    "  o = sigmoid(W_o x + R_o h' + b_o)              what is shown\n"
    "  c = f c' + i g                                 hidden: units of c and h\n"
    "  h = o tanh(c)                                  layers: x of the next is h\n"
    "  y = W_y h + b_y                                loss; labels: of which steps\n\n"
    "What options make of it\n\n"
    "  i, f: + p_i c', + p_f c'   o: + p_o c          peephole=1\n"
    "  W x + R h' less its mean, by its deviation     layer_norm=1\n"
    "    over the layer, times a learnt gain\n"
    "  f replaced with some probability, in training  forget_rate; lists: one for\n"
    "    (prediction takes what is expected):           each layer\n"
    "    by 0                                         forget=zero\n"
    "    by 1: the cell of 1997                       forget=one\n"
    "    by (1 - a) f + a u                           forget=noise, a: forget_noise\n"
    "  x, h of the layer below, h', h of y under      dropout_input, dropout_layer,\n"
    "    one mask for all steps of a window             dropout_recurrent,\n"
    "                                                   dropout_head\n"
    "  W x + R h' from numbers of 8 bits              precision=bf16\n"
    "  i = exp(..), n = f n' + i, h = o c / n         cell=slstm\n"
    "  h + x, in layers above the first               residual_layers=1\n"
    "  first h', c' are 0, or go on from the window   state=carry\n"
    "    before\n"
    "  x with a vector learnt for the series          embedding\n"
    "  y = W_y h + b_y + S window + E extras          skip=zero|ridge: S from there;\n"
    "                                                   extras: calendar, covariates\n"
    "    b_y at first a constant drift, or none         drift\n"
    "  x = `segment` values of the scaled window      segment, lookback, scale,\n"
    "                                                   deseason, arcsinh\n"
    "  with the logarithm of the window's scale       scale_input=1\n"
    "  x and y of all series of a fit side by side    channels=joint\n"
    "  with a mark for each missing value             missing=mask\n"
    "  x = max(0, W_x x + b_x)                        projection\n"
    "  y in parts: a cell's step each from the last   decoder=segment, answer\n"
    "    h, c with a learnt position as x; or going\n"
    "    on from its own answers                      decoder=recursive, answer,\n"
    "                                                   paths\n"
    "  forecast = base + scale y                      scale, residual=season\n"
    "  quantiles = y, sorted, or each the one below   loss=quantile, levels,\n"
    "    plus a positive number                         crossing\n"
    "  chances of classes = softmax(y)                target=direction, threshold,\n"
    "                                                   bins; labels\n"
    "    (not with channels=joint or skip=ridge; skip=zero: not of labels;\n"
    "    decoder=recursive: not of directions, which do not tell how far)\n"
    "  median over networks, each of its own seed     seeds\n"
    "  products W x and R h' in bf16                  precision=bf16\n\n"
    "Training\n\n"
    "  L = mean of weight times loss(y, wanted)       loss, labels, weight,\n"
    "                                                   step_weight\n"
    "  dL over `batch` windows, cut to length `clip`  batch, accumulate, stride,\n"
    "                                                   clip\n"
    "  parameters less rate_t times a step of it      optimiser, momentum, nesterov,\n"
    "                                                   decay, rate\n"
    "  rate_t over the steps                          schedule, schedule_epochs,\n"
    "                                                   warmup, fall, fall_epochs\n"
    "  until L of what is held out is lowest          epochs, steps, validation,\n"
    "                                                   validate, patience,\n"
    "                                                   time_limit, retry\n\n"
    "`almanac inspect MODEL` shows i, f, g, o, c and h of a kept model.\n\n";

static void write_options(struct alm_text *out, const struct alm_option *option)
{
    for (; option->name != NULL; option++) {
        struct alm_text help = {0};
        alm_text_printf(&help, "%s (", option->help);
        write_range(&help, option);
        if (option->needs != NULL) alm_text_printf(&help, "; with %s only", option->needs);
        alm_text_append(&help, ")");
        alm_text_printf(out, "  %s%s%s\n", option->name, option->fallback == NULL ? "" : "=",
                        option->fallback == NULL ? "" : option->fallback);
        alm_help_fill(out, alm_text_string(&help), 0, 6, WIDTH);
        if (help.failed) out->failed = true;
        alm_text_clear(&help);
    }
}

/* All about a forecaster, as people read it. */
static void write_page(struct alm_text *out, const struct alm_forecaster_type *type)
{
    const struct alm_option *option = type->options, *common = alm_forecaster_common_options(type);
    alm_text_printf(out, "%s: ", type->name);
    alm_help_fill(out, type->summary, strlen(type->name) + 2, 0, WIDTH);
    alm_text_append(out, "\n");
    alm_help_fill(out, type->use, 0, 0, WIDTH);
    alm_text_append(out, "\nReference: ");
    alm_help_fill(out, type->reference, 11, 2, WIDTH);
    alm_text_append(out, "\n");
    if (strcmp(type->name, "lstm") == 0) alm_text_append(out, lstm_equations);
    if (option != NULL && option->name != NULL) {
        alm_text_printf(out, "Options, as in --model %s:%s=%s (with their defaults):\n\n", type->name,
                        option->name, option->fallback == NULL ? "VALUE" : option->fallback);
        write_options(out, option);
    }
    if (common == NULL) return;
    if (option != NULL && option->name != NULL) alm_text_append(out, "\n");
    alm_help_fill(out,
                  "Transforms of the series, common to all forecasters of numbers. They are learnt from the "
                  "training part, and what is forecast is turned back into the unit of the series:",
                  0, 0, WIDTH);
    alm_text_append(out, "\n");
    write_options(out, common);
}

static enum alm_status print_page(const struct alm_forecaster_type *type, struct alm_error *error)
{
    struct alm_text page = {0};
    write_page(&page, type);
    const enum alm_status status = alm_text_check(&page, error);
    if (status == ALM_OK) fputs(alm_text_string(&page), stdout);
    alm_text_clear(&page);
    return status;
}

static enum alm_status show(const struct alm_call *call, struct alm_error *error)
{
    const struct alm_forecaster_type *type = alm_forecaster_type_find(call->arguments[0]);
    if (type == NULL) {
        const char *names[64] = {NULL};
        for (size_t i = 0; i < 63 && alm_forecaster_types[i] != NULL; i++)
            names[i] = alm_forecaster_types[i]->name;
        const char *near = alm_text_suggest(call->arguments[0], names);
        if (near != NULL)
            return alm_fail(error, ALM_NOTFOUND, "there is no forecaster \"%s\" (did you mean %s?)",
                            call->arguments[0], near);
        return alm_fail(error, ALM_NOTFOUND, "there is no forecaster \"%s\" (see `almanac forecasters list`)",
                        call->arguments[0]);
    }
    if (call->format == ALM_FORMAT_TABLE) return print_page(type, error);
    return print_options(call, type, error);
}

static const struct alm_command subcommands[] = {
    {.name = "list", .summary = "every forecaster", .run = list},
    {.name = "show",
     .summary = "options, defaults, ranges, when to use it, its paper",
     .arguments = "NAME",
     .least = 1,
     .most = 1,
     .completion = ALM_COMPLETE_FORECASTER,
     .run = show},
    {.name = NULL},
};

const struct alm_command alm_command_forecasters = {
    .name = "forecasters",
    .group = "Forecasting",
    .summary = "what can forecast, with which options",
    .subcommands = subcommands,
};
