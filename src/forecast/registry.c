#include "forecast/types.h"

#include <string.h>

const struct alm_forecaster_type *const alm_forecaster_types[] = {
    &alm_naive,
    &alm_seasonal_naive,
    &alm_naive2,
    &alm_drift,
    &alm_mean,
    &alm_ses,
    &alm_holt,
    &alm_damped,
    &alm_holt_winters,
    &alm_ets,
    &alm_window_average,
    &alm_seasonal_window_average,
    &alm_historic_quantiles,
    &alm_theta,
    &alm_mstl,
    &alm_croston,
    &alm_ar,
    &alm_arima,
    &alm_garch,
    &alm_ridge,
    &alm_majority,
    &alm_persistence,
    &alm_lstm,
    &alm_es_lstm,
    &alm_average,
    &alm_median,
    &alm_trimmed,
    &alm_inverse_error,
    &alm_stack,
    &alm_best,
    &alm_hedge,
    &alm_residual,
    NULL,
};

const struct alm_forecaster_type *alm_forecaster_type_find(const char *name)
{
    for (size_t i = 0; alm_forecaster_types[i] != NULL; i++)
        if (strcmp(alm_forecaster_types[i]->name, name) == 0) return alm_forecaster_types[i];
    return NULL;
}
