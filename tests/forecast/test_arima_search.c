/* Differences and the search for orders against R forecast (tests/golden/arima_search.R), and the options of
 * arima. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arima_search.h"
#include "base/random.h"
#include "forecast/arima/search.h"
#include "forecast/arima/unit_root.h"
#include "forecast/fitting/least_squares.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

Test(arima_search, kpss_and_seasonal_strength_agree_with_an_independent_implementation)
{
    for (size_t i = 0; i < COUNT(golden_searches); i++) {
        const struct golden_search *g = &golden_searches[i];
        const double kpss = alm_kpss(g->y, g->n, g->lags);
        double strength = 0;
        cr_assert(fabs(kpss - g->kpss) < 1e-10, "series %zu: %.15g, expected %.15g", i, kpss, g->kpss);
        if (g->season > 1) cr_assert(alm_seasonal_strength(&strength, g->y, g->n, g->season, NULL) == ALM_OK);
        cr_assert(fabs(strength - g->strength) < 1e-10, "series %zu: %.15g, expected %.15g", i, strength,
                  g->strength);
    }
}

static struct alm_arima_fit find(const struct golden_search *g, struct alm_arima_limits limits)
{
    struct alm_differences differences;
    struct alm_arima_series series;
    struct alm_arima_fit fit;
    const struct alm_differences max = {2, 1};
    cr_assert(alm_differences_choose(&differences, g->y, g->n, g->season, max, NULL) == ALM_OK);
    cr_assert(eq(sz, differences.d, g->d));
    cr_assert(eq(sz, differences.D, g->D));
    if (g->season == 1) limits.max_P = limits.max_Q = 0;
    cr_assert(alm_arima_series_init(&series, g->y, g->n, g->d, g->D, g->season, NULL) == ALM_OK);
    cr_assert(alm_arima_search(&fit, &series, &limits, NULL, NULL) == ALM_OK);
    cr_assert(fit.exists && alm_arima_least_root(&fit.model) >= 1.01);
    alm_arima_series_clear(&series);
    return fit;
}

static const struct alm_arima_limits usual = {
    .max_p = 5, .max_q = 5, .max_P = 2, .max_Q = 2, .max_order = 5, .max_models = 94, .stepwise = true};

Test(arima_search, the_criterion_is_at_most_that_of_an_independent_search)
{
    for (size_t i = 0; i < COUNT(golden_searches); i++) {
        const struct alm_arima_fit fit = find(&golden_searches[i], usual);
        cr_assert(fit.aicc <= golden_searches[i].aicc + 1e-3, "series %zu: %.6f, expected %.6f", i, fit.aicc,
                  golden_searches[i].aicc);
    }
}

Test(arima_search, all_models_are_no_worse_than_steps_within_the_same_terms)
{
    struct alm_arima_limits limits = usual;
    limits.max_p = limits.max_q = 2;
    limits.max_P = limits.max_Q = 1;
    const struct alm_arima_fit steps = find(&golden_searches[3], limits);
    limits.stepwise = false;
    limits.max_order = 6;
    cr_assert(find(&golden_searches[3], limits).aicc <= steps.aicc + 1e-6);
}

static bool valley(void *context, double *residual, const double *x)
{
    (void)context;
    residual[0] = 10 * (x[1] - x[0] * x[0]);
    residual[1] = 1 - x[0];
    return x[0] < 3; /* beyond there is nothing */
}

Test(arima_search, least_squares_follow_a_bent_valley)
{
    double x[] = {-1.2, 1}, sum;
    const struct alm_least_squares problem = {
        .residuals = valley, .n_parameters = 2, .n = 2, .tolerance = 1e-20, .max_iterations = 200};
    cr_assert(alm_least_squares(x, &sum, &problem, NULL) == ALM_OK);
    cr_assert(fabs(x[0] - 1) < 1e-6 && fabs(x[1] - 1) < 1e-6, "%g, %g", x[0], x[1]);
    x[0] = 5;
    cr_assert(alm_least_squares(x, &sum, &problem, NULL) == ALM_OK);
    cr_assert(isinf(sum));
}

/* y_t = 0.7 y_{t-1} + e_t around 10, with every seventh value missing. */
Test(arima_search, coefficients_are_found_through_missing_values)
{
    enum { N = 1500 };
    double y[N], state = 0;
    struct alm_random *random;
    struct alm_arima_series series;
    struct alm_arima_fit fit;
    const struct alm_arima_order order = {1, 0, 0, 0, 0, 0, 1, true};
    const struct alm_arima_aim aim = {.ceiling = (double)INFINITY};
    cr_assert(alm_random_create(&random, 7, NULL) == ALM_OK);
    for (size_t t = 0; t < N; t++) {
        state = 0.7 * state + alm_random_normal(random);
        y[t] = t % 7 == 3 ? (double)NAN : 10 + state;
    }
    alm_random_free(random);
    cr_assert(alm_arima_series_init(&series, y, N, 0, 0, 1, NULL) == ALM_OK);
    cr_assert(alm_arima_fit(&fit, NULL, &series, &order, &aim, NULL) == ALM_OK);
    cr_assert(fabs(fit.model.coefficient[0] - 0.7) < 0.06, "%g", fit.model.coefficient[0]);
    cr_assert(fabs(fit.model.mu - 10) < 0.3, "%g", fit.model.mu);
    cr_assert(fabs(fit.model.sigma2 - 1) < 0.15, "%g", fit.model.sigma2);
    cr_assert(eq(sz, fit.n_used, N - N / 7));
    alm_arima_series_clear(&series);
}

Test(arima_search, a_given_model_is_the_one_that_is_fitted)
{
    struct sample s = sample_create(120, 3);
    const struct alm_history_series series = history_of(&s, 120);
    const struct alm_history history = {1, &series, 5};
    static const char *const specs[][2] = {
        {"arima:order=1/1/1", "order=1/1/1\nar1="},
        {"arima:order=0/1/1,seasonal=0/1/1", "order=0/1/1\nseasonal=0/1/1/7\n"},
        {"arima:order=1/0/0,seasonal=1/0/0/12", "order=1/0/0\nseasonal=1/0/0/12\n"},
        {"arima:order=0/1/0,constant=1", "order=0/1/0\ndrift="},
        {"arima:order=0/0/0,constant=0", "order=0/0/0\nsigma="},
        {"arima:d=0,D=1,max_p=0,max_q=0,max_P=0,max_Q=0,constant=0", "order=0/0/0\nseasonal=0/1/0/7\nsigma="},
    };
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct alm_forecaster *forecaster = make_forecaster(specs[i][0], 1, 0);
        struct alm_series_outcome outcome;
        struct alm_text text = {0};
        fit_on(forecaster, &history, &outcome);
        cr_assert(eq(int, outcome.status, ALM_OK), "%s: %s", specs[i][0], outcome.reason);
        alm_forecaster_describe(forecaster, 0, &text);
        cr_assert(strncmp(text.data, specs[i][1], strlen(specs[i][1])) == 0, "%s: %s", specs[i][0],
                  text.data);
        alm_text_clear(&text);
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}

Test(arima_search, options_that_contradict_each_other_are_refused)
{
    static const char *const specs[] = {
        "arima:order=1/1",
        "arima:order=1/1/x",
        "arima:order=99/0/0",
        "arima:seasonal=1/1/1/1",
        "arima:seasonal=1/1/1/24,season=12",
        "arima:order=0/2/1,constant=1",
        "arima:order=0/1/1,max_p=3",
        "arima:max_order=3",
        "ar:order=2,max_order=4",
    };
    const struct alm_forecaster_settings settings = {0};
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct alm_forecaster *forecaster;
        struct alm_error error = {0};
        cr_assert(alm_forecaster_create(&forecaster, specs[i], &settings, &error) == ALM_USAGE, "%s",
                  specs[i]);
        cr_assert(error.text[0] != '\0', "%s", specs[i]);
    }
}

static bool ends_behind_the_first_step(void *context, const double *x, double sum, double gain)
{
    ++*(size_t *)context;
    return x[0] > -2 && sum > 0 && gain > 0;
}

Test(arima_search, least_squares_end_where_the_caller_has_enough)
{
    double x[] = {-1.2, 1}, sum;
    size_t asked = 0;
    const struct alm_least_squares problem = {.residuals = valley,
                                              .enough = ends_behind_the_first_step,
                                              .context = &asked,
                                              .n_parameters = 2,
                                              .n = 2,
                                              .tolerance = 1e-20,
                                              .max_iterations = 200};
    cr_assert(alm_least_squares(x, &sum, &problem, NULL) == ALM_OK);
    cr_assert(eq(sz, asked, 1));
    cr_assert(sum > 1e-6 && sum < 24.2, "%g", sum);
}

/* A fit that cannot come below the ceiling ends early, and never says that it did better than the whole one.
 */
Test(arima_search, a_hopeless_fit_ends_above_the_ceiling)
{
    enum { N = 300 };
    double y[N];
    struct alm_random *random;
    struct alm_arima_series series;
    struct alm_arima_fit whole, early;
    const struct alm_arima_order order = {2, 0, 0, 0, 0, 0, 1, true};
    struct alm_arima_aim aim = {.ceiling = (double)INFINITY};
    cr_assert(alm_random_create(&random, 3, NULL) == ALM_OK);
    y[0] = y[1] = 0;
    for (size_t t = 2; t < N; t++)
        y[t] = 0.6 * y[t - 1] - 0.3 * y[t - 2] + alm_random_normal(random);
    alm_random_free(random);
    cr_assert(alm_arima_series_init(&series, y, N, 0, 0, 1, NULL) == ALM_OK);
    cr_assert(alm_arima_fit(&whole, NULL, &series, &order, &aim, NULL) == ALM_OK);
    aim.ceiling = whole.aicc - 20;
    cr_assert(alm_arima_fit(&early, NULL, &series, &order, &aim, NULL) == ALM_OK);
    cr_assert(early.aicc >= whole.aicc - 1e-9 && early.aicc > aim.ceiling, "%g, %g", early.aicc, whole.aicc);
    aim.ceiling = whole.aicc + 1;
    cr_assert(alm_arima_fit(&early, NULL, &series, &order, &aim, NULL) == ALM_OK);
    cr_assert(fabs(early.aicc - whole.aicc) < 1e-6, "%.9g, %.9g", early.aicc, whole.aicc);
    alm_arima_series_clear(&series);
}
