/* Every forecaster there is; registry.c lists them. */
#ifndef ALM_FORECAST_TYPES_H
#define ALM_FORECAST_TYPES_H

#include "forecast/forecaster.h"

extern const struct alm_forecaster_type alm_naive, alm_seasonal_naive, alm_drift, alm_mean, alm_ses,
    alm_majority, alm_persistence, alm_lstm;

#endif
