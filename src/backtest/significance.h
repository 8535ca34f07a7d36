/* Tests of whether one forecaster's losses are smaller than another's. d = loss of the one - loss of the
 * other; negative means better. */
#ifndef ALM_BACKTEST_SIGNIFICANCE_H
#define ALM_BACKTEST_SIGNIFICANCE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct alm_test {
    double statistic; /* NaN when the test could not be made */
    double p_better;  /* one-sided: probability of so small a mean (or rank sum) of d without any advantage */
    double p_two_sided;
    size_t n; /* differences used */
    const char
        *name; /* what was done: "dm", "dm-bartlett", "wilcoxon-exact", "wilcoxon-normal"; NULL: nothing */
};

/* Fewest origins a Diebold-Mariano test is made with when the forecasts of h neighbouring origins overlap:
 * max(10, 3h). */
size_t alm_dm_minimum(size_t h);

/* Diebold & Mariano (1995) on d[0..n), in time order, with the correction of Harvey, Leybourne & Newbold
 * (1997, eq. 9) and Student's t with n - 1 degrees of freedom. h >= 1 is the number of origins whose
 * forecasts overlap: autocovariances up to lag h - 1 enter with weight 1, or, where that makes the variance
 * not positive, with Bartlett's weights 1 - k/h. No result (NaN, name NULL) when n < alm_dm_minimum(h) or the
 * variance is 0. */
struct alm_test alm_dm_test(const double *d, size_t n, size_t h);

/* The same with autocovariances weighted as said: by Bartlett, or by 1 (no result where the variance is not
 * positive). */
struct alm_test alm_dm_test_of(const double *d, size_t n, size_t h, bool bartlett);

/* Holm (1979): p [n] for n comparisons at once, in place; NaN stays and does not count. ALM_NOMEM only. */
enum alm_status alm_holm(double *p, size_t n, struct alm_error *error);

/* Pesaran & Timmermann (1992): whether directions are forecast better than by chance, from how many of n
 * agree (hits), and in how many forecast and actual rise. No result where one of them always goes one way. */
struct alm_test alm_direction_test(size_t hits, size_t forecasts_up, size_t actuals_up, size_t n);

/* Wilcoxon (1945) signed-rank test on d[0..n); zeros are dropped, ties share their mean rank. Exact without
 * ties for up to 50 differences, else the normal approximation with tie correction and without continuity
 * correction (as scipy.stats.wilcoxon does). No result when nothing is left. ALM_NOMEM only. */
enum alm_status alm_wilcoxon_test(struct alm_test *out, const double *d, size_t n, struct alm_error *error);

#endif
