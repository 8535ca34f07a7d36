/* Several seasons against R's mstl (tests/golden/mstl.R), and forecasts that put them back. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "forecast/mstl/model.h"
#include "mstl.h"
#include "support.h"

enum { N = sizeof mstl_y / sizeof *mstl_y };

static void assert_near(const double *got, const double *expected, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs(got[i] - expected[i]) < 1e-8, "%s [%zu]: %.15g, expected %.15g", what, i, got[i],
                  expected[i]);
}

Test(mstl, seasons_agree_with_r)
{
    static double seasonal[2 * N], rest[N];
    const struct alm_mstl_options options = {.n_periods = 2, .period = {7, 28}, .window = 11};
    cr_assert(alm_mstl_split(seasonal, rest, mstl_y, N, &options, NULL) == ALM_OK);
    assert_near(seasonal, mstl_7, N, "7");
    assert_near(seasonal + N, mstl_28, N, "28");
    assert_near(rest, mstl_rest, N, "rest");
}

Test(mstl, a_forecast_is_the_last_cycle_of_each_season_upon_the_trend)
{
    const struct alm_history_series series = {.name = "s", .target = {mstl_y, NULL, N}, .season_length = 7};
    struct alm_forecast *f = fitted_forecast("mstl:seasons=28+7,trend=naive", series, 60);
    for (size_t h = 0; h < 60; h++) {
        const double expected = mstl_rest[N - 1] + mstl_7[N - 7 + h % 7] + mstl_28[N - 28 + h % 28];
        assert_near(&f->mean[h], &expected, 1, "mean");
    }
    alm_forecast_free(f);
}

Test(mstl, seasons_that_a_series_is_too_short_for_are_left_out)
{
    const struct alm_history_series series = {.name = "s", .target = {mstl_y, NULL, 20}, .season_length = 7};
    struct alm_forecast *with = fitted_forecast("mstl:seasons=7+28,trend=naive", series, 8);
    struct alm_forecast *without = fitted_forecast("mstl:seasons=7,trend=naive", series, 8);
    cr_assert(same_forecast(with, without));
    alm_forecast_free(with);
    alm_forecast_free(without);
}

Test(mstl, the_trend_is_one_spec_with_options_of_its_own)
{
    struct alm_forecaster *forecaster;
    struct alm_error error = {0};
    const struct alm_forecaster_settings settings = {.seed = 1};
    cr_assert(alm_forecaster_create(&forecaster, "mstl:trend=(theta:kind=dotm)", &settings, &error) == ALM_OK,
              "%s", error.text);
    alm_forecaster_free(forecaster);
    cr_assert(alm_forecaster_create(&forecaster, "mstl:trend=naive+drift", &settings, &error) == ALM_USAGE);
    cr_assert(alm_forecaster_create(&forecaster, "mstl:trend=nave", &settings, &error) == ALM_USAGE);
    cr_assert(strstr(error.text, "naive") != NULL, "%s", error.text);
}
