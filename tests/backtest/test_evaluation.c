#include "backtest/evaluation.h"

#include "backtest_metrics.h"
#include "backtest_tests.h"
#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FORECASTERS = 2, SERIES = 3, FOLDS = 4, HORIZON = 3, LEVELS = 5 };

static bool close_to(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-11 * fmax(1, fabs(b));
}

static struct alm_evaluation *create(size_t forecasters, size_t series, size_t folds, size_t horizon,
                                     size_t step, const double *level, size_t n_levels)
{
    struct alm_evaluation *evaluation;
    size_t *season = calloc(series, sizeof *season);
    for (size_t i = 0; i < series; i++)
        season[i] = 24;
    const struct alm_evaluation_settings settings = {.n_forecasters = forecasters,
                                                     .n_series = series,
                                                     .n_folds = folds,
                                                     .horizon = horizon,
                                                     .step = step,
                                                     .naive = 0,
                                                     .level = level,
                                                     .n_levels = n_levels,
                                                     .season = season};
    cr_assert(eq(int, alm_evaluation_create(&evaluation, &settings, NULL), ALM_OK));
    free(season);
    return evaluation;
}

/* One row of the golden data. */
static struct alm_series_result golden_row(size_t forecaster, size_t fold, size_t series)
{
    const size_t at = (series * FOLDS + fold) * HORIZON;
    const size_t of_forecaster = forecaster * SERIES * FOLDS * HORIZON + at;
    return (struct alm_series_result){.series = series,
                                      .has_origin = true,
                                      .last = NAN,
                                      .mase_scale = golden_mase_scale[series * FOLDS + fold],
                                      .rmsse_scale = golden_rmsse_scale[series * FOLDS + fold],
                                      .actual = &golden_actual[at],
                                      .forecast = &golden_forecast[of_forecaster],
                                      .quantile = &golden_quantile[of_forecaster * LEVELS],
                                      .fit_seconds = 0.5};
}

static struct alm_evaluation *golden_evaluation(void)
{
    struct alm_evaluation *evaluation = create(FORECASTERS, SERIES, FOLDS, HORIZON, 1, golden_levels, LEVELS);
    for (size_t fold = 0; fold < FOLDS; fold++)
        for (size_t m = 0; m < FORECASTERS; m++)
            for (size_t s = 0; s < SERIES; s++) {
                const struct alm_series_result row = golden_row(m, fold, s);
                alm_evaluation_add(evaluation, m, fold, &row, NULL);
            }
    return evaluation;
}

Test(evaluation, metrics_agree_with_numpy)
{
    struct alm_evaluation *evaluation = golden_evaluation();
    for (size_t i = 0; i < sizeof golden_metrics / sizeof *golden_metrics; i++) {
        size_t n = 12345;
        const double value =
            alm_evaluation_find(evaluation, golden_metrics[i].forecaster, golden_metrics[i].series,
                                golden_metrics[i].step, golden_metrics[i].code, &n);
        cr_assert(close_to(value, golden_metrics[i].value), "%s %zu %zu: %.17g, not %.17g",
                  golden_metrics[i].code, golden_metrics[i].series, golden_metrics[i].step, value,
                  golden_metrics[i].value);
        cr_assert(eq(sz, n, golden_metrics[i].n), "%s", golden_metrics[i].code);
    }
    alm_evaluation_free(evaluation);
}

Test(evaluation, every_metric_has_a_code_a_unit_and_a_definition)
{
    struct alm_evaluation *evaluation = golden_evaluation();
    size_t n;
    const struct alm_metric *metric = alm_evaluation_metrics(evaluation, &n);
    cr_assert(eq(sz, n, 14 + 2 + 4 + 4 * 2 + 2 * LEVELS + 4));
    for (size_t i = 0; i < n; i++) {
        cr_assert(metric[i].definition[0] != '\0' && metric[i].unit[0] != '\0');
        for (size_t j = 0; j < i; j++)
            cr_assert(strcmp(metric[i].code, metric[j].code) != 0);
        for (const char *c = metric[i].code; *c != '\0'; c++)
            cr_assert_not(isupper((unsigned char)*c));
    }
    cr_assert(strstr(metric[7].definition, "lag 24 (the season length)") != NULL, "%s", metric[7].definition);
    alm_evaluation_free(evaluation);
}

Test(evaluation, without_quantile_levels_there_are_no_metrics_of_quantiles)
{
    struct alm_evaluation *evaluation = create(1, 1, 1, HORIZON, 1, NULL, 0);
    size_t n;
    struct alm_series_result row = golden_row(0, 0, 0);
    row.quantile = NULL;
    alm_evaluation_add(evaluation, 0, 0, &row, NULL);
    alm_evaluation_metrics(evaluation, &n);
    cr_assert(eq(sz, n, 14 + 4)); /* four of classes */
    cr_assert(isnan(alm_evaluation_find(evaluation, 0, ALM_ALL, ALM_ALL, "crps", &n)));
    cr_assert_not(isnan(alm_evaluation_find(evaluation, 0, ALM_ALL, ALM_ALL, "mae", &n)));
    alm_evaluation_free(evaluation);
}

Test(evaluation, scaling_and_shifting_the_data_change_the_metrics_as_they_should)
{
    enum { N = 2 };
    const double y[N][HORIZON] = {{1, 2, 4}, {3, 5, 2}}, f[N][HORIZON] = {{2, 2, 3}, {1, 4, 4}};
    for (int shifted = 0; shifted < 2; shifted++) {
        const double by = shifted ? 1 : 8, plus = shifted ? 1000 : 0;
        struct alm_evaluation *a = create(1, 1, N, HORIZON, 1, NULL, 0);
        struct alm_evaluation *b = create(1, 1, N, HORIZON, 1, NULL, 0);
        for (size_t fold = 0; fold < N; fold++) {
            double ys[HORIZON], fs[HORIZON];
            for (size_t i = 0; i < HORIZON; i++) {
                ys[i] = by * y[fold][i] + plus;
                fs[i] = by * f[fold][i] + plus;
            }
            const struct alm_series_result row = {.has_origin = true,
                                                  .mase_scale = 0.5,
                                                  .rmsse_scale = 0.25,
                                                  .actual = y[fold],
                                                  .forecast = f[fold]};
            const struct alm_series_result changed = {.has_origin = true,
                                                      .mase_scale = 0.5 * by,
                                                      .rmsse_scale = 0.25 * by * by,
                                                      .actual = ys,
                                                      .forecast = fs};
            alm_evaluation_add(a, 0, fold, &row, NULL);
            alm_evaluation_add(b, 0, fold, &changed, NULL);
        }
        size_t n;
        const char *const same[] = {"mase", "rmsse", "r2"}, *const scaled[] = {"me", "mae", "rmse"};
        for (size_t i = 0; i < 3; i++) {
            cr_assert(close_to(alm_evaluation_find(b, 0, ALM_ALL, ALM_ALL, same[i], &n),
                               alm_evaluation_find(a, 0, ALM_ALL, ALM_ALL, same[i], &n)));
            cr_assert(close_to(alm_evaluation_find(b, 0, ALM_ALL, ALM_ALL, scaled[i], &n),
                               by * alm_evaluation_find(a, 0, ALM_ALL, ALM_ALL, scaled[i], &n)));
        }
        if (!shifted)
            cr_assert(close_to(alm_evaluation_find(b, 0, ALM_ALL, ALM_ALL, "smape", &n),
                               alm_evaluation_find(a, 0, ALM_ALL, ALM_ALL, "smape", &n)));
        alm_evaluation_free(a);
        alm_evaluation_free(b);
    }
}

Test(evaluation, constant_series_missing_actuals_and_failures_have_stated_results)
{
    struct alm_evaluation *evaluation = create(2, 1, 2, 2, 1, NULL, 0);
    const double constant[] = {3, 3}, missing[] = {NAN, NAN}, f[] = {3, 4};
    size_t n;
    struct alm_series_result row = {.has_origin = true, .actual = constant, .forecast = f};
    alm_evaluation_add(evaluation, 0, 0, &row, NULL);
    const struct alm_series_result failed = {.has_origin = true, .status = ALM_NUMERIC}, none = {0};
    alm_evaluation_add(evaluation, 1, 0, &failed, NULL);
    row.actual = missing;
    alm_evaluation_add(evaluation, 0, 1, &row, NULL);
    alm_evaluation_add(evaluation, 1, 1, &none, NULL);
    cr_assert(eq(dbl, alm_evaluation_find(evaluation, 0, ALM_ALL, ALM_ALL, "mae", &n), 0.5));
    cr_assert(eq(sz, n, 2));
    cr_assert(isnan(alm_evaluation_find(evaluation, 0, ALM_ALL, ALM_ALL, "r2", &n)));
    cr_assert(eq(sz, n, 0));
    cr_assert(isnan(alm_evaluation_find(evaluation, 0, ALM_ALL, ALM_ALL, "mase", &n)));
    cr_assert(isnan(alm_evaluation_find(evaluation, 1, ALM_ALL, ALM_ALL, "mae", &n)));
    struct alm_leader leader[2];
    cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leader, NULL), ALM_OK));
    cr_assert(eq(sz, leader[0].forecaster, 0));
    cr_assert(eq(sz, leader[0].n_rows, 2));
    cr_assert(eq(sz, leader[1].n_failed, 1));
    cr_assert(eq(sz, leader[1].n_rows, 0));
    cr_assert(isnan(leader[1].skill) && leader[1].test.name == NULL);
    alm_evaluation_free(evaluation);
}

/* ---- leaderboard ---- */

/* Adds a row whose forecast misses every actual by error. */
static void add_error(struct alm_evaluation *evaluation, size_t forecaster, size_t fold, size_t series,
                      double error, double scale)
{
    const double actual[] = {10, 20}, forecast[] = {10 + error, 20 - error};
    const struct alm_series_result row = {.series = series,
                                          .has_origin = true,
                                          .mase_scale = scale,
                                          .rmsse_scale = scale * scale,
                                          .actual = actual,
                                          .forecast = forecast,
                                          .fit_seconds = 0.25};
    alm_evaluation_add(evaluation, forecaster, fold, &row, NULL);
}

Test(evaluation, the_leaderboard_tests_one_series_with_diebold_mariano_over_origins)
{
    const struct golden_test *golden = &golden_dm[0];
    struct alm_evaluation *evaluation = create(2, 1, golden->n, 2, 2, NULL, 0);
    double sum = 0;
    for (size_t fold = 0; fold < golden->n; fold++) {
        add_error(evaluation, 0, fold, 0, 8, 7);
        add_error(evaluation, 1, fold, 0, 8 + golden->d[fold], 7);
        sum += golden->d[fold];
    }
    struct alm_leader leader[2];
    cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leader, NULL), ALM_OK));
    cr_assert(eq(sz, leader[0].forecaster, 1));
    cr_assert(eq(sz, leader[0].rank, 1));
    cr_assert(eq(sz, leader[0].h, 1));
    cr_assert(eq(sz, leader[0].n_origins, golden->n));
    cr_assert(fabs(leader[0].test.p_better - golden->p_better) < 1e-9);
    cr_assert(fabs(leader[0].skill + sum / (double)golden->n / 8) < 1e-12);
    cr_assert(eq(dbl, leader[0].fit_seconds, 0.25 * (double)golden->n));
    cr_assert(eq(dbl, leader[1].skill, 0));
    cr_assert(leader[1].test.name == NULL);
    alm_evaluation_free(evaluation);
}

Test(evaluation, several_series_are_scaled_and_only_common_rows_are_compared)
{
    enum { N = 12 };
    struct alm_evaluation *evaluation = create(2, 3, N, 2, 1, NULL, 0);
    double d[N];
    for (size_t fold = 0; fold < N; fold++) {
        const double by = (double)(fold % 5) - 1.5;
        for (size_t s = 0; s < 3; s++)
            add_error(evaluation, 0, fold, s, 8,
                      s == 2 ? 0 : (double)(s + 1)); /* series 2: constant, no scale */
        add_error(evaluation, 1, fold, 0, 8 + by, 1);
        if (fold % 2 == 0) add_error(evaluation, 1, fold, 1, 9, 2);
        add_error(evaluation, 1, fold, 2, 1e6, 0);
        d[fold] = fold % 2 == 0 ? (by + 0.5) / 2 : by;
    }
    struct alm_leader leader[2];
    cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leader, NULL), ALM_OK));
    const struct alm_leader *other = &leader[leader[0].forecaster == 1 ? 0 : 1];
    const struct alm_test test = alm_dm_test(d, N, 2);
    cr_assert(eq(sz, other->h, 2));
    cr_assert(eq(sz, other->n_series, 2));
    cr_assert(fabs(other->test.statistic - test.statistic) < 1e-9);
    alm_evaluation_free(evaluation);
}

Test(evaluation, with_few_origins_and_many_series_wilcoxon_takes_over)
{
    const struct golden_test *golden = &golden_wilcoxon[0]; /* 20 series */
    for (size_t n = golden->n - 1; n <= golden->n; n++) {
        struct alm_evaluation *evaluation = create(2, n, 2, 2, 2, NULL, 0);
        for (size_t fold = 0; fold < 2; fold++)
            for (size_t s = 0; s < n; s++) {
                add_error(evaluation, 0, fold, s, 40, 2);
                add_error(evaluation, 1, fold, s, 40 + golden->d[s] * (fold == 0 ? 0.5 : 1.5), 2);
            }
        struct alm_leader leader[2];
        cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leader, NULL), ALM_OK));
        const struct alm_leader *other = &leader[leader[0].forecaster == 1 ? 0 : 1];
        if (n < 20) {
            cr_assert(other->test.name == NULL && isnan(other->test.p_better));
        } else {
            cr_assert(eq(str, (char *)other->test.name, "wilcoxon-exact"));
            cr_assert(fabs(other->test.p_better - golden->p_better) < 1e-12);
        }
        alm_evaluation_free(evaluation);
    }
}

Test(evaluation, incomplete_forecasters_rank_behind_complete_ones)
{
    struct alm_evaluation *evaluation = create(3, 1, 2, 2, 1, NULL, 0);
    const struct alm_series_result failed = {.has_origin = true, .status = ALM_DIVERGED};
    for (size_t fold = 0; fold < 2; fold++) {
        add_error(evaluation, 0, fold, 0, 3, 1);
        add_error(evaluation, 1, fold, 0, 2, 1);
    }
    add_error(evaluation, 2, 0, 0, 1, 1);
    alm_evaluation_add(evaluation, 2, 1, &failed, NULL);
    struct alm_leader leader[3];
    cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leader, NULL), ALM_OK));
    cr_assert(eq(sz, leader[0].forecaster, 1));
    cr_assert(eq(sz, leader[1].forecaster, 0));
    cr_assert(eq(sz, leader[2].forecaster, 2));
    cr_assert(eq(dbl, leader[2].mae, 1));
    alm_evaluation_free(evaluation);
}

/* ---- verdicts ---- */

static void expect(const struct alm_leader *leader, const char *label, const char *expected)
{
    struct alm_text text = {0};
    alm_verdict_write(&text, leader, label, "naive");
    cr_assert(eq(str, (char *)alm_text_string(&text), (char *)expected));
    alm_text_clear(&text);
}

Test(verdict, words_follow_the_numbers)
{
    struct alm_leader leader = {.h = 2, .n_origins = 50, .n_series = 1, .n_rows = 50, .skill = 0.01};
    leader.test = (struct alm_test){-0.2, 0.41, 0.82, 50, "dm"};
    expect(&leader, "naive", "the baseline");
    expect(&leader, "lstm",
           "no evidence that lstm beats naive (p = 0.41, one-sided Diebold-Mariano, 50 origins)");
    leader.test = (struct alm_test){-3, 0.0031, 0.0062, 50, "dm-bartlett"};
    expect(&leader, "lstm", "lstm beats naive (p = 0.003, one-sided Diebold-Mariano, 50 origins)");
    leader.test.p_better = 1e-9;
    leader.n_failed = 3;
    leader.n_rows = 47;
    expect(&leader, "lstm",
           "lstm beats naive (p < 0.001, one-sided Diebold-Mariano, 50 origins); incomplete: no forecast in "
           "3 of "
           "50 cases");
    leader.n_failed = 0;
    leader.skill = -0.2;
    leader.test = (struct alm_test){3, 0.99, 0.02, 50, "dm"};
    expect(&leader, "lstm", "lstm is worse than naive (p = 0.020, two-sided Diebold-Mariano, 50 origins)");
    leader.test = (struct alm_test){10, 0.01, 0.02, 400, "wilcoxon-normal"};
    leader.n_series = 414;
    expect(&leader, "lstm",
           "lstm beats naive (p = 0.010, one-sided Wilcoxon, 414 series) on most series, but not on average");
    leader.test = (struct alm_test){NAN, NAN, NAN, 6, NULL};
    leader.n_origins = 6;
    expect(&leader, "lstm", "too few origins to test lstm against naive (6 of at least 10)");
    leader.skill = 0;
    expect(&leader, "lstm", "lstm is as good as naive: equal losses");
    leader.n_origins = 0;
    leader.skill = NAN;
    expect(&leader, "lstm", "lstm has no forecast that can be compared with naive");
}

/* ---- classes ---- */

/* Series 0 of a fold: two steps of three classes with edges 0 and 1. */
static void add_classes(struct alm_evaluation *evaluation, size_t forecaster, size_t fold,
                        const double *probability, const double *actual)
{
    static const double nothing[] = {NAN, NAN};
    struct alm_class_forecast classes = {.kind = ALM_CLASSES_UNIFORM_BINS,
                                         .n = 3,
                                         .edge = (double[]){0, 1},
                                         .probability = (double *)(uintptr_t)probability};
    const struct alm_series_result row = {.has_origin = true,
                                          .actual = actual,
                                          .forecast = nothing,
                                          .mase_scale = NAN,
                                          .rmsse_scale = NAN,
                                          .classes = &classes};
    cr_assert(eq(int, alm_evaluation_add(evaluation, forecaster, fold, &row, NULL), ALM_OK));
}

static double value_of(const struct alm_evaluation *evaluation, size_t forecaster, const char *code)
{
    size_t n;
    return alm_evaluation_find(evaluation, forecaster, ALM_ALL, ALM_ALL, code, &n);
}

Test(evaluation, classes_are_scored_by_log_loss_brier_and_hits)
{
    struct alm_evaluation *evaluation = create(2, 1, 2, 2, 2, NULL, 0);
    const double sure[] = {0.5, 0.25, 0.25, 0.1, 0.1, 0.8}, even[] = {0.4, 0.3, 0.3, 0.4, 0.3, 0.3};
    const double first[] = {-1, 0.5}, second[] = {0, NAN}; /* classes 0, 1; 0, missing */
    for (size_t fold = 0; fold < 2; fold++)
        for (size_t f = 0; f < 2; f++)
            add_classes(evaluation, f, fold, f == 0 ? even : sure, fold == 0 ? first : second);
    cr_assert(epsilon_eq(dbl, value_of(evaluation, 1, "log_loss"), -(2 * log(0.5) + log(0.1)) / 3, 1e-12));
    cr_assert(epsilon_eq(dbl, value_of(evaluation, 1, "brier"), (2 * 0.375 + 0.01 + 0.81 + 0.64) / 3, 1e-12));
    cr_assert(epsilon_eq(dbl, value_of(evaluation, 1, "accuracy"), 2.0 / 3, 1e-12));
    cr_assert(epsilon_eq(dbl, value_of(evaluation, 1, "balanced_accuracy"), 0.5, 1e-12));
    cr_assert(isnan(value_of(evaluation, 1, "mae")));
    struct alm_leader leaders[2];
    cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leaders, NULL), ALM_OK));
    const double even_loss = -(2 * log(0.4) + log(0.3)) / 3;
    cr_assert(eq(sz, leaders[0].forecaster, 0)); /* the even one is better by log loss */
    cr_assert(epsilon_eq(dbl, leaders[0].log_loss, even_loss, 1e-12));
    cr_assert(leaders[1].skill < 0 && leaders[1].n_origins == 2);
    alm_evaluation_free(evaluation);
}

Test(evaluation, forecasts_of_numbers_are_not_measured_against_classes)
{
    struct alm_evaluation *evaluation = create(2, 1, 1, 2, 2, NULL, 0);
    const double even[] = {0.4, 0.3, 0.3, 0.4, 0.3, 0.3}, actual[] = {10, 20};
    struct alm_leader leaders[2];
    size_t n;
    const struct alm_metric *metrics = alm_evaluation_metrics(evaluation, &n);
    for (size_t i = 0; i < n; i++)
        cr_assert(eq(int, alm_evaluation_applies(evaluation, i),
                     strstr("log_loss brier balanced_accuracy qlike", metrics[i].code) == NULL));
    add_classes(evaluation, 0, 0, even, actual);
    add_error(evaluation, 1, 0, 0, 1, 7);
    cr_assert(eq(int, alm_evaluation_leaderboard(evaluation, leaders, NULL), ALM_OK));
    cr_assert(eq(sz, leaders[1].forecaster, 1));
    cr_assert(leaders[1].n_origins == 0 && isnan(leaders[1].skill) && leaders[1].mae == 1);
    for (size_t i = 0; i < n; i++)
        cr_assert(eq(int, alm_evaluation_applies(evaluation, i), strcmp(metrics[i].code, "qlike") != 0));
    alm_evaluation_free(evaluation);
}

Test(evaluation, an_impossible_class_that_occurs_costs_a_finite_log_loss)
{
    struct alm_evaluation *evaluation = create(1, 1, 1, 2, 2, NULL, 0);
    const double sure[] = {1, 0, 0, 1, 0, 0}, actual[] = {9, 9};
    add_classes(evaluation, 0, 0, sure, actual);
    cr_assert(epsilon_eq(dbl, value_of(evaluation, 0, "log_loss"), -log(1e-15), 1e-9));
    alm_evaluation_free(evaluation);
}
