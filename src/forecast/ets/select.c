#include "forecast/ets/select.h"

#include "forecast/ets/forecast.h"

#include <math.h>
#include <string.h>

struct class
{
    enum alm_ets_trend trend;
    enum alm_ets_season season;
    bool relative;
};

static const struct class classes[] = {
#define X(trend, season, relative) {trend, season, relative},
    ALM_ETS_MODELS(X)
#undef X
};
enum { CLASSES = sizeof classes / sizeof *classes };

static unsigned bit(const struct class *c)
{
    return 1u << ALM_ETS_CODE((unsigned)c->trend, (unsigned)c->season, (unsigned)c->relative);
}

/* Takes one of letters (a NULL-terminated list, Z last) off *text; its index, or -1. */
static int take(const char **text, const char *const *letters)
{
    for (int i = 0; letters[i] != NULL; i++) {
        const size_t n = strlen(letters[i]);
        if (strncmp(*text, letters[i], n) != 0) continue;
        *text += n;
        return i;
    }
    return -1;
}

enum alm_status alm_ets_parse(unsigned *models, const char *text, enum alm_ets_damping damping,
                              struct alm_error *error)
{
    static const char *const errors[] = {"A", "M", "Z", NULL}, *const seasons[] = {"N", "A", "M", "Z", NULL};
    static const char *const trends[] = {"Ad", "A", "N", "Z", NULL};
    static const enum alm_ets_trend trend_of[] = {ALM_ETS_DAMPED, ALM_ETS_TREND, ALM_ETS_NO_TREND};
    const char *at = text;
    const int e = take(&at, errors), t = e < 0 ? -1 : take(&at, trends), s = t < 0 ? -1 : take(&at, seasons);
    if (s < 0 || *at != '\0')
        return alm_fail(
            error, ALM_USAGE,
            "\"%s\" is no model: write error (A, M), trend (N, A, Ad) and season (N, A, M), with Z for any, "
            "such as AAdN or ZZZ",
            text);
    *models = 0;
    for (size_t i = 0; i < CLASSES; i++) {
        const struct class *c = &classes[i];
        const bool damped = c->trend == ALM_ETS_DAMPED;
        const bool any = damping == ALM_ETS_DAMPING_AUTO || (damping == ALM_ETS_DAMPING_YES) == damped;
        if ((e == 2 || e == c->relative) && (t == 3 ? any : trend_of[t] == c->trend) &&
            (s == 3 || s == (int)c->season))
            *models |= bit(c);
    }
    if (*models == 0)
        return alm_fail(
            error, ALM_USAGE,
            "%s is not among the models: a multiplicative season goes with a multiplicative error (M%s)",
            text, text + 1);
    return ALM_OK;
}

static struct alm_ets_model without_season(const struct class *c)
{
    return (struct alm_ets_model){c->relative, c->trend, ALM_ETS_NO_SEASON, 1};
}

size_t alm_ets_minimum(unsigned models)
{
    size_t least = 0;
    for (size_t i = 0; i < CLASSES; i++) {
        const struct alm_ets_model model = without_season(&classes[i]);
        const size_t needed = alm_ets_model_size(&model) + 1;
        if ((models & bit(&classes[i])) != 0 && (least == 0 || needed < least)) least = needed;
    }
    return least;
}

/* Whether the values allow a model. */
static bool allowed(const struct alm_ets_series *series, const struct alm_ets_model *model)
{
    return (!model->relative || series->positive) && (model->season == ALM_ETS_NO_SEASON || series->m > 1) &&
           series->n > alm_ets_model_size(model);
}

static void keep_better(struct alm_ets_fit *best, struct alm_ets_fit *fit, size_t n,
                        enum alm_ets_criterion criterion)
{
    const bool better = isfinite(fit->likelihood) &&
                        (!isfinite(best->likelihood) ||
                         alm_ets_criterion(fit, n, criterion) < alm_ets_criterion(best, n, criterion));
    if (better) {
        alm_ets_fit_clear(best);
        *best = *fit;
    } else {
        alm_ets_fit_clear(fit);
    }
}

/* The best of the set within a region, with seasons or without; *tried counts those that the values allow. */
static enum alm_status select_within(struct alm_ets_fit *best, size_t *tried,
                                     const struct alm_ets_series *series, const struct alm_ets_search *search,
                                     bool seasons, double most_alpha, struct alm_error *error)
{
    *best = (struct alm_ets_fit){.likelihood = (double)INFINITY};
    *tried = 0;
    for (size_t i = 0; i < CLASSES; i++) {
        const struct class *c = &classes[i];
        struct alm_ets_model model = without_season(c);
        if (seasons && c->season != ALM_ETS_NO_SEASON) {
            model.season = c->season;
            model.m = series->m;
        }
        if ((search->models & bit(c)) == 0 || !allowed(series, &model)) continue;
        struct alm_ets_fit fit;
        const enum alm_status status =
            alm_ets_fit_model(&fit, series, &model, &search->given, most_alpha, error);
        if (status != ALM_OK) {
            alm_ets_fit_clear(best);
            return status;
        }
        keep_better(best, &fit, series->n, search->criterion);
        (*tried)++;
    }
    return ALM_OK;
}

/* Bounds of alpha, of which the horizon chooses; the first is that of the likelihood. */
static const double most_alphas[] = {ALM_ETS_MOST_ALPHA, 0.5, 0.2, 0.05};
enum { BOUNDS = sizeof most_alphas / sizeof *most_alphas };

/* Takes fit for best if its forecasts were better, and releases the other. */
static enum alm_status keep_nearer(struct alm_ets_fit *best, double *best_error, struct alm_ets_fit *fit,
                                   const struct alm_ets_series *series, size_t horizon,
                                   struct alm_error *error)
{
    double mean_error = (double)INFINITY;
    if (isfinite(fit->likelihood)) {
        const enum alm_status status = alm_ets_horizon_error(&mean_error, fit, series, horizon, error);
        if (status != ALM_OK) {
            alm_ets_fit_clear(fit);
            return status;
        }
    }
    if (mean_error < *best_error) {
        *best_error = mean_error;
        alm_ets_fit_clear(best);
        *best = *fit;
    } else {
        alm_ets_fit_clear(fit);
    }
    return ALM_OK;
}

static enum alm_status select(struct alm_ets_fit *best, size_t *tried, const struct alm_ets_series *series,
                              const struct alm_ets_search *search, bool seasons, struct alm_error *error)
{
    ALM_TRY(select_within(best, tried, series, search, seasons, most_alphas[0], error));
    if (search->horizon < 2 || !isnan(search->given.alpha) || *tried == 0) return ALM_OK;
    double best_error = (double)INFINITY;
    struct alm_ets_fit fit = *best;
    *best = (struct alm_ets_fit){.likelihood = (double)INFINITY};
    enum alm_status status = keep_nearer(best, &best_error, &fit, series, search->horizon, error);
    for (size_t b = 1; status == ALM_OK && b < BOUNDS; b++) {
        size_t count;
        status = select_within(&fit, &count, series, search, seasons, most_alphas[b], error);
        if (status == ALM_OK) status = keep_nearer(best, &best_error, &fit, series, search->horizon, error);
    }
    if (status != ALM_OK) alm_ets_fit_clear(best);
    return status;
}

enum alm_status alm_ets_select(struct alm_ets_fit *out, const struct alm_ets_series *series,
                               const struct alm_ets_search *search, struct alm_error *error)
{
    size_t tried;
    ALM_TRY(select(out, &tried, series, search, true, error));
    if (tried == 0) ALM_TRY(select(out, &tried, series, search, false, error));
    if (isfinite(out->likelihood)) return ALM_OK;
    alm_ets_fit_clear(out);
    if (tried > 0)
        return alm_fail(
            error, ALM_NUMERIC,
            "no model that is asked for is defined on these values: forecasts would not be above 0");
    if (!series->positive)
        return alm_fail(error, ALM_DATA, "a multiplicative error or season needs values above 0");
    return alm_fail(error, ALM_DATA, "%zu values are too few for the models that are asked for", series->n);
}
