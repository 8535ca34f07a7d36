#include "forecast/theta/decomposition.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>

bool alm_season_is_significant(const double *y, size_t n, size_t m)
{
    if (m < 2 || n / m < 3) return false;
    const double mean = gsl_stats_mean(y, 1, n);
    double variance = 0, sum = 1, r = 0;
    for (size_t t = 0; t < n; t++)
        variance += (y[t] - mean) * (y[t] - mean);
    if (!(variance > 0)) return false;
    for (size_t lag = 1; lag <= m; lag++) {
        if (lag > 1) sum += 2 * r * r;
        r = 0;
        for (size_t t = lag; t < n; t++)
            r += (y[t] - mean) * (y[t - lag] - mean);
        r /= variance;
    }
    return fabs(r) > 1.645 * sqrt(sum / (double)n);
}

void alm_season_indices(double *index, const double *y, size_t n, size_t m, bool multiplicative)
{
    const size_t half = m / 2;
    double total = 0;
    for (size_t k = 0; k < m; k++) {
        double sum = 0;
        size_t count = 0;
        for (size_t t = k; t < n; t += m) {
            if (t < half || t + half >= n) continue;
            double average = 0;
            for (size_t i = t - half; i <= t + half; i++) /* with m even, half of each end */
                average += y[i] * (m % 2 == 0 && (i == t - half || i == t + half) ? 0.5 : 1);
            average /= (double)m;
            sum += multiplicative ? y[t] / average : y[t] - average;
            count++;
        }
        index[k] = sum / (double)count;
        total += index[k] / (double)m;
    }
    for (size_t k = 0; k < m; k++)
        index[k] = multiplicative ? index[k] / total : index[k] - total;
}
