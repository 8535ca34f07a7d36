/* What the tasks of a run found, and what it amounts to. */
#ifndef ALM_STORE_TASK_TABLE_H
#define ALM_STORE_TASK_TABLE_H

#include "backtest/result.h"
#include "base/status.h"
#include "store/run_table.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Commits all rows of one task, its scores among them, in one transaction, in which the ownership of the run
 * is checked. level [result->n_levels] are the quantile levels of the plan. ALM_DB when the run was taken
 * over. */
enum alm_status alm_task_table_commit(struct alm_store *store, const struct alm_run_owner *owner,
                                      const struct alm_task_result *result, const double *level,
                                      struct alm_error *error);

/* Sets done[task] for every committed task below n_tasks; *n_done is their number. */
enum alm_status alm_task_table_done(bool *done, size_t *n_done, size_t n_tasks, struct alm_store *store,
                                    int64_t run, struct alm_error *error);

/* Calls deliver for every stored task of a run in plan order, with its rows as they were committed (epochs
 * and origin_bar aside; time and actual are NULL where there is no forecast). level [n_levels] and horizon
 * are those of the plan; without levels quantiles are left out. What result points to is gone afterwards.
 * Stops at the first status that is not ALM_OK. */
enum alm_status alm_task_table_each(struct alm_store *store, int64_t run, size_t horizon, const double *level,
                                    size_t n_levels, const struct alm_sink *sink, struct alm_error *error);

/* The largest step of a run's forecasts. */
enum alm_status alm_task_table_horizon(size_t *horizon, struct alm_store *store, int64_t run,
                                       struct alm_error *error);
/* The same tasks' shape: largest step, and the distinct quantile levels, rising (free *level). */
enum alm_status alm_task_table_shape(size_t *horizon, double **level, size_t *n_levels,
                                     struct alm_store *store, int64_t run, struct alm_error *error);

/* Fills in the actuals of a run's forecasts whose time has an observation now, and scores
 * them; *n_filled says how many. */
enum alm_status alm_task_table_score(size_t *n_filled, struct alm_store *store, int64_t run,
                                     struct alm_error *error);
/* Runs of kind forecast with forecasts that have no actual yet; free *run. */
enum alm_status alm_task_table_unscored(int64_t **run, size_t *n, struct alm_store *store,
                                        struct alm_error *error);

#endif
