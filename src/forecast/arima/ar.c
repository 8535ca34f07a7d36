/* Autoregression: the order by AICc, coefficients by Burg's method or least squares. */
#include "base/memory.h"
#include "forecast/arima/ar_estimate.h"
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>
#include <stdlib.h>

enum { BURG }; /* the first method */

static const struct alm_option options[] = {
    {.name = "order",
     .help = "how many past values count; default: the one with the least AICc",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 0,
     .maximum = ALM_AR_LARGEST},
    {.name = "max_order",
     .help = "the largest that is tried; default: 10 log10 of the number of values",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 0,
     .maximum = ALM_AR_LARGEST},
    {.name = "method",
     .help = "burg: least forward and backward errors, always stationary; ls: least squares, which may grow",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "burg",
     .choices = "burg|ls"},
    {.name = "intercept",
     .help = "0: the series is taken to stray around zero, not around a mean",
     .kind = ALM_OPTION_FLAG,
     .fallback = "1"},
    {0},
};

/* y_t - centre = intercept + sum coefficient_i (y_{t-i} - centre) + e_t */
struct ar {
    const struct alm_config *config;
    size_t order;
    double *coefficient; /* [order]; NULL until learnt */
    double centre, intercept, sigma, aicc;
};

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    struct ar *ar;
    (void)seed;
    *self = NULL;
    if (alm_config_has(config, "order") && alm_config_has(config, "max_order"))
        return alm_fail(error, ALM_USAGE, "ar: max_order is for a search, but order fixes the model");
    ALM_TRY(ALM_NEW(&ar, 1, error));
    ar->config = config;
    ar->sigma = ar->aicc = (double)NAN;
    *self = ar;
    return ALM_OK;
}

static void destroy(void *self)
{
    struct ar *ar = self;
    if (ar != NULL) free(ar->coefficient);
    free(ar);
}

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    const struct ar *ar = self;
    (void)season_length, (void)horizon;
    return alm_config_has(ar->config, "order") ? 2 * alm_config_size(ar->config, "order") + 3 : 3;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t largest_order(const struct ar *ar, size_t n)
{
    if (alm_config_has(ar->config, "order")) return alm_config_size(ar->config, "order");
    const size_t enough = (size_t)(10 * log10((double)n)), possible = n / 2 - 1;
    return least(alm_config_has(ar->config, "max_order") ? alm_config_size(ar->config, "max_order") : enough,
                 possible);
}

/* The order with the least AICc, or the one that is given if it exists. */
static size_t choose(struct ar *ar, const double *variance, size_t existing, size_t n, size_t intercepts)
{
    size_t best = alm_config_has(ar->config, "order") ? existing : 0;
    for (size_t k = best; k <= existing; k++) {
        const double value = alm_ar_aicc(variance[k], n, k, intercepts);
        if (k > best && !(value < ar->aicc)) continue;
        best = k;
        ar->aicc = value;
    }
    return best;
}

static enum alm_status learn(struct ar *ar, const struct alm_ar_sample *s, double *variance, size_t largest,
                             struct alm_error *error)
{
    if (alm_config_choice(ar->config, "method") == BURG) {
        const size_t existing = alm_ar_burg(ar->coefficient, variance, s, largest);
        ar->order = choose(ar, variance, existing, s->n, s->intercepts);
        alm_ar_burg(ar->coefficient, variance, s, ar->order);
        ar->sigma = alm_residual_sd(variance[ar->order] * (double)s->n, s->n,
                                    least(ar->order + s->intercepts, s->n - 1));
        return ALM_OK;
    }
    const size_t existing = alm_ar_variances(variance, s, largest);
    double squares;
    ar->order = choose(ar, variance, existing, s->n - largest, s->intercepts);
    while (!alm_ar_regress(ar->coefficient, &ar->intercept, &squares, s, ar->order))
        if (ar->order-- == 0) return alm_fail(error, ALM_NUMERIC, "ar: the regression has no solution");
    ar->sigma = alm_residual_sd(squares, s->n - ar->order, ar->order + s->intercepts);
    return ALM_OK;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    struct ar *ar = self;
    const struct alm_span y = history->series[0].target;
    const size_t largest = largest_order(ar, y.n), size = largest + 2;
    double *block, sum = 0;
    (void)hooks;
    free(ar->coefficient);
    ar->coefficient = NULL;
    ar->intercept = 0;
    ALM_TRY(ALM_NEW(&ar->coefficient, largest, error));
    ALM_TRY(ALM_NEW(&block, y.n + size + alm_ar_work(y.n, largest), error));
    const struct alm_ar_sample s = {block, y.n, alm_config_flag(ar->config, "intercept") ? 1 : 0,
                                    block + y.n + size};
    for (size_t t = 0; t < y.n; t++)
        sum += (y.y[t] - y.y[0]) / (double)y.n;
    ar->centre = s.intercepts == 1 ? y.y[0] + sum : 0;
    for (size_t t = 0; t < y.n; t++)
        block[t] = y.y[t] - ar->centre;
    const enum alm_status status = learn(ar, &s, block + y.n, largest, error);
    free(block);
    if (status == ALM_OK && !isfinite(ar->sigma))
        return alm_fail(error, ALM_NUMERIC, "the values are too large: their squares overflow");
    return status;
}

/* Means by putting forecasts in for values; variances sigma^2 sum psi^2 with psi_k = sum coefficient_i
 * psi_{k-i} (Hyndman & Athanasopoulos 2021, section 9.8). */
static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct ar *ar = self;
    const struct alm_span y = history->series[0].target;
    const size_t p = ar->order, horizon = history->horizon;
    double *value, squares = 0;
    ALM_TRY(ALM_NEW(&value, p + 2 * horizon, error)); /* values before a short history are the centre */
    double *psi = value + p + horizon;
    for (size_t i = 0; i < least(p, y.n); i++)
        value[p - 1 - i] = y.y[y.n - 1 - i] - ar->centre;
    for (size_t h = 0; h < horizon; h++) {
        double mean = ar->intercept, weight = h == 0;
        for (size_t i = 0; i < p; i++) {
            mean += ar->coefficient[i] * value[p + h - 1 - i];
            if (i < h) weight += ar->coefficient[i] * psi[h - 1 - i];
        }
        value[p + h] = mean;
        psi[h] = weight;
        squares += weight * weight;
        alm_put_normal(out, h, ar->centre + mean, ar->sigma * sqrt(squares));
    }
    free(value);
    return ALM_OK;
}

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct ar *ar = self;
    const double values[] = {ar->centre, ar->intercept, ar->sigma, ar->aicc};
    alm_bytes_put_u64(out, ar->order);
    alm_bytes_put_f64s(out, values, sizeof values / sizeof *values);
    alm_bytes_put_f64s(out, ar->coefficient, ar->order);
    return alm_bytes_check(out, error);
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct ar *ar = self;
    double values[4];
    const uint64_t order = alm_bytes_get_u64(in);
    alm_bytes_get_f64s(in, values, sizeof values / sizeof *values);
    if (in->failed || order > ALM_AR_LARGEST)
        return alm_fail(error, ALM_PARSE, "the autoregression is cut off");
    ALM_TRY(ALM_NEW(&ar->coefficient, (size_t)order, error));
    ar->order = (size_t)order;
    ar->centre = values[0];
    ar->intercept = values[1];
    ar->sigma = values[2];
    ar->aicc = values[3];
    alm_bytes_get_f64s(in, ar->coefficient, ar->order);
    return in->failed ? alm_fail(error, ALM_PARSE, "the autoregression is cut off") : ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct ar *ar = self;
    if (isnan(ar->sigma)) return;
    alm_text_printf(out, "order=%zu\n", ar->order);
    for (size_t i = 0; i < ar->order; i++)
        alm_text_printf(out, "ar%zu=%.6g\n", i + 1, ar->coefficient[i]);
    double rest = 1;
    for (size_t i = 0; i < ar->order; i++)
        rest -= ar->coefficient[i];
    if (alm_config_flag(ar->config, "intercept"))
        alm_parameters_describe(out, "intercept", ar->intercept + rest * ar->centre);
    alm_parameters_describe(out, "sigma", ar->sigma);
    alm_parameters_describe(out, "aicc", ar->aicc);
}

const struct alm_forecaster_type alm_ar = {
    .name = "ar",
    .summary = "a weighted sum of the last values, as many as AICc says",
    .use = "A fast model for stationary series without trend: it returns to the mean. arima also takes "
           "differences and seasons.",
    .reference = "Burg (1968), A new analysis technique for time series data; Percival & Walden (1993), "
                 "Spectral Analysis "
                 "for Physical Applications, chapter 9; Hurvich & Tsai (1989), Biometrika 76 (AICc)",
    .options = options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = save,
    .load = load,
    .free = destroy,
    .describe = describe,
};
