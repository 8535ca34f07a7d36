#include "store/rows.h"

#include "base/memory.h"
#include "store/connection.h"
#include "store/sandbox.h"
#include "store/sql.h"
#include "store/statement.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct alm_rows {
    struct alm_store *store;
    sqlite3_stmt *handle;
    const char *name;      /* of the query, for messages; NULL for SQL of a user */
    struct alm_text *text; /* [n_columns] numbers as text */
    size_t n_columns;
};

void alm_rows_close(struct alm_rows *rows)
{
    if (rows == NULL) return;
    for (size_t i = 0; rows->text != NULL && i < rows->n_columns; i++)
        alm_text_clear(&rows->text[i]);
    sqlite3_finalize(rows->handle);
    free(rows->text);
    free(rows);
}

/* ---- the queries by name ---- */

bool alm_named_query_at(struct alm_named_query *out, size_t index)
{
    for (const struct alm_sql_query *q = alm_sql_queries; q->name != NULL; q++) {
        if (q->help == NULL || index-- > 0) continue;
        *out = (struct alm_named_query){q->name, q->help, q->sql};
        return true;
    }
    return false;
}

static enum alm_status unknown_query(const char *name, struct alm_error *error)
{
    const char **names = NULL, *near = NULL;
    struct alm_named_query query;
    if (ALM_NEW(&names, alm_sql_n_queries + 1, NULL) == ALM_OK) {
        for (size_t i = 0; alm_named_query_at(&query, i); i++)
            names[i] = query.name;
        near = alm_text_suggest(name, names);
    }
    free(names);
    if (near != NULL) return alm_fail(error, ALM_USAGE, "no query \"%s\" (did you mean %s?)", name, near);
    return alm_fail(error, ALM_USAGE, "no query \"%s\" (see `almanac query --list`)", name);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether the parameter of n bytes at p stands in [start, p) already. */
static bool is_repeated(const char *start, const char *p, size_t n)
{
    for (const char *q = strchr(start, ':'); q != NULL && q < p; q = strchr(q + 1, ':'))
        if (strncmp(q, p, n) == 0 && !is_word(q[n])) return true;
    return false;
}

void alm_named_query_parameters(struct alm_text *out, const char *name)
{
    const struct alm_sql_query *query = alm_sql_find(name);
    bool first = true;
    if (query == NULL) return;
    for (const char *p = strchr(query->sql, ':'); p != NULL; p = strchr(p + 1, ':')) {
        size_t n = 1;
        while (is_word(p[n]))
            n++;
        if (n == 1 || is_repeated(query->sql, p, n)) continue;
        if (!first) alm_text_append(out, " ");
        alm_text_append_bytes(out, p, n);
        first = false;
    }
}

/* ---- opening ---- */

static enum alm_status unknown_parameter(const char *query, const char *parameter, struct alm_error *error)
{
    struct alm_text known = {0};
    alm_named_query_parameters(&known, query);
    alm_fail(error, ALM_USAGE, "query %s has no parameter \"%s\"; it has %s", query, parameter,
             known.length > 0 ? alm_text_string(&known) : "none");
    alm_text_clear(&known);
    return ALM_USAGE;
}

static enum alm_status bind(struct alm_rows *rows, const struct alm_binding *b, struct alm_error *error)
{
    char parameter[64] = ":";
    int result = SQLITE_OK;
    const size_t n = strlen(b->name);
    if (n + 2 > sizeof parameter) return unknown_parameter(rows->name, b->name, error);
    memcpy(parameter + 1, b->name, n + 1);
    const int index = sqlite3_bind_parameter_index(rows->handle, parameter);
    if (index == 0) return unknown_parameter(rows->name, b->name, error);
    switch (b->type) {
    case ALM_VALUE_INTEGER:
        result = sqlite3_bind_int64(rows->handle, index, b->integer);
        break;
    case ALM_VALUE_REAL:
        result = sqlite3_bind_double(rows->handle, index, b->real);
        break;
    case ALM_VALUE_TEXT:
        result = sqlite3_bind_text(rows->handle, index, b->text, -1, SQLITE_TRANSIENT);
        break;
    case ALM_VALUE_NULL:
    case ALM_VALUE_BLOB:
        break;
    }
    return result == SQLITE_OK ? ALM_OK : alm_store_fail(rows->store, result, rows->name, error);
}

static enum alm_status prepare_columns(struct alm_rows *rows, struct alm_error *error)
{
    rows->n_columns = (size_t)sqlite3_column_count(rows->handle);
    return ALM_NEW(&rows->text, rows->n_columns, error);
}

static enum alm_status open_query(struct alm_rows *rows, const struct alm_sql_query *query,
                                  const struct alm_binding *bindings, size_t n, struct alm_error *error)
{
    const int result = sqlite3_prepare_v2(rows->store->handle, query->sql, -1, &rows->handle, NULL);
    if (result != SQLITE_OK) return alm_store_fail(rows->store, result, query->name, error);
    if (!sqlite3_stmt_readonly(rows->handle) || sqlite3_column_count(rows->handle) == 0)
        return alm_fail(error, ALM_USAGE, "query %s gives no rows (see `almanac query --list`)", query->name);
    for (size_t i = 0; i < n; i++)
        ALM_TRY(bind(rows, &bindings[i], error));
    return prepare_columns(rows, error);
}

enum alm_status alm_rows_open_query(struct alm_rows **out, struct alm_store *store, const char *name,
                                    const struct alm_binding *bindings, size_t n, struct alm_error *error)
{
    const struct alm_sql_query *query = alm_sql_find(name);
    *out = NULL;
    if (query == NULL) return unknown_query(name, error);
    struct alm_rows *rows;
    ALM_TRY(ALM_NEW(&rows, 1, error));
    rows->store = store;
    rows->name = query->name;
    const enum alm_status status = open_query(rows, query, bindings, n, error);
    if (status != ALM_OK)
        alm_rows_close(rows);
    else
        *out = rows;
    return status;
}

enum alm_status alm_rows_restart(struct alm_rows *rows, const struct alm_binding *bindings, size_t n,
                                 struct alm_error *error)
{
    sqlite3_reset(rows->handle); /* reports a failure of the last step again, which is known */
    for (size_t i = 0; i < n; i++)
        ALM_TRY(bind(rows, &bindings[i], error));
    return ALM_OK;
}

enum alm_status alm_rows_open_sql(struct alm_rows **out, struct alm_store *store, const char *sql,
                                  struct alm_error *error)
{
    struct alm_rows *rows;
    assert(store->mode == ALM_STORE_QUERY);
    *out = NULL;
    ALM_TRY(ALM_NEW(&rows, 1, error));
    rows->store = store;
    enum alm_status status = alm_sandbox_prepare(&rows->handle, store, sql, error);
    if (status == ALM_OK) status = prepare_columns(rows, error);
    if (status != ALM_OK)
        alm_rows_close(rows);
    else
        *out = rows;
    return status;
}

/* ---- reading ---- */

enum alm_status alm_rows_step(struct alm_rows *rows, bool *row, struct alm_error *error)
{
    const int result = sqlite3_step(rows->handle);
    *row = result == SQLITE_ROW;
    if (result == SQLITE_ROW || result == SQLITE_DONE) return ALM_OK;
    if (rows->name == NULL) return alm_sandbox_fail(rows->store, result, error);
    return alm_store_fail(rows->store, result, rows->name, error);
}

size_t alm_rows_n_columns(const struct alm_rows *rows)
{
    return rows->n_columns;
}

const char *alm_rows_column_name(const struct alm_rows *rows, size_t column)
{
    const char *name = sqlite3_column_name(rows->handle, (int)column);
    return name == NULL ? "" : name;
}

size_t alm_rows_find_column(const struct alm_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->n_columns; i++)
        if (strcmp(alm_rows_column_name(rows, i), name) == 0) return i;
    return ALM_NO_COLUMN;
}

enum alm_value_type alm_rows_type(const struct alm_rows *rows, size_t column)
{
    switch (sqlite3_column_type(rows->handle, (int)column)) {
    case SQLITE_INTEGER:
        return ALM_VALUE_INTEGER;
    case SQLITE_FLOAT:
        return ALM_VALUE_REAL;
    case SQLITE_TEXT:
        return ALM_VALUE_TEXT;
    case SQLITE_BLOB:
        return ALM_VALUE_BLOB;
    default:
        return ALM_VALUE_NULL;
    }
}

int64_t alm_rows_integer(const struct alm_rows *rows, size_t column)
{
    return sqlite3_column_int64(rows->handle, (int)column);
}

double alm_rows_real(const struct alm_rows *rows, size_t column)
{
    if (alm_rows_type(rows, column) == ALM_VALUE_NULL) return (double)NAN;
    return sqlite3_column_double(rows->handle, (int)column);
}

const char *alm_rows_text(const struct alm_rows *rows, size_t column)
{
    struct alm_text *text = &rows->text[column];
    if (alm_rows_type(rows, column) != ALM_VALUE_REAL)
        return (const char *)sqlite3_column_text(rows->handle, (int)column);
    alm_text_reset(text); /* SQLite writes 15 digits, which do not read back to the same bits */
    alm_text_append_number(text, alm_rows_real(rows, column));
    return alm_text_string(text);
}

const void *alm_rows_blob(const struct alm_rows *rows, size_t column, size_t *n)
{
    const void *data = sqlite3_column_blob(rows->handle, (int)column);
    *n = (size_t)sqlite3_column_bytes(rows->handle, (int)column);
    return data;
}
