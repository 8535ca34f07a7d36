/* Every forecaster there is; registry.c lists them. */
#ifndef ALM_FORECAST_TYPES_H
#define ALM_FORECAST_TYPES_H

#include "forecast/forecaster.h"

/* The option that every seasonal forecaster has; the series that it is given (prepare.h) have that season. */
#define ALM_OPTION_SEASON                                                                                    \
    {                                                                                                        \
        .name = "season", .help = "season length in bars; default: the series' own",                         \
        .kind = ALM_OPTION_INTEGER, .minimum = 1, .maximum = 1e6                                             \
    }

extern const struct alm_forecaster_type alm_naive;
extern const struct alm_forecaster_type alm_seasonal_naive;
extern const struct alm_forecaster_type alm_naive2;
extern const struct alm_forecaster_type alm_drift;
extern const struct alm_forecaster_type alm_mean;
extern const struct alm_forecaster_type alm_ses;
extern const struct alm_forecaster_type alm_holt;
extern const struct alm_forecaster_type alm_damped;
extern const struct alm_forecaster_type alm_holt_winters;
extern const struct alm_forecaster_type alm_ets;
extern const struct alm_forecaster_type alm_window_average;
extern const struct alm_forecaster_type alm_seasonal_window_average;
extern const struct alm_forecaster_type alm_historic_quantiles;
extern const struct alm_forecaster_type alm_theta;
extern const struct alm_forecaster_type alm_mstl;
extern const struct alm_forecaster_type alm_croston;
extern const struct alm_forecaster_type alm_ar;
extern const struct alm_forecaster_type alm_arima;
extern const struct alm_forecaster_type alm_garch;
extern const struct alm_forecaster_type alm_ridge;
extern const struct alm_forecaster_type alm_majority;
extern const struct alm_forecaster_type alm_persistence;
extern const struct alm_forecaster_type alm_lstm;
extern const struct alm_forecaster_type alm_es_lstm;
extern const struct alm_forecaster_type alm_average;
extern const struct alm_forecaster_type alm_median;
extern const struct alm_forecaster_type alm_trimmed;
extern const struct alm_forecaster_type alm_inverse_error;
extern const struct alm_forecaster_type alm_stack;
extern const struct alm_forecaster_type alm_best;
extern const struct alm_forecaster_type alm_hedge;
extern const struct alm_forecaster_type alm_residual;

#endif
