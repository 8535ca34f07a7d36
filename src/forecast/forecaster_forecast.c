/* The wrapper's forecast: prepared histories in, checked rows out. */
#include "base/memory.h"
#include "forecast/prepare.h"
#include "forecast/wrapper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The series that one call goes over; see the fit. */
struct call {
    const struct alm_forecaster *f;
    const struct alm_history *history;
    struct alm_forecast *out;
    struct alm_series_outcome *outcome; /* [history->n_series] */
    size_t n;
    struct alm_prepared *prepared;           /* [n] */
    struct alm_history_series *series;       /* [n] */
    const struct alm_transform_fit **learnt; /* [n] NULL: the fit did not see it */
    size_t *index;                           /* [n] which of the history's series */
};

static void fill_nan(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = (double)NAN;
}

void alm_forecast_blank_row(struct alm_forecast *out, size_t index)
{
    fill_nan(out->mean + index * out->horizon, out->horizon);
    fill_nan(out->quantile + index * out->horizon * out->n_levels, out->horizon * out->n_levels);
    out->has_quantiles[index] = false;
    fill_nan(out->variance + index * out->horizon, out->horizon);
    out->variance_kind[index] = ALM_VARIANCE_NONE;
    alm_class_forecast_clear(&out->classes[index]);
}

static size_t first_not_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i])) return i;
    return n;
}

/* Quantiles that cross are put in order: that never makes their pinball losses larger in total (Chernozhukov,
 * Fernandez-Val & Galichon 2010, Econometrica 78). Insertion sort: they are few and nearly sorted. */
static void sort_rising(double *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const double v = values[i];
        size_t at = i;
        for (; at > 0 && values[at - 1] > v; at--)
            values[at] = values[at - 1];
        values[at] = v;
    }
}

/* The first step whose probabilities are not finite, negative, or do not add up to 1; horizon when all do. */
static size_t first_bad_step(const struct alm_class_forecast *classes, size_t horizon)
{
    for (size_t h = 0; h < horizon; h++) {
        double sum = 0;
        for (size_t k = 0; k < classes->n; k++) {
            const double p = classes->probability[h * classes->n + k];
            if (!(p >= 0)) return h;
            sum += p;
        }
        if (!(fabs(sum - 1) < 1e-6)) return h;
    }
    return horizon;
}

/* Moves the classes of row k to series index of the output; there is no mean and no quantile. */
static void finish_classes(struct call *c, struct alm_forecast *rows, size_t k)
{
    const size_t index = c->index[k], bad = first_bad_step(&rows->classes[k], rows->horizon);
    if (bad < rows->horizon) {
        alm_outcome_fail(&c->outcome[index], ALM_NUMERIC,
                         "the probabilities of step %zu are not finite or do not add up to 1", bad + 1);
        return;
    }
    c->out->classes[index] = rows->classes[k];
    c->out->classes[index].label = c->history->series[index].label;
    rows->classes[k] = (struct alm_class_forecast){0};
}

void alm_forecast_check_row(struct alm_forecast *out, size_t index, struct alm_series_outcome *outcome)
{
    const size_t h = out->horizon, levels = out->n_levels;
    const double *mean = out->mean + index * h;
    double *quantile = out->quantile + index * h * levels;
    for (size_t i = 0; out->has_quantiles[index] && i < h; i++)
        sort_rising(quantile + i * levels, levels);
    size_t bad = first_not_finite(mean, h);
    if (bad == h && out->has_quantiles[index]) {
        bad = first_not_finite(quantile, h * levels);
        bad = bad == h * levels ? h : bad / levels;
    }
    for (size_t i = 0; bad == h && out->variance_kind[index] != ALM_VARIANCE_NONE && i < h; i++)
        if (!isfinite(out->variance[index * h + i])) bad = i;
    if (bad == h) return;
    alm_outcome_fail(outcome, ALM_NUMERIC, "the forecast of step %zu is not finite", bad + 1);
    alm_forecast_blank_row(out, index);
}

/* Copies row k of rows to series index of the output, with its own or conformal quantiles. */
static void finish_series(struct call *c, struct alm_forecast *rows, size_t k)
{
    struct alm_forecast *out = c->out;
    const size_t index = c->index[k], h = out->horizon, levels = out->n_levels;
    if (rows->classes[k].n > 0) {
        finish_classes(c, rows, k);
        return;
    }
    const struct alm_fitted *fitted = alm_forecaster_fitted(c->f, c->history, index);
    double *mean = out->mean + index * h, *quantile = out->quantile + index * h * levels;
    memcpy(mean, rows->mean + k * h, h * sizeof *mean);
    memcpy(out->variance + index * h, rows->variance + k * h, h * sizeof *out->variance);
    out->variance_kind[index] = rows->variance_kind[k];
    out->has_quantiles[index] = levels > 0 && rows->has_quantiles[k];
    if (out->has_quantiles[index])
        memcpy(quantile, rows->quantile + k * h * levels, h * levels * sizeof *quantile);
    else if (fitted != NULL)
        out->has_quantiles[index] =
            alm_conformal_quantiles(quantile, &fitted->conformal, mean, h, out->level, levels);
    if (!out->has_quantiles[index]) fill_nan(quantile, h * levels);
    if (rows->fallback[k][0] != '\0') alm_outcome_note(&c->outcome[index], "%s", rows->fallback[k]);
    if (!out->has_quantiles[index] && levels > 0 && c->f->settings.conformal_folds > 0)
        alm_outcome_note(&c->outcome[index], "no intervals: %s",
                         fitted == NULL
                             ? "the fit did not see the series"
                             : "too little history for inner folds, or no fit on their part of it");
    alm_forecast_check_row(out, index, &c->outcome[index]);
}

/* A failure that concerns the data of these series stays with them. */
static enum alm_status forecast_group(struct call *c, const void *self, struct alm_error *error)
{
    const struct alm_history history = {c->n, c->series, c->history->horizon};
    const struct alm_maker maker = alm_forecaster_maker(c->f);
    struct alm_forecast *rows;
    struct alm_error failure = {0};
    ALM_TRY(alm_forecast_create(&rows, c->n, c->out->horizon, c->out->level, c->out->n_levels, error));
    const enum alm_status status = alm_maker_forecast(&maker, self, c->learnt, &history, rows, &failure);
    for (size_t k = 0; k < c->n; k++) {
        if (status == ALM_OK)
            finish_series(c, rows, k);
        else
            alm_outcome_fail(&c->outcome[c->index[k]], status, "%s", failure.text);
    }
    alm_forecast_free(rows);
    if (status == ALM_OK || alm_status_is_of_series(status)) return ALM_OK;
    if (error != NULL) *error = failure;
    return status;
}

/* Prepares series index for self, or says in its outcome why not. */
static enum alm_status take_series(struct call *c, const void *self, size_t index, struct alm_error *error)
{
    const struct alm_forecaster *f = c->f;
    const struct alm_fitted *fitted = alm_forecaster_fitted(f, c->history, index);
    const struct alm_maker maker = alm_forecaster_maker(f);
    struct alm_series_outcome *outcome = &c->outcome[index];
    alm_forecast_blank_row(c->out, index);
    if (self == NULL) {
        if (fitted != NULL) *outcome = fitted->outcome;
        if (fitted == NULL || outcome->status == ALM_OK)
            alm_outcome_fail(outcome, ALM_DATA, "%s was fitted on no series", f->type->name);
        return ALM_OK;
    }
    ALM_TRY(alm_prepare(&c->prepared[c->n], &c->history->series[index], &maker, self, f->settings.missing,
                        c->history->horizon, outcome, error));
    outcome->n_train = fitted == NULL ? 0 : fitted->outcome.n_train;
    if (fitted != NULL) memcpy(outcome->fallback, fitted->outcome.fallback, sizeof outcome->fallback);
    if (outcome->status != ALM_OK) {
        alm_prepared_clear(&c->prepared[c->n]);
        return ALM_OK;
    }
    c->series[c->n] = c->prepared[c->n].series;
    c->learnt[c->n] = fitted == NULL || fitted->outcome.status != ALM_OK ? NULL : &fitted->transform;
    c->index[c->n++] = index;
    return ALM_OK;
}

static enum alm_status forecast_range(struct call *c, size_t from, size_t to, struct alm_error *error)
{
    const void *self = c->f->self[alm_forecaster_is_global(c->f) ? 0 : from];
    enum alm_status status = ALM_OK;
    c->n = 0;
    for (size_t i = from; status == ALM_OK && i < to; i++)
        status = take_series(c, self, i, error);
    if (status == ALM_OK && c->n > 0) status = forecast_group(c, self, error);
    for (size_t k = 0; k < c->n; k++)
        alm_prepared_clear(&c->prepared[k]);
    return status;
}

static enum alm_status check_shapes(const struct alm_forecaster *f, const struct alm_history *history,
                                    const struct alm_forecast *out, struct alm_error *error)
{
    if (f->n_self == 0) return alm_fail(error, ALM_USAGE, "%s was not fitted", f->type->name);
    if (!alm_forecaster_is_global(f) && history->n_series != f->n_series)
        return alm_fail(error, ALM_SHAPE, "%s was fitted on %zu series and is asked for %zu", f->type->name,
                        f->n_series, history->n_series);
    if (out->n_series != history->n_series || out->horizon != history->horizon)
        return alm_fail(error, ALM_SHAPE, "a forecast of %zu x %zu does not hold %zu series of %zu steps",
                        out->n_series, out->horizon, history->n_series, history->horizon);
    return ALM_OK;
}

enum alm_status alm_forecaster_forecast(const struct alm_forecaster *forecaster,
                                        const struct alm_history *history, struct alm_forecast *out,
                                        struct alm_series_outcome *outcome, struct alm_error *error)
{
    ALM_TRY(check_shapes(forecaster, history, out, error));
    if (forecaster->type->rule != NULL) {
        const struct alm_members own = alm_members_own(forecaster);
        return alm_forecaster_combine(forecaster, &own, history, out, outcome, error);
    }
    const size_t n = history->n_series, width = alm_forecaster_is_global(forecaster) ? n : 1;
    struct call c = {.f = forecaster, .history = history, .out = out, .outcome = outcome};
    enum alm_status status = ALM_NEW(&c.prepared, width, error);
    if (status == ALM_OK) status = ALM_NEW(&c.series, width, error);
    if (status == ALM_OK) status = ALM_NEW(&c.learnt, width, error);
    if (status == ALM_OK) status = ALM_NEW(&c.index, width, error);
    for (size_t from = 0; status == ALM_OK && from < n; from += width)
        status = forecast_range(&c, from, from + width, error);
    free(c.prepared);
    free(c.series);
    free(c.learnt);
    free(c.index);
    return status;
}
