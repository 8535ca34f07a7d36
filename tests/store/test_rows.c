#include "scratch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void make_series(struct scratch *s)
{
    struct alm_series_row row;
    const int64_t ts[3] = {-1, 0, 3600000000};
    const double y[3] = {0.1, NAN, 1.0 / 3};
    scratch_series(s, &row, "a", "H", ts, y, 3);
    alm_series_row_clear(&row);
}

Test(rows, of_a_named_query_have_names_types_and_values)
{
    struct scratch scratch, *s = &scratch;
    struct alm_rows *rows;
    bool row;
    scratch_open(s);
    make_series(s);
    const struct alm_binding series = alm_bound_text("series", "a");
    OK(alm_rows_open_query(&rows, s->store, "observations", &series, 1, &s->error));
    cr_assert(eq(sz, alm_rows_n_columns(rows), 4));
    cr_assert(eq(str, (char *)alm_rows_column_name(rows, 2), "time"));
    cr_assert(eq(sz, alm_rows_find_column(rows, "value"), 3));
    cr_assert(alm_rows_find_column(rows, "values") == ALM_NO_COLUMN);
    OK(alm_rows_step(rows, &row, &s->error));
    cr_assert(row && alm_rows_integer(rows, 1) == -1 && alm_rows_real(rows, 3) == 0.1);
    cr_assert(eq(str, (char *)alm_rows_text(rows, 2), "1969-12-31T23:59:59.999999Z"));
    cr_assert(alm_rows_type(rows, 3) == ALM_VALUE_REAL && alm_rows_type(rows, 1) == ALM_VALUE_INTEGER);
    OK(alm_rows_step(rows, &row, &s->error));
    cr_assert(row && alm_rows_type(rows, 3) == ALM_VALUE_NULL && alm_rows_text(rows, 3) == NULL);
    cr_assert(isnan(alm_rows_real(rows, 3)));
    OK(alm_rows_step(rows, &row, &s->error));
    cr_assert(eq(str, (char *)alm_rows_text(rows, 3), "0.3333333333333333"));
    OK(alm_rows_step(rows, &row, &s->error));
    cr_assert_not(row);
    alm_rows_close(rows);
    scratch_remove(s);
}

Test(rows, of_a_query_that_is_not_there_are_an_error_with_a_suggestion)
{
    struct scratch scratch, *s = &scratch;
    struct alm_rows *rows;
    scratch_open(s);
    cr_assert(
        eq(int, (int)alm_rows_open_query(&rows, s->store, "leaderbord", NULL, 0, &s->error), ALM_USAGE));
    cr_assert(strstr(s->error.text, "did you mean leaderboard?") != NULL, "%s", s->error.text);
    cr_assert(
        eq(int, (int)alm_rows_open_query(&rows, s->store, "series_drop", NULL, 0, &s->error), ALM_USAGE));
    const struct alm_binding wrong = alm_bound_integer("runs", 1);
    cr_assert(
        eq(int, (int)alm_rows_open_query(&rows, s->store, "forecasts", &wrong, 1, &s->error), ALM_USAGE));
    cr_assert(strstr(s->error.text, "it has :run :series :forecaster") != NULL, "%s", s->error.text);
    scratch_remove(s);
}

Test(rows, every_query_for_people_runs_on_an_empty_database)
{
    struct scratch scratch, *s = &scratch;
    struct alm_named_query query;
    size_t n = 0;
    scratch_open(s);
    scratch_reopen(s, ALM_STORE_QUERY);
    for (; alm_named_query_at(&query, n); n++) {
        struct alm_rows *rows;
        bool row = true;
        OK(alm_rows_open_query(&rows, s->store, query.name, NULL, 0, &s->error));
        while (row)
            OK(alm_rows_step(rows, &row, &s->error));
        alm_rows_close(rows);
    }
    cr_assert(n > 20);
    scratch_remove(s);
}

/* ---- SQL of users ---- */

static enum alm_status run_sql(struct scratch *s, const char *sql, size_t *n)
{
    struct alm_rows *rows;
    bool row = true;
    *n = 0;
    enum alm_status status = alm_rows_open_sql(&rows, s->store, sql, &s->error);
    while (status == ALM_OK && row) {
        status = alm_rows_step(rows, &row, &s->error);
        *n += row;
    }
    alm_rows_close(rows);
    return status;
}

Test(rows, of_reading_sql_are_given)
{
    static const char *const accepted[] = {
        "SELECT * FROM v_observation",
        "WITH t AS (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) SELECT * FROM t;",
        "VALUES (1), (2), (3) -- and a comment",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3) SELECT i FROM n;; /**/ ",
        "SELECT value FROM json_each('[1,2,3]')",
    };
    struct scratch scratch, *s = &scratch;
    size_t n;
    scratch_open(s);
    make_series(s);
    scratch_reopen(s, ALM_STORE_QUERY);
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        OK(run_sql(s, accepted[i], &n));
        cr_assert(eq(sz, n, 3), "%s", accepted[i]);
    }
    OK(run_sql(s, "EXPLAIN QUERY PLAN SELECT 1", &n));
    scratch_remove(s);
}

Test(rows, of_anything_but_reading_are_refused_with_what_is_allowed)
{
    struct scratch scratch, *s = &scratch;
    char attach[160], vacuum[160], other[128];
    size_t n;
    scratch_open(s);
    make_series(s);
    scratch_reopen(s, ALM_STORE_QUERY);
    snprintf(other, sizeof other, "%s/other.db", s->directory);
    snprintf(attach, sizeof attach, "ATTACH '%s' AS other", other);
    snprintf(vacuum, sizeof vacuum, "VACUUM INTO '%s'", other);
    const char *const refused[] = {
        attach,
        vacuum,
        "VACUUM",
        "DETACH main",
        "PRAGMA user_version",
        "PRAGMA user_version = 5",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = DELETE",
        "SELECT * FROM pragma_table_info('series')",
        "SELECT * FROM PRAGMA_user_version",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "INSERT INTO frame DEFAULT VALUES",
        "WITH t AS (SELECT 1) INSERT INTO frame SELECT 7",
        "UPDATE series SET name = 'b'",
        "DELETE FROM series",
        "DELETE FROM series RETURNING name",
        "REPLACE INTO meta VALUES('a', 'b')",
        "DROP TABLE series",
        "DROP VIEW v_series",
        "CREATE TABLE t(x)",
        "CREATE TEMP TABLE t(x)",
        "CREATE TEMP VIEW t AS SELECT 1",
        "CREATE VIRTUAL TABLE t USING fts5(x)",
        "ALTER TABLE series RENAME TO s",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT a",
        "ANALYZE",
        "REINDEX",
        "EXPLAIN DELETE FROM series",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE series",
        "SELECT 1; not sql",
        "",
        " -- nothing",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        cr_assert(eq(int, (int)run_sql(s, refused[i], &n), ALM_USAGE), "%s", refused[i]);
        cr_assert(strstr(s->error.text, "only reading is allowed: one SELECT") != NULL, "%s: %s", refused[i],
                  s->error.text);
    }
    cr_assert(access(other, F_OK) != 0, "a file was written");
    OK(run_sql(s, "SELECT name FROM series WHERE name = 'a'", &n));
    cr_assert(eq(sz, n, 1));
    scratch_remove(s);
}

Test(rows, of_wrong_sql_are_an_error_that_names_the_mistake)
{
    struct scratch scratch, *s = &scratch;
    size_t n;
    scratch_open(s);
    scratch_reopen(s, ALM_STORE_QUERY);
    cr_assert(eq(int, (int)run_sql(s, "SELECT wealth FROM v_series", &n), ALM_USAGE));
    cr_assert(strstr(s->error.text, "no such column: wealth") != NULL, "%s", s->error.text);
    cr_assert(eq(int, (int)run_sql(s, "SELECT \"wealth\" FROM v_series", &n), ALM_USAGE));
    cr_assert(eq(int, (int)run_sql(s, "SELEKT 1", &n), ALM_USAGE));
    cr_assert(eq(int, (int)run_sql(s, "SELECT zeroblob(1000000000)", &n), ALM_USAGE));
    scratch_remove(s);
}

static const char endless[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

static void *interrupt_later(void *store)
{
    usleep(50000);
    alm_store_interrupt(store);
    return NULL;
}

Test(rows, of_an_endless_query_can_be_interrupted, .timeout = 60)
{
    struct scratch scratch, *s = &scratch;
    struct alm_cancel cancel = {0};
    pthread_t thread;
    size_t n;
    scratch_open(s);
    scratch_reopen(s, ALM_STORE_QUERY);
    alm_cancel_request(&cancel, 2);
    alm_store_set_cancel(s->store, &cancel);
    cr_assert(eq(int, (int)run_sql(s, endless, &n), ALM_INTERRUPTED));
    alm_store_set_cancel(s->store, NULL);
    cr_assert(pthread_create(&thread, NULL, interrupt_later, s->store) == 0);
    cr_assert(eq(int, (int)run_sql(s, endless, &n), ALM_INTERRUPTED));
    pthread_join(thread, NULL);
    OK(run_sql(s, "SELECT 1", &n));
    scratch_remove(s);
}
