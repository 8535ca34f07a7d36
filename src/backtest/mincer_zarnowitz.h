/* Whether forecasts need no correction by a straight line (Mincer & Zarnowitz 1969). */
#ifndef ALM_BACKTEST_MINCER_ZARNOWITZ_H
#define ALM_BACKTEST_MINCER_ZARNOWITZ_H

#include <stddef.h>

/* NaN where it could not be made. */
struct alm_mincer_zarnowitz {
    double intercept, slope; /* of actual = intercept + slope * forecast */
    double intercept_error, slope_error;
    double statistic, p; /* joint test of intercept 0 and slope 1 */
    size_t n, origins;
};

/* Forecasts x and actuals y of one origin. Starts from zeros. */
struct alm_origin_moments {
    size_t n;
    double x, y;   /* means */
    double xx, xy; /* sums of squares and products about them */
};
void alm_origin_moments_add(struct alm_origin_moments *moments, double forecast, double actual);

/* Least squares of actuals on forecasts of n origins in order, each with some. Standard
 * errors hold with heteroskedastic errors that go together at one origin and over h neighbouring ones:
 * Bartlett's weights 1 - k/h (Newey & West 1987) on scores summed by origin (Driscoll & Kraay 1998). The
 * joint test is Wald's statistic over 2, with F of 2 and origins - 2 degrees of freedom. No result with fewer
 * origins than alm_dm_minimum(h), or where the forecasts are all the same or the errors all 0. */
struct alm_mincer_zarnowitz alm_mincer_zarnowitz_fit(const struct alm_origin_moments *origin, size_t n,
                                                     size_t h);

/* Half the width of a 95 % interval with that standard error. */
double alm_mincer_zarnowitz_reach(const struct alm_mincer_zarnowitz *fit, double standard_error);

#endif
