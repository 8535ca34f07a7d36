/* The forecaster lstm beyond what every forecaster must do: learning, its options, windows, and damaged
 * models. */
#include "support.h"

#include "base/random.h"
#include "forecast/lstm/answer.h"
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 400, HORIZON = 7 };
#define SMALL "hidden=8,lookback=21,epochs=4,rate=0.01"

/* A clean wave of period 7 on a slow one; forecast from N, so that what comes next is known. */
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

Test(lstm, learns_a_wave_whatever_the_loss_labels_scale_and_depth)
{
    const char *const specs[] = {
        "lstm:hidden=16,epochs=12,rate=0.01",
        "lstm:hidden=16,epochs=12,rate=0.01,loss=mse,labels=all,lookback=28",
        "lstm:hidden=16,epochs=12,rate=0.01,loss=huber,scale=standard",
        "lstm:hidden=16,epochs=30,rate=0.01,loss=quantile,layers=2",
        "lstm:hidden=16,epochs=20,rate=0.01,loss=quantile,crossing=monotone",
        "lstm:hidden=16,epochs=20,rate=0.01,loss=gaussian",
        "lstm:hidden=16,epochs=20,rate=0.01,loss=student",
        "lstm:hidden=16,epochs=12,rate=0.01,segment=7,lookback=28,residual=season,scale=season",
        "lstm:hidden=16,epochs=60,rate=0.01,validation=0,schedule=constant,batch=50,stride=2",
        "lstm:hidden=16,epochs=60,rate=0.01,labels=all,lookback=10,state=carry",
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        cr_assert(error_of(specs[i]) < 1, "%s: %g (the mean is off by 6.4)", specs[i], error_of(specs[i]));
}

Test(lstm, gives_quantiles_within_its_levels_and_leaves_wider_ones_to_the_wrapper)
{
    struct sample s = sample_create(N, 2);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    static const struct {
        const char *spec;
        bool has;
    } cases[] = {{"lstm:" SMALL ",loss=quantile", true},
                 {"lstm:" SMALL ",loss=quantile,levels=0.05+0.5+0.95", true},
                 {"lstm:" SMALL ",loss=quantile,levels=0.2+0.5+0.8", false},
                 {"lstm:" SMALL ",loss=quantile,crossing=monotone", true},
                 {"lstm:" SMALL ",loss=gaussian", true},
                 {"lstm:" SMALL ",loss=student", true},
                 {"lstm:" SMALL ",loss=mae", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_series_outcome outcome;
        struct alm_forecaster *forecaster = make_forecaster(cases[i].spec, 1, 0);
        fit_on(forecaster, &history, &outcome);
        struct alm_forecast *f = forecast_on(forecaster, &history, &outcome);
        cr_assert(eq(int, f->has_quantiles[0], cases[i].has), "%s", cases[i].spec);
        for (size_t h = 0; cases[i].has && h < HORIZON; h++) {
            const double *q = f->quantile + h * SUPPORT_LEVELS;
            cr_assert(q[0] <= q[1] && q[1] <= q[2] && q[1] == f->mean[h], "%s, step %zu", cases[i].spec,
                      h + 1);
        }
        alm_forecast_free(f);
        alm_forecaster_free(forecaster);
    }
    sample_free(&s);
}

/* Values of scipy.stats t.ppf and norm.ppf. */
Test(lstm, quantiles_of_its_distributions_are_those_of_tables)
{
    static const struct {
        double level, dof, z;
    } cases[] = {{0.975, 5, 2.570581835636314},
                 {0.1, 2.5, -1.7302509288071761},
                 {0.001, 2.001, -22.299661085162914},
                 {0.999, 1e6, 3.09024045631652},
                 {0.5, 3, 0}};
    const struct alm_loss student = {.kind = ALM_LOSS_STUDENT, .n_levels = 3};
    const struct alm_loss gaussian = {.kind = ALM_LOSS_GAUSSIAN, .n_levels = 2};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double values[] = {10, 2, cases[i].dof};
        cr_assert(epsilon_eq(dbl, alm_answer_quantile(&student, values, cases[i].level), 10 + 2 * cases[i].z,
                             1e-7));
    }
    cr_assert(epsilon_eq(dbl, alm_answer_quantile(&gaussian, (const double[]){10, 2}, 0.975),
                         10 + 2 * 1.959963984540054, 1e-12));
}

/* Noise of known size around a level: the outer tenths are 1.28 standard deviations away. */
Test(lstm, a_gaussian_finds_the_size_of_noise)
{
    struct sample s = sample_create(600, 5);
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 3, NULL), ALM_OK));
    for (size_t i = 0; i < 600; i++)
        s.y[i] = 20 + 2 * alm_random_normal(random);
    struct alm_forecast *f =
        fitted_forecast("lstm:hidden=8,epochs=30,loss=gaussian,scale=standard", history_of(&s, 600), HORIZON);
    for (size_t h = 0; h < HORIZON; h++) {
        const double width = f->quantile[h * SUPPORT_LEVELS + 2] - f->quantile[h * SUPPORT_LEVELS];
        cr_assert(width > 0.7 * 5.126 && width < 1.3 * 5.126, "step %zu: %g", h + 1, width);
    }
    alm_forecast_free(f);
    alm_random_free(random);
    sample_free(&s);
}

Test(lstm, one_fit_serves_many_series_and_each_forecast_depends_on_its_own_history_alone)
{
    enum { SERIES = 40 };
    struct sample s[SERIES];
    struct alm_history_series series[SERIES];
    struct alm_series_outcome outcome[SERIES];
    struct alm_forecaster *forecaster = make_forecaster("lstm:" SMALL, 1, 0);
    for (size_t i = 0; i < SERIES; i++) {
        s[i] = sample_create(N, i);
        series[i] = history_of(&s[i], 60 + i);
    }
    const struct alm_history all = {SERIES, series, HORIZON}, last = {1, &series[SERIES - 1], HORIZON};
    fit_on(forecaster, &all, outcome);
    struct alm_forecast *together = forecast_on(forecaster, &all, outcome);
    struct alm_forecast *alone = forecast_on(forecaster, &last, outcome);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(epsilon_eq(dbl, together->mean[(SERIES - 1) * HORIZON + h], alone->mean[h], 1e-4));
    alm_forecast_free(together);
    alm_forecast_free(alone);
    alm_forecaster_free(forecaster);
    for (size_t i = 0; i < SERIES; i++)
        sample_free(&s[i]);
}

Test(lstm, a_saved_model_gives_the_same_bits_and_a_damaged_one_is_refused)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster = make_forecaster("lstm:" SMALL ",labels=all", 1, 0), *loaded;
    struct alm_bytes bytes = {0};
    fit_on(forecaster, &history, &outcome);
    cr_assert(eq(int, alm_forecaster_save(forecaster, &bytes, NULL), ALM_OK));
    cr_assert(eq(int, alm_forecaster_load(&loaded, bytes.data, bytes.length, NULL), ALM_OK));
    struct alm_forecast *first = forecast_on(forecaster, &history, &outcome);
    struct alm_forecast *second = forecast_on(loaded, &history, &outcome);
    cr_assert(same_forecast(first, second));
    alm_forecast_free(first);
    alm_forecast_free(second);
    alm_forecaster_free(loaded);
    for (size_t n = 0; n < bytes.length; n += n < 200 ? 1 : 191) {
        struct alm_forecaster *bad;
        cr_assert(alm_forecaster_load(&bad, bytes.data, n, NULL) != ALM_OK, "cut to %zu bytes", n);
    }
    alm_forecaster_free(forecaster);
    alm_bytes_clear(&bytes);
    sample_free(&s);
}

Test(lstm, state_of_another_shape_is_refused)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    const struct alm_forecaster_type *type = alm_forecaster_type_find("lstm");
    struct alm_config *config, *other;
    struct alm_bytes bytes = {0};
    void *self, *wrong;
    cr_assert(eq(int, alm_config_create(&config, type->options, SMALL, "lstm", NULL), ALM_OK));
    cr_assert(eq(int, alm_config_create(&other, type->options, SMALL ",layers=2", "lstm", NULL), ALM_OK));
    cr_assert(eq(int, type->create(&self, config, 1, NULL), ALM_OK));
    cr_assert(eq(int, type->create(&wrong, other, 1, NULL), ALM_OK));
    cr_assert(eq(int, type->fit(self, &history, NULL, NULL), ALM_OK));
    cr_assert(eq(int, type->save(self, &bytes, NULL), ALM_OK));
    struct alm_bytes_reader in = {.data = bytes.data, .length = bytes.length};
    cr_assert(eq(int, type->load(wrong, &in, NULL), ALM_PARSE));
    for (size_t at = 0; at < 20; at++) {  /* version and lookback */
        if (at >= 4 && at < 12) continue; /* the seed may be any */
        bytes.data[at] ^= 0x40;
        in = (struct alm_bytes_reader){.data = bytes.data, .length = bytes.length};
        cr_assert(eq(int, type->load(self, &in, NULL), ALM_PARSE), "byte %zu", at);
        bytes.data[at] ^= 0x40;
    }
    type->free(self);
    type->free(wrong);
    alm_config_free(config);
    alm_config_free(other);
    alm_bytes_clear(&bytes);
    sample_free(&s);
}

Test(lstm, explains_options_that_contradict_each_other)
{
    static const struct {
        const char *spec, *part;
    } cases[] = {{"lstm:lookback=20,segment=7", "does not divide"},
                 {"lstm:loss=quantile,levels=0.9+0.1", "rise"},
                 {"lstm:lookbak=3", "did you mean lookback"}};
    const struct alm_forecaster_settings settings = {.seed = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alm_forecaster *forecaster;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_forecaster_create(&forecaster, cases[i].spec, &settings, &error), ALM_USAGE));
        cr_assert(strstr(error.text, cases[i].part) != NULL, "%s", error.text);
    }
}

Test(lstm, a_season_longer_than_the_lookback_is_refused)
{
    struct sample s = sample_create(N, 3);
    struct alm_history_series series = history_of(&s, N);
    series.season_length = 30;
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster = make_forecaster("lstm:" SMALL ",residual=season", 1, 0);
    fit_on(forecaster, &history, &outcome);
    cr_assert(eq(int, outcome.status, ALM_DATA));
    cr_assert(strstr(outcome.reason, "lookback") != NULL, "%s", outcome.reason);
    alm_forecaster_free(forecaster);
    sample_free(&s);
}

static enum alm_status stop(void *context, const struct alm_epoch *epoch, struct alm_error *error)
{
    (void)epoch, (void)error;
    alm_cancel_request(context, 2);
    return ALM_OK;
}

Test(lstm, a_cancelled_fit_says_so)
{
    struct sample s = sample_create(N, 3);
    const struct alm_history_series series = history_of(&s, N);
    const struct alm_history history = {1, &series, HORIZON};
    struct alm_cancel cancel = {0};
    const struct alm_fit_hooks hooks = {.cancel = &cancel, .context = &cancel, .epoch = stop};
    struct alm_series_outcome outcome;
    struct alm_forecaster *forecaster = make_forecaster("lstm:" SMALL, 1, 0);
    cr_assert(
        eq(int, alm_forecaster_fit(forecaster, &history, NULL, 0, &hooks, &outcome, NULL), ALM_INTERRUPTED));
    alm_forecaster_free(forecaster);
    sample_free(&s);
}
