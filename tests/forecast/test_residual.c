#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forecast/combination/residual_errors.h"
#include "support.h"

enum { N = 160, HORIZON = 4 };

Test(residual, errors_begin_a_third_in_unless_somebody_needs_more)
{
    cr_assert(eq(sz, alm_base_errors_first(90, 4, 2, 3), 30));
    cr_assert(eq(sz, alm_base_errors_first(91, 4, 2, 3), 31)); /* whole horizons up to the end */
    cr_assert(eq(sz, alm_base_errors_first(92, 4, 2, 3), 32));
    cr_assert(eq(sz, alm_base_errors_first(90, 4, 50, 3), 50));
    cr_assert(eq(sz, alm_base_errors_first(90, 4, 2, 70), 18));
    cr_assert(eq(sz, alm_base_errors_first(12, 4, 9, 3), 12));
}

/* On a straight line naive is 1, 2, 3, 4 short, again and again. */
Test(residual, what_the_base_leaves_is_learnt_and_added)
{
    struct sample s = sample_create(N, 1);
    for (size_t i = 0; i < N; i++)
        s.y[i] = 3 + 2 * (double)i;
    struct alm_forecast *f =
        fitted_forecast("residual:base=naive,model=(seasonal-naive:season=4)", history_of(&s, N), HORIZON);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(fabs(f->mean[h] - (3 + 2 * (double)(N + h))) < 1e-9);
    cr_assert(f->has_quantiles[0]);
    alm_forecast_free(f);
    f = fitted_forecast("residual:base=naive,model=mean", history_of(&s, N), HORIZON);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(fabs(f->mean[h] - (3 + 2 * (double)(N - 1) + 5)) < 1e-9); /* mean of 2, 4, 6, 8 */
    alm_forecast_free(f);
    sample_free(&s);
}

Test(residual, later_origins_keep_the_fit)
{
    struct sample s = sample_create(N, 1);
    for (size_t i = 0; i < N; i++)
        s.y[i] = 2 * (double)i;
    const struct alm_history_series before = history_of(&s, N - 37), after = history_of(&s, N);
    const struct alm_history early = {1, &before, HORIZON}, late = {1, &after, HORIZON};
    struct alm_forecaster *f = make_forecaster("residual:base=naive,model=(seasonal-naive:season=4)", 1, 4);
    struct alm_series_outcome outcome;
    fit_on(f, &early, &outcome);
    struct alm_forecast *out = forecast_on(f, &late, &outcome);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(fabs(out->mean[h] - 2 * (double)(N + h)) < 1e-9);
    alm_forecast_free(out);
    alm_forecaster_free(f);
    sample_free(&s);
}

Test(residual, series_of_any_length_and_a_network_go_together)
{
    struct sample s = sample_create(N, 1), t = sample_create(N, 2);
    struct alm_history_series series[] = {history_of(&s, N), history_of(&t, 90)};
    series[1].name = "t";
    const struct alm_history history = {2, series, HORIZON};
    struct alm_forecaster *f = make_forecaster(
        "residual:base=seasonal-naive,model=(lstm:hidden=3,lookback=14,epochs=2),asinh=1", 1, 4);
    struct alm_series_outcome outcome[2];
    struct alm_bytes blob = {0};
    struct alm_forecaster *loaded;
    fit_on(f, &history, outcome);
    struct alm_forecast *a = forecast_on(f, &history, outcome);
    for (size_t i = 0; i < 2; i++) {
        cr_assert(eq(int, outcome[i].status, ALM_OK), "%s", outcome[i].reason);
        cr_assert(a->has_quantiles[i]);
        for (size_t h = 0; h < HORIZON; h++)
            cr_assert(a->mean[i * HORIZON + h] > 80 && a->mean[i * HORIZON + h] < 130);
    }
    cr_assert(alm_forecaster_save(f, &blob, NULL) == ALM_OK);
    cr_assert(alm_forecaster_load(&loaded, blob.data, blob.length, NULL) == ALM_OK);
    struct alm_forecast *b = forecast_on(loaded, &history, outcome);
    cr_assert(same_forecast(a, b));
    alm_bytes_clear(&blob);
    alm_forecast_free(a);
    alm_forecast_free(b);
    alm_forecaster_free(f);
    alm_forecaster_free(loaded);
    sample_free(&s);
    sample_free(&t);
}

Test(residual, one_base_and_one_model)
{
    const struct alm_forecaster_settings settings = {0};
    struct alm_forecaster *f;
    struct alm_error error = {0};
    cr_assert(eq(int, alm_forecaster_create(&f, "residual:base=naive+ses", &settings, &error), ALM_USAGE));
    cr_assert(strstr(error.text, "one spec each") != NULL, "%s", error.text);
    cr_assert(eq(int, alm_forecaster_create(&f, "residual:model=nonsense", &settings, &error), ALM_USAGE));
    cr_assert(eq(int, alm_forecaster_create(&f, "residual:model=(lstm:target=direction)", &settings, &error),
                 ALM_USAGE));
}
