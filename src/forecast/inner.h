/* Inner folds: forecasts from origins within a history, by a forecaster that was fitted on nothing after the
 * first of them. Everything that has to be learnt from forecast errors is learnt here. */
#ifndef ALM_FORECAST_INNER_H
#define ALM_FORECAST_INNER_H

#include "forecast/forecaster.h"
#include "forecast/prepare.h"

/* Where the folds of one series lie. Fold j has its origin after bar first + j * stride. */
struct alm_inner_plan {
    size_t folds;  /* 0: the history is too short */
    size_t first;  /* bars up to the first origin: what the fit sees */
    size_t stride; /* bars from origin to origin */
};

/* Plans folds forecasts of horizon bars that all lie within n bars. They take at most the last third of
 * them, or, at stride 1, the last half; the stride is at most the horizon. needed is the forecaster's minimum
 * history. */
struct alm_inner_plan alm_inner_plan(size_t n, size_t horizon, size_t folds, size_t needed);

struct alm_inner {
    struct alm_maker maker;
    uint64_t seed;
    struct alm_fit_hooks hooks; /* of its one fit */
    size_t n_series, horizon;
    const struct alm_prepared *const *series; /* [n_series] */
    const struct alm_inner_plan *plan;        /* [n_series]; those with 0 folds take no part */
    void *context;
    /* Called for every fold of every series that takes part: mean[horizon] was forecast from the origin after
     * bar origin - 1. */
    void (*visit)(void *context, size_t series, size_t origin, const double *mean);
};

/* Fits once on the bars up to each series' first inner origin and forecasts from all inner origins. A failure
 * of the fit is returned. */
enum alm_status alm_inner_run(const struct alm_inner *inner, struct alm_error *error);

#endif
