/* The classical decomposition: a season of fixed shape around a moving average, and the test whether there is
 * a season at all. */
#ifndef ALM_FORECAST_DECOMPOSITION_H
#define ALM_FORECAST_DECOMPOSITION_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the autocorrelation at lag m is beyond its 90 % limit under no correlation at it and after:
 * |r_m| > 1.645 sqrt((1 + 2 (r_1^2 + ... + r_{m-1}^2)) / n), with at least three seasons (the rule of the
 * benchmarks of the M competitions: Makridakis, Spiliotis & Assimakopoulos 2020, International Journal of
 * Forecasting 36, appendix). y [n] has no NaN. */
bool alm_season_is_significant(const double *y, size_t n, size_t m);

/* The season's index at each of m places, index[t % m] belonging to y[t]: the mean at that place of what is
 * left when the centred moving average of m values is taken off (divided out: multiplicative), less (over)
 * the mean of all places (Hyndman & Athanasopoulos 2021, section 3.4). n >= 2m. */
void alm_season_indices(double *index, const double *y, size_t n, size_t m, bool multiplicative);

/* What takes a season out of a series and puts it back. */
struct alm_adjustment {
    size_t m; /* 1: there is no season */
    bool multiplicative;
    double *index; /* [m]; NULL when m is 1 */
};

static inline double alm_adjust(const struct alm_adjustment *a, double value, size_t t)
{
    if (a->m == 1) return value;
    return a->multiplicative ? value / a->index[t % a->m] : value - a->index[t % a->m];
}

static inline double alm_readjust(const struct alm_adjustment *a, double value, size_t t)
{
    if (a->m == 1) return value;
    return a->multiplicative ? value * a->index[t % a->m] : value + a->index[t % a->m];
}

#endif
