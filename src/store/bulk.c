/* Transactions that bring many rows. What makes them cheap is set before they begin and taken back after: the
 * settings belong to the connection, not to the file, but for the kind of journal. */
#include "store/connection.h"
#include "store/statement.h"

#include <string.h>

static enum alm_status look_whether_empty(bool *empty, struct alm_store *store, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "observation_any_frame", error));
    const enum alm_status status = alm_statement_step(&s, &row, error);
    *empty = !row;
    alm_statement_end(&s);
    return status;
}

/* Changes the kind of journal, unless somebody else has the file open. */
static enum alm_status try_journal(struct alm_store *store, const char *pragma, struct alm_error *error)
{
    struct alm_error why = {0};
    const enum alm_status status = alm_statement_run(store, pragma, &why);
    if (status == ALM_OK || (sqlite3_errcode(store->handle) & 0xff) == SQLITE_BUSY) return ALM_OK;
    return alm_fail(error, status, "%s", why.text);
}

enum alm_status alm_store_begin_bulk(struct alm_store *store, struct alm_error *error)
{
    bool empty;
    ALM_TRY(look_whether_empty(&empty, store, error));
    store->bulk = true;
    /* A write-ahead log writes every page twice. With a rollback journal the pages that a file gains are
     * written once, but readers have to wait: so only where there is nothing to read yet. */
    enum alm_status status = ALM_OK;
    if (empty) status = try_journal(store, "connection_rollback_journal", error);
    if (status == ALM_OK) status = alm_statement_run(store, "connection_bulk_cache", error);
    /* both are checked by whoever writes the rows: see observation_writer.c */
    if (status == ALM_OK) status = alm_statement_run(store, "connection_ignore_references", error);
    if (status == ALM_OK) status = alm_statement_run(store, "connection_ignore_checks", error);
    if (status == ALM_OK) status = alm_store_begin(store, error);
    if (status != ALM_OK) alm_store_leave_bulk(store, NULL);
    return status;
}

enum alm_status alm_store_leave_bulk(struct alm_store *store, struct alm_error *error)
{
    if (!store->bulk) return ALM_OK;
    store->bulk = false;
    ALM_TRY(alm_statement_run(store, "connection_foreign_keys", error));
    ALM_TRY(alm_statement_run(store, "connection_checks", error));
    ALM_TRY(alm_statement_run(store, "connection_cache", error));
    /* Somebody else may read by now; then the next who opens the file to write switches. */
    return try_journal(store, "connection_wal", error);
}
