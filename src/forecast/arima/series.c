/* Values made ready for ARIMA models. */
#include "forecast/arima/fit.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void alm_arima_series_clear(struct alm_arima_series *series)
{
    free(series->block);
    *series = (struct alm_arima_series){0};
}

static double largest(const double *y, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i])) most = fmax(most, fabs(y[i]));
    return most;
}

/* Multiplies y by a power of 2 so that the largest size is in [0.5, 1); *scale undoes it. */
static void rescale(double *y, size_t n, double *scale)
{
    int exponent;
    frexp(largest(y, n), &exponent);
    for (size_t i = 0; i < n; i++)
        y[i] = ldexp(y[i], -exponent);
    *scale = ldexp(*scale, exponent);
}

/* Straight lines over what is missing; the last value goes on to the end. y[0] is there. */
static void interpolate(double *out, const double *y, size_t n)
{
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = y[i];
        if (isnan(y[i])) {
            out[i] = out[last];
            continue;
        }
        for (size_t j = last + 1; j < i; j++)
            out[j] = y[last] + (y[i] - y[last]) * (double)(j - last) / (double)(i - last);
        last = i;
    }
    for (size_t j = last + 1; j < n; j++)
        out[j] = out[last];
}

static size_t difference(double *y, size_t n, size_t lag)
{
    for (size_t i = lag; i < n; i++)
        y[i - lag] = y[i] - y[i - lag];
    return n - lag;
}

double alm_arima_regressor(const struct alm_arima_series *s, size_t t)
{
    return s->d + s->D == 0 ? 1 : s->d > 0 ? (double)t : (double)t / (double)s->season;
}

/* Differences what work holds into z. */
static void fill_differences(struct alm_arima_series *s, double *work)
{
    size_t n = s->n;
    for (size_t i = 0; i < s->D; i++)
        n = difference(work, n, s->season);
    for (size_t i = 0; i < s->d; i++)
        n = difference(work, n, 1);
    memcpy(s->z, work, n * sizeof *work);
    s->mean = 0;
    for (size_t i = 0; i < n; i++)
        s->mean += s->z[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        s->centred[i] = s->z[i] - s->mean;
        s->ones[i] = 1;
    }
    for (size_t t = 0; t < s->n; t++)
        s->regressor[t] = alm_arima_regressor(s, t);
}

static enum alm_status allocate(struct alm_arima_series *s, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&s->block, 2 * s->n + 3 * s->n_z, error));
    s->y = s->block;
    s->regressor = s->y + s->n;
    s->z = s->regressor + s->n;
    s->centred = s->z + s->n_z;
    s->ones = s->centred + s->n_z;
    return ALM_OK;
}

enum alm_status alm_arima_series_init(struct alm_arima_series *s, const double *y, size_t n, size_t d,
                                      size_t D, size_t season, struct alm_error *error)
{
    size_t first = 0;
    double *work;
    while (first < n && isnan(y[first]))
        first++;
    *s = (struct alm_arima_series){.d = d, .D = D, .season = season, .n = n - first, .scale = 1};
    const size_t lost = d + D * season;
    if (s->n <= lost)
        return alm_fail(error, ALM_DATA, "the differences of arima need %zu values, there are %zu", lost + 1,
                        s->n);
    s->n_z = s->n - lost;
    ALM_TRY(allocate(s, error));
    memcpy(s->y, y + first, s->n * sizeof *y);
    rescale(s->y, s->n, &s->scale);
    if (lost > 0) {
        s->offset = s->scale * s->y[0];
        const double start = s->y[0];
        for (size_t i = 0; i < s->n; i++)
            s->y[i] -= start;
        rescale(s->y, s->n, &s->scale);
    }
    for (size_t i = 0; i < s->n; i++)
        s->n_missing += isnan(s->y[i]) ? 1 : 0;
    const enum alm_status status = ALM_NEW(&work, s->n, error);
    if (status != ALM_OK) {
        alm_arima_series_clear(s);
        return status;
    }
    interpolate(work, s->y, s->n);
    fill_differences(s, work);
    free(work);
    return ALM_OK;
}
