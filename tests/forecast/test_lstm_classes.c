/* The forecaster lstm where it forecasts classes. */
#include "support.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 400, HORIZON = 4 };
#define SMALL "hidden=12,lookback=12,epochs=25,rate=0.02"

static const char *const labels[] = {"a", "b", "c", "d"};

/* a b c a b c …, that is all but the first lets one know. */
static struct sample letters(size_t n)
{
    struct sample s = sample_create(n, 1);
    for (size_t i = 0; i < n; i++)
        s.y[i] = (double)(i % 3);
    return s;
}

static struct alm_history_series labelled(const struct sample *s, size_t n)
{
    struct alm_history_series series = history_of(s, n);
    series.n_labels = 4;
    series.label = labels;
    return series;
}

static struct sample wave(size_t n)
{
    struct sample s = sample_create(n, 1);
    for (size_t i = 0; i < n; i++)
        s.y[i] = 50 + 10 * sin(0.897597901025655 * (double)i);
    return s;
}

/* Mean log loss of a forecast from N; values of s beyond it are what happened. */
static double log_loss(const struct alm_forecast *f, const struct sample *s)
{
    const struct alm_class_forecast *c = &f->classes[0];
    double sum = 0;
    cr_assert(c->n > 0 && isnan(f->mean[0]) && !f->has_quantiles[0]);
    for (size_t h = 0; h < HORIZON; h++) {
        size_t k = 0;
        while (k + 1 < c->n && s->y[N + h] > c->edge[k])
            k++;
        sum -= log(c->probability[h * c->n + k]) / HORIZON;
    }
    return sum;
}

static double loss_of(const char *spec, bool of_labels)
{
    struct sample s = of_labels ? letters(N + HORIZON) : wave(N + HORIZON);
    struct alm_forecast *f = fitted_forecast(spec, of_labels ? labelled(&s, N) : history_of(&s, N), HORIZON);
    const double loss = log_loss(f, &s);
    alm_forecast_free(f);
    sample_free(&s);
    return loss;
}

Test(lstm_classes, learns_labels_directions_and_bins_far_better_than_majority)
{
    static const struct {
        const char *spec, *rival;
        bool of_labels;
    } cases[] = {
        {"lstm:" SMALL, "majority", true},
        {"lstm:" SMALL ",loss=classes,labels=all,seeds=2", "majority", true},
        {"lstm:" SMALL ",segment=3,missing=mask", "majority", true},
        {"lstm:" SMALL ",target=direction,threshold=2", "majority:target=direction,threshold=2", false},
        {"lstm:" SMALL ",bins=quantile:5,scale=standard", "majority:bins=quantile:5", false},
        {"lstm:" SMALL ",bins=uniform:4,labels=all,decoder=direct", "majority:bins=uniform:4", false},
        {"lstm:" SMALL ",decoder=segment,answer=2", "majority", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double loss = loss_of(cases[i].spec, cases[i].of_labels);
        const double rival = loss_of(cases[i].rival, cases[i].of_labels);
        cr_assert(loss < 0.5 * rival, "%s: %g, %s: %g", cases[i].spec, loss, cases[i].rival, rival);
    }
}

Test(lstm_classes, a_saved_model_gives_the_same_bits_and_a_cut_one_is_refused)
{
    static const char *const specs[] = {"lstm:hidden=4,lookback=12,epochs=2",
                                        "lstm:hidden=4,lookback=12,epochs=2,bins=quantile:5"};
    for (size_t i = 0; i < 2; i++) {
        struct sample s = i == 0 ? letters(N) : wave(N);
        const struct alm_history_series series = i == 0 ? labelled(&s, N) : history_of(&s, N);
        const struct alm_history history = {1, &series, HORIZON};
        struct alm_series_outcome outcome;
        struct alm_forecaster *forecaster = make_forecaster(specs[i], 1, 4), *loaded;
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
        for (size_t n = 0; n < bytes.length; n += n < 400 ? 1 : 191) {
            struct alm_forecaster *bad;
            cr_assert(alm_forecaster_load(&bad, bytes.data, n, NULL) != ALM_OK, "cut to %zu bytes", n);
        }
        alm_forecaster_free(forecaster);
        alm_bytes_clear(&bytes);
        sample_free(&s);
    }
}

Test(lstm_classes, several_series_have_bins_of_their_own)
{
    struct sample s[2] = {wave(N), wave(N)};
    struct alm_history_series series[2];
    struct alm_series_outcome outcome[2];
    for (size_t i = 0; i < N; i++)
        s[1].y[i] = 1000 + 5 * s[1].y[i];
    for (size_t i = 0; i < 2; i++) {
        series[i] = history_of(&s[i], N);
        series[i].name = i == 0 ? "x" : "a";
    }
    const struct alm_history history = {2, series, HORIZON};
    struct alm_forecaster *forecaster = make_forecaster("lstm:" SMALL ",bins=quantile:4", 1, 0);
    fit_on(forecaster, &history, outcome);
    struct alm_forecast *f = forecast_on(forecaster, &history, outcome);
    for (size_t k = 0; k < 3; k++)
        cr_assert(epsilon_eq(dbl, f->classes[1].edge[k], 1000 + 5 * f->classes[0].edge[k], 1e-6));
    alm_forecast_free(f);
    alm_forecaster_free(forecaster);
    sample_free(&s[0]);
    sample_free(&s[1]);
}

Test(lstm_classes, a_recursive_decoder_goes_on_from_symbols_and_bins_that_it_draws)
{
    static const char *const specs[] = {"lstm:" SMALL ",decoder=recursive,labels=all",
                                        "lstm:" SMALL ",decoder=recursive,answer=2,seeds=2,paths=50"};
    for (size_t i = 0; i < 2; i++)
        cr_assert(loss_of(specs[i], true) < 0.1, "%s: %g", specs[i], loss_of(specs[i], true));
    const double bins = loss_of("lstm:" SMALL ",decoder=recursive,bins=quantile:7", false);
    cr_assert(bins < 0.5, "%g", bins); /* 1.95 without knowing */
    cr_assert(loss_of("lstm:" SMALL ",bins=quantile:7,skip=zero", false) < 0.5);
    /* one path is a text: every chance is 0 or 1 */
    struct sample s = letters(N + HORIZON);
    struct alm_forecast *f =
        fitted_forecast("lstm:" SMALL ",decoder=recursive,paths=1", labelled(&s, N), HORIZON);
    for (size_t h = 0; h < HORIZON; h++)
        for (size_t k = 0; k < 4; k++)
            cr_assert(eq(dbl, f->classes[0].probability[h * 4 + k], s.y[N + h] == (double)k ? 1 : 0));
    alm_forecast_free(f);
    sample_free(&s);
}

Test(lstm_classes, what_does_not_go_together_is_refused_with_a_reason)
{
    static const char *const usage[] = {"lstm:loss=mse,target=direction", "lstm:bins=quantile:4,skip=ridge",
                                        "lstm:target=direction,decoder=recursive"};
    const struct alm_forecaster_settings settings = {0};
    for (size_t i = 0; i < sizeof usage / sizeof *usage; i++) {
        struct alm_forecaster *f;
        cr_assert(eq(int, alm_forecaster_create(&f, usage[i], &settings, NULL), ALM_USAGE), "%s", usage[i]);
    }
    static const struct {
        const char *spec, *says;
        bool of_labels;
    } data[] = {{"lstm:lookback=12,loss=classes", "needs labels", false},
                {"lstm:lookback=12,target=direction", "are for numbers", true},
                {"lstm:lookback=12,skip=ridge", "skip=zero or none", true},
                {"lstm:lookback=12,skip=zero", "skip=none", true},
                {"lstm:lookback=12,channels=joint", "numbers", true},
                {"lstm:lookback=12,deseason=1", "no season", true}};
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        struct sample s = letters(N);
        const struct alm_history_series series = data[i].of_labels ? labelled(&s, N) : history_of(&s, N);
        const struct alm_history history = {1, &series, HORIZON};
        struct alm_series_outcome outcome;
        struct alm_forecaster *forecaster = make_forecaster(data[i].spec, 1, 0);
        fit_on(forecaster, &history, &outcome);
        cr_assert(eq(int, outcome.status, ALM_DATA), "%s", data[i].spec);
        cr_assert(strstr(outcome.reason, data[i].says) != NULL, "%s: %s", data[i].spec, outcome.reason);
        alm_forecaster_free(forecaster);
        sample_free(&s);
    }
}
