/* Forecasts of an ARIMA model. */
#ifndef ALM_FORECAST_ARIMA_FORECAST_H
#define ALM_FORECAST_ARIMA_FORECAST_H

#include "forecast/arima/model.h"

/* Means and standard deviations of the horizon values behind y [n], which may have NaN: those of the Kalman
 * filter, so that what the end of a short or interrupted series leaves open counts. The coefficients are
 * taken as known. ALM_DATA when y is too short for the differences. */
enum alm_status alm_arima_forecast(double *mean, double *sd, const struct alm_arima_model *model,
                                   const double *y, size_t n, size_t horizon, struct alm_error *error);

#endif
