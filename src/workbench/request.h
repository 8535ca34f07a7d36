/* From what a user writes to what the engine takes: texts of schemes, refits, policies, times. */
#ifndef ALM_WORKBENCH_REQUEST_H
#define ALM_WORKBENCH_REQUEST_H

#include "backtest/plan.h"
#include "base/status.h"
#include "forecast/forecaster.h"
#include "series/series.h"
#include "window/split.h"

#include <stddef.h>
#include <stdint.h>

/* `expanding` (also NULL), `sliding` or `sliding:N` with N bars or a time, into split->scheme and
 * split->window. */
enum alm_status alm_request_scheme(struct alm_split *split, const char *text, struct alm_error *error);
/* `every` (also NULL), `once` or a number of folds K, into split->refit. */
enum alm_status alm_request_refit(struct alm_split *split, const char *text, struct alm_error *error);
/* `fill` (also NULL) or `refuse`. */
enum alm_status alm_request_missing(enum alm_missing_policy *out, const char *text, struct alm_error *error);
/* A point in time: ISO 8601, without a zone in time_zone; or a whole number for series without a clock.
 * option names it in messages. */
enum alm_status alm_request_time(int64_t *out, const char *text, bool index, const char *time_zone,
                                 const char *option, struct alm_error *error);
/* The quantile levels of central intervals in percent; 80 and 95 when none are given. *out is to be freed. */
enum alm_status alm_request_levels(double **out, size_t *n, const double *intervals, size_t n_intervals,
                                   struct alm_error *error);

/* The texts back, for the stored settings of a run. */
void alm_request_write_scheme(struct alm_text *out, const struct alm_split *split);
void alm_request_write_refit(struct alm_text *out, const struct alm_split *split);

#endif
