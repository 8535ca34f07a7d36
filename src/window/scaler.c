#include "window/scaler.h"

#include <math.h>

/* Relative to the first value, so that a large level costs no digits. */
static double mean(const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += y[i] - y[0];
    return y[0] + sum / (double)n;
}

static double standard_deviation(const double *y, size_t n)
{
    const double centre = mean(y, n);
    double sum = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (y[i] - centre) * (y[i] - centre);
        largest = fmax(largest, fabs(y[i]));
    }
    const double sd = sqrt(sum / (double)n);
    /* what rounding of the mean alone can make is no variation */
    return sd > 1e-13 * largest ? sd : 0;
}

static double seasonal_difference(const double *y, size_t n, size_t season)
{
    double sum = 0;
    for (size_t i = season; i < n; i++)
        sum += fabs(y[i] - y[i - season]);
    return n > season ? sum / (double)(n - season) : 0;
}

struct alm_scaler alm_scaler_fit(enum alm_scaler_kind kind, const double *y, size_t n, size_t season)
{
    if (season == 0 || season >= n) season = 1;
    switch (kind) {
    case ALM_SCALER_NONE:
        break;
    case ALM_SCALER_LAST:
        return (struct alm_scaler){y[n - 1], standard_deviation(y, n)};
    case ALM_SCALER_STANDARD:
        return (struct alm_scaler){mean(y, n), standard_deviation(y, n)};
    case ALM_SCALER_SEASON: {
        const double scale = seasonal_difference(y, n, season);
        return (struct alm_scaler){mean(y + n - season, season),
                                   scale > 0 ? scale : standard_deviation(y, n)};
    }
    }
    return (struct alm_scaler){0, 1};
}
