/* ARIMA with given coefficients against R's arima (tests/golden/arima.R), and its parts against each other.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "arima.h"
#include "forecast/arima/fit.h"
#include "forecast/arima/forecast.h"
#include "forecast/arima/likelihood.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct golden {
    const char *name;
    const double *y;
    size_t n;
    struct alm_arima_model model;
    const double *value, *errors, *mean, *sd; /* value: log likelihood, variance, values used */
    size_t n_errors;
};

#define GOLDEN(name, series, ...)                                                                            \
    {                                                                                                        \
#name, arima_##series, COUNT(arima_##series), __VA_ARGS__, arima_##name##_value,                     \
            arima_##name##_errors, arima_##name##_mean, arima_##name##_sd, COUNT(arima_##name##_errors)      \
    }

static const struct golden cases[] = {
    GOLDEN(lake_202, lake, {{2, 0, 2, 0, 0, 0, 1, true}, {0.7, 0.1, 0.4, -0.2}, 579, 0}),
    GOLDEN(lake_300, lake, {{3, 0, 0, 0, 0, 0, 1, true}, {1.1, -0.4, 0.2}, 578.5, 0}),
    GOLDEN(lake_112, lake, {{1, 1, 2, 0, 0, 0, 1, true}, {0.5, -0.3, -0.4}, -0.03, 0}),
    GOLDEN(lake_021, lake, {{0, 2, 1, 0, 0, 0, 1, false}, {-0.7}, 0, 0}),
    GOLDEN(airline, air, {{0, 1, 1, 0, 1, 1, 12, false}, {-0.4, -0.55}, 0, 0}),
    GOLDEN(air_seasonal, air, {{2, 0, 1, 1, 1, 1, 12, true}, {0.9, -0.1, -0.3, 0.2, -0.6}, 0.11, 0}),
    GOLDEN(air_level, air, {{1, 0, 1, 2, 0, 1, 12, true}, {0.95, -0.3, 0.4, 0.3, 0.2}, 5.5, 0}),
    GOLDEN(presidents, presidents, {{2, 0, 1, 1, 0, 0, 4, true}, {0.5, 0.3, 0.2, 0.15}, 57, 0}),
    GOLDEN(holes, holes, {{0, 1, 1, 0, 1, 1, 12, false}, {-0.4, -0.55}, 0, 0}),
    GOLDEN(starts, starts, {{1, 1, 0, 0, 1, 1, 12, false}, {-0.3, -0.55}, 0, 0}),
};

static void assert_close(double got, double expected, double tolerance, const char *what, size_t i)
{
    cr_assert(fabs(got - expected) <= tolerance * fmax(1, fabs(expected)), "%s %zu: %.17g, expected %.17g",
              what, i, got, expected);
}

/* Starting values that are missing have a large variance with a finite effect in both implementations. */
static double tolerance_of(const struct golden *g)
{
    return strcmp(g->name, "starts") == 0 ? 1e-5 : 1e-8;
}

Test(arima, likelihoods_agree_with_an_independent_implementation)
{
    for (size_t c = 0; c < COUNT(cases); c++) {
        const struct golden *g = &cases[c];
        const struct alm_arima_order *o = &g->model.order;
        struct alm_arima_series series;
        struct alm_arima_fit fit;
        cr_assert(alm_arima_series_init(&series, g->y, g->n, o->d, o->D, o->season, NULL) == ALM_OK);
        cr_assert(alm_arima_evaluate(&fit, &series, &g->model, NULL) == ALM_OK);
        cr_assert(fit.exists);
        assert_close(fit.log_likelihood, g->value[0], tolerance_of(g), g->name, 0);
        assert_close((double)fit.n_used, g->value[2], 0, g->name, 2);
        assert_close(fit.sum_squares / (double)fit.n_used, g->value[1], tolerance_of(g), g->name, 1);
        alm_arima_series_clear(&series);
    }
}

/* Both filters give the standardised errors; R also gives what it makes of starting values, which are not
 * compared, and the large variance that it gives them costs it digits soon behind them. */
Test(arima, errors_of_both_filters_agree_with_an_independent_implementation)
{
    for (size_t c = 0; c < COUNT(cases); c++) {
        const struct golden *g = &cases[c];
        const struct alm_arima_order *o = &g->model.order;
        const size_t lost = g->n - g->n_errors; /* errors are those of the differences */
        struct alm_arima_series s;
        struct alm_arma arma;
        struct alm_kalman kalman;
        double fast[200], full[200], log_fast, log_full, work[20000];
        size_t used;
        cr_assert(alm_arima_series_init(&s, g->y, g->n, o->d, o->D, o->season, NULL) == ALM_OK);
        cr_assert(alm_arma_init(&arma, o, NULL) == ALM_OK);
        cr_assert(alm_kalman_init(&kalman, &arma, NULL) == ALM_OK);
        alm_arma_set(&arma, o, g->model.coefficient);
        for (size_t t = 0; t < s.n; t++)
            s.y[t] -= g->model.mu / s.scale * s.regressor[t];
        for (size_t t = 0; t < s.n_z; t++)
            s.z[t] -= g->model.mu / s.scale;
        double *const e[] = {full, NULL};
        const double *const y[] = {s.y, NULL};
        const struct alm_arma_input in = {{s.z, NULL}, 1, s.n_z};
        cr_assert(alm_kalman_filter(&kalman, e, &log_full, &used, y, s.n));
        cr_assert(alm_arma_filter_work(&arma, s.n_z) <= COUNT(work));
        cr_assert(alm_arma_filter(fast, &log_fast, &arma, &in, work));
        if (s.n_missing == 0) assert_close(log_fast, log_full, 1e-10, g->name, 0);
        for (size_t t = s.n_missing == 0 ? 0 : s.n - s.n_z; t + lost < s.n; t++) {
            const size_t at = t + lost;
            const double tolerance = s.n_missing > 0 && o->D > 0 ? 1e-5 : 1e-8;
            if (isnan(g->errors[t]) || full[at] == 0) continue; /* missing, or spent on a start */
            if (s.n_missing == 0) assert_close(fast[t], full[at], 1e-9, g->name, t);
            assert_close(s.scale * full[at], g->errors[t], tolerance, g->name, t);
        }
        alm_kalman_clear(&kalman);
        alm_arma_clear(&arma);
        alm_arima_series_clear(&s);
    }
}

Test(arima, forecasts_and_their_variances_agree_with_an_independent_implementation)
{
    for (size_t c = 0; c < COUNT(cases); c++) {
        struct golden g = cases[c];
        double mean[ARIMA_HORIZON], sd[ARIMA_HORIZON];
        g.model.sigma2 = g.value[1];
        cr_assert(alm_arima_forecast(mean, sd, &g.model, g.y, g.n, ARIMA_HORIZON, NULL) == ALM_OK);
        for (size_t h = 0; h < ARIMA_HORIZON; h++) {
            assert_close(mean[h], g.mean[h], tolerance_of(&g), g.name, h);
            assert_close(sd[h], g.sd[h], tolerance_of(&g), g.name, h);
        }
    }
}
