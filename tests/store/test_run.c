#include "scratch.h"

#include "store/model_table.h"
#include "store/task_table.h"
#include "store/verdict_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HORIZON = 3, LEVELS = 2 };
static const double levels[LEVELS] = {0.1, 0.9};
#define HOUR INT64_C(3600000000)

/* Two hourly series a and b, and a run of naive and lstm on them. */
static void make_run(struct scratch *s, struct alm_run_owner *owner, const char *name)
{
    static const int64_t ts[4] = {0, HOUR, 2 * HOUR, 3 * HOUR};
    static const double y[4] = {1, 2, 3, 4};
    struct alm_series_row a, b;
    bool has;
    OK(alm_series_table_has(&has, &a, s->store, "a", &s->error));
    if (has) {
        OK(alm_series_table_find(&b, s->store, "b", &s->error));
    } else {
        scratch_series(s, &a, "a", "H", ts, y, 4);
        scratch_series(s, &b, "b", "index", (int64_t[]){0, 1, 2, 3}, y, 4);
    }
    const struct alm_run_series series[2] = {
        {.series_id = a.series_id, .name = "a", .frequency = "H", .season_length = 24},
        {.series_id = b.series_id, .name = "b", .frequency = "index", .season_length = 1}};
    const struct alm_run_forecaster forecaster[2] = {{"naive", "naive", NULL},
                                                     {"lstm", "lstm:hidden=8", "{}"}};
    const struct alm_run_new run = {
        .kind = ALM_RUN_BACKTEST,
        .name = name,
        .spec = "{\"horizon\":3}",
        .seed = UINT64_MAX - 1,
        .data_digest = "d",
        .version = "1",
        .kernel = "avx2",
        .series = series,
        .n_series = 2,
        .forecaster = forecaster,
        .n_forecasters = 2,
    };
    OK(alm_run_table_create(owner, s->store, &run, &s->error));
    alm_series_row_clear(&a);
    alm_series_row_clear(&b);
}

/* The result of a task: series 0 forecast with quantiles, series 1 refused. */
struct made {
    int64_t time[HORIZON];
    double actual[HORIZON], forecast[HORIZON], quantile[HORIZON * LEVELS];
    struct alm_series_result series[2];
    struct alm_task_epoch epoch[2];
    struct alm_task_result result;
};

static const struct alm_task_result *make_result(struct made *m, size_t task)
{
    *m = (struct made){0};
    for (size_t h = 0; h < HORIZON; h++) {
        m->time[h] = (int64_t)(task + h + 1) * HOUR;
        m->actual[h] = h == 1 ? (double)NAN : (double)(10 * task + h);
        m->forecast[h] = m->actual[h == 1 ? 0 : h] + 0.1;
        m->quantile[2 * h] = m->forecast[h] - 1;
        m->quantile[2 * h + 1] = m->forecast[h] + 1;
    }
    m->series[0] = (struct alm_series_result){
        .series = 0,
        .status = ALM_OK,
        .has_origin = true,
        .origin_ts = (int64_t)task * HOUR,
        .train_last = (int64_t)task * HOUR,
        .n_train = 7,
        .filled = 1,
        .fit_seconds = 0.25,
        .mase_scale = 1.5,
        .rmsse_scale = NAN,
        .time = m->time,
        .actual = m->actual,
        .forecast = m->forecast,
        .quantile = m->quantile,
    };
    m->series[1] = (struct alm_series_result){
        .series = 1, .status = ALM_DATA, .reason = "too short", .mase_scale = NAN, .rmsse_scale = NAN};
    for (size_t i = 0; i < 2; i++)
        m->epoch[i] = (struct alm_task_epoch){{i + 1, 0.5, NAN, 1e-3, 2}, 0.1};
    m->result = (struct alm_task_result){.task = task,
                                         .forecaster = task % 2,
                                         .fold = task / 2,
                                         .n_series = 2,
                                         .horizon = HORIZON,
                                         .n_levels = LEVELS,
                                         .series = m->series,
                                         .n_epochs = 2,
                                         .epoch = m->epoch};
    return &m->result;
}

static void same_bits(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(memcmp(&a[i], &b[i], sizeof *a) == 0 || (isnan(a[i]) && isnan(b[i])));
}

/* Compares what comes back with what was made; context counts. */
static enum alm_status compare(void *context, const struct alm_task_result *got, struct alm_error *error)
{
    (void)error;
    size_t *n = context;
    struct made m;
    const struct alm_task_result *want = make_result(&m, *n);
    cr_assert(eq(sz, got->task, want->task));
    cr_assert(eq(sz, got->forecaster, want->forecaster));
    cr_assert(eq(sz, got->fold, want->fold));
    cr_assert(eq(sz, got->n_series, 2));
    const struct alm_series_result *x = &got->series[0], *y = &want->series[0];
    cr_assert(x->status == ALM_OK && x->has_origin && x->origin_ts == y->origin_ts);
    cr_assert(x->n_train == 7 && x->filled == 1 && x->mase_scale == 1.5 && isnan(x->rmsse_scale));
    cr_assert(memcmp(x->time, y->time, sizeof m.time) == 0);
    same_bits(x->actual, y->actual, HORIZON);
    same_bits(x->forecast, y->forecast, HORIZON);
    same_bits(x->quantile, y->quantile, HORIZON * LEVELS);
    x = &got->series[1];
    cr_assert(x->status == ALM_DATA && !x->has_origin && x->forecast == NULL);
    cr_assert(eq(str, (char *)x->reason, "too short"));
    (*n)++;
    return ALM_OK;
}

Test(run, gives_back_the_rows_of_its_tasks_in_plan_order_and_to_the_bit)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    struct made m;
    static const size_t order[4] = {2, 0, 3, 1};
    bool done[5];
    size_t n = 0, horizon, n_levels;
    double *level;
    scratch_open(s);
    make_run(s, &owner, "first");
    for (size_t i = 0; i < 3; i++)
        OK(alm_task_table_commit(s->store, &owner, make_result(&m, order[i]), levels, &s->error));
    OK(alm_task_table_done(done, &n, 5, s->store, owner.run, &s->error));
    cr_assert(n == 3 && done[0] && !done[1] && done[2] && done[3] && !done[4]);
    OK(alm_task_table_commit(s->store, &owner, make_result(&m, 1), levels, &s->error));
    n = 0;
    const struct alm_sink sink = {&n, compare};
    OK(alm_task_table_each(s->store, owner.run, HORIZON, levels, LEVELS, &sink, &s->error));
    cr_assert(eq(sz, n, 4));
    OK(alm_task_table_shape(&horizon, &level, &n_levels, s->store, owner.run, &s->error));
    cr_assert(horizon == HORIZON && n_levels == 2 && level[0] == 0.1 && level[1] == 0.9);
    free(level);
    cr_assert(
        eq(int, (int)alm_task_table_each(s->store, owner.run, 2, levels, LEVELS, &sink, &s->error), ALM_DB));
    scratch_remove(s);
}

Test(run, a_task_that_cannot_be_stored_leaves_nothing)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    struct made m;
    char text[64];
    scratch_open(s);
    make_run(s, &owner, NULL);
    make_result(&m, 0);
    m.forecast[2] = (double)INFINITY;
    cr_assert(
        eq(int, (int)alm_task_table_commit(s->store, &owner, &m.result, levels, &s->error), ALM_NUMERIC));
    m.forecast[2] = (double)NAN;
    cr_assert(
        eq(int, (int)alm_task_table_commit(s->store, &owner, &m.result, levels, &s->error), ALM_NUMERIC));
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path,
                                     "SELECT (SELECT count(*) FROM task) + (SELECT count(*) FROM forecast)",
                                     text, sizeof text),
                 "0"));
    OK(alm_task_table_commit(s->store, &owner, make_result(&m, 0), levels, &s->error));
    scratch_remove(s);
}

Test(run, has_a_row_that_says_everything_and_a_name_of_its_own)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    struct alm_run_row row;
    int64_t id;
    scratch_open(s);
    make_run(s, &owner, "first");
    OK(alm_run_table_find(&row, s->store, "first", &s->error));
    cr_assert(row.run == owner.run && row.kind == ALM_RUN_BACKTEST && row.seed == UINT64_MAX - 1);
    cr_assert(eq(str, row.status, "running"));
    cr_assert(row.n_series == 2 && row.n_forecasters == 2 && row.series[0].season_length == 24);
    cr_assert(eq(str, (char *)row.forecaster[1].spec, "lstm:hidden=8"));
    cr_assert(eq(str, (char *)row.series[1].frequency, "index"));
    alm_run_row_clear(&row);
    OK(alm_run_table_find_id(&id, s->store, "1", &s->error));
    cr_assert(id == owner.run);
    cr_assert(eq(int, (int)alm_run_table_find_id(&id, s->store, "frist", &s->error), ALM_NOTFOUND));
    cr_assert(strstr(s->error.text, "did you mean first?") != NULL, "%s", s->error.text);
    const struct alm_run_new again = {
        .name = "first", .spec = "{}", .data_digest = "", .version = "", .kernel = ""};
    cr_assert(eq(int, (int)alm_run_table_create(&owner, s->store, &again, &s->error), ALM_EXISTS));
    const struct alm_run_new number = {
        .name = "12", .spec = "{}", .data_digest = "", .version = "", .kernel = ""};
    cr_assert(eq(int, (int)alm_run_table_create(&owner, s->store, &number, &s->error), ALM_USAGE));
    scratch_remove(s);
}

Test(run, of_a_living_owner_is_not_taken_and_of_a_dead_one_is)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner, other;
    struct made m;
    char pid[32];
    scratch_open(s);
    const pid_t child = fork(); /* a process that is gone */
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
    make_run(s, &owner, NULL);
    cr_assert(eq(int, (int)alm_run_table_take(&other, s->store, owner.run, "2", "k", &s->error), ALM_EXISTS));
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    cr_assert(strstr(s->error.text, pid) != NULL, "%s", s->error.text);
    cr_assert(eq(int, (int)alm_run_table_drop(s->store, owner.run, &s->error), ALM_EXISTS));
    char sql[128], text[64];
    snprintf(sql, sizeof sql, "UPDATE run SET pid = %ld", (long)child);
    scratch_sql(s->path, sql, text, sizeof text);
    OK(alm_run_table_take(&other, s->store, owner.run, "2", "k", &s->error));
    cr_assert(strcmp(owner.token, other.token) != 0);
    cr_assert(
        eq(int, (int)alm_task_table_commit(s->store, &owner, make_result(&m, 0), levels, &s->error), ALM_DB));
    cr_assert(strstr(s->error.text, "taken over") != NULL, "%s", s->error.text);
    OK(alm_task_table_commit(s->store, &other, make_result(&m, 0), levels, &s->error));
    scratch_remove(s);
}

Test(run, of_another_host_or_a_reused_process_number)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner, other;
    char text[64];
    scratch_open(s);
    make_run(s, &owner, NULL);
    scratch_sql(s->path, "UPDATE run SET host = 'elsewhere'", text, sizeof text);
    cr_assert(eq(int, (int)alm_run_table_take(&other, s->store, owner.run, "2", "k", &s->error), ALM_EXISTS));
    scratch_sql(s->path, "UPDATE run SET heartbeat = heartbeat - 700000000", text, sizeof text);
    OK(alm_run_table_take(&owner, s->store, owner.run, "2", "k", &s->error));
    scratch_sql(s->path, "UPDATE run SET process = 'boot/1'", text, sizeof text);
    OK(alm_run_table_take(&other, s->store, owner.run, "2", "k", &s->error));
    cr_assert(eq(int, (int)alm_run_table_heartbeat(s->store, &owner, &s->error), ALM_DB));
    scratch_remove(s);
}

Test(run, that_is_finished_can_be_gone_on_with_unless_it_is_done)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    char text[64];
    scratch_open(s);
    make_run(s, &owner, NULL);
    OK(alm_run_table_finish(s->store, &owner, ALM_INTERRUPTED, NULL, 1.5, 100, &s->error));
    cr_assert(
        eq(str, (char *)scratch_sql(s->path, "SELECT status FROM v_run", text, sizeof text), "interrupted"));
    OK(alm_run_table_take(&owner, s->store, owner.run, "2", "k", &s->error));
    OK(alm_run_table_finish(s->store, &owner, ALM_OK, NULL, 2, 50, &s->error));
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path, "SELECT status || cpu_seconds || peak_rss FROM v_run", text,
                                     sizeof text),
                 "done3.5100"));
    OK(alm_run_table_take(&owner, s->store, owner.run, "2", "k", &s->error));
    cr_assert(eq(str, owner.token, ""));
    OK(alm_run_table_drop(s->store, owner.run, &s->error));
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path,
                                     "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM run_series)",
                                     text, sizeof text),
                 "0"));
    scratch_remove(s);
}

Test(run, keeps_its_verdicts_and_outlives_its_series)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    struct alm_series_row row;
    struct made m;
    char text[128];
    scratch_open(s);
    make_run(s, &owner, NULL);
    OK(alm_task_table_commit(s->store, &owner, make_result(&m, 0), levels, &s->error));
    for (int again = 0; again < 2; again++) {
        OK(alm_store_begin(s->store, &s->error));
        OK(alm_verdict_table_clear(s->store, owner.run, &s->error));
        OK(alm_metric_table_define(s->store, owner.run, "mae", "mean of |e|", "value", &s->error));
        OK(alm_metric_table_write(s->store, owner.run,
                                  &(struct alm_metric_row){0, ALM_OVER_ALL, ALM_OVER_ALL, "mae", 0.5, 9},
                                  &s->error));
        OK(alm_metric_table_write(s->store, owner.run,
                                  &(struct alm_metric_row){0, 1, ALM_OVER_ALL, "mae", NAN, 0}, &s->error));
        OK(alm_leaderboard_table_write(
            s->store, owner.run,
            &(struct alm_leaderboard_row){
                .forecaster = 1, .rank = 1, .mae = 0.5, .p_naive = NAN, .verdict = "words"},
            &s->error));
        OK(alm_check_table_write(
            s->store, owner.run,
            &(struct alm_check_row){ALM_OVER_ALL, "baseline", "pass", "naive is there", NAN, NAN},
            &s->error));
        OK(alm_store_commit(s->store, &s->error));
    }
    cr_assert(
        eq(str,
           (char *)scratch_sql(
               s->path,
               "SELECT group_concat(coalesce(series, 'all') || coalesce(value, '?'), ' ') FROM v_metric",
               text, sizeof text),
           "all0.5 b?"));
    cr_assert(
        eq(str,
           (char *)scratch_sql(
               s->path, "SELECT forecaster || rank || coalesce(p_naive, '?') || verdict FROM v_leaderboard",
               text, sizeof text),
           "lstm1?words"));
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path, "SELECT \"check\" FROM v_check WHERE forecaster IS NULL", text,
                                     sizeof text),
                 "baseline"));
    OK(alm_series_table_rename(s->store, "a", "c", &s->error));
    OK(alm_series_table_find(&row, s->store, "c", &s->error));
    OK(alm_series_table_drop(s->store, &row, 1, &s->error));
    alm_series_row_clear(&row);
    cr_assert(eq(str,
                 (char *)scratch_sql(
                     s->path, "SELECT series || ' ' || time || ' ' || error FROM v_forecast WHERE step = 1",
                     text, sizeof text),
                 "c 1970-01-01T01:00:00Z -0.1"));
    OK(alm_store_check(s->store, &s->error));
    scratch_remove(s);
}

Test(run, finds_the_actuals_that_came_later)
{
    struct scratch scratch, *s = &scratch;
    struct alm_run_owner owner;
    struct made m;
    char text[128];
    size_t n;
    int64_t *run;
    scratch_open(s);
    make_run(s, &owner, NULL);
    make_result(&m, 0);
    for (size_t h = 0; h < HORIZON; h++) {
        m.actual[h] = (double)NAN;
        m.time[h] = (int64_t)(h + 2) * HOUR; /* the last is beyond the data */
    }
    OK(alm_task_table_commit(s->store, &owner, &m.result, levels, &s->error));
    OK(alm_run_table_finish(s->store, &owner, ALM_OK, NULL, 0, 0, &s->error));
    scratch_sql(s->path, "UPDATE run SET kind = 'forecast'", text, sizeof text);
    OK(alm_task_table_unscored(&run, &n, s->store, &s->error));
    cr_assert(n == 1 && run[0] == owner.run);
    free(run);
    OK(alm_task_table_score(&n, s->store, owner.run, &s->error));
    cr_assert(eq(sz, n, 2));
    cr_assert(
        eq(str,
           (char *)scratch_sql(s->path, "SELECT group_concat(coalesce(actual, '?'), ' ') FROM v_forecast",
                               text, sizeof text),
           "3.0 4.0 ?"));
    cr_assert(
        eq(str,
           (char *)scratch_sql(s->path, "SELECT n_scored FROM v_task WHERE series = 'a'", text, sizeof text),
           "2"));
    cr_assert(eq(str, (char *)scratch_sql(s->path, "SELECT n FROM v_score", text, sizeof text), "2"));
    OK(alm_task_table_score(&n, s->store, owner.run, &s->error));
    cr_assert(eq(sz, n, 0));
    scratch_remove(s);
}

Test(model, comes_back_as_it_was_saved_and_a_damaged_one_is_refused)
{
    struct scratch scratch, *s = &scratch;
    struct alm_model_row row;
    char text[128];
    static const unsigned char data[] = {0, 1, 2, 255, 0, 7};
    const char *const series[] = {"a", "b"};
    const struct alm_model_new model = {.name = "m",
                                        .spec = "lstm",
                                        .trained_until = 5,
                                        .frequency = "index",
                                        .horizon = 3,
                                        .seed = 9,
                                        .version = "1",
                                        .series = series,
                                        .n_series = 2,
                                        .data = data,
                                        .n_bytes = sizeof data};
    scratch_open(s);
    OK(alm_model_table_save(s->store, &model, &s->error));
    cr_assert(eq(int, (int)alm_model_table_save(s->store, &model, &s->error), ALM_EXISTS));
    OK(alm_model_table_load(&row, s->store, "m", &s->error));
    cr_assert(row.n_bytes == sizeof data && memcmp(row.data, data, sizeof data) == 0);
    cr_assert(row.n_series == 2 && strcmp(row.series[1], "b") == 0 && row.horizon == 3 && row.seed == 9);
    alm_model_row_clear(&row);
    cr_assert(eq(str,
                 (char *)scratch_sql(s->path, "SELECT series || trained_until || bytes FROM v_model", text,
                                     sizeof text),
                 "2 series56"));
    scratch_sql(s->path, "UPDATE model SET data = x'00'", text, sizeof text);
    cr_assert(eq(int, (int)alm_model_table_load(&row, s->store, "m", &s->error), ALM_DB));
    OK(alm_model_table_drop(s->store, "m", &s->error));
    cr_assert(eq(int, (int)alm_model_table_load(&row, s->store, "m", &s->error), ALM_NOTFOUND));
    scratch_remove(s);
}
