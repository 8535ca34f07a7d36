/* The wrapper's fit. */
#include "forecast/forecaster.h"

#include "base/memory.h"
#include "base/random.h"
#include "forecast/inner.h"
#include "forecast/wrapper.h"
#include "series/fill.h"

#include <stdlib.h>
#include <string.h>

/* Folds that are kept where no levels ask for intervals. */
enum { KEPT_FOLDS = 8 };

/* The series that one fit goes over: all usable ones of a global forecaster, one of a local one. */
struct group {
    size_t n;
    struct alm_prepared *prepared; /* [n] */
    struct alm_fitted **fitted;    /* [n] */
    size_t horizon;
    const double *level; /* [n_levels] */
    size_t n_levels;
    uint64_t seed;
};

/* The streams of a fit follow from seed, spec and (for a local one) series, never from order or thread. */
static enum alm_status seed_of(uint64_t *seed, const struct alm_forecaster *f, const char *series,
                               struct alm_error *error)
{
    struct alm_text spec = {0};
    if (f->settings.seed_spec != NULL)
        alm_text_append(&spec, f->settings.seed_spec);
    else
        alm_forecaster_write_spec(f, &spec);
    *seed = alm_random_key(alm_random_key(f->settings.seed, alm_text_string(&spec), 0),
                           alm_forecaster_is_global(f) ? NULL : series, 0);
    const enum alm_status status = alm_text_check(&spec, error);
    alm_text_clear(&spec);
    return status;
}

static enum alm_status fit_self(void **self, const struct alm_forecaster *f, const struct group *g,
                                const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    const struct alm_maker maker = alm_forecaster_maker(f);
    struct alm_history_series *series = NULL;
    struct alm_transform_fit *learnt = NULL;
    enum alm_status status = ALM_NEW(&series, g->n, error);
    if (status == ALM_OK) status = ALM_NEW(&learnt, g->n, error);
    for (size_t i = 0; status == ALM_OK && i < g->n; i++)
        series[i] = g->prepared[i].series;
    const struct alm_history history = {g->n, series, g->horizon};
    if (status == ALM_OK) status = f->type->create(self, f->config, g->seed, error);
    if (status == ALM_OK) status = alm_maker_fit(&maker, *self, learnt, &history, hooks, error);
    for (size_t i = 0; status == ALM_OK && i < g->n; i++)
        g->fitted[i]->transform = learnt[i];
    free(series);
    free(learnt);
    if (status != ALM_OK && *self != NULL) {
        f->type->free(*self);
        *self = NULL;
    }
    return status;
}

/* Whether a forecast for the first n series comes with quantiles or classes. */
static enum alm_status probe(bool *has, const struct alm_forecaster *f, const void *self,
                             const struct group *g, size_t n, struct alm_error *error)
{
    const struct alm_maker maker = alm_forecaster_maker(f);
    struct alm_history_series *series = NULL;
    const struct alm_transform_fit **learnt = NULL;
    struct alm_forecast *out = NULL;
    enum alm_status status = ALM_NEW(&series, n, error);
    if (status == ALM_OK) status = ALM_NEW(&learnt, n, error);
    if (status == ALM_OK) status = alm_forecast_create(&out, n, g->horizon, g->level, g->n_levels, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        series[i] = g->prepared[i].series;
        learnt[i] = &g->fitted[i]->transform;
    }
    const struct alm_history history = {n, series, g->horizon};
    if (status == ALM_OK) status = alm_maker_forecast(&maker, self, learnt, &history, out, error);
    *has = status == ALM_OK && (out->has_quantiles[0] || out->classes[0].n > 0);
    alm_forecast_free(out);
    free(learnt);
    free(series);
    return status;
}

/* Whether the fitted self leaves quantiles to the wrapper; asked of a forecast for the first series, as
 * options may decide, and where there is none by itself of one for all. */
static enum alm_status needs_conformal(bool *needs, const struct alm_forecaster *f, const void *self,
                                       const struct group *g, struct alm_error *error)
{
    bool has;
    *needs = f->settings.conformal_folds > 0 && g->n_levels > 0;
    if (!*needs || (f->type->traits & (ALM_TRAIT_QUANTILES | ALM_TRAIT_CLASSES)) == 0) return ALM_OK;
    enum alm_status status = probe(&has, f, self, g, 1, error);
    if (alm_status_is_of_series(status) && g->n > 1) status = probe(&has, f, self, g, g->n, error);
    *needs = status == ALM_OK && !has;
    return alm_status_is_of_series(status) ? ALM_OK : status;
}

static void add_fold(void *context, size_t series, size_t origin, const double *mean)
{
    const struct group *g = context;
    struct alm_fitted *fitted = g->fitted[series];
    const double *actual = g->prepared[series].actual.y + origin;
    if (fitted->conformal.folds > 0) alm_conformal_add(&fitted->conformal, actual, mean);
    struct alm_inner_record *r = &fitted->inner;
    if (r->folds == 0) return;
    const size_t at = (origin - r->first) / r->stride * r->horizon;
    memcpy(r->mean + at, mean, r->horizon * sizeof *mean);
    memcpy(r->actual + at, actual, r->horizon * sizeof *actual);
}

/* The epochs of the second fit are not told, and its progress would begin anew. */
static struct alm_fit_hooks inner_hooks(const struct alm_fit_hooks *hooks)
{
    struct alm_fit_hooks inner = {0};
    if (hooks != NULL) inner = *hooks;
    inner.fit++;
    inner.epoch = NULL;
    inner.progress = NULL;
    return inner;
}

/* What inner folds are made for. */
struct purpose {
    bool conformal, kept;
    size_t folds; /* that it takes */
};

/* Fewer folds are no good for intervals, but something to learn weights from. Where they lie must not depend
 * on what the forecaster needs. */
static struct alm_inner_plan plan_kept(size_t n, size_t horizon, size_t folds, size_t needed)
{
    struct alm_inner_plan plan = {0};
    for (; folds > 0 && plan.folds == 0; folds /= 2)
        plan = alm_inner_plan(n, horizon, folds, 0);
    return plan.first < needed ? (struct alm_inner_plan){0} : plan;
}

static enum alm_status plan_series(struct alm_inner_plan *plan, const struct purpose *purpose,
                                   const struct alm_forecaster *f, const void *self, const struct group *g,
                                   size_t i, struct alm_error *error)
{
    const struct alm_history_series *s = &g->prepared[i].series;
    struct alm_fitted *fitted = g->fitted[i];
    const struct alm_maker maker = alm_forecaster_maker(f);
    const size_t needed = alm_maker_minimum_history(&maker, self, s->season_length, g->horizon);
    *plan = alm_inner_plan(s->target.n, g->horizon, purpose->folds, needed);
    if (purpose->conformal && plan->folds > 0)
        ALM_TRY(alm_conformal_init(&fitted->conformal, g->horizon, plan->folds, error));
    if (!purpose->kept) return ALM_OK;
    if (plan->folds == 0) *plan = plan_kept(s->target.n, g->horizon, purpose->folds, needed);
    if (plan->folds == 0) return ALM_OK;
    return alm_inner_record_init(&fitted->inner, plan->folds, g->horizon, plan->first, plan->stride, error);
}

/* A history too short for inner folds, or a fit that fails on its first part, leaves a series without. */
static enum alm_status run_inner(const struct alm_forecaster *f, const void *self, struct group *g,
                                 const struct purpose *purpose, const struct alm_fit_hooks *hooks,
                                 struct alm_error *error)
{
    const struct alm_prepared **series = NULL;
    struct alm_inner_plan *plan = NULL;
    enum alm_status status = ALM_NEW(&series, g->n, error);
    if (status == ALM_OK) status = ALM_NEW(&plan, g->n, error);
    for (size_t i = 0; status == ALM_OK && i < g->n; i++) {
        series[i] = &g->prepared[i];
        status = plan_series(&plan[i], purpose, f, self, g, i, error);
    }
    const struct alm_inner inner = {alm_forecaster_maker(f),
                                    alm_random_key(g->seed, "inner", 0),
                                    inner_hooks(hooks),
                                    g->n,
                                    g->horizon,
                                    series,
                                    plan,
                                    g,
                                    add_fold};
    if (status == ALM_OK) status = alm_inner_run(&inner, error);
    if (alm_status_is_of_series(status)) {
        for (size_t i = 0; i < g->n; i++) {
            alm_conformal_clear(&g->fitted[i]->conformal);
            alm_inner_record_clear(&g->fitted[i]->inner);
        }
        status = ALM_OK;
    }
    free(series);
    free(plan);
    return status;
}

/* Intervals where the forecaster has none of its own, and the record that a combination learns from. Both
 * come from the same folds. */
static enum alm_status fit_inner(const struct alm_forecaster *f, const void *self, struct group *g,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct purpose purpose = {.kept = f->settings.inner, .folds = alm_conformal_folds(g->level, g->n_levels)};
    if (purpose.folds < f->settings.conformal_folds) purpose.folds = f->settings.conformal_folds;
    if (purpose.folds == 0) purpose.folds = KEPT_FOLDS;
    ALM_TRY(needs_conformal(&purpose.conformal, f, self, g, error));
    return purpose.conformal || purpose.kept ? run_inner(f, self, g, &purpose, hooks, error) : ALM_OK;
}

static enum alm_status fit_group(struct alm_forecaster *f, void **self, struct group *g,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct alm_error failure = {0};
    enum alm_status status = fit_self(self, f, g, hooks, &failure);
    for (size_t i = 0; i < g->n; i++) {
        struct alm_series_outcome *outcome = &g->fitted[i]->outcome;
        if (status != ALM_OK)
            alm_outcome_fail(outcome, status, "%s", failure.text);
        else
            outcome->n_train =
                g->prepared[i].series.target.n - alm_missing_count(g->prepared[i].series.target);
    }
    if (status != ALM_OK) {
        if (error != NULL) *error = failure;
        return alm_status_is_of_series(status) ? ALM_OK : status;
    }
    return fit_inner(f, *self, g, hooks, error);
}

/* Prepares series [from, to), and fits one group over those that can be used. */
static enum alm_status fit_range(struct alm_forecaster *f, struct group *g, const struct alm_history *history,
                                 size_t from, size_t to, const struct alm_fit_hooks *hooks,
                                 struct alm_error *error)
{
    void **self = &f->self[alm_forecaster_is_global(f) ? 0 : from], *unfitted = NULL;
    const struct alm_maker maker = alm_forecaster_maker(f);
    ALM_TRY(seed_of(&g->seed, f, history->series[from].name, error));
    ALM_TRY(f->type->create(&unfitted, f->config, g->seed, error));
    enum alm_status status = ALM_OK;
    g->n = 0;
    for (size_t i = from; status == ALM_OK && i < to; i++) {
        struct alm_fitted *fitted = &f->fitted[i];
        struct alm_prepared *prepared = &g->prepared[g->n];
        status = alm_copy_text(&fitted->name, history->series[i].name, error);
        if (status == ALM_OK)
            status = alm_prepare(prepared, &history->series[i], &maker, unfitted, f->settings.missing,
                                 history->horizon, &fitted->outcome, error);
        if (status == ALM_OK && fitted->outcome.status == ALM_OK)
            g->fitted[g->n++] = fitted;
        else
            alm_prepared_clear(prepared);
    }
    f->type->free(unfitted);
    if (status == ALM_OK && g->n > 0) status = fit_group(f, self, g, hooks, error);
    for (size_t i = 0; i < g->n; i++)
        alm_prepared_clear(&g->prepared[i]);
    return status;
}

static enum alm_status fit_all(struct alm_forecaster *forecaster, const struct alm_history *history,
                               const double *levels, size_t n_levels, const struct alm_fit_hooks *hooks,
                               struct alm_series_outcome *outcome, struct alm_error *error)
{
    const size_t n = history->n_series, width = alm_forecaster_is_global(forecaster) ? n : 1;
    struct group g = {.horizon = history->horizon, .level = levels, .n_levels = n_levels};
    ALM_TRY(alm_forecaster_reset(forecaster, n, error));
    enum alm_status status = ALM_NEW(&g.prepared, width, error);
    if (status == ALM_OK) status = ALM_NEW(&g.fitted, width, error);
    struct alm_fit_hooks numbered = {0};
    if (hooks != NULL) numbered = *hooks;
    for (size_t from = 0; status == ALM_OK && from < n; from += width) {
        status = fit_range(forecaster, &g, history, from, from + width, &numbered, error);
        numbered.fit += alm_forecaster_fits(forecaster, 1);
    }
    for (size_t i = 0; i < n; i++)
        outcome[i] = forecaster->fitted[i].outcome;
    free(g.prepared);
    free(g.fitted);
    return status;
}

enum alm_status alm_forecaster_fit(struct alm_forecaster *forecaster, const struct alm_history *history,
                                   const double *levels, size_t n_levels, const struct alm_fit_hooks *hooks,
                                   struct alm_series_outcome *outcome, struct alm_error *error)
{
    const enum alm_status status = (forecaster->type->rule != NULL ? alm_combination_fit : fit_all)(
        forecaster, history, levels, n_levels, hooks, outcome, error);
    if (status != ALM_OK) alm_forecaster_drop_fit(forecaster);
    return status;
}
