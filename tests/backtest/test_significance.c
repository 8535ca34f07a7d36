#include "backtest/significance.h"

#include "backtest/bootstrap.h"
#include "backtest_tests.h"
#include "base/random.h"
#include "dm_test.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static bool close_to(double a, double b)
{
    return fabs(a - b) <= 1e-12 + 1e-10 * fabs(b);
}

static void check(const struct alm_test *test, const struct golden_test *golden)
{
    cr_assert(close_to(test->statistic, golden->statistic), "%.17g", test->statistic);
    cr_assert(close_to(test->p_better, golden->p_better), "%.17g %.17g", test->p_better, golden->p_better);
    cr_assert(close_to(test->p_two_sided, golden->p_two_sided));
    cr_assert(eq(str, (char *)test->name, (char *)golden->name));
}

Test(significance, diebold_mariano_agrees_with_scipy_and_statsmodels)
{
    for (size_t i = 0; i < sizeof golden_dm / sizeof *golden_dm; i++) {
        const struct alm_test test = alm_dm_test(golden_dm[i].d, golden_dm[i].n, golden_dm[i].h);
        check(&test, &golden_dm[i]);
        cr_assert(eq(sz, test.n, golden_dm[i].n));
    }
}

Test(significance, wilcoxon_agrees_with_scipy)
{
    for (size_t i = 0; i < sizeof golden_wilcoxon / sizeof *golden_wilcoxon; i++) {
        struct alm_test test;
        cr_assert(
            eq(int, alm_wilcoxon_test(&test, golden_wilcoxon[i].d, golden_wilcoxon[i].n, NULL), ALM_OK));
        check(&test, &golden_wilcoxon[i]);
    }
}

/* P(W <= w) by going through all signs. */
static double enumerate(const double *d, size_t n)
{
    double w = 0, rank[16];
    size_t below = 0;
    for (size_t i = 0; i < n; i++) {
        rank[i] = 1;
        for (size_t j = 0; j < n; j++)
            rank[i] += fabs(d[j]) < fabs(d[i]);
        w += d[i] > 0 ? rank[i] : 0;
    }
    for (size_t signs = 0; signs < (size_t)1 << n; signs++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += (signs >> i & 1) ? rank[i] : 0;
        below += sum <= w;
    }
    return ldexp((double)below, -(int)n);
}

Test(significance, exact_wilcoxon_agrees_with_enumeration)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 5, NULL), ALM_OK));
    for (size_t n = 1; n <= 12; n++) {
        double d[12];
        struct alm_test test;
        for (size_t i = 0; i < n; i++)
            d[i] = alm_random_normal(random);
        cr_assert(eq(int, alm_wilcoxon_test(&test, d, n, NULL), ALM_OK));
        cr_assert(close_to(test.p_better, enumerate(d, n)));
    }
    alm_random_free(random);
}

Test(significance, nothing_is_tested_with_too_few_origins_or_without_variance)
{
    double d[100];
    for (size_t i = 0; i < 100; i++)
        d[i] = i % 2 ? 1.0 : -2.0;
    cr_assert(eq(sz, alm_dm_minimum(1), 10));
    cr_assert(eq(sz, alm_dm_minimum(4), 12));
    cr_assert(alm_dm_test(d, 9, 1).name == NULL);
    cr_assert(alm_dm_test(d, 10, 1).name != NULL);
    cr_assert(alm_dm_test(d, 11, 4).name == NULL);
    cr_assert(isnan(alm_dm_test(d, 11, 4).p_better));
    for (size_t i = 0; i < 100; i++)
        d[i] = -0.1;
    cr_assert(alm_dm_test(d, 100, 3).name == NULL);
    memset(d, 0, sizeof d);
    cr_assert(alm_dm_test(d, 100, 1).name == NULL);
    struct alm_test test;
    cr_assert(eq(int, alm_wilcoxon_test(&test, d, 100, NULL), ALM_OK));
    cr_assert(test.name == NULL && isnan(test.p_better));
    cr_assert(eq(int, alm_wilcoxon_test(&test, d, 0, NULL), ALM_OK));
    cr_assert(test.name == NULL);
}

Test(significance, swapping_the_two_forecasters_turns_the_verdict_around)
{
    for (size_t i = 0; i < sizeof golden_dm / sizeof *golden_dm; i++) {
        double d[420];
        for (size_t j = 0; j < golden_dm[i].n; j++)
            d[j] = -3.5 * golden_dm[i].d[j]; /* the scale does not matter */
        const struct alm_test test = alm_dm_test(d, golden_dm[i].n, golden_dm[i].h);
        cr_assert(close_to(test.p_better, 1 - golden_dm[i].p_better));
        cr_assert(close_to(test.p_two_sided, golden_dm[i].p_two_sided));
    }
}

Test(significance, a_forecaster_without_advantage_is_called_better_as_often_as_stated)
{
    struct alm_random *random;
    size_t rejected = 0;
    cr_assert(eq(int, alm_random_create(&random, 11, NULL), ALM_OK));
    for (size_t trial = 0; trial < 2000; trial++) {
        double noise[43], d[40];
        for (size_t i = 0; i < 43; i++)
            noise[i] = alm_random_normal(random);
        for (size_t i = 0; i < 40; i++)
            d[i] = noise[i] + noise[i + 1] + noise[i + 2];
        rejected += alm_dm_test(d, 40, 3).p_better < 0.05;
    }
    cr_assert(rejected > 60 && rejected < 200, "%zu of 2000",
              rejected); /* nominal 100; the test is known to be liberal */
    alm_random_free(random);
}

Test(significance, both_variants_of_diebold_mariano_agree_with_r)
{
    const size_t n = sizeof golden_r_d / sizeof *golden_r_d;
    for (size_t i = 0; i < sizeof golden_r_dm / sizeof *golden_r_dm; i++) {
        const struct alm_test test = alm_dm_test_of(golden_r_d, n, golden_r_dm[i].h, golden_r_dm[i].bartlett);
        cr_assert(close_to(test.statistic, golden_r_dm[i].statistic), "%.17g", test.statistic);
        cr_assert(close_to(test.p_two_sided, golden_r_dm[i].p), "%.17g", test.p_two_sided);
    }
}

Test(significance, holm_multiplies_by_the_comparisons_left_and_never_falls)
{
    double p[] = {0.04, 0.01, NAN, 0.03, 0.5};
    const double expected[] = {0.09, 0.04, NAN, 0.09, 0.5};
    cr_assert(eq(int, alm_holm(p, 5, NULL), ALM_OK));
    for (size_t i = 0; i < 5; i++) {
        const bool same = isnan(expected[i]) ? isnan(p[i]) : close_to(p[i], expected[i]);
        cr_assert(same, "%zu: %g", i, p[i]);
    }
}

Test(significance, directions_are_tested_against_those_that_chance_would_give)
{
    /* 36 of 40 right; forecasts rise 16 times: by hand from the paper's formulas */
    const double x = 16.0 / 40, chance = 0.5, variance = chance * (1 - chance) / 40;
    const double of_chance = (2 * x - 1) * (2 * x - 1) * 0.25 / 40 + 4 * 0.25 * x * (1 - x) / 1600;
    const struct alm_test test = alm_direction_test(36, 16, 20, 40);
    cr_assert(close_to(test.statistic, (0.9 - chance) / sqrt(variance - of_chance)), "%.17g", test.statistic);
    cr_assert(test.p_better < 1e-6);
    cr_assert(isnan(alm_direction_test(20, 40, 20, 40).statistic), "always up says nothing");
    cr_assert(isnan(alm_direction_test(0, 0, 0, 0).statistic));
}

/* losses [n][3]: the third is worse by `worse`. */
static void make_losses(double *loss, size_t n, double worse, uint64_t seed)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, seed, NULL), ALM_OK));
    for (size_t i = 0; i < 3 * n; i++)
        loss[i] = fabs(alm_random_normal(random)) + (i % 3 == 2 ? worse : 0);
    alm_random_free(random);
}

Test(significance, the_confidence_set_keeps_the_best_and_drops_what_is_much_worse)
{
    double loss[300], p[3];
    make_losses(loss, 100, 1, 5);
    cr_assert(eq(int, alm_confidence_set(p, loss, 100, 3, 5, NULL), ALM_OK));
    cr_assert(p[2] < 0.01 && fmax(p[0], p[1]) == 1, "%g %g %g", p[0], p[1], p[2]);
    size_t dropped = 0;
    for (uint64_t seed = 0; seed < 100; seed++) { /* equals: one is dropped at 10 % in about one of ten */
        make_losses(loss, 100, 0, seed);
        cr_assert(eq(int, alm_confidence_set(p, loss, 100, 3, 1, NULL), ALM_OK));
        dropped += p[0] < 0.1 || p[1] < 0.1 || p[2] < 0.1;
    }
    cr_assert(dropped > 2 && dropped < 22, "%zu", dropped);
}
