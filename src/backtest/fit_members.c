/* What a combination is given of its members, which were fitted on the same folds. */
#include "backtest/fit_impl.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct alm_series_outcome *outcome_of(void *context, size_t member, size_t series)
{
    static const struct alm_series_outcome none = {.status = ALM_DATA,
                                                   .reason = "the series had no origin yet"};
    const struct alm_fit_seen *seen = context;
    size_t position;
    const struct alm_fit_unit *unit =
        alm_fit_find(seen->fit->member[member], seen->unit->series[series], &position);
    return unit == NULL ? &none : &unit->outcome[position];
}

static const struct alm_inner_record *inner_of(void *context, size_t member, size_t series)
{
    const struct alm_fit_seen *seen = context;
    size_t position;
    const struct alm_fit_unit *unit =
        alm_fit_find(seen->fit->member[member], seen->unit->series[series], &position);
    return unit == NULL ? NULL : alm_forecaster_inner(unit->forecaster, position);
}

/* Takes the rows of the combination's series out of those of the plan's. */
static void pick(struct alm_forecast *out, struct alm_series_outcome *outcome,
                 const struct alm_fit_seen *seen, size_t member, const struct alm_fold_forecast *all)
{
    const size_t horizon = all->horizon, block = horizon * all->n_levels;
    for (size_t i = 0; i < out->n_series; i++) {
        const size_t s = seen->unit->series[i];
        outcome[i] =
            (struct alm_series_outcome){.status = all->status[s],
                                        .n_train = outcome_of((void *)(uintptr_t)seen, member, i)->n_train,
                                        .filled = all->filled[s]};
        snprintf(outcome[i].reason, sizeof outcome[i].reason, "%s", all->reason[s]);
        snprintf(outcome[i].fallback, sizeof outcome[i].fallback, "%s", all->fallback[s]);
        if (all->status[s] != ALM_OK) continue;
        memcpy(out->mean + i * horizon, all->mean + s * horizon, horizon * sizeof *out->mean);
        out->has_quantiles[i] = all->has_quantiles[s];
        if (all->has_quantiles[s])
            memcpy(out->quantile + i * block, all->quantile + s * block, block * sizeof *out->quantile);
    }
}

static enum alm_status forecast_of(void *context, size_t member, const struct alm_history *history,
                                   struct alm_forecast *out, struct alm_series_outcome *outcome,
                                   struct alm_error *error)
{
    const struct alm_fit_seen *seen = context;
    struct alm_fold_forecast all = {0};
    (void)history; /* the plan knows what may be seen */
    enum alm_status status = alm_fold_forecast_init(&all, seen->fit->plan, error);
    if (status == ALM_OK)
        status = alm_fit_forecast(&all, seen->fit->member[member], seen->fold, seen->y, error);
    if (status == ALM_OK) pick(out, outcome, seen, member, &all);
    alm_fold_forecast_clear(&all);
    return status;
}

struct alm_members alm_fit_members(struct alm_fit_seen *seen)
{
    return (struct alm_members){seen, seen->fit->n_members, outcome_of, forecast_of, inner_of};
}

double alm_fit_seconds(const struct alm_fit *fit, size_t series, size_t fold)
{
    const struct alm_candidate *forecaster = fit->plan->forecaster;
    size_t position;
    const struct alm_fit_unit *unit = alm_fit_find(fit, series, &position);
    double seconds = unit != NULL && unit->fold == fold ? unit->seconds / (double)unit->n : 0;
    for (size_t k = 0; k < fit->n_members; k++)
        if (forecaster[fit->member[k]->forecaster].parent == fit->forecaster)
            seconds += alm_fit_seconds(fit->member[k], series, fold);
    return seconds;
}
