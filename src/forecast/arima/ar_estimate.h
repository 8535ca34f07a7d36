/* Estimates of autoregressions y_t = intercept + sum coefficient_i y_{t-i} + e_t over centred values. */
#ifndef ALM_FORECAST_AR_ESTIMATE_H
#define ALM_FORECAST_AR_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

enum { ALM_AR_LARGEST = 1000 };

struct alm_ar_sample {
    const double *y; /* [n] */
    size_t n;
    size_t intercepts; /* 1: a mean is estimated, so that criteria count it and regressions have an intercept;
                          or 0 */
    double *work;      /* [alm_ar_work] */
};
size_t alm_ar_work(size_t n, size_t largest);

/* Of the variance that an order leaves over n values; counts the variance itself, too. Infinite when n is too
 * small. */
double alm_ar_aicc(double variance, size_t n, size_t order, size_t intercepts);

/* Burg (1968), as in Percival & Walden 1993, section 9.5: each order is the one below and the reflection
 * coefficient that makes forward and backward errors least. Fills variance [largest + 1] of all orders and
 * coefficient [largest] of the largest one that exists, which is returned: errors may become 0 before. */
size_t alm_ar_burg(double *coefficient, double *variance, const struct alm_ar_sample *sample, size_t largest);

/* Variances [largest + 1] of the least squares regressions of all orders, over the same n - largest values.
 * Returns the largest order whose regressors do not depend on each other. */
size_t alm_ar_variances(double *variance, const struct alm_ar_sample *sample, size_t largest);

/* The least squares regression of one order over all n - order values; *squares is the sum of its squared
 * errors. False when its regressors depend on each other. */
bool alm_ar_regress(double *coefficient, double *intercept, double *squares,
                    const struct alm_ar_sample *sample, size_t order);

#endif
