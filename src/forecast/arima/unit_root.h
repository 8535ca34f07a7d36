/* How often a series must be differenced to be stationary. Values are without NaN. */
#ifndef ALM_FORECAST_UNIT_ROOT_H
#define ALM_FORECAST_UNIT_ROOT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether all values are the same but for rounding: they stray from the first by less than 1e-12 of size. */
bool alm_is_constant(const double *y, size_t n, double size);

/* The statistic of Kwiatkowski, Phillips, Schmidt & Shin (1992, Journal of Econometrics 54) against a level:
 * the sum of squared partial sums over n^2 times the long-run variance, with weights of Bartlett over lags.
 * NaN for a constant. */
double alm_kpss(const double *y, size_t n, size_t lags);

/* Differences (at most max) until KPSS no longer rejects a level at 5 %, with 3 sqrt(n) / 13 lags as ndiffs
 * of R forecast (Hyndman & Khandakar 2008, Journal of Statistical Software 27(3)). y [n] is overwritten with
 * them. */
size_t alm_differences_needed(double *y, size_t n, size_t max);

/* Seasonal strength: max(0, 1 - Var(remainder) / Var(remainder + seasonal)) of STL with a seasonal window of
 * 11 (Wang, Smith & Hyndman 2006, Data Mining and Knowledge Discovery 13). Above 0.64 one seasonal difference
 * is taken. n >= 2 season. */
enum alm_status alm_seasonal_strength(double *out, const double *y, size_t n, size_t season,
                                      struct alm_error *error);

struct alm_differences {
    size_t d, D;
};

/* Seasonal differences first (at most max.D, and of 2 season + 1 values or more), then those that the result
 * needs (at most max.d). y stays as it is. */
enum alm_status alm_differences_choose(struct alm_differences *out, const double *y, size_t n, size_t season,
                                       struct alm_differences max, struct alm_error *error);

#endif
