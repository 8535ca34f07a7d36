/* The forecaster ridge: against numpy (tests/golden/forecast_ridge.py), and what holds for any data. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "forecast_ridge.h"
#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { N = 160, HORIZON = 6, SERIES = 3 };

static struct alm_history_series series_of(const char *name, const double *y, size_t n)
{
    return (struct alm_history_series){
        .name = name, .target = {y, NULL, n}, .season_length = GOLDEN_RIDGE_SEASON};
}

Test(ridge, agrees_with_the_normal_equations_of_numpy)
{
    const struct alm_history_series series[] = {series_of("a", golden_ridge_a, COUNT(golden_ridge_a)),
                                                series_of("b", golden_ridge_b, COUNT(golden_ridge_b))};
    const struct alm_history history = {2, series, GOLDEN_RIDGE_H};
    for (size_t i = 0; i < COUNT(golden_ridge); i++) {
        struct alm_text spec = {0}, told = {0}, penalty = {0};
        struct alm_series_outcome outcome[2];
        alm_text_printf(&spec, "ridge:%s", golden_ridge[i].options);
        struct alm_forecaster *forecaster = make_forecaster(alm_text_string(&spec), 0, 0);
        fit_on(forecaster, &history, outcome);
        struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
        for (size_t k = 0; k < 2 * GOLDEN_RIDGE_H; k++) {
            const double expected = golden_ridge[i].mean[k / GOLDEN_RIDGE_H][k % GOLDEN_RIDGE_H];
            cr_assert(fabs(f->mean[k] - expected) <= 1e-9 * fabs(expected), "%s, %zu: %.15g, expected %.15g",
                      alm_text_string(&spec), k, f->mean[k], expected);
        }
        alm_text_printf(&penalty, "penalty=%g\n", golden_ridge[i].penalty);
        alm_forecaster_describe(forecaster, 0, &told);
        cr_assert(strstr(told.data, penalty.data) != NULL, "%s: %s", alm_text_string(&spec), told.data);
        alm_text_clear(&spec);
        alm_text_clear(&told);
        alm_text_clear(&penalty);
        alm_forecast_free(f);
        alm_forecaster_free(forecaster);
    }
}

/* Three series on levels and scales of their own, made of samples. */
struct several {
    struct sample sample[SERIES];
    struct alm_history_series series[SERIES];
};

static void make_several(struct several *s, const double *factor)
{
    static const char *const names[SERIES] = {"a", "b", "c"};
    static const size_t lengths[SERIES] = {N, 90, 120};
    for (size_t i = 0; i < SERIES; i++) {
        s->sample[i] = sample_create(N, 20 + i);
        for (size_t t = 0; t < N; t++)
            s->sample[i].y[t] *= factor[i];
        s->series[i] = history_of(&s->sample[i], lengths[i]);
        s->series[i].name = names[i];
    }
}

static void free_several(struct several *s)
{
    for (size_t i = 0; i < SERIES; i++)
        sample_free(&s->sample[i]);
}

static struct alm_forecast *run(const char *spec, const struct alm_history_series *series, size_t n)
{
    const struct alm_history history = {n, series, HORIZON};
    struct alm_series_outcome outcome[SERIES];
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 4);
    fit_on(forecaster, &history, outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
    for (size_t i = 0; i < n; i++)
        cr_assert(eq(int, outcome[i].status, ALM_OK), "%s: %s", spec, outcome[i].reason);
    alm_forecaster_free(forecaster);
    return f;
}

Test(ridge, with_a_map_for_each_series_every_one_is_as_if_alone)
{
    struct several s;
    make_several(&s, (const double[]){1, 1000, 0.01});
    struct alm_forecast *together = run("ridge:pool=series", s.series, SERIES);
    for (size_t i = 0; i < SERIES; i++) {
        struct alm_forecast *alone = run("ridge:pool=series", &s.series[i], 1),
                            *all = run("ridge", &s.series[i], 1);
        const size_t quantiles = HORIZON * SUPPORT_LEVELS;
        cr_assert(memcmp(alone->mean, together->mean + i * HORIZON, HORIZON * sizeof(double)) == 0);
        cr_assert(memcmp(alone->quantile, together->quantile + i * quantiles, quantiles * sizeof(double)) ==
                  0);
        cr_assert(memcmp(alone->mean, all->mean, HORIZON * sizeof(double)) == 0, "a pool of one");
        alm_forecast_free(alone);
        alm_forecast_free(all);
    }
    alm_forecast_free(together);
    free_several(&s);
}

/* In units of its own a series counts the same whatever it is multiplied by; in that of the data it does not.
 */
Test(ridge, a_large_series_does_not_decide_for_the_others)
{
    static const char *const specs[] = {"ridge", "ridge:scale=deviation,drift=1", "ridge:scale=none"};
    struct several plain, large;
    make_several(&plain, (const double[]){1, 1, 1});
    make_several(&large, (const double[]){1, 1e4, 1});
    for (size_t k = 0; k < COUNT(specs); k++) {
        struct alm_forecast *a = run(specs[k], plain.series, SERIES),
                            *b = run(specs[k], large.series, SERIES);
        double most = 0;
        for (size_t i = 0; i < SERIES * HORIZON; i++)
            most = fmax(most, fabs(a->mean[i] - b->mean[i] / (i / HORIZON == 1 ? 1e4 : 1)));
        cr_assert(k < 2 ? most < 1e-8 : most > 1e-3, "%s: %g", specs[k], most);
        alm_forecast_free(a);
        alm_forecast_free(b);
    }
    free_several(&plain);
    free_several(&large);
}

/* A trend and two waves are a linear recurrence, which one map of enough values tells exactly. */
Test(ridge, goes_on_with_what_is_a_linear_recurrence)
{
    enum { LENGTH = 300 };
    double y[LENGTH + HORIZON];
    for (size_t t = 0; t < LENGTH + HORIZON; t++)
        y[t] = 50 + 0.3 * (double)t + 4 * sin(0.7 * (double)t) + 2 * cos(0.23 * (double)t);
    static const char *const specs[] = {"ridge:penalty=1e-10", "ridge:penalty=1e-10,centre=season",
                                        "ridge:penalty=1e-10,centre=mean,drift=1"};
    for (size_t k = 0; k < COUNT(specs); k++) {
        const struct alm_history_series series = series_of("s", y, LENGTH);
        struct alm_forecast *f = run(specs[k], &series, 1);
        for (size_t h = 0; h < HORIZON; h++)
            cr_assert(fabs(f->mean[h] - y[LENGTH + h]) < 0.01, "%s, step %zu: %g", specs[k], h + 1,
                      f->mean[h] - y[LENGTH + h]);
        alm_forecast_free(f);
    }
}

/* Where slopes are shrunk to nothing, what is left is what the window was centred on. */
Test(ridge, a_large_penalty_leaves_the_centre)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    struct alm_forecast *last = run("ridge:penalty=1e9", &series, 1),
                        *season = run("ridge:penalty=1e9,centre=season", &series, 1);
    for (size_t h = 0; h < HORIZON; h++) {
        cr_assert(fabs(last->mean[h] - s.y[N - 1]) < 1e-5);
        cr_assert(fabs(season->mean[h] - s.y[N - 7 + h % 7]) < 1e-5);
    }
    alm_forecast_free(last);
    alm_forecast_free(season);
    sample_free(&s);
}

Test(ridge, refuses_a_lookback_shorter_than_the_season_that_it_is_to_centre_on)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster = make_forecaster("ridge:lookback=6,centre=season", 1, 0);
    fit_on(forecaster, &history, &outcome);
    cr_assert(eq(int, outcome.status, ALM_DATA));
    cr_assert(strstr(outcome.reason, "at least one season (7)") != NULL, "%s", outcome.reason);
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

Test(ridge, series_that_are_too_short_for_a_window_are_refused_and_the_others_go_on)
{
    struct several s;
    make_several(&s, (const double[]){1, 1, 1});
    s.series[1].target.n = 29;
    const struct alm_history history = {SERIES, s.series, HORIZON};
    struct alm_series_outcome outcome[SERIES];
    struct alm_forecaster *forecaster = make_forecaster("ridge", 1, 0);
    fit_on(forecaster, &history, outcome);
    cr_assert(eq(int, outcome[1].status, ALM_DATA));
    cr_assert(strstr(outcome[1].reason, "at least 30 values") != NULL, "%s", outcome[1].reason);
    cr_assert(outcome[0].status == ALM_OK && outcome[2].status == ALM_OK);
    alm_forecaster_free(forecaster);
    free_several(&s);
}

/* Most memory that the process has had, in bytes. */
static double peak(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1024 * (double)usage.ru_maxrss;
}

Test(ridge, memory_does_not_grow_with_the_number_of_windows)
{
    enum { LONG = 60000, LOOKBACK = 128 };
    struct sample s = sample_create(LONG, 4);
    const struct alm_history_series few = history_of(&s, 1000), many = history_of(&s, LONG);
    alm_forecast_free(run("ridge:lookback=128", &few, 1));
    const double before = peak();
    alm_forecast_free(run("ridge:lookback=128", &many, 1));
    /* the windows would take LONG * (LOOKBACK + HORIZON) doubles */
    cr_assert(peak() - before < 0.25 * LONG * (LOOKBACK + HORIZON) * sizeof(double), "%g", peak() - before);
    sample_free(&s);
}
