/* What charts of series have in common: the line of the values and the axis of their times. */
#ifndef ALM_REPORT_DRAW_H
#define ALM_REPORT_DRAW_H

#include "base/status.h"
#include "base/text.h"
#include "report/svg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bars of a chart, oldest first; y is NaN where they part. by_bars: bar i stands at i, so that nights and
 * weekends leave no holes; else at its time. */
struct alm_bars {
    const int64_t *ts;
    const double *y;
    size_t n;
    bool by_bars;
};

/* The first of n rising times that is at or after ts; n when none is. */
size_t alm_bars_find(const int64_t *bars, size_t n, int64_t ts);
/* Where a moment stands on the x scale: its time, or the number of the first bar at or after it. */
double alm_bars_x(const struct alm_bars *bars, int64_t ts);

/* The line of the bars from first on, thinned to what the width can show. */
enum alm_status alm_draw_bars(struct alm_text *out, const struct alm_plot *plot, const struct alm_bars *bars,
                              size_t first, const char *class, struct alm_error *error);

/* The time axis of the bars from first on, or the axis of their counts when frequency is `index`. */
void alm_draw_axis(struct alm_text *out, const struct alm_plot *plot, const struct alm_bars *bars,
                   size_t first, const char *frequency);

/* Widens low .. high by the present values of y[n]. Start from INFINITY and -INFINITY. */
void alm_range_add(double *low, double *high, const double *y, size_t n);

#endif
