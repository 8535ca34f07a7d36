/* The wrapper's life, and its fit. */
#include "forecast/forecaster.h"

#include "base/memory.h"
#include "base/random.h"
#include "forecast/inner.h"
#include "forecast/wrapper.h"
#include "series/fill.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- life ---- */

static void drop_fit(struct alm_forecaster *f)
{
    for (size_t i = 0; i < f->n_self; i++)
        if (f->self[i] != NULL) f->type->free(f->self[i]);
    for (size_t i = 0; f->fitted != NULL && i < f->n_series; i++) {
        alm_conformal_clear(&f->fitted[i].conformal);
        free(f->fitted[i].name);
    }
    free(f->self);
    free(f->fitted);
    f->self = NULL;
    f->fitted = NULL;
    f->n_self = f->n_series = 0;
}

enum alm_status alm_forecaster_reset(struct alm_forecaster *f, size_t n_series, struct alm_error *error)
{
    const size_t n_self = alm_forecaster_is_global(f) ? 1 : n_series;
    drop_fit(f);
    ALM_TRY(ALM_NEW(&f->fitted, n_series, error));
    f->n_series = n_series;
    ALM_TRY(ALM_NEW(&f->self, n_self, error));
    f->n_self = n_self;
    return ALM_OK;
}

static enum alm_status unknown_forecaster(const char *name, struct alm_error *error)
{
    enum { MOST = 64 };
    const char *names[MOST + 1] = {0};
    for (size_t i = 0; i < MOST && alm_forecaster_types[i] != NULL; i++)
        names[i] = alm_forecaster_types[i]->name;
    const char *near = alm_text_suggest(name, names);
    if (near != NULL)
        return alm_fail(error, ALM_USAGE, "there is no forecaster \"%s\" (did you mean %s?)", name, near);
    return alm_fail(error, ALM_USAGE, "there is no forecaster \"%s\" (see `almanac forecasters list`)", name);
}

static enum alm_status create(struct alm_forecaster **out, const char *spec,
                              const struct alm_forecaster_settings *settings, bool stored,
                              struct alm_error *error)
{
    struct alm_spec parts;
    struct alm_forecaster *f = NULL;
    *out = NULL;
    ALM_TRY(alm_spec_parse(&parts, spec, error));
    const struct alm_forecaster_type *type =
        settings->find != NULL ? settings->find(parts.name) : alm_forecaster_type_find(parts.name);
    enum alm_status status = type == NULL ? unknown_forecaster(parts.name, error) : ALM_NEW(&f, 1, error);
    if (status == ALM_OK) {
        *f = (struct alm_forecaster){.type = type, .settings = *settings};
        status = alm_config_create(&f->config, type->options, parts.options, type->name, error);
    }
    if (status == ALM_OK && !stored) status = alm_config_check(f->config, error);
    /* options that contradict each other are found by the type itself */
    void *self = NULL;
    if (status == ALM_OK) status = type->create(&self, f->config, settings->seed, error);
    if (self != NULL) type->free(self);
    alm_spec_clear(&parts);
    if (status != ALM_OK) {
        alm_forecaster_free(f);
        return status;
    }
    *out = f;
    return ALM_OK;
}

enum alm_status alm_forecaster_create(struct alm_forecaster **out, const char *spec,
                                      const struct alm_forecaster_settings *settings, struct alm_error *error)
{
    return create(out, spec, settings, false, error);
}

enum alm_status alm_forecaster_create_stored(struct alm_forecaster **out, const char *spec,
                                             const struct alm_forecaster_settings *settings,
                                             struct alm_error *error)
{
    return create(out, spec, settings, true, error);
}

void alm_forecaster_free(struct alm_forecaster *forecaster)
{
    if (forecaster == NULL) return;
    drop_fit(forecaster);
    alm_config_free(forecaster->config);
    free(forecaster);
}

const struct alm_forecaster_type *alm_forecaster_type_of(const struct alm_forecaster *forecaster)
{
    return forecaster->type;
}

const struct alm_config *alm_forecaster_config(const struct alm_forecaster *forecaster)
{
    return forecaster->config;
}

void alm_forecaster_write_spec(const struct alm_forecaster *forecaster, struct alm_text *out)
{
    struct alm_text options = {0};
    alm_config_write(forecaster->config, &options);
    alm_text_append(out, forecaster->type->name);
    if (options.length > 0) alm_text_printf(out, ":%s", options.data);
    if (options.failed) out->failed = true;
    alm_text_clear(&options);
}

void alm_forecaster_describe(const struct alm_forecaster *forecaster, size_t series, struct alm_text *out)
{
    const size_t i = alm_forecaster_is_global(forecaster) ? 0 : series;
    if (i >= forecaster->n_self || forecaster->self[i] == NULL || forecaster->type->describe == NULL) return;
    forecaster->type->describe(forecaster->self[i], out);
}

/* ---- fit ---- */

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
    struct alm_history_series *series;
    ALM_TRY(ALM_NEW(&series, g->n, error));
    for (size_t i = 0; i < g->n; i++)
        series[i] = g->prepared[i].series;
    const struct alm_history history = {g->n, series, g->horizon};
    enum alm_status status = f->type->create(self, f->config, g->seed, error);
    if (status == ALM_OK && f->type->fit != NULL) status = f->type->fit(*self, &history, hooks, error);
    free(series);
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
    struct alm_history_series *series = NULL;
    struct alm_forecast *out = NULL;
    enum alm_status status = ALM_NEW(&series, n, error);
    if (status == ALM_OK) status = alm_forecast_create(&out, n, g->horizon, g->level, g->n_levels, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        series[i] = g->prepared[i].series;
    const struct alm_history history = {n, series, g->horizon};
    if (status == ALM_OK) status = f->type->forecast(self, &history, out, error);
    *has = status == ALM_OK && (out->has_quantiles[0] || out->classes[0].n > 0);
    alm_forecast_free(out);
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

static void add_scores(void *context, size_t series, size_t origin, const double *mean)
{
    const struct group *g = context;
    alm_conformal_add(&g->fitted[series]->conformal, g->prepared[series].actual.y + origin, mean);
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

/* A history too short for inner folds, or a fit that fails on its first part, leaves a series without. */
static enum alm_status fit_conformal(const struct alm_forecaster *f, const void *self, struct group *g,
                                     const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    const struct alm_prepared **series = NULL;
    struct alm_inner_plan *plan = NULL;
    size_t folds = alm_conformal_folds(g->level, g->n_levels);
    if (folds < f->settings.conformal_folds) folds = f->settings.conformal_folds;
    enum alm_status status = ALM_NEW(&series, g->n, error);
    if (status == ALM_OK) status = ALM_NEW(&plan, g->n, error);
    for (size_t i = 0; status == ALM_OK && i < g->n; i++) {
        const struct alm_history_series *s = &g->prepared[i].series;
        const size_t needed = f->type->minimum_history(self, s->season_length, g->horizon);
        series[i] = &g->prepared[i];
        plan[i] = alm_inner_plan(s->target.n, g->horizon, folds, needed);
        if (plan[i].folds > 0)
            status = alm_conformal_init(&g->fitted[i]->conformal, g->horizon, plan[i].folds, error);
    }
    const struct alm_inner inner = {f->type,
                                    f->config,
                                    alm_random_key(g->seed, "inner", 0),
                                    inner_hooks(hooks),
                                    g->n,
                                    g->horizon,
                                    series,
                                    plan,
                                    g,
                                    add_scores};
    if (status == ALM_OK) status = alm_inner_run(&inner, error);
    if (alm_status_is_of_series(status)) {
        for (size_t i = 0; i < g->n; i++)
            alm_conformal_clear(&g->fitted[i]->conformal);
        status = ALM_OK;
    }
    free(series);
    free(plan);
    return status;
}

static enum alm_status fit_group(struct alm_forecaster *f, void **self, struct group *g,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct alm_error failure = {0};
    bool needs;
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
    ALM_TRY(needs_conformal(&needs, f, *self, g, error));
    return needs ? fit_conformal(f, *self, g, hooks, error) : ALM_OK;
}

/* Prepares series [from, to), and fits one group over those that can be used. */
static enum alm_status fit_range(struct alm_forecaster *f, struct group *g, const struct alm_history *history,
                                 size_t from, size_t to, const struct alm_fit_hooks *hooks,
                                 struct alm_error *error)
{
    void **self = &f->self[alm_forecaster_is_global(f) ? 0 : from], *unfitted = NULL;
    ALM_TRY(seed_of(&g->seed, f, history->series[from].name, error));
    ALM_TRY(f->type->create(&unfitted, f->config, g->seed, error));
    enum alm_status status = ALM_OK;
    g->n = 0;
    for (size_t i = from; status == ALM_OK && i < to; i++) {
        struct alm_fitted *fitted = &f->fitted[i];
        struct alm_prepared *prepared = &g->prepared[g->n];
        status = alm_copy_text(&fitted->name, history->series[i].name, error);
        if (status == ALM_OK)
            status = alm_prepare(prepared, &history->series[i], f->type, unfitted, f->settings.missing,
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

enum alm_status alm_forecaster_fit(struct alm_forecaster *forecaster, const struct alm_history *history,
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
    for (size_t from = 0; status == ALM_OK && from < n; from += width, numbered.fit += ALM_FITS)
        status = fit_range(forecaster, &g, history, from, from + width, &numbered, error);
    for (size_t i = 0; i < n; i++)
        outcome[i] = forecaster->fitted[i].outcome;
    free(g.prepared);
    free(g.fitted);
    if (status != ALM_OK) drop_fit(forecaster);
    return status;
}
