/* What the two halves of a fit share: fitting (fit.c) and forecasting (fit_forecast.c). */
#ifndef ALM_BACKTEST_FIT_IMPL_H
#define ALM_BACKTEST_FIT_IMPL_H

#include "backtest/fit.h"

/* Bars first .. end - 1 of series s, values from all (see alm_plan_values); spans hold its covariates. */
struct alm_history_series alm_fit_show(const struct alm_plan *plan, size_t s, const double *const *all,
                                       size_t first, size_t end, struct alm_span *spans);

/* How a combination sees its members from one of its units; fold and y are those of the forecast. */
struct alm_fit_seen {
    const struct alm_fit *fit;
    const struct alm_fit_unit *unit;
    size_t fold;
    const double *const *y;
};
struct alm_members alm_fit_members(struct alm_fit_seen *seen);

/* Makes status and the error's text the outcome of n series. */
void alm_fit_fail_all(struct alm_series_outcome *outcome, size_t n, enum alm_status status,
                      const struct alm_error *error);

#endif
