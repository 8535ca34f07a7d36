/* One-step errors of an ARMA model over a differenced series without missing values: the hot loop of a fit.
 */
#ifndef ALM_FORECAST_ARIMA_LIKELIHOOD_H
#define ALM_FORECAST_ARIMA_LIKELIHOOD_H

#include "forecast/arima/model.h"

/* What is filtered: one series, or two (the values and the regressor of the constant) with the same gains. */
struct alm_arma_input {
    const double *z[2]; /* [n] */
    size_t n_series, n;
};

/* Exact Gaussian likelihood: errors e [n_series][n] from their predictions, each divided by its standard
 * deviation (of the first step to the last, in units of that of the noise), and the sum of the logarithms of
 * their variances. The state begins as one that has run forever. With S the sum of squares of e, -2 log L = n
 * log(2 pi sigma2) + log_determinant + S / sigma2.
 *
 * The filter is that of Morf, Sidhu & Kailath (1974, IEEE Transactions on Automatic Control 19) as Melard
 * (1984, Applied Statistics 33, AS 197) has it for ARMA: the state's covariance is never formed, only its
 * change, which has rank 1, so that a step costs r multiplications. Once the change has died out (every
 * element of its root below 1e-8, so that variances change by less than 1e-16) gains stay, and r steps later
 * the errors follow from the polynomials alone.
 *
 * work is [alm_arma_filter_work]. False when ar is not stationary. */
bool alm_arma_filter(double *e, double *log_determinant, const struct alm_arma *arma,
                     const struct alm_arma_input *in, double *work);
size_t alm_arma_filter_work(const struct alm_arma *arma, size_t n);

/* Conditional least squares: errors from the polynomials alone, given the first p values and errors 0 before
 * them. The first p are set to 0. work is [n]. */
void alm_arma_conditional(double *e, const struct alm_arma *arma, const struct alm_arma_input *in,
                          double *work);

#endif
