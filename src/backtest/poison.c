#include "backtest/poison.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *alm_poison_name(enum alm_poison poison)
{
    static const char *const names[ALM_POISON_COUNT] = {"nan", "huge", "shuffled", "reversed"};
    return names[poison];
}

enum alm_status alm_poisoned_init(struct alm_poisoned *out, const struct alm_plan *plan,
                                  enum alm_poison poison, struct alm_error *error)
{
    const size_t covariates = alm_plan_covariates(plan);
    *out = (struct alm_poisoned){.plan = plan, .poison = poison};
    ALM_TRY(ALM_NEW(&out->y, plan->n_series * (1 + covariates), error));
    for (size_t s = 0; s < plan->n_series; s++) {
        ALM_TRY(ALM_NEW(&out->y[s], plan->series[s]->n, error));
        for (size_t k = 0; k < covariates; k++)
            ALM_TRY(ALM_NEW(&out->y[plan->n_series + s * covariates + k],
                            alm_covariate_length(plan->series[s]->covariates, k), error));
    }
    return ALM_OK;
}

void alm_poisoned_clear(struct alm_poisoned *poisoned)
{
    const struct alm_plan *plan = poisoned->plan;
    for (size_t i = 0; poisoned->y != NULL && i < plan->n_series * (1 + alm_plan_covariates(plan)); i++)
        free(poisoned->y[i]);
    free(poisoned->y);
    *poisoned = (struct alm_poisoned){0};
}

static enum alm_status shuffle(double *y, const double *original, size_t n, uint64_t key,
                               struct alm_error *error)
{
    struct alm_random *random = NULL;
    size_t *index;
    ALM_TRY(ALM_NEW(&index, n, error));
    const enum alm_status status = alm_random_create(&random, key, error);
    if (status == ALM_OK) {
        for (size_t i = 0; i < n; i++)
            index[i] = i;
        alm_random_shuffle(random, index, n);
        for (size_t i = 0; i < n; i++)
            y[i] = original[index[i]];
    }
    alm_random_free(random);
    free(index);
    return status;
}

/* y [n] as the original is before cut, poisoned from there on. */
static enum alm_status poison_values(double *y, const double *original, size_t n, size_t cut,
                                     enum alm_poison poison, uint64_t key, struct alm_error *error)
{
    if (cut > n) cut = n;
    memcpy(y, original, cut * sizeof *y);
    if (poison == ALM_POISON_SHUFFLED) return shuffle(y + cut, original + cut, n - cut, key, error);
    for (size_t i = cut; i < n; i++)
        y[i] = poison == ALM_POISON_NAN    ? (double)NAN
               : poison == ALM_POISON_HUGE ? 1e30
                                           : original[n - 1 - (i - cut)];
    return ALM_OK;
}

/* Series s and its covariates with all that is not known at bar cut poisoned. */
static enum alm_status poison(struct alm_poisoned *poisoned, size_t s, size_t cut, struct alm_error *error)
{
    const struct alm_plan *plan = poisoned->plan;
    const struct alm_series *series = plan->series[s];
    const size_t covariates = alm_plan_covariates(plan);
    const uint64_t key = alm_random_key(cut, series->name, s);
    ALM_TRY(poison_values(poisoned->y[s], series->y, series->n, cut, poisoned->poison, key, error));
    for (size_t k = 0; k < covariates; k++) {
        const struct alm_covariates *c = series->covariates;
        const size_t known = k < c->n_past ? cut : cut + plan->settings.split.horizon;
        ALM_TRY(poison_values(poisoned->y[plan->n_series + s * covariates + k], c->y[k],
                              alm_covariate_length(c, k), known, poisoned->poison,
                              alm_random_key(key, "covariate", k), error));
    }
    return ALM_OK;
}

enum alm_status alm_poison_fit(struct alm_poisoned *poisoned, size_t fold, struct alm_error *error)
{
    const struct alm_plan *plan = poisoned->plan;
    const struct alm_split *split = &plan->settings.split;
    const size_t first = alm_split_group_first(split, fold),
                 end = alm_split_group_end(split, fold, plan->n_folds);
    for (size_t s = 0; s < plan->n_series; s++) {
        size_t f = first;
        while (f < end && alm_plan_origin(plan, s, f)->status != ALM_OK)
            f++;
        ALM_TRY(poison(poisoned, s, f < end ? alm_plan_origin(plan, s, f)->train_end : 0, error));
    }
    return ALM_OK;
}

enum alm_status alm_poison_forecast(struct alm_poisoned *poisoned, size_t fold, struct alm_error *error)
{
    const struct alm_plan *plan = poisoned->plan;
    for (size_t s = 0; s < plan->n_series; s++) {
        size_t cut = 0;
        for (size_t f = 0; f <= fold; f++)
            if (alm_plan_origin(plan, s, f)->status == ALM_OK) cut = alm_plan_origin(plan, s, f)->bar + 1;
        ALM_TRY(poison(poisoned, s, cut, error));
    }
    return ALM_OK;
}
