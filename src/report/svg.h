/* Drawing: one chart is one inline <svg>. Lengths are user units, about a pixel at full width; y grows
 * downwards as in SVG. Colours and line styles are classes that the page's style sheet defines, so that
 * light, dark and print need no second drawing: the first letter says what is drawn (`l` line, `m` mark, `b`
 * band, `w` wider band), a second class whose (`actual`, `naive`, `s0` .. `s5`), e.g. "l s2". */
#ifndef ALM_REPORT_SVG_H
#define ALM_REPORT_SVG_H

#include "base/text.h"
#include "report/ticks.h"

#include <stdbool.h>
#include <stddef.h>

#define ALM_SVG_WIDTH 760.0 /* of every chart */

/* A rectangle of the drawing with a scale for each axis. */
struct alm_plot {
    double left, top, width, height; /* user units */
    double x0, x1, y0, y1;           /* values at its left, right, lower and upper edge; x0 < x1, y0 < y1 */
    bool log_y;                      /* y0 > 0 then */
};

double alm_plot_x(const struct alm_plot *plot, double x);
/* Values outside the scale are put on its nearer edge. */
double alm_plot_y(const struct alm_plot *plot, double y);

/* <svg> with the title and description that screen readers speak; id makes theirs unique in the page. */
void alm_svg_open(struct alm_text *out, double width, double height, const char *id, const char *title,
                  const char *description);
/* The same as the beginning of an SVG file of its own. */
void alm_svg_open_file(struct alm_text *out, double width, double height, const char *title,
                       const char *description);
void alm_svg_close(struct alm_text *out);

/* ` name="value"`, a length with one decimal, for elements that are not here. */
void alm_svg_attribute(struct alm_text *out, const char *name, double value);

/* anchor: start, middle or end. class may be NULL. text is escaped. */
void alm_svg_label(struct alm_text *out, double x, double y, const char *anchor, const char *class,
                   const char *text);
void alm_svg_segment(struct alm_text *out, double x1, double y1, double x2, double y2, const char *class);
void alm_svg_rectangle(struct alm_text *out, double x, double y, double width, double height,
                       const char *class);

/* Grid lines, labels left of the plot, and above it what they measure (caption may be NULL). */
void alm_svg_axis_y(struct alm_text *out, const struct alm_plot *plot, const struct alm_ticks *ticks,
                    const char *caption);
/* Ticks and labels under the plot; caption at the right below them (may be NULL). Every second label has the
 * class alt, which narrow screens hide. */
void alm_svg_axis_x(struct alm_text *out, const struct alm_plot *plot, const struct alm_ticks *ticks,
                    const char *caption);
/* The same for a time axis; at[i] is where tick i stands on the x scale. */
void alm_svg_axis_time(struct alm_text *out, const struct alm_plot *plot, const struct alm_time_ticks *ticks,
                       const double *at);

/* A line through the points; a NaN in y lifts the pen, a point between two NaN becomes a short dash. */
void alm_svg_line(struct alm_text *out, const struct alm_plot *plot, const double *x, const double *y,
                  size_t n, const char *class);
/* The area between low and high; a NaN in either parts it. */
void alm_svg_band(struct alm_text *out, const struct alm_plot *plot, const double *x, const double *low,
                  const double *high, size_t n, const char *class);

/* Marks by number, so that colour is never alone: 0 circle, 1 square, 2 triangle, 3 diamond, then again. */
void alm_svg_mark(struct alm_text *out, const struct alm_plot *plot, double x, double y, size_t shape,
                  const char *class);

/* One entry of an HTML legend: a swatch (a line, with a mark unless shape is ALM_SVG_NO_MARK; or a band, by
 * the first letter of class) and a name, which is escaped. */
#define ALM_SVG_NO_MARK ((size_t)-1)
void alm_svg_legend(struct alm_text *out, const char *class, size_t shape, const char *name);

/* Thins a line of n points for drawing over columns columns: per column the first, least, greatest and last
 * point are kept, so that no peak is lost, and a NaN where values are missing between columns. Writes at most
 * 5 * columns points to out_x and out_y and returns how many; x rises. n up to 5 * columns is copied. */
size_t alm_svg_thin(double *out_x, double *out_y, const double *x, const double *y, size_t n, size_t columns);

#endif
