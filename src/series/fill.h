/* Causal filling of missing values. */
#ifndef ALM_SERIES_FILL_H
#define ALM_SERIES_FILL_H

#include "series/span.h"

#include <stddef.h>

/* Number of missing (NaN) values of span. */
size_t alm_missing_count(struct alm_span span);

/* Copies span's values from the first present one on to out ([span.n] is enough), each missing value replaced
 * by the last present one before it: nothing later is looked at. Returns how many values were written; *first
 * is the index in span of the first of them, *filled how many were replaced. 0 when all are missing. */
size_t alm_fill_last(double *out, size_t *first, size_t *filled, struct alm_span span);

#endif
