/* One fit of the engine: a forecaster fitted at the first fold of a group of folds, ready to forecast from
 * all of them. Used by the engine and the audit; not for other rooms. */
#ifndef ALM_BACKTEST_FIT_H
#define ALM_BACKTEST_FIT_H

#include "backtest/plan.h"
#include "backtest/result.h"
#include "base/hooks.h"
#include "base/status.h"

#include <stddef.h>

/* A forecaster and the series it was fitted to: all of them for a global one, one for a local one. */
struct alm_fit_unit {
    struct alm_forecaster *forecaster; /* NULL: no series has an origin in the group */
    size_t fold;                       /* where it was fitted: the first fold of the group with an origin */
    size_t n;
    size_t *series;                     /* [n] indices in the plan */
    struct alm_series_outcome *outcome; /* [n] */
    double seconds;                     /* of the fit */
    struct alm_task_epoch *epoch;       /* [n_epochs] */
    size_t n_epochs;
};

struct alm_fit {
    const struct alm_plan *plan;
    size_t forecaster; /* index in the plan */
    size_t n_units;
    struct alm_fit_unit *unit;
    /* Of a combination: fits of its members for the same group of folds. */
    size_t n_members;
    const struct alm_fit **member; /* [n_members] */
    bool owns_members;
};

/* Failures of a fit are results, except those that have nothing to do with the series. */
static inline bool alm_fit_is_fatal(enum alm_status status)
{
    return status == ALM_INTERRUPTED || status == ALM_NOMEM || status == ALM_IO || status == ALM_DB;
}

/* What may stop a fit, what it tells, and where its trainings are kept; all may be NULL. Fits are numbered by
 * fold and unit: those of one forecaster of a plan differ. */
struct alm_fit_watch {
    const struct alm_cancel *cancel;
    const struct alm_progress *progress; /* counts units */
    const struct alm_checkpoints *checkpoints;
};

/* Fits forecaster for the group of folds that fold belongs to. y[s] stands in for the values of series s:
 * nothing else of them is looked at. What a fit may see at an origin is a span of y that ends there. Never
 * changed afterwards, so threads may share it. member are the fits of a combination's members for the same
 * folds, which must outlive it; NULL: they are made here and belong to it. */
enum alm_status alm_fit_create(struct alm_fit **out, const struct alm_plan *plan, size_t forecaster,
                               size_t fold, const double *const *y, const struct alm_fit *const *member,
                               const struct alm_fit_watch *watch, struct alm_error *error);
void alm_fit_free(struct alm_fit *fit);

/* What came out for one fold: forecasts of all series of the plan. */
struct alm_fold_forecast {
    size_t n_series, horizon, n_levels;
    enum alm_status *status;               /* [n_series]; ALM_OK: there is a forecast */
    char (*reason)[200], (*fallback)[200]; /* [n_series] */
    size_t *filled;                        /* [n_series] */
    bool *has_quantiles;                   /* [n_series] */
    double *variance;                      /* [n_series][horizon] NaN where none */
    enum alm_variance_kind *variance_kind; /* [n_series] */
    double *mean;                          /* [n_series][horizon] */
    double *quantile;                      /* [n_series][horizon][n_levels] */
    struct alm_class_forecast *classes;    /* [n_series]; n is 0 where there is a mean */
};

enum alm_status alm_fold_forecast_init(struct alm_fold_forecast *out, const struct alm_plan *plan,
                                       struct alm_error *error);
void alm_fold_forecast_clear(struct alm_fold_forecast *forecast);

/* Forecasts of fold, which must be in fit's group. y as above. */
enum alm_status alm_fit_forecast(struct alm_fold_forecast *out, const struct alm_fit *fit, size_t fold,
                                 const double *const *y, struct alm_error *error);

/* CPU seconds of what was fitted for series in this very fold, with those of the members that are fitted for
 * this combination alone or for it first. */
double alm_fit_seconds(const struct alm_fit *fit, size_t series, size_t fold);

/* The unit that has series, and the series' position in it; NULL when the fit has none. */
const struct alm_fit_unit *alm_fit_find(const struct alm_fit *fit, size_t series, size_t *position);

#endif
