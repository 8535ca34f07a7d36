/* The theta family and classical decomposition against independent implementations
 * (tests/golden/forecast_theta.py). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "forecast/theta/decomposition.h"
#include "forecast/theta/model.h"
#include "forecast_theta.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { N = COUNT(golden_theta_y), AIR = COUNT(golden_air) };

static void assert_near(const double *got, const double *expected, size_t n, double tolerance,
                        const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs(got[i] - expected[i]) <= tolerance * fabs(expected[i]),
                  "%s [%zu]: %.15g, expected %.15g", what, i, got[i], expected[i]);
}

static struct alm_theta model_of(size_t i)
{
    return (struct alm_theta){golden_theta[i].kind[0] == 'd', golden_theta[i].alpha, golden_theta[i].theta,
                              golden_theta[i].level};
}

Test(theta, errors_and_forecasts_at_given_parameters_agree_with_statsforecast)
{
    for (size_t i = 0; i < COUNT(golden_theta); i++) {
        const struct alm_theta model = model_of(i);
        struct alm_theta_state end;
        double e[N], mean[GOLDEN_THETA_H];
        const double criterion = alm_theta_criterion(&end, e, &model, golden_theta_y, N);
        assert_near(&criterion, &golden_theta[i].criterion, 1, 1e-10, golden_theta[i].kind);
        assert_near(&e[N - 1], &golden_theta[i].last_error, 1, 1e-10, golden_theta[i].kind);
        for (size_t h = 0; h < GOLDEN_THETA_H; h++) {
            mean[h] = alm_theta_next(&end, &model);
            alm_theta_add(&end, &model, mean[h]);
        }
        assert_near(mean, golden_theta[i].mean, GOLDEN_THETA_H, 1e-10, golden_theta[i].kind);
    }
}

Test(theta, the_least_criterion_is_no_more_than_that_of_statsforecast)
{
    for (size_t i = 0; i < COUNT(golden_theta); i++) {
        struct alm_theta model = {.dynamic = golden_theta[i].kind[0] == 'd',
                                  .alpha = (double)NAN,
                                  .theta = strchr(golden_theta[i].kind, 'o') != NULL ? (double)NAN : 2};
        cr_assert(alm_theta_fit(&model, golden_theta_y, N, NULL) == ALM_OK);
        const double least = alm_theta_criterion(NULL, NULL, &model, golden_theta_y, N);
        cr_assert(least <= golden_theta[i].least * (1 + 1e-9), "%s: %.12g, statsforecast %.12g",
                  golden_theta[i].kind, least, golden_theta[i].least);
        cr_assert(model.theta >= 1 && model.alpha >= ALM_THETA_LOWEST_ALPHA);
    }
}

Test(theta, level_and_theta_are_the_best_for_their_alpha)
{
    for (int dynamic = 0; dynamic < 2; dynamic++) {
        struct alm_theta model = {dynamic == 1, 0.3, (double)NAN, 0};
        cr_assert(alm_theta_fit(&model, golden_theta_y, N, NULL) == ALM_OK);
        const double least = alm_theta_criterion(NULL, NULL, &model, golden_theta_y, N);
        for (int k = 0; k < 4; k++) {
            struct alm_theta other = model;
            if (k < 2) other.level += k == 0 ? 0.1 : -0.1;
            if (k >= 2) other.theta = fmax(1, other.theta * (k == 2 ? 1.05 : 0.95));
            const double value = alm_theta_criterion(NULL, NULL, &other, golden_theta_y, N);
            cr_assert(value >= least - 1e-10, "%d, %d: theta %g, %.15g below %.15g", dynamic, k, model.theta,
                      value, least);
        }
    }
}

/* The variance of a forecast is what errors of variance 1 make of it: checked by moving each error. */
Test(theta, intervals_widen_as_the_recursion_says)
{
    static const char *const kinds[] = {"std", "dstm"};
    for (size_t k = 0; k < COUNT(kinds); k++) {
        char spec[60];
        snprintf(spec, sizeof spec, "theta:kind=%s,alpha=0.4", kinds[k]);
        const struct alm_history_series series = {
            .name = "s", .target = {golden_theta_y, NULL, N}, .season_length = 1};
        struct alm_forecast *f = fitted_forecast(spec, series, 5);
        struct alm_theta model = {k == 1, 0.4, 2, 0};
        cr_assert(alm_theta_fit(&model, golden_theta_y, N, NULL) == ALM_OK);
        const double one = f->quantile[2] - f->mean[0];
        for (size_t h = 1; h < 5; h++) {
            double variance = 1;
            for (size_t shock = 0; shock < h; shock++) {
                struct alm_theta_state s;
                alm_theta_criterion(&s, NULL, &model, golden_theta_y, N);
                for (size_t i = 0; i < h; i++)
                    alm_theta_add(&s, &model, alm_theta_next(&s, &model) + (i == shock));
                const double moved = alm_theta_next(&s, &model) - f->mean[h];
                variance += moved * moved;
            }
            const double width = f->quantile[h * SUPPORT_LEVELS + 2] - f->mean[h],
                         expected = one * sqrt(variance);
            assert_near(&width, &expected, 1, 1e-9, kinds[k]);
        }
        alm_forecast_free(f);
    }
}

Test(theta, the_theta_method_forecasts_airline_passengers_as_r_does)
{
    const struct alm_history_series air = {
        .name = "s", .target = {golden_air, NULL, AIR}, .season_length = 12};
    struct alm_forecast *f = fitted_forecast("theta", air, 12);
    /* R's alpha maximises the likelihood of all errors, ours those from the fourth on */
    assert_near(f->mean, golden_air_thetaf, 12, 5e-3, "thetaf");
    alm_forecast_free(f);
}

Test(theta, naive2_is_the_adjusted_last_value_of_r)
{
    const struct alm_history_series air = {
        .name = "s", .target = {golden_air, NULL, AIR}, .season_length = 12};
    struct alm_forecast *f = fitted_forecast("naive2", air, 12);
    assert_near(f->mean, golden_air_naive2, 12, 1e-12, "naive2");
    alm_forecast_free(f);
    f = fitted_forecast("naive2:decomposition=none", air, 12);
    for (size_t h = 0; h < 12; h++)
        cr_assert(eq(dbl, f->mean[h], golden_air[AIR - 1]));
    alm_forecast_free(f);
}

Test(decomposition, indices_agree_with_r)
{
    double index[12];
    alm_season_indices(index, golden_air, AIR, 12, true);
    assert_near(index, golden_air_multiplicative, 12, 1e-12, "multiplicative");
    alm_season_indices(index, golden_air, AIR, 12, false);
    assert_near(index, golden_air_additive, 12, 1e-10, "additive");
    alm_season_indices(index, golden_air, AIR, 7, false);
    assert_near(index, golden_air_odd, 7, 1e-10, "odd");
}

Test(decomposition, a_season_is_significant_where_there_is_one)
{
    double noise[60];
    for (size_t t = 0; t < 60; t++)
        noise[t] = (double)((t * 7919 + t * t * 104729) % 1009);
    cr_assert(alm_season_is_significant(golden_air, AIR, 12));
    cr_assert(not(alm_season_is_significant(golden_air, 35, 12)), "not three seasons");
    cr_assert(not(alm_season_is_significant(noise, 60, 12)));
    memset(noise, 0, sizeof noise);
    cr_assert(not(alm_season_is_significant(noise, 60, 12)));
}
