/* Taking back a database file that was made for work that failed. */
#include "store/connection.h"
#include "store/statement.h"

#include <string.h>
#include <unistd.h>

/* Whether nothing has been put into the tables that everything else refers to. */
static bool holds_nothing(struct alm_store *store)
{
    struct alm_statement s;
    bool row = true;
    if (alm_statement_begin(&s, store, "file_any", NULL) != ALM_OK) return false;
    const enum alm_status status = alm_statement_step(&s, &row, NULL);
    alm_statement_end(&s);
    return status == ALM_OK && !row;
}

/* Both locks are got only when no other connection, of this or another process, has the file open. */
static bool lock_alone(struct alm_store *store)
{
    sqlite3_busy_timeout(store->handle, 0);
    return alm_statement_run(store, "connection_rollback_journal", NULL) == ALM_OK &&
           alm_statement_run(store, "connection_begin_exclusive", NULL) == ALM_OK;
}

bool alm_store_discard(struct alm_store *store)
{
    bool removed = false;
    if (store == NULL) return false;
    alm_store_rollback(store);
    alm_store_set_cancel(store, NULL);
    const char *path = sqlite3_db_filename(store->handle, "main");
    /* in memory there is no file */
    if (store->made && path != NULL && path[0] != '\0' && lock_alone(store) && holds_nothing(store))
        removed = unlink(path) == 0;
    alm_store_close(store);
    return removed;
}
