/* Members of combinations, as candidates that do not stand in the leaderboard unless the user named them. */
#include "backtest/plan.h"
#include "backtest/plan_impl.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The candidate with this spec; n_candidates when there is none. */
static size_t find_spec(const struct alm_plan *plan, const char *spec)
{
    size_t i = 0;
    while (i < plan->n_candidates && strcmp(plan->forecaster[i].spec, spec) != 0)
        i++;
    return i;
}

/* Adds the member that a combination (parent) is the first to name. */
static enum alm_status add_hidden(struct alm_plan *plan, const char *spec, size_t parent,
                                  struct alm_error *error)
{
    struct alm_candidate *bigger;
    ALM_TRY(ALM_NEW(&bigger, plan->n_candidates + 1, error));
    memcpy(bigger, plan->forecaster, plan->n_candidates * sizeof *bigger);
    free(plan->forecaster);
    plan->forecaster = bigger;
    struct alm_candidate *hidden = &bigger[plan->n_candidates++];
    hidden->parent = parent;
    ALM_TRY(alm_copy_text(&hidden->label, spec, error));
    return alm_plan_read_spec(hidden, plan, spec, error);
}

static enum alm_status add_members_of(struct alm_plan *plan, size_t index,
                                      const struct alm_forecaster *forecaster, struct alm_error *error)
{
    const size_t n = alm_forecaster_members(forecaster);
    size_t *member;
    ALM_TRY(ALM_NEW(&member, n, error));
    plan->forecaster[index].member = member;
    plan->forecaster[index].learns = alm_forecaster_learns(forecaster);
    for (size_t k = 0; k < n; k++) {
        const char *spec = alm_forecaster_member_spec(forecaster, k);
        member[k] = find_spec(plan, spec);
        if (member[k] == plan->n_candidates) ALM_TRY(add_hidden(plan, spec, index, error));
        plan->forecaster[index].n_members++;
    }
    return ALM_OK;
}

/* A combination that learns needs its members' inner folds; so does one whose own are needed. */
static void mark_inner(struct alm_plan *plan)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < plan->n_candidates; i++) {
            const struct alm_candidate *c = &plan->forecaster[i];
            for (size_t k = 0; (c->learns || c->inner) && k < c->n_members; k++) {
                bool *inner = &plan->forecaster[c->member[k]].inner;
                changed = changed || !*inner;
                *inner = true;
            }
        }
    }
}

enum alm_status alm_plan_add_members(struct alm_plan *plan, struct alm_error *error)
{
    const struct alm_forecaster_settings settings = {.find = plan->settings.find};
    plan->n_candidates = plan->n_forecasters;
    for (size_t i = 0; i < plan->n_candidates; i++) {
        struct alm_forecaster *forecaster;
        if (i < plan->n_forecasters) plan->forecaster[i].parent = SIZE_MAX;
        if (plan->forecaster[i].type->rule == NULL) continue;
        ALM_TRY(alm_forecaster_create(&forecaster, plan->forecaster[i].spec, &settings, error));
        const enum alm_status status = add_members_of(plan, i, forecaster, error);
        alm_forecaster_free(forecaster);
        if (status != ALM_OK) return status;
    }
    mark_inner(plan);
    return ALM_OK;
}
