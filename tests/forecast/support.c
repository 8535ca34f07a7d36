#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

const double support_levels[SUPPORT_LEVELS] = {0.1, 0.5, 0.9};

struct sample sample_create(size_t n, uint64_t key)
{
    struct sample s = {malloc(n * sizeof(double)), malloc(n * sizeof(int64_t)), n};
    struct alm_random *random;
    cr_assert(s.y != NULL && s.ts != NULL);
    cr_assert(alm_random_create(&random, key, NULL) == ALM_OK);
    for (size_t i = 0; i < n; i++) {
        s.ts[i] = (int64_t)i;
        s.y[i] = 100 + 0.05 * (double)i + 4 * sin(0.897597901025655 * (double)i) + alm_random_normal(random);
    }
    alm_random_free(random);
    return s;
}

void sample_free(struct sample *sample)
{
    free(sample->y);
    free(sample->ts);
}

struct alm_history_series history_of(const struct sample *sample, size_t n)
{
    return (struct alm_history_series){
        .name = "s",
        .target = {sample->y, sample->ts, n},
        .calendar = {.frequency = {ALM_FREQUENCY_INDEX, 1}},
        .season_length = 7,
    };
}

struct alm_forecaster *make_forecaster(const char *spec, uint64_t seed, size_t conformal_folds)
{
    const struct alm_forecaster_settings settings = {.seed = seed, .conformal_folds = conformal_folds};
    struct alm_forecaster *forecaster;
    struct alm_error error = {0};
    gsl_set_error_handler_off();
    cr_assert(eq(int, alm_forecaster_create(&forecaster, spec, &settings, &error), ALM_OK), "%s: %s", spec,
              error.text);
    return forecaster;
}

void fit_on(struct alm_forecaster *forecaster, const struct alm_history *history,
            struct alm_series_outcome *outcome)
{
    struct alm_error error = {0};
    const enum alm_status status =
        alm_forecaster_fit(forecaster, history, support_levels, SUPPORT_LEVELS, NULL, outcome, &error);
    cr_assert(eq(int, status, ALM_OK), "%s", error.text);
}

struct alm_forecast *forecast_on(const struct alm_forecaster *forecaster, const struct alm_history *history,
                                 struct alm_series_outcome *outcome)
{
    struct alm_forecast *out;
    struct alm_error error = {0};
    cr_assert(alm_forecast_create(&out, history->n_series, history->horizon, support_levels, SUPPORT_LEVELS,
                                  &error) == ALM_OK);
    cr_assert(eq(int, alm_forecaster_forecast(forecaster, history, out, outcome, &error), ALM_OK), "%s",
              error.text);
    return out;
}

struct alm_forecast *fitted_forecast(const char *spec, struct alm_history_series series, size_t horizon)
{
    const struct alm_history history = {1, &series, horizon};
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 4);
    struct alm_series_outcome outcome;
    fit_on(forecaster, &history, &outcome);
    cr_assert(eq(int, outcome.status, ALM_OK), "%s: %s", spec, outcome.reason);
    struct alm_forecast *out = forecast_on(forecaster, &history, &outcome);
    cr_assert(eq(int, outcome.status, ALM_OK), "%s: %s", spec, outcome.reason);
    alm_forecaster_free(forecaster);
    return out;
}

static bool same_classes(const struct alm_class_forecast *a, const struct alm_class_forecast *b,
                         size_t horizon)
{
    if (a->n != b->n || a->kind != b->kind) return false;
    return a->n == 0 || (memcmp(a->edge, b->edge, (a->n - 1) * sizeof *a->edge) == 0 &&
                         memcmp(a->probability, b->probability, horizon * a->n * sizeof *a->edge) == 0);
}

bool same_forecast(const struct alm_forecast *a, const struct alm_forecast *b)
{
    for (size_t i = 0; i < a->n_series && i < b->n_series; i++)
        if (!same_classes(&a->classes[i], &b->classes[i], a->horizon)) return false;
    const size_t n = a->n_series * a->horizon;
    return a->n_series == b->n_series && a->horizon == b->horizon && a->n_levels == b->n_levels &&
           memcmp(a->mean, b->mean, n * sizeof *a->mean) == 0 &&
           memcmp(a->quantile, b->quantile, n * a->n_levels * sizeof *a->quantile) == 0 &&
           memcmp(a->has_quantiles, b->has_quantiles, a->n_series) == 0;
}
