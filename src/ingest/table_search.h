/* Looking for the table in a sample: what the files that do it share. */
#ifndef ALM_INGEST_TABLE_SEARCH_H
#define ALM_INGEST_TABLE_SEARCH_H

#include "ingest/cells.h"
#include "ingest/table.h"

#include <stdbool.h>
#include <stddef.h>

/* What is at hand while looking. */
struct alm_table_search {
    struct alm_ingest_table *out;
    struct alm_sample *sample;
    const struct alm_ingest_options *options;
    const char *file;
    struct alm_ingest_table_row *rows; /* [n] */
    size_t n;
    struct alm_field *fields; /* the rows' cells */
    size_t names;             /* the row of names above data; SIZE_MAX: none */
    size_t width;
    bool *typed; /* [width] columns of numbers or times */
    size_t time; /* the first column of times; SIZE_MAX: none */
    size_t data; /* row number */
    size_t header_rows;
};

/* ---- table_look.c: where the data begin ---- */

/* What the cell of a row is; missing when the row is too short. */
enum alm_cell_kind alm_table_kind(const struct alm_table_search *s, size_t row, size_t column);
static inline bool alm_table_is_value(enum alm_cell_kind kind)
{
    return kind == ALM_KIND_NUMBER || kind == ALM_KIND_TIME;
}

/* Finds the names that stand above data; ALM_DATA when there are those of a second table. */
enum alm_status alm_table_find_names(struct alm_table_search *s, struct alm_error *error);
/* Decides width, typed and time. */
enum alm_status alm_table_look_at_columns(struct alm_table_search *s, struct alm_error *error);
/* Finds the first row of data; false when nothing tells. */
bool alm_table_find_data(struct alm_table_search *s);
/* How many of a row's cells are of their column's kind, and how many are words instead. */
void alm_table_compare(size_t *fits, size_t *misfits, const struct alm_table_search *s, size_t row);
/* A row with bad cells, as far as can be told. */
bool alm_table_may_be_data(const struct alm_table_search *s, size_t row);
/* One cell where there are several columns: a title, or an empty line of a spreadsheet. */
bool alm_table_is_lonely(const struct alm_table_search *s, size_t row);

/* ---- table_names.c: the rows of the header ---- */

/* How many rows right above the data are its header. */
size_t alm_table_count_header_rows(const struct alm_table_search *s);

#endif
