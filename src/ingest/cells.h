/* Rows looked at before it is known what their columns mean: is this a heading, a row of data, a note? */
#ifndef ALM_INGEST_CELLS_H
#define ALM_INGEST_CELLS_H

#include "ingest/reader.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_cell_kind {
    ALM_KIND_MISSING,
    ALM_KIND_NUMBER, /* also with a currency, a percent sign or digits in groups */
    ALM_KIND_TIME,
    ALM_KIND_WORD,
};

/* null_text: more words for a missing value, or NULL. */
enum alm_cell_kind alm_cell_kind(const char *text, size_t n, const char *null_text);

/* Fields up to the last one that is not empty. */
size_t alm_cells_width(const struct alm_field *cells, size_t n);
/* Fields that are not empty. */
size_t alm_cells_filled(const struct alm_field *cells, size_t n);

/* Names of columns: two cells or more are filled, all with words. */
bool alm_cells_are_heading(const struct alm_field *cells, size_t n, const char *null_text);
/* Whether heading names the columns of row: as many, and a number or time somewhere below a word (of two
 * names: below the first, since two cells may also be a name and its value). */
bool alm_cells_head(const struct alm_field *heading, size_t n_heading, const struct alm_field *row,
                    size_t n_row, const char *null_text);
bool alm_cells_equal(const struct alm_field *a, size_t n_a, const struct alm_field *b, size_t n_b);
/* A line of text as stands below a table: it begins with a word, and has nothing else but words and blanks.
 */
bool alm_cells_are_note(const struct alm_field *cells, size_t n, const char *null_text);

#endif
