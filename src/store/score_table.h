/* Sums of errors by step, series and origin, which are kept up to date with the tasks. Not for other rooms.
 */
#ifndef ALM_STORE_SCORE_TABLE_H
#define ALM_STORE_SCORE_TABLE_H

#include "backtest/result.h"
#include "base/status.h"
#include "store/store.h"

#include <stdint.h>

/* Adds the scores of a task, in the caller's transaction: in plan order, as sums depend on it. */
enum alm_status alm_score_table_add(struct alm_store *store, int64_t run,
                                    const struct alm_task_result *result, struct alm_error *error);
/* Removes those of a run. */
enum alm_status alm_score_table_clear(struct alm_store *store, int64_t run, struct alm_error *error);

#endif
