/* Numbers and names as people read them, safe to put into a page. */
#ifndef ALM_REPORT_NUMBER_H
#define ALM_REPORT_NUMBER_H

#include "base/text.h"

#include <stddef.h>

/* Appends value rounded to decimals (0 .. 12), thousands parted by commas, with a real minus sign (U+2212);
 * an en dash for NaN. Independent of the locale. */
void alm_number_fixed(struct alm_text *out, double value, int decimals);

/* The decimals that n values of one column need: four significant digits for the smallest that is not
 * zero, but at most six for the largest, and no more than 6 decimals. NaN are passed over. */
int alm_number_decimals(const double *values, size_t n);

/* Appends value in up to digits significant digits, for running text. */
void alm_number_short(struct alm_text *out, double value, int digits);

/* Appends a p-value: `0.41`, `0.003`, `< 0.001`. */
void alm_number_p(struct alm_text *out, double p);

/* Appends count with its unit, `1 series` or `3 folds`. */
void alm_number_count(struct alm_text *out, long long count, const char *one, const char *many);

/* Appends text of unknown origin for HTML text or attributes: escaped, control characters and bytes that are
 * not UTF-8 made visible. */
void alm_text_append_safe(struct alm_text *out, const char *text);

#endif
