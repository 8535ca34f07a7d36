/* mode=ro is not enough: it still lets ATTACH and VACUUM INTO write files. So the connection is query_only,
 * and an authorizer lets nothing through but SELECT, reading, functions and recursion. */
#include "store/sandbox.h"

#include "base/text.h"
#include "store/connection.h"
#include "store/statement.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char allowed[] =
    "only reading is allowed: one SELECT, WITH … SELECT, VALUES or EXPLAIN of these";

enum { LENGTH_LIMIT = 64 << 20, SQL_LIMIT = 1 << 20, DEPTH_LIMIT = 100 };

/* The words for what an action would have done. */
static const char *action_name(int action)
{
    switch (action) {
    case SQLITE_ATTACH:
        return "attaching a file (ATTACH, VACUUM)";
    case SQLITE_DETACH:
        return "detaching a file";
    case SQLITE_PRAGMA:
        return "a pragma";
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        return "changing rows";
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
        return "a transaction";
    case SQLITE_FUNCTION:
        return "this function";
    case SQLITE_READ:
        return "this table";
    default:
        return "changing the schema";
    }
}

static int deny(struct alm_store *store, int action, const char *detail)
{
    if (store->denied[0] == '\0') {
        const bool named = action == SQLITE_FUNCTION || action == SQLITE_PRAGMA || action == SQLITE_READ;
        snprintf(store->denied, sizeof store->denied, "%s%s%.30s", action_name(action),
                 named && detail != NULL ? " " : "", named && detail != NULL ? detail : "");
    }
    return SQLITE_DENY;
}

static int authorize(void *context, int action, const char *a, const char *b, const char *database,
                     const char *view)
{
    struct alm_store *store = context;
    (void)database;
    (void)view;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ: /* pragma functions would run a pragma on each row */
        return a != NULL && strncasecmp(a, "pragma_", 7) == 0 ? deny(store, action, a) : SQLITE_OK;
    case SQLITE_FUNCTION:
        if (strcasecmp(b, "load_extension") == 0 || strcasecmp(b, "fts3_tokenizer") == 0)
            return deny(store, action, b);
        return SQLITE_OK;
    default:
        return deny(store, action, a);
    }
}

enum alm_status alm_sandbox_close_in(struct alm_store *store, struct alm_error *error)
{
    ALM_TRY(alm_statement_run(store, "connection_query_only", error));
    ALM_TRY(alm_statement_run(store, "connection_json", error));
    sqlite3_limit(store->handle, SQLITE_LIMIT_LENGTH, LENGTH_LIMIT);
    sqlite3_limit(store->handle, SQLITE_LIMIT_SQL_LENGTH, SQL_LIMIT);
    sqlite3_limit(store->handle, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(store->handle, SQLITE_LIMIT_EXPR_DEPTH, DEPTH_LIMIT);
    sqlite3_limit(store->handle, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_set_authorizer(store->handle, authorize, store);
    return ALM_OK;
}

enum alm_status alm_sandbox_fail(struct alm_store *store, int result, struct alm_error *error)
{
    if (store->denied[0] != '\0')
        return alm_fail(error, ALM_USAGE, "query: %s is refused: %s", store->denied, allowed);
    switch (result & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return alm_fail(error, ALM_USAGE, "query: %s (see `almanac schema` for views and columns)",
                        sqlite3_errmsg(store->handle));
    case SQLITE_READONLY:
        return alm_fail(error, ALM_USAGE, "query: %s", allowed);
    default:
        return alm_store_fail(store, result, "query", error);
    }
}

/* Whether nothing but blanks and comments is left in sql: then SQLite makes no statement of it. */
static bool is_blank(struct alm_store *store, const char *sql)
{
    sqlite3_stmt *more = NULL;
    while (*sql == ';' || *sql == ' ' || *sql == '\n' || *sql == '\t' || *sql == '\r')
        sql++;
    const int result = sqlite3_prepare_v2(store->handle, sql, -1, &more, NULL);
    const bool blank = result == SQLITE_OK && more == NULL;
    sqlite3_finalize(more);
    return blank;
}

enum alm_status alm_sandbox_prepare(sqlite3_stmt **out, struct alm_store *store, const char *sql,
                                    struct alm_error *error)
{
    const char *tail = NULL;
    *out = NULL;
    store->denied[0] = '\0';
    const int result = sqlite3_prepare_v2(store->handle, sql, -1, out, &tail);
    if (result != SQLITE_OK) return alm_sandbox_fail(store, result, error);
    if (*out == NULL) return alm_fail(error, ALM_USAGE, "query: there is no SQL in it; %s", allowed);
    const bool single = is_blank(store, tail);
    store->denied[0] = '\0';
    if (single && sqlite3_stmt_readonly(*out) && sqlite3_column_count(*out) > 0) return ALM_OK;
    sqlite3_finalize(*out);
    *out = NULL;
    if (!single) return alm_fail(error, ALM_USAGE, "query: more than one statement; %s", allowed);
    return alm_fail(error, ALM_USAGE, "query: %s", allowed);
}
