/* Reading the rows of a query one by one: the same for named queries, for SQL of users, and for callers of
 * the library. */
#ifndef ALM_STORE_CURSOR_H
#define ALM_STORE_CURSOR_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* what an installed header declares is what the library exports */
#pragma GCC visibility push(default)

enum alm_value_type { ALM_VALUE_NULL, ALM_VALUE_INTEGER, ALM_VALUE_REAL, ALM_VALUE_TEXT, ALM_VALUE_BLOB };

/* Stands before the first row when it is opened. */
struct alm_rows;

/* Goes to the next row; *row is false at the end and on failure. ALM_INTERRUPTED when a stop was requested
 * meanwhile, ALM_DB. */
enum alm_status alm_rows_step(struct alm_rows *rows, bool *row, struct alm_error *error);

/* Columns of every row, known before the first one. */
size_t alm_rows_n_columns(const struct alm_rows *rows);
/* Never NULL; column counts from 0, here and below. */
const char *alm_rows_column_name(const struct alm_rows *rows, size_t column);
/* Index of the column of that name; ALM_NO_COLUMN when there is none. */
#define ALM_NO_COLUMN ((size_t)-1)
size_t alm_rows_find_column(const struct alm_rows *rows, const char *name);

/* Values of the current row, which belong to it: they are valid until the next step. */
enum alm_value_type alm_rows_type(const struct alm_rows *rows, size_t column);
/* NULL reads as 0. */
int64_t alm_rows_integer(const struct alm_rows *rows, size_t column);
/* NULL reads as NaN. */
double alm_rows_real(const struct alm_rows *rows, size_t column);
/* NULL for NULL. A number's text is its shortest form that reads back to the same number. */
const char *alm_rows_text(const struct alm_rows *rows, size_t column);
/* *n bytes; NULL and 0 for NULL. */
const void *alm_rows_blob(const struct alm_rows *rows, size_t column, size_t *n);

/* A query that is known by name. All three are constant; help is a sentence, the SQL names its parameters
 * `:run`. */
struct alm_named_query {
    const char *name, *help, *sql;
};
/* Query index of them, in the order of their names; false past the end. */
bool alm_named_query_at(struct alm_named_query *out, size_t index);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
