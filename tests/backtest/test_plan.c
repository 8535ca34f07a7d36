#include "backtest/plan.h"

#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct alm_backtest_settings usual = {.split = {.horizon = 3, .folds = 4, .step = 2, .refit = 1},
                                                   .find = find_type};

Test(plan, naive_comes_first_when_the_user_named_none)
{
    struct alm_series **series = make_series(2, 60, 0);
    const char *const specs[] = {"drift", "mean"};
    struct alm_plan *plan = make_plan(&usual, series, 2, specs, 2);
    cr_assert(eq(sz, plan->n_forecasters, 3));
    cr_assert(eq(str, plan->forecaster[0].label, "naive"));
    cr_assert(plan->forecaster[0].added);
    cr_assert_not(plan->forecaster[1].added);
    cr_assert(eq(sz, plan->naive, 0));
    cr_assert(eq(sz, plan->n_tasks, 12));
    cr_assert(eq(sz, alm_plan_forecaster(plan, 4), 1));
    cr_assert(eq(sz, alm_plan_fold(plan, 4), 1));
    cr_assert(eq(sz, alm_plan_origin(plan, 0, 3)->bar, 56));
    cr_assert(eq(sz, alm_plan_origin(plan, 1, 3)->bar, 49));
    alm_plan_free(plan);
    free_series(series, 2);
}

Test(plan, a_naive_that_the_user_named_is_the_baseline)
{
    struct alm_series **series = make_series(1, 60, 0);
    const char *const specs[] = {"drift", "base=naive"};
    struct alm_plan *plan = make_plan(&usual, series, 1, specs, 2);
    cr_assert(eq(sz, plan->n_forecasters, 2));
    cr_assert(eq(sz, plan->naive, 1));
    cr_assert(eq(str, plan->forecaster[1].label, "base"));
    cr_assert_not(plan->forecaster[1].added);
    alm_plan_free(plan);
    free_series(series, 1);
}

Test(plan, labels_are_bare_names_where_those_are_unique)
{
    struct alm_series **series = make_series(1, 60, 0);
    const char *const specs[] = {"seasonal-naive:season=7", "seasonal-naive:season=05",
                                 "weekly=seasonal-naive:season=7", "drift"};
    struct alm_plan *plan = make_plan(&usual, series, 1, specs, 4);
    cr_assert(eq(str, plan->forecaster[1].label, "seasonal-naive:season=7"));
    cr_assert(eq(str, plan->forecaster[2].label, "seasonal-naive:season=5"));
    cr_assert(eq(str, plan->forecaster[3].label, "weekly"));
    cr_assert(eq(str, plan->forecaster[3].spec, "seasonal-naive:season=7"));
    cr_assert(eq(str, plan->forecaster[4].label, "drift"));
    alm_plan_free(plan);
    free_series(series, 1);
}

static void expect(enum alm_status status, const char *part, const struct alm_backtest_settings *settings,
                   struct alm_series **series, size_t n_series, const char *const *specs, size_t n_specs)
{
    struct alm_plan *plan;
    struct alm_error error = {0};
    cr_assert(eq(int,
                 alm_plan_create(&plan, settings, (const struct alm_series *const *)series, n_series, specs,
                                 n_specs, &error),
                 (int)status),
              "%s", error.text);
    cr_assert(strstr(error.text, part) != NULL, "%s", error.text);
    cr_assert(plan == NULL);
}

Test(plan, everything_is_checked_before_the_first_fit)
{
    struct alm_series **series = make_series(2, 60, 0);
    struct alm_series *twice[] = {series[0], series[0]};
    const double falling[] = {0.5, 0.4}, outside[] = {0.5, 1};
    struct alm_backtest_settings settings = usual;
    expect(ALM_USAGE, "did you mean drift", &settings, series, 1, (const char *[]){"drfit"}, 1);
    expect(ALM_USAGE, "season", &settings, series, 1, (const char *[]){"seasonal-naive:seson=3"}, 1);
    expect(ALM_USAGE, "both named drift", &settings, series, 1, (const char *[]){"drift", "drift=mean"}, 2);
    expect(ALM_USAGE, "both named naive", &settings, series, 1, (const char *[]){"naive=mean"}, 1);
    expect(ALM_USAGE, "given twice", &settings, twice, 2, (const char *[]){"drift"}, 1);
    expect(ALM_USAGE, "at least one series", &settings, series, 0, (const char *[]){"drift"}, 1);
    expect(
        ALM_DATA, "hungry needs 40 values",
        &(struct alm_backtest_settings){.split = {.horizon = 3, .folds = 30, .step = 1}, .find = find_type},
        series, 2, (const char *[]){"hungry"}, 1);
    settings.level = falling;
    settings.n_levels = 2;
    expect(ALM_USAGE, "rise", &settings, series, 1, (const char *[]){"drift"}, 1);
    settings.level = outside;
    expect(ALM_USAGE, "between 0 and 1", &settings, series, 1, (const char *[]){"drift"}, 1);
    settings = usual;
    settings.split.horizon = 0;
    expect(ALM_USAGE, "horizon", &settings, series, 1, (const char *[]){"drift"}, 1);
    settings.split.horizon = 3;
    settings.split.folds = 100;
    expect(ALM_DATA, "at most 29 are possible", &settings, series, 2, (const char *[]){"drift"}, 1);
    free_series(series, 2);
}

Test(plan, interval_percentages_become_quantile_levels)
{
    const double interval[] = {95, 80, 80};
    double level[7];
    size_t n;
    cr_assert(eq(int, alm_levels_of_intervals(level, &n, interval, 3, NULL), ALM_OK));
    const double expected[] = {0.025, 0.1, 0.5, 0.9, 0.975};
    cr_assert(eq(sz, n, 5));
    for (size_t i = 0; i < n; i++)
        cr_assert(eq(dbl, level[i], expected[i]));
    cr_assert(eq(int, alm_levels_of_intervals(level, &n, interval, 0, NULL), ALM_OK));
    cr_assert(eq(sz, n, 0));
    cr_assert(eq(int, alm_levels_of_intervals(level, &n, (double[]){100}, 1, NULL), ALM_USAGE));
}
