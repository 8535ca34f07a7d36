/* The one state of ets, ses, holt, damped and holt-winters, for ets.c and types.c: what is asked for, and
 * what was learnt. */
#ifndef ALM_FORECAST_ETS_H
#define ALM_FORECAST_ETS_H

#include "forecast/ets/select.h"
#include "forecast/forecaster.h"

struct alm_ets_self {
    struct alm_ets_search search; /* its horizon: 1, or 0 for that of the history */
    size_t season;                /* 0: the series' own */
    struct alm_ets_fit fit;
    double value; /* of the criterion */
    /* The values that fit was fitted on: how many, the first and the last. */
    size_t n;
    double first, last;
};

/* Those of struct alm_forecaster_type. */
size_t alm_ets_minimum_history(const void *self, size_t season_length, size_t horizon);
enum alm_status alm_ets_fit_history(void *self, const struct alm_history *history,
                                    const struct alm_fit_hooks *hooks, struct alm_error *error);
enum alm_status alm_ets_forecast_history(const void *self, const struct alm_history *history,
                                         struct alm_forecast *out, struct alm_error *error);
enum alm_status alm_ets_save(const void *self, struct alm_bytes *out, struct alm_error *error);
enum alm_status alm_ets_load(void *self, struct alm_bytes_reader *in, struct alm_error *error);
void alm_ets_free(void *self);
void alm_ets_describe(const void *self, struct alm_text *out);

#endif
