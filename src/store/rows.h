/* Rows of a named query, or of a user's own SQL: the one way in which results are read back for printing,
 * reports and callers of the library. */
#ifndef ALM_STORE_ROWS_H
#define ALM_STORE_ROWS_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alm_value_type { ALM_VALUE_NULL, ALM_VALUE_INTEGER, ALM_VALUE_REAL, ALM_VALUE_TEXT, ALM_VALUE_BLOB };

/* A parameter of a query, by its name without the colon. */
struct alm_binding {
    const char *name;
    enum alm_value_type type; /* no blobs */
    int64_t integer;
    double real;
    const char *text;
};

static inline struct alm_binding alm_bound_text(const char *name, const char *text)
{
    return (struct alm_binding){
        .name = name, .type = text == NULL ? ALM_VALUE_NULL : ALM_VALUE_TEXT, .text = text};
}
static inline struct alm_binding alm_bound_integer(const char *name, int64_t value)
{
    return (struct alm_binding){.name = name, .type = ALM_VALUE_INTEGER, .integer = value};
}
static inline struct alm_binding alm_bound_real(const char *name, double value)
{
    return (struct alm_binding){.name = name, .type = ALM_VALUE_REAL, .real = value};
}

struct alm_rows;

/* Opens a reading query of sql/queries by name, whether it is one for people or a room's own. Parameters
 * without a binding are NULL, which the queries for people take as "all" or "the latest". ALM_USAGE with a
 * suggestion for an unknown query or parameter. Several cursors may be open at once. */
enum alm_status alm_rows_open_query(struct alm_rows **out, struct alm_store *store, const char *name,
                                    const struct alm_binding *bindings, size_t n, struct alm_error *error);

/* Opens the same query again with other bindings, which costs less than opening another one. Parameters
 * without a binding keep theirs. */
enum alm_status alm_rows_restart(struct alm_rows *rows, const struct alm_binding *bindings, size_t n,
                                 struct alm_error *error);

/* Opens one statement of SQL from a user, on a store opened with ALM_STORE_QUERY (assert): only SELECT, WITH
 * … SELECT, VALUES and EXPLAIN of these; everything else is ALM_USAGE and says what is allowed. */
enum alm_status alm_rows_open_sql(struct alm_rows **out, struct alm_store *store, const char *sql,
                                  struct alm_error *error);

/* Goes to the next row; *row false at the end. */
enum alm_status alm_rows_step(struct alm_rows *rows, bool *row, struct alm_error *error);
/* NULL-safe. Close all cursors before their store. */
void alm_rows_close(struct alm_rows *rows);

size_t alm_rows_n_columns(const struct alm_rows *rows);
const char *alm_rows_column_name(const struct alm_rows *rows, size_t column); /* never NULL */
/* Index of the column of that name; ALM_NO_COLUMN when there is none. */
#define ALM_NO_COLUMN ((size_t)-1)
size_t alm_rows_find_column(const struct alm_rows *rows, const char *name);

/* Values of the current row, from 0; valid until the next step. NULL reads as 0, NaN and NULL; a number's
 * text is its shortest form. */
enum alm_value_type alm_rows_type(const struct alm_rows *rows, size_t column);
int64_t alm_rows_integer(const struct alm_rows *rows, size_t column);
double alm_rows_real(const struct alm_rows *rows, size_t column);
const char *alm_rows_text(const struct alm_rows *rows, size_t column);
const void *alm_rows_blob(const struct alm_rows *rows, size_t column, size_t *n);

/* ---- the queries that people may call ---- */

/* Query index of them, by name; NULL past the end. */
struct alm_named_query {
    const char *name, *help, *sql;
};
bool alm_named_query_at(struct alm_named_query *out, size_t index);
/* Appends the parameters of a named query, ":run :series", in order of appearance. */
void alm_named_query_parameters(struct alm_text *out, const char *name);

#endif
