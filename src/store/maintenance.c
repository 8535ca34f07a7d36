/* Care of the database file: backup, check, vacuum, statistics. */
#include "store/connection.h"
#include "store/statement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BACKUP_PAGES = 1024 }; /* a step; writers get in between two */

static enum alm_status copy_pages(struct alm_store *store, sqlite3 *target,
                                  const struct alm_progress *progress, const struct alm_cancel *cancel,
                                  struct alm_error *error)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", store->handle, "main");
    if (backup == NULL) return alm_fail(error, ALM_DB, "backup: %s", sqlite3_errmsg(target));
    int result;
    while ((result = sqlite3_backup_step(backup, BACKUP_PAGES)) == SQLITE_OK || result == SQLITE_BUSY ||
           result == SQLITE_LOCKED) {
        const double total = sqlite3_backup_pagecount(backup);
        alm_progress_report(progress, "copying", total - sqlite3_backup_remaining(backup), total, "pages");
        if (alm_cancelled(cancel)) break;
        if (result != SQLITE_OK) sqlite3_sleep(10);
    }
    sqlite3_backup_finish(backup);
    if (result == SQLITE_DONE) return ALM_OK;
    if (alm_cancelled(cancel))
        return alm_fail(error, ALM_INTERRUPTED, "backup: interrupted, nothing is kept");
    return alm_fail(error, ALM_IO, "backup: %s", sqlite3_errstr(result));
}

/* A complete copy at path, synchronised to the disk. */
static enum alm_status write_copy(struct alm_store *store, const char *path,
                                  const struct alm_progress *progress, const struct alm_cancel *cancel,
                                  struct alm_error *error)
{
    sqlite3 *target = NULL;
    enum alm_status status = ALM_OK;
    const int result = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result != SQLITE_OK) {
        const int reason = target == NULL ? ENOMEM : sqlite3_system_errno(target);
        status = alm_fail(error, ALM_IO, "%s: cannot write the backup: %s", path, strerror(reason));
    }
    if (status == ALM_OK) status = copy_pages(store, target, progress, cancel, error);
    sqlite3_close(target);
    return status;
}

enum alm_status alm_store_backup(struct alm_store *store, const char *path,
                                 const struct alm_progress *progress, const struct alm_cancel *cancel,
                                 struct alm_error *error)
{
    struct alm_text temporary = {0};
    if (access(path, F_OK) == 0) return alm_fail(error, ALM_EXISTS, "%s exists; choose another name", path);
    alm_text_printf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    enum alm_status status = alm_text_check(&temporary, error);
    if (status == ALM_OK) status = write_copy(store, temporary.data, progress, cancel, error);
    if (status == ALM_OK && rename(temporary.data, path) != 0)
        status = alm_fail(error, ALM_IO, "%s: cannot write the backup: %s", path, strerror(errno));
    if (status != ALM_OK && temporary.data != NULL) unlink(temporary.data);
    alm_text_clear(&temporary);
    return status;
}

enum alm_status alm_store_check(struct alm_store *store, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "file_integrity", error));
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK && row && strcmp(alm_column_text(&s, 0), "ok") != 0)
        status = alm_fail(error, ALM_DB, "%s is damaged: %s", store->path, alm_column_text(&s, 0));
    alm_statement_end(&s);
    if (status != ALM_OK) return status;
    ALM_TRY(alm_statement_begin(&s, store, "file_foreign_keys", error));
    status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK && row)
        status = alm_fail(error, ALM_DB, "%s is damaged: a row of %s refers to a %s that is not there",
                          store->path, alm_column_text(&s, 0), alm_column_text(&s, 2));
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_store_vacuum(struct alm_store *store, struct alm_error *error)
{
    return alm_statement_run(store, "file_vacuum", error);
}

enum alm_status alm_store_optimize(struct alm_store *store, struct alm_error *error)
{
    ALM_TRY(alm_statement_run(store, "file_analysis_limit", error));
    return alm_statement_run(store, "file_analyze", error);
}

const char *alm_store_version(void)
{
    return sqlite3_libversion();
}
