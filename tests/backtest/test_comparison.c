/* Tests of ranks, regressions and sets against other programs. */
#include "backtest/bootstrap.h"
#include "backtest/friedman.h"
#include "backtest/mincer_zarnowitz.h"
#include "confidence_set.h"
#include "rank_tests.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool close_to(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

Test(comparison, ranks_over_series_are_those_of_scipy_and_of_the_paper)
{
    for (size_t i = 0; i < COUNT(golden_friedman); i++) {
        const size_t n = golden_friedman[i].n, k = golden_friedman[i].k;
        struct alm_test test;
        double rank[5];
        cr_assert(eq(int, alm_friedman_test(&test, rank, golden_friedman[i].loss, n, k, NULL), ALM_OK));
        cr_assert(close_to(test.statistic, golden_friedman[i].statistic), "%.17g", test.statistic);
        cr_assert(close_to(test.p_two_sided, golden_friedman[i].p), "%.17g", test.p_two_sided);
        for (size_t j = 0; j < k; j++)
            cr_assert(close_to(rank[j], golden_friedman[i].rank[j]));
    }
    /* Demsar 2006, 3.2.2: the critical difference of four classifiers on 14 data sets at 5 % is 1.25 */
    const double difference = alm_normal_range_inverse(0.05, 4) * alm_nemenyi_error(14, 4);
    cr_assert(fabs(difference - 1.25) < 0.005, "%g", difference);
}

Test(comparison, the_range_of_normal_values_is_that_of_scipy)
{
    for (size_t i = 0; i < COUNT(golden_range); i++) {
        const double p = alm_normal_range(golden_range[i].q, golden_range[i].k);
        cr_assert(close_to(p, golden_range[i].p), "%.17g %.17g", p, golden_range[i].p);
        cr_assert(fabs(alm_normal_range_inverse(p, golden_range[i].k) - golden_range[i].q) < 1e-6);
    }
}

Test(comparison, ranks_that_say_nothing_make_no_test)
{
    const double tied[] = {1, 1, 1, 2, 2, 2}, loss[] = {1, 2, 3, 4};
    struct alm_test test;
    double rank[3];
    cr_assert(eq(int, alm_friedman_test(&test, rank, tied, 2, 3, NULL), ALM_OK));
    cr_assert(test.name == NULL && isnan(test.p_two_sided) && rank[0] == 2 && rank[2] == 2);
    cr_assert(eq(int, alm_friedman_test(&test, rank, loss, 2, 2, NULL), ALM_OK));
    cr_assert(test.name == NULL);
    cr_assert(eq(int, alm_friedman_test(&test, rank, loss, 0, 3, NULL), ALM_OK));
    cr_assert(test.name == NULL);
}

/* A fit to values with the number of their origin. */
static struct alm_mincer_zarnowitz fit_values(const double *forecast, const double *actual,
                                              const size_t *origin, size_t n, size_t h)
{
    struct alm_origin_moments moments[200] = {0};
    size_t origins = 0;
    for (size_t i = 0; i < n; i++) {
        origins += i == 0 || origin[i] != origin[i - 1];
        cr_assert(origins <= COUNT(moments));
        alm_origin_moments_add(&moments[origins - 1], forecast[i], actual[i]);
    }
    return alm_mincer_zarnowitz_fit(moments, origins, h);
}

Test(comparison, regressions_of_actuals_on_forecasts_are_those_of_statsmodels)
{
    for (size_t i = 0; i < COUNT(golden_mincer_zarnowitz); i++) {
        const struct alm_mincer_zarnowitz fit = fit_values(
            golden_mincer_zarnowitz[i].forecast, golden_mincer_zarnowitz[i].actual,
            golden_mincer_zarnowitz[i].origin, golden_mincer_zarnowitz[i].n, golden_mincer_zarnowitz[i].h);
        cr_assert(close_to(fit.intercept, golden_mincer_zarnowitz[i].intercept));
        cr_assert(close_to(fit.slope, golden_mincer_zarnowitz[i].slope));
        cr_assert(close_to(fit.intercept_error, golden_mincer_zarnowitz[i].intercept_error));
        cr_assert(close_to(fit.slope_error, golden_mincer_zarnowitz[i].slope_error));
        cr_assert(close_to(fit.statistic, golden_mincer_zarnowitz[i].statistic), "%.17g", fit.statistic);
        cr_assert(close_to(fit.p, golden_mincer_zarnowitz[i].p), "%.17g", fit.p);
    }
}

Test(comparison, regressions_that_say_nothing_are_not_made)
{
    double x[20], y[20];
    size_t origin[20];
    for (size_t i = 0; i < 20; i++) {
        origin[i] = i;
        x[i] = 0.1;
        y[i] = sin((double)i);
    }
    cr_assert(isnan(fit_values(x, y, origin, 20, 1).p), "the forecasts are all the same");
    cr_assert(isnan(fit_values(y, y, origin, 20, 1).p), "nothing is left to test");
    for (size_t i = 0; i < 20; i++)
        x[i] = cos((double)i);
    cr_assert(not(isnan(fit_values(x, y, origin, 20, 1).p)));
    cr_assert(isnan(fit_values(x, y, origin, 9, 1).p), "too few origins");
    cr_assert(isnan(fit_values(x, y, origin, 20, 7).p), "too few that do not overlap");
}

/* Both are random; at 1000 draws a p has a standard error of at most 0.016. */
Test(comparison, confidence_sets_are_those_of_arch_but_for_the_draws)
{
    for (size_t i = 0; i < COUNT(golden_set); i++) {
        double p[5];
        cr_assert(eq(int,
                     alm_confidence_set(p, golden_set[i].loss, golden_set[i].n, golden_set[i].k,
                                        golden_set[i].block, NULL),
                     ALM_OK));
        for (size_t j = 0; j < golden_set[i].k; j++)
            cr_assert(fabs(p[j] - golden_set[i].p[j]) < 0.04, "%zu %zu: %g, not %g", i, j, p[j],
                      golden_set[i].p[j]);
    }
}
