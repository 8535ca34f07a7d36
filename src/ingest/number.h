/* Numbers in cells. */
#ifndef ALM_INGEST_NUMBER_H
#define ALM_INGEST_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

struct alm_number_style {
    char decimal;          /* '.' or ',' */
    const char *null_text; /* one more word for a missing value, or NULL */
};

enum alm_cell { ALM_CELL_NUMBER, ALM_CELL_MISSING, ALM_CELL_BAD };

/* Reads a cell of n bytes. Blanks around it are ignored. A number is what alm_text_to_number reads, with the
 * style's decimal sign; inf, nan and hexadecimal are bad. Missing (*out is NaN) are an empty cell, NA, N/A,
 * null, NULL, - and the style's null_text. *out is untouched when the cell is bad. */
enum alm_cell alm_number_read(double *out, const char *text, size_t n, const struct alm_number_style *style);

#endif
