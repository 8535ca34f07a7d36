/* Pictures of an inspection. */
#include "almanac.h"
#include "base/memory.h"
#include "forecast/inspection.h"
#include "report/heat.h"
#include "report/number.h"
#include "report/words.h"
#include "series/calendar.h"
#include "workbench/output.h"

#include <math.h>
#include <stdlib.h>

static void write_span(struct alm_text *out, const struct alm_inspection *in, const char *frequency)
{
    alm_words_time(out, frequency, in->ts[0]);
    alm_text_append(out, " to ");
    alm_words_time(out, frequency, in->ts[in->lookback - 1]);
}

/* ---- heat maps ---- */

/* Where the memory lies: its greatest size, so that 0 is the middle colour. */
static double greatest(const float *values, size_t n)
{
    double most = 0;
    for (size_t k = 0; k < n; k++)
        most = fmax(most, fabs((double)values[k]));
    return most > 0 ? most : 1;
}

/* One unit's column of a part. */
static enum alm_status pick(float **out, const float *part, size_t steps, size_t hidden, size_t unit,
                            struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, steps, error));
    for (size_t t = 0; t < steps; t++)
        (*out)[t] = part[t * hidden + unit];
    return ALM_OK;
}

static enum alm_status fill_panels(struct alm_heat_panel *panel, float **owned,
                                   const struct alm_inspection *in, const struct alm_inspected_cell *cell,
                                   size_t unit, struct alm_error *error)
{
    static const char *const names[] = {"i, the input gate: what is let in (0 to 1)",
                                        "f, the forget gate: what is kept of the memory; forget = 1 - f",
                                        "g, what is offered (-1 to 1)",
                                        "o, the output gate: what is shown (0 to 1)",
                                        "c, the memory after the step",
                                        "h, the output (-1 to 1)"};
    const size_t n = cell->steps * (unit == 0 ? in->hidden : 1);
    for (size_t k = 0; k < ALM_PARTS; k++) {
        const float *part = cell->part[k];
        const bool diverging = k == ALM_PART_G || k == ALM_PART_C || k == ALM_PART_H;
        if (unit > 0) ALM_TRY(pick(&owned[k], part, cell->steps, in->hidden, unit - 1, error));
        if (unit > 0) part = owned[k];
        const double most = k == ALM_PART_C ? greatest(part, n) : 1;
        panel[k] = (struct alm_heat_panel){names[k], part, diverging ? -most : 0, most, diverging};
    }
    return ALM_OK;
}

static void write_gate_caption(struct alm_text *out, const struct alm_inspection *in, size_t layer,
                               size_t unit, const char *frequency)
{
    const struct alm_inspected_cell *cell = &in->cell[layer];
    if (cell->decoder)
        alm_text_append(out, "the decoder's cell, ");
    else
        alm_text_printf(out, "layer %zu of %zu, ", layer + 1, in->layers);
    if (unit > 0)
        alm_text_printf(out, "unit %zu of %zu", unit, in->hidden);
    else
        alm_number_count(out, (long long)in->hidden, "unit", "units (upwards)");
    alm_text_printf(out, " by %zu steps, ", cell->steps);
    if (!cell->decoder) {
        write_span(out, in, frequency);
        return;
    }
    alm_words_time(out, frequency, in->ahead[0]);
    alm_text_append(out, " to ");
    alm_words_time(out, frequency, in->ahead[in->horizon - 1]);
}

static enum alm_status draw_gates(struct alm_text *out, const struct alm_inspection *in, size_t layer,
                                  size_t unit, const char *frequency, const char *title,
                                  struct alm_error *error)
{
    const struct alm_inspected_cell *cell = &in->cell[layer];
    struct alm_heat_panel panel[ALM_PARTS];
    struct alm_text caption = {0};
    float *owned[ALM_PARTS] = {NULL};
    struct alm_heat_map map = {
        .frequency = frequency,
        .ts = cell->decoder ? in->ahead : in->ts,
        .y = cell->decoder ? in->forecast : in->value,
        .n = cell->decoder ? in->horizon : in->lookback,
        .y_name = cell->decoder ? "the forecast" : "values of the window",
        .steps = cell->steps,
        .units = unit == 0 ? in->hidden : 1,
        .panel = panel,
        .n_panels = ALM_PARTS,
        .title = title,
    };
    write_gate_caption(&caption, in, layer, unit, frequency);
    map.caption = alm_text_string(&caption);
    enum alm_status status = fill_panels(panel, owned, in, cell, unit, error);
    if (status == ALM_OK) status = alm_heat_map_svg(out, &map, error);
    for (size_t k = 0; k < ALM_PARTS; k++)
        free(owned[k]);
    alm_text_clear(&caption);
    return status;
}

/* ---- lags ---- */

static enum alm_status draw_lags(struct alm_text *out, const struct alm_inspection *in, const char *frequency,
                                 const char *title, struct alm_error *error)
{
    struct alm_text caption = {0};
    if (in->step > 0)
        alm_text_printf(&caption, "what each value does to the forecast of step %zu, ", in->step);
    else
        alm_text_append(&caption, "what each value does to the mean of the forecast, ");
    write_span(&caption, in, frequency);
    const struct alm_lag_chart chart = {.title = title,
                                        .caption = alm_text_string(&caption),
                                        .y = in->value,
                                        .influence = in->influence,
                                        .n = in->lookback};
    const enum alm_status status = alm_lag_chart_svg(out, &chart, error);
    alm_text_clear(&caption);
    return status;
}

enum alm_status alm_inspect_draw(const struct alm_inspection *in, const struct alm_inspect_picture *picture,
                                 struct alm_error *error)
{
    const size_t layer = picture->layer == 0 ? in->layers - 1 : picture->layer - 1;
    struct alm_text text = {0}, frequency = {0}, title = {0};
    if (layer >= in->n_cells || picture->unit > in->hidden)
        return alm_fail(error, ALM_USAGE, "the model has %zu layers of %zu units", in->n_cells, in->hidden);
    if (in->cell[layer].decoder && in->forecast == NULL)
        return alm_fail(error, ALM_USAGE, "there is no picture of the decoder of a model of classes");
    alm_frequency_write(&frequency, in->frequency);
    alm_text_printf(&title, "%s of %s on %s", picture->lags ? "Lags" : "Gates", picture->model, in->series);
    const char *name = alm_text_string(&frequency), *head = alm_text_string(&title);
    enum alm_status status = picture->lags ? draw_lags(&text, in, name, head, error)
                                           : draw_gates(&text, in, layer, picture->unit, name, head, error);
    if (status == ALM_OK) status = alm_text_check(&title, error);
    if (status == ALM_OK) status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_output_text(&text, picture->path, picture->output, error);
    alm_text_clear(&text);
    alm_text_clear(&frequency);
    alm_text_clear(&title);
    return status;
}
