/* The hybrid of smoothing and network: what it learns, seasons, scale, and series of its own. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "forecast/es_lstm/es_lstm.h"
#include "support.h"

#define SMALL "es-lstm:hidden=4,epochs=4,ensemble=2"
enum { N = 120, HORIZON = 10, SERIES = 5 };

static double pattern(size_t t)
{
    static const double day[] = {0.5, 0.8, 1.3, 1.1, 1.4, 0.9, 1};
    return 50 * day[t % 7];
}

Test(es_lstm, continues_a_season_that_never_changes)
{
    double y[N];
    for (size_t t = 0; t < N; t++)
        y[t] = pattern(t);
    const struct alm_history_series series = {.name = "s", .target = {y, NULL, N}, .season_length = 7};
    struct alm_forecast *f =
        fitted_forecast("es-lstm:hidden=4,epochs=60,ensemble=1,rate=0.01", series, HORIZON);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(fabs(f->mean[h] / pattern(N + h) - 1) < 0.02, "step %zu: %g, not %g", h + 1, f->mean[h],
                  pattern(N + h));
    alm_forecast_free(f);
}

/* Fits series s0 .. of the sample's first values, each a multiple of it, and forecasts them. */
static struct alm_forecast *forecast_many(const char *spec, size_t threads, double factor)
{
    static double y[SERIES][N];
    struct sample s = sample_create(N, 4);
    struct alm_history_series series[SERIES];
    static const char *const names[] = {"s0", "s1", "s2", "s3", "s4"};
    for (size_t i = 0; i < SERIES; i++) {
        for (size_t t = 0; t < N; t++)
            y[i][t] = factor * s.y[t] * (1 + 0.3 * (double)i * sin((double)t));
        series[i] = history_of(&s, N - 10 * i);
        series[i].name = names[i];
        series[i].target.y = y[i];
    }
    const struct alm_history history = {SERIES, series, HORIZON};
    const struct alm_fit_hooks hooks = {.threads = threads};
    struct alm_series_outcome outcome[SERIES];
    struct alm_forecaster *f = make_forecaster(spec, 1, 0);
    cr_assert(alm_forecaster_fit(f, &history, NULL, 0, &hooks, outcome, NULL) == ALM_OK);
    struct alm_forecast *out = forecast_on(f, &history, outcome);
    for (size_t i = 0; i < SERIES * HORIZON; i++)
        cr_assert(isfinite(out->mean[i]), "%s: %zu", spec, i);
    alm_forecaster_free(f);
    sample_free(&s);
    return out;
}

Test(es_lstm, has_the_same_bits_for_any_number_of_threads)
{
    struct alm_forecast *one = forecast_many(SMALL, 1, 1), *two = forecast_many(SMALL, 2, 1);
    cr_assert(same_forecast(one, two));
    alm_forecast_free(one);
    alm_forecast_free(two);
}

Test(es_lstm, forecasts_series_that_are_not_positive_by_seasons_that_add)
{
    struct alm_forecast *up = forecast_many(SMALL, 1, 1), *down = forecast_many(SMALL, 1, -1);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(up->mean[h] > 0 && down->mean[h] < 0);
    alm_forecast_free(up);
    alm_forecast_free(down);
}

Test(es_lstm, refuses_logarithms_of_what_is_not_positive)
{
    double y[N];
    for (size_t t = 0; t < N; t++)
        y[t] = pattern(t) - 30;
    const struct alm_history_series series = {.name = "power", .target = {y, NULL, N}, .season_length = 7};
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome = {0};
    struct alm_error error = {0};
    struct alm_forecaster *f = make_forecaster(SMALL ",scale=log", 1, 0);
    const enum alm_status status = alm_forecaster_fit(f, &history, NULL, 0, NULL, &outcome, &error);
    cr_assert(status != ALM_OK || outcome.status != ALM_OK);
    cr_assert(strstr(status != ALM_OK ? error.text : outcome.reason, "not positive") != NULL);
    alm_forecaster_free(f);
}

Test(es_lstm, forecasts_a_series_that_it_was_not_trained_on_and_has_the_same_bits_when_loaded)
{
    struct sample s = sample_create(N, 5);
    struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_bytes bytes = {0};
    struct alm_forecaster *f = make_forecaster(SMALL, 1, 0), *loaded;
    fit_on(f, &history, &outcome);
    cr_assert(alm_forecaster_save(f, &bytes, NULL) == ALM_OK);
    cr_assert(alm_forecaster_load(&loaded, bytes.data, bytes.length, NULL) == ALM_OK);
    struct alm_forecast *own = forecast_on(f, &history, &outcome),
                        *same = forecast_on(loaded, &history, &outcome);
    cr_assert(same_forecast(own, same));
    series.name = "another";
    struct alm_forecast *other = forecast_on(loaded, &history, &outcome);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(fabs(other->mean[h] / s.y[N - 1] - 1) < 0.5);
    struct alm_forecast *const all[] = {own, same, other};
    for (size_t i = 0; i < 3; i++)
        alm_forecast_free(all[i]);
    alm_forecaster_free(f);
    alm_forecaster_free(loaded);
    alm_bytes_clear(&bytes);
    sample_free(&s);
}

/* Seasonal differences of 10 at level 100 and of 10 at level 1000: sMAPE of seasonal naive 10 % and about 1
 * %, so that an error of the logarithm counts 1 / 0.1 + 100 / 5.5 and 1 / 0.01 + 100 / 5.5. */
Test(es_lstm, weighs_series_as_their_errors_move_owa)
{
    enum { M = 64 };
    double y[2][M];
    struct alm_history_series series[2];
    struct alm_es_series own[2] = {{.log = true, .unit = 1}, {.log = true, .unit = 1}};
    for (size_t i = 0; i < 2; i++) {
        for (size_t t = 0; t < M; t++)
            y[i][t] = (i == 0 ? 100 : 1000) + (t / 4 % 2 == 0 ? 5 : -5);
        series[i] = (struct alm_history_series){.name = "s", .target = {y[i], NULL, M}, .season_length = 4};
    }
    const struct alm_history history = {2, series, HORIZON};
    double weight[2];
    struct alm_forecaster *f = make_forecaster("es-lstm:weight=owa", 1, 0),
                          *plain = make_forecaster(SMALL, 1, 0);
    const struct alm_es_lstm es = {.config = alm_forecaster_config(f), .n_series = 2, .series = own};
    alm_es_series_weigh(weight, &es, &history);
    const double share = 100 / ((10 + 1) / 2.), first = 10 + share, second = 100 + share;
    cr_assert(fabs(weight[0] + weight[1] - 2) < 1e-12);
    cr_assert(fabs(weight[1] / weight[0] / (second / first) - 1) < 1e-3, "%g", weight[1] / weight[0]);
    const struct alm_es_lstm even = {.config = alm_forecaster_config(plain), .n_series = 2, .series = own};
    alm_es_series_weigh(weight, &even, &history);
    cr_assert(weight[0] == 1 && weight[1] == 1);
    for (size_t t = 0; t < M; t++)
        y[1][t] = 7; /* no differences: the most */
    alm_es_series_weigh(weight, &es, &history);
    cr_assert(weight[0] == 1 && weight[1] == 10);
    alm_forecaster_free(f);
    alm_forecaster_free(plain);
}
