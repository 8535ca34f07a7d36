#include "scratch.h"

#include "base/random.h"
#include "series/timestamp.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The public contract: these columns, in this order; more may follow. */
static const char *const contract[][2] = {
    {"v_series", "series kind frequency time_zone season_length unit first_time last_time n missing"},
    {"v_observation", "series ts time value"},
    {"v_label", "series code label"},
    {"v_bar", "series ts time open high low close volume"},
    {"v_forecast", "run forecaster series origin_time step time forecast actual error"},
    {"v_quantile", "run forecaster series origin_time step time level value covered"},
    {"v_metric", "run forecaster series step metric value n"},
    {"v_leaderboard",
     "run forecaster rank mae rmse smape mase rmsse coverage_80 coverage_95 crps skill p_naive fit_seconds"},
    {"v_epoch", "run forecaster fold epoch train_loss validation_loss learning_rate gradient_norm seconds"},
    {"v_check", "run forecaster check verdict statistic threshold evidence"},
    {"v_import", "file sha256 rows_read rows_stored rows_rejected started finished"},
    {"v_reject", "file line column reason text"},
    {"v_task", "run forecaster series origin_time status reason fallback train_first train_last n_train "
               "filled fit_seconds"},
    {"v_probability", "run forecaster series origin_time step class probability"},
    {"v_variance", "run forecaster series origin_time step time variance_of variance realised qlike ts fold"},
    {"v_significance", "run test forecaster other step statistic p p_better p_holm estimate low high n"},
    {"v_model", "model spec series trained_until seed digest bytes"},
    {"v_trial",
     "run trial spec loss seconds gap status seconds_per_epoch configuration rung budget reason naive_loss "
     "skill train_loss validation_loss epochs"},
    {"v_trial_option", "run trial option value number"},
    {"v_sensitivity", "run option share rank_correlation n n_groups"},
    {"v_run",
     "run name kind status spec seed data_digest version kernel started finished cpu_seconds peak_rss"},
    {"v_run_series", "run series frequency season_length origins embargoed"},
    {"v_doc", "view column meaning unit"},
    {"v_latest", "run forecaster series origin_time step time forecast actual error ts fold"},
    {"v_score", "run forecaster n me mae rmse mase n_class log_loss accuracy"},
    {"v_score_step", "run forecaster step n me mae rmse mase n_class log_loss accuracy"},
    {"v_score_series", "run forecaster series n me mae rmse mase n_class log_loss accuracy"},
    {"v_score_origin", "run forecaster fold n me mae rmse mase n_class log_loss accuracy"},
};
enum { N_VIEWS = sizeof contract / sizeof *contract };

Test(views, keep_their_columns_in_order)
{
    struct scratch scratch, *s = &scratch;
    scratch_open(s);
    for (size_t i = 0; i < N_VIEWS; i++) {
        char sql[128], got[1024];
        snprintf(sql, sizeof sql, "SELECT group_concat(name, ' ') FROM pragma_table_info('%s')",
                 contract[i][0]);
        scratch_sql(s->path, sql, got, sizeof got);
        const size_t n = strlen(contract[i][1]);
        cr_assert(strncmp(got, contract[i][1], n) == 0 && strchr(" ", got[n]) != NULL, "%s has %s",
                  contract[i][0], got);
    }
    scratch_remove(s);
}

Test(views, are_documented_column_by_column)
{
    struct scratch scratch, *s = &scratch;
    char text[256];
    scratch_open(s);
    scratch_sql(s->path,
                "SELECT group_concat(m.name || '.' || c.name, ' ') FROM sqlite_schema AS m, "
                "pragma_table_info(m.name) AS c "
                "LEFT JOIN v_doc AS d ON d.\"view\" = m.name AND d.\"column\" = c.name "
                "WHERE m.type = 'view' AND coalesce(d.meaning, '') = ''",
                text, sizeof text);
    cr_assert(eq(str, text, ""), "without a meaning: %s", text);
    scratch_sql(
        s->path,
        "SELECT group_concat(d.\"view\" || '.' || d.\"column\", ' ') FROM v_doc AS d WHERE NOT EXISTS "
        "(SELECT 1 FROM pragma_table_info(d.\"view\") AS c WHERE c.name = d.\"column\")",
        text, sizeof text);
    cr_assert(eq(str, text, ""), "documented and not there: %s", text);
    scratch_sql(s->path, "SELECT count(*) FROM sqlite_schema WHERE type = 'view'", text, sizeof text);
    cr_assert(eq(int, atoi(text), N_VIEWS));
    scratch_remove(s);
}

Test(views, write_times_as_the_program_does_before_1970_and_with_microseconds)
{
    static const int64_t edges[] = {
        0, -1, 1, 999999, -999999, -1000000, -1000001, -62135596800000000, 253402300799999999};
    enum { N_EDGES = sizeof edges / sizeof *edges, N = 5000 };
    struct scratch scratch, *s = &scratch;
    struct alm_random *random;
    struct alm_text want = {0};
    sqlite3 *db;
    sqlite3_stmt *insert, *select;
    scratch_open(s);
    cr_assert(sqlite3_open(s->path, &db) == SQLITE_OK);
    cr_assert(sqlite3_exec(db,
                           "INSERT INTO frame VALUES(1); BEGIN;"
                           "INSERT INTO series(name, frame_id, position, frequency, first_ts, last_ts) "
                           "VALUES('a', 1, 0, 'S', -9223372036854775807, 9223372036854775807)",
                           NULL, NULL, NULL) == SQLITE_OK);
    cr_assert(sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO observation(frame_id, ts, v0) VALUES(1, ?, 0)",
                                 -1, &insert, NULL) == SQLITE_OK);
    OK(alm_random_create(&random, 1, &s->error));
    for (size_t i = 0; i < N; i++) {
        const double span = 253402300799999999.0 + 62135596800000000.0;
        int64_t ts =
            i < N_EDGES ? edges[i] : (int64_t)(alm_random_uniform(random) * span) - 62135596800000000;
        if (i >= N_EDGES && i % 3 == 0) ts -= ts % 1000000; /* whole seconds too */
        sqlite3_bind_int64(insert, 1, ts);
        cr_assert(sqlite3_step(insert) == SQLITE_DONE);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    cr_assert(sqlite3_prepare_v2(db, "SELECT ts, time FROM v_observation", -1, &select, NULL) == SQLITE_OK);
    size_t n = 0;
    for (; sqlite3_step(select) == SQLITE_ROW; n++) {
        alm_text_reset(&want);
        alm_ts_write_iso(&want, sqlite3_column_int64(select, 0));
        cr_assert(eq(str, (char *)sqlite3_column_text(select, 1), want.data));
    }
    cr_assert(n > N - 10);
    sqlite3_finalize(select);
    sqlite3_close(db);
    alm_text_clear(&want);
    alm_random_free(random);
    scratch_remove(s);
}

Test(views, show_the_number_of_a_bar_that_has_no_clock)
{
    struct scratch scratch, *s = &scratch;
    struct alm_series_row row;
    char text[64];
    scratch_open(s);
    scratch_series(s, &row, "a", "index", (int64_t[]){0, 1}, (double[]){1, 2}, 2);
    alm_series_row_clear(&row);
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path, "SELECT typeof(time) || max(time) FROM v_observation", text,
                                     sizeof text),
                 "integer1"));
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path, "SELECT first_time || ' ' || last_time FROM v_series", text,
                                     sizeof text),
                 "0 1"));
    scratch_remove(s);
}

Test(views, show_the_five_series_of_market_bars_side_by_side)
{
    static const char *const names[] = {"G.open", "G.high", "G.low", "G.close", "G.volume", "lone.close"};
    struct scratch scratch, *s = &scratch;
    struct alm_observation_writer *writer;
    int64_t frame_id[2];
    char text[128];
    scratch_open(s);
    OK(alm_store_begin(s->store, &s->error));
    for (size_t i = 0; i < 6; i++) {
        if (i % 5 == 0) OK(alm_frame_create(&frame_id[i / 5], s->store, &s->error));
        struct alm_series_row row = {
            .name = (char *)names[i], .frame_id = frame_id[i / 5], .position = i % 5, .frequency = "B"};
        OK(alm_series_table_create(s->store, &row, &s->error));
    }
    for (size_t i = 0; i < 2; i++) {
        OK(alm_observation_writer_create(&writer, s->store, frame_id[i], ALM_CONFLICT_FAIL, &s->error));
        const double values[ALM_FRAME_WIDTH] = {1, 4, 0.5, i == 0 ? 2 : NAN, 100, NAN, NAN, NAN};
        OK(alm_observation_writer_add(writer, 0, values, &s->error));
        OK(alm_observation_writer_finish(writer, NULL, &s->error));
        alm_observation_writer_free(writer);
    }
    OK(alm_store_commit(s->store, &s->error));
    scratch_sql(s->path,
                "SELECT group_concat(series || ' ' || concat_ws, '|') FROM (SELECT series, printf('%g %s %s "
                "%g %s', open, coalesce(high, '-'), coalesce(low, '-'), close, coalesce(volume, '-')) AS "
                "concat_ws FROM v_bar ORDER BY series)",
                text, sizeof text);
    cr_assert(eq(str, text, "G 1 4.0 0.5 2 100.0|lone 0 - - 1 -"));
    scratch_remove(s);
}

Test(views, look_up_a_series_and_a_range_by_key)
{
    static const char *const queries[][3] = {
        {"SELECT value FROM v_observation WHERE series = 'a' AND ts BETWEEN 5 AND 9", "SEARCH s USING INDEX",
         "SEARCH o USING PRIMARY KEY (frame_id=? AND ts>? AND ts<?)"},
        {"SELECT value FROM v_observation WHERE series = 'a' ORDER BY ts", "SEARCH s USING INDEX",
         "SEARCH o USING PRIMARY KEY (frame_id=?)"},
        {"SELECT forecast FROM v_forecast WHERE run = 1 AND forecaster = 'n' AND series = 'a'",
         "SEARCH c USING", "SEARCH f USING PRIMARY KEY (task_id=? AND series_no=?)"},
        {"SELECT value FROM v_quantile WHERE run = 1 AND series = 'a'", "SEARCH t USING",
         "SEARCH q USING PRIMARY KEY (task_id=? AND series_no=?"},
        {"SELECT * FROM v_leaderboard WHERE run = 1", "SEARCH l USING PRIMARY KEY (run_id=?)",
         "SEARCH c USING"},
    };
    struct scratch scratch, *s = &scratch;
    sqlite3 *db;
    scratch_open(s);
    cr_assert(sqlite3_open(s->path, &db) == SQLITE_OK);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char sql[256];
        struct alm_text plan = {0};
        sqlite3_stmt *statement;
        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", queries[i][0]);
        cr_assert(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW)
            alm_text_printf(&plan, "%s\n", (const char *)sqlite3_column_text(statement, 3));
        sqlite3_finalize(statement);
        cr_assert(strstr(plan.data, queries[i][1]) != NULL && strstr(plan.data, queries[i][2]) != NULL,
                  "%s:\n%s", queries[i][0], plan.data);
        cr_assert(strstr(plan.data, "SCAN") == NULL, "%s:\n%s", queries[i][0], plan.data);
        alm_text_clear(&plan);
    }
    sqlite3_close(db);
    scratch_remove(s);
}

/* ---- other programs ---- */

Test(views, work_in_the_sqlite3_shell)
{
    struct scratch scratch, *s = &scratch;
    char output[4096];
    scratch_open(s);
    for (size_t i = 0; i < N_VIEWS; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT count(*) >= 0 FROM %s", contract[i][0]);
        const char *const arguments[] = {"sqlite3", "-safe", "-readonly", s->path, sql, NULL};
        const int status = scratch_run(arguments, output, sizeof output);
        if (status == 127) cr_skip_test("sqlite3 is not installed");
        cr_assert(status == 0 && strcmp(output, "1\n") == 0, "%s: %s", sql, output);
    }
    scratch_remove(s);
}

Test(views, work_in_python_and_pandas)
{
    static const char program[] =
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1])\n"
        "views = [r[0] for r in db.execute(\"SELECT name FROM sqlite_schema WHERE type = 'view'\")]\n"
        "n = [len(db.execute(f'SELECT * FROM {v}').fetchall()) for v in views]\n"
        "assert len(n) == int(sys.argv[2]), n\n"
        "try:\n"
        "    import pandas\n"
        "except ImportError:\n"
        "    sys.exit(0)\n"
        "for v in views:\n"
        "    frame = pandas.read_sql(f'SELECT * FROM {v}', db)\n"
        "frame = pandas.read_sql('SELECT time, value FROM v_observation', db, parse_dates=['time'], "
        "index_col='time')\n"
        "assert str(frame.index[0]) == '1969-12-31 23:00:00+00:00' and frame.value.iloc[1] == 2\n";
    struct scratch scratch, *s = &scratch;
    struct alm_series_row row;
    char output[4096], n[16];
    scratch_open(s);
    scratch_series(s, &row, "a", "H", (int64_t[]){-3600000000, 0}, (double[]){1, 2}, 2);
    alm_series_row_clear(&row);
    snprintf(n, sizeof n, "%d", N_VIEWS);
    const char *const arguments[] = {"python3", "-c", program, s->path, n, NULL};
    const int status = scratch_run(arguments, output, sizeof output);
    if (status == 127) cr_skip_test("python3 is not installed");
    cr_assert(eq(int, status, 0), "%s", output);
    scratch_remove(s);
}
