#include "cli/inspect_tables.h"

#include "cli/output.h"

#include "base/memory.h"
#include "series/calendar.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 79 };

static void push_count(struct alm_printer *printer, size_t value)
{
    alm_printer_integer(printer, (int64_t)value);
}

static bool wants_layer(const struct alm_inspect_view *v, size_t layer)
{
    return v->layer == 0 || v->layer == layer + 1;
}

static bool wants_unit(const struct alm_inspect_view *v, size_t unit)
{
    return v->unit == 0 || v->unit == unit + 1;
}

/* The number of a layer, or `decoder`. */
static void push_layer(const struct alm_inspect_view *v, size_t layer)
{
    if (v->in->cell[layer].decoder)
        alm_printer_text(v->printer, "decoder");
    else
        push_count(v->printer, layer + 1);
}

static void push_time(struct alm_printer *printer, const struct alm_inspection *in, int64_t ts)
{
    struct alm_text time = {0};
    if (in->frequency.unit == ALM_FREQUENCY_INDEX) {
        alm_printer_integer(printer, ts);
        return;
    }
    alm_ts_write_iso(&time, ts);
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
/* With cell=slstm; empty of a decoder. */
static const char *const own_columns[] = {"layer", "step", "time",   "unit",  "i",     "f",     "g", "o",
                                          "c",     "h",    "forget", "log_i", "own_f", "log_n", NULL};

static int64_t time_of(const struct alm_inspection *in, const struct alm_inspected_cell *cell, size_t t)
{
    const size_t answer = in->horizon / cell->steps > 0 ? in->horizon / cell->steps : 1;
    return cell->decoder ? in->ahead[((t + 1) * answer - 1) % in->horizon]
                         : in->ts[(t + 1) * in->segment - 1];
}

static enum alm_status print_unit_at(const struct alm_inspect_view *v, size_t layer, size_t t, size_t unit,
                                     struct alm_error *error)
{
    const struct alm_inspected_cell *cell = &v->in->cell[layer];
    const size_t at = t * v->in->hidden + unit;
    push_layer(v, layer);
    push_count(v->printer, t + 1);
    push_time(v->printer, v->in, time_of(v->in, cell, t));
    push_count(v->printer, unit + 1);
    for (size_t k = 0; k < ALM_PARTS; k++)
        push_float(v->printer, cell->part[k][at]);
    push_float(v->printer, 1 - cell->part[ALM_PART_F][at]);
    for (size_t k = 0; v->in->slstm && k < ALM_OWN_PARTS; k++)
        push_float(v->printer, cell->own[k] == NULL ? NAN : cell->own[k][at]);
    return alm_printer_row(v->printer, error);
}

static enum alm_status print_gates(struct alm_inspect_view *v, struct alm_error *error)
{
    for (size_t layer = 0; layer < v->in->n_cells; layer++)
        for (size_t t = 0; wants_layer(v, layer) && t < v->in->cell[layer].steps; t++)
            for (size_t unit = 0; unit < v->in->hidden; unit++)
                if (wants_unit(v, unit)) ALM_TRY(print_unit_at(v, layer, t, unit, error));
    return ALM_OK;
}

/* ---- saturation ---- */

static const char *const saturation_columns[] = {"layer", "gate", "mean", "closed", "open", NULL};

static enum alm_status print_saturation(struct alm_inspect_view *v, struct alm_error *error)
{
    static const char *const gates[ALM_SATURATIONS] = {"i", "f", "g", "o", "own_f"};
    for (size_t layer = 0; layer < v->in->n_cells; layer++) {
        const struct alm_inspected_cell *cell = &v->in->cell[layer];
        const size_t n = cell->own[ALM_OWN_F] == NULL ? 4 : ALM_SATURATIONS;
        for (size_t k = 0; wants_layer(v, layer) && k < n; k++) {
            push_layer(v, layer);
            alm_printer_text(v->printer, gates[k]);
            alm_printer_number(v->printer, cell->saturation[k].mean);
            alm_printer_number(v->printer, cell->saturation[k].closed);
            alm_printer_number(v->printer, cell->saturation[k].open);
            ALM_TRY(alm_printer_row(v->printer, error));
        }
    }
    return ALM_OK;
}

/* ---- memory ---- */

static const char *const memory_columns[] = {
    "layer", "unit", "retain", "forget", "half_life_steps", "half_life_bars", "half_life_seconds", NULL};

static enum alm_status print_unit(const struct alm_inspect_view *v, size_t layer, size_t unit,
                                  struct alm_error *error)
{
    const struct alm_inspection *in = v->in;
    const struct alm_inspected_cell *cell = &in->cell[layer];
    const double steps = cell->half_life == NULL ? (double)NAN : cell->half_life[unit],
                 bars = steps * (double)in->segment;
    const double n = (double)(cell->steps - cell->first);
    double sum = 0;
    for (size_t t = cell->first; t < cell->steps; t++)
        sum += cell->part[ALM_PART_F][t * in->hidden + unit];
    push_layer(v, layer);
    push_count(v->printer, unit + 1);
    alm_printer_number(v->printer, sum / n);
    alm_printer_number(v->printer, 1 - sum / n);
    alm_printer_number(v->printer, steps);
    alm_printer_number(v->printer, bars);
    alm_printer_number(v->printer, in->bar > 0 ? bars * in->bar / (double)ALM_SECOND : (double)NAN);
    return alm_printer_row(v->printer, error);
}

static enum alm_status print_memory(struct alm_inspect_view *v, struct alm_error *error)
{
    for (size_t layer = 0; layer < v->in->n_cells; layer++)
        for (size_t unit = 0; wants_layer(v, layer) && unit < v->in->hidden; unit++)
            if (wants_unit(v, unit)) ALM_TRY(print_unit(v, layer, unit, error));
    return ALM_OK;
}

/* ---- parameters ---- */

static const char *const parameters_columns[] = {
    "tensor", "rows", "columns", "norm", "gradient_norm", "gradient_by_norm", NULL};

static enum alm_status print_parameters(struct alm_inspect_view *v, struct alm_error *error)
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
/* With channels=joint. */
static const char *const joint_columns[] = {"lag",   "time",    "value",  "influence", "size",
                                            "share", "network", "series", NULL};

static double sum_of(const double *size, size_t n)
{
    double all = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(size[i])) all += size[i];
    return all;
}

/* Of one series; all is the size of all influence. */
static enum alm_status print_series(struct alm_inspect_view *v, const struct alm_inspected_lags *lags,
                                    double all, struct alm_error *error)
{
    const struct alm_inspection *in = v->in;
    for (size_t lag = 1; lag <= in->lookback; lag++) {
        const size_t bar = in->lookback - lag;
        push_count(v->printer, lag);
        push_time(v->printer, in, in->ts[bar]);
        alm_printer_number(v->printer, lags->value[bar]);
        alm_printer_number(v->printer, lags->influence[bar]);
        alm_printer_number(v->printer, lags->influence_size[bar]);
        alm_printer_number(v->printer, all > 0 ? lags->influence_size[bar] / all : (double)NAN);
        alm_printer_number(v->printer, lags->influence_network[bar]);
        if (in->n_others > 0) alm_printer_text(v->printer, lags->series);
        ALM_TRY(alm_printer_row(v->printer, error));
    }
    return ALM_OK;
}

static enum alm_status print_lags(struct alm_inspect_view *v, struct alm_error *error)
{
    const struct alm_inspection *in = v->in;
    const struct alm_inspected_lags own = {in->series, in->value, in->influence, in->influence_size,
                                           in->influence_network};
    double all = sum_of(in->influence_size, in->lookback);
    for (size_t k = 0; k < in->n_others; k++)
        all += sum_of(in->other[k].influence_size, in->lookback);
    ALM_TRY(print_series(v, &own, all, error));
    for (size_t k = 0; k < in->n_others; k++)
        ALM_TRY(print_series(v, &in->other[k], all, error));
    return ALM_OK;
}

/* ---- summary ---- */

static const char *const summary_columns[] = {"subject", "text", NULL};

static enum alm_status say_row(void *context, const char *subject, const char *paragraph,
                               struct alm_error *error)
{
    const struct alm_inspect_view *v = context;
    alm_printer_text(v->printer, subject);
    alm_printer_text(v->printer, paragraph);
    return alm_printer_row(v->printer, error);
}

static enum alm_status print_summary(struct alm_inspect_view *v, struct alm_error *error)
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

/* ---- which ---- */

static const struct what {
    const char *name;
    const char *const *columns;
    enum alm_status (*print)(struct alm_inspect_view *v, struct alm_error *error);
} whats[] = {{"summary", summary_columns, print_summary},          {"gates", gates_columns, print_gates},
             {"saturation", saturation_columns, print_saturation}, {"memory", memory_columns, print_memory},
             {"parameters", parameters_columns, print_parameters}, {"lags", lags_columns, print_lags}};

static const struct what *what_of(const char *name)
{
    for (size_t k = 0; name != NULL && k < sizeof whats / sizeof *whats; k++)
        if (strcmp(whats[k].name, name) == 0) return &whats[k];
    return &whats[0];
}

/* Models with cell=slstm or channels=joint have columns more. */
static const char *const *columns_of(const struct alm_inspect_view *v, const struct what *what)
{
    if (what->print == print_lags && v->in->n_others > 0) return joint_columns;
    return what->print == print_gates && v->in->slstm ? own_columns : what->columns;
}

enum alm_status alm_inspect_print(struct alm_inspect_view *v, const char *name, struct alm_error *error)
{
    const struct what *what = what_of(name);
    struct alm_printer_options options = {.columns = columns_of(v, what)};
    if (what == &whats[0] && v->call->format == ALM_FORMAT_TABLE)
        return alm_inspect_tell(v->in, v, say_paragraph, error);
    while (options.columns[options.n_columns] != NULL)
        options.n_columns++;
    ALM_TRY(alm_printer_open(&v->printer, v->call, &options, error));
    const enum alm_status status = what->print(v, error);
    const enum alm_status closed = alm_printer_close(v->printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}
