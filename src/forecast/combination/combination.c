/* Fit and forecast of a combination, once its members are fitted. */
#include "forecast/combination/combination.h"

#include "base/memory.h"
#include "forecast/combination/learn.h"
#include "forecast/prepare.h"
#include "forecast/wrapper.h"
#include "series/fill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct alm_forecaster *f, size_t k)
{
    return f->member[k].label != NULL ? f->member[k].label : f->member[k].spec;
}

/* ---- one value out of several ---- */

/* The members that have a value, and what they weigh. */
struct voices {
    size_t n;
    size_t member[ALM_MEMBERS_MOST];
    double weight[ALM_MEMBERS_MOST];
};

/* The learnt weights of those that have a value, made to add up to 1 again; equal ones where nothing was
 * learnt or only members without weight are left. */
static void weigh(struct voices *v, const struct alm_combination *c, const double *weights, size_t step)
{
    const double *w = weights == NULL ? NULL : weights + alm_combination_group(c, step) * c->n_members;
    double sum = 0;
    for (size_t i = 0; i < v->n; i++)
        sum += w == NULL ? 0 : w[v->member[i]];
    for (size_t i = 0; i < v->n; i++)
        v->weight[i] = sum > 0 ? w[v->member[i]] / sum : 1 / (double)v->n;
}

/* Without those that have no weight, whose values do not matter. */
static double combine(const struct alm_forecaster *f, const struct voices *v, const double *value)
{
    double x[ALM_MEMBERS_MOST], w[ALM_MEMBERS_MOST];
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (v->weight[i] == 0) continue;
        x[n] = value[i];
        w[n++] = v->weight[i];
    }
    return f->type->rule->combine(x, w, n, f->config);
}

/* ---- fit ---- */

static enum alm_status take_outcomes(struct alm_forecaster *f, const struct alm_members *members,
                                     const struct alm_history *history, struct alm_error *error)
{
    for (size_t s = 0; s < history->n_series; s++) {
        struct alm_series_outcome *own = &f->fitted[s].outcome;
        bool any = false;
        ALM_TRY(alm_copy_text(&f->fitted[s].name, history->series[s].name, error));
        for (size_t k = 0; k < members->n; k++) {
            const struct alm_series_outcome *o = members->outcome(members->context, k, s);
            if (o->status != ALM_OK) continue;
            any = true;
            if (o->n_train > own->n_train) own->n_train = o->n_train;
            if (o->filled > own->filled) own->filled = o->filled;
        }
        if (any) continue;
        const struct alm_series_outcome *first = members->outcome(members->context, 0, s);
        alm_outcome_fail(own, first->status, "no member could be fitted; %s: %s", name_of(f, 0),
                         first->reason);
    }
    return ALM_OK;
}

static enum alm_status collect_records(struct alm_learning *l, const struct alm_members *members,
                                       struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&l->record, l->n_series * l->n_members, error));
    for (size_t s = 0; s < l->n_series; s++)
        for (size_t k = 0; k < l->n_members; k++)
            l->record[s * l->n_members + k] = members->inner(members->context, k, s);
    return ALM_OK;
}

/* Weights of every series, from folds before `before`; see alm_combination_learn. */
static enum alm_status learn_weights(double *weight, bool *learnt, const struct alm_learning *l,
                                     size_t before, struct alm_error *error)
{
    const struct alm_combination *c = l->combination;
    const size_t block = c->groups * c->n_members;
    if (alm_config_choice(c->config, "pool") == 0) {
        for (size_t s = 0; s < l->n_series; s++)
            ALM_TRY(alm_combination_learn(weight + s * block, &learnt[s], l, s, s + 1, before, error));
        return ALM_OK;
    }
    ALM_TRY(alm_combination_learn(weight, learnt, l, 0, l->n_series, before, error));
    for (size_t s = 1; s < l->n_series; s++) {
        memcpy(weight + s * block, weight, block * sizeof *weight);
        learnt[s] = learnt[0];
    }
    return ALM_OK;
}

static enum alm_status learn(struct alm_forecaster *f, struct alm_combination *c,
                             const struct alm_learning *l, size_t horizon, struct alm_error *error)
{
    bool *learnt;
    size_t n;
    c->horizon = horizon;
    c->groups = 1;
    if (f->type->rule->weigh == NULL) return ALM_OK;
    c->groups = alm_config_size(c->config, "groups");
    if (c->groups > horizon) c->groups = horizon;
    if (!alm_multiply(&n, l->n_series, c->groups * c->n_members))
        return alm_fail(error, ALM_NOMEM, "the weights of %zu series do not fit into memory", l->n_series);
    ALM_TRY(ALM_NEW(&c->weight, n, error));
    c->n_series = l->n_series;
    ALM_TRY(ALM_NEW(&learnt, l->n_series, error));
    const enum alm_status status = learn_weights(c->weight, learnt, l, SIZE_MAX, error);
    for (size_t s = 0; s < l->n_series; s++)
        if (!learnt[s])
            alm_outcome_note(&f->fitted[s].outcome,
                             "equal weights: the history is too short for inner folds");
    free(learnt);
    return status;
}

/* ---- own record ---- */

/* Forecasts of one fold of one series, by weights from what was known before it. */
static void combine_fold(struct alm_inner_record *out, const struct alm_forecaster *f,
                         const struct alm_learning *l, const double *weights, size_t series, size_t fold)
{
    const struct alm_inner_record *const *record = l->record + series * l->n_members;
    for (size_t h = 0; h < out->horizon; h++) {
        struct voices v = {0};
        double value[ALM_MEMBERS_MOST];
        for (size_t k = 0; k < l->n_members; k++) {
            if (record[k] == NULL) continue;
            value[v.n] = record[k]->mean[fold * out->horizon + h];
            v.member[v.n++] = k;
        }
        weigh(&v, l->combination, weights, h);
        out->mean[fold * out->horizon + h] = combine(f, &v, value);
    }
}

static enum alm_status start_records(struct alm_forecaster *f, const struct alm_learning *l,
                                     size_t *most_folds, struct alm_error *error)
{
    *most_folds = 0;
    for (size_t s = 0; s < l->n_series; s++) {
        const struct alm_inner_record *first = NULL;
        for (size_t k = 0; first == NULL && k < l->n_members; k++)
            first = l->record[s * l->n_members + k];
        if (first == NULL) continue;
        struct alm_inner_record *own = &f->fitted[s].inner;
        ALM_TRY(alm_inner_record_init(own, first->folds, first->horizon, first->first, first->stride, error));
        memcpy(own->actual, first->actual, first->folds * first->horizon * sizeof *own->actual);
        if (first->folds > *most_folds) *most_folds = first->folds;
    }
    return ALM_OK;
}

static enum alm_status make_records(struct alm_forecaster *f, const struct alm_combination *c,
                                    const struct alm_learning *l, struct alm_error *error)
{
    const bool learns = f->type->rule->weigh != NULL;
    const size_t block = c->groups * c->n_members;
    double *weight = NULL;
    bool *learnt = NULL;
    size_t folds;
    enum alm_status status = start_records(f, l, &folds, error);
    if (status == ALM_OK && learns) status = ALM_NEW(&weight, l->n_series * block, error);
    if (status == ALM_OK && learns) status = ALM_NEW(&learnt, l->n_series, error);
    for (size_t j = 0; status == ALM_OK && j < folds; j++) {
        if (learns) status = learn_weights(weight, learnt, l, j, error);
        for (size_t s = 0; status == ALM_OK && s < l->n_series; s++)
            if (j < f->fitted[s].inner.folds)
                combine_fold(&f->fitted[s].inner, f, l, learns ? weight + s * block : NULL, s, j);
    }
    free(weight);
    free(learnt);
    return status;
}

static enum alm_status fit_on(struct alm_forecaster *f, const struct alm_members *members,
                              const struct alm_history *history, struct alm_error *error)
{
    ALM_TRY(f->type->create(&f->self[0], f->config, f->settings.seed, error));
    struct alm_combination *c = f->self[0];
    struct alm_learning l = {f->type->rule, c, history->n_series, members->n, NULL};
    enum alm_status status = take_outcomes(f, members, history, error);
    if (status == ALM_OK) status = collect_records(&l, members, error);
    if (status == ALM_OK) status = learn(f, c, &l, history->horizon, error);
    if (status == ALM_OK && f->settings.inner) status = make_records(f, c, &l, error);
    free(l.record);
    return status;
}

enum alm_status alm_combination_fit(struct alm_forecaster *f, const struct alm_history *history,
                                    const double *levels, size_t n_levels, const struct alm_fit_hooks *hooks,
                                    struct alm_series_outcome *outcome, struct alm_error *error)
{
    const struct alm_members own = alm_members_own(f);
    const struct alm_members *members = hooks == NULL || hooks->members == NULL ? &own : hooks->members;
    ALM_TRY(alm_forecaster_reset(f, history->n_series, error));
    if (members == &own) ALM_TRY(alm_members_fit(f, history, levels, n_levels, hooks, error));
    const enum alm_status status = fit_on(f, members, history, error);
    for (size_t s = 0; s < history->n_series; s++)
        outcome[s] = f->fitted[s].outcome;
    return status;
}

/* ---- forecast ---- */

/* What the members say to one call. */
struct saying {
    struct alm_forecast **forecast;      /* [n] */
    struct alm_series_outcome **outcome; /* [n][n_series] */
    size_t n;
};

static void clear_saying(struct saying *said)
{
    for (size_t k = 0; k < said->n; k++) {
        if (said->forecast != NULL) alm_forecast_free(said->forecast[k]);
        if (said->outcome != NULL) free(said->outcome[k]);
    }
    free(said->forecast);
    free(said->outcome);
}

static enum alm_status ask(struct saying *said, const struct alm_members *members,
                           const struct alm_history *history, const struct alm_forecast *out,
                           struct alm_error *error)
{
    said->n = members->n;
    ALM_TRY(ALM_NEW(&said->forecast, said->n, error));
    ALM_TRY(ALM_NEW(&said->outcome, said->n, error));
    for (size_t k = 0; k < said->n; k++) {
        ALM_TRY(alm_forecast_create(&said->forecast[k], history->n_series, out->horizon, out->level,
                                    out->n_levels, error));
        ALM_TRY(ALM_NEW(&said->outcome[k], history->n_series, error));
        ALM_TRY(members->forecast(members->context, k, history, said->forecast[k], said->outcome[k], error));
    }
    return ALM_OK;
}

/* Whether all members that count at some step have quantiles. */
static bool have_quantiles(const struct saying *said, const struct voices *v, size_t series)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->weight[i] > 0 && !said->forecast[v->member[i]]->has_quantiles[series]) return false;
    return true;
}

/* Quantiles are combined level by level (Vincent 1912), so that the shape of the members' distributions is
 * kept and not smeared as a mixture would. */
static void combine_steps(struct alm_forecast *out, const struct alm_forecaster *f, const double *weights,
                          const struct saying *said, struct voices *v, size_t series)
{
    const size_t levels = out->n_levels;
    double value[ALM_MEMBERS_MOST];
    out->has_quantiles[series] = levels > 0;
    for (size_t h = 0; h < out->horizon; h++) {
        const size_t at = series * out->horizon + h;
        weigh(v, f->self[0], weights, h);
        for (size_t i = 0; i < v->n; i++)
            value[i] = said->forecast[v->member[i]]->mean[at];
        out->mean[at] = combine(f, v, value);
        if (!have_quantiles(said, v, series)) out->has_quantiles[series] = false;
        for (size_t q = 0; out->has_quantiles[series] && q < levels; q++) {
            for (size_t i = 0; i < v->n; i++)
                value[i] = said->forecast[v->member[i]]->has_quantiles[series]
                               ? said->forecast[v->member[i]]->quantile[at * levels + q]
                               : 0;
            out->quantile[at * levels + q] = combine(f, v, value);
        }
    }
    for (size_t i = 0; !out->has_quantiles[series] && i < out->horizon * levels; i++)
        out->quantile[series * out->horizon * levels + i] = (double)NAN;
}

static void combine_series(struct alm_forecast *out, struct alm_series_outcome *outcome,
                           const struct alm_forecaster *f, const struct alm_history *history,
                           const struct saying *said, size_t series)
{
    const struct alm_combination *c = f->self[0];
    const struct alm_fitted *fitted = alm_forecaster_fitted(f, history, series);
    const double *weights = fitted == NULL || c->n_series == 0
                                ? NULL
                                : c->weight + (size_t)(fitted - f->fitted) * c->groups * c->n_members;
    struct voices v = {0};
    *outcome = (struct alm_series_outcome){.status = ALM_OK};
    alm_forecast_blank_row(out, series);
    if (fitted != NULL) *outcome = fitted->outcome;
    outcome->filled = 0;
    for (size_t k = 0; k < said->n; k++) {
        const struct alm_series_outcome *o = &said->outcome[k][series];
        if (o->status == ALM_OK) {
            v.member[v.n++] = k;
            if (o->filled > outcome->filled) outcome->filled = o->filled;
            if (o->fallback[0] != '\0') alm_outcome_note(outcome, "%s: %s", name_of(f, k), o->fallback);
        } else {
            alm_outcome_note(outcome, "without %s: %s", name_of(f, k), o->reason);
        }
    }
    if (v.n == 0) {
        outcome->fallback[0] = '\0';
        alm_outcome_fail(outcome, said->outcome[0][series].status, "no member has a forecast; %s: %s",
                         name_of(f, 0), said->outcome[0][series].reason);
        return;
    }
    outcome->status = ALM_OK;
    combine_steps(out, f, weights, said, &v, series);
    alm_forecast_check_row(out, series, outcome);
}

enum alm_status alm_forecaster_combine(const struct alm_forecaster *forecaster,
                                       const struct alm_members *members, const struct alm_history *history,
                                       struct alm_forecast *out, struct alm_series_outcome *outcome,
                                       struct alm_error *error)
{
    const struct alm_forecaster *f = forecaster;
    struct saying said = {0};
    if (f->n_self == 0) return alm_fail(error, ALM_USAGE, "%s was not fitted", f->type->name);
    if (out->n_series != history->n_series || out->horizon != history->horizon)
        return alm_fail(error, ALM_SHAPE, "a forecast of %zu x %zu does not hold %zu series of %zu steps",
                        out->n_series, out->horizon, history->n_series, history->horizon);
    const enum alm_status status = ask(&said, members, history, out, error);
    for (size_t s = 0; status == ALM_OK && s < history->n_series; s++)
        combine_series(out, &outcome[s], f, history, &said, s);
    clear_saying(&said);
    return status;
}
