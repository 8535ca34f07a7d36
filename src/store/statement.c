#include "store/statement.h"

#include "base/memory.h"
#include "store/connection.h"
#include "store/sql.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <string.h>

struct sqlite3 *alm_store_handle(struct alm_store *store)
{
    return store->handle;
}

enum alm_status alm_store_fail(struct alm_store *store, int result, const char *what, struct alm_error *error)
{
    const char *path = store->path, *detail = sqlite3_errmsg(store->handle);
    const char *doing = what == NULL ? "" : what, *colon = what == NULL ? "" : ": ";
    switch (result & 0xff) {
    case SQLITE_INTERRUPT:
        return alm_fail(error, ALM_INTERRUPTED, "%s%sinterrupted", doing, colon);
    case SQLITE_NOMEM:
        return alm_fail(error, ALM_NOMEM, "%s%sout of memory in the database", doing, colon);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return alm_fail(error, ALM_DB, "%s: another process is writing to it and did not end within 10 s",
                        path);
    case SQLITE_FULL:
        return alm_fail(error, ALM_IO, "%s: the disk is full; what was not finished is undone", path);
    case SQLITE_READONLY:
        return alm_fail(error, ALM_IO, "%s: the database cannot be written (%s)", path, detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return alm_fail(error, ALM_DB, "%s: the database is damaged (%s); take a backup", path, detail);
    case SQLITE_IOERR:
        return alm_fail(error, ALM_IO, "%s: reading or writing the database failed (%s)", path, detail);
    case SQLITE_CANTOPEN:
        return alm_fail(error, ALM_IO, "%s: cannot open the database or a file beside it", path);
    default:
        return alm_fail(error, ALM_DB, "%s: %s%s%s", path, doing, colon, detail);
    }
}

enum alm_status alm_statement_begin(struct alm_statement *out, struct alm_store *store, const char *name,
                                    struct alm_error *error)
{
    const struct alm_sql_query *query = alm_sql_find(name);
    assert(query != NULL);
    sqlite3_stmt **slot = &store->prepared[query - alm_sql_queries];
    *out = (struct alm_statement){.store = store, .name = name, .result = SQLITE_OK};
    if (*slot == NULL) {
        const int result =
            sqlite3_prepare_v3(store->handle, query->sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
        if (result != SQLITE_OK) return alm_store_fail(store, result, name, error);
    }
    assert(!sqlite3_stmt_busy(*slot));
    out->handle = *slot;
    return ALM_OK;
}

void alm_statement_end(struct alm_statement *statement)
{
    if (statement->handle == NULL) return;
    sqlite3_reset(statement->handle);
    sqlite3_clear_bindings(statement->handle);
    statement->handle = NULL;
}

void alm_statement_reset(struct alm_statement *statement)
{
    sqlite3_reset(statement->handle);
}

enum alm_status alm_statement_step(struct alm_statement *statement, bool *row, struct alm_error *error)
{
    const int result = statement->result != SQLITE_OK ? statement->result : sqlite3_step(statement->handle);
    if (row != NULL) *row = result == SQLITE_ROW;
    if (result == SQLITE_ROW || result == SQLITE_DONE) return ALM_OK;
    if (result == SQLITE_MISMATCH)
        return alm_fail(error, ALM_NUMERIC, "%s: an infinite value cannot be stored", statement->name);
    return alm_store_fail(statement->store, result, statement->name, error);
}

enum alm_status alm_statement_finish(struct alm_statement *statement, struct alm_error *error)
{
    bool row = true;
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && row)
        status = alm_statement_step(statement, &row, error);
    alm_statement_end(statement);
    return status;
}

int64_t alm_statement_changes(const struct alm_statement *statement)
{
    return sqlite3_changes64(statement->store->handle);
}

enum alm_status alm_statement_run(struct alm_store *store, const char *name, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, name, error));
    return alm_statement_finish(&s, error);
}

enum alm_status alm_statement_run_each(struct alm_store *store, const char *const *names, size_t n,
                                       int64_t run, struct alm_error *error)
{
    for (size_t i = 0; i < n; i++) {
        struct alm_statement s;
        ALM_TRY(alm_statement_begin(&s, store, names[i], error));
        alm_bind_integer(&s, ":run", run);
        ALM_TRY(alm_statement_finish(&s, error));
    }
    return ALM_OK;
}

/* ---- parameters ---- */

static void note(struct alm_statement *statement, int result)
{
    if (statement->result == SQLITE_OK) statement->result = result;
}

static int parameter_index(const struct alm_statement *statement, const char *parameter)
{
    const int index = sqlite3_bind_parameter_index(statement->handle, parameter);
    assert(index > 0);
    return index;
}

void alm_bind_text(struct alm_statement *statement, const char *parameter, const char *text)
{
    const int index = parameter_index(statement, parameter);
    note(statement, sqlite3_bind_text(statement->handle, index, text, -1, SQLITE_TRANSIENT));
}

void alm_bind_integer_at(struct alm_statement *statement, int parameter, int64_t value)
{
    note(statement, sqlite3_bind_int64(statement->handle, parameter, value));
}

void alm_bind_integer(struct alm_statement *statement, const char *parameter, int64_t value)
{
    alm_bind_integer_at(statement, parameter_index(statement, parameter), value);
}

void alm_bind_size(struct alm_statement *statement, const char *parameter, size_t value)
{
    if (value > INT64_MAX)
        note(statement, SQLITE_TOOBIG);
    else
        alm_bind_integer(statement, parameter, (int64_t)value);
}

void alm_bind_real_at(struct alm_statement *statement, int parameter, double value)
{
    if (isinf(value))
        note(statement, SQLITE_MISMATCH);
    else /* SQLite itself makes NaN a NULL */
        note(statement, sqlite3_bind_double(statement->handle, parameter, value));
}

void alm_bind_real(struct alm_statement *statement, const char *parameter, double value)
{
    alm_bind_real_at(statement, parameter_index(statement, parameter), value);
}

void alm_bind_blob(struct alm_statement *statement, const char *parameter, const void *data, size_t n)
{
    const int index = parameter_index(statement, parameter);
    note(statement, sqlite3_bind_blob64(statement->handle, index, data, n, SQLITE_TRANSIENT));
}

/* ---- columns ---- */

bool alm_column_is_null(const struct alm_statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

int64_t alm_column_integer(const struct alm_statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

double alm_column_real(const struct alm_statement *statement, int column)
{
    return alm_column_is_null(statement, column) ? (double)NAN
                                                 : sqlite3_column_double(statement->handle, column);
}

const char *alm_column_text(const struct alm_statement *statement, int column)
{
    return (const char *)sqlite3_column_text(statement->handle, column);
}

const void *alm_column_blob(const struct alm_statement *statement, int column, size_t *n)
{
    const void *data = sqlite3_column_blob(statement->handle, column);
    *n = (size_t)sqlite3_column_bytes(statement->handle, column);
    return data;
}

enum alm_status alm_column_copy(char **out, const struct alm_statement *statement, int column,
                                struct alm_error *error)
{
    return alm_copy_text(out, alm_column_text(statement, column), error);
}
