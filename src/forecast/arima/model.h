/* Seasonal ARIMA models: orders, coefficients, the polynomials that they stand for, and their state space
 * form.
 *
 *     phi(B) Phi(B^m) (z_t - mu) = theta(B) Theta(B^m) e_t,    z_t = (1 - B)^d (1 - B^m)^D y_t
 *
 * with the signs of R: z_t = ar_1 z_{t-1} + ... + e_t + ma_1 e_{t-1} + ... The state a_t has r = max(p, q +
 * 1) elements (of the multiplied polynomials), z_t = a_t[0], a_{t+1} = T a_t + R e_{t+1} where T has the AR
 * coefficients as its first column and ones above its diagonal, and R = (1, ma_1, ma_2, ...) (Harvey 1989,
 * section 3.3). Variances are in units of that of e. */
#ifndef ALM_FORECAST_ARIMA_MODEL_H
#define ALM_FORECAST_ARIMA_MODEL_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* What the orders may be at most: of one polynomial, of all coefficients, and bars that all polynomials reach
 * back. */
enum {
    ALM_ARIMA_ORDER = 40,
    ALM_ARIMA_DIFFERENCES = 3,
    ALM_ARIMA_COEFFICIENTS = 4 * ALM_ARIMA_ORDER,
    ALM_ARIMA_STATE = 4000
};

/* P, D and Q are seasonal: they count seasons of season bars. */
struct alm_arima_order {
    size_t p, d, q, P, D, Q, season;
    bool constant; /* mu is estimated: the mean (d + D = 0) or the drift (d + D = 1) */
};

struct alm_arima_model {
    struct alm_arima_order order;
    double coefficient[ALM_ARIMA_COEFFICIENTS]; /* [p] ar, [q] ma, [P] seasonal ar, [Q] seasonal ma */
    double mu;                                  /* mean of the differenced series; 0 without a constant */
    double sigma2;                              /* variance of e */
};

static inline size_t alm_arima_coefficients(const struct alm_arima_order *o)
{
    return o->p + o->q + o->P + o->Q;
}
/* Values that differencing takes off the start. */
static inline size_t alm_arima_lost(const struct alm_arima_order *o)
{
    return o->d + o->D * o->season;
}
/* Beyond the limits above, or of a season that has no length. */
bool alm_arima_order_too_large(const struct alm_arima_order *order);
bool alm_arima_order_equal(const struct alm_arima_order *a, const struct alm_arima_order *b);

/* A polynomial 1 -+ c_1 B -+ c_2 B^2 ... without its 1: dense, and as a list of what is not 0. */
struct alm_lags {
    size_t degree; /* highest power that the orders allow */
    double *value; /* [degree]: of B^1, B^2, ... */
    size_t n;      /* coefficients that are not 0 */
    size_t *lag;   /* [n] rising, from 1 */
    double *at;    /* [n] */
};

/* One of the two polynomials that were multiplied: 1 + sum value_i B^(i step), i from 1. */
struct alm_factor {
    double value[ALM_ARIMA_ORDER];
    size_t n, step;
};

/* The multiplied polynomials of one model. */
struct alm_arma {
    size_t r;           /* length of the state */
    struct alm_lags ar; /* z_t = sum ar z_{t-lag} + ... */
    struct alm_lags ma;
    struct alm_factor ma_factor, seasonal_ma_factor;
    struct alm_lags delta; /* y_t = sum delta y_{t-lag} + z_t */
    double *block;
};

/* Makes room for a model of these orders and multiplies its differences; alm_arma_set fills in the rest.
 * ALM_USAGE for orders that are too large, ALM_DATA for a season that is too long. Release with
 * alm_arma_clear. */
enum alm_status alm_arma_init(struct alm_arma *arma, const struct alm_arima_order *order,
                              struct alm_error *error);
void alm_arma_clear(struct alm_arma *arma);
/* Multiplies the polynomials of coefficients as in struct alm_arima_model. */
void alm_arma_set(struct alm_arma *arma, const struct alm_arima_order *order, const double *coefficient);

/* p numbers of any size to the coefficients of a stationary AR (negated: of an invertible MA): they become
 * partial autocorrelations by tanh and then coefficients by the recursion of Durbin and Levinson (Jones
 * 1980, Technometrics 22). */
void alm_arma_from_free(double *coefficient, const double *free, const struct alm_arima_order *order);

/* Covariances of the state with z, out [r + 1] (the last is 0): its first column of variances, when it has
 * run forever. False when ar is not stationary. work is [alm_arma_work]. */
bool alm_arma_stationary(double *out, const struct alm_arma *arma, double *work);
size_t alm_arma_work(const struct alm_arma *arma);

/* The least modulus of the roots of all four polynomials, those of seasonal ones to the power of 1 / season
 * (so are those of the multiplied one); infinity when there are none, 0 when they cannot be found. */
double alm_arima_least_root(const struct alm_arima_model *model);

#endif
