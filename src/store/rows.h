/* Rows of a named query, or of a user's own SQL: the one way in which results are read back for printing,
 * reports and callers of the library. */
#ifndef ALM_STORE_ROWS_H
#define ALM_STORE_ROWS_H

#include "base/status.h"
#include "store/cursor.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* NULL-safe. Close all cursors before their store. */
void alm_rows_close(struct alm_rows *rows);

/* ---- the queries that people may call ---- */

/* Appends the parameters of a named query, ":run :series", in order of appearance. */
void alm_named_query_parameters(struct alm_text *out, const char *name);

#endif
