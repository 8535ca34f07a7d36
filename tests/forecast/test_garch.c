/* GARCH(1,1) against arch (tests/golden/forecast_garch.py), and what its forecasts must be. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "forecast/garch/model.h"
#include "forecast_garch.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { N = COUNT(golden_returns) };

static double mean_of_returns(void)
{
    double sum = 0;
    for (size_t t = 0; t < N; t++)
        sum += golden_returns[t];
    return sum / N;
}

static void assert_near(double got, double expected, double tolerance, const char *what)
{
    cr_assert(fabs(got - expected) <= tolerance * fabs(expected), "%s: %.15g, expected %.15g", what, got,
              expected);
}

Test(garch, variances_and_likelihoods_at_given_parameters_agree_with_arch)
{
    for (size_t i = 0; i < COUNT(golden_garch); i++) {
        const struct alm_garch model = {golden_garch[i].mu, golden_garch[i].omega, golden_garch[i].alpha,
                                        golden_garch[i].beta,
                                        golden_garch[i].nu > 0 ? golden_garch[i].nu : (double)INFINITY};
        double h[N], next;
        const double backcast =
            alm_garch_backcast(golden_returns, N, golden_garch[i].mu == 0 ? 0 : mean_of_returns());
        const double likelihood = alm_garch_likelihood(&next, h, &model, golden_returns, N, backcast);
        assert_near(likelihood, golden_garch[i].likelihood, 1e-10, "likelihood");
        for (size_t t = 0; t < GOLDEN_GARCH_H; t++)
            assert_near(h[t], golden_garch[i].h[t], 1e-10, "h");
        assert_near(next, golden_garch[i].next, 1e-10, "next");
    }
}

Test(garch, its_best_likelihood_is_no_worse_than_that_of_arch)
{
    for (size_t i = 0; i < COUNT(golden_garch); i++) {
        const bool zero = golden_garch[i].mu == 0;
        struct alm_garch model = {zero ? 0 : (double)NAN, (double)NAN, (double)NAN, (double)NAN,
                                  golden_garch[i].nu > 0 ? (double)NAN : (double)INFINITY};
        cr_assert(alm_garch_fit(&model, golden_returns, N, NULL) == ALM_OK);
        const double best =
            alm_garch_likelihood(NULL, NULL, &model, golden_returns, N,
                                 alm_garch_backcast(golden_returns, N, zero ? 0 : mean_of_returns()));
        cr_assert(best >= golden_garch[i].best - 1e-6, "%zu: %.10g, arch %.10g", i, best,
                  golden_garch[i].best);
        cr_assert(model.alpha + model.beta < 1);
    }
}

Test(garch, given_parameters_stay_and_the_others_are_estimated_around_them)
{
    struct alm_garch model = {0, (double)NAN, 0.2, (double)NAN, (double)INFINITY};
    cr_assert(alm_garch_fit(&model, golden_returns, N, NULL) == ALM_OK);
    cr_assert(eq(dbl, model.alpha, 0.2));
    cr_assert(eq(dbl, model.mu, 0));
    cr_assert(model.omega > 0 && model.beta > 0 && model.beta < 0.8);
}

/* A level whose log returns are the golden ones, in percent. */
static void make_level(double *y, double scale)
{
    y[0] = scale;
    for (size_t t = 0; t < N; t++)
        y[t + 1] = y[t] * exp(golden_returns[t] / 100);
}

static struct alm_forecast *forecast_of(const char *spec, const double *y, size_t n, size_t horizon)
{
    const struct alm_history_series series = {.name = "s", .target = {y, NULL, n}, .season_length = 1};
    return fitted_forecast(spec, series, horizon);
}

Test(garch, a_level_is_forecast_as_its_last_value_with_quantiles_that_widen_around_it)
{
    double y[N + 1];
    make_level(y, 50);
    static const char *const specs[] = {"garch", "garch:errors=t"};
    for (size_t s = 0; s < COUNT(specs); s++) {
        struct alm_forecast *f = forecast_of(specs[s], y, N + 1, 12);
        for (size_t i = 0; i < 12; i++) {
            const double *q = &f->quantile[i * SUPPORT_LEVELS]; /* 0.1, 0.5, 0.9 */
            cr_assert(eq(dbl, f->mean[i], y[N]));
            assert_near(q[1], y[N], 1e-12, "median");
            assert_near(q[0] * q[2], y[N] * y[N], 1e-12, "a ratio down is as likely as the same ratio up");
            if (i > 0) cr_assert(q[2] > q[2 - SUPPORT_LEVELS]);
        }
        alm_forecast_free(f);
    }
}

Test(garch, the_first_step_has_the_variance_of_the_recursion)
{
    double y[N + 1], next;
    make_level(y, 50);
    const char *spec = "garch:omega=0.00001,alpha=0.1,beta=0.8";
    struct alm_forecast *f = forecast_of(spec, y, N + 1, 1);
    double r[N];
    for (size_t t = 0; t < N; t++)
        r[t] = log(y[t + 1]) - log(y[t]);
    const struct alm_garch model = {0, 1e-5, 0.1, 0.8, (double)INFINITY};
    alm_garch_likelihood(&next, NULL, &model, r, N, alm_garch_backcast(r, N, 0));
    assert_near(f->quantile[2], y[N] * exp(sqrt(next) * gsl_cdf_ugaussian_Pinv(0.9)), 1e-10, "q0.9");
    alm_forecast_free(f);
}

Test(garch, without_arch_effects_paths_have_the_quantiles_of_a_random_walk)
{
    double y[N + 1];
    make_level(y, 50);
    struct alm_forecast *f = forecast_of("garch:omega=0.0001,alpha=0,beta=0", y, N + 1, 9);
    for (size_t i = 0; i < 9; i++) {
        const double expected = 0.01 * sqrt((double)(i + 1)) * gsl_cdf_ugaussian_Pinv(0.9);
        assert_near(log(f->quantile[i * SUPPORT_LEVELS + 2] / y[N]), expected, i == 0 ? 1e-9 : 0.06, "q0.9");
    }
    alm_forecast_free(f);
}

Test(garch, the_scale_of_a_level_does_not_matter)
{
    double y[N + 1];
    make_level(y, 1);
    struct alm_forecast *plain = forecast_of("garch", y, N + 1, 4);
    make_level(y, 0x1p-400);
    struct alm_forecast *tiny = forecast_of("garch", y, N + 1, 4);
    for (size_t i = 0; i < 4 * SUPPORT_LEVELS; i++)
        assert_near(tiny->quantile[i] * 0x1p400, plain->quantile[i], 1e-6, "quantile");
    alm_forecast_free(plain);
    alm_forecast_free(tiny);
}

Test(garch, returns_are_taken_as_they_are_and_levels_below_zero_are_no_levels)
{
    struct alm_forecast *f = forecast_of("garch", golden_returns, N, 3);
    cr_assert(fabs(f->mean[2] - mean_of_returns()) < 0.15);
    cr_assert(f->quantile[0] < 0 && f->quantile[2] > 0);
    alm_forecast_free(f);
    const struct alm_history_series series = {
        .name = "s", .target = {golden_returns, NULL, N}, .season_length = 1};
    const struct alm_history history = {1, &series, 3};
    struct alm_forecaster *forecaster = make_forecaster("garch:on=logreturn", 1, 0);
    struct alm_series_outcome outcome;
    fit_on(forecaster, &history, &outcome);
    cr_assert(outcome.status == ALM_DATA && strstr(outcome.reason, "on=value") != NULL, "%s", outcome.reason);
    alm_forecaster_free(forecaster);
}
