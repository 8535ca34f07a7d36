/* Combinations: what they do with the forecasts of their members, and the numbers they learn for it. A rule
 * is two pure functions; everything else (members that fail, quantiles, inner folds, keeping) is written once
 * in combination.c. */
#ifndef ALM_FORECAST_COMBINATION_H
#define ALM_FORECAST_COMBINATION_H

#include "base/option.h"
#include "forecast/combination/members.h"
#include "forecast/forecaster.h"

#include <stddef.h>

enum { ALM_MEMBERS_MOST = 64 };

/* Errors y - yhat of n members at the same points of inner folds, oldest fold first, divided by the largest
 * of them all. */
struct alm_member_errors {
    size_t n, n_points;
    const double *error; /* [n_points][n] finite */
    const size_t *fold;  /* [n_points] never falls */
};

struct alm_combination_rule {
    /* One value out of those of n >= 1 members, which it may reorder. Their weights add up to 1; without
     * weigh they are equal. */
    double (*combine)(double *value, const double *weight, size_t n, const struct alm_config *config);
    /* weight[n], each >= 0, adding up to 1; n_points >= 1. NULL: nothing is learnt. */
    enum alm_status (*weigh)(double *weight, const struct alm_member_errors *errors,
                             const struct alm_config *config, struct alm_error *error);
};

/* The state of every combination: weights by series and group of steps. */
enum alm_status alm_combination_create(void **self, const struct alm_config *config, uint64_t seed,
                                       struct alm_error *error);
size_t alm_combination_minimum_history(const void *self, size_t season_length, size_t horizon);
enum alm_status alm_combination_save(const void *self, struct alm_bytes *out, struct alm_error *error);
enum alm_status alm_combination_load(void *self, struct alm_bytes_reader *in, struct alm_error *error);
void alm_combination_free(void *self);
void alm_combination_describe(const void *self, struct alm_text *out);

/* ---- weights.c: the weigh functions, and what they stand on ---- */

/* The point of the simplex (w >= 0, sum w = 1) where w' gram w is least, by an active set: exact up to
 * rounding. gram is [n][n], symmetric and positive semidefinite. */
enum alm_status alm_simplex_least(double *w, const double *gram, size_t n, struct alm_error *error);

enum alm_status alm_weigh_inverse(double *weight, const struct alm_member_errors *errors,
                                  const struct alm_config *config, struct alm_error *error);
enum alm_status alm_weigh_stack(double *weight, const struct alm_member_errors *errors,
                                const struct alm_config *config, struct alm_error *error);
enum alm_status alm_weigh_best(double *weight, const struct alm_member_errors *errors,
                               const struct alm_config *config, struct alm_error *error);
enum alm_status alm_weigh_hedge(double *weight, const struct alm_member_errors *errors,
                                const struct alm_config *config, struct alm_error *error);

#endif
