#include "backtest/backtest.h"

#include "base/random.h"
#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES = 3 };

static const double levels[] = {0.1, 0.5, 0.9};
static const char *const specs[] = {"naive", "noise", "pool", "ses", "fragile", "wild"};
enum { SPECS = sizeof specs / sizeof *specs };

static struct alm_backtest_settings usual(size_t refit)
{
    return (struct alm_backtest_settings){.split = {.horizon = 4, .folds = 9, .step = 3, .refit = refit},
                                          .level = levels,
                                          .n_levels = 3,
                                          .seed = 5,
                                          .conformal_folds = 5,
                                          .find = find_type};
}

/* Runs the usual plan and compares every task with those of a run on one thread. */
static void compare(size_t refit, size_t jobs, bool resume, uint64_t seed)
{
    struct alm_series **series = make_series(SERIES, 90, 0.05);
    const struct alm_backtest_settings settings = usual(refit);
    struct alm_plan *plan = make_plan(&settings, series, SERIES, specs, SPECS);
    struct kept whole, other;
    struct alm_random *random;
    bool *done = calloc(plan->n_tasks, sizeof *done);
    size_t n_done = 0;
    cr_assert(eq(int, alm_random_create(&random, seed, NULL), ALM_OK));
    for (size_t i = 0; resume && i < plan->n_tasks; i++)
        n_done += done[i] = alm_random_below(random, 2) != 0;
    kept_init(&whole, plan);
    kept_init(&other, plan);
    run_plan(&whole, plan, 1, NULL);
    run_plan(&other, plan, jobs, resume ? done : NULL);
    cr_assert(whole.order_ok && other.order_ok);
    cr_assert(eq(sz, whole.n_tasks, plan->n_tasks));
    cr_assert(eq(sz, other.n_tasks, plan->n_tasks - n_done));
    for (size_t i = 0; i < plan->n_tasks; i++)
        cr_assert(done[i] ? other.task[i].length == 0 : same_bytes(&whole.task[i], &other.task[i]),
                  "task %zu", i);
    kept_clear(&whole, plan);
    kept_clear(&other, plan);
    alm_random_free(random);
    free(done);
    alm_plan_free(plan);
    free_series(series, SERIES);
}

Test(backtest, the_number_of_jobs_does_not_change_a_bit)
{
    for (size_t refit = 0; refit < 4; refit++) {
        compare(refit, 2, false, 0);
        compare(refit, 4, false, 0);
    }
}

Test(backtest, what_was_done_before_does_not_change_a_bit)
{
    for (uint64_t seed = 0; seed < 12; seed++)
        compare(seed % 4, 1 + seed % 3, true, seed);
}

/* ---- what is in a result ---- */

struct seen {
    const struct alm_plan *plan;
    size_t rows, refused, epochs[9];
    double fit_seconds;
};

static enum alm_status look(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    (void)error;
    struct seen *seen = context;
    const struct alm_plan *plan = seen->plan;
    seen->epochs[result->fold] += result->n_epochs;
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *row = &result->series[i];
        const struct alm_series *series = plan->series[i];
        cr_assert(eq(sz, row->series, i));
        if (!row->has_origin) {
            seen->refused++;
            cr_assert(row->reason[0] != '\0' && row->forecast == NULL);
            continue;
        }
        cr_assert(eq(i64, row->origin_ts, series->ts[row->origin_bar]));
        cr_assert_not(isnan(series->y[row->origin_bar]));
        for (size_t s = 0; s < result->horizon; s++) {
            cr_assert(eq(i64, row->time[s], series->ts[row->origin_bar + 1 + s]));
            cr_assert(memcmp(&row->actual[s], &series->y[row->origin_bar + 1 + s], sizeof(double)) == 0);
        }
        cr_assert(eq(int, row->status == ALM_OK, row->forecast != NULL));
        cr_assert(eq(int, row->status == ALM_OK, row->reason[0] == '\0'));
        cr_assert(row->train_last <= row->origin_ts);
        seen->fit_seconds += row->fit_seconds;
        seen->rows++;
        if (result->forecaster != plan->naive || row->status != ALM_OK) continue;
        for (size_t s = 0; s < result->horizon; s++)
            cr_assert(eq(dbl, row->forecast[s], series->y[row->origin_bar]));
        for (size_t s = 0; row->quantile != NULL && s < result->horizon * result->n_levels; s++)
            cr_assert(s % result->n_levels == 0 || row->quantile[s] > row->quantile[s - 1]);
    }
    return ALM_OK;
}

static void look_at(struct seen *seen, const struct alm_plan *plan)
{
    const struct alm_sink sink = {seen, look};
    const struct alm_backtest_control control = {.jobs = 2};
    struct alm_error error = {0};
    *seen = (struct seen){.plan = plan};
    cr_assert(eq(int, alm_backtest_run(plan, &control, &sink, &error), ALM_OK), "%s", error.text);
}

Test(backtest, rows_hold_the_series_own_times_and_actuals_and_naive_is_the_last_value)
{
    struct alm_series **series = make_series(SERIES, 90, 0.2);
    const struct alm_backtest_settings settings = usual(1);
    struct alm_plan *plan = make_plan(&settings, series, SERIES, specs, SPECS);
    struct seen seen;
    look_at(&seen, plan);
    cr_assert(eq(sz, seen.rows + seen.refused, plan->n_tasks * SERIES));
    cr_assert(seen.fit_seconds > 0);
    alm_plan_free(plan);
    free_series(series, SERIES);
}

Test(backtest, epochs_belong_to_the_fold_that_was_fitted)
{
    struct alm_series **series = make_series(SERIES, 90, 0);
    const struct alm_backtest_settings settings = usual(4);
    struct alm_plan *plan = make_plan(&settings, series, SERIES, (const char *[]){"pool"}, 1);
    struct seen seen;
    look_at(&seen, plan);
    for (size_t fold = 0; fold < 9; fold++)
        cr_assert(eq(sz, seen.epochs[fold], fold % 4 == 0 ? 2 : 0));
    alm_plan_free(plan);
    free_series(series, SERIES);
}

Test(backtest, failed_fits_and_infinite_forecasts_are_results)
{
    struct alm_series **series = make_series(1, 90, 0);
    struct alm_backtest_settings settings = usual(1);
    settings.conformal_folds = 0;
    struct alm_plan *plan = make_plan(&settings, series, 1, (const char *[]){"fragile", "wild"}, 2);
    struct kept kept;
    size_t expected = 0;
    for (size_t fold = 0; fold < plan->n_folds; fold++)
        expected += 2 * (series[0]->y[alm_plan_origin(plan, 0, fold)->bar] > 0);
    cr_assert(expected > 0 && expected < 2 * plan->n_folds);
    kept_init(&kept, plan);
    run_plan(&kept, plan, 1, NULL);
    cr_assert(eq(sz, kept.n_failed, expected));
    kept_clear(&kept, plan);
    alm_plan_free(plan);
    free_series(series, 1);
}

Test(backtest, a_short_series_is_refused_where_it_has_no_origin_and_forecast_where_it_has)
{
    struct alm_series **series = make_series(SERIES, 40, 0); /* 40, 33 and 26 bars; the first fold needs 29 */
    for (size_t refit = 0; refit < 4; refit++) {
        const struct alm_backtest_settings settings = usual(refit);
        struct alm_plan *plan = make_plan(&settings, series, SERIES, (const char *[]){"noise"}, 1);
        struct seen seen;
        look_at(&seen, plan);
        cr_assert(eq(sz, seen.refused, 2)); /* naive and noise, fold 0 of the shortest */
        alm_plan_free(plan);
    }
    free_series(series, SERIES);
}

/* ---- stopping ---- */

static enum alm_status refuse(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    size_t *left = context;
    (void)result;
    return (*left)-- == 0 ? alm_fail(error, ALM_DB, "disk full") : ALM_OK;
}

static enum alm_status stop(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    (void)error;
    if (result->task == 3) alm_cancel_request(context, 2);
    return ALM_OK;
}

Test(backtest, a_sink_that_fails_and_a_cancellation_end_the_run)
{
    struct alm_series **series = make_series(SERIES, 90, 0);
    const struct alm_backtest_settings settings = usual(3);
    struct alm_plan *plan = make_plan(&settings, series, SERIES, specs, SPECS);
    for (size_t jobs = 1; jobs <= 3; jobs++) {
        size_t left = 5;
        struct alm_cancel cancel = {0};
        struct alm_error error = {0};
        const struct alm_sink failing = {&left, refuse}, stopping = {&cancel, stop};
        const struct alm_backtest_control control = {.jobs = jobs, .cancel = &cancel};
        cr_assert(eq(int, alm_backtest_run(plan, &control, &failing, &error), ALM_DB));
        cr_assert(strstr(error.text, "disk full") != NULL);
        cr_assert(eq(int, alm_backtest_run(plan, &control, &stopping, &error), ALM_INTERRUPTED));
    }
    alm_plan_free(plan);
    free_series(series, SERIES);
}

struct steps {
    double done, total;
    size_t calls;
};

static void count(void *context, const char *activity, double done, double total, const char *unit)
{
    struct steps *steps = context;
    (void)activity, (void)unit;
    cr_assert(done >= steps->done - 1e-9);
    *steps = (struct steps){done, total, steps->calls + 1};
}

Test(backtest, progress_counts_tasks_up_to_their_total)
{
    struct alm_series **series = make_series(1, 90, 0);
    const struct alm_backtest_settings settings = usual(1);
    struct alm_plan *plan = make_plan(&settings, series, 1, (const char *[]){"naive"}, 1);
    struct steps steps = {0};
    struct kept kept;
    const struct alm_progress progress = {&steps, count};
    const bool done[9] = {true, true};
    const struct alm_backtest_control control = {.jobs = 2, .done = done, .progress = &progress};
    kept_init(&kept, plan);
    const struct alm_sink sink = kept_sink(&kept);
    cr_assert(eq(int, alm_backtest_run(plan, &control, &sink, NULL), ALM_OK));
    cr_assert(eq(dbl, steps.done, 9));
    cr_assert(eq(dbl, steps.total, 9));
    cr_assert(eq(sz, steps.calls, 8));
    kept_clear(&kept, plan);
    alm_plan_free(plan);
    free_series(series, 1);
}
