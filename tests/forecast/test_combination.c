/* Combinations: rules on small examples, weights, members that fail, keeping. */
#include "forecast/combination/combination.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "stack_weights.h"
#include "support.h"

enum { N = 160, HORIZON = 6 };

/* ---- weights ---- */

static void fill_errors(double *e, size_t c, size_t n, size_t m)
{
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < n; k++)
            e[i * n + k] = sin(1.3 * (double)i + 0.7 * (double)(k * (c + 1))) * (1 + 0.3 * (double)k) +
                           0.4 * cos(0.37 * (double)(i * (k + 1))) + 0.1 * (double)((k + c) % 3);
}

static void fill_gram(double *gram, const double *e, size_t n, size_t m)
{
    memset(gram, 0, n * n * sizeof *gram);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                gram[j * n + k] += e[i * n + j] * e[i * n + k];
}

static double value_of(const double *w, const double *gram, size_t n)
{
    double value = 0;
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            value += w[j] * gram[j * n + k] * w[k];
    return value;
}

Test(combination, stack_weights_are_those_of_an_independent_solver)
{
    for (size_t c = 0; c < sizeof golden_stack / sizeof *golden_stack; c++) {
        const size_t n = golden_stack[c].n;
        double e[60 * 8], gram[64], w[8];
        fill_errors(e, c, n, 60);
        fill_gram(gram, e, n, 60);
        cr_assert(alm_simplex_least(w, gram, n, NULL) == ALM_OK);
        cr_assert(fabs(value_of(w, gram, n) / golden_stack[c].value - 1) < 1e-9, "case %zu", c);
        for (size_t k = 0; k < n; k++)
            cr_assert(fabs(w[k] - golden_stack[c].weight[k]) < 2e-4, "case %zu, member %zu: %g", c, k, w[k]);
    }
}

/* At the least value every member without weight has a slope that is not smaller than that of the others. */
Test(combination, weights_lie_on_the_simplex_and_nothing_is_better)
{
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 11, NULL) == ALM_OK);
    for (size_t trial = 0; trial < 300; trial++) {
        const size_t n = 1 + alm_random_below(random, 10), m = 1 + alm_random_below(random, 30);
        double e[30 * 10], gram[100], w[10], sum = 0;
        for (size_t i = 0; i < m * n; i++)
            e[i] = alm_random_normal(random) + (i % n == 0 ? 0.5 : 0);
        for (size_t i = 0; n > 2 && trial % 5 == 0 && i < m; i++)
            e[i * n + 1] = e[i * n]; /* twins */
        fill_gram(gram, e, n, m);
        cr_assert(alm_simplex_least(w, gram, n, NULL) == ALM_OK);
        const double value = value_of(w, gram, n);
        for (size_t k = 0; k < n; k++) {
            double slope = 0;
            for (size_t j = 0; j < n; j++)
                slope += gram[k * n + j] * w[j];
            cr_assert(w[k] >= 0 && w[k] <= 1 + 1e-12);
            cr_assert(slope >= value - 1e-8 * (gram[k * n + k] + value), "trial %zu", trial);
            sum += w[k];
        }
        cr_assert(fabs(sum - 1) < 1e-12);
    }
    alm_random_free(random);
}

static void weigh(double *w, const char *spec, const double *e, const size_t *fold, size_t n, size_t points)
{
    struct alm_forecaster *f = make_forecaster(spec, 1, 4);
    const struct alm_member_errors errors = {n, points, e, fold};
    cr_assert(alm_forecaster_type_of(f)->rule->weigh(w, &errors, alm_forecaster_config(f), NULL) == ALM_OK);
    alm_forecaster_free(f);
}

Test(combination, rules_give_the_weights_that_can_be_told_by_hand)
{
    const double e[] = {0.5, 1, -0.5, 0, 0.5, 1, -0.5, 0}, one[] = {1, 0.5, 0.5, 0.25};
    const size_t fold[] = {0, 1, 2, 3};
    double w[2];
    weigh(w, "inverse-error", one, fold, 2, 1); /* 1 : 1/4 as squares */
    cr_assert(fabs(w[0] - 0.2) < 1e-15 && fabs(w[1] - 0.8) < 1e-15);
    weigh(w, "inverse-error:power=0.5", one, fold, 2, 2);
    cr_assert(fabs(w[0] - 1. / 3) < 1e-15);
    weigh(w, "inverse-error", e + 2, fold, 2, 1); /* -0.5 and 0: without error it takes all */
    cr_assert(w[0] == 0 && w[1] == 1);
    weigh(w, "best", e, fold, 2, 4); /* 4 x 0.25 against 2 x 1 */
    cr_assert(w[0] == 1 && w[1] == 0);
    weigh(w, "hedge:rate=1", e, fold, 2, 4); /* losses .5 + 1 + .5 + 1 and 1 + 0 + 1 + 0 */
    cr_assert(fabs(w[0] - 1 / (1 + exp(1))) < 1e-15 && fabs(w[1] - 1 / (1 + exp(-1))) < 1e-15);
    weigh(w, "hedge", one, fold, 2, 2);
    cr_assert(fabs(w[0] - 1 / (1 + exp(sqrt(8 * log(2) / 2)))) < 1e-15);
    weigh(w, "stack:shrink=1", e, fold, 2, 4);
    cr_assert(fabs(w[0] - 0.5) < 1e-12);
    const double opposite[] = {1, -0.5, -1, 0.5};
    weigh(w, "stack", opposite, fold, 2, 2); /* errors that cancel */
    cr_assert(fabs(w[0] - 1. / 3) < 1e-6);
}

/* ---- forecasts ---- */

static struct alm_forecast *of(const char *spec, const struct sample *s)
{
    return fitted_forecast(spec, history_of(s, N), HORIZON);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

Test(combination, means_and_quantiles_follow_the_rule_of_each)
{
    static const char *const members[] = {"naive", "seasonal-naive", "drift", "mean", "ses"};
    struct sample s = sample_create(N, 1);
    struct alm_forecast *m[5], *average = of("average:of=naive+seasonal-naive+drift+mean+ses", &s),
                               *median = of("median:of=naive+seasonal-naive+drift+mean+ses", &s),
                               *trimmed = of("trimmed:of=naive+seasonal-naive+drift+mean+ses,share=0.25", &s);
    for (size_t k = 0; k < 5; k++)
        m[k] = of(members[k], &s);
    for (size_t h = 0; h < HORIZON * (SUPPORT_LEVELS + 1); h++) {
        const bool is_mean = h < HORIZON;
        const size_t at = is_mean ? h : h - HORIZON;
        double v[5];
        for (size_t k = 0; k < 5; k++)
            v[k] = is_mean ? m[k]->mean[at] : m[k]->quantile[at];
        qsort(v, 5, sizeof *v, compare);
        const double a = is_mean ? average->mean[at] : average->quantile[at],
                     b = is_mean ? median->mean[at] : median->quantile[at],
                     c = is_mean ? trimmed->mean[at] : trimmed->quantile[at];
        cr_assert(fabs(a - (v[0] + v[1] + v[2] + v[3] + v[4]) / 5) < 1e-10);
        cr_assert(fabs(b - v[2]) < 1e-12);
        cr_assert(fabs(c - (v[1] + v[2] + v[3]) / 3) < 1e-10);
    }
    for (size_t k = 0; k < 5; k++)
        alm_forecast_free(m[k]);
    alm_forecast_free(average);
    alm_forecast_free(median);
    alm_forecast_free(trimmed);
    sample_free(&s);
}

/* The history decides: on a pure season, seasonal-naive is the one that is right. */
Test(combination, learnt_weights_find_the_member_that_is_right)
{
    static const char *const specs[] = {"stack:of=naive+seasonal-naive+drift",
                                        "best:of=naive+seasonal-naive+drift",
                                        "inverse-error:of=naive+seasonal-naive+drift",
                                        "stack:of=naive+(best:of=drift+seasonal-naive),pool=all"};
    struct sample s = sample_create(N, 1);
    for (size_t i = 0; i < N; i++)
        s.y[i] = 10 + (double)(i * i % 7);
    for (size_t i = 0; i < 4; i++) {
        struct alm_forecast *f = of(specs[i], &s), *season = of("seasonal-naive", &s);
        for (size_t h = 0; h < HORIZON; h++)
            cr_assert(fabs(f->mean[h] - season->mean[h]) < 1e-6, "%s: %g for %g", specs[i], f->mean[h],
                      season->mean[h]);
        alm_forecast_free(f);
        alm_forecast_free(season);
    }
    sample_free(&s);
}

Test(combination, spec_and_labels_are_canonical)
{
    struct alm_text spec = {0};
    struct alm_forecaster *f = make_forecaster(
        "stack:groups=3,of=(a=lstm:hidden=64,labels=all)+b=naive+(median:of=(naive)+(drift)+ses)", 1, 0);
    alm_forecaster_write_spec(f, &spec);
    cr_assert(strstr(spec.data, "+b=naive+(median:of=naive+drift+ses)") != NULL, "%s", spec.data);
    cr_assert(strstr(spec.data, "groups") == NULL, "%s", spec.data);
    struct alm_forecaster *again = make_forecaster(spec.data, 1, 0);
    struct alm_text twice = {0};
    alm_forecaster_write_spec(again, &twice);
    cr_assert(eq(str, spec.data, twice.data));
    cr_assert(eq(sz, alm_forecaster_members(f), 3));
    cr_assert(eq(str, (char *)alm_forecaster_member_spec(f, 1), (char *)"naive"));
    alm_forecaster_free(f);
    alm_forecaster_free(again);
    alm_text_clear(&spec);
    alm_text_clear(&twice);
}

Test(combination, what_cannot_be_combined_is_refused)
{
    static const char *const specs[][2] = {{"average:of=naive+naive", "twice"},
                                           {"average:of=naive+(x=naive)", "twice"},
                                           {"median:of=naive+nonsense", "member nonsense of median"},
                                           {"median:of=naive+(ses:alhpa=1)", "did you mean alpha"},
                                           {"best:of=naive+(majority:bins=quantile:4)", "classes"},
                                           {"stack:of=naive+(lstm:target=direction)", "classes"}};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        const struct alm_forecaster_settings settings = {0};
        struct alm_forecaster *f;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_forecaster_create(&f, specs[i][0], &settings, &error), ALM_USAGE), "%s",
                  specs[i][0]);
        cr_assert(strstr(error.text, specs[i][1]) != NULL, "%s: %s", specs[i][0], error.text);
    }
}

Test(combination, a_member_without_a_forecast_is_left_out_and_named)
{
    struct sample s = sample_create(N, 1);
    for (size_t i = 0; i < N; i++)
        s.y[i] -= 110; /* most are below 0 */
    const struct alm_history_series series = history_of(&s, N), young = history_of(&s, 4);
    const struct alm_history history = {1, &series, HORIZON}, small = {1, &young, HORIZON};
    struct alm_series_outcome outcome;
    struct alm_forecaster *f = make_forecaster("average:of=naive+(bad=ses:log=1)+drift", 1, 4);
    fit_on(f, &history, &outcome);
    struct alm_forecast *out = forecast_on(f, &history, &outcome), *naive = of("naive", &s),
                        *drift = of("drift", &s);
    cr_assert(eq(int, outcome.status, ALM_OK));
    cr_assert(strstr(outcome.fallback, "without bad: log, boxcox") == outcome.fallback, "%s",
              outcome.fallback);
    for (size_t h = 0; h < HORIZON; h++)
        cr_assert(fabs(out->mean[h] - (naive->mean[h] + drift->mean[h]) / 2) < 1e-10);
    alm_forecast_free(out);
    alm_forecaster_free(f);
    f = make_forecaster("stack:of=(ses:log=1)+(drift:log=1)", 1, 4);
    fit_on(f, &history, &outcome);
    cr_assert(eq(int, outcome.status, ALM_DATA));
    cr_assert(strstr(outcome.reason, "no member could be fitted") != NULL, "%s", outcome.reason);
    alm_forecaster_free(f);
    f = make_forecaster("stack:of=naive+drift", 1, 4); /* nothing to learn from */
    fit_on(f, &small, &outcome);
    cr_assert(eq(int, outcome.status, ALM_OK));
    cr_assert(strstr(outcome.fallback, "equal weights") != NULL, "%s", outcome.fallback);
    alm_forecaster_free(f);
    alm_forecast_free(naive);
    alm_forecast_free(drift);
    sample_free(&s);
}

Test(combination, kept_with_its_members_it_forecasts_the_same)
{
    static const char *const specs[] = {
        "stack:of=naive+seasonal-naive+(lstm:hidden=3,lookback=14,epochs=2),pool=all",
        "hedge:of=ses+(m=median:of=naive+drift+(ses:log=1))", "trimmed:of=naive+ses+drift"};
    struct sample s = sample_create(N, 1), t = sample_create(N, 2);
    struct alm_history_series series[] = {history_of(&s, N), history_of(&t, 100)};
    series[1].name = "t";
    const struct alm_history history = {2, series, HORIZON};
    for (size_t i = 0; i < 3; i++) {
        struct alm_forecaster *f = make_forecaster(specs[i], 1, 4), *loaded;
        struct alm_series_outcome outcome[2];
        struct alm_bytes blob = {0};
        fit_on(f, &history, outcome);
        cr_assert(alm_forecaster_save(f, &blob, NULL) == ALM_OK);
        cr_assert(alm_forecaster_load(&loaded, blob.data, blob.length, NULL) == ALM_OK);
        struct alm_forecast *a = forecast_on(f, &history, outcome),
                            *b = forecast_on(loaded, &history, outcome);
        cr_assert(same_forecast(a, b), "%s", specs[i]);
        alm_bytes_clear(&blob);
        alm_forecast_free(a);
        alm_forecast_free(b);
        alm_forecaster_free(f);
        alm_forecaster_free(loaded);
    }
    sample_free(&s);
    sample_free(&t);
}
