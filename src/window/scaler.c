#include "window/scaler.h"

#include <math.h>
#include <stdlib.h>

/* Of what is there, relative to the first such value, so that a large level costs no digits; 0 when nothing
 * is. */
static double mean(const double *y, size_t n)
{
    double sum = 0, first = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(y[i])) continue;
        if (count++ == 0) first = y[i];
        sum += y[i] - first;
    }
    return count == 0 ? 0 : first + sum / (double)count;
}

static double standard_deviation(const double *y, size_t n)
{
    const double centre = mean(y, n);
    double sum = 0, largest = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(y[i])) continue;
        sum += (y[i] - centre) * (y[i] - centre);
        largest = fmax(largest, fabs(y[i]));
        count++;
    }
    const double sd = count == 0 ? 0 : sqrt(sum / (double)count);
    /* what rounding of the mean alone can make is no variation */
    return sd > 1e-13 * largest ? sd : 0;
}

double alm_seasonal_difference(const double *y, size_t n, size_t season)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = season; i < n; i++) {
        const double difference = fabs(y[i] - y[i - season]);
        if (isnan(difference)) continue;
        sum += difference;
        count++;
    }
    return count == 0 ? 0 : sum / (double)count;
}

double alm_mean_size(const double *y, size_t n)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(y[i])) continue;
        sum += fabs(y[i]);
        count++;
    }
    return count == 0 ? 0 : sum / (double)count;
}

static double last(const double *y, size_t n)
{
    while (n > 0 && isnan(y[n - 1]))
        n--;
    return n == 0 ? 0 : y[n - 1];
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The quantile of n sorted values, linear between them (type 7 of Hyndman & Fan 1996). */
static double quantile(const double *sorted, size_t n, double level)
{
    const double at = level * (double)(n - 1);
    const size_t below = (size_t)at;
    if (below + 1 >= n) return sorted[n - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

static struct alm_scaler robust(const double *y, size_t n, double *scratch)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i])) scratch[count++] = y[i];
    if (count == 0) return (struct alm_scaler){0, 0};
    qsort(scratch, count, sizeof *scratch, compare);
    const double median = quantile(scratch, count, 0.5),
                 spread = quantile(scratch, count, 0.75) - quantile(scratch, count, 0.25);
    return (struct alm_scaler){median, spread > 0 ? spread : standard_deviation(y, n)};
}

struct alm_scaler alm_scaler_fit(enum alm_scaler_kind kind, const double *y, size_t n, size_t season,
                                 double *scratch)
{
    if (season == 0 || season >= n) season = 1;
    switch (kind) {
    case ALM_SCALER_NONE:
        break;
    case ALM_SCALER_LAST:
        return (struct alm_scaler){last(y, n), standard_deviation(y, n)};
    case ALM_SCALER_STANDARD:
    case ALM_SCALER_REVIN:
        return (struct alm_scaler){mean(y, n), standard_deviation(y, n)};
    case ALM_SCALER_SEASON: {
        const double scale = alm_seasonal_difference(y, n, season);
        return (struct alm_scaler){mean(y + n - season, season),
                                   scale > 0 ? scale : standard_deviation(y, n)};
    }
    case ALM_SCALER_ROBUST:
        return robust(y, n, scratch);
    case ALM_SCALER_SHIFT:
        return (struct alm_scaler){last(y, n), 1};
    }
    return (struct alm_scaler){0, 1};
}
