#include "report/heat.h"

#include "base/memory.h"
#include "report/assets.h"
#include "report/draw.h"
#include "report/number.h"
#include "report/png.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEFT 64.0
#define PLOT_WIDTH (ALM_SVG_WIDTH - LEFT - 84)
#define VALUES_HEIGHT 72.0
#define HEAD 74.0    /* title, caption, and what the values are */
#define BETWEEN 32.0 /* from one picture to the next: the name of the next */
#define FOOT 48.0    /* the axis */

/* ---- colours ---- */

/* The last entry of a palette is for what is missing. */
enum { COLOURS = 255 };

static void mix(uint8_t out[3], const uint8_t a[3], const uint8_t b[3], double share)
{
    for (size_t k = 0; k < 3; k++)
        out[k] = (uint8_t)lround(a[k] + share * (b[k] - a[k]));
}

/* Between corner colours that are equally far from each other. */
static void ramp(uint8_t palette[256][3], const uint8_t (*corner)[3], size_t n)
{
    for (size_t i = 0; i < COLOURS; i++) {
        const double at = (double)i / (COLOURS - 1) * (double)(n - 1);
        const size_t low = (size_t)at < n - 1 ? (size_t)at : n - 2;
        mix(palette[i], corner[low], corner[low + 1], at - (double)low);
    }
    memset(palette[COLOURS], 0xc8, 3);
}

/* The blue of the charts' lines, made darker, and its opposite. */
static void make_palette(uint8_t palette[256][3], bool diverging)
{
    static const uint8_t rising[][3] = {{255, 255, 255}, {126, 184, 219}, {0, 114, 178}, {0, 34, 60}};
    static const uint8_t both[][3] = {{90, 34, 0},     {213, 94, 0},  {247, 197, 158}, {255, 255, 255},
                                      {158, 203, 228}, {0, 114, 178}, {0, 34, 60}};
    if (diverging)
        ramp(palette, both, sizeof both / sizeof *both);
    else
        ramp(palette, rising, sizeof rising / sizeof *rising);
}

static uint8_t colour_of(const struct alm_heat_panel *panel, double value)
{
    if (isnan(value)) return COLOURS;
    const double share = (value - panel->low) / (panel->high - panel->low);
    return (uint8_t)lround(fmin(fmax(share, 0), 1) * (COLOURS - 1));
}

/* ---- pictures ---- */

static void append_image(struct alm_text *out, double x, double y, double width, double height)
{
    alm_text_append(out, "<image");
    alm_svg_attribute(out, "x", x);
    alm_svg_attribute(out, "y", y);
    alm_svg_attribute(out, "width", width);
    alm_svg_attribute(out, "height", height);
    alm_text_append(out, " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"");
}

static enum alm_status draw_cells(struct alm_text *out, const struct alm_plot *plot,
                                  const struct alm_heat_map *map, const struct alm_heat_panel *panel,
                                  struct alm_error *error)
{
    uint8_t palette[256][3], *pixel = NULL;
    size_t n;
    if (!alm_multiply(&n, map->steps, map->units))
        return alm_fail(error, ALM_NOMEM, "the heat map is too large");
    ALM_TRY(ALM_NEW(&pixel, n, error));
    make_palette(palette, panel->diverging);
    for (size_t unit = 0; unit < map->units; unit++)
        for (size_t t = 0; t < map->steps; t++)
            pixel[(map->units - 1 - unit) * map->steps + t] =
                colour_of(panel, panel->value[t * map->units + unit]);
    append_image(out, plot->left, plot->top, plot->width, plot->height);
    const enum alm_status status =
        alm_png_append(out, pixel, map->steps, map->units, (const uint8_t(*)[3])palette, error);
    alm_text_append(out, "\"/>\n");
    free(pixel);
    return status;
}

/* The colours and what they stand for, right of the plot. */
static enum alm_status draw_legend(struct alm_text *out, const struct alm_plot *plot,
                                   const struct alm_heat_panel *panel, struct alm_error *error)
{
    uint8_t palette[256][3], pixel[COLOURS];
    const double x = plot->left + plot->width + 14;
    struct alm_ticks ticks;
    struct alm_text label = {0};
    const struct alm_plot scale = {.left = x,
                                   .top = plot->top,
                                   .width = 12,
                                   .height = plot->height,
                                   .x1 = 1,
                                   .y0 = panel->low,
                                   .y1 = panel->high};
    make_palette(palette, panel->diverging);
    for (size_t i = 0; i < COLOURS; i++)
        pixel[i] = (uint8_t)(COLOURS - 1 - i);
    append_image(out, x, plot->top, 12, plot->height);
    const enum alm_status status =
        alm_png_append(out, pixel, 1, COLOURS, (const uint8_t(*)[3])palette, error);
    alm_text_append(out, "\"/>\n");
    alm_ticks_linear(&ticks, panel->low, panel->high, 3);
    for (size_t i = 0; i < ticks.n; i++) {
        const double y = alm_plot_y(&scale, ticks.at[i]);
        alm_text_reset(&label);
        alm_number_fixed(&label, ticks.at[i], ticks.decimals);
        alm_svg_segment(out, x + 12, y, x + 16, y, "axis");
        alm_svg_label(out, x + 20, y + 4, "start", NULL, alm_text_string(&label));
    }
    if (label.failed) out->failed = true;
    alm_text_clear(&label);
    return status;
}

static void draw_frame(struct alm_text *out, const struct alm_plot *plot)
{
    const double right = plot->left + plot->width, bottom = plot->top + plot->height;
    alm_svg_segment(out, plot->left, plot->top, right, plot->top, "grid");
    alm_svg_segment(out, right, plot->top, right, bottom, "grid");
    alm_svg_segment(out, plot->left, plot->top, plot->left, bottom, "axis");
}

static void begin(struct alm_text *out, double height, const char *title, const char *caption)
{
    alm_svg_open_file(out, ALM_SVG_WIDTH, height, title, caption);
    alm_text_append(out, "<style>\n");
    alm_text_append(out, alm_asset_plot_css);
    alm_text_append(out, "</style>\n");
    alm_svg_label(out, 16, 24, "start", "t", title);
    alm_svg_label(out, 16, 42, "start", "cap", caption);
}

/* Values of bars as a line, with the axis at its left. */
static enum alm_status draw_values(struct alm_text *out, struct alm_plot *plot, const struct alm_bars *bars,
                                   const char *name, struct alm_error *error)
{
    struct alm_ticks ticks;
    double low = INFINITY, high = -INFINITY;
    alm_range_add(&low, &high, bars->y, bars->n);
    if (!(low <= high)) low = high = 0;
    alm_range_widen(&low, &high, 0.06);
    plot->y0 = low;
    plot->y1 = high;
    alm_ticks_linear(&ticks, low, high, 4);
    alm_svg_axis_y(out, plot, &ticks, name);
    return alm_draw_bars(out, plot, bars, 0, "l", error);
}

/* ---- heat maps ---- */

static double panel_height(const struct alm_heat_map *map)
{
    return fmin(fmax(3 * (double)map->units, 56), 128);
}

/* A bar is as wide as a unit of x, so that a step's cells stand below its bars. */
static struct alm_plot make_plot(const struct alm_heat_map *map, bool index)
{
    const double first = index ? (double)map->ts[0] : 0,
                 last = index ? (double)map->ts[map->n - 1] : (double)map->n - 1;
    return (struct alm_plot){.left = LEFT,
                             .top = HEAD,
                             .width = PLOT_WIDTH,
                             .height = VALUES_HEIGHT,
                             .x0 = first - 0.5,
                             .x1 = last + 0.5};
}

static enum alm_status draw_panels(struct alm_text *out, const struct alm_heat_map *map,
                                   struct alm_error *error)
{
    const bool index = strcmp(map->frequency, "index") == 0;
    const struct alm_bars bars = {map->ts, map->y, map->n, !index};
    struct alm_plot plot = make_plot(map, index);
    struct alm_ticks ticks;
    ALM_TRY(draw_values(out, &plot, &bars, map->y_name, error));
    plot.top += VALUES_HEIGHT;
    plot.height = panel_height(map);
    plot.y0 = 0.5;
    plot.y1 = (double)map->units + 0.5;
    alm_ticks_whole(&ticks, 1, (double)map->units, 5);
    for (size_t i = 0; i < map->n_panels; i++) {
        plot.top += BETWEEN + (i == 0 ? 0 : plot.height);
        alm_svg_axis_y(out, &plot, &ticks, map->panel[i].name);
        draw_frame(out, &plot);
        ALM_TRY(draw_cells(out, &plot, map, &map->panel[i], error));
        ALM_TRY(draw_legend(out, &plot, &map->panel[i], error));
    }
    alm_draw_axis(out, &plot, &bars, 0, map->frequency);
    return ALM_OK;
}

enum alm_status alm_heat_map_svg(struct alm_text *out, const struct alm_heat_map *map,
                                 struct alm_error *error)
{
    const double height = HEAD + VALUES_HEIGHT + (double)map->n_panels * (BETWEEN + panel_height(map)) + FOOT;
    begin(out, height, map->title, map->caption);
    ALM_TRY(draw_panels(out, map, error));
    alm_svg_close(out);
    return alm_text_check(out, error);
}

/* ---- lags ---- */

static enum alm_status draw_lags(struct alm_text *out, const struct alm_lag_chart *chart, const int64_t *lag,
                                 const double *x, const double *zero, struct alm_error *error)
{
    const struct alm_bars values = {lag, chart->y, chart->n, false};
    struct alm_plot plot = {.left = LEFT,
                            .top = HEAD,
                            .width = ALM_SVG_WIDTH - LEFT - 16,
                            .height = VALUES_HEIGHT,
                            .x0 = -(double)chart->n - 0.5,
                            .x1 = -0.5};
    struct alm_ticks ticks;
    double low = 0, high = 0;
    ALM_TRY(draw_values(out, &plot, &values, "values of the window", error));
    plot.top += VALUES_HEIGHT + BETWEEN;
    plot.height = 200;
    alm_range_add(&low, &high, chart->influence, chart->n);
    alm_range_widen(&low, &high, 0.06);
    plot.y0 = low;
    plot.y1 = high;
    alm_ticks_linear(&ticks, low, high, 6);
    alm_svg_axis_y(out, &plot, &ticks, "change of the forecast for a change of the value by 1");
    alm_svg_band(out, &plot, x, zero, chart->influence, chart->n, "b");
    alm_svg_line(out, &plot, x, chart->influence, chart->n, "l");
    alm_ticks_whole(&ticks, plot.x0, plot.x1, 9);
    alm_svg_axis_x(out, &plot, &ticks, "lag in bars (-1: the last value)");
    return ALM_OK;
}

enum alm_status alm_lag_chart_svg(struct alm_text *out, const struct alm_lag_chart *chart,
                                  struct alm_error *error)
{
    int64_t *lag = NULL;
    double *x = NULL, *zero = NULL;
    begin(out, HEAD + VALUES_HEIGHT + BETWEEN + 200 + FOOT, chart->title, chart->caption);
    enum alm_status status = ALM_NEW(&lag, chart->n, error);
    if (status == ALM_OK) status = ALM_NEW(&x, chart->n, error);
    if (status == ALM_OK) status = ALM_NEW(&zero, chart->n, error);
    for (size_t i = 0; status == ALM_OK && i < chart->n; i++)
        x[i] = (double)(lag[i] = (int64_t)i - (int64_t)chart->n);
    if (status == ALM_OK) status = draw_lags(out, chart, lag, x, zero, error);
    alm_svg_close(out);
    free(lag);
    free(x);
    free(zero);
    return status == ALM_OK ? alm_text_check(out, error) : status;
}
