#include "forecast/transformed.h"

#include "base/memory.h"
#include "forecast/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- series as they are shown ---- */

struct shown {
    size_t n;
    struct alm_history_series *series; /* [n] */
    double **values;                   /* [n] owned */
    struct alm_span *covariates;       /* of all */
};

static void clear_shown(struct shown *shown)
{
    for (size_t i = 0; shown->values != NULL && i < shown->n; i++)
        free(shown->values[i]);
    free(shown->values);
    free(shown->series);
    free(shown->covariates);
}

static enum alm_status show_series(struct shown *shown, size_t i, struct alm_span **spans,
                                   const struct alm_transform *t, const struct alm_transform_fit *learnt,
                                   const struct alm_history_series *in, struct alm_error *error)
{
    struct alm_history_series *s = &shown->series[i];
    const size_t lost = alm_transform_lost(t, in->season_length);
    if (in->target.n <= lost)
        return alm_fail(error, ALM_DATA, "%s: differences take all of its %zu values", in->name,
                        in->target.n);
    *s = *in;
    ALM_TRY(ALM_NEW(&shown->values[i], in->target.n - lost, error));
    ALM_TRY(alm_transform_apply(shown->values[i], t, learnt, in->target, in->season_length, error));
    *spans = alm_history_cut(s, *spans, lost);
    s->target.y = shown->values[i];
    return ALM_OK;
}

static enum alm_status show(struct shown *shown, const struct alm_transform *t,
                            const struct alm_transform_fit *learnt, const struct alm_history *history,
                            struct alm_error *error)
{
    size_t n_covariates = 1;
    for (size_t i = 0; i < history->n_series; i++)
        n_covariates += history->series[i].n_past + history->series[i].n_future;
    shown->n = history->n_series;
    ALM_TRY(ALM_NEW(&shown->series, shown->n, error));
    ALM_TRY(ALM_NEW(&shown->values, shown->n, error));
    ALM_TRY(ALM_NEW(&shown->covariates, n_covariates, error));
    struct alm_span *spans = shown->covariates;
    for (size_t i = 0; i < shown->n; i++)
        ALM_TRY(show_series(shown, i, &spans, t, &learnt[i], &history->series[i], error));
    return ALM_OK;
}

/* ---- fit ---- */

size_t alm_maker_season(const struct alm_maker *maker, size_t own)
{
    const struct alm_option *option = alm_config_options(maker->config);
    while (option->name != NULL && strcmp(option->name, "season") != 0)
        option++;
    return option->name != NULL && alm_config_has(maker->config, "season")
               ? alm_config_size(maker->config, "season")
               : own;
}

size_t alm_maker_minimum_history(const struct alm_maker *maker, const void *self, size_t season_length,
                                 size_t horizon)
{
    const size_t season = alm_maker_season(maker, season_length);
    return maker->type->minimum_history(self, season, horizon) +
           alm_transform_lost(&maker->choice.transform, season);
}

enum alm_status alm_maker_fit(const struct alm_maker *maker, void *self, struct alm_transform_fit *learnt,
                              const struct alm_history *history, const struct alm_fit_hooks *hooks,
                              struct alm_error *error)
{
    const struct alm_transform *t = &maker->choice.transform;
    struct shown shown = {0};
    if (!alm_transform_is_on(t))
        return maker->type->fit == NULL ? ALM_OK : maker->type->fit(self, history, hooks, error);
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < history->n_series; i++)
        status = alm_transform_learn(&learnt[i], t, history->series[i].target,
                                     history->series[i].season_length, error);
    if (status == ALM_OK && maker->type->fit != NULL) {
        status = show(&shown, t, learnt, history, error);
        const struct alm_history seen = {shown.n, shown.series, history->horizon};
        if (status == ALM_OK) status = maker->type->fit(self, &seen, hooks, error);
        clear_shown(&shown);
    }
    return status;
}

/* ---- forecast ---- */

/* The levels that are asked of the forecaster: those of the caller and, for bias, one standard deviation
 * below and above. */
struct levels {
    size_t n, *of_caller; /* [n_levels] where the caller's are */
    size_t below, above;
    double *level;
};

static const double one_sd_below = 0.15865525393145707, one_sd_above = 0.8413447460685429;

static size_t insert_level(struct levels *l, double level)
{
    size_t at = 0;
    while (at < l->n && l->level[at] < level)
        at++;
    if (at < l->n && l->level[at] == level) return at;
    memmove(l->level + at + 1, l->level + at, (l->n - at) * sizeof *l->level);
    l->level[at] = level;
    l->n++;
    return at;
}

static size_t find_level(const struct levels *l, double level)
{
    size_t at = 0;
    while (l->level[at] != level)
        at++;
    return at;
}

static enum alm_status choose_levels(struct levels *l, const struct alm_forecast *out, bool bias,
                                     struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&l->level, out->n_levels + 2, error));
    ALM_TRY(ALM_NEW(&l->of_caller, out->n_levels, error));
    for (size_t q = 0; q < out->n_levels; q++)
        insert_level(l, out->level[q]);
    if (bias) {
        insert_level(l, one_sd_below);
        insert_level(l, one_sd_above);
        l->below = find_level(l, one_sd_below);
        l->above = find_level(l, one_sd_above);
    }
    for (size_t q = 0; q < out->n_levels; q++)
        l->of_caller[q] = find_level(l, out->level[q]);
    return ALM_OK;
}

/* One call: what goes in and comes out on either scale. */
struct call {
    const struct alm_maker *maker;
    const struct alm_history *history;
    struct alm_forecast *out;
    struct alm_transform_fit *learnt; /* [n_series] */
    struct levels levels;
    struct alm_forecast *rows; /* on the transformed scale */
};

static enum alm_status adjust_for_bias(struct call *c, size_t series, struct alm_error *error)
{
    const struct alm_forecast *rows = c->rows;
    const size_t first = series * rows->horizon;
    if (!rows->has_quantiles[series])
        return alm_fail(error, ALM_DATA,
                        "bias=1 takes the variance that a forecaster's own quantiles tell, and %s gives none "
                        "with these options",
                        c->maker->type->name);
    for (size_t h = 0; h < rows->horizon; h++) {
        const double *q = rows->quantile + (first + h) * rows->n_levels;
        c->out->mean[first + h] =
            alm_transform_mean(&c->maker->choice.transform, &c->learnt[series], rows->mean[first + h],
                               0.5 * (q[c->levels.above] - q[c->levels.below]));
    }
    return ALM_OK;
}

static void invert_quantiles(struct call *c, size_t series)
{
    const struct alm_forecast *rows = c->rows;
    struct alm_forecast *out = c->out;
    out->has_quantiles[series] = out->n_levels > 0 && rows->has_quantiles[series];
    for (size_t h = series * out->horizon; out->has_quantiles[series] && h < (series + 1) * out->horizon; h++)
        for (size_t q = 0; q < out->n_levels; q++)
            out->quantile[h * out->n_levels + q] =
                alm_transform_value(&c->maker->choice.transform, &c->learnt[series],
                                    rows->quantile[h * rows->n_levels + c->levels.of_caller[q]]);
}

static enum alm_status invert(struct call *c, size_t series, struct alm_error *error)
{
    const struct alm_transform *t = &c->maker->choice.transform;
    const struct alm_history_series *s = &c->history->series[series];
    const size_t horizon = c->out->horizon;
    double *mean = c->out->mean + series * horizon;
    c->out->has_quantiles[series] = false;
    memcpy(c->out->fallback[series], c->rows->fallback[series], sizeof c->rows->fallback[series]);
    if (alm_transform_lost(t, s->season_length) == 0) invert_quantiles(c, series);
    if (c->maker->choice.bias) return adjust_for_bias(c, series, error);
    memcpy(mean, c->rows->mean + series * horizon, horizon * sizeof *mean);
    return alm_transform_invert(mean, horizon, t, &c->learnt[series], s->target, s->season_length, error);
}

static enum alm_status forecast(struct call *c, const void *self, struct alm_error *error)
{
    const struct alm_transform_choice *choice = &c->maker->choice;
    const struct alm_history *history = c->history;
    struct shown shown = {0};
    /* without differences their own quantiles are asked for */
    const bool levels = choice->transform.differences + choice->transform.seasonal_differences == 0;
    enum alm_status status = choose_levels(&c->levels, c->out, choice->bias, error);
    if (status == ALM_OK)
        status = alm_forecast_create(&c->rows, history->n_series, history->horizon, c->levels.level,
                                     levels ? c->levels.n : 0, error);
    if (status == ALM_OK) status = show(&shown, &choice->transform, c->learnt, history, error);
    const struct alm_history seen = {shown.n, shown.series, history->horizon};
    if (status == ALM_OK) status = c->maker->type->forecast(self, &seen, c->rows, error);
    for (size_t i = 0; status == ALM_OK && i < history->n_series; i++)
        status = invert(c, i, error);
    clear_shown(&shown);
    return status;
}

enum alm_status alm_maker_forecast(const struct alm_maker *maker, const void *self,
                                   const struct alm_transform_fit *const *learnt,
                                   const struct alm_history *history, struct alm_forecast *out,
                                   struct alm_error *error)
{
    const struct alm_transform *t = &maker->choice.transform;
    struct call c = {.maker = maker, .history = history, .out = out};
    if (!alm_transform_is_on(t)) return maker->type->forecast(self, history, out, error);
    enum alm_status status = ALM_NEW(&c.learnt, history->n_series, error);
    for (size_t i = 0; status == ALM_OK && i < history->n_series; i++) {
        if (learnt[i] != NULL)
            c.learnt[i] = *learnt[i];
        else
            status = alm_transform_learn(&c.learnt[i], t, history->series[i].target,
                                         history->series[i].season_length, error);
    }
    if (status == ALM_OK) status = forecast(&c, self, error);
    alm_forecast_free(c.rows);
    free(c.levels.level);
    free(c.levels.of_caller);
    free(c.learnt);
    return status;
}

/* ---- for people ---- */

void alm_transform_describe(struct alm_text *out, const struct alm_transform_choice *choice,
                            const struct alm_transform_fit *learnt)
{
    const struct alm_transform *t = &choice->transform;
    if (!alm_transform_is_on(t)) return;
    alm_text_printf(out, "transform_values=%zu\n", learnt->n);
    alm_text_printf(out, "transform_first=%lld\ntransform_last=%lld\n", (long long)learnt->first,
                    (long long)learnt->last);
    if (t->curve == ALM_CURVE_BOXCOX) alm_text_printf(out, "transform_lambda=%.6g\n", learnt->lambda);
    if (t->curve == ALM_CURVE_ARCSINH) alm_text_printf(out, "transform_unit=%.6g\n", learnt->unit);
    if (t->normalisation == ALM_NORMALISE_NONE) return;
    alm_text_printf(out, "transform_shift=%.6g\ntransform_scale=%.6g\n", learnt->shift, learnt->scale);
}
