/* croston and averages of windows against independent implementations (tests/golden/forecast_averages.py). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>

#include "forecast_averages.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { LEVELS = COUNT(golden_wave_levels) };

static struct alm_history_series series_of(const double *y, size_t n, size_t season)
{
    return (struct alm_history_series){.name = "s", .target = {y, NULL, n}, .season_length = season};
}

/* The forecast of spec, at the golden levels. */
static struct alm_forecast *run(const char *spec, struct alm_history_series series, size_t horizon)
{
    const struct alm_history history = {1, &series, horizon};
    struct alm_forecaster *forecaster = make_forecaster(spec, 0, 0);
    struct alm_series_outcome outcome;
    struct alm_forecast *out;
    fit_on(forecaster, &history, &outcome);
    cr_assert(alm_forecast_create(&out, 1, horizon, golden_wave_levels, LEVELS, NULL) == ALM_OK);
    cr_assert(alm_forecaster_forecast(forecaster, &history, out, &outcome, NULL) == ALM_OK);
    cr_assert(eq(int, outcome.status, ALM_OK), "%s: %s", spec, outcome.reason);
    alm_forecaster_free(forecaster);
    return out;
}

static void assert_near(const double *got, const double *expected, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs(got[i] - expected[i]) <= 1e-12 * fabs(expected[i]), "%s [%zu]: %.15g, expected %.15g",
                  what, i, got[i], expected[i]);
}

Test(averages, every_kind_of_croston_agrees_with_r_or_statsforecast)
{
    for (size_t i = 0; i < COUNT(golden_croston); i++) {
        char spec[40];
        snprintf(spec, sizeof spec, "croston:kind=%s", golden_croston[i].kind);
        struct alm_forecast *f = run(spec, series_of(golden_demand, COUNT(golden_demand), 1), 3);
        for (size_t h = 0; h < 3; h++)
            assert_near(&f->mean[h], &golden_croston[i].rate, 1, spec);
        alm_forecast_free(f);
    }
}

Test(averages, demand_that_never_came_is_forecast_as_none_and_the_first_one_counts)
{
    static const double none[5], once[] = {0, 0, 6, 0};
    static const char *const kinds[] = {"classic", "sba", "tsb", "adida"};
    static const double rate[] = {2, 1.9, 6 * 0.1 * 0.9, 2}; /* size 6, interval 3; tsb: 0, 0, 0.1, 0.09 */
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char spec[40];
        snprintf(spec, sizeof spec, "croston:kind=%s", kinds[i]);
        struct alm_forecast *f = run(spec, series_of(none, COUNT(none), 1), 1);
        cr_assert(eq(dbl, f->mean[0], 0));
        alm_forecast_free(f);
        f = run(spec, series_of(once, COUNT(once), 1), 1);
        assert_near(f->mean, &rate[i], 1, spec);
        alm_forecast_free(f);
    }
}

Test(averages, means_and_quantiles_of_windows_agree_with_numpy)
{
    const struct alm_history_series wave = series_of(golden_wave, COUNT(golden_wave), GOLDEN_WAVE_SEASON);
    struct alm_forecast *f = run("window-average:window=12", wave, GOLDEN_WAVE_HORIZON);
    assert_near(f->mean, golden_window_average, GOLDEN_WAVE_HORIZON, "window-average");
    alm_forecast_free(f);
    f = run("seasonal-window-average:window=3", wave, GOLDEN_WAVE_HORIZON);
    assert_near(f->mean, golden_seasonal_window_average, GOLDEN_WAVE_HORIZON, "seasonal-window-average");
    alm_forecast_free(f);
    f = run("historic-quantiles", wave, GOLDEN_WAVE_HORIZON);
    assert_near(f->mean, golden_historic_median, GOLDEN_WAVE_HORIZON, "median");
    assert_near(f->quantile, golden_historic_quantiles, GOLDEN_WAVE_HORIZON * LEVELS, "quantiles");
    alm_forecast_free(f);
}

Test(averages, missing_values_are_left_out_of_a_window)
{
    static const double y[] = {9, 9, 1, NAN, 3, NAN};
    const struct alm_history_series series = series_of(y, COUNT(y), 2);
    struct alm_forecast *f = run("window-average:window=4", series, 1);
    cr_assert(eq(dbl, f->mean[0], 2));
    alm_forecast_free(f);
    f = run("seasonal-window-average:window=2", series, 2); /* places 4, 2 and 5, 3: the latter are missing */
    cr_assert(eq(dbl, f->mean[0], 2));
    cr_assert(eq(dbl, f->mean[1], 3));
    alm_forecast_free(f);
}
