/* Copies of the series of a plan with everything after a cut replaced. Not for other rooms. */
#ifndef ALM_BACKTEST_POISON_H
#define ALM_BACKTEST_POISON_H

#include "backtest/audit.h"

struct alm_poisoned {
    const struct alm_plan *plan;
    enum alm_poison poison;
    double **y; /* as alm_plan_values */
};

enum alm_status alm_poisoned_init(struct alm_poisoned *out, const struct alm_plan *plan,
                                  enum alm_poison poison, struct alm_error *error);
void alm_poisoned_clear(struct alm_poisoned *poisoned);

/* The values in the form that fits and forecasts take them. */
static inline const double *const *alm_poisoned_values(const struct alm_poisoned *poisoned)
{
    return (const double *const *)poisoned->y;
}

/* Restores every series and poisons what the fit of fold's group must not see. */
enum alm_status alm_poison_fit(struct alm_poisoned *poisoned, size_t fold, struct alm_error *error);
/* Restores every series and poisons what a forecast from fold must not see. */
enum alm_status alm_poison_forecast(struct alm_poisoned *poisoned, size_t fold, struct alm_error *error);

#endif
