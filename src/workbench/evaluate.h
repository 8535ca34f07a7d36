/* Metrics and leaderboard of a run, made from its stored rows. */
#ifndef ALM_WORKBENCH_EVALUATE_H
#define ALM_WORKBENCH_EVALUATE_H

#include "backtest/evaluation.h"
#include "base/status.h"
#include "store/store.h"

#include <stdint.h>

/* Reads the run's rows in plan order and replaces its metrics, definitions and leaderboard, in one
 * transaction. labels are [settings->n_forecasters]. If not NULL, verdict gets the sentence on the best
 * forecaster. */
enum alm_status alm_evaluate_run(struct alm_store *store, int64_t run,
                                 const struct alm_evaluation_settings *settings, const char *const *labels,
                                 struct alm_text *verdict, struct alm_error *error);

#endif
