#include "scratch.h"

#include "store/import_table.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A frame with two series x and y. */
static int64_t make_frame(struct scratch *s)
{
    int64_t frame_id;
    OK(alm_frame_create(&frame_id, s->store, &s->error));
    for (size_t k = 0; k < 2; k++) {
        struct alm_series_row row = {
            .name = k == 0 ? "x" : "y", .frame_id = frame_id, .position = k, .frequency = "index"};
        OK(alm_series_table_create(s->store, &row, &s->error));
        cr_assert(row.series_id > 0);
    }
    return frame_id;
}

static enum alm_status put(struct scratch *s, int64_t frame_id, enum alm_conflict_policy policy,
                           const double (*rows)[3], size_t n, struct alm_write_counts *counts)
{
    struct alm_observation_writer *writer;
    OK(alm_store_begin(s->store, &s->error));
    OK(alm_observation_writer_create(&writer, s->store, frame_id, policy, &s->error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const double values[ALM_FRAME_WIDTH] = {rows[i][1], rows[i][2], NAN, NAN, NAN, NAN, NAN, NAN};
        status = alm_observation_writer_add(writer, (int64_t)rows[i][0], values, &s->error);
    }
    if (status == ALM_OK) status = alm_observation_writer_finish(writer, counts, &s->error);
    alm_observation_writer_free(writer);
    return alm_store_end(s->store, status, &s->error);
}

/* What series name holds, as text. */
static void expect(struct scratch *s, const char *name, const char *want)
{
    char sql[256], got[256];
    snprintf(
        sql, sizeof sql,
        "SELECT group_concat(ts || ':' || coalesce(value, '?'), ' ') FROM v_observation WHERE series = '%s'",
        name);
    cr_assert(eq(str, (char *)scratch_sql(s->path, sql, got, sizeof got), (char *)want));
}

Test(data, two_series_of_a_frame_have_their_own_extent_and_missing_values)
{
    static const double rows[][3] = {{0, 1, NAN}, {1, NAN, NAN}, {2, 3, 4}, {3, NAN, 5}};
    struct scratch scratch, *s = &scratch;
    struct alm_series_row x, y;
    struct alm_observations seen;
    struct alm_write_counts counts;
    scratch_open(s);
    const int64_t frame_id = make_frame(s);
    OK(put(s, frame_id, ALM_CONFLICT_FAIL, rows, 4, &counts));
    cr_assert(counts.rows == 4 && counts.added == 4);
    expect(s, "x", "0:1.0 1:? 2:3.0");
    expect(s, "y", "2:4.0 3:5.0");
    OK(alm_series_table_find(&x, s->store, "x", &s->error));
    OK(alm_series_table_find(&y, s->store, "y", &s->error));
    cr_assert(x.has_values && x.first_ts == 0 && x.last_ts == 2 && x.n == 2 && x.missing == 1);
    cr_assert(y.has_values && y.first_ts == 2 && y.last_ts == 3 && y.n == 2 && y.missing == 0);
    OK(alm_observation_table_read(&seen, s->store, &x, &s->error));
    cr_assert(seen.n == 3 && seen.ts[2] == 2 && isnan(seen.y[1]) && seen.y[2] == 3);
    alm_observations_clear(&seen);
    OK(alm_observation_table_read_range(&seen, s->store, &y, -5, 2, &s->error));
    cr_assert(seen.n == 1 && seen.y[0] == 4);
    alm_observations_clear(&seen);
    alm_series_row_clear(&x);
    alm_series_row_clear(&y);
    scratch_remove(s);
}

Test(data, a_conflict_is_decided_value_by_value)
{
    static const double first[][3] = {{0, 1, NAN}, {1, 2, 2}};
    static const double second[][3] = {{0, 9, 8}, {1, 2, NAN}, {2, 3, 3}};
    static const char *const x[] = {"0:1.0 1:2.0", "0:1.0 1:2.0 2:3.0", "0:9.0 1:2.0 2:3.0"};
    static const char *const y[] = {"1:2.0", "0:8.0 1:2.0 2:3.0", "0:8.0 1:2.0 2:3.0"};
    for (int policy = ALM_CONFLICT_FAIL; policy <= ALM_CONFLICT_REPLACE; policy++) {
        struct scratch scratch, *s = &scratch;
        struct alm_write_counts counts = {0};
        scratch_open(s);
        const int64_t frame_id = make_frame(s);
        OK(put(s, frame_id, ALM_CONFLICT_FAIL, first, 2, NULL));
        const enum alm_status status = put(s, frame_id, (enum alm_conflict_policy)policy, second, 3, &counts);
        cr_assert(eq(int, (int)status, policy == ALM_CONFLICT_FAIL ? ALM_EXISTS : ALM_OK));
        if (policy == ALM_CONFLICT_FAIL)
            cr_assert(strstr(s->error.text, "x at 0: 1 is stored, 9 came") != NULL, "%s", s->error.text);
        if (policy == ALM_CONFLICT_KEEP)
            cr_assert(counts.kept == 1 && counts.replaced == 0 && counts.same == 1 && counts.added == 3);
        if (policy == ALM_CONFLICT_REPLACE)
            cr_assert(counts.kept == 0 && counts.replaced == 1 && counts.rows == 1);
        expect(s, "x", x[policy]);
        expect(s, "y", y[policy]);
        scratch_remove(s);
    }
}

Test(data, rows_in_any_order_and_twice_end_as_if_sorted)
{
    struct scratch scratch, *s = &scratch;
    enum { N = 1000 };
    static double rows[2 * N][3];
    struct alm_series_row x;
    struct alm_observations seen;
    scratch_open(s);
    const int64_t frame_id = make_frame(s);
    for (size_t i = 0; i < 2 * N; i++) {
        const double ts = (double)((i * 7919) % N);
        memcpy(rows[i], (double[]){ts, ts / 3, NAN}, sizeof rows[i]);
    }
    struct alm_write_counts counts;
    OK(put(s, frame_id, ALM_CONFLICT_FAIL, rows, 2 * N, &counts));
    cr_assert(counts.rows == N && counts.same == N);
    OK(alm_series_table_find(&x, s->store, "x", &s->error));
    OK(alm_observation_table_read(&seen, s->store, &x, &s->error));
    cr_assert(eq(sz, seen.n, N));
    for (size_t i = 0; i < N; i++)
        cr_assert(seen.ts[i] == (int64_t)i && seen.y[i] == (double)i / 3);
    alm_observations_clear(&seen);
    alm_series_row_clear(&x);
    scratch_remove(s);
}

Test(data, infinity_never_enters)
{
    static const double rows[][3] = {{0, INFINITY, 1}};
    struct scratch scratch, *s = &scratch;
    char text[128];
    scratch_open(s);
    const int64_t frame_id = make_frame(s);
    cr_assert(eq(int, (int)put(s, frame_id, ALM_CONFLICT_KEEP, rows, 1, NULL), ALM_DATA));
    scratch_sql(s->path, "INSERT INTO observation(frame_id, ts, v3) VALUES(1, 0, 9e999)", text, sizeof text);
    cr_assert(strstr(text, "CHECK constraint failed") != NULL, "%s", text);
    scratch_remove(s);
}

Test(data, a_dropped_series_leaves_its_neighbour_alone)
{
    static const double rows[][3] = {{0, 1, NAN}, {1, 2, 4}};
    struct scratch scratch, *s = &scratch;
    struct alm_series_row x;
    char text[64];
    scratch_open(s);
    const int64_t frame_id = make_frame(s);
    OK(put(s, frame_id, ALM_CONFLICT_FAIL, rows, 2, NULL));
    for (size_t k = 0; k < 2; k++) {
        OK(alm_series_table_find(&x, s->store, k == 0 ? "x" : "y", &s->error));
        OK(alm_series_table_drop(s->store, &x, 1, &s->error));
        alm_series_row_clear(&x);
        scratch_sql(s->path, "SELECT count(*) || ' ' || count(v0) || ' ' || count(v1) FROM observation", text,
                    sizeof text);
        cr_assert(eq(str, text, k == 0 ? "1 0 1" : "0 0 0"));
    }
    cr_assert(eq(str, (char *)scratch_sql(s->path, "SELECT count(*) FROM frame", text, sizeof text), "0"));
    scratch_remove(s);
}

Test(data, series_are_found_by_name_and_pattern_and_mistyped_names_get_a_suggestion)
{
    static const char *const names[] = {"GOOG.close", "GOOG.open", "co2", "x[1]"};
    struct scratch scratch, *s = &scratch;
    struct alm_series_row row, *rows;
    size_t n;
    scratch_open(s);
    cr_assert(eq(int, (int)alm_series_table_find(&row, s->store, "co2", &s->error), ALM_NOTFOUND));
    cr_assert(strstr(s->error.text, "none yet") != NULL, "%s", s->error.text);
    for (size_t i = 0; i < 4; i++) {
        scratch_series(s, &row, names[3 - i], "index", (int64_t[]){0}, (double[]){1}, 1);
        alm_series_row_clear(&row);
    }
    OK(alm_series_table_match(&rows, &n, s->store, "GOOG.*", &s->error));
    cr_assert(n == 2 && strcmp(rows[0].name, "GOOG.close") == 0 && strcmp(rows[1].name, "GOOG.open") == 0);
    alm_series_rows_free(rows, n);
    OK(alm_series_table_match_all(&rows, &n, s->store, (const char *const[]){"co2", "x[1]", "*"}, 3,
                                  &s->error));
    cr_assert(n == 4 && strcmp(rows[0].name, "co2") == 0 && strcmp(rows[1].name, "x[1]") == 0);
    alm_series_rows_free(rows, n);
    cr_assert(eq(int, (int)alm_series_table_find(&row, s->store, "GOOG.clsoe", &s->error), ALM_NOTFOUND));
    cr_assert(strstr(s->error.text, "did you mean GOOG.close?") != NULL, "%s", s->error.text);
    cr_assert(eq(int, (int)alm_series_table_match(&rows, &n, s->store, "z*", &s->error), ALM_NOTFOUND));
    scratch_remove(s);
}

Test(data, a_series_is_renamed_and_described)
{
    struct scratch scratch, *s = &scratch;
    struct alm_series_row row;
    scratch_open(s);
    scratch_series(s, &row, "a", "H", (int64_t[]){0}, (double[]){1}, 1);
    const struct alm_series_row set = {.kind = "price", .unit = "USD", .season_length = 5};
    OK(alm_series_table_set(s->store, row.series_id, &set, &s->error));
    alm_series_row_clear(&row);
    OK(alm_series_table_rename(s->store, "a", "b", &s->error));
    OK(alm_series_table_find(&row, s->store, "b", &s->error));
    cr_assert(eq(str, row.kind, "price"));
    cr_assert(eq(str, row.unit, "USD"));
    cr_assert(row.season_length == 5 && strcmp(row.frequency, "H") == 0);
    const struct alm_series_row wrong = {.kind = "nonsense"};
    cr_assert(eq(int, (int)alm_series_table_set(s->store, row.series_id, &wrong, &s->error), ALM_USAGE));
    alm_series_row_clear(&row);
    cr_assert(eq(int, (int)alm_series_table_rename(s->store, "b", "a\x1b[31m", &s->error), ALM_USAGE));
    cr_assert(eq(int, (int)alm_series_table_rename(s->store, "b", "b", &s->error), ALM_EXISTS));
    scratch_remove(s);
}

Test(data, labels_of_a_categorical_series_come_back_by_code)
{
    struct scratch scratch, *s = &scratch;
    struct alm_series_row row;
    char **labels;
    size_t n;
    scratch_open(s);
    scratch_series(s, &row, "a", "index", (int64_t[]){0}, (double[]){1}, 1);
    OK(alm_label_table_add(s->store, row.series_id, 0, (const char *const[]){"off", "on"}, 2, &s->error));
    OK(alm_label_table_read(&labels, &n, s->store, row.series_id, &s->error));
    cr_assert(n == 2 && strcmp(labels[0], "off") == 0 && strcmp(labels[1], "on") == 0);
    free(labels[0]);
    free(labels[1]);
    free(labels);
    alm_series_row_clear(&row);
    scratch_remove(s);
}

Test(data, an_import_and_its_rejects_are_rows)
{
    struct scratch scratch, *s = &scratch;
    struct alm_import_row row;
    int64_t import_id;
    bool found;
    char text[128];
    scratch_open(s);
    OK(alm_store_begin(s->store, &s->error));
    OK(alm_import_table_begin(&import_id, s->store, "a.csv", NULL, "{\"tz\":\"UTC\"}", &s->error));
    OK(alm_import_table_reject(s->store, import_id, &(struct alm_reject){1, 7, 2, "not a number", "n/a"},
                               &s->error));
    OK(alm_import_table_reject(s->store, import_id, &(struct alm_reject){2, 9, 0, "too few fields", NULL},
                               &s->error));
    OK(alm_import_table_finish(s->store, import_id, "abc", NULL, 10, 8, 2, &s->error));
    OK(alm_store_commit(s->store, &s->error));
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path,
                                     "SELECT group_concat(line || coalesce(\"column\", '-') || reason || "
                                     "coalesce(text, '-'), ' ') FROM v_reject",
                                     text, sizeof text),
                 "72not a numbern/a 9-too few fields-"));
    cr_assert(
        eq(str,
           (char *)scratch_sql(
               s->path, "SELECT sha256 || rows_read || rows_stored || rows_rejected || options FROM v_import",
               text, sizeof text),
           "abc1082{\"tz\":\"UTC\"}"));
    OK(alm_import_table_find(&found, &row, s->store, "abc", &s->error));
    cr_assert(found && row.import_id == import_id && row.rows_stored == 8);
    alm_import_row_clear(&row);
    OK(alm_import_table_find(&found, &row, s->store, "abd", &s->error));
    cr_assert_not(found);
    scratch_remove(s);
}

/* ---- nothing lost ---- */

/* Writes n rows in one transaction; stops itself after until rows when that is not 0. */
static enum alm_status write_many(struct scratch *s, size_t n, size_t until)
{
    struct alm_observation_writer *writer;
    OK(alm_store_begin(s->store, &s->error));
    const int64_t frame_id = make_frame(s);
    OK(alm_observation_writer_create(&writer, s->store, frame_id, ALM_CONFLICT_FAIL, &s->error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        if (until > 0 && i == until) kill(getpid(), SIGKILL);
        const double v = (double)i / 7,
                     values[ALM_FRAME_WIDTH] = {v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7};
        status = alm_observation_writer_add(writer, (int64_t)i, values, &s->error);
    }
    if (status == ALM_OK) status = alm_observation_writer_finish(writer, NULL, &s->error);
    alm_observation_writer_free(writer);
    return alm_store_end(s->store, status, &s->error);
}

Test(data, a_process_killed_while_it_writes_leaves_nothing_of_it, .timeout = 60)
{
    static const size_t until[] = {1, 40, 5000, 60000, 250000};
    struct scratch scratch, *s = &scratch;
    char text[64];
    scratch_open(s);
    alm_store_close(s->store);
    s->store = NULL;
    for (size_t i = 0; i < sizeof until / sizeof *until; i++) {
        const pid_t pid = fork();
        if (pid == 0) {
            scratch_reopen(s, ALM_STORE_WRITE);
            write_many(s, 300000, until[i]);
            _exit(0);
        }
        int status;
        waitpid(pid, &status, 0);
        cr_assert(eq(int, status, SIGKILL));
        scratch_reopen(s, ALM_STORE_WRITE);
        OK(alm_store_check(s->store, &s->error));
        cr_assert(eq(str,
                     (char *)scratch_sql(
                         s->path, "SELECT (SELECT count(*) FROM observation) + (SELECT count(*) FROM series)",
                         text, sizeof text),
                     "0"));
        alm_store_close(s->store);
        s->store = NULL;
    }
    scratch_reopen(s, ALM_STORE_WRITE);
    OK(write_many(s, 300000, 0));
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path, "SELECT n FROM v_series WHERE series = 'y'", text, sizeof text),
                 "300000"));
    scratch_remove(s);
}

Test(data, a_full_disk_is_a_clear_error_and_the_file_stays_whole)
{
    struct scratch scratch, *s = &scratch;
    struct alm_series_row row;
    char text[64];
    scratch_open(s);
    scratch_series(s, &row, "a", "index", (int64_t[]){0}, (double[]){1}, 1);
    alm_series_row_clear(&row);
    scratch_limit_pages(s);
    cr_assert(eq(int, (int)write_many(s, 100000, 0), ALM_IO));
    cr_assert(strstr(s->error.text, "the disk is full") != NULL, "%s", s->error.text);
    OK(alm_store_check(s->store, &s->error));
    cr_assert(
        eq(str, (char *)scratch_sql(s->path, "SELECT count(*) FROM v_observation", text, sizeof text), "1"));
    scratch_reopen(s, ALM_STORE_WRITE);
    OK(write_many(s, 100000, 0));
    scratch_remove(s);
}

Test(data, a_cancelled_write_is_interrupted_and_undone)
{
    struct scratch scratch, *s = &scratch;
    struct alm_cancel cancel = {0};
    char text[64];
    scratch_open(s);
    alm_store_set_cancel(s->store, &cancel);
    alm_cancel_request(&cancel, 2);
    cr_assert(eq(int, (int)write_many(s, 100000, 0), ALM_INTERRUPTED));
    alm_store_set_cancel(s->store, NULL);
    cr_assert(
        eq(str, (char *)scratch_sql(s->path, "SELECT count(*) FROM observation", text, sizeof text), "0"));
    scratch_remove(s);
}

Test(data, a_backup_of_a_database_that_is_written_to_is_whole, .timeout = 60)
{
    struct scratch scratch, *s = &scratch;
    char copy[128], text[64];
    scratch_open(s);
    OK(write_many(s, 50000, 0));
    snprintf(copy, sizeof copy, "%s/copy.db", s->directory);
    int ends[2];
    cr_assert(pipe(ends) == 0);
    const pid_t pid = fork();
    if (pid == 0) { /* adds series, one a transaction, until it is told to stop */
        struct scratch child = *s;
        struct alm_series_row row;
        char name[32];
        child.store = NULL;
        scratch_reopen(&child, ALM_STORE_WRITE);
        for (int i = 0;; i++) {
            snprintf(name, sizeof name, "s%d", i);
            scratch_series(&child, &row, name, "index", (int64_t[]){0, 1}, (double[]){1, 2}, 2);
            alm_series_row_clear(&row);
            if (i == 3 && write(ends[1], "", 1) != 1) _exit(1);
        }
    }
    cr_assert(read(ends[0], text, 1) == 1);
    OK(alm_store_backup(s->store, copy, NULL, NULL, &s->error));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    cr_assert(eq(int, (int)alm_store_backup(s->store, copy, NULL, NULL, &s->error), ALM_EXISTS));
    struct scratch other = *s;
    other.store = NULL;
    snprintf(other.path, sizeof other.path, "%s", copy);
    scratch_reopen(&other, ALM_STORE_WRITE);
    OK(alm_store_check(other.store, &s->error));
    cr_assert(eq(str,
                 (char *)scratch_sql(copy, "SELECT n FROM v_series WHERE series = 'x'", text, sizeof text),
                 "50000"));
    cr_assert(eq(str,
                 (char *)scratch_sql(
                     copy, "SELECT count(*) >= 4 AND sum(n <> 2) = 0 FROM v_series WHERE series GLOB 's*'",
                     text, sizeof text),
                 "1"));
    alm_store_close(other.store);
    OK(alm_store_vacuum(s->store, &s->error));
    OK(alm_store_optimize(s->store, &s->error));
    scratch_remove(s);
}
