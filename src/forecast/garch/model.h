/* GARCH(1,1): the variance of a return given the returns before it (Bollerslev 1986, Journal of Econometrics
 * 31, eq. 2 with p = q = 1):
 *
 *     r_t = mu + e_t,   e_t = sqrt(h_t) z_t,   h_t = omega + alpha e_{t-1}^2 + beta h_{t-1}
 *
 * with z_t standard normal, or Student's with nu degrees of freedom scaled to variance 1 (Bollerslev 1987).
 */
#ifndef ALM_FORECAST_GARCH_MODEL_H
#define ALM_FORECAST_GARCH_MODEL_H

#include "base/status.h"

#include <stddef.h>

struct alm_garch {
    double mu, omega, alpha, beta;
    double nu; /* > 2; infinity: normal */
};

/* The variance that stands for e_0^2 and h_0: the first 75 of n squares (r_t - mean)^2, weighted by 0.94^t.
 */
double alm_garch_backcast(const double *r, size_t n, double mean);

/* Log-likelihood of r [n]; *next is h_{n+1}, NULL if not wanted. h [n] gets the variances, NULL if not
 * wanted. -infinity where a variance is not positive. */
double alm_garch_likelihood(double *next, double *h, const struct alm_garch *model, const double *r, size_t n,
                            double backcast);

/* Maximum likelihood; model holds the start of numbers that are given, which stay: NaN ones are estimated (nu
 * infinity: normal errors). alpha + beta < 1. r is best scaled to a variance near 1. */
enum alm_status alm_garch_fit(struct alm_garch *model, const double *r, size_t n, struct alm_error *error);

#endif
