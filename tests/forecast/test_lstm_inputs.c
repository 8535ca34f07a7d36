/* The options of the forecaster lstm beyond the basic ones: skip, ensembles, scaling, inputs, decoders. */
#include "support.h"

#include "base/random.h"
#include "forecast/lstm_state.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 400, HORIZON = 7 };

static struct sample wave(size_t n)
{
    struct sample s = sample_create(n, 1);
    for (size_t i = 0; i < n; i++)
        s.y[i] = 50 + 10 * sin(0.897597901025655 * (double)i) + 3 * sin(0.05 * (double)i);
    return s;
}

static double error_of(const char *spec)
{
    struct sample s = wave(N + HORIZON);
    struct alm_forecast *f = fitted_forecast(spec, history_of(&s, N), HORIZON);
    double sum = 0;
    for (size_t h = 0; h < HORIZON; h++)
        sum += fabs(f->mean[h] - s.y[N + h]) / HORIZON;
    alm_forecast_free(f);
    sample_free(&s);
    return sum;
}

#define BASE "lstm:hidden=16,epochs=12,rate=0.01"

Test(lstm_inputs, learns_a_wave_with_every_option)
{
    static const char *const specs[] = {
        BASE ",scale=robust,arcsinh=1",
        BASE ",scale=revin",
        BASE ",deseason=1,lookback=28",
        BASE ",skip=zero",
        BASE ",skip=ridge,loss=quantile,crossing=monotone",
        BASE ",skip=ridge,segment=7,lookback=28,residual=season,scale=season,weight=owa",
        BASE ",seeds=3,weight=scale,step_weight=0.5",
        BASE ",weight=level,loss=mse",
        BASE ",calendar=cyclic,scale_input=1,missing=mask",
        BASE ",embedding=3",
        BASE ",decoder=segment,answer=7,segment=7,lookback=28",
        BASE ",decoder=segment,answer=1",
        BASE ",decoder=recursive",
        BASE ",decoder=recursive,answer=3,skip=ridge,loss=gaussian",
        BASE ",cell=slstm",
        BASE ",peephole=1,layer_norm=1,layers=2,residual_layers=1",
        BASE ",forget=noise,forget_rate=0.2,forget_noise=0.3",
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        cr_assert(error_of(specs[i]) < 1.6, "%s: %g (the mean is off by 6.4)", specs[i], error_of(specs[i]));
}

/* A sum of two waves follows a linear recurrence of order 5 (with its mean), so that ridge alone tells it. */
Test(lstm_inputs, skip_starts_from_the_ridge_solution)
{
    cr_assert(error_of("lstm:hidden=4,lookback=28,epochs=1,rate=0,skip=ridge,ridge=1e-6") < 0.02);
    cr_assert(
        error_of(
            "lstm:hidden=4,lookback=28,segment=7,epochs=1,rate=0,skip=ridge,ridge=1e-6,decoder=segment") <
        0.02);
    /* skip=zero answers nothing but its base at first: the last value */
    struct sample s = wave(N);
    struct alm_forecast *f =
        fitted_forecast("lstm:hidden=4,lookback=28,epochs=1,rate=0,skip=zero", history_of(&s, N), HORIZON);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(epsilon_eq(dbl, f->mean[h], s.y[N - 1], 1e-9));
    alm_forecast_free(f);
    sample_free(&s);
}

/* ---- ensembles ---- */

static void *fit_self(const char *options, const struct alm_history *history, struct alm_config **config)
{
    const struct alm_forecaster_type *type = alm_forecaster_type_find("lstm");
    void *self;
    cr_assert(alm_config_create(config, type->options, options, "lstm", NULL) == ALM_OK);
    cr_assert(type->create(&self, *config, 1, NULL) == ALM_OK);
    cr_assert(type->fit(self, history, NULL, NULL) == ALM_OK);
    return self;
}

Test(lstm_inputs, an_ensemble_forecasts_the_median_of_its_networks)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    const struct alm_forecaster_type *type = alm_forecaster_type_find("lstm");
    struct alm_config *config[2];
    struct alm_forecast *f[4];
    struct alm_lstm_state *many = fit_self("hidden=6,lookback=21,epochs=2,seeds=3,loss=quantile", &history,
                                           &config[0]),
                          *one =
                              fit_self("hidden=6,lookback=21,epochs=2,loss=quantile", &history, &config[1]);
    cr_assert(memcmp(many->networks[0]->parameters, one->networks[0]->parameters,
                     one->networks[0]->n_parameters * sizeof(alm_real)) == 0,
              "the first network is the one that is trained alone");
    for (size_t i = 0; i < 4; i++) {
        cr_assert(alm_forecast_create(&f[i], 1, HORIZON, support_levels, SUPPORT_LEVELS, NULL) == ALM_OK);
        if (i < 3)
            memcpy(one->networks[0]->parameters, many->networks[i]->parameters,
                   one->networks[0]->n_parameters * sizeof(alm_real));
        cr_assert(type->forecast(i < 3 ? one : many, &history, f[i], NULL) == ALM_OK);
    }
    for (size_t k = 0; k < HORIZON * SUPPORT_LEVELS; k++) {
        const double a = f[0]->quantile[k], b = f[1]->quantile[k], c = f[2]->quantile[k];
        const double middle = fmax(fmin(a, b), fmin(fmax(a, b), c));
        cr_assert(epsilon_eq(dbl, f[3]->quantile[k], middle, 1e-9));
        cr_assert(a != b && b != c);
    }
    for (size_t i = 0; i < 4; i++)
        alm_forecast_free(f[i]);
    type->free(many);
    type->free(one);
    alm_config_free(config[0]);
    alm_config_free(config[1]);
    sample_free(&s);
}

/* ---- bytes, bits and units, with everything on ---- */

static const char *const everything[] = {
    "lstm:hidden=6,lookback=21,epochs=2,channels=joint,skip=ridge,scale_input=1,calendar=onehot",
    "lstm:hidden=6,lookback=21,epochs=2,skip=ridge,seeds=2,loss=quantile,calendar=cyclic,arcsinh=1,weight="
    "owa",
    "lstm:hidden=6,lookback=21,segment=7,epochs=2,decoder=segment,answer=7,missing=mask,embedding=2,deseason="
    "1",
    "lstm:hidden=6,lookback=21,epochs=2,decoder=recursive,answer=2,loss=quantile,seeds=2,scale=robust",
    "lstm:hidden=6,lookback=21,epochs=2,dropout_input=0.1,dropout_recurrent=0.1,layers=2,dropout_layer=0.1",
};

Test(lstm_inputs, comes_back_from_its_bytes_with_the_same_bits)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    for (size_t i = 0; i < sizeof everything / sizeof *everything; i++) {
        struct alm_series_outcome outcome;
        struct alm_bytes bytes = {0};
        struct alm_forecaster *forecaster = make_forecaster(everything[i], 1, 0), *loaded;
        fit_on(forecaster, &history, &outcome);
        cr_assert(alm_forecaster_save(forecaster, &bytes, NULL) == ALM_OK);
        cr_assert(alm_forecaster_load(&loaded, bytes.data, bytes.length, NULL) == ALM_OK, "%s",
                  everything[i]);
        struct alm_forecast *a = forecast_on(forecaster, &history, &outcome),
                            *b = forecast_on(loaded, &history, &outcome);
        cr_assert(outcome.status == ALM_OK, "%s: %s", everything[i], outcome.reason);
        cr_assert(same_forecast(a, b), "%s", everything[i]);
        alm_forecast_free(a);
        alm_forecast_free(b);
        alm_forecaster_free(loaded);
        for (size_t n = 0; n < bytes.length; n += n < 300 ? 7 : 391) {
            struct alm_forecaster *bad;
            cr_assert(alm_forecaster_load(&bad, bytes.data, n, NULL) != ALM_OK, "cut to %zu bytes", n);
        }
        alm_forecaster_free(forecaster);
        alm_bytes_clear(&bytes);
    }
    sample_free(&s);
}

Test(lstm_inputs, keeps_the_units_of_the_data)
{
    struct sample s = sample_create(N, 3), moved = sample_create(N, 3);
    for (size_t i = 0; i < N; i++)
        moved.y[i] = 8 * s.y[i];
    for (size_t i = 0; i < sizeof everything / sizeof *everything; i++) {
        struct alm_forecast *a = fitted_forecast(everything[i], history_of(&s, N), HORIZON),
                            *b = fitted_forecast(everything[i], history_of(&moved, N), HORIZON);
        for (size_t h = 0; h < HORIZON; h++)
            cr_assert(fabs(8 * a->mean[h] - b->mean[h]) < 8 * 0.3, "%s: %g, %g", everything[i],
                      8 * a->mean[h], b->mean[h]);
        alm_forecast_free(a);
        alm_forecast_free(b);
    }
    sample_free(&s);
    sample_free(&moved);
}

Test(lstm_inputs, nothing_behind_the_origin_reaches_a_fit_or_forecast)
{
    struct sample s = sample_create(N + 40, 3), poisoned = sample_create(N + 40, 3);
    for (size_t i = N; i < N + 40; i++)
        poisoned.y[i] = 1e30;
    for (size_t i = 0; i < sizeof everything / sizeof *everything; i++) {
        struct alm_forecast *a = fitted_forecast(everything[i], history_of(&s, N), HORIZON),
                            *b = fitted_forecast(everything[i], history_of(&poisoned, N), HORIZON);
        cr_assert(same_forecast(a, b), "%s", everything[i]);
        alm_forecast_free(a);
        alm_forecast_free(b);
    }
    sample_free(&s);
    sample_free(&poisoned);
}

/* ---- missing values ---- */

Test(lstm_inputs, a_mask_learns_from_windows_with_gaps)
{
    struct sample s = wave(N + HORIZON);
    for (size_t i = 0; i < N; i += 5)
        s.y[i] = (double)NAN;
    struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster =
        make_forecaster(BASE ",missing=mask,lookback=28,scale=standard", 1, 0);
    fit_on(forecaster, &history, &outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
    cr_assert(outcome.status == ALM_OK && outcome.filled == 0, "%s", outcome.reason);
    double error = 0;
    for (size_t h = 0; h < HORIZON; h++)
        if (!isnan(s.y[N + h])) error += fabs(f->mean[h] - s.y[N + h]) / HORIZON;
    cr_assert(error < 2.5, "%g", error);
    alm_forecast_free(f);
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

/* ---- covariates ---- */

/* y follows a covariate that nothing in y foretells. */
struct driven {
    struct sample y, x;
    struct alm_span span;
    double statics[1];
    struct alm_history_series series;
};

static void make_driven(struct driven *d, bool future, size_t lead)
{
    struct alm_random *random;
    d->y = sample_create(N + HORIZON, 1);
    d->x = sample_create(N + HORIZON, 1);
    cr_assert(alm_random_create(&random, 9, NULL) == ALM_OK);
    for (size_t i = 0; i < N + HORIZON; i++)
        d->x.y[i] = alm_random_uniform(random) < 0.5 ? 0 : 1;
    for (size_t i = 0; i < N + HORIZON; i++)
        d->y.y[i] = 20 + 5 * d->x.y[i < lead ? 0 : i - lead];
    alm_random_free(random);
    d->span = (struct alm_span){d->x.y, d->x.ts, future ? N + HORIZON : N};
    d->series = history_of(&d->y, N);
    if (future)
        d->series.future = &d->span, d->series.n_future = 1;
    else
        d->series.past = &d->span, d->series.n_past = 1;
    d->statics[0] = 4;
    d->series.statics = d->statics;
    d->series.n_statics = 1;
}

static void clear_driven(struct driven *d)
{
    sample_free(&d->y);
    sample_free(&d->x);
}

static double driven_error(const struct driven *d, const char *spec)
{
    struct alm_forecast *f = fitted_forecast(spec, d->series, HORIZON);
    double sum = 0;
    for (size_t h = 0; h < HORIZON; h++)
        sum += fabs(f->mean[h] - d->y.y[N + h]) / HORIZON;
    alm_forecast_free(f);
    return sum;
}

#define DRIVEN "lstm:hidden=16,epochs=30,rate=0.01,lookback=14,scale=standard,loss=mse"

Test(lstm_inputs, known_futures_and_pasts_tell_what_the_series_does_not)
{
    struct driven d;
    make_driven(&d, true, 0);
    cr_assert(driven_error(&d, DRIVEN) < 0.7, "future: %g", driven_error(&d, DRIVEN));
    cr_assert(driven_error(&d, DRIVEN ",decoder=recursive") < 0.7);
    d.series.n_future = 0;
    cr_assert(driven_error(&d, DRIVEN) > 1.5, "the series alone: %g", driven_error(&d, DRIVEN));
    clear_driven(&d);
    make_driven(&d, false, HORIZON); /* what the covariate was a horizon ago */
    cr_assert(driven_error(&d, DRIVEN) < 0.7, "past: %g", driven_error(&d, DRIVEN));
    clear_driven(&d);
}

Test(lstm_inputs, covariates_behind_what_is_known_are_not_looked_at)
{
    static const char *const specs[] = {DRIVEN, DRIVEN ",decoder=recursive"};
    for (size_t i = 0; i < 2; i++)
        for (int future = 0; future < 2; future++) {
            struct driven a, b;
            make_driven(&a, future, HORIZON);
            make_driven(&b, future, HORIZON);
            const size_t known = future ? N + HORIZON : N;
            for (size_t k = known; k < N + HORIZON; k++)
                b.x.y[k] = 1e30;
            struct alm_forecast *f = fitted_forecast(specs[i], a.series, HORIZON),
                                *g = fitted_forecast(specs[i], b.series, HORIZON);
            cr_assert(same_forecast(f, g));
            alm_forecast_free(f);
            alm_forecast_free(g);
            clear_driven(&a);
            clear_driven(&b);
        }
}

Test(lstm_inputs, other_covariates_than_those_trained_with_are_refused)
{
    struct driven d;
    struct alm_series_outcome outcome;
    make_driven(&d, true, 0);
    struct alm_history history = {1, &d.series, HORIZON};
    struct alm_forecaster *forecaster = make_forecaster("lstm:hidden=4,epochs=1,lookback=14", 1, 0);
    fit_on(forecaster, &history, &outcome);
    d.series.n_future = 0;
    struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
    cr_assert(outcome.status == ALM_DATA && strstr(outcome.reason, "covariates") != NULL, "%s",
              outcome.reason);
    alm_forecast_free(f);
    alm_forecaster_free(forecaster);
    clear_driven(&d);
}

/* ---- joint channels ---- */

/* a is noise, b is what a was a horizon ago: only together do they tell b. */
static void make_pair(struct sample s[2], struct alm_history_series series[2])
{
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 11, NULL) == ALM_OK);
    for (size_t k = 0; k < 2; k++)
        s[k] = sample_create(N + HORIZON, 1);
    for (size_t i = 0; i < N + HORIZON; i++) {
        s[0].y[i] = alm_random_normal(random);
        s[1].y[i] = 3 * (i < HORIZON ? 0 : s[0].y[i - HORIZON]);
    }
    alm_random_free(random);
    for (size_t k = 0; k < 2; k++) {
        series[k] = history_of(&s[k], N);
        series[k].name = k == 0 ? "z" : "a"; /* the order of names is not that of series */
    }
}

static double joint_error(const char *spec, bool shorter)
{
    struct sample s[2];
    struct alm_history_series series[2];
    struct alm_series_outcome outcome[2];
    make_pair(s, series);
    if (shorter) series[1].target = alm_span_suffix(series[1].target, N - 100);
    const struct alm_history history = {2, series, HORIZON};
    struct alm_forecaster *forecaster = make_forecaster(spec, 1, 4), *loaded;
    struct alm_bytes bytes = {0};
    fit_on(forecaster, &history, outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
    cr_assert(outcome[0].status == ALM_OK && outcome[1].status == ALM_OK, "%s", outcome[1].reason);
    cr_assert(f->has_quantiles[0] && f->has_quantiles[1], "%s", spec);
    cr_assert(alm_forecaster_save(forecaster, &bytes, NULL) == ALM_OK);
    cr_assert(alm_forecaster_load(&loaded, bytes.data, bytes.length, NULL) == ALM_OK);
    struct alm_forecast *g = forecast_on(loaded, &history, outcome);
    cr_assert(same_forecast(f, g));
    double sum = 0;
    for (size_t h = 0; h < HORIZON; h++)
        sum += fabs(f->mean[HORIZON + h] - s[1].y[N + h]) / HORIZON;
    alm_forecast_free(f);
    alm_forecast_free(g);
    alm_forecaster_free(forecaster);
    alm_forecaster_free(loaded);
    alm_bytes_clear(&bytes);
    for (size_t k = 0; k < 2; k++)
        sample_free(&s[k]);
    return sum;
}

#define PAIR "lstm:hidden=24,epochs=60,patience=0,rate=0.01,lookback=14,segment=7,scale=none,loss=mse"

Test(lstm_inputs, joint_channels_tell_of_each_other)
{
    const double alone = joint_error(PAIR, false);
    for (int shorter = 0; shorter < 2; shorter++) {
        cr_assert(joint_error(PAIR ",channels=joint", shorter) < alone / 2, "%g, alone %g",
                  joint_error(PAIR ",channels=joint", shorter), alone);
        cr_assert(joint_error(PAIR ",channels=joint,skip=ridge,ridge=1e-4", shorter) < alone / 2);
        cr_assert(joint_error(PAIR ",channels=joint,decoder=segment,answer=7,calendar=cyclic", shorter) <
                  alone / 2);
    }
}

Test(lstm_inputs, joint_channels_must_share_their_times_and_come_together)
{
    struct sample s[2];
    struct alm_history_series series[2];
    struct alm_series_outcome outcome[2];
    make_pair(s, series);
    struct alm_history history = {2, series, HORIZON};
    struct alm_forecaster *forecaster =
        make_forecaster("lstm:hidden=4,epochs=1,lookback=14,channels=joint", 1, 0);
    fit_on(forecaster, &history, outcome);
    history.n_series = 1;
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
    cr_assert(outcome[0].status == ALM_DATA && strstr(outcome[0].reason, "together") != NULL);
    alm_forecast_free(f);
    s[1].ts[N - 3]--;
    history.n_series = 2;
    s[1].ts[N - 4]--;
    fit_on(forecaster, &history, outcome);
    cr_assert(outcome[0].status == ALM_DATA && strstr(outcome[0].reason, "same times") != NULL);
    alm_forecaster_free(forecaster);
    for (size_t k = 0; k < 2; k++)
        sample_free(&s[k]);
}

Test(lstm_inputs, explains_options_that_contradict_each_other)
{
    static const struct {
        const char *spec, *part;
    } cases[] = {{"lstm:labels=all,skip=ridge", "skip=none"},
                 {"lstm:labels=all,decoder=segment", "decoder=direct"},
                 {"lstm:residual=season,deseason=1", "again"},
                 {"lstm:cell=slstm,peephole=1", "cell=lstm"},
                 {"lstm:answer=3", "decoder"},
                 {"lstm:channels=joint,embedding=2", "channels=joint"},
                 {"lstm:skip=zero,lookback=5000", "at most"}};
    const struct alm_forecaster_settings settings = {.seed = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_forecaster *forecaster;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_forecaster_create(&forecaster, cases[i].spec, &settings, &error), ALM_USAGE));
        cr_assert(strstr(error.text, cases[i].part) != NULL, "%s", error.text);
    }
}
