/* What checks of a run find, into the store and back. */
#ifndef ALM_WORKBENCH_CHECK_H
#define ALM_WORKBENCH_CHECK_H

#include "backtest/check.h"
#include "base/status.h"
#include "store/store.h"

#include <stdint.h>

/* Adds to facts what the store knows of other runs, judges them and writes the findings; in the caller's
 * transaction, after alm_verdict_table_clear and the leaderboard. */
enum alm_status alm_checks_write(struct alm_store *store, int64_t run, struct alm_check_facts *facts,
                                 struct alm_error *error);
/* Puts the result of an audit, and of the control that goes with it (leaders [n_forecasters]; NULL: not
 * made), in the place of what stood there; a transaction of its own. */
enum alm_status alm_checks_write_audit(struct alm_store *store, int64_t run, const struct alm_plan *plan,
                                       const struct alm_audit *audit, const struct alm_leader *leaders,
                                       struct alm_error *error);

#endif
