/* The options of the forecaster lstm beyond the basic ones: skip, ensembles, scaling, inputs, decoders. */
#include "support.h"

#include "base/random.h"
#include "forecast/lstm/state.h"

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
        BASE ",skip=ridge,drift=0,scale=shift,weight=scale",
        BASE ",projection=16,dropout_head=0.02",
        BASE ",skip=ridge,loss=quantile,crossing=monotone",
        BASE ",skip=ridge,segment=7,lookback=28,residual=season,scale=season,weight=owa",
        BASE ",seeds=3,weight=scale,step_weight=0.5",
        BASE ",weight=level,loss=mse",
        BASE ",calendar=cyclic,scale_input=1,missing=mask",
        BASE ",decoder=segment,answer=7,segment=7,lookback=28",
        BASE ",decoder=segment,answer=1",
        BASE ",decoder=recursive",
        BASE ",decoder=recursive,answer=3,skip=ridge,loss=gaussian",
        BASE ",cell=slstm",
        BASE ",peephole=1,layer_norm=1,layers=2,residual_layers=1",
        BASE ",forget=noise,forget_rate=0.2,forget_noise=0.3",
        BASE ",layers=2,forget=learned+zero,forget_rate=0+0.1",
        BASE ",precision=bf16,layers=2,residual_layers=1,dropout_layer=0.1",
        BASE ",precision=bf16,decoder=segment,answer=7,segment=7,lookback=28,skip=ridge",
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

/* A quiet level that collapses now and then for some bars, as a meter does in maintenance: in the unit of a
 * quiet window that is hundreds of deviations, which least squares would bend to. */
Test(lstm_inputs, skip_is_not_led_by_quiet_windows_before_a_collapse)
{
    struct sample s = sample_create(N, 1);
    for (size_t i = 0; i < N; i++)
        s.y[i] = i < 330 && i % 60 > 54 ? 20 : 100 + sin(0.9 * (double)i) + 0.5 * sin(2.3 * (double)i);
    struct alm_forecast *f =
        fitted_forecast("lstm:hidden=4,lookback=28,epochs=1,rate=0,skip=ridge", history_of(&s, N), HORIZON);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(fabs(f->mean[h] - 100) < 2.5, "%g", f->mean[h]);
    alm_forecast_free(f);
    sample_free(&s);
}

/* A line that only a drift goes on with: x is 0 once the last value is taken off a flat window's end. */
Test(lstm_inputs, drift_is_in_the_ridge_start_or_not)
{
    struct sample s = sample_create(N, 1);
    double step[2];
    for (size_t i = 0; i < N; i++)
        s.y[i] = 50 + 0.5 * (double)i;
    for (int drift = 0; drift < 2; drift++) {
        struct alm_forecast *f =
            fitted_forecast(drift ? "lstm:hidden=4,lookback=28,epochs=1,rate=0,skip=ridge,ridge=1e6"
                                  : "lstm:hidden=4,lookback=28,epochs=1,rate=0,skip=ridge,ridge=1e6,drift=0",
                            history_of(&s, N), HORIZON);
        step[drift] = f->mean[0] - s.y[N - 1];
        alm_forecast_free(f);
    }
    cr_assert(fabs(step[0]) < 1e-3 && fabs(step[1] - 0.5) < 1e-3, "%g, %g", step[0], step[1]);
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
    "lstm:hidden=6,lookback=21,segment=7,epochs=2,decoder=segment,answer=7,missing=mask,deseason=1",
    "lstm:hidden=6,projection=5,lookback=21,segment=7,epochs=2,decoder=segment,dropout_head=0.2,skip=ridge,"
    "drift=0",
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

Test(lstm_inputs, explains_options_that_contradict_each_other)
{
    static const struct {
        const char *spec, *part;
    } cases[] = {{"lstm:labels=all,skip=ridge", "skip=none"},
                 {"lstm:labels=all,decoder=segment", "decoder=direct"},
                 {"lstm:residual=season,deseason=1", "again"},
                 {"lstm:cell=slstm,peephole=1", "cell=lstm"},
                 {"lstm:answer=3", "decoder=segment|recursive"},
                 {"lstm:momentum=0.5", "optimiser=sgd|rmsprop"},
                 {"lstm:levels=0.5", "loss=quantile"},
                 {"lstm:fall=0.5,schedule=cosine,fall_epochs=2", "schedule=step|plateau"},
                 {"lstm:state=carry,stride=3", "state=reset"},
                 {"lstm:forget=zero", "forget_rate>0"},
                 {"lstm:forget=zero+one,forget_rate=0.1", "layers=1"},
                 {"lstm:layers=2,forget=zero,forget_rate=0.1+0.2+0.3", "3 values"},
                 {"lstm:forget=noise,forget_rate=0.1", "forget_noise>0"},
                 {"lstm:threshold=1", "target=direction"},
                 {"lstm:precision=bf16,cell=slstm", "it needs cell=lstm"},
                 {"lstm:precision=bf16,dropout_recurrent=0.1", "it needs cell=lstm"},
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
