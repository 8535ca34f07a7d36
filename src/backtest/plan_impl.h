/* What the files of the plan share; not for others. */
#ifndef ALM_BACKTEST_PLAN_IMPL_H
#define ALM_BACKTEST_PLAN_IMPL_H

#include "backtest/plan.h"

/* Reads what a spec says (its label aside) into candidate. */
enum alm_status alm_plan_read_spec(struct alm_candidate *candidate, const struct alm_plan *plan,
                                   const char *text, struct alm_error *error);

/* plan_origins.c: sets folds and origins, and what follows from them alone. */
enum alm_status alm_plan_set_origins(struct alm_plan *plan, struct alm_error *error);
/* ALM_DATA when no series has an origin in the first fold, with what would fit. */
enum alm_status alm_plan_check_first_fold(const struct alm_plan *plan, struct alm_error *error);

/* plan_members.c: adds the members of all combinations behind the forecasters of the run. */
enum alm_status alm_plan_add_members(struct alm_plan *plan, struct alm_error *error);

#endif
