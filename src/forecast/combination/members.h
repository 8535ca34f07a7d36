/* What a combination is given of its members: forecasters that were fitted on the history of the combination,
 * by whoever made it. The backtest engine fits a member once a fold, however many combinations it is in and
 * whether or not it stands in the leaderboard itself; the wrapper fits members of its own where nobody else
 * does. Either way a member's forecasts have the bits of the member standing alone. */
#ifndef ALM_FORECAST_MEMBERS_H
#define ALM_FORECAST_MEMBERS_H

#include "base/status.h"

#include <stddef.h>

struct alm_forecast;
struct alm_history;
struct alm_series_outcome;

/* Forecasts of one series from the inner folds of its history, by a fit on nothing after the first of them.
 * Where the folds lie depends on the series, the horizon and the levels, not on the forecaster, so that the
 * records of all members of a combination belong together. */
struct alm_inner_record {
    size_t folds, horizon; /* folds 0: there are none */
    size_t first,
        stride; /* fold j begins behind bar first + j * stride, counted from the first present one */
    double *mean, *actual; /* [folds][horizon]; an actual is NaN where it is missing */
};

/* Members in the order of the combination's option. Safe to call from several threads. */
struct alm_members {
    void *context;
    size_t n;
    /* What came of fitting member to a series (index in the fit's history). */
    const struct alm_series_outcome *(*outcome)(void *context, size_t member, size_t series);
    /* Fills out and outcome [history->n_series] like alm_forecaster_forecast. history begins with the series
     * of the fit; it may have grown. */
    enum alm_status (*forecast)(void *context, size_t member, const struct alm_history *history,
                                struct alm_forecast *out, struct alm_series_outcome *outcome,
                                struct alm_error *error);
    /* The record of a series (index in the fit's history); NULL when there is none. */
    const struct alm_inner_record *(*inner)(void *context, size_t member, size_t series);
};

#endif
