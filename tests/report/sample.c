/* Databases and reports for test_pages.py:
 *
 *     sample make FILE               series of several kinds and backtests of them
 *     sample html|md FILE RUN        a report of a run, onto standard output
 */
#include "backtest/backtest.h"
#include "backtest/evaluation.h"
#include "base/random.h"
#include "report/report.h"
#include "series/timestamp.h"
#include "store/observation_table.h"
#include "store/run_table.h"
#include "store/task_table.h"
#include "store/verdict_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 5000

static struct alm_error error;

static void must(enum alm_status status)
{
    if (status == ALM_OK) return;
    fprintf(stderr, "sample: %s\n", error.text);
    exit(1);
}

/* ---- series ---- */

enum shape { MARKET, SENSOR, MONTHLY, COUNT };

struct made {
    int64_t id;
    struct alm_series *series;
};

static size_t fill(int64_t *ts, double *y, enum shape shape, size_t n, uint64_t seed)
{
    struct alm_random *random;
    must(alm_random_create(&random, seed, &error));
    struct alm_civil civil = {.year = 2015, .month = 1, .day = 5};
    int64_t at = 0;
    double level = shape == MARKET ? 120 : 20;
    alm_ts_from_civil(&at, &civil);
    size_t written = 0;
    for (size_t i = 0; i < n; i++) {
        const double noise = alm_random_normal(random), t = (double)i;
        if (shape == MARKET) {
            level *= exp(0.0002 + 0.012 * noise);
            y[written] = round(level * 100) / 100;
            ts[written++] = at;
            do
                at += ALM_DAY;
            while (alm_weekday(at) > 4);
        } else if (shape == SENSOR) {
            level = 20 + 0.95 * (level - 20) + 0.4 * noise;
            y[written] = level + 4 * sin(t * 2 * M_PI / 24) + sin(t * 2 * M_PI / 168);
            ts[written] = at;
            at += ALM_HOUR;
            written += !(i > n - 90 && i < n - 80) && i % 997 != 500; /* gaps */
        } else if (shape == MONTHLY) {
            y[written] = 315 + 0.13 * t + 3 * sin(t * 2 * M_PI / 12) + 0.3 * noise;
            ts[written++] = at;
            if (++civil.month > 12) civil = (struct alm_civil){.year = civil.year + 1, .month = 1};
            civil.day = 1;
            alm_ts_from_civil(&at, &civil);
        } else {
            level = 20 + 0.9 * (level - 20) + noise;
            y[written] = floor(fabs(level));
            ts[written++] = (int64_t)i;
        }
    }
    alm_random_free(random);
    return written;
}

static struct made make_series(struct alm_store *store, const char *name, enum shape shape, size_t n,
                               uint64_t seed)
{
    static const struct {
        const char *kind, *frequency, *unit;
        size_t season;
    } about[] = {{"price", "B", "USD", 5},
                 {"numeric", "H", "m\xC2\xB3/h", 24},
                 {"numeric", "M", "ppm", 12},
                 {"numeric", "index", NULL, 1}};
    static int64_t ts[MOST];
    static double y[MOST];
    struct alm_observation_writer *writer;
    struct alm_series_row row = {.name = (char *)name,
                                 .kind = (char *)about[shape].kind,
                                 .frequency = (char *)about[shape].frequency,
                                 .unit = (char *)about[shape].unit,
                                 .season_length = about[shape].season};
    const size_t written = fill(ts, y, shape, n, seed);
    must(alm_store_begin(store, &error));
    must(alm_frame_create(&row.frame_id, store, &error));
    must(alm_series_table_create(store, &row, &error));
    must(alm_observation_writer_create(&writer, store, row.frame_id, ALM_CONFLICT_FAIL, &error));
    for (size_t i = 0; i < written; i++) {
        const double values[ALM_FRAME_WIDTH] = {y[i], NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        must(alm_observation_writer_add(writer, ts[i], values, &error));
    }
    must(alm_observation_writer_finish(writer, NULL, &error));
    alm_observation_writer_free(writer);
    must(alm_store_commit(store, &error));
    struct made made = {.id = row.series_id};
    struct alm_frequency frequency;
    must(alm_frequency_parse(&frequency, about[shape].frequency, &error));
    must(
        alm_series_create(&made.series, name, frequency, "UTC", about[shape].season, ts, y, written, &error));
    return made;
}

/* ---- runs ---- */

struct recorder {
    struct alm_store *store;
    struct alm_run_owner owner;
    const struct alm_plan *plan;
    struct alm_evaluation *evaluation;
};

/* Stores a task; what is called lstm gets a training curve. */
static enum alm_status deliver(void *context, const struct alm_task_result *result, struct alm_error *failure)
{
    struct recorder *recorder = context;
    struct alm_task_result with = *result;
    struct alm_task_epoch epoch[40];
    if (strcmp(recorder->plan->forecaster[result->forecaster].label, "lstm") == 0 && result->fold % 10 == 0) {
        with.n_epochs = 30 + result->fold % 7;
        for (size_t i = 0; i < with.n_epochs; i++) {
            const double t = (double)i, bend = 0.0006 * (t - 14) * (t - 14) * (t > 14);
            epoch[i].epoch =
                (struct alm_epoch){i + 1, 0.08 + 0.9 * exp(-t / 5) + 0.01 * (double)result->fold / 10,
                                   0.12 + 0.8 * exp(-t / 4) + bend + 0.02 * sin(t), 1e-3, 1};
            epoch[i].seconds = t;
        }
        with.epoch = epoch;
    }
    ALM_TRY(alm_task_table_commit(recorder->store, &recorder->owner, &with, recorder->plan->settings.level,
                                  failure));
    return alm_evaluation_add_task(recorder->evaluation, &with, failure);
}

static void store_metrics(const struct recorder *r)
{
    size_t n_metrics, n;
    const struct alm_metric *metric = alm_evaluation_metrics(r->evaluation, &n_metrics);
    for (size_t m = 0; m < n_metrics; m++) {
        must(alm_metric_table_define(r->store, r->owner.run, metric[m].code, metric[m].definition,
                                     metric[m].unit, &error));
        for (size_t f = 0; f < r->plan->n_forecasters; f++)
            for (size_t k = 0; k <= r->plan->n_series + r->plan->settings.split.horizon; k++) {
                struct alm_metric_row row = {f, ALM_OVER_ALL, ALM_OVER_ALL, metric[m].code, NAN, 0};
                if (k > r->plan->n_series)
                    row.step = k - r->plan->n_series;
                else if (k > 0)
                    row.series = k - 1;
                row.value = alm_evaluation_value(r->evaluation, f, row.series, row.step, m, &n);
                row.n = n;
                must(alm_metric_table_write(r->store, r->owner.run, &row, &error));
            }
    }
}

static void store_leaderboard(const struct recorder *r)
{
    struct alm_leader leader[16];
    must(alm_evaluation_leaderboard(r->evaluation, leader, &error));
    for (size_t i = 0; i < r->plan->n_forecasters; i++) {
        const struct alm_leader *l = &leader[i];
        struct alm_text verdict = {0};
        alm_verdict_write(&verdict, l, r->plan->forecaster[l->forecaster].label,
                          r->plan->forecaster[r->plan->naive].label);
        const struct alm_leaderboard_row row = {.forecaster = l->forecaster,
                                                .rank = l->rank,
                                                .mae = l->mae,
                                                .rmse = l->rmse,
                                                .smape = l->smape,
                                                .mase = l->mase,
                                                .rmsse = l->rmsse,
                                                .coverage_80 = l->coverage_80,
                                                .coverage_95 = l->coverage_95,
                                                .crps = l->crps,
                                                .log_loss = l->log_loss,
                                                .brier = l->brier,
                                                .accuracy = l->accuracy,
                                                .balanced_accuracy = l->balanced_accuracy,
                                                .skill = l->skill,
                                                .p_naive = l->test.p_better,
                                                .p_two_sided = l->test.p_two_sided,
                                                .fit_seconds = l->fit_seconds,
                                                .test = l->test.name,
                                                .verdict = alm_text_string(&verdict),
                                                .n_origins = l->n_origins,
                                                .n_series = l->n_series,
                                                .n_rows = l->n_rows,
                                                .n_failed = l->n_failed};
        must(alm_leaderboard_table_write(r->store, r->owner.run, &row, &error));
        alm_text_clear(&verdict);
    }
}

struct wanted {
    const char *name, *spec;
    size_t horizon, folds, step, conformal, refit;
    const char *models[8];
};

static void begin_run(struct recorder *r, const struct wanted *wanted, const struct made *made, size_t n)
{
    struct alm_run_series series[16];
    struct alm_run_forecaster forecaster[16];
    static const char *const frequencies[] = {"B", "H", "M", "index"};
    for (size_t i = 0; i < n; i++)
        series[i] =
            (struct alm_run_series){.series_id = made[i].id,
                                    .name = made[i].series->name,
                                    .frequency = frequencies[made[i].series->season_length == 5    ? 0
                                                             : made[i].series->season_length == 24 ? 1
                                                             : made[i].series->season_length == 12 ? 2
                                                                                                   : 3],
                                    .season_length = made[i].series->season_length};
    for (size_t i = 0; i < r->plan->n_forecasters; i++)
        forecaster[i] =
            (struct alm_run_forecaster){r->plan->forecaster[i].label, r->plan->forecaster[i].spec, NULL};
    const struct alm_run_new run = {.kind = ALM_RUN_BACKTEST,
                                    .name = wanted->name,
                                    .spec = wanted->spec,
                                    .seed = 1,
                                    .data_digest = "5f1d7a84db00d2fce00b31a7fc73224f",
                                    .version = "0.1.0",
                                    .kernel = "avx2",
                                    .series = series,
                                    .n_series = n,
                                    .forecaster = forecaster,
                                    .n_forecasters = r->plan->n_forecasters};
    must(alm_run_table_create(&r->owner, r->store, &run, &error));
}

static void make_run(struct alm_store *store, const struct wanted *wanted, const struct made *made, size_t n)
{
    static const double intervals[] = {80, 95};
    double level[5];
    size_t n_levels, n_models = 0;
    const struct alm_series *series[16];
    struct alm_plan *plan;
    struct recorder r = {.store = store};
    while (n_models < 8 && wanted->models[n_models] != NULL)
        n_models++;
    for (size_t i = 0; i < n; i++)
        series[i] = made[i].series;
    must(alm_levels_of_intervals(level, &n_levels, intervals, 2, &error));
    const struct alm_backtest_settings settings = {.split = {.horizon = wanted->horizon,
                                                             .folds = wanted->folds,
                                                             .step = wanted->step,
                                                             .refit = wanted->refit},
                                                   .level = level,
                                                   .n_levels = wanted->conformal > 0 ? n_levels : 0,
                                                   .seed = 1,
                                                   .conformal_folds = wanted->conformal};
    must(alm_plan_create(&plan, &settings, series, n, wanted->models, n_models, &error));
    r.plan = plan;
    begin_run(&r, wanted, made, n);
    must(alm_evaluation_create_for(&r.evaluation, plan, true, &error));
    const struct alm_sink sink = {&r, deliver};
    must(alm_backtest_run(plan, &(struct alm_backtest_control){.jobs = 1}, &sink, &error));
    must(alm_store_begin(store, &error));
    store_metrics(&r);
    store_leaderboard(&r);
    must(alm_store_commit(store, &error));
    must(alm_run_table_finish(store, &r.owner, ALM_OK, NULL, 1.5, 20 << 20, &error));
    alm_evaluation_free(r.evaluation);
    alm_plan_free(plan);
}

static void make(struct alm_store *store)
{
    static const struct wanted wanted[] = {
        {"market",
         "{\"series\":[{\"name\":\"acme.close\",\"until\":0}],\"models\":[\"drift\"],\"levels\":[0.025,0.1,0."
         "5,0.9,0.975],"
         "\"horizon\":1,\"folds\":90,\"step\":1,\"first_origin\":null,\"scheme\":\"expanding\",\"refit\":"
         "\"20\",\"gap\":0,"
         "\"season\":0,\"missing\":\"fill\"}",
         1,
         90,
         1,
         20,
         20,
         {"drift", "ses", "lstm=mean"}},
        {"sensor",
         "{\"levels\":[0.025,0.1,0.5,0.9,0.975],\"horizon\":24,\"folds\":12,\"step\":24,\"scheme\":\"sliding:"
         "1000\","
         "\"refit\":\"once\",\"gap\":2,\"season\":24,\"missing\":\"refuse\",\"first_origin\":"
         "1421280000000000}",
         24,
         12,
         24,
         20,
         0,
         {"seasonal-naive", "ses", "lstm=seasonal-naive:season=168", "mean"}},
        {"mixed",
         "{\"horizon\":6,\"folds\":12,\"step\":3,\"scheme\":\"expanding\",\"refit\":\"every\"}",
         6,
         12,
         3,
         0,
         1,
         {"seasonal-naive", "drift", "ses"}},
        {"few", "{\"horizon\":3,\"folds\":3,\"step\":3}", 3, 3, 3, 0, 1, {"ses"}},
        {"many", "{\"horizon\":5,\"folds\":12,\"step\":5}", 5, 12, 5, 20, 0, {"ses", "drift"}},
    };
    struct made made[14] = {
        make_series(store, "acme.close", MARKET, 1500, 7), make_series(store, "plant.flow", SENSOR, 2400, 8),
        make_series(store, "co2", MONTHLY, 480, 9), make_series(store, "count", COUNT, 300, 10)};
    for (size_t i = 4; i < 14; i++) {
        char name[32];
        snprintf(name, sizeof name, "fund.%zu.close", i);
        made[i] = make_series(store, name, MARKET, MOST, i);
    }
    make_run(store, &wanted[0], made, 1);
    make_run(store, &wanted[1], made + 1, 1);
    make_run(store, &wanted[2], made, 4);
    make_run(store, &wanted[3], made + 3, 1);
    make_run(store, &wanted[4], made, 14);
    for (size_t i = 0; i < 14; i++)
        alm_series_free(made[i].series);
}

int main(int argc, char **argv)
{
    struct alm_store *store;
    if (argc < 3) return 2;
    const bool making = strcmp(argv[1], "make") == 0;
    must(alm_store_open(&store, argv[2],
                        &(struct alm_store_settings){making ? ALM_STORE_CREATE : ALM_STORE_READ, false},
                        &error));
    if (making) {
        make(store);
    } else if (argc == 4) {
        struct alm_text text = {0};
        const enum alm_status status = strcmp(argv[1], "html") == 0
                                           ? alm_report_html(&text, store, atoll(argv[3]), &error)
                                           : alm_report_md(&text, store, atoll(argv[3]), &error);
        if (status == ALM_OK) fwrite(text.data, 1, text.length, stdout);
        alm_text_clear(&text);
        alm_store_close(store);
        must(status);
        return 0;
    }
    alm_store_close(store);
    return 0;
}
