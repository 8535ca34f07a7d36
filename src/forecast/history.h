/* Covariates of a stored series as a history shows them. */
#ifndef ALM_FORECAST_HISTORY_H
#define ALM_FORECAST_HISTORY_H

#include "forecast/forecaster.h"
#include "series/covariates.h"

/* Gives out, which shows bars first .. end - 1, its covariates: past ones of the same bars, future ones up to
 * horizon bars more, as far as there are any; their spans have no timestamps. y [n_past + n_future] are the
 * covariates' values (covariates->y, or copies of it), spans [n_past + n_future] is filled. covariates may be
 * NULL: none. */
void alm_history_show(struct alm_history_series *out, struct alm_span *spans,
                      const struct alm_covariates *covariates, const double *const *y, size_t first,
                      size_t end, size_t horizon);

/* Leaves first bars out at the start of a series, of its covariates too, which are aligned with it: their
 * spans are written to spans [n_past + n_future]. Returns the place behind them. */
struct alm_span *alm_history_cut(struct alm_history_series *series, struct alm_span *spans, size_t first);

/* Leaves series as it was seen from the origin after its first n bars: past covariates up to there, future
 * ones as far as horizon bars more. Spans as above. */
struct alm_span *alm_history_prefix(struct alm_history_series *series, struct alm_span *spans, size_t n,
                                    size_t horizon);

#endif
