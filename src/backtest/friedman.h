/* Whether several forecasters differ in rank over many series (Demšar 2006, JMLR 7). */
#ifndef ALM_BACKTEST_FRIEDMAN_H
#define ALM_BACKTEST_FRIEDMAN_H

#include "backtest/significance.h"

#include <stddef.h>

/* Friedman (1937) on loss [n][k], a row a series: out->statistic is chi squared with k - 1 degrees of
 * freedom, corrected for ties as scipy.stats.friedmanchisquare does, p_two_sided its p (p_better is NaN).
 * mean_rank [k]: 1 is the best; forecasters with equal losses share their mean rank. No result (name NULL)
 * for fewer than 2 rows or 3 columns, or where all are tied everywhere; mean_rank is filled for every n > 0.
 * ALM_NOMEM only. */
enum alm_status alm_friedman_test(struct alm_test *out, double *mean_rank, const double *loss, size_t n,
                                  size_t k, struct alm_error *error);

/* Standard error of the mean rank by which Nemenyi (1963) divides a difference: sqrt(k (k + 1) / 12n). The
 * quotient has the distribution of alm_normal_range, whose p holds for all pairs at once. */
double alm_nemenyi_error(size_t n, size_t k);

/* Probability that the range of k independent standard normal values is above q: the studentized range with
 * infinitely many degrees of freedom, to 1e-9. */
double alm_normal_range(double q, size_t k);
/* Its inverse: the q above which the range is with probability p in (0, 1). */
double alm_normal_range_inverse(double p, size_t k);

#endif
