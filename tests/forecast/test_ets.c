/* Exponential smoothing against R's forecast package (tests/golden/forecast_ets.R), and what it must hold by
 * itself. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forecast/ets/forecast.h"
#include "forecast/ets/normal.h"
#include "forecast/ets/select.h"
#include "forecast_ets.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { N = COUNT(golden_passengers), M = 12 };

static const struct alm_ets_weights fixed = {0.31, 0.07, 0.23, 0.93},
                                    free_weights = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};

/* The model whose letters these are. */
static struct alm_ets_model model_of(const char *letters)
{
    const size_t n = strlen(letters);
    const char season = letters[n - 1];
    struct alm_ets_model model = {letters[0] == 'M',
                                  letters[1] == 'N' ? ALM_ETS_NO_TREND
                                  : n == 4          ? ALM_ETS_DAMPED
                                                    : ALM_ETS_TREND,
                                  season == 'N'   ? ALM_ETS_NO_SEASON
                                  : season == 'A' ? ALM_ETS_ADDITIVE
                                                  : ALM_ETS_MULTIPLICATIVE,
                                  M};
    if (season == 'N') model.m = 1;
    return model;
}

/* The first states of the golden file. */
static struct alm_ets_state first_state(const struct alm_ets_model *model, double *season)
{
    static const double index[M] = {0.91, 1.06, 1.13, 1.24, 1.22, 1.07, 0.9, 0.8, 0.91, 0.93, 0.96, 0.87};
    for (size_t j = 0; j < M; j++)
        season[j] = model->season == ALM_ETS_ADDITIVE ? 120 * (index[j] - 1) : index[j];
    return (struct alm_ets_state){118, model->trend == ALM_ETS_NO_TREND ? 0 : 1.7, season};
}

static void assert_near(double got, double expected, double tolerance, const char *model, const char *what,
                        size_t i)
{
    cr_assert(fabs(got - expected) <= tolerance * fmax(1, fabs(expected)),
              "%s %s [%zu]: %.15g, expected %.15g", model, what, i, got, expected);
}

Test(ets, recursions_and_likelihoods_are_those_of_R)
{
    for (size_t i = 0; i < COUNT(golden_ets); i++) {
        const struct golden_ets *g = &golden_ets[i];
        const struct alm_ets_model model = model_of(g->model);
        double season[M], fitted[N];
        struct alm_ets_state state = first_state(&model, season);
        struct alm_ets_sums sums;
        size_t at = 0;
        cr_assert(alm_ets_filter(&sums, fitted, &state, &model, &fixed, golden_passengers, N), "%s",
                  g->model);
        for (size_t t = 0; t < N; t++)
            assert_near(fitted[t], g->fitted[t], 1e-10, g->model, "fitted", t);
        assert_near(alm_ets_likelihood(&sums, N), g->likelihood, 1e-10, g->model, "likelihood", 0);
        assert_near(state.level, g->last[at++], 1e-10, g->model, "level", 0);
        if (model.trend != ALM_ETS_NO_TREND)
            assert_near(state.slope, g->last[at++], 1e-10, g->model, "slope", 0);
        for (size_t j = 0; model.season != ALM_ETS_NO_SEASON && j < M; j++)
            assert_near(state.season[(N - 1 - j) % M], g->last[at++], 1e-10, g->model, "season", j);
    }
}

Test(ets, means_and_variances_are_those_of_R)
{
    for (size_t i = 0; i < COUNT(golden_ets); i++) {
        const struct golden_ets *g = &golden_ets[i];
        const struct alm_ets_model model = model_of(g->model);
        double season[M], mean[GOLDEN_ETS_HORIZON], variance[GOLDEN_ETS_HORIZON];
        struct alm_ets_state state = first_state(&model, season);
        struct alm_ets_sums sums;
        cr_assert(alm_ets_filter(&sums, NULL, &state, &model, &fixed, golden_passengers, N));
        cr_assert(alm_ets_moments(mean, variance, GOLDEN_ETS_HORIZON, &model, &fixed, &state, N,
                                  sqrt(g->sigma2), NULL) == ALM_OK);
        for (size_t h = 0; h < GOLDEN_ETS_HORIZON; h++) {
            assert_near(mean[h], g->mean[h], 1e-10, g->model, "mean", h);
            assert_near(variance[h], g->variance[h], 1e-10, g->model, "variance", h);
        }
    }
}

Test(ets, estimates_are_at_least_as_likely_as_those_of_R)
{
    struct alm_ets_series series;
    cr_assert(alm_ets_series_init(&series, golden_passengers, N, M, NULL) == ALM_OK);
    for (size_t i = 0; i < COUNT(golden_ets); i++) {
        const struct golden_ets *g = &golden_ets[i];
        const struct alm_ets_model model = model_of(g->model);
        struct alm_ets_fit fit;
        double season[M] = {0};
        cr_assert(alm_ets_fit_model(&fit, &series, &model, &free_weights, ALM_ETS_MOST_ALPHA, NULL) ==
                  ALM_OK);
        cr_assert(fit.likelihood <= g->best + 1e-3, "%s: %.6f, R has %.6f", g->model, fit.likelihood,
                  g->best);
        /* what is told of the fit is what its states and weights have */
        memcpy(season, fit.first.season, model.m * sizeof *season);
        struct alm_ets_state state = {fit.first.level, fit.first.slope, season};
        struct alm_ets_sums sums;
        cr_assert(alm_ets_filter(&sums, NULL, &state, &model, &fit.weights, golden_passengers, N));
        assert_near(fit.likelihood, alm_ets_likelihood(&sums, N), 1e-10, g->model, "likelihood", 0);
        assert_near(fit.sigma, sqrt(sums.squares / (double)(N - fit.parameters)), 1e-10, g->model, "sigma",
                    0);
        alm_ets_fit_clear(&fit);
    }
    alm_ets_series_clear(&series);
}

/* r'r of the least squares problem at first states and weights given by x, which has the places of
 * ets_normal.h. */
static double squares_at(const struct alm_ets_model *model, const double *x)
{
    const struct alm_ets_weights w = {x[0], x[0] * x[1], (1 - x[0]) * x[2], x[3]};
    double season[M], last = model->season == ALM_ETS_ADDITIVE ? 0 : M;
    for (size_t j = 0; j + 1 < M; j++)
        last -= season[j] = x[ALM_ETS_SEASON + j];
    season[M - 1] = last;
    struct alm_ets_state state = {x[ALM_ETS_LEVEL], x[ALM_ETS_SLOPE], season};
    struct alm_ets_sums sums;
    cr_assert(alm_ets_filter(&sums, NULL, &state, model, &w, golden_passengers, N));
    return sums.squares * exp(2 * sums.logs / N);
}

Test(ets, derivatives_are_those_of_finite_differences)
{
    enum { WIDTH = 24 };
    for (size_t i = 0; i < COUNT(golden_ets); i++) {
        const struct alm_ets_model model = model_of(golden_ets[i].model);
        const size_t width = alm_ets_width(&model, true);
        const size_t used = model.season == ALM_ETS_NO_SEASON ? ALM_ETS_SEASON : ALM_ETS_SEASON + M - 1;
        double x[WIDTH] = {0.31, 0.22, 0.34, 0.93}, season[M], jj[WIDTH * WIDTH], jr[WIDTH];
        struct alm_ets_state state = first_state(&model, season);
        x[ALM_ETS_LEVEL] = state.level;
        x[ALM_ETS_SLOPE] = state.slope;
        memcpy(x + ALM_ETS_SEASON, season, (M - 1) * sizeof *x);
        season[M - 1] = model.season == ALM_ETS_ADDITIVE ? 0 : M;
        for (size_t j = 0; j + 1 < M; j++)
            season[M - 1] -= season[j];
        const struct alm_ets_weights w = {x[0], x[0] * x[1], (1 - x[0]) * x[2], x[3]};
        const struct alm_ets_rates rates = {{1}, {x[1], x[0]}, {-x[2], 0, 1 - x[0]}, {0, 0, 0, 1}};
        struct alm_ets_tangents *tangents;
        cr_assert(width <= WIDTH && alm_ets_tangents_create(&tangents, &model, true, NULL) == ALM_OK);
        const double value = alm_ets_normal(jj, jr, tangents, &state, &w, &rates, golden_passengers, N);
        assert_near(value, squares_at(&model, x), 1e-12, golden_ets[i].model, "value", 0);
        for (size_t k = 0; k < used; k++) {
            const double at = x[k], step = 1e-5 * fmax(0.1, fabs(at));
            if (k == ALM_ETS_SLOPE && model.trend == ALM_ETS_NO_TREND) continue;
            x[k] = at + step;
            const double above = squares_at(&model, x);
            x[k] = at - step;
            const double below = squares_at(&model, x);
            x[k] = at;
            const double expected = (above - below) / (4 * step);
            cr_assert(k == 6 || fabs(jr[k] - expected) <= 1e-5 * (fabs(expected) + 1e-3 * value),
                      "%s [%zu]: %g, %g", golden_ets[i].model, k, jr[k], expected);
        }
        alm_ets_tangents_free(tangents);
    }
}

/* What alm_forecaster_describe says of a fit of spec on n values. */
static struct alm_text described(const char *spec, const double *y, size_t n, size_t season)
{
    const struct alm_history_series series = {.name = "s", .target = {y, NULL, n}, .season_length = season};
    const struct alm_history history = {1, &series, 6};
    struct alm_forecaster *forecaster = make_forecaster(spec, 0, 0);
    struct alm_series_outcome outcome;
    struct alm_text text = {0};
    fit_on(forecaster, &history, &outcome);
    if (outcome.status == ALM_OK)
        alm_forecaster_describe(forecaster, 0, &text);
    else
        alm_text_append(&text, outcome.reason);
    alm_forecaster_free(forecaster);
    return text;
}

static void assert_described(const char *spec, const double *y, size_t n, size_t season, const char *expected)
{
    struct alm_text text = described(spec, y, n, season);
    cr_assert(strstr(text.data, expected) != NULL, "%s of %zu values: %s, expected %s", spec, n, text.data,
              expected);
    alm_text_clear(&text);
}

Test(ets, chooses_what_the_values_allow)
{
    double shifted[N], constant[N];
    for (size_t t = 0; t < N; t++) {
        shifted[t] = golden_passengers[t] - 150;
        constant[t] = 7;
    }
    assert_described("ets:by=likelihood", golden_passengers, N, M, "model=MA");
    assert_described("ets:by=likelihood", shifted, N, M, "model=A");
    assert_described("ets", constant, N, M, "model=ANN");
    assert_described("ets:model=AAdN,by=likelihood", golden_passengers, N, M, "model=AAdN");
    assert_described("ets:model=AAA", golden_passengers, 2 * M - 1, M, "model=AAN");
    assert_described("holt-winters", golden_passengers, 20, M, "model=AAN");
    assert_described("holt-winters:seasonal=multiplicative", golden_passengers, N, M, "model=MAM");
    assert_described("holt-winters:damped=1", golden_passengers, N, M, "model=AAdA");
    assert_described("holt-winters:seasonal=multiplicative", shifted, N, M, "above 0");
    assert_described("ets", golden_passengers, 3, M, "model=ANN");
    assert_described("ets:alpha=0.3,phi=0.9,damped=yes", golden_passengers, N, M, "phi=0.9\n");
}

Test(ets, refuses_specs_that_are_no_model)
{
    static const char *const bad[] = {"ets:model=AAX",
                                      "ets:model=",
                                      "ets:model=AAM",
                                      "ets:model=AMN",
                                      "ets:model=AAA1",
                                      "holt:alpha=0.1,beta=0.2",
                                      "holt-winters:alpha=0.9,gamma=0.2"};
    const struct alm_forecaster_settings settings = {0};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct alm_forecaster *forecaster;
        struct alm_error error;
        cr_assert(alm_forecaster_create(&forecaster, bad[i], &settings, &error) == ALM_USAGE, "%s", bad[i]);
        cr_assert(strlen(error.text) > 20, "%s", error.text);
    }
}

Test(ets, no_scale_is_too_large_or_too_small)
{
    static const char *const specs[] = {"ets", "ets:model=MAM", "holt-winters"};
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct alm_forecast *plain = NULL;
        for (int exponent = 0; exponent <= 3; exponent++) {
            double y[N];
            const int shift = exponent == 0 ? 0 : exponent == 1 ? 1000 : exponent == 2 ? -1000 : -1060;
            for (size_t t = 0; t < N; t++)
                y[t] = ldexp(golden_passengers[t], shift);
            const struct alm_history_series series = {
                .name = "s", .target = {y, NULL, N}, .season_length = M};
            struct alm_forecast *f = fitted_forecast(specs[i], series, 8);
            for (size_t h = 0; plain != NULL && exponent < 3 && h < 8; h++)
                cr_assert(eq(dbl, f->mean[h], ldexp(plain->mean[h], shift)), "%s, 2^%d", specs[i], shift);
            if (plain == NULL)
                plain = f;
            else
                alm_forecast_free(f);
        }
        alm_forecast_free(plain);
    }
}

Test(ets, a_fit_walks_forward_and_serves_windows_that_moved)
{
    static const char *const specs[] = {"ets:model=AAA", "ets:model=MAM", "ets:model=MAdN"};
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct alm_history_series series = {
            .name = "s", .target = {golden_passengers, NULL, N - 6}, .season_length = M};
        const struct alm_history history = {1, &series, 6};
        struct alm_forecaster *forecaster = make_forecaster(specs[i], 0, 0);
        struct alm_series_outcome outcome;
        fit_on(forecaster, &history, &outcome);
        series.target.n = N;
        struct alm_forecast *longer = forecast_on(forecaster, &history, &outcome);
        series.target = (struct alm_span){golden_passengers + 5, NULL, N - 5};
        struct alm_forecast *moved = forecast_on(forecaster, &history, &outcome);
        cr_assert(eq(int, outcome.status, ALM_OK), "%s", outcome.reason);
        for (size_t h = 0; h < 6; h++) /* the end is the same, and the beginning is nearly forgotten */
            cr_assert(fabs(moved->mean[h] / longer->mean[h] - 1) < 0.05, "%s: %g, %g", specs[i],
                      moved->mean[h], longer->mean[h]);
        alm_forecast_free(longer);
        alm_forecast_free(moved);
        alm_forecaster_free(forecaster);
    }
}

Test(ets, weights_that_make_errors_grow_are_not_admissible)
{
    /* the largest root has modulus 1.0411, by the eigenvalues of the model's matrix (numpy) */
    const struct alm_ets_weights growing = {0.17615006, 0.17615006 * 0.99568708,
                                            (1 - 0.17615006) * 0.92612664, 1};
    const struct alm_ets_weights usual = {0.3, 0.02, 0.1, 1};
    const struct alm_ets_model model = {false, ALM_ETS_TREND, ALM_ETS_ADDITIVE, M};
    double scratch[M + 2];
    cr_assert(not(alm_ets_admissible(&model, &growing, scratch)));
    cr_assert(alm_ets_admissible(&model, &usual, scratch));
}
