/* Transforms around forecasters. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { N = 160, HORIZON = 6 };

static const char *const transforms[] = {"log=1",
                                         "boxcox=auto",
                                         "boxcox=0.4",
                                         "asinh=1",
                                         "returns=1",
                                         "difference=1",
                                         "seasonal_difference=1",
                                         "log=1,seasonal_difference=1,difference=1",
                                         "normalise=standard",
                                         "normalise=robust",
                                         "normalise=last",
                                         "normalise=season",
                                         "boxcox=auto,normalise=robust,difference=1",
                                         "log=1,bias=1"};
enum { TRANSFORMS = sizeof transforms / sizeof *transforms };

static char spec_text[200];

static const char *spec_of(const char *base, const char *transform)
{
    snprintf(spec_text, sizeof spec_text, "%s%s%s", base, strchr(base, ':') == NULL ? ":" : ",", transform);
    return spec_text;
}

static const char *const bases[] = {
    "naive", "seasonal-naive", "ses", "drift", "mean", "lstm:hidden=3,lookback=14,epochs=2,loss=quantile"};
enum { BASES = sizeof bases / sizeof *bases };

Test(transformed, every_forecaster_takes_every_transform)
{
    struct sample s = sample_create(N, 1);
    for (size_t b = 0; b < BASES; b++)
        for (size_t t = 0; t < TRANSFORMS; t++) {
            struct alm_forecast *f =
                fitted_forecast(spec_of(bases[b], transforms[t]), history_of(&s, N), HORIZON);
            cr_assert(f->has_quantiles[0], "%s", spec_text);
            for (size_t h = 0; h < HORIZON; h++) {
                const double *q = f->quantile + h * SUPPORT_LEVELS;
                cr_assert(f->mean[h] > 80 && f->mean[h] < 130, "%s: %g", spec_text, f->mean[h]);
                cr_assert(q[0] <= q[1] && q[1] <= q[2], "%s", spec_text);
                cr_assert(q[0] < f->mean[h] && f->mean[h] < q[2] + 1e-9, "%s", spec_text);
            }
            alm_forecast_free(f);
        }
    sample_free(&s);
}

/* What each of these says is known. */
Test(transformed, forecasts_are_what_the_transform_makes_of_them)
{
    struct sample s = sample_create(N, 1);
    struct alm_forecast *naive = fitted_forecast("naive", history_of(&s, N), HORIZON);
    struct alm_forecast *drift = fitted_forecast("drift", history_of(&s, N), HORIZON);
    struct alm_forecast *season = fitted_forecast("seasonal-naive", history_of(&s, N), HORIZON);
    struct alm_forecast *mean = fitted_forecast("mean:log=1", history_of(&s, N), HORIZON);
    struct alm_forecast *a = fitted_forecast("naive:log=1", history_of(&s, N), HORIZON);
    struct alm_forecast *b = fitted_forecast("mean:difference=1", history_of(&s, N), HORIZON);
    struct alm_forecast *c = fitted_forecast("naive:normalise=robust", history_of(&s, N), HORIZON);
    struct alm_forecast *d = fitted_forecast("drift:normalise=standard", history_of(&s, N), HORIZON);
    struct alm_forecast *e = fitted_forecast("seasonal-naive:asinh=1", history_of(&s, N), HORIZON);
    double sum = 0;
    for (size_t i = 0; i < N; i++)
        sum += log(s.y[i]) / N;
    for (size_t h = 0; h < HORIZON; h++) {
        cr_assert(fabs(a->mean[h] - naive->mean[h]) < 1e-9);
        cr_assert(fabs(b->mean[h] - drift->mean[h]) < 1e-9); /* the mean difference is the drift */
        cr_assert(fabs(c->mean[h] - naive->mean[h]) < 1e-9);
        cr_assert(fabs(d->mean[h] - drift->mean[h]) < 1e-9);
        cr_assert(fabs(e->mean[h] - season->mean[h]) < 1e-9);
        cr_assert(fabs(mean->mean[h] - exp(sum)) < 1e-9);
        for (size_t q = 0; q < SUPPORT_LEVELS; q++) {
            const size_t at = h * SUPPORT_LEVELS + q;
            cr_assert(fabs(c->quantile[at] - naive->quantile[at]) < 1e-8);
            cr_assert(fabs(d->quantile[at] - drift->quantile[at]) < 1e-8);
        }
    }
    struct alm_forecast *all[] = {naive, drift, season, mean, a, b, c, d, e};
    for (size_t i = 0; i < 9; i++)
        alm_forecast_free(all[i]);
    sample_free(&s);
}

/* Of log y ~ N(m, s) the mean of y is exp(m + s^2 / 2), to second order exp(m) (1 + s^2 / 2). */
Test(transformed, bias_moves_the_mean_by_half_the_variance_and_leaves_quantiles)
{
    struct sample s = sample_create(N, 1);
    for (size_t i = 0; i < N; i++)
        s.y[i] = exp(0.3 * (s.y[i] - 100));
    struct alm_forecast *plain = fitted_forecast("ses:log=1", history_of(&s, N), HORIZON);
    struct alm_forecast *adjusted = fitted_forecast("ses:log=1,bias=1", history_of(&s, N), HORIZON);
    for (size_t h = 0; h < HORIZON; h++) {
        const double *q = plain->quantile + h * SUPPORT_LEVELS;
        const double sd = (log(q[2]) - log(q[0])) / (2 * 1.2815515655446004);
        cr_assert(fabs(adjusted->mean[h] / plain->mean[h] - (1 + sd * sd / 2)) < 1e-9);
        cr_assert(fabs(q[1] / plain->mean[h] - 1) < 1e-9);
        for (size_t k = 0; k < SUPPORT_LEVELS; k++)
            cr_assert(fabs(adjusted->quantile[h * SUPPORT_LEVELS + k] / q[k] - 1) < 1e-12);
    }
    alm_forecast_free(plain);
    alm_forecast_free(adjusted);
    sample_free(&s);
}

Test(transformed, what_cannot_be_is_refused_and_said)
{
    static const char *const specs[][2] = {
        {"naive:log=1,boxcox=auto", "one of log"},   {"naive:boxcox=abc", "expected auto"},
        {"naive:boxcox=3", "within -1 .. 2"},        {"naive:bias=1", "needs log"},
        {"naive:returns=1,bias=1", "differences"},   {"naive:returns=1,difference=1", "leave difference"},
        {"lstm:target=direction,log=1", "classes"},  {"majority:bins=quantile:4,log=1", "no option"},
        {"average:of=naive+ses,log=1", "no option"}, {"naive:logg=1", "did you mean log"},
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const struct alm_forecaster_settings settings = {0};
        struct alm_forecaster *f;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_forecaster_create(&f, specs[i][0], &settings, &error), ALM_USAGE), "%s",
                  specs[i][0]);
        cr_assert(strstr(error.text, specs[i][1]) != NULL, "%s: %s", specs[i][0], error.text);
    }
}

Test(transformed, values_without_a_logarithm_refuse_their_series_alone)
{
    struct sample s = sample_create(N, 1), t = sample_create(N, 2);
    t.y[77] = -3;
    struct alm_history_series series[] = {history_of(&s, N), history_of(&t, N)};
    series[1].name = "t";
    const struct alm_history history = {2, series, HORIZON};
    const char *const specs[] = {"ses:log=1", "lstm:hidden=3,lookback=14,epochs=2,boxcox=auto"};
    for (size_t i = 0; i < 2; i++) {
        struct alm_forecaster *f = make_forecaster(specs[i], 1, 4);
        struct alm_series_outcome outcome[2];
        fit_on(f, &history, outcome);
        alm_forecast_free(forecast_on(f, &history, outcome));
        cr_assert(eq(int, outcome[0].status, ALM_OK), "%s", outcome[0].reason);
        cr_assert(eq(int, outcome[1].status, ALM_DATA));
        cr_assert(strstr(outcome[1].reason, "value 78 of 160 is -3") != NULL, "%s", outcome[1].reason);
        alm_forecaster_free(f);
    }
    sample_free(&s);
    sample_free(&t);
}

Test(transformed, a_kept_model_keeps_what_it_learnt_of_the_training_part)
{
    struct sample s = sample_create(N, 1);
    const char *const specs[] = {"ses:boxcox=auto,normalise=robust", "drift:asinh=1,seasonal_difference=1",
                                 "lstm:hidden=3,lookback=14,epochs=2,log=1,normalise=standard"};
    const struct alm_history_series early_series = history_of(&s, N - 30), late_series = history_of(&s, N);
    const struct alm_history early = {1, &early_series, HORIZON}, late = {1, &late_series, HORIZON};
    for (size_t i = 0; i < 3; i++) {
        struct alm_forecaster *f = make_forecaster(specs[i], 1, 4), *loaded;
        struct alm_series_outcome outcome;
        struct alm_bytes blob = {0};
        struct alm_text told = {0};
        fit_on(f, &early, &outcome);
        cr_assert(alm_forecaster_save(f, &blob, NULL) == ALM_OK);
        cr_assert(alm_forecaster_load(&loaded, blob.data, blob.length, NULL) == ALM_OK);
        struct alm_forecast *a = forecast_on(f, &late, &outcome), *b = forecast_on(loaded, &late, &outcome);
        cr_assert(same_forecast(a, b), "%s", specs[i]);
        alm_forecaster_describe(loaded, 0, &told);
        cr_assert(strstr(told.data, "transform_values=130") != NULL, "%s", told.data);
        cr_assert(strstr(told.data, "transform_last=129") != NULL, "%s", told.data);
        alm_text_clear(&told);
        alm_bytes_clear(&blob);
        alm_forecast_free(a);
        alm_forecast_free(b);
        alm_forecaster_free(f);
        alm_forecaster_free(loaded);
    }
    sample_free(&s);
}

/* Wild values behind the end of the history must not matter, in inner folds neither. */
Test(transformed, nothing_behind_the_history_is_looked_at)
{
    struct sample s = sample_create(N, 1), t = sample_create(N, 1);
    for (size_t i = N - 20; i < N; i++)
        t.y[i] = i % 2 == 0 ? (double)NAN : -1e12;
    for (size_t k = 0; k < TRANSFORMS - 1; k++) { /* the last one needs own quantiles */
        struct alm_forecast *a = fitted_forecast(spec_of("lstm:hidden=3,lookback=14,epochs=1", transforms[k]),
                                                 history_of(&s, N - 20), HORIZON);
        struct alm_forecast *b = fitted_forecast(spec_text, history_of(&t, N - 20), HORIZON);
        cr_assert(same_forecast(a, b), "%s", spec_text);
        alm_forecast_free(a);
        alm_forecast_free(b);
    }
    sample_free(&s);
    sample_free(&t);
}

/* Two series of a global forecaster are transformed by themselves, wherever they stand. */
Test(transformed, series_of_a_global_forecaster_have_transforms_of_their_own)
{
    struct sample s = sample_create(N, 1), t = sample_create(N, 2);
    for (size_t i = 0; i < N; i++)
        t.y[i] *= 1e6;
    struct alm_history_series both[] = {history_of(&s, N), history_of(&t, N - 60)};
    both[0].name = "s";
    both[1].name = "t";
    const struct alm_history history = {2, both, HORIZON}, one = {1, &both[1], HORIZON};
    struct alm_forecaster *f = make_forecaster("lstm:hidden=3,lookback=14,epochs=2,normalise=standard", 1, 4);
    struct alm_series_outcome outcome[2];
    fit_on(f, &history, outcome);
    struct alm_forecast *together = forecast_on(f, &history, outcome), *alone = forecast_on(f, &one, outcome);
    for (size_t h = 0; h < HORIZON; h++) {
        cr_assert(together->mean[h] > 80 && together->mean[h] < 130);
        cr_assert(together->mean[HORIZON + h] > 80e6 && together->mean[HORIZON + h] < 130e6);
        cr_assert(fabs(alone->mean[h] / together->mean[HORIZON + h] - 1) < 1e-4);
    }
    alm_forecast_free(together);
    alm_forecast_free(alone);
    alm_forecaster_free(f);
    sample_free(&s);
    sample_free(&t);
}

Test(transformed, no_option_of_a_forecaster_has_the_name_of_a_transform)
{
    for (size_t i = 0; alm_forecaster_types[i] != NULL; i++) {
        const struct alm_forecaster_type *type = alm_forecaster_types[i];
        const struct alm_option *common = alm_forecaster_common_options(type);
        for (; common != NULL && common->name != NULL; common++)
            for (const struct alm_option *o = type->options; o != NULL && o->name != NULL; o++)
                cr_assert(strcmp(o->name, common->name) != 0, "%s: %s", type->name, o->name);
    }
}
