#include "forecast/arima/unit_root.h"

#include "base/memory.h"
#include "forecast/mstl/stl.h"

#include <math.h>
#include <stdlib.h>

static const double strong = 0.64; /* seasonal strength that needs a difference */

bool alm_is_constant(const double *y, size_t n, double size)
{
    for (size_t i = 1; i < n; i++)
        if (fabs(y[i] - y[0]) > 1e-12 * size) return false;
    return true;
}

static double mean_of(const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += y[i];
    return sum / (double)n;
}

double alm_kpss(const double *y, size_t n, size_t lags)
{
    const double mean = mean_of(y, n), size = (double)n;
    double partial = 0, squares = 0, variance = 0;
    for (size_t i = 0; i < n; i++) {
        partial += y[i] - mean;
        squares += partial * partial;
        variance += (y[i] - mean) * (y[i] - mean);
    }
    for (size_t lag = 1; lag <= lags && lag < n; lag++) {
        double covariance = 0;
        for (size_t i = lag; i < n; i++)
            covariance += (y[i] - mean) * (y[i - lag] - mean);
        variance += 2 * (1 - (double)lag / ((double)lags + 1)) * covariance;
    }
    return squares / size / variance;
}

static double size_of(const double *y, size_t n)
{
    double size = 0;
    for (size_t i = 0; i < n; i++)
        size = fmax(size, fabs(y[i]));
    return size;
}

size_t alm_differences_needed(double *y, size_t n, size_t max)
{
    const double critical = 0.463, size = size_of(y, n); /* table 1, 5 % */
    size_t d = 0;
    while (d < max && n > 2 && !alm_is_constant(y, n, size)) {
        const double statistic = alm_kpss(y, n, (size_t)(3 * sqrt((double)n) / 13));
        if (!(statistic > critical)) break;
        d++;
        n--;
        for (size_t i = 0; i < n; i++)
            y[i] = y[i + 1] - y[i];
    }
    return d;
}

static double variance_of(const double *y, size_t n)
{
    const double mean = mean_of(y, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (y[i] - mean) * (y[i] - mean);
    return sum / (double)(n - 1);
}

enum alm_status alm_seasonal_strength(double *out, const double *y, size_t n, size_t season,
                                      struct alm_error *error)
{
    const struct alm_stl_options options = {.period = season, .s_window = 11};
    double *seasonal;
    ALM_TRY(ALM_NEW(&seasonal, 3 * n, error));
    double *trend = seasonal + n, *remainder = trend + n;
    const enum alm_status status = alm_stl(seasonal, trend, remainder, y, n, &options, error);
    if (status == ALM_OK) {
        const double rest = variance_of(remainder, n);
        for (size_t i = 0; i < n; i++)
            seasonal[i] += remainder[i];
        const double whole = variance_of(seasonal, n);
        *out = whole > 0 ? fmax(0, 1 - rest / whole) : 0;
    }
    free(seasonal);
    return status;
}

enum alm_status alm_differences_choose(struct alm_differences *out, const double *y, size_t n, size_t season,
                                       struct alm_differences max, struct alm_error *error)
{
    double strength = 0, *work;
    *out = (struct alm_differences){0, 0};
    if (season > 1 && n > 2 * season && max.D > 0 && !alm_is_constant(y, n, size_of(y, n)))
        ALM_TRY(alm_seasonal_strength(&strength, y, n, season, error));
    if (strength > strong) out->D = 1;
    ALM_TRY(ALM_NEW(&work, n, error));
    const size_t lag = out->D * season;
    for (size_t i = lag; i < n; i++)
        work[i - lag] = lag == 0 ? y[i] : y[i] - y[i - lag];
    out->d = alm_differences_needed(work, n - lag, max.d);
    free(work);
    return ALM_OK;
}
