/* The checked wrapper: creation, missing values, outcomes, conformal intervals. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "forecast/conformal.h"
#include "forecast/inner.h"
#include "support.h"

Test(wrapper, explains_a_spec_that_is_wrong)
{
    static const struct {
        const char *spec, *part;
    } cases[] = {{"naiv", "did you mean naive?"},  {"zzz", "forecasters list"},
                 {"naive:season=3", "no option"},  {"seasonal-naive:seson=3", "did you mean season?"},
                 {"ses:alpha=2", "within 0 .. 1"}, {"", "expected the name"}};
    const struct alm_forecaster_settings settings = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_forecaster *forecaster;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_forecaster_create(&forecaster, cases[i].spec, &settings, &error), ALM_USAGE));
        cr_assert(strstr(error.text, cases[i].part) != NULL, "%s: %s", cases[i].spec, error.text);
        cr_assert(forecaster == NULL);
    }
}

Test(wrapper, writes_its_spec_in_canonical_form_without_the_label)
{
    struct alm_forecaster *forecaster = make_forecaster("mine=ses:alpha=0.50", 0, 0);
    struct alm_text text = {0};
    alm_forecaster_write_spec(forecaster, &text);
    cr_assert(eq(str, text.data, "ses:alpha=0.5"));
    alm_text_clear(&text);
    alm_forecaster_free(forecaster);
}

Test(wrapper, fills_causally_and_counts_or_refuses)
{
    struct sample s = sample_create(50, 1);
    s.y[0] = s.y[10] = s.y[11] = s.y[49] = (double)NAN;
    const struct alm_history_series series = history_of(&s, 50);
    const struct alm_history history = {1, &series, 2};
    for (int refuse = 0; refuse < 2; refuse++) {
        const struct alm_forecaster_settings settings = {.missing =
                                                             refuse ? ALM_MISSING_REFUSE : ALM_MISSING_FILL};
        struct alm_forecaster *drift, *naive;
        struct alm_series_outcome outcome;
        cr_assert(alm_forecaster_create(&drift, "drift", &settings, NULL) == ALM_OK);
        cr_assert(alm_forecaster_create(&naive, "naive", &settings, NULL) == ALM_OK);
        fit_on(drift, &history, &outcome);
        cr_assert(eq(int, outcome.status, refuse ? ALM_DATA : ALM_OK));
        if (refuse)
            cr_assert(strstr(outcome.reason, "3 values are missing") != NULL, "%s", outcome.reason);
        else
            cr_assert(outcome.filled == 3 && outcome.n_train == 49);
        struct alm_forecast *f = forecast_on(drift, &history, &outcome);
        cr_assert(eq(int, outcome.status, refuse ? ALM_DATA : ALM_OK));
        if (!refuse) cr_assert(ieee_ulp_eq(dbl, f->mean[0], s.y[48] + (s.y[48] - s.y[1]) / 48, 8));
        alm_forecast_free(f);
        fit_on(naive, &history, &outcome);
        cr_assert(outcome.status == ALM_OK && outcome.filled == 0 && outcome.n_train == 46);
        f = forecast_on(naive, &history, &outcome);
        cr_assert(eq(dbl, f->mean[1], s.y[48]));
        alm_forecast_free(f);
        alm_forecaster_free(drift);
        alm_forecaster_free(naive);
    }
    sample_free(&s);
}

Test(wrapper, seasonal_naive_looks_back_further_where_a_value_is_missing)
{
    struct sample s = sample_create(30, 1);
    s.y[25] = (double)NAN;
    for (size_t i = 3; i < 30; i += 7)
        s.y[i - 1] = (double)NAN; /* 2, 9, 16, 23: one place of the season is always missing */
    struct alm_forecast *f = fitted_forecast("seasonal-naive", history_of(&s, 30), 14);
    cr_assert(eq(dbl, f->mean[0], s.y[29]));
    cr_assert(eq(dbl, f->mean[2], s.y[18]));
    cr_assert(eq(dbl, f->mean[7], s.y[29]));
    alm_forecast_free(f);
    sample_free(&s);
}

Test(wrapper, a_season_that_is_given_stands_for_that_of_the_series)
{
    static const char *const specs[] = {"seasonal-naive",
                                        "naive2",
                                        "theta",
                                        "holt-winters",
                                        "seasonal-window-average",
                                        "ridge:centre=season",
                                        "naive:seasonal_difference=1",
                                        "lstm:hidden=4,epochs=2,lookback=21,residual=season,scale=season",
                                        "ridge:seasonal_difference=1"};
    struct sample s = sample_create(140, 3);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char given[160];
        struct alm_history_series series = history_of(&s, 140); /* of season 7 */
        const bool has = strncmp(specs[i], "naive:", 6) != 0;
        snprintf(given, sizeof given, "%s%s", specs[i],
                 !has                            ? ""
                 : strchr(specs[i], ':') == NULL ? ":season=7"
                                                 : ",season=7");
        /* the spec is part of the seed, so that one that learns is compared with itself */
        struct alm_forecast *own = fitted_forecast(given, series, 6), *same, *other;
        series.season_length = 5;
        same = fitted_forecast(given, series, 6);
        other = fitted_forecast(specs[i], series, 6);
        cr_assert(same_forecast(own, same) == has, "%s", given);
        cr_assert(same_forecast(own, other) == false, "%s", specs[i]);
        alm_forecast_free(own);
        alm_forecast_free(same);
        alm_forecast_free(other);
    }
    sample_free(&s);
}

Test(wrapper, one_bad_series_does_not_stop_the_others)
{
    struct sample s = sample_create(60, 1);
    const struct alm_history_series series[] = {history_of(&s, 60), history_of(&s, 3), history_of(&s, 60)};
    const struct alm_history history = {3, series, 4};
    struct alm_forecaster *forecaster = make_forecaster("seasonal-naive", 0, 0);
    struct alm_series_outcome outcome[3];
    fit_on(forecaster, &history, outcome);
    memset(outcome, 0xAA, sizeof outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
    cr_assert(outcome[0].status == ALM_OK && outcome[2].status == ALM_OK);
    cr_assert(eq(int, outcome[1].status, ALM_DATA));
    cr_assert(strstr(outcome[1].reason, "at least 7 values") != NULL, "%s", outcome[1].reason);
    cr_assert(isnan(f->mean[4]) && isfinite(f->mean[0]) && isfinite(f->mean[11]));
    alm_forecast_free(f);
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

Test(wrapper, refuses_shapes_that_do_not_fit_and_forecasts_without_a_fit)
{
    struct sample s = sample_create(60, 1);
    const struct alm_history_series series[] = {history_of(&s, 60), history_of(&s, 60)};
    const struct alm_history one = {1, series, 4}, two = {2, series, 4}, longer = {1, series, 5};
    struct alm_forecaster *forecaster = make_forecaster("naive", 0, 0);
    struct alm_series_outcome outcome[2];
    struct alm_forecast *out;
    struct alm_error error = {0};
    cr_assert(alm_forecast_create(&out, 1, 4, NULL, 0, NULL) == ALM_OK);
    cr_assert(eq(int, alm_forecaster_forecast(forecaster, &one, out, outcome, &error), ALM_USAGE));
    fit_on(forecaster, &one, outcome);
    cr_assert(eq(int, alm_forecaster_forecast(forecaster, &two, out, outcome, &error), ALM_SHAPE));
    cr_assert(eq(int, alm_forecaster_forecast(forecaster, &longer, out, outcome, &error), ALM_SHAPE));
    cr_assert(eq(int, alm_forecaster_forecast(forecaster, &one, out, outcome, &error), ALM_OK));
    cr_assert_not(out->has_quantiles[0]);
    alm_forecast_free(out);
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

Test(wrapper, refuses_levels_that_do_not_rise)
{
    const double bad[][2] = {{0.5, 0.5}, {0.9, 0.1}, {0, 0.5}, {0.5, 1}, {NAN, 0.5}};
    struct alm_forecast *out;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(eq(int, alm_forecast_create(&out, 1, 1, bad[i], 2, NULL), ALM_USAGE));
}

/* ---- forecasters of the test's own ---- */

struct probe {
    size_t fitted_on;
    uint64_t seed;
};

static enum alm_status probe_create(void **self, const struct alm_config *config, uint64_t seed,
                                    struct alm_error *error)
{
    (void)config, (void)error;
    struct probe *probe = calloc(1, sizeof *probe);
    *self = probe;
    if (probe == NULL) return ALM_NOMEM;
    probe->seed = seed;
    return ALM_OK;
}

static size_t probe_minimum(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 5;
}

static enum alm_status probe_fit(void *self, const struct alm_history *history,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    if (hooks != NULL && alm_cancelled(hooks->cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
    ((struct probe *)self)->fitted_on = history->series[0].target.n;
    return ALM_OK;
}

/* The last value, no quantiles. */
static enum alm_status forecast_last(const void *self, const struct alm_history *history,
                                     struct alm_forecast *out, struct alm_error *error)
{
    (void)self, (void)error;
    for (size_t i = 0; i < history->n_series; i++)
        for (size_t h = 0; h < history->horizon; h++)
            out->mean[i * history->horizon + h] =
                history->series[i].target.y[history->series[i].target.n - 1];
    return ALM_OK;
}

/* How many values the fit saw, and the seed. */
static enum alm_status forecast_memory(const void *self, const struct alm_history *history,
                                       struct alm_forecast *out, struct alm_error *error)
{
    const struct probe *probe = self;
    (void)history, (void)error;
    out->mean[0] = (double)probe->fitted_on;
    out->mean[1] = (double)(probe->seed % 1000003);
    return ALM_OK;
}

/* Quantiles that fall. */
static enum alm_status forecast_crossed(const void *self, const struct alm_history *history,
                                        struct alm_forecast *out, struct alm_error *error)
{
    (void)self, (void)error;
    out->has_quantiles[0] = true;
    for (size_t i = 0; i < history->horizon * out->n_levels; i++)
        out->quantile[i] = -(double)i;
    return ALM_OK;
}

#define PROBE(text, more, function)                                                                          \
    {                                                                                                        \
        .name = text, .traits = more, .create = probe_create, .minimum_history = probe_minimum,              \
        .fit = probe_fit, .forecast = function, .free = free                                                 \
    }

static const struct alm_forecaster_type probes[] = {
    PROBE("probe", 0, forecast_last),
    PROBE("global-probe", ALM_TRAIT_GLOBAL, forecast_last),
    PROBE("memory", 0, forecast_memory),
    PROBE("crossed", ALM_TRAIT_QUANTILES, forecast_crossed),
};

static const struct alm_forecaster_type *find_probe(const char *name)
{
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
        if (strcmp(name, probes[i].name) == 0) return &probes[i];
    return NULL;
}

static struct alm_forecaster *make_probe(const char *name, size_t folds)
{
    const struct alm_forecaster_settings settings = {.conformal_folds = folds, .find = find_probe};
    struct alm_forecaster *forecaster;
    cr_assert(alm_forecaster_create(&forecaster, name, &settings, NULL) == ALM_OK);
    return forecaster;
}

Test(wrapper, puts_quantiles_that_cross_in_order)
{
    struct sample s = sample_create(20, 1);
    const struct alm_history_series series = history_of(&s, 20);
    const struct alm_history history = {1, &series, 2};
    struct alm_forecaster *forecaster = make_probe("crossed", 4);
    struct alm_series_outcome outcome;
    fit_on(forecaster, &history, &outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
    const double expected[] = {-2, -1, 0, -5, -4, -3};
    cr_assert(f->has_quantiles[0]);
    for (size_t i = 0; i < 6; i++)
        cr_assert(eq(dbl, f->quantile[i], expected[i]));
    alm_forecast_free(f);
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

Test(wrapper, streams_follow_the_series_and_not_its_place)
{
    struct sample s = sample_create(20, 1);
    struct alm_history_series series[] = {history_of(&s, 20), history_of(&s, 20)};
    double first = 0;
    series[1].name = "t";
    for (int turn = 0; turn < 2; turn++) {
        const struct alm_history history = {2, series, 2};
        struct alm_forecaster *forecaster = make_probe("memory", 0);
        struct alm_series_outcome outcome[2];
        fit_on(forecaster, &history, outcome);
        struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
        cr_assert(ne(dbl, f->mean[1], f->mean[3]));
        if (turn == 0)
            first = f->mean[1];
        else
            cr_assert(eq(dbl, f->mean[3], first));
        const struct alm_history_series spare = series[0];
        series[0] = series[1];
        series[1] = spare;
        alm_forecast_free(f);
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}

Test(wrapper, an_interrupted_fit_is_interrupted)
{
    struct sample s = sample_create(20, 1);
    const struct alm_history_series series = history_of(&s, 20);
    const struct alm_history history = {1, &series, 2};
    struct alm_forecaster *forecaster = make_probe("probe", 0);
    struct alm_cancel cancel;
    const struct alm_fit_hooks hooks = {.cancel = &cancel};
    struct alm_series_outcome outcome;
    alm_cancel_request(&cancel, 2);
    cr_assert(
        eq(int, alm_forecaster_fit(forecaster, &history, NULL, 0, &hooks, &outcome, NULL), ALM_INTERRUPTED));
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

Test(conformal, intervals_hold_what_they_say_on_a_random_walk)
{
    enum { WALKS = 400, BARS = 240, AHEAD = 3 };
    size_t inside[AHEAD] = {0};
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 11, NULL) == ALM_OK);
    for (size_t walk = 0; walk < WALKS; walk++) {
        double y[BARS + AHEAD] = {0};
        for (size_t i = 1; i < BARS + AHEAD; i++)
            y[i] = y[i - 1] + alm_random_normal(random);
        const struct alm_history_series series = {.name = "w", .target = {y, NULL, BARS}, .season_length = 1};
        const struct alm_history history = {1, &series, AHEAD};
        struct alm_forecaster *forecaster = make_probe("probe", 24);
        struct alm_series_outcome outcome;
        fit_on(forecaster, &history, &outcome);
        struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
        cr_assert(f->has_quantiles[0]);
        for (size_t h = 0; h < AHEAD; h++) {
            const double *q = f->quantile + h * SUPPORT_LEVELS;
            cr_assert(eq(dbl, q[1], f->mean[h]));
            inside[h] += q[0] <= y[BARS + h] && y[BARS + h] <= q[2];
        }
        alm_forecast_free(f);
        alm_forecaster_free(forecaster);
    }
    /* 0.8 asked; 0.8 .. 0.84 by the theory; three standard errors are 0.06 */
    for (size_t h = 0; h < AHEAD; h++)
        cr_assert(inside[h] > 0.74 * WALKS && inside[h] < 0.90 * WALKS, "step %zu: %zu of %d", h + 1,
                  inside[h], WALKS);
    alm_random_free(random);
}

Test(conformal, a_short_history_has_no_intervals_and_does_not_take_them_from_others)
{
    struct sample s = sample_create(100, 1);
    const struct alm_history_series series[] = {history_of(&s, 100), history_of(&s, 9)};
    const struct alm_history history = {2, series, 3};
    static const char *const names[] = {"probe", "global-probe"};
    for (size_t i = 0; i < 2; i++) {
        struct alm_forecaster *forecaster = make_probe(names[i], 10);
        struct alm_series_outcome outcome[2];
        fit_on(forecaster, &history, outcome);
        struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
        cr_assert(outcome[0].status == ALM_OK && outcome[1].status == ALM_OK);
        cr_assert(f->has_quantiles[0] && !f->has_quantiles[1]);
        cr_assert(isfinite(f->mean[3]));
        alm_forecast_free(f);
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}

Test(conformal, missing_actuals_are_no_scores)
{
    struct alm_conformal c;
    const double mean[] = {0}, levels[] = {0.1, 0.5, 0.9};
    double quantile[3];
    cr_assert(alm_conformal_init(&c, 1, 6, NULL) == ALM_OK);
    for (int i = 0; i < 4; i++) {
        cr_assert_not(alm_conformal_quantiles(quantile, &c, mean, 1, levels, 3));
        alm_conformal_add(&c, &(double){4 - i}, mean);
        alm_conformal_add(&c, &(double){NAN}, mean);
    }
    /* four scores: rank ceil(5 * 0.8) = 4 */
    cr_assert(alm_conformal_quantiles(quantile, &c, mean, 1, levels, 3));
    cr_assert(quantile[0] == -4 && quantile[1] == 0 && quantile[2] == 4);
    alm_conformal_clear(&c);
}

Test(conformal, knows_how_many_folds_a_level_takes)
{
    cr_assert(eq(sz, alm_conformal_folds((double[]){0.1, 0.9}, 2), 4));
    cr_assert(eq(sz, alm_conformal_folds((double[]){0.025, 0.975}, 2), 19));
    cr_assert(eq(sz, alm_conformal_folds((double[]){0.005}, 1), 99));
    cr_assert(eq(sz, alm_conformal_folds((double[]){0.5}, 1), 1));
    cr_assert(eq(sz, alm_conformal_folds(NULL, 0), 0));
}

struct visits {
    size_t n, origin[16];
    double mean[16][2];
};

static void note_visit(void *context, size_t series, size_t origin, const double *mean)
{
    struct visits *v = context;
    cr_assert(series == 0 && v->n < 16);
    v->origin[v->n] = origin;
    memcpy(v->mean[v->n++], mean, 2 * sizeof *mean);
}

Test(inner, fits_once_on_the_first_part_and_forecasts_from_each_origin)
{
    static const char *const names[] = {"memory", "probe"};
    double y[60];
    for (size_t i = 0; i < 60; i++)
        y[i] = (double)i;
    const struct alm_prepared prepared = {
        .series = {.name = "s", .target = {y, NULL, 60}, .season_length = 1}};
    const struct alm_prepared *const series[] = {&prepared};
    const struct alm_inner_plan plan = {.folds = 6, .first = 48, .stride = 2};
    for (size_t k = 0; k < 2; k++) {
        struct visits v = {0};
        const struct alm_inner inner = {.maker = {.type = find_probe(names[k])},
                                        .n_series = 1,
                                        .horizon = 2,
                                        .series = series,
                                        .plan = &plan,
                                        .context = &v,
                                        .visit = note_visit};
        cr_assert(alm_inner_run(&inner, NULL) == ALM_OK);
        cr_assert(eq(sz, v.n, 6));
        for (size_t j = 0; j < 6; j++) {
            cr_assert(eq(sz, v.origin[j], 48 + 2 * j));
            cr_assert(eq(dbl, v.mean[j][0], k == 0 ? 48 : (double)v.origin[j] - 1));
        }
    }
}

Test(inner, folds_lie_within_the_history)
{
    for (size_t n = 1; n < 400; n += 3) {
        for (size_t horizon = 1; horizon < 60; horizon += 7) {
            for (size_t folds = 1; folds < 40; folds += 6) {
                const struct alm_inner_plan p = alm_inner_plan(n, horizon, folds, 10);
                if (p.folds == 0) continue;
                cr_assert(p.first >= 10 && p.first >= n / 2 && p.stride >= 1 && p.stride <= horizon);
                cr_assert(eq(sz, p.first + (folds - 1) * p.stride + horizon, n));
            }
        }
    }
    cr_assert(eq(sz, alm_inner_plan(1000, 5, 20, 10).stride, 5));
    cr_assert(eq(sz, alm_inner_plan(100, 5, 0, 10).folds, 0));
    cr_assert(eq(sz, alm_inner_plan(SIZE_MAX, 5, SIZE_MAX, 10).folds, 0));
}
