/* The database file: opening, transactions, and care of the file. Everything else of this room takes an open
 * store. A store is used by one thread at a time; only alm_store_interrupt may be called from another. */
#ifndef ALM_STORE_STORE_H
#define ALM_STORE_STORE_H

#include "base/hooks.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>

struct alm_store;

enum alm_store_mode {
    ALM_STORE_CREATE, /* read and write; the file is made when it is not there */
    ALM_STORE_WRITE,  /* read and write; the file must be there */
    ALM_STORE_READ,   /* read only */
    ALM_STORE_QUERY,  /* for SQL of users: can do nothing but read; see rows.h */
};

struct alm_store_settings {
    enum alm_store_mode mode;
    bool fast; /* synchronous NORMAL: a power cut may lose the last commits, a kill may not */
};

/* Opens path. Refuses, and leaves untouched, what is not a database of almanac: another program's database,
 * one made by a newer version, any other file, a directory. A database of an older version is migrated in one
 * transaction (in every mode). ALM_NOTFOUND when there is no file and mode is not ALM_STORE_CREATE; ALM_IO
 * when it cannot be opened or written; ALM_DB when it is refused. */
enum alm_status alm_store_open(struct alm_store **out, const char *path,
                               const struct alm_store_settings *settings, struct alm_error *error);
/* NULL-safe. An open transaction is rolled back. */
void alm_store_close(struct alm_store *store);
/* Closes a store whose work failed. When it made its file, nothing was ever stored there and nobody else has
 * it open, the file is removed again: true. NULL-safe. */
bool alm_store_discard(struct alm_store *store);

/* As given to alm_store_open; valid while the store is open. */
const char *alm_store_path(const struct alm_store *store);
enum alm_store_mode alm_store_mode_of(const struct alm_store *store);

/* From now on statements stop with ALM_INTERRUPTED when cancel is set (a writing statement rolls its
 * transaction back). NULL: never. The caller keeps cancel valid. */
void alm_store_set_cancel(struct alm_store *store, const struct alm_cancel *cancel);
/* Gives back memory that only makes the next statements faster: before long work that stores little. */
void alm_store_rest(struct alm_store *store);
/* Stops the statement that runs now, from any thread. */
void alm_store_interrupt(struct alm_store *store);

/* A write transaction; waits up to 10 s for another writer. Transactions do not nest. */
enum alm_status alm_store_begin(struct alm_store *store, struct alm_error *error);
/* The same for many rows: faster, above all where no observations are stored yet. Readers who come later may
 * have to wait until it ends, as writers do. Constraints but for the primary keys are not looked at by SQLite
 * meanwhile: the functions of this room that write rows do. */
enum alm_status alm_store_begin_bulk(struct alm_store *store, struct alm_error *error);
/* On failure the transaction is rolled back. */
enum alm_status alm_store_commit(struct alm_store *store, struct alm_error *error);
/* Does nothing outside a transaction. */
void alm_store_rollback(struct alm_store *store);
/* Ends a transaction by how its work went: commits when status is ALM_OK, else rolls back and returns status.
 */
enum alm_status alm_store_end(struct alm_store *store, enum alm_status status, struct alm_error *error);
bool alm_store_in_transaction(const struct alm_store *store);

/* ---- care of the file ---- */

/* Copies the database to path, safely while others write. Made under a temporary name beside it and renamed
 * when complete. ALM_EXISTS when path exists. */
enum alm_status alm_store_backup(struct alm_store *store, const char *path,
                                 const struct alm_progress *progress, const struct alm_cancel *cancel,
                                 struct alm_error *error);
/* Looks at every page and every reference. ALM_DB with the first problem. */
enum alm_status alm_store_check(struct alm_store *store, struct alm_error *error);
/* Rewrites the file without free pages. */
enum alm_status alm_store_vacuum(struct alm_store *store, struct alm_error *error);
/* Refreshes the statistics that the query planner uses: after an import and at the end of a run. Cheap. */
enum alm_status alm_store_optimize(struct alm_store *store, struct alm_error *error);

/* The version of SQLite that is loaded, e.g. "3.40.1". */
const char *alm_store_version(void);

#endif
