/* What happened inside over time: the values of a series and below them, on the same time axis, heat maps of
 * units by steps, or bars by lag. Each picture is an SVG file of its own. */
#ifndef ALM_REPORT_HEAT_H
#define ALM_REPORT_HEAT_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One heat map. The colours go from white at low to dark blue at high; with `diverging` they are white in the
 * middle, brown below and blue above. Values beyond the ends have their colours, NaN is grey. */
struct alm_heat_panel {
    const char *name;
    const float *value; /* [steps][units] */
    double low, high;
    bool diverging;
};

struct alm_heat_map {
    const char *title, *caption;
    const char *frequency; /* of the bars; `index`: ts are counts */
    const int64_t *ts;     /* [n] bars, oldest first */
    const double *y;       /* [n] their values; NaN: missing */
    const char *y_name;    /* what stands above them */
    size_t n;
    size_t steps, units; /* step t stands for bars t n / steps and on */
    const struct alm_heat_panel *panel;
    size_t n_panels;
};

/* Appends the SVG file. Unit 1 is the lowest row. */
enum alm_status alm_heat_map_svg(struct alm_text *out, const struct alm_heat_map *map,
                                 struct alm_error *error);

/* The values of a series by lag (1: the last) and below them what each is worth. */
struct alm_lag_chart {
    const char *title, *caption;
    const double *y, *influence; /* [n] by bar, oldest first; NaN: missing */
    size_t n;
};

enum alm_status alm_lag_chart_svg(struct alm_text *out, const struct alm_lag_chart *chart,
                                  struct alm_error *error);

#endif
