/* The state of a combination, and how its weights are learnt; for combination*.c only. */
#ifndef ALM_FORECAST_COMBINATION_LEARN_H
#define ALM_FORECAST_COMBINATION_LEARN_H

#include "forecast/combination/combination.h"

#include <stdbool.h>

struct alm_combination {
    const struct alm_config *config;
    size_t n_members;
    char **name;                      /* [n_members] label, else spec */
    size_t n_series, groups, horizon; /* of the weights; n_series 0: nothing was learnt, all weigh the same */
    double *weight;                   /* [n_series][groups][n_members] */
};

/* Which group of steps a step (from 0) is in. */
static inline size_t alm_combination_group(const struct alm_combination *c, size_t step)
{
    const size_t group = step * c->groups / c->horizon;
    return group < c->groups ? group : c->groups - 1;
}

/* The series of a fit and what their members left of the inner folds. */
struct alm_learning {
    const struct alm_combination_rule *rule;
    const struct alm_combination *combination;
    size_t n_series, n_members;
    const struct alm_inner_record **record; /* [n_series][n_members] NULL: none */
};

/* weight[groups][n_members] from the records of series from .. to - 1 together, each divided by the size of
 * its errors when there are several. Only points known before the origin of fold before count (SIZE_MAX:
 * all). A member that has no record there gets no weight; *learnt is false when there was nothing to learn
 * from: then the weights are equal. */
enum alm_status alm_combination_learn(double *weight, bool *learnt, const struct alm_learning *learning,
                                      size_t from, size_t to, size_t before, struct alm_error *error);

#endif
