/* One fit and one forecast at one origin, outside the walk-forward engine: what train and forecast share. */
#ifndef ALM_WORKBENCH_SINGLE_H
#define ALM_WORKBENCH_SINGLE_H

#include "backtest/plan.h"
#include "backtest/result.h"
#include "forecast/forecaster.h"
#include "workbench/load.h"
#include "workbench/workbench.h"

/* Series as they are known at an origin. */
struct alm_single {
    const struct alm_loaded *series;
    size_t *bars;                       /* [series->n] bars up to the origin, a present one */
    struct alm_history_series *entry;   /* [series->n] */
    struct alm_span *spans;             /* covariates of the entries */
    struct alm_history history;         /* of these */
    struct alm_series_outcome *outcome; /* [series->n] of the last fit or forecast */
    struct alm_task_epoch *epoch;       /* [n_epochs] of the last fit */
    size_t n_epochs, epoch_capacity;
    double fit_seconds, fit_begin; /* CPU of the process */
};

/* at is the last timestamp that may be seen (INT64_MAX: all). ALM_DATA when a series has nothing up to there.
 */
enum alm_status alm_single_create(struct alm_single *out, const struct alm_loaded *series, int64_t at,
                                  size_t horizon, struct alm_error *error);
void alm_single_clear(struct alm_single *single);

/* What a run's row wants to know of forecaster: its canonical spec, and label or, without one, its bare name.
 * Release with alm_single_candidate_clear. */
enum alm_status alm_single_candidate(struct alm_candidate *out, const struct alm_forecaster *forecaster,
                                     const char *label, struct alm_error *error);
void alm_single_candidate_clear(struct alm_candidate *candidate);

/* Fits forecaster on `jobs` threads (0: one per processor), keeping outcomes and epochs. checkpoints may be
 * NULL. */
enum alm_status alm_single_fit(struct alm_single *single, struct alm_forecaster *forecaster,
                               const double *level, size_t n_levels, const struct alm_workbench *workbench,
                               size_t jobs, const struct alm_checkpoints *checkpoints,
                               struct alm_error *error);

/* The rows of one task: a forecast from the origin, its times by the data and, beyond them, by the calendar,
 * and actuals where there are any. With forecaster NULL only what the fit saw. Calls the sink once. */
enum alm_status alm_single_deliver(struct alm_single *single, const struct alm_forecaster *forecaster,
                                   size_t number, const double *level, size_t n_levels,
                                   const struct alm_sink *sink, struct alm_error *error);

#endif
