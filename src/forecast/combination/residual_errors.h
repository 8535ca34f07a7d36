/* The series of what a base forecaster leaves, which the model of a residual forecaster is shown. */
#ifndef ALM_FORECAST_RESIDUAL_ERRORS_H
#define ALM_FORECAST_RESIDUAL_ERRORS_H

#include "forecast/forecaster.h"

/* Errors of forecasts of horizon steps from origins that lie horizon bars apart, the last one horizon bars
 * before the end: y_t - yhat_t, put one after another. So the next horizon values of the series are what a
 * forecast from its end will leave. */
struct alm_base_errors {
    size_t n;                          /* series */
    struct alm_history_series *series; /* [n] targets are the errors; one may have none */
    double **values;                   /* [n] owned */
    struct alm_span *covariates;       /* of all */
};

/* Bars before the first origin in a history of n: a third of it, but at least what the base needs, and at
 * most what leaves model_needs errors. */
size_t alm_base_errors_first(size_t n, size_t horizon, size_t base_needs, size_t model_needs);

/* base was fitted on no more than the first alm_base_errors_first bars. A series where it fails has no
 * errors. Release with alm_base_errors_clear in any case. */
enum alm_status alm_base_errors_make(struct alm_base_errors *out, const struct alm_forecaster *base,
                                     const struct alm_history *history, const size_t *first,
                                     struct alm_error *error);
void alm_base_errors_clear(struct alm_base_errors *errors);

#endif
