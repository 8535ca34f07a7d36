#include "cli/commands.h"
#include "cli/printer.h"

#include "forecast/forecaster.h"

#include <stdio.h>
#include <string.h>

static enum alm_status list(const struct alm_call *call, struct alm_error *error)
{
    static const char *const columns[] = {"forecaster", "summary", "reference"};
    const struct alm_printer_options options = {.columns = columns, .n_columns = 3};
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(&printer, call, &options, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && alm_forecaster_types[i] != NULL; i++) {
        alm_printer_text(printer, alm_forecaster_types[i]->name);
        alm_printer_text(printer, alm_forecaster_types[i]->summary);
        alm_printer_text(printer, alm_forecaster_types[i]->reference);
        status = alm_printer_row(printer, error);
    }
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}

/* The range of an option's values as people read it. */
static void write_range(struct alm_text *out, const struct alm_option *option)
{
    switch (option->kind) {
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

static enum alm_status print_options(const struct alm_call *call, const struct alm_option *table,
                                     struct alm_error *error)
{
    static const char *const columns[] = {"option", "default", "values", "meaning"};
    const struct alm_printer_options options = {.columns = columns, .n_columns = 4};
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(&printer, call, &options, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && table != NULL && table[i].name != NULL; i++) {
        struct alm_text range = {0};
        write_range(&range, &table[i]);
        alm_printer_text(printer, table[i].name);
        alm_printer_text(printer, table[i].fallback);
        alm_printer_text(printer, alm_text_string(&range));
        alm_printer_text(printer, table[i].help);
        status = alm_printer_row(printer, error);
        alm_text_clear(&range);
    }
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}

/* The cell, with the options that act on each line. Hochreiter & Schmidhuber 1997; Gers et al. 2000. */
static const char lstm_equations[] =
    "  i = sigmoid(W_i x + R_i h' + b_i)    what enters the memory\n"
    "  f = sigmoid(W_f x + R_f h' + b_f)    what stays of it; b_f begins at 1\n"
    "  g = tanh   (W_g x + R_g h' + b_g)    what is offered\n"
    "  o = sigmoid(W_o x + R_o h' + b_o)    what is shown\n"
    "  c = f c' + i g                       the memory; hidden units, layers on top of each other\n"
    "  h = o tanh(c)                        the output of a step\n"
    "  y = W_y h + b_y                      all steps of the horizon at once; loss, labels\n\n";

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
    if (call->format == ALM_FORMAT_TABLE) {
        printf("%s: %s\n\n%s\n\nReference: %s\n\n", type->name, type->summary, type->use, type->reference);
        if (strcmp(type->name, "lstm") == 0) fputs(lstm_equations, stdout);
        if (type->options == NULL) return ALM_OK;
    }
    return print_options(call, type->options, error);
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
