/* The Kalman filter of a whole ARIMA model over the values themselves: missing ones are stepped over, and the
 * state at the end is where forecasts start. A step costs the square of the state's length, so that fits
 * without missing values use likelihood.h instead, which gives the same errors. */
#ifndef ALM_FORECAST_ARIMA_KALMAN_H
#define ALM_FORECAST_ARIMA_KALMAN_H

#include "forecast/arima/model.h"

/* The state is that of model.h and, behind it, the last d + D m values (Durbin & Koopman 2012, section
 * 3.4). The filter begins behind the first d + D m values: those that are there are known, those that are
 * missing have the variance ALM_ARIMA_DIFFUSE. */
struct alm_kalman {
    const struct alm_arma *arma;
    size_t size;                        /* of the state */
    double *state[2];                   /* [size] predicted, of each series */
    double *covariance, *next, *before; /* [size][size]; the last two come and go */
    double *gain;                       /* [size] covariance of state and value */
    double *arma_start, *work;
    double variance; /* of the value that comes next */
    bool settled;    /* the covariance no longer changes */
    double *block;
};

#define ALM_ARIMA_DIFFUSE 1e8

/* arma stays the caller's; its coefficients are read by start. */
enum alm_status alm_kalman_init(struct alm_kalman *kalman, const struct alm_arma *arma,
                                struct alm_error *error);
void alm_kalman_clear(struct alm_kalman *kalman);

/* Filters y[0] and, if it is not NULL, y[1] with the gains of y[0], whose NaN are missing. Fills e [n] of
 * each with the errors divided by their standard deviation; 0 where there is none: at missing and starting
 * values, and at those that are spent on finding out about missing starting values. *used counts the others.
 * False when the model is not stationary. n is at least d + D m. */
bool alm_kalman_filter(struct alm_kalman *kalman, double *const e[2], double *log_determinant, size_t *used,
                       const double *const y[2], size_t n);

/* The mean of the next value and its variance in units of that of the noise; then steps beyond it. */
void alm_kalman_predict(struct alm_kalman *kalman, double *mean, double *variance);

#endif
