#include "report/svg.h"

#include "report/number.h"

#include <math.h>
#include <string.h>

/* ---- scales ---- */

double alm_plot_x(const struct alm_plot *plot, double x)
{
    return plot->left + plot->width * ((x - plot->x0) / (plot->x1 - plot->x0));
}

double alm_plot_y(const struct alm_plot *plot, double y)
{
    double share;
    if (plot->log_y)
        share = y > 0 ? log(y / plot->y0) / log(plot->y1 / plot->y0) : 0;
    else
        share = (y - plot->y0) / (plot->y1 - plot->y0);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return plot->top + plot->height * (1 - share);
}

/* ---- elements ---- */

/* A length with one decimal, in few bytes and without the locale. */
static void append_length(struct alm_text *out, double value)
{
    char digits[24];
    size_t at = sizeof digits;
    if (!(fabs(value) < 1e7)) value = value > 0 ? 1e7 : value < 0 ? -1e7 : 0;
    long tenths = lround(value * 10);
    const bool negative = tenths < 0;
    if (negative) tenths = -tenths;
    if (tenths % 10 != 0) {
        digits[--at] = (char)('0' + tenths % 10);
        digits[--at] = '.';
    }
    for (tenths /= 10; tenths > 0 || at == sizeof digits || digits[at] == '.'; tenths /= 10) {
        digits[--at] = (char)('0' + tenths % 10);
        if (tenths < 10) break;
    }
    if (negative) digits[--at] = '-';
    alm_text_append_bytes(out, digits + at, sizeof digits - at);
}

void alm_svg_attribute(struct alm_text *out, const char *name, double value)
{
    alm_text_printf(out, " %s=\"", name);
    append_length(out, value);
    alm_text_append(out, "\"");
}

static void append_class(struct alm_text *out, const char *class)
{
    if (class != NULL) alm_text_printf(out, " class=\"%s\"", class);
}

static void append_point(struct alm_text *out, double x, double y)
{
    append_length(out, x);
    alm_text_append(out, " ");
    append_length(out, y);
}

static void append_head(struct alm_text *out, double width, double height, const char *id, const char *title,
                        const char *description)
{
    alm_text_append(out, " viewBox=\"0 0 ");
    append_point(out, width, height);
    alm_text_printf(out, "\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">", id, id, id);
    alm_text_append_safe(out, title);
    alm_text_printf(out, "</title><desc id=\"%s-d\">", id);
    alm_text_append_safe(out, description);
    alm_text_append(out, "</desc>\n");
}

void alm_svg_open(struct alm_text *out, double width, double height, const char *id, const char *title,
                  const char *description)
{
    alm_text_append(out, "<svg");
    append_head(out, width, height, id, title, description);
}

void alm_svg_open_file(struct alm_text *out, double width, double height, const char *title,
                       const char *description)
{
    alm_text_append(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    alm_svg_attribute(out, "width", width);
    alm_svg_attribute(out, "height", height);
    append_head(out, width, height, "plot", title, description);
}

void alm_svg_close(struct alm_text *out)
{
    alm_text_append(out, "</svg>\n");
}

void alm_svg_label(struct alm_text *out, double x, double y, const char *anchor, const char *class,
                   const char *text)
{
    alm_text_append(out, "<text");
    alm_svg_attribute(out, "x", x);
    alm_svg_attribute(out, "y", y);
    if (strcmp(anchor, "start") != 0) alm_text_printf(out, " text-anchor=\"%s\"", anchor);
    append_class(out, class);
    alm_text_append(out, ">");
    alm_text_append_safe(out, text);
    alm_text_append(out, "</text>\n");
}

void alm_svg_segment(struct alm_text *out, double x1, double y1, double x2, double y2, const char *class)
{
    alm_text_append(out, "<path d=\"M");
    append_point(out, x1, y1);
    alm_text_append(out, "L");
    append_point(out, x2, y2);
    alm_text_append(out, "\"");
    append_class(out, class);
    alm_text_append(out, "/>\n");
}

void alm_svg_rectangle(struct alm_text *out, double x, double y, double width, double height,
                       const char *class)
{
    alm_text_append(out, "<rect");
    alm_svg_attribute(out, "x", x);
    alm_svg_attribute(out, "y", y);
    alm_svg_attribute(out, "width", width);
    alm_svg_attribute(out, "height", height);
    append_class(out, class);
    alm_text_append(out, "/>\n");
}

/* ---- axes ---- */

void alm_svg_axis_y(struct alm_text *out, const struct alm_plot *plot, const struct alm_ticks *ticks,
                    const char *caption)
{
    struct alm_text label = {0};
    for (size_t i = 0; i < ticks->n; i++) {
        const double y = alm_plot_y(plot, ticks->at[i]);
        const bool zero = ticks->at[i] == 0 && plot->y0 < 0 && plot->y1 > 0;
        alm_svg_segment(out, plot->left, y, plot->left + plot->width, y, zero ? "grid zero" : "grid");
        alm_text_reset(&label);
        if (plot->log_y)
            alm_number_short(&label, ticks->at[i], 3);
        else
            alm_number_fixed(&label, ticks->at[i], ticks->decimals);
        alm_svg_label(out, plot->left - 8, y + 4, "end", NULL, alm_text_string(&label));
    }
    if (label.failed) out->failed = true;
    alm_text_clear(&label);
    if (caption != NULL) alm_svg_label(out, plot->left, plot->top - 10, "start", "cap", caption);
}

/* The axis line with its ticks and their labels; where a label would leave the drawing it is turned inwards.
 */
static void axis_below(struct alm_text *out, const struct alm_plot *plot)
{
    const double y = plot->top + plot->height;
    alm_svg_segment(out, plot->left, y, plot->left + plot->width, y, "axis");
}

static const char *anchor_at(const struct alm_plot *plot, double x)
{
    if (x > plot->left + plot->width - 20 && plot->left + plot->width > ALM_SVG_WIDTH - 30) return "end";
    return "middle";
}

static void tick_below(struct alm_text *out, const struct alm_plot *plot, double x, const char *label,
                       bool alternate)
{
    const double y = plot->top + plot->height;
    alm_svg_segment(out, x, y, x, y + 5, "axis");
    alm_svg_label(out, x, y + 18, anchor_at(plot, x), alternate ? "x alt" : "x", label);
}

void alm_svg_axis_x(struct alm_text *out, const struct alm_plot *plot, const struct alm_ticks *ticks,
                    const char *caption)
{
    struct alm_text label = {0};
    axis_below(out, plot);
    for (size_t i = 0; i < ticks->n; i++) {
        alm_text_reset(&label);
        alm_number_fixed(&label, ticks->at[i], ticks->decimals);
        tick_below(out, plot, alm_plot_x(plot, ticks->at[i]), alm_text_string(&label), i % 2 == 1);
    }
    if (label.failed) out->failed = true;
    alm_text_clear(&label);
    if (caption != NULL)
        alm_svg_label(out, plot->left + plot->width, plot->top + plot->height + 36, "end", "cap x2", caption);
}

void alm_svg_axis_time(struct alm_text *out, const struct alm_plot *plot, const struct alm_time_ticks *ticks,
                       const double *at)
{
    axis_below(out, plot);
    for (size_t i = 0; i < ticks->n; i++) {
        const double x = alm_plot_x(plot, at[i]);
        tick_below(out, plot, x, ticks->tick[i].label, i % 2 == 1);
        if (ticks->tick[i].context[0] != '\0')
            alm_svg_label(out, x, plot->top + plot->height + 33, anchor_at(plot, x),
                          i % 2 == 1 ? "cap x2 alt" : "cap x2", ticks->tick[i].context);
    }
}

/* ---- marks ---- */

void alm_svg_line(struct alm_text *out, const struct alm_plot *plot, const double *x, const double *y,
                  size_t n, const char *class)
{
    bool down = false, any = false;
    for (size_t i = 0; i < n; i++) {
        if (isnan(y[i])) {
            down = false;
            continue;
        }
        if (!any) alm_text_append(out, "<path d=\"");
        const double px = alm_plot_x(plot, x[i]), py = alm_plot_y(plot, y[i]);
        const bool alone = !down && (i + 1 == n || isnan(y[i + 1]));
        alm_text_append(out, down ? "L" : "M");
        append_point(out, alone ? px - 1 : px, py);
        if (alone) alm_text_append(out, "h2");
        down = any = true;
    }
    if (!any) return;
    alm_text_append(out, "\"");
    append_class(out, class);
    alm_text_append(out, "/>\n");
}

void alm_svg_band(struct alm_text *out, const struct alm_plot *plot, const double *x, const double *low,
                  const double *high, size_t n, const char *class)
{
    bool any = false;
    for (size_t first = 0; first < n;) {
        size_t end = first;
        while (end < n && !isnan(low[end]) && !isnan(high[end]))
            end++;
        if (end > first) {
            alm_text_append(out, any ? "M" : "<path d=\"M");
            any = true;
            for (size_t i = first; i < end; i++) {
                if (i > first) alm_text_append(out, "L");
                append_point(out, alm_plot_x(plot, x[i]), alm_plot_y(plot, high[i]));
            }
            for (size_t i = end; i-- > first;) {
                alm_text_append(out, "L");
                append_point(out, alm_plot_x(plot, x[i]), alm_plot_y(plot, low[i]));
            }
            alm_text_append(out, "Z");
        }
        first = end + 1;
    }
    if (!any) return;
    alm_text_append(out, "\"");
    append_class(out, class);
    alm_text_append(out, "/>\n");
}

static void append_mark(struct alm_text *out, double x, double y, size_t shape, const char *class)
{
    static const char *const shapes[] = {"m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
                                         "m-3.2-3.2h6.4v6.4h-6.4z", "m0-4.2l4.2 7.4h-8.4z",
                                         "m0-4.6l4.2 4.6-4.2 4.6-4.2-4.6z"};
    alm_text_append(out, "<path d=\"M");
    append_point(out, x, y);
    alm_text_append(out, shapes[shape % 4]);
    alm_text_append(out, "\"");
    append_class(out, class);
    alm_text_append(out, "/>\n");
}

void alm_svg_mark(struct alm_text *out, const struct alm_plot *plot, double x, double y, size_t shape,
                  const char *class)
{
    if (isnan(x) || isnan(y)) return;
    append_mark(out, alm_plot_x(plot, x), alm_plot_y(plot, y), shape, class);
}

void alm_svg_legend(struct alm_text *out, const char *class, size_t shape, const char *name)
{
    alm_text_append(out, "<li><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\">");
    if (class[0] == 'b' || class[0] == 'w') {
        alm_svg_rectangle(out, 1, 1, 24, 10, class);
    } else {
        alm_svg_segment(out, 1, 6, 25, 6, class);
        if (shape != ALM_SVG_NO_MARK) {
            struct alm_text mark = {0};
            alm_text_printf(&mark, "m%s", class + 1);
            append_mark(out, 13, 6, shape, alm_text_string(&mark));
            if (mark.failed) out->failed = true;
            alm_text_clear(&mark);
        }
    }
    alm_text_append(out, "</svg><bdi>");
    alm_text_append_safe(out, name);
    alm_text_append(out, "</bdi></li>\n");
}

/* ---- thinning ---- */

/* Points first .. end (all in one column) as first, extremes and last, in order of x. */
static size_t thin_column(double *out_x, double *out_y, const double *x, const double *y, size_t first,
                          size_t end)
{
    size_t keep[4] = {end, end, end, end}, low = end, high = end;
    for (size_t i = first; i < end; i++) {
        if (isnan(y[i])) continue;
        if (keep[0] == end) keep[0] = i;
        keep[3] = i;
        if (low == end || y[i] < y[low]) low = i;
        if (high == end || y[i] > y[high]) high = i;
    }
    if (keep[0] == end) { /* nothing but missing values */
        out_x[0] = x[first];
        out_y[0] = NAN;
        return 1;
    }
    keep[1] = low < high ? low : high;
    keep[2] = low < high ? high : low;
    size_t n = 0;
    for (size_t k = 0; k < 4; k++) {
        if (k > 0 && keep[k] == keep[k - 1]) continue;
        out_x[n] = x[keep[k]];
        out_y[n++] = y[keep[k]];
    }
    return n;
}

size_t alm_svg_thin(double *out_x, double *out_y, const double *x, const double *y, size_t n, size_t columns)
{
    if (n <= 5 * columns) {
        memcpy(out_x, x, n * sizeof *x);
        memcpy(out_y, y, n * sizeof *y);
        return n;
    }
    size_t written = 0;
    const double from = x[0], width = (x[n - 1] - from) / (double)columns;
    for (size_t first = 0; first < n;) {
        size_t column = (size_t)((x[first] - from) / width);
        if (column >= columns) column = columns - 1;
        size_t end = first + 1;
        while (end < n && (column == columns - 1 || x[end] < from + width * (double)(column + 1)))
            end++;
        written += thin_column(out_x + written, out_y + written, x, y, first, end);
        first = end;
    }
    return written;
}
