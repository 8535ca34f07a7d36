/* A model of what another forecaster leaves. */
#include "base/memory.h"
#include "base/random.h"
#include "forecast/classes.h"
#include "forecast/combination/residual_errors.h"
#include "forecast/history.h"
#include "forecast/types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct alm_option options[] = {
    {.name = "base",
     .help = "what is forecast first: any one spec, in parentheses if it has options",
     .kind = ALM_OPTION_SPECS,
     .fallback = "seasonal-naive"},
    {.name = "model",
     .help = "what forecasts the errors of the base, and is added: any one spec, as in "
             "model=(lstm:hidden=64)",
     .kind = ALM_OPTION_SPECS,
     .fallback = "ses"},
    {0},
};

/* BASE is fitted on the whole history and is what the forecast adds to; EARLY is the same forecaster on the
 * first part, whose errors on the rest are honest; MODEL is fitted to those. */
enum { BASE, EARLY, MODEL, PARTS };

struct residual {
    struct alm_forecaster *part[PARTS];
    struct alm_series_outcome *outcome; /* [series of the fit] room for what comes of fitting a part */
};

/* ---- life ---- */

static void free_self(void *self)
{
    struct residual *r = self;
    if (r == NULL) return;
    for (size_t i = 0; i < PARTS; i++)
        alm_forecaster_free(r->part[i]);
    free(r->outcome);
    free(r);
}

struct making {
    struct alm_forecaster **out;
    uint64_t seed;
    size_t n;
};

static enum alm_status make_part(void *context, const char *spec, struct alm_error *error)
{
    struct making *m = context;
    const struct alm_forecaster_settings settings = {.seed = m->seed};
    if (m->n++ > 0) return alm_fail(error, ALM_USAGE, "residual: base and model are one spec each");
    ALM_TRY(alm_forecaster_create(m->out, spec, &settings, error));
    if (!alm_class_forecasts(*m->out)) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "residual adds numbers, and %s forecasts classes", spec);
}

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    static const char *const option[PARTS] = {"base", "base", "model"};
    struct residual *r;
    *self = NULL;
    ALM_TRY(ALM_NEW(&r, 1, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < PARTS; i++) {
        struct making m = {.out = &r->part[i], .seed = alm_random_key(seed, option[i], i)};
        status = alm_list_each(alm_config_text(config, option[i]), '+', &m, make_part, error);
    }
    if (status != ALM_OK) {
        free_self(r);
        return status;
    }
    *self = r;
    return ALM_OK;
}

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    const struct residual *r = self;
    const size_t model = alm_forecaster_minimum_history(r->part[MODEL], season_length, horizon);
    return alm_forecaster_minimum_history(r->part[BASE], season_length, horizon) +
           (model + horizon - 1) / horizon * horizon;
}

/* ---- fit ---- */

static enum alm_status find_firsts(size_t **out, const struct residual *r, const struct alm_history *history,
                                   struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, history->n_series, error));
    for (size_t i = 0; i < history->n_series; i++) {
        const size_t season = history->series[i].season_length, horizon = history->horizon;
        (*out)[i] = alm_base_errors_first(history->series[i].target.n, horizon,
                                          alm_forecaster_minimum_history(r->part[BASE], season, horizon),
                                          alm_forecaster_minimum_history(r->part[MODEL], season, horizon));
    }
    return ALM_OK;
}

/* Trainings of the parts have numbers far above those of other fits, and each fit has its own range. */
static struct alm_fit_hooks hooks_of(const struct alm_fit_hooks *hooks, size_t part)
{
    struct alm_fit_hooks own = {0};
    if (hooks != NULL) own = *hooks;
    own.fit = ((own.fit + 1) * PARTS + part) << 20;
    if (part != MODEL) own.progress = NULL;
    if (part != MODEL) own.epoch = NULL;
    return own;
}

static enum alm_status fit_early(struct residual *r, const struct alm_history *history, const size_t *first,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    const struct alm_fit_hooks own = hooks_of(hooks, EARLY);
    struct alm_history_series *series;
    size_t n_covariates = 1;
    struct alm_span *covariates = NULL;
    ALM_TRY(ALM_NEW(&series, history->n_series, error));
    for (size_t i = 0; i < history->n_series; i++)
        n_covariates += history->series[i].n_past + history->series[i].n_future;
    enum alm_status status = ALM_NEW(&covariates, n_covariates, error);
    struct alm_span *at = covariates;
    for (size_t i = 0; status == ALM_OK && i < history->n_series; i++) {
        series[i] = history->series[i];
        at = alm_history_prefix(&series[i], at, first[i], history->horizon);
    }
    const struct alm_history early = {history->n_series, series, history->horizon};
    if (status == ALM_OK)
        status = alm_forecaster_fit(r->part[EARLY], &early, NULL, 0, &own, r->outcome, error);
    free(covariates);
    free(series);
    return status;
}

static enum alm_status fit_model(struct residual *r, const struct alm_history *history, const size_t *first,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    const struct alm_fit_hooks own = hooks_of(hooks, MODEL);
    struct alm_base_errors errors = {0};
    enum alm_status status = alm_base_errors_make(&errors, r->part[EARLY], history, first, error);
    const struct alm_history left = {errors.n, errors.series, history->horizon};
    if (status == ALM_OK)
        status = alm_forecaster_fit(r->part[MODEL], &left, NULL, 0, &own, r->outcome, error);
    alm_base_errors_clear(&errors);
    return status;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    struct residual *r = self;
    const struct alm_fit_hooks own = hooks_of(hooks, BASE);
    size_t *first;
    free(r->outcome);
    r->outcome = NULL;
    ALM_TRY(ALM_NEW(&r->outcome, history->n_series, error));
    ALM_TRY(find_firsts(&first, r, history, error));
    enum alm_status status = alm_forecaster_fit(r->part[BASE], history, NULL, 0, &own, r->outcome, error);
    if (status == ALM_OK) status = fit_early(r, history, first, hooks, error);
    if (status == ALM_OK) status = fit_model(r, history, first, hooks, error);
    free(first);
    return status;
}

/* ---- forecast ---- */

/* What base and model say. */
struct sum {
    struct alm_forecast *base, *model;
    struct alm_series_outcome *base_outcome, *model_outcome; /* [n_series] */
};

static enum alm_status ask_model(struct sum *s, const struct residual *r, const struct alm_history *history,
                                 struct alm_error *error)
{
    struct alm_base_errors errors = {0};
    size_t *first;
    ALM_TRY(find_firsts(&first, r, history, error));
    enum alm_status status = alm_base_errors_make(&errors, r->part[EARLY], history, first, error);
    const struct alm_history left = {errors.n, errors.series, history->horizon};
    if (status == ALM_OK)
        status = alm_forecaster_forecast(r->part[MODEL], &left, s->model, s->model_outcome, error);
    alm_base_errors_clear(&errors);
    free(first);
    return status;
}

static enum alm_status add(struct alm_forecast *out, const struct sum *s, struct alm_error *error)
{
    for (size_t i = 0; i < out->n_series; i++) {
        const struct alm_series_outcome *base = &s->base_outcome[i], *model = &s->model_outcome[i];
        if (base->status != ALM_OK && out->n_series == 1)
            return alm_fail(error, base->status, "the base has no forecast: %s", base->reason);
        if (model->status != ALM_OK)
            snprintf(out->fallback[i], sizeof out->fallback[i], "the base alone; of its errors: %.150s",
                     model->reason);
        for (size_t h = i * out->horizon; h < (i + 1) * out->horizon; h++)
            out->mean[h] = s->base->mean[h] + (model->status == ALM_OK ? s->model->mean[h] : 0);
        out->has_quantiles[i] = false;
    }
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct residual *r = self;
    const size_t n = history->n_series;
    struct sum s = {0};
    enum alm_status status = alm_forecast_create(&s.base, n, out->horizon, NULL, 0, error);
    if (status == ALM_OK) status = alm_forecast_create(&s.model, n, out->horizon, NULL, 0, error);
    if (status == ALM_OK) status = ALM_NEW(&s.base_outcome, n, error);
    if (status == ALM_OK) status = ALM_NEW(&s.model_outcome, n, error);
    if (status == ALM_OK)
        status = alm_forecaster_forecast(r->part[BASE], history, s.base, s.base_outcome, error);
    if (status == ALM_OK) status = ask_model(&s, r, history, error);
    if (status == ALM_OK) status = add(out, &s, error);
    alm_forecast_free(s.base);
    alm_forecast_free(s.model);
    free(s.base_outcome);
    free(s.model_outcome);
    return status;
}

/* ---- keeping ---- */

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct residual *r = self;
    for (size_t i = 0; i < PARTS; i++)
        ALM_TRY(alm_forecaster_save_part(r->part[i], out, error));
    return alm_bytes_check(out, error);
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct residual *r = self;
    for (size_t i = 0; i < PARTS; i++)
        ALM_TRY(alm_forecaster_load_part(&r->part[i], in, error));
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const struct residual *r = self;
    alm_text_append(out, "[base]\n");
    alm_forecaster_describe(r->part[BASE], 0, out);
    alm_text_append(out, "[model]\n");
    alm_forecaster_describe(r->part[MODEL], 0, out);
}

const struct alm_forecaster_type alm_residual = {
    .name = "residual",
    .summary = "one forecaster, and a second one for the errors that the first leaves",
    .use = "When a simple forecaster takes out season or level, and a network can learn the rest. The errors "
           "are honest: of a base fitted on the first third of the history, over the rest of it, from "
           "origins a horizon apart.",
    .reference = "Zhang (2003), Neurocomputing 50",
    .options = options,
    .traits = ALM_TRAIT_GLOBAL | ALM_TRAIT_COMBINATION,
    .create = create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = save,
    .load = load,
    .free = free_self,
    .describe = describe,
};
