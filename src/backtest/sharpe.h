/* Sharpe ratios of returns over a riskless rate of 0: how sure they are, and how high the best of many tried
 * is without any skill. Per bar; a year's is that times the root of its bars. */
#ifndef ALM_BACKTEST_SHARPE_H
#define ALM_BACKTEST_SHARPE_H

#include <stddef.h>

struct alm_sharpe {
    size_t n;
    double mean, deviation; /* of the returns; deviation with n - 1 */
    double ratio; /* mean / deviation; NaN, as the next ones, for fewer than 3 returns or equal ones */
    double skewness, kurtosis; /* m3 / m2^1.5 and m4 / m2^2: 0 and 3 for normal returns */
    double error;              /* standard error of the ratio */
};

/* Of returns [n]. The error is that of independent returns of any distribution (Mertens 2002; Lo 2002, eq. 9
 * for normal ones): sqrt((1 - skewness ratio + (kurtosis - 1) / 4 ratio^2) / (n - 1)). */
void alm_sharpe_measure(struct alm_sharpe *out, const double *returns, size_t n);

/* The probability that the true ratio is above benchmark (Bailey & Lopez de Prado 2012, eq. 12). NaN without
 * a ratio. */
double alm_sharpe_probability(const struct alm_sharpe *sharpe, double benchmark);

/* The ratio to be expected of the best of n tried that have no skill, when ratios among them have this
 * variance: the benchmark of the deflated Sharpe ratio (Bailey & Lopez de Prado 2014, eq. 1). 0 for n <= 1.
 */
double alm_sharpe_of_best(size_t n, double variance);

#endif
