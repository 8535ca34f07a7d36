/* The choice among models of exponential smoothing: which are asked for, which can be used, and the best of
 * them. */
#ifndef ALM_FORECAST_ETS_SELECT_H
#define ALM_FORECAST_ETS_SELECT_H

#include "forecast/ets/fit.h"

/* A set of models is the bits 1 << ALM_ETS_CODE(trend, season, relative). */

enum alm_ets_damping { ALM_ETS_DAMPING_AUTO, ALM_ETS_DAMPING_NO, ALM_ETS_DAMPING_YES };

/* Reads the letters of error (A, M), trend (N, A, Ad) and season (N, A, M), Z for any; damping says which
 * slopes a Z stands for. ALM_USAGE for other text and for models that are not among the fifteen. */
enum alm_status alm_ets_parse(unsigned *models, const char *text, enum alm_ets_damping damping,
                              struct alm_error *error);

/* Fewest values that some model of the set, without its season, can be fitted to. */
size_t alm_ets_minimum(unsigned models);

/* What is asked for. */
struct alm_ets_search {
    unsigned models;
    struct alm_ets_weights given; /* NaN: to be estimated */
    enum alm_ets_criterion criterion;
    /* 1: by likelihood alone. Above: the errors of forecasts over that many steps decide how fast the level
     * may be, as the likelihood of one step knows nothing of them. */
    size_t horizon;
};

/* The model of the set with the least criterion, of those that the values allow: relative ones need values
 * above 0, seasonal ones two seasons, all of them more values than they have parameters. Where a season is
 * all that stands in the way, the set without its seasons. Of equals the first, which is the simpler one.
 * With a horizon above 1 and alpha not given there is such a best model for each of several upper bounds of
 * alpha, and the one is taken that has the least alm_ets_horizon_error. ALM_DATA when the values allow none,
 * with the reason; ALM_NUMERIC when none is defined on them. */
enum alm_status alm_ets_select(struct alm_ets_fit *out, const struct alm_ets_series *series,
                               const struct alm_ets_search *search, struct alm_error *error);

#endif
