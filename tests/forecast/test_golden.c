/* The simple forecasters against an independent implementation (tests/golden/forecast_classical.py). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forecast_classical.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct alm_history_series golden_series(const char *name, size_t season)
{
    const bool nile = strcmp(name, "nile") == 0;
    return (struct alm_history_series){
        .name = name,
        .target = {nile ? golden_nile : golden_co2, NULL, nile ? COUNT(golden_nile) : COUNT(golden_co2)},
        .season_length = season};
}

/* Fits and forecasts with the golden levels. */
static struct alm_forecast *run(struct alm_forecaster *forecaster, const struct alm_history_series *series)
{
    const struct alm_history history = {1, series, GOLDEN_HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecast *out;
    cr_assert(alm_forecaster_fit(forecaster, &history, golden_levels, GOLDEN_LEVELS, NULL, &outcome, NULL) ==
              ALM_OK);
    cr_assert(alm_forecast_create(&out, 1, GOLDEN_HORIZON, golden_levels, GOLDEN_LEVELS, NULL) == ALM_OK);
    cr_assert(alm_forecaster_forecast(forecaster, &history, out, &outcome, NULL) == ALM_OK);
    cr_assert(eq(int, outcome.status, ALM_OK), "%s", outcome.reason);
    return out;
}

static void assert_near(const double *got, const double *expected, size_t n, double tolerance,
                        const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs(got[i] - expected[i]) <= tolerance * fabs(expected[i]),
                  "%s [%zu]: %.15g, expected %.15g", what, i, got[i], expected[i]);
}

Test(golden, forecasts_and_intervals_agree_with_numpy)
{
    for (size_t i = 0; i < COUNT(golden_cases); i++) {
        const struct golden_case *g = &golden_cases[i];
        const struct alm_history_series series = golden_series(g->series, g->season);
        struct alm_forecaster *forecaster = make_forecaster(g->spec, 0, 0);
        struct alm_forecast *out = run(forecaster, &series);
        /* a minimum is only found to the root of the rounding error */
        const double tolerance = strcmp(g->spec, "ses") == 0 ? 1e-7 : 1e-11;
        cr_assert(out->has_quantiles[0]);
        assert_near(out->mean, g->mean, GOLDEN_HORIZON, tolerance, g->spec);
        assert_near(out->quantile, g->quantile, GOLDEN_HORIZON * GOLDEN_LEVELS, tolerance, g->spec);
        alm_forecast_free(out);
        alm_forecaster_free(forecaster);
    }
}

Test(golden, ses_finds_the_optimum_of_scipy_and_no_worse_than_statsmodels)
{
    const struct alm_history_series series = golden_series("nile", 1);
    struct alm_forecaster *forecaster = make_forecaster("ses", 0, 0);
    struct alm_text text = {0};
    double alpha, sigma;
    alm_forecast_free(run(forecaster, &series));
    alm_forecaster_describe(forecaster, 0, &text);
    cr_assert(sscanf(text.data, "model=ANN\nalpha=%lf\nfirst_level=%*f\nsigma=%lf", &alpha, &sigma) == 2,
              "%s", text.data);
    cr_assert(fabs(alpha - golden_nile_alpha) < 1e-6);
    cr_assert(fabs(alpha - golden_nile_alpha_statsmodels) < 1e-5);
    cr_assert(fabs(alpha - golden_nile_alpha_ets) < 2e-3);
    const double squares = sigma * sigma * (COUNT(golden_nile) - 2);
    cr_assert(squares <= golden_nile_sse_statsmodels * (1 + 1e-5));
    cr_assert(squares <= golden_nile_sse_ets * (1 + 1e-5));
    alm_text_clear(&text);
    alm_forecaster_free(forecaster);
}
