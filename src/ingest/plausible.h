/* How much a cell looks like what people put into cells. */
#ifndef ALM_INGEST_PLAUSIBLE_H
#define ALM_INGEST_PLAUSIBLE_H

#include <stddef.h>

/* From 0 to 1: 1 for numbers (decimal comma, percent and currency signs included), dates and times of day,
 * less for nothing at all, less for words, hardly anything for text with delimiters or quotes in it. */
double alm_cell_plausibility(const char *text, size_t n);

#endif
