/* Means and variances of what a fitted model says comes next. */
#ifndef ALM_FORECAST_ETS_FORECAST_H
#define ALM_FORECAST_ETS_FORECAST_H

#include "forecast/ets/fit.h"

/* mean and variance [horizon] of steps n + 1 ..., from the state after n values, for errors with standard
 * deviation sigma: exact for normal errors (Hyndman, Koehler, Ord & Snyder 2008, chapter 6, classes 1 to 3;
 * the moments of class 3 are kept for each place of the season instead of in one large matrix). All fifteen
 * models have them, so that nothing is simulated. */
enum alm_status alm_ets_moments(double *mean, double *variance, size_t horizon,
                                const struct alm_ets_model *model, const struct alm_ets_weights *weights,
                                const struct alm_ets_state *state, size_t n, double sigma,
                                struct alm_error *error);

/* mean and sd [horizon] after the values of series, from fit->first, at the scale of the data. sd is NaN if
 * sigma is. ALM_NUMERIC when the model is not defined on the values. */
enum alm_status alm_ets_forecast(double *mean, double *sd, size_t horizon, const struct alm_ets_fit *fit,
                                 const struct alm_ets_series *series, struct alm_error *error);

/* Mean absolute error of forecasts of 1 to horizon steps from origins in the second half of the series (all
 * states being estimated from the whole of it), at the scale of alm_ets_series_values. Infinite where fit is
 * not defined. */
enum alm_status alm_ets_horizon_error(double *out, const struct alm_ets_fit *fit,
                                      const struct alm_ets_series *series, size_t horizon,
                                      struct alm_error *error);

#endif
