#include "scratch.h"

#include "store/statement.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void scratch_directory(struct scratch *s)
{
    *s = (struct scratch){.directory = "/tmp/almanac-store-XXXXXX"};
    cr_assert(mkdtemp(s->directory) != NULL);
    snprintf(s->path, sizeof s->path, "%s/a.db", s->directory);
}

void scratch_open(struct scratch *s)
{
    scratch_directory(s);
    OK(alm_store_open(&s->store, s->path, &(struct alm_store_settings){ALM_STORE_CREATE, false}, &s->error));
}

void scratch_reopen(struct scratch *s, enum alm_store_mode mode)
{
    alm_store_close(s->store);
    s->store = NULL;
    OK(alm_store_open(&s->store, s->path, &(struct alm_store_settings){mode, false}, &s->error));
}

void scratch_remove(struct scratch *s)
{
    alm_store_close(s->store);
    const char *const arguments[] = {"rm", "-rf", s->directory, NULL};
    scratch_run(arguments, NULL, 0);
}

void scratch_series(struct scratch *s, struct alm_series_row *row, const char *name, const char *frequency,
                    const int64_t *ts, const double *y, size_t n)
{
    struct alm_observation_writer *writer;
    struct alm_series_row new = {.name = (char *)name, .frequency = (char *)frequency, .season_length = 24};
    OK(alm_store_begin(s->store, &s->error));
    OK(alm_frame_create(&new.frame_id, s->store, &s->error));
    OK(alm_series_table_create(s->store, &new, &s->error));
    OK(alm_observation_writer_create(&writer, s->store, new.frame_id, ALM_CONFLICT_FAIL, &s->error));
    for (size_t i = 0; i < n; i++) {
        double values[ALM_FRAME_WIDTH] = {y[i], NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        OK(alm_observation_writer_add(writer, ts[i], values, &s->error));
    }
    OK(alm_observation_writer_finish(writer, NULL, &s->error));
    alm_observation_writer_free(writer);
    OK(alm_store_commit(s->store, &s->error));
    OK(alm_series_table_find(row, s->store, name, &s->error));
}

void scratch_limit_pages(struct scratch *s)
{
    OK(alm_statement_run(s->store, "file_max_pages", &s->error));
}

int scratch_run(const char *const *arguments, char *output, size_t size)
{
    int ends[2];
    size_t n = 0;
    cr_assert(pipe(ends) == 0);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        execvp(arguments[0], (char *const *)arguments);
        _exit(127);
    }
    close(ends[1]);
    char buffer[4096];
    for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < got; i++)
            if (n + 1 < size) output[n++] = buffer[i];
    if (size > 0) output[n] = '\0';
    close(ends[0]);
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *scratch_sql(const char *path, const char *sql, char *out, size_t size)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    out[0] = '\0';
    cr_assert(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    cr_assert(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
              sqlite3_errmsg(db));
    const int result = sqlite3_step(statement);
    if (result == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL)
        snprintf(out, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    if (result != SQLITE_ROW && result != SQLITE_DONE) snprintf(out, size, "error: %s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return out;
}
