#include "forecast/inner.h"

#include "base/memory.h"
#include "forecast/history.h"

#include <math.h>
#include <stdlib.h>

struct alm_inner_plan alm_inner_plan(size_t n, size_t horizon, size_t folds, size_t needed)
{
    struct alm_inner_plan plan = {.folds = folds, .stride = 1};
    const size_t third = n / 3 > horizon ? n / 3 - horizon : 0;
    if (folds > 1 && third / (folds - 1) > 1) plan.stride = third / (folds - 1);
    if (plan.stride > horizon) plan.stride = horizon;
    size_t length;
    if (folds == 0 || !alm_multiply(&length, folds - 1, plan.stride) || !alm_add(&length, length, horizon) ||
        length > n / 2 || n - length < needed)
        return (struct alm_inner_plan){0};
    plan.first = n - length;
    return plan;
}

/* Those of inner's series that have a fold of this number, each cut after the fold's origin. */
struct part {
    struct alm_history_series *series;          /* [n_series] */
    size_t *index, *origin;                     /* [n_series] which they are, where they end */
    struct alm_span *covariates;                /* of all series, cut likewise */
    struct alm_transform_fit *learnt;           /* [n_series] of all that take part, once fitted */
    const struct alm_transform_fit **transform; /* [n_series] of those that are forecast */
    size_t n;
};

static enum alm_status create_part(struct part *part, const struct alm_inner *inner, struct alm_error *error)
{
    const size_t n = inner->n_series;
    size_t covariates = 1;
    for (size_t i = 0; i < n; i++)
        covariates += inner->series[i]->series.n_past + inner->series[i]->series.n_future;
    ALM_TRY(ALM_NEW(&part->covariates, covariates, error));
    ALM_TRY(ALM_NEW(&part->series, n, error));
    ALM_TRY(ALM_NEW(&part->index, n, error));
    ALM_TRY(ALM_NEW(&part->learnt, n, error));
    ALM_TRY(ALM_NEW(&part->transform, n, error));
    return ALM_NEW(&part->origin, n, error);
}

static void clear_part(struct part *part)
{
    free(part->series);
    free(part->index);
    free(part->learnt);
    free(part->transform);
    free(part->origin);
    free(part->covariates);
}

static void cut_part(struct part *part, const struct alm_inner *inner, size_t fold)
{
    struct alm_span *covariates = part->covariates;
    part->n = 0;
    for (size_t i = 0; i < inner->n_series; i++) {
        const struct alm_inner_plan *plan = &inner->plan[i];
        if (fold >= plan->folds) continue;
        part->index[part->n] = i;
        part->origin[part->n] = plan->first + fold * plan->stride;
        part->series[part->n] = inner->series[i]->series;
        covariates =
            alm_history_prefix(&part->series[part->n], covariates, part->origin[part->n], inner->horizon);
        part->n++;
    }
}

static enum alm_status forecast_fold(const struct alm_inner *inner, const void *self, struct part *part,
                                     struct alm_error *error)
{
    const struct alm_history history = {part->n, part->series, inner->horizon};
    struct alm_forecast *out;
    for (size_t k = 0; k < part->n; k++)
        part->transform[k] = &part->learnt[part->index[k]];
    ALM_TRY(alm_forecast_create(&out, part->n, inner->horizon, NULL, 0, error));
    const enum alm_status status =
        alm_maker_forecast(&inner->maker, self, part->transform, &history, out, error);
    for (size_t i = 0; status == ALM_OK && i < part->n; i++)
        inner->visit(inner->context, part->index[i], part->origin[i], out->mean + i * inner->horizon);
    alm_forecast_free(out);
    return status;
}

static enum alm_status run_folds(const struct alm_inner *inner, struct part *part, void *self,
                                 struct alm_error *error)
{
    size_t folds = 0;
    for (size_t i = 0; i < inner->n_series; i++)
        if (inner->plan[i].folds > folds) folds = inner->plan[i].folds;
    cut_part(part, inner, 0);
    const struct alm_history history = {part->n, part->series, inner->horizon};
    ALM_TRY(alm_maker_fit(&inner->maker, self, part->learnt, &history, &inner->hooks, error));
    for (size_t k = part->n; k-- > 0;) /* all that take part are in the first fold, in rising order */
        part->learnt[part->index[k]] = part->learnt[k];
    for (size_t fold = 0; fold < folds; fold++) {
        if (alm_cancelled(inner->hooks.cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
        cut_part(part, inner, fold);
        ALM_TRY(forecast_fold(inner, self, part, error));
    }
    return ALM_OK;
}

enum alm_status alm_inner_run(const struct alm_inner *inner, struct alm_error *error)
{
    struct part part = {0};
    void *self = NULL;
    enum alm_status status = create_part(&part, inner, error);
    if (status == ALM_OK) cut_part(&part, inner, 0);
    if (status == ALM_OK && part.n > 0) {
        status = inner->maker.type->create(&self, inner->maker.config, inner->seed, error);
        if (status == ALM_OK) status = run_folds(inner, &part, self, error);
        if (self != NULL) inner->maker.type->free(self);
    }
    clear_part(&part);
    return status;
}
