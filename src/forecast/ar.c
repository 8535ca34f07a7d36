/* Autoregression: the order by AICc, coefficients by Burg's method or least squares. */
#include "base/memory.h"
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1000 };
enum method { BURG, LEAST_SQUARES };

static const struct alm_option options[] = {
    {.name = "order",
     .help = "how many past values count; default: the one with the least AICc",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 0,
     .maximum = LARGEST},
    {.name = "max_order",
     .help = "the largest that is tried; default: 10 log10 of the number of values",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 0,
     .maximum = LARGEST},
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

/* ---- estimation: values are centred ---- */

struct sample {
    const double *y; /* [n] */
    size_t n, intercepts;
    double *work;
};

static double aicc(double variance, size_t n, size_t order, size_t intercepts)
{
    const double k = (double)(order + intercepts + 1), rest = (double)n - k - 1;
    return rest > 0 ? (double)n * log(variance) + 2 * k + 2 * k * (k + 1) / rest : (double)INFINITY;
}

/* Burg (1968), as in Percival & Walden 1993, section 9.5: each order is the one below and the reflection
 * coefficient that makes forward and backward errors least. variance [largest + 1]; coefficient [largest] is
 * that of order stop, the first largest of which are tried. Returns the largest order that exists. */
static size_t burg(double *coefficient, double *variance, const struct sample *s, size_t largest)
{
    double *forward = s->work, *backward = forward + s->n, *last = backward + s->n, squares = 0;
    for (size_t t = 0; t < s->n; t++) {
        forward[t] = backward[t] = s->y[t];
        squares += s->y[t] * s->y[t];
    }
    variance[0] = squares / (double)s->n;
    for (size_t k = 0; k < largest; k++) {
        double product = 0, sum = 0;
        for (size_t t = k + 1; t < s->n; t++) {
            product += forward[t] * backward[t - 1];
            sum += forward[t] * forward[t] + backward[t - 1] * backward[t - 1];
        }
        if (!(sum > 1e-24 * squares)) return k;
        const double reflection = 2 * product / sum;
        for (size_t t = s->n; t-- > k + 1;) {
            const double f = forward[t], b = backward[t - 1];
            forward[t] = f - reflection * b;
            backward[t] = b - reflection * f;
        }
        memcpy(last, coefficient, k * sizeof *last);
        for (size_t i = 0; i < k; i++)
            coefficient[i] -= reflection * last[k - 1 - i];
        coefficient[k] = reflection;
        variance[k + 1] = variance[k] * (1 - reflection * reflection);
    }
    return largest;
}

/* Column i of the regression at bar t: the intercept if there is one, then lags, then the value. */
static double regressor(const struct sample *s, size_t i, size_t t, size_t order)
{
    if (i < s->intercepts) return 1;
    const size_t lag = i - s->intercepts + 1;
    return lag > order ? s->y[t] : s->y[t - lag];
}

/* The factor L of the cross products of all columns, the value last, over t = order .. n - 1, so that its
 * last row is that of the regression. Returns how many columns are independent. */
static size_t factorise(double *l, const struct sample *s, size_t order)
{
    const size_t k = s->intercepts + order, size = k + 1;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t t = order; t < s->n; t++)
                sum += regressor(s, i, t, order) * regressor(s, j, t, order);
            l[i * size + j] = sum;
        }
    for (size_t j = 0; j < size; j++) {
        const double before = l[j * size + j];
        for (size_t m = 0; m < j; m++)
            l[j * size + j] -= l[j * size + m] * l[j * size + m];
        if (j == k) break;
        if (!(l[j * size + j] > 1e-12 * before)) return j;
        l[j * size + j] = sqrt(l[j * size + j]);
        for (size_t i = j + 1; i < size; i++) {
            for (size_t m = 0; m < j; m++)
                l[i * size + j] -= l[i * size + m] * l[j * size + m];
            l[i * size + j] /= l[j * size + j];
        }
    }
    return k;
}

/* Residual variances of all orders up to largest, over the same bars: each column takes its square off what
 * is left of the values'. */
static size_t nested_variances(double *variance, const struct sample *s, size_t largest)
{
    const size_t n = s->n - largest, size = s->intercepts + largest + 1;
    const size_t independent = factorise(s->work, s, largest);
    const double *row = s->work + (size - 1) * size;
    double left = 0;
    for (size_t t = largest; t < s->n; t++)
        left += s->y[t] * s->y[t];
    for (size_t i = 0; i < independent + 1; i++) {
        if (i >= s->intercepts) variance[i - s->intercepts] = fmax(left, 0) / (double)n;
        if (i < independent) left -= row[i] * row[i];
    }
    return independent > s->intercepts ? independent - s->intercepts : 0;
}

/* The regression of one order over all bars that it can use. False when its columns depend on each other. */
static bool regress(struct ar *ar, const struct sample *s, size_t order)
{
    const size_t k = s->intercepts + order, size = k + 1;
    double *l = s->work, *row = l + k * size, beta[LARGEST + 1];
    if (factorise(l, s, order) < k) return false;
    const double squares = fmax(row[k], 0);
    for (size_t i = k; i-- > 0;) {
        beta[i] = row[i];
        for (size_t j = i + 1; j < k; j++)
            beta[i] -= l[j * size + i] * beta[j];
        beta[i] /= l[i * size + i];
    }
    ar->intercept = s->intercepts == 1 ? beta[0] : 0;
    memcpy(ar->coefficient, beta + s->intercepts, order * sizeof *beta);
    ar->order = order;
    ar->sigma = alm_residual_sd(squares, s->n - order, k);
    return true;
}

/* ---- the forecaster ---- */

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
        const double value = aicc(variance[k], n, k, intercepts);
        if (k > best && !(value < ar->aicc)) continue;
        best = k;
        ar->aicc = value;
    }
    return best;
}

static enum alm_status learn(struct ar *ar, const struct sample *s, double *variance, size_t largest,
                             struct alm_error *error)
{
    if (alm_config_choice(ar->config, "method") == BURG) {
        const size_t existing = burg(ar->coefficient, variance, s, largest);
        ar->order = choose(ar, variance, existing, s->n, s->intercepts);
        burg(ar->coefficient, variance, s, ar->order);
        ar->sigma = alm_residual_sd(variance[ar->order] * (double)s->n, s->n,
                                    least(ar->order + s->intercepts, s->n - 1));
        return ALM_OK;
    }
    const size_t existing = nested_variances(variance, s, largest);
    size_t order = choose(ar, variance, existing, s->n - largest, s->intercepts);
    while (!regress(ar, s, order))
        if (order-- == 0) return alm_fail(error, ALM_NUMERIC, "ar: the regression has no solution");
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
    ALM_TRY(ALM_NEW(&block, y.n + size + 3 * y.n + size * size, error));
    const struct sample s = {block, y.n, alm_config_flag(ar->config, "intercept") ? 1 : 0,
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
    if (in->failed || order > LARGEST) return alm_fail(error, ALM_PARSE, "the autoregression is cut off");
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
