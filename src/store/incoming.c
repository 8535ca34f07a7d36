#include "store/incoming.h"

#include "store/connection.h"
#include "store/sql.h"

#include <math.h>
#include <stdlib.h>

struct table {
    sqlite3_vtab base;
    struct alm_store *store;
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct alm_incoming *rows;
};

static int connect_table(sqlite3 *handle, void *store, int argc, const char *const *argv, sqlite3_vtab **out,
                         char **message)
{
    (void)argc;
    (void)argv;
    (void)message;
    const int result = sqlite3_declare_vtab(handle, alm_sql_find("incoming_columns")->sql);
    if (result != SQLITE_OK) return result;
    struct table *table = sqlite3_malloc(sizeof *table);
    if (table == NULL) return SQLITE_NOMEM;
    *table = (struct table){.store = store};
    *out = &table->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1000; /* there is but one way: all rows, in order */
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    struct cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (cursor == NULL) return SQLITE_NOMEM;
    *cursor = (struct cursor){0};
    *out = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int index, const char *text, int argc, sqlite3_value **argv)
{
    static struct alm_incoming nothing;
    struct cursor *cursor = (struct cursor *)base;
    struct alm_incoming *rows = ((struct table *)base->pVtab)->store->incoming;
    (void)index;
    (void)text;
    (void)argc;
    (void)argv;
    cursor->rows = rows != NULL ? rows : &nothing;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->rows->at++;
    return SQLITE_OK;
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
    const struct alm_incoming *rows = ((struct cursor *)base)->rows;
    return rows->at >= rows->n;
}

static int read_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int number)
{
    const struct alm_incoming *rows = ((struct cursor *)base)->rows;
    if (number == 0) {
        sqlite3_result_int64(out, rows->ts[rows->at]);
        return SQLITE_OK;
    }
    const size_t column = rows->column[number - 1];
    /* SQLite makes NaN a NULL */
    if (column != SIZE_MAX) sqlite3_result_double(out, rows->values[rows->at * rows->width + column]);
    return SQLITE_OK;
}

static int read_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((struct cursor *)base)->rows->at;
    return SQLITE_OK;
}

enum alm_status alm_incoming_register(struct alm_store *store, struct alm_error *error)
{
    static const sqlite3_module module = {
        .iVersion = 0, /* no xCreate: the table is there without CREATE */
        .xConnect = connect_table,
        .xBestIndex = plan,
        .xDisconnect = disconnect_table,
        .xOpen = open_cursor,
        .xClose = close_cursor,
        .xFilter = filter,
        .xNext = next,
        .xEof = is_at_end,
        .xColumn = read_column,
        .xRowid = read_rowid,
    };
    if (sqlite3_create_module(store->handle, "incoming", &module, store) != SQLITE_OK)
        return alm_fail(error, ALM_NOMEM, "out of memory in the database");
    return ALM_OK;
}
