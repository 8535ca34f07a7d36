/* One stored series as a picture: for a terminal, or as an SVG file. */
#ifndef ALM_REPORT_SKETCH_H
#define ALM_REPORT_SKETCH_H

#include "base/status.h"
#include "base/text.h"
#include "report/draw.h"
#include "store/series_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_sketch {
    const struct alm_series_row *series; /* borrowed */
    int64_t *ts;                         /* [n] */
    double *y;                           /* [n] with a NaN where bars lack */
    size_t n, present;                   /* present: values that are not NaN */
    bool by_bars; /* markets: nights, weekends and holidays take no room; else bars stand at their time */
};

/* Reads the bars from first to last. ALM_NOTFOUND when none of them has a value. */
enum alm_status alm_sketch_load(struct alm_sketch *out, struct alm_store *store,
                                const struct alm_series_row *series, int64_t first, int64_t last,
                                struct alm_error *error);
void alm_sketch_clear(struct alm_sketch *sketch);

/* Appends lines of up to width columns, height in number, drawn with braille dots: each column of dots shows
 * the least and the greatest of what falls into it. colour: with escape sequences. width >= 20, height >= 6.
 */
enum alm_status alm_sketch_text(struct alm_text *out, const struct alm_sketch *sketch, size_t width,
                                size_t height, bool colour, struct alm_error *error);

/* Appends a whole SVG file. */
enum alm_status alm_sketch_svg(struct alm_text *out, const struct alm_sketch *sketch,
                               struct alm_error *error);

/* Appends "business days, 2004-08-19 to 2013-03-01, 2148 values", with the unit if there is one. */
void alm_sketch_caption(struct alm_text *out, const struct alm_sketch *sketch);

#endif
