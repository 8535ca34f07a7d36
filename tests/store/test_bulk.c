#include "scratch.h"

#include "store/statement.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 40000, WIDTH = 3 };

/* A frame with a series at position 0 and one at 5. */
static int64_t make_frame(struct scratch *s)
{
    int64_t frame_id;
    OK(alm_frame_create(&frame_id, s->store, &s->error));
    for (size_t k = 0; k < 2; k++) {
        struct alm_series_row row = {
            .name = k == 0 ? "a" : "f", .frame_id = frame_id, .position = 5 * k, .frequency = "index"};
        OK(alm_series_table_create(s->store, &row, &s->error));
    }
    return frame_id;
}

/* Row i is (i, nothing, -i), every seventh lacks the first. */
static enum alm_status write_rows(struct scratch *s, int64_t frame_id, size_t from, size_t n,
                                  enum alm_conflict_policy policy, double shift,
                                  struct alm_write_counts *counts)
{
    static const size_t columns[ALM_FRAME_WIDTH] = {0,        SIZE_MAX, SIZE_MAX, SIZE_MAX,
                                                    SIZE_MAX, 2,        SIZE_MAX, SIZE_MAX};
    struct alm_observation_writer *writer;
    int64_t *ts = calloc(n, sizeof *ts);
    double *values = calloc(n * WIDTH, sizeof *values);
    for (size_t i = 0; i < n; i++) {
        ts[i] = (int64_t)(from + i);
        values[i * WIDTH] = (from + i) % 7 == 0 ? (double)NAN : (double)(from + i) + shift;
        values[i * WIDTH + 1] = 99;
        values[i * WIDTH + 2] = -(double)(from + i);
    }
    OK(alm_observation_writer_create(&writer, s->store, frame_id, policy, &s->error));
    enum alm_status status =
        alm_observation_writer_add_block(writer, ts, values, WIDTH, columns, n, &s->error);
    if (status == ALM_OK) status = alm_observation_writer_finish(writer, counts, &s->error);
    alm_observation_writer_free(writer);
    free(ts);
    free(values);
    return status;
}

static void expect(const struct scratch *s, const char *sql, const char *want)
{
    char got[128];
    cr_assert(eq(str, (char *)scratch_sql(s->path, sql, got, sizeof got), (char *)want));
}

Test(bulk, a_block_is_stored_with_its_positions_and_counts)
{
    struct scratch scratch, *s = &scratch;
    struct alm_write_counts counts;
    struct alm_series_row a, f;
    scratch_open(s);
    OK(alm_store_begin_bulk(s->store, &s->error));
    OK(write_rows(s, make_frame(s), 0, ROWS, ALM_CONFLICT_FAIL, 0, &counts));
    OK(alm_store_commit(s->store, &s->error));
    const size_t missing = (ROWS + 6) / 7;
    cr_assert(counts.rows == ROWS && counts.added == 2 * ROWS - missing);
    OK(alm_series_table_find(&a, s->store, "a", &s->error));
    OK(alm_series_table_find(&f, s->store, "f", &s->error));
    cr_assert(a.n == ROWS - missing && a.missing == missing - 1 && a.first_ts == 1 && a.last_ts == ROWS - 1);
    cr_assert(f.n == ROWS && f.missing == 0 && f.first_ts == 0);
    expect(s,
           "SELECT count(*) || ' ' || sum(v0 IS NULL) || ' ' || sum(v5 = -ts) || ' ' || count(v1) FROM "
           "observation",
           "40000 5715 40000 0");
    expect(s, "PRAGMA journal_mode", "wal");
    alm_series_row_clear(&a);
    alm_series_row_clear(&f);
    scratch_remove(s);
}

Test(bulk, rows_that_are_there_are_merged_in_the_middle_of_a_block)
{
    struct scratch scratch, *s = &scratch;
    struct alm_write_counts counts;
    scratch_open(s);
    OK(alm_store_begin_bulk(s->store, &s->error));
    const int64_t frame_id = make_frame(s);
    OK(write_rows(s, frame_id, 100, 50, ALM_CONFLICT_FAIL, 0, NULL));
    OK(write_rows(s, frame_id, 200, 1, ALM_CONFLICT_FAIL, 0, NULL));
    OK(alm_store_commit(s->store, &s->error));
    OK(alm_store_begin_bulk(s->store, &s->error));
    OK(write_rows(s, frame_id, 0, 300, ALM_CONFLICT_KEEP, 0.5, &counts));
    OK(alm_store_commit(s->store, &s->error));
    cr_assert(counts.rows == 249 && counts.same == 51 && counts.kept == 44);
    expect(s, "SELECT count(*) || ' ' || sum(v0 <> ts) FROM observation", "300 213");
    OK(alm_store_begin_bulk(s->store, &s->error));
    cr_assert(eq(int, (int)write_rows(s, frame_id, 0, 300, ALM_CONFLICT_FAIL, 0.5, NULL), ALM_EXISTS));
    alm_store_rollback(s->store);
    expect(s, "SELECT count(*) FROM observation", "300");
    scratch_remove(s);
}

Test(bulk, constraints_are_checked_again_after_the_transaction)
{
    struct scratch scratch, *s = &scratch;
    struct alm_write_counts counts;
    struct alm_observation_writer *writer;
    const double infinite[ALM_FRAME_WIDTH] = {INFINITY, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    scratch_open(s);
    OK(alm_store_begin_bulk(s->store, &s->error));
    const int64_t frame_id = make_frame(s);
    OK(write_rows(s, frame_id, 0, 10, ALM_CONFLICT_FAIL, 0, &counts));
    cr_assert(alm_observation_writer_create(&writer, s->store, 77, ALM_CONFLICT_FAIL, &s->error) ==
              ALM_INTERNAL);
    OK(alm_observation_writer_create(&writer, s->store, frame_id, ALM_CONFLICT_FAIL, &s->error));
    OK(alm_observation_writer_add(writer, 50, infinite, &s->error));
    cr_assert(eq(int, (int)alm_observation_writer_finish(writer, NULL, &s->error), ALM_DATA));
    alm_observation_writer_free(writer);
    alm_store_rollback(s->store);
    sqlite3 *db = alm_store_handle(s->store);
    cr_assert(sqlite3_exec(db, "INSERT INTO observation(frame_id, ts) VALUES(77, 0)", NULL, NULL, NULL) != 0);
    cr_assert(sqlite3_exec(db, "INSERT INTO frame VALUES(1)", NULL, NULL, NULL) == 0);
    cr_assert(sqlite3_exec(db, "INSERT INTO observation(frame_id, ts, v0) VALUES(1, 0, 9e999)", NULL, NULL,
                           NULL) != 0);
    cr_assert(
        sqlite3_exec(db, "INSERT INTO observation(frame_id, ts, v0) VALUES(1, 0, 9)", NULL, NULL, NULL) == 0);
    scratch_remove(s);
}

/* A process that is killed while rows have gone to the file already. */
static void die_in_the_middle(const char *path)
{
    struct scratch child, *s = &child;
    memset(s, 0, sizeof *s);
    OK(alm_store_open(&s->store, path, &(struct alm_store_settings){ALM_STORE_CREATE, false}, &s->error));
    OK(alm_store_begin_bulk(s->store, &s->error));
    const int64_t frame_id = make_frame(s);
    for (size_t i = 0; i < 5; i++)
        OK(write_rows(s, frame_id, i * ROWS, ROWS, ALM_CONFLICT_FAIL, 0, NULL));
    kill(getpid(), SIGKILL);
}

static void let_die(const struct scratch *s)
{
    int status;
    const pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        die_in_the_middle(s->path);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    const int signal = WTERMSIG(status);
    cr_assert(eq(int, signal, SIGKILL));
}

Test(bulk, a_killed_transaction_is_undone_by_the_next_reader)
{
    struct scratch scratch, *s = &scratch;
    char name[128];
    scratch_open(s);
    alm_store_close(s->store);
    let_die(s);
    snprintf(name, sizeof name, "%s-journal", s->path);
    cr_assert(access(name, F_OK) == 0, "the test should leave a journal");
    OK(alm_store_open(&s->store, s->path, &(struct alm_store_settings){ALM_STORE_READ, false}, &s->error));
    OK(alm_store_check(s->store, &s->error));
    scratch_reopen(s, ALM_STORE_WRITE);
    OK(alm_store_begin_bulk(s->store, &s->error));
    OK(write_rows(s, make_frame(s), 0, 10, ALM_CONFLICT_FAIL, 0, NULL));
    OK(alm_store_commit(s->store, &s->error));
    OK(alm_store_check(s->store, &s->error));
    expect(s, "SELECT count(*) FROM observation", "10");
    expect(s, "PRAGMA journal_mode", "wal");
    scratch_remove(s);
}

Test(bulk, a_reader_in_a_transaction_disturbs_nothing_and_sees_nothing)
{
    struct scratch scratch, *s = &scratch;
    sqlite3 *reader;
    sqlite3_stmt *count;
    scratch_open(s);
    cr_assert(sqlite3_open(s->path, &reader) == 0);
    cr_assert(sqlite3_exec(reader, "BEGIN; SELECT * FROM frame", NULL, NULL, NULL) == 0);
    OK(alm_store_begin_bulk(s->store, &s->error));
    OK(write_rows(s, make_frame(s), 0, ROWS, ALM_CONFLICT_FAIL, 0, NULL));
    OK(alm_store_commit(s->store, &s->error));
    cr_assert(sqlite3_prepare_v2(reader, "SELECT count(*) FROM observation", -1, &count, NULL) == 0);
    cr_assert(sqlite3_step(count) == SQLITE_ROW && sqlite3_column_int(count, 0) == 0);
    cr_assert(sqlite3_finalize(count) == 0 && sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL) == 0);
    sqlite3_close(reader);
    expect(s, "SELECT count(*) FROM observation", "40000");
    expect(s, "PRAGMA journal_mode", "wal");
    scratch_remove(s);
}
