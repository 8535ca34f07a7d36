#include "store/store.h"

#include "base/memory.h"
#include "store/connection.h"
#include "store/incoming.h"
#include "store/sandbox.h"
#include "store/sql.h"
#include "store/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MILLISECONDS = 10000, PROGRESS_OPERATIONS = 10000 };

void alm_store_close(struct alm_store *store)
{
    if (store == NULL) return;
    for (size_t i = 0; store->prepared != NULL && i < alm_sql_n_queries; i++)
        sqlite3_finalize(store->prepared[i]);
    sqlite3_close_v2(store->handle);
    free(store->prepared);
    free(store->path);
    free(store);
}

/* ---- opening ---- */

/* What is at path. *exists false: nothing, and it may be created. */
static enum alm_status look_at_file(bool *exists, const char *path, enum alm_store_mode mode,
                                    struct alm_error *error)
{
    struct stat info;
    *exists = stat(path, &info) == 0;
    if (!*exists && errno != ENOENT)
        return alm_fail(error, ALM_IO, "%s: cannot open the database: %s", path, strerror(errno));
    if (*exists && S_ISDIR(info.st_mode))
        return alm_fail(error, ALM_IO, "%s is a directory, not a database", path);
    if (!*exists && mode != ALM_STORE_CREATE)
        return alm_fail(error, ALM_NOTFOUND, "%s: there is no such database (`almanac import` makes one)",
                        path);
    return ALM_OK;
}

/* Appends path as the URI of a file that does not change. */
static void write_immutable_uri(struct alm_text *out, const char *path)
{
    alm_text_append(out, path[0] == '/' ? "file://" : "file:");
    for (const char *p = path; *p != '\0'; p++) {
        if (strchr("?#%", *p) != NULL)
            alm_text_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
        else
            alm_text_append_bytes(out, p, 1);
    }
    alm_text_append(out, "?immutable=1");
}

/* Whether nobody here can make the files beside path that readers of a WAL database share: a medium or
 * directory without write permission, and no such files there. */
static bool is_immutable(const char *path)
{
    struct alm_text other = {0};
    bool alone = false, writable = true;
    alm_text_printf(&other, "%s-wal", path);
    if (!other.failed) alone = access(other.data, F_OK) != 0;
    alm_text_reset(&other);
    alm_text_printf(&other, "%s-journal", path);
    if (!other.failed) alone = alone && access(other.data, F_OK) != 0;
    alm_text_reset(&other);
    const char *slash = strrchr(path, '/');
    alm_text_append_bytes(&other, slash == NULL ? "." : path, slash == NULL ? 1 : (size_t)(slash - path) + 1);
    if (!other.failed) writable = faccessat(AT_FDCWD, other.data, W_OK, AT_EACCESS) == 0;
    alm_text_clear(&other);
    return alone && !writable;
}

static enum alm_status connect_to(struct alm_store *store, int flags, struct alm_error *error)
{
    struct alm_text uri = {0};
    const char *name = store->path;
    if ((flags & SQLITE_OPEN_READONLY) != 0 && is_immutable(store->path)) {
        write_immutable_uri(&uri, store->path);
        ALM_TRY(alm_text_check(&uri, error));
        name = uri.data;
        flags |= SQLITE_OPEN_URI;
    }
    const int result = sqlite3_open_v2(name, &store->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    alm_text_clear(&uri);
    if (result == SQLITE_NOMEM || store->handle == NULL)
        return alm_fail(error, ALM_NOMEM, "%s: out of memory while opening the database", store->path);
    if (result != SQLITE_OK) {
        const int reason = sqlite3_system_errno(store->handle);
        return alm_fail(error, ALM_IO, "%s: cannot open the database: %s", store->path,
                        reason != 0 ? strerror(reason) : sqlite3_errmsg(store->handle));
    }
    sqlite3_extended_result_codes(store->handle, 1);
    sqlite3_busy_timeout(store->handle, BUSY_MILLISECONDS);
    return ALM_OK;
}

static enum alm_status refuse_foreign(const struct alm_store_identity *identity, const char *path,
                                      struct alm_error *error)
{
    if (!identity->ours && !identity->empty)
        return alm_fail(error, ALM_DB, "%s is a database of another program, not of almanac", path);
    if (identity->version > identity->supported)
        return alm_fail(error, ALM_DB,
                        "%s was made by a newer almanac (its version is %lld, this one knows %lld)", path,
                        identity->version, identity->supported);
    return ALM_OK;
}

/* Looks at an existing file with a connection that cannot write, so that what is refused stays as it is. */
static enum alm_status look_at_identity(struct alm_store_identity *identity, bool *needs_recovery,
                                        const char *path, struct alm_error *error)
{
    struct alm_store *store;
    *needs_recovery = false;
    ALM_TRY(ALM_NEW(&store, 1, error));
    enum alm_status status = alm_copy_text(&store->path, path, error);
    if (status == ALM_OK) status = ALM_NEW(&store->prepared, alm_sql_n_queries, error);
    if (status == ALM_OK) status = connect_to(store, SQLITE_OPEN_READONLY, error);
    if (status == ALM_OK) status = alm_store_identify(identity, store, error);
    if (status == ALM_DB && store->handle != NULL && sqlite3_errcode(store->handle) == SQLITE_NOTADB)
        status = alm_fail(error, ALM_DB, "%s is not a database", path);
    *needs_recovery = status != ALM_OK && store->handle != NULL &&
                      sqlite3_extended_errcode(store->handle) == SQLITE_READONLY_ROLLBACK;
    if (status == ALM_OK) status = refuse_foreign(identity, path, error);
    alm_store_close(store);
    return status;
}

/* A process that dies in a bulk transaction leaves a rollback journal. Only who may write can undo what was
 * not finished: SQLite does so at the first look. */
static enum alm_status recover(const char *path, struct alm_error *error)
{
    struct alm_store_identity identity;
    struct alm_store *store;
    ALM_TRY(ALM_NEW(&store, 1, error));
    enum alm_status status = alm_copy_text(&store->path, path, error);
    if (status == ALM_OK) status = ALM_NEW(&store->prepared, alm_sql_n_queries, error);
    if (status == ALM_OK) status = connect_to(store, SQLITE_OPEN_READWRITE, error);
    if (status == ALM_OK) status = alm_store_identify(&identity, store, error);
    alm_store_close(store);
    return status;
}

static enum alm_status probe(struct alm_store_identity *identity, const char *path, struct alm_error *error)
{
    bool needs_recovery;
    const enum alm_status status = look_at_identity(identity, &needs_recovery, path, error);
    if (!needs_recovery) return status;
    ALM_TRY(recover(path, error));
    return look_at_identity(identity, &needs_recovery, path, error);
}

/* SQLite does not wait when several connections switch a new file to WAL at once: so it is done here. */
static enum alm_status switch_to_wal(struct alm_store *store, struct alm_error *error)
{
    enum { PAUSE = 5 };
    enum alm_status status = ALM_OK;
    for (int waited = 0; waited < BUSY_MILLISECONDS; waited += PAUSE) {
        status = alm_statement_run(store, "connection_wal", error);
        if (status == ALM_OK || (sqlite3_errcode(store->handle) & 0xff) != SQLITE_BUSY) break;
        sqlite3_sleep(PAUSE);
    }
    return status;
}

static enum alm_status set_up(struct alm_store *store, bool fast, struct alm_error *error)
{
    sqlite3_db_config(store->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(store->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(store->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    ALM_TRY(alm_statement_run(store, "connection_foreign_keys", error));
    ALM_TRY(alm_statement_run(store, "connection_cell_size_check", error));
    ALM_TRY(alm_statement_run(store, "connection_cache", error));
    if (store->mode == ALM_STORE_READ || store->mode == ALM_STORE_QUERY) return ALM_OK;
    ALM_TRY(alm_incoming_register(store, error));
    ALM_TRY(alm_statement_run(store, "connection_page_size", error));
    ALM_TRY(switch_to_wal(store, error));
    return alm_statement_run(store, fast ? "connection_synchronous_normal" : "connection_synchronous_full",
                             error);
}

/* Brings a file to this build's version; with a connection that can write. */
static enum alm_status bring_up_to_date(const struct alm_store_identity *identity, const char *path,
                                        struct alm_error *error)
{
    struct alm_store *store;
    if (identity->version == identity->supported) return ALM_OK;
    ALM_TRY(alm_store_open(&store, path, &(struct alm_store_settings){ALM_STORE_WRITE, false}, error));
    alm_store_close(store);
    return ALM_OK;
}

static enum alm_status open_reader(struct alm_store *store, const struct alm_store_identity *identity,
                                   struct alm_error *error)
{
    if (identity->empty)
        return alm_fail(error, ALM_NOTFOUND, "%s is empty: there is no database in it", store->path);
    ALM_TRY(bring_up_to_date(identity, store->path, error));
    ALM_TRY(connect_to(store, SQLITE_OPEN_READONLY, error));
    ALM_TRY(set_up(store, false, error));
    return store->mode == ALM_STORE_QUERY ? alm_sandbox_close_in(store, error) : ALM_OK;
}

static enum alm_status open_writer(struct alm_store *store, bool exists,
                                   const struct alm_store_identity *identity, bool fast,
                                   struct alm_error *error)
{
    if (exists && identity->empty && store->mode != ALM_STORE_CREATE)
        return alm_fail(error, ALM_NOTFOUND, "%s is empty: there is no database in it", store->path);
    if (exists && faccessat(AT_FDCWD, store->path, W_OK, AT_EACCESS) != 0)
        return alm_fail(error, ALM_IO, "%s: no permission to write the database", store->path);
    ALM_TRY(connect_to(store, SQLITE_OPEN_READWRITE | (exists ? 0 : SQLITE_OPEN_CREATE), error));
    store->made = !exists;
    ALM_TRY(set_up(store, fast, error));
    /* from here on nobody discards the file, see discard.c */
    if (exists && access(store->path, F_OK) != 0)
        return alm_fail(error, ALM_IO, "%s was removed while it was opened: try again", store->path);
    if (!exists || identity->empty || identity->version < identity->supported)
        return alm_store_migrate(store, error);
    return alm_store_refresh_views(store, error);
}

enum alm_status alm_store_open(struct alm_store **out, const char *path,
                               const struct alm_store_settings *settings, struct alm_error *error)
{
    struct alm_store *store;
    struct alm_store_identity identity = {.empty = true};
    bool exists;
    *out = NULL;
    ALM_TRY(look_at_file(&exists, path, settings->mode, error));
    if (exists) ALM_TRY(probe(&identity, path, error));
    ALM_TRY(ALM_NEW(&store, 1, error));
    store->mode = settings->mode;
    enum alm_status status = alm_copy_text(&store->path, path, error);
    if (status == ALM_OK) status = ALM_NEW(&store->prepared, alm_sql_n_queries, error);
    if (status == ALM_OK) {
        const bool reads = settings->mode == ALM_STORE_READ || settings->mode == ALM_STORE_QUERY;
        status = reads ? open_reader(store, &identity, error)
                       : open_writer(store, exists, &identity, settings->fast, error);
    }
    if (status != ALM_OK) {
        if (store->made)
            alm_store_discard(store);
        else
            alm_store_close(store);
        return status;
    }
    *out = store;
    return ALM_OK;
}

const char *alm_store_path(const struct alm_store *store)
{
    return store->path;
}

enum alm_store_mode alm_store_mode_of(const struct alm_store *store)
{
    return store->mode;
}

/* ---- stopping ---- */

static int progressed(void *context)
{
    const struct alm_store *store = context;
    return alm_cancelled(store->cancel);
}

void alm_store_set_cancel(struct alm_store *store, const struct alm_cancel *cancel)
{
    store->cancel = cancel;
    sqlite3_progress_handler(store->handle, PROGRESS_OPERATIONS, cancel == NULL ? NULL : progressed, store);
}

void alm_store_rest(struct alm_store *store)
{
    sqlite3_db_release_memory(store->handle);
}

void alm_store_interrupt(struct alm_store *store)
{
    sqlite3_interrupt(store->handle);
}

/* ---- transactions ---- */

bool alm_store_in_transaction(const struct alm_store *store)
{
    return sqlite3_get_autocommit(store->handle) == 0;
}

enum alm_status alm_store_begin(struct alm_store *store, struct alm_error *error)
{
    return alm_statement_run(store, "connection_begin", error);
}

void alm_store_rollback(struct alm_store *store)
{
    if (alm_store_in_transaction(store)) alm_statement_run(store, "connection_rollback", NULL);
    alm_store_leave_bulk(store, NULL);
}

enum alm_status alm_store_commit(struct alm_store *store, struct alm_error *error)
{
    const enum alm_status status = alm_statement_run(store, "connection_commit", error);
    if (status == ALM_OK) return alm_store_leave_bulk(store, error);
    alm_store_rollback(store);
    return status;
}

enum alm_status alm_store_end(struct alm_store *store, enum alm_status status, struct alm_error *error)
{
    if (status == ALM_OK) return alm_store_commit(store, error);
    alm_store_rollback(store);
    return status;
}
