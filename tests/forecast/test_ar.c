/* Autoregressions against R's ar.burg and lm (tests/golden/ar.R). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ar.h"
#include "support.h"

enum { N = sizeof ar_y / sizeof *ar_y, HORIZON = 12 };

static void assert_forecast(const char *spec, const double *mean, const double *sd)
{
    const struct alm_history_series series = {.name = "lake", .target = {ar_y, NULL, N}, .season_length = 1};
    struct alm_forecast *f = fitted_forecast(spec, series, HORIZON);
    for (size_t h = 0; h < HORIZON; h++) { /* the first level is 0.1 */
        const double spread = (f->mean[h] - f->quantile[h * f->n_levels]) / 1.2815515655446004;
        cr_assert(fabs(f->mean[h] - mean[h]) < 1e-8, "%s, step %zu: %.12g, expected %.12g", spec, h + 1,
                  f->mean[h], mean[h]);
        cr_assert(fabs(spread - sd[h]) < 1e-8, "%s, step %zu: %.12g, expected %.12g", spec, h + 1, spread,
                  sd[h]);
    }
    alm_forecast_free(f);
}

Test(ar, forecasts_agree_with_an_independent_implementation)
{
    assert_forecast("ar:order=1", ar_burg1_mean, ar_burg1_sd);
    assert_forecast("ar:order=4", ar_burg4_mean, ar_burg4_sd);
    assert_forecast("ar:order=1,method=ls", ar_ls1_mean, ar_ls1_sd);
    assert_forecast("ar:order=4,method=ls", ar_ls4_mean, ar_ls4_sd);
}

Test(ar, order_has_the_least_aicc)
{
    const struct alm_history_series series = {.name = "lake", .target = {ar_y, NULL, N}, .season_length = 1};
    const struct alm_history history = {1, &series, 1};
    struct alm_forecaster *forecaster = make_forecaster("ar", 1, 0);
    struct alm_series_outcome outcome;
    struct alm_text text = {0};
    char expected[32];
    fit_on(forecaster, &history, &outcome);
    alm_forecaster_describe(forecaster, 0, &text);
    snprintf(expected, sizeof expected, "order=%d\n", AR_BURG_ORDER);
    cr_assert(strstr(text.data, expected) != NULL, "%s", text.data);
    alm_text_clear(&text);
    alm_forecaster_free(forecaster);
}
