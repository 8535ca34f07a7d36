/* One series of a run with those of its forecasts that one chart can show. */
#ifndef ALM_REPORT_VIEW_H
#define ALM_REPORT_VIEW_H

#include "base/status.h"
#include "report/facts.h"
#include "report/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALM_VIEW_ORIGINS 60

struct alm_view_origin {
    int64_t ts, fold;
};

/* Release with alm_view_clear. */
struct alm_view {
    int64_t series; /* number in the run */
    const char *name, *frequency, *unit;
    bool by_bars; /* one place per bar, so that nights and weekends leave no holes; else one per moment */
    bool joined;  /* one-step forecasts from neighbouring bars: they make one line */
    /* All bars, oldest first: observations, the run's own actuals where they differ, forecast bars that have
     * no value yet, and a NaN where the calendar has bars that are missing. */
    size_t n;
    int64_t *ts;
    double *y;
    size_t first; /* bar at which the chart begins */
    size_t n_origins_all;
    size_t n_origins; /* shown: the last ones, none overlapping another, oldest first */
    struct alm_view_origin origin[ALM_VIEW_ORIGINS];
    struct alm_table forecast; /* ALM_FORECAST_…, of the shown origins and maybe others */
};

/* Reads the series in row `row` of facts->series. */
enum alm_status alm_view_load(struct alm_view *out, struct alm_store *store, const struct alm_facts *facts,
                              size_t row, struct alm_error *error);
void alm_view_clear(struct alm_view *view);

/* Where a moment stands on the x scale. */
double alm_view_x(const struct alm_view *view, int64_t ts);
/* The value at a moment, NaN when there is none. */
double alm_view_y(const struct alm_view *view, int64_t ts);
/* The shown origin of that fold, NULL when it is not shown. */
const struct alm_view_origin *alm_view_origin_find(const struct alm_view *view, int64_t fold);

#endif
