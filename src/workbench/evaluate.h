/* Metrics and leaderboard of a run, made from its stored rows. */
#ifndef ALM_WORKBENCH_EVALUATE_H
#define ALM_WORKBENCH_EVALUATE_H

#include "backtest/check.h"
#include "backtest/evaluation.h"
#include "base/status.h"
#include "store/store.h"

#include <stdint.h>

/* What one forecaster made of the (series, fold) that have an origin. */
struct alm_yield {
    size_t n_made, n_failed;
    size_t series;    /* where it failed first */
    char reason[200]; /* and why; empty when it did not */
};

/* Reads the run's rows in plan order and replaces its metrics, definitions and leaderboard, in one
 * transaction. labels are [settings->n_forecasters]. Unless NULL, verdict gets the sentence on the best
 * forecaster, yield [settings->n_forecasters] what each one made, and checks, made for the plan, the facts of
 * the rows: then what the checks find is written, too. */
enum alm_status alm_evaluate_run(struct alm_store *store, int64_t run,
                                 const struct alm_evaluation_settings *settings, const char *const *labels,
                                 struct alm_text *verdict, struct alm_yield *yield,
                                 struct alm_check_facts *checks, struct alm_error *error);

#endif
