#include "report/sketch.h"

#include "base/memory.h"
#include "report/assets.h"
#include "report/number.h"
#include "report/words.h"
#include "series/calendar.h"
#include "store/observation_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- bars ---- */

static void add(struct alm_sketch *sketch, int64_t ts, double y)
{
    sketch->ts[sketch->n] = ts;
    sketch->y[sketch->n++] = y;
    if (!isnan(y)) sketch->present++;
}

static enum alm_status lay_out(struct alm_sketch *sketch, const struct alm_observations *values,
                               struct alm_error *error)
{
    struct alm_calendar calendar = {.time_zone = NULL};
    size_t most;
    ALM_TRY(alm_frequency_parse(&calendar.frequency, sketch->series->frequency, error));
    alm_calendar_learn(&calendar, values->ts, values->n);
    sketch->by_bars = calendar.frequency.unit == ALM_FREQUENCY_BUSINESS || calendar.sessions.n > 0 ||
                      strcmp(sketch->series->kind, "price") == 0;
    if (!alm_multiply(&most, values->n, 2))
        return alm_fail(error, ALM_NOMEM, "the series is too long to draw");
    ALM_TRY(ALM_NEW(&sketch->ts, most, error));
    ALM_TRY(ALM_NEW(&sketch->y, most, error));
    for (size_t i = 0; i < values->n; i++) {
        if (i > 0 && alm_calendar_missing(&calendar, values->ts[i - 1], values->ts[i]) > 0)
            add(sketch, values->ts[i - 1] + (values->ts[i] - values->ts[i - 1]) / 2, (double)NAN);
        add(sketch, values->ts[i], values->y[i]);
    }
    return ALM_OK;
}

enum alm_status alm_sketch_load(struct alm_sketch *out, struct alm_store *store,
                                const struct alm_series_row *series, int64_t first, int64_t last,
                                struct alm_error *error)
{
    struct alm_observations values = {0};
    *out = (struct alm_sketch){.series = series};
    ALM_TRY(alm_observation_table_read_range(&values, store, series, first, last, error));
    enum alm_status status = lay_out(out, &values, error);
    alm_observations_clear(&values);
    if (status == ALM_OK && out->present == 0)
        status = alm_fail(error, ALM_NOTFOUND, "%s has no values%s", series->name,
                          series->has_values ? " in that time" : "");
    if (status != ALM_OK) alm_sketch_clear(out);
    return status;
}

void alm_sketch_clear(struct alm_sketch *sketch)
{
    free(sketch->ts);
    free(sketch->y);
    *sketch = (struct alm_sketch){0};
}

void alm_sketch_caption(struct alm_text *out, const struct alm_sketch *sketch)
{
    const struct alm_series_row *series = sketch->series;
    alm_words_frequency(out, series->frequency);
    alm_text_append(out, ", ");
    alm_words_time(out, series->frequency, sketch->ts[0]);
    alm_text_append(out, " to ");
    alm_words_time(out, series->frequency, sketch->ts[sketch->n - 1]);
    alm_text_append(out, ", ");
    alm_number_count(out, (long long)sketch->present, "value", "values");
    if (series->unit != NULL) alm_text_printf(out, " in %s", series->unit);
}

/* ---- SVG ---- */

static struct alm_plot make_plot(const struct alm_sketch *sketch, const struct alm_bars *bars, double low,
                                 double high)
{
    const double x0 = alm_bars_x(bars, sketch->ts[0]), x1 = alm_bars_x(bars, sketch->ts[sketch->n - 1]);
    const double pad = x1 > x0 ? (x1 - x0) * 0.01 : 1;
    return (struct alm_plot){.left = 64,
                             .top = 56,
                             .width = ALM_SVG_WIDTH - 64 - 16,
                             .height = 300,
                             .x0 = x0 - pad,
                             .x1 = x1 + pad,
                             .y0 = low,
                             .y1 = high};
}

enum alm_status alm_sketch_svg(struct alm_text *out, const struct alm_sketch *sketch, struct alm_error *error)
{
    const struct alm_bars bars = {sketch->ts, sketch->y, sketch->n, sketch->by_bars};
    const double bottom = 400;
    double low = INFINITY, high = -INFINITY;
    struct alm_text caption = {0};
    struct alm_ticks ticks;
    alm_range_add(&low, &high, sketch->y, sketch->n);
    alm_range_widen(&low, &high, 0.04);
    const struct alm_plot plot = make_plot(sketch, &bars, low, high);
    alm_sketch_caption(&caption, sketch);
    alm_svg_open_file(out, ALM_SVG_WIDTH, bottom, sketch->series->name, alm_text_string(&caption));
    alm_text_append(out, "<style>\n");
    alm_text_append(out, alm_asset_plot_css);
    alm_text_append(out, "</style>\n");
    alm_svg_label(out, 16, 24, "start", "t", sketch->series->name);
    alm_svg_label(out, 16, 42, "start", "cap", alm_text_string(&caption));
    alm_ticks_linear(&ticks, low, high, 7);
    alm_svg_axis_y(out, &plot, &ticks, NULL);
    alm_draw_axis(out, &plot, &bars, 0, sketch->series->frequency);
    const enum alm_status status = alm_draw_bars(out, &plot, &bars, 0, "l", error);
    alm_svg_close(out);
    if (caption.failed) out->failed = true;
    alm_text_clear(&caption);
    return status == ALM_OK ? alm_text_check(out, error) : status;
}
