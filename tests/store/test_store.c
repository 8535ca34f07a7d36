#include "scratch.h"

#include "store/sql.h"
#include "store/statement.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static enum alm_status try_open(struct scratch *s, const char *path, enum alm_store_mode mode)
{
    return alm_store_open(&s->store, path, &(struct alm_store_settings){mode, false}, &s->error);
}

static size_t read_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    const size_t n = file == NULL ? 0 : fread(out, 1, size, file);
    if (file != NULL) fclose(file);
    return n;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL);
    fputs(text, file);
    fclose(file);
}

Test(store, makes_a_database_with_identity_version_and_wal)
{
    struct scratch scratch, *s = &scratch;
    char text[64];
    scratch_open(s);
    cr_assert(
        eq(str, (char *)scratch_sql(s->path, "PRAGMA application_id", text, sizeof text), "1634495854"));
    cr_assert(eq(str, (char *)scratch_sql(s->path, "PRAGMA user_version", text, sizeof text), "8"));
    cr_assert(eq(str, (char *)scratch_sql(s->path, "PRAGMA journal_mode", text, sizeof text), "wal"));
    OK(alm_store_check(s->store, &s->error));
    for (int mode = ALM_STORE_CREATE; mode <= ALM_STORE_QUERY; mode++)
        scratch_reopen(s, (enum alm_store_mode)mode);
    scratch_remove(s);
}

Test(store, says_that_there_is_no_database)
{
    struct scratch scratch, *s = &scratch;
    scratch_directory(s);
    cr_assert(eq(int, (int)try_open(s, s->path, ALM_STORE_WRITE), ALM_NOTFOUND));
    cr_assert(eq(int, (int)try_open(s, s->path, ALM_STORE_READ), ALM_NOTFOUND));
    cr_assert(access(s->path, F_OK) != 0, "nothing may be left behind");
    char inside[128];
    snprintf(inside, sizeof inside, "%s/no/a.db", s->directory);
    cr_assert(eq(int, (int)try_open(s, inside, ALM_STORE_CREATE), ALM_IO));
    cr_assert(strstr(s->error.text, "No such file or directory") != NULL, "%s", s->error.text);
    cr_assert(eq(int, (int)try_open(s, s->directory, ALM_STORE_CREATE), ALM_IO));
    cr_assert(strstr(s->error.text, "is a directory") != NULL, "%s", s->error.text);
    scratch_remove(s);
}

Test(store, a_file_made_for_nothing_is_removed_again)
{
    struct scratch scratch, *s = &scratch;
    struct alm_store *other;
    int64_t frame_id;
    char beside[128];
    scratch_open(s);
    cr_assert(alm_store_discard(s->store));
    OK(try_open(s, s->path, ALM_STORE_CREATE));
    OK(alm_store_begin_bulk(s->store, &s->error));
    OK(alm_frame_create(&frame_id, s->store, &s->error));
    cr_assert(alm_store_discard(s->store), "what was not committed is nothing");
    for (int i = 0; i < 4; i++) {
        snprintf(beside, sizeof beside, "%s%s", s->path,
                 (const char *const[]){"", "-wal", "-shm", "-journal"}[i]);
        cr_assert(access(beside, F_OK) != 0, "%s", beside);
    }
    /* somebody else has it open */
    OK(try_open(s, s->path, ALM_STORE_CREATE));
    OK(alm_store_open(&other, s->path, &(struct alm_store_settings){ALM_STORE_WRITE, false}, &s->error));
    cr_assert(not(alm_store_discard(s->store)));
    cr_assert(not(alm_store_discard(other)), "it was there before");
    cr_assert(access(s->path, F_OK) == 0);
    cr_assert(eq(int, unlink(s->path), 0));
    /* somebody has stored something */
    OK(try_open(s, s->path, ALM_STORE_CREATE));
    OK(alm_store_open(&other, s->path, &(struct alm_store_settings){ALM_STORE_WRITE, false}, &s->error));
    OK(alm_store_begin(other, &s->error));
    OK(alm_frame_create(&frame_id, other, &s->error));
    OK(alm_store_commit(other, &s->error));
    alm_store_close(other);
    cr_assert(not(alm_store_discard(s->store)));
    OK(try_open(s, s->path, ALM_STORE_WRITE));
    scratch_remove(s);
    cr_assert(not(alm_store_discard(NULL)));
}

Test(store, refuses_what_is_not_its_own_and_leaves_it_untouched)
{
    static const char *const foreign[] = {
        "PRAGMA application_id = 77; ",
        "CREATE TABLE t(x); ",
        "PRAGMA application_id = 1634495854; PRAGMA user_version = 999; CREATE TABLE t(x); ",
        "PRAGMA journal_mode = WAL; CREATE TABLE t(x); ",
        NULL, /* a text file */
    };
    static const char *const words[] = {"another program", "another program", "newer almanac",
                                        "another program", "is not a database"};
    for (size_t i = 0; i < 5; i++) {
        struct scratch scratch, *s = &scratch;
        char before[16384], after[16384];
        sqlite3 *db;
        scratch_directory(s);
        if (foreign[i] != NULL) {
            cr_assert(sqlite3_open(s->path, &db) == SQLITE_OK);
            cr_assert(sqlite3_exec(db, foreign[i], NULL, NULL, NULL) == SQLITE_OK);
            sqlite3_close(db);
        } else {
            write_file(s->path, "time,close\n2020-01-01,1\nand more than sixteen bytes of it\n");
        }
        const size_t n = read_file(s->path, before, sizeof before);
        for (int mode = ALM_STORE_CREATE; mode <= ALM_STORE_QUERY; mode++) {
            cr_assert(eq(int, (int)try_open(s, s->path, (enum alm_store_mode)mode), ALM_DB), "%zu", i);
            cr_assert(strstr(s->error.text, words[i]) != NULL, "%s", s->error.text);
        }
        cr_assert(eq(sz, read_file(s->path, after, sizeof after), n));
        cr_assert(memcmp(before, after, n) == 0);
        scratch_remove(s);
    }
}

Test(store, can_be_read_but_not_written_without_permission)
{
    struct scratch scratch, *s = &scratch;
    scratch_open(s);
    alm_store_close(s->store);
    s->store = NULL;
    chmod(s->path, 0444);
    chmod(s->directory, 0755);
    const pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && seteuid(65534) != 0) _exit(2);
        if (try_open(s, s->path, ALM_STORE_READ) != ALM_OK) _exit(3);
        alm_store_close(s->store);
        const enum alm_status status = try_open(s, s->path, ALM_STORE_CREATE);
        _exit(status == ALM_IO && strstr(s->error.text, "no permission to write") != NULL ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    cr_assert(eq(int, status, 0));
    scratch_remove(s);
}

Test(store, prepares_every_named_query)
{
    struct scratch scratch, *s = &scratch;
    scratch_open(s);
    sqlite3 *db = alm_store_handle(s->store);
    OK(alm_statement_run(s->store, "staged_create", &s->error));
    for (const struct alm_sql_query *q = alm_sql_queries; q->name != NULL; q++) {
        sqlite3_stmt *statement;
        const char *tail;
        cr_assert(sqlite3_prepare_v2(db, q->sql, -1, &statement, &tail) == SQLITE_OK, "%s: %s", q->name,
                  sqlite3_errmsg(db));
        cr_assert(tail[strspn(tail, " \n")] == '\0', "%s has more than one statement", q->name);
        cr_assert(statement != NULL, "%s", q->name);
        sqlite3_finalize(statement);
        cr_assert(alm_sql_find(q->name) == q);
    }
    scratch_remove(s);
}

Test(store, rolls_back_what_is_not_committed)
{
    struct scratch scratch, *s = &scratch;
    char text[64];
    int64_t frame_id;
    scratch_open(s);
    OK(alm_store_begin(s->store, &s->error));
    OK(alm_frame_create(&frame_id, s->store, &s->error));
    cr_assert(eq(int, (int)alm_store_end(s->store, ALM_DATA, &s->error), ALM_DATA));
    OK(alm_store_begin(s->store, &s->error));
    OK(alm_frame_create(&frame_id, s->store, &s->error));
    scratch_reopen(s, ALM_STORE_WRITE);
    cr_assert(eq(str, (char *)scratch_sql(s->path, "SELECT count(*) FROM frame", text, sizeof text), "0"));
    scratch_remove(s);
}

Test(store, is_made_by_one_of_many_that_want_it_at_once, .timeout = 60)
{
    enum { N = 8 };
    struct scratch scratch, *s = &scratch;
    pid_t children[N];
    char text[64];
    scratch_directory(s);
    for (int i = 0; i < N; i++) {
        children[i] = fork();
        if (children[i] != 0) continue;
        int64_t frame_id;
        if (try_open(s, s->path, ALM_STORE_CREATE) != ALM_OK ||
            alm_store_begin(s->store, &s->error) != ALM_OK ||
            alm_frame_create(&frame_id, s->store, &s->error) != ALM_OK ||
            alm_store_commit(s->store, &s->error) != ALM_OK) {
            fprintf(stderr, "%s\n", s->error.text);
            _exit(1);
        }
        alm_store_close(s->store);
        _exit(0);
    }
    for (int i = 0; i < N; i++) {
        int status;
        waitpid(children[i], &status, 0);
        cr_assert(eq(int, status, 0));
    }
    scratch_reopen(s, ALM_STORE_READ);
    OK(alm_store_check(s->store, &s->error));
    cr_assert(eq(str, (char *)scratch_sql(s->path, "SELECT count(*) FROM frame", text, sizeof text), "8"));
    scratch_remove(s);
}
