#include "forecast/prepare.h"

#include "base/memory.h"
#include "series/fill.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void alm_outcome_fail(struct alm_series_outcome *outcome, enum alm_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(outcome->reason, sizeof outcome->reason, format, args);
    va_end(args);
    outcome->status = status;
}

bool alm_status_is_of_series(enum alm_status status)
{
    return status == ALM_DATA || status == ALM_NUMERIC || status == ALM_DIVERGED;
}

static struct alm_span cut(struct alm_span span, size_t first)
{
    return alm_span_suffix(span, span.n > first ? span.n - first : 0);
}

/* Covariates are aligned with the target, so that they lose as many bars at their start. */
static enum alm_status cut_covariates(struct alm_prepared *out, size_t first, struct alm_error *error)
{
    struct alm_history_series *s = &out->series;
    if (first == 0 || s->n_past + s->n_future == 0) return ALM_OK;
    ALM_TRY(ALM_NEW(&out->covariates, s->n_past + s->n_future, error));
    for (size_t i = 0; i < s->n_past; i++)
        out->covariates[i] = cut(s->past[i], first);
    for (size_t i = 0; i < s->n_future; i++)
        out->covariates[s->n_past + i] = cut(s->future[i], first);
    s->past = out->covariates;
    s->future = out->covariates + s->n_past;
    return ALM_OK;
}

static bool has_infinite(struct alm_span span)
{
    for (size_t i = 0; i < span.n; i++)
        if (isinf(span.y[i])) return true;
    return false;
}

static enum alm_status fill(struct alm_prepared *out, struct alm_error *error)
{
    size_t first;
    ALM_TRY(ALM_NEW(&out->values, out->actual.n, error));
    alm_fill_last(out->values, &first, &out->filled, out->actual);
    out->series.target.y = out->values;
    return ALM_OK;
}

static bool takes_missing(const struct alm_forecaster_type *type, const void *self)
{
    return (type->traits & ALM_TRAIT_MISSING) != 0 ||
           (type->takes_missing != NULL && type->takes_missing(self));
}

enum alm_status alm_prepare(struct alm_prepared *out, const struct alm_history_series *in,
                            const struct alm_forecaster_type *type, const void *self,
                            enum alm_missing_policy missing, size_t horizon,
                            struct alm_series_outcome *outcome, struct alm_error *error)
{
    size_t first = 0;
    *out = (struct alm_prepared){.series = *in};
    *outcome = (struct alm_series_outcome){.status = ALM_OK};
    while (first < in->target.n && isnan(in->target.y[first]))
        first++;
    out->actual = cut(in->target, first);
    out->series.target = out->actual;
    const size_t n = out->actual.n, needed = type->minimum_history(self, in->season_length, horizon);
    const size_t holes = alm_missing_count(out->actual);
    if (in->n_labels > 0 && (type->traits & ALM_TRAIT_CLASSES) == 0) {
        alm_outcome_fail(outcome, ALM_DATA,
                         "%s holds labels, and %s forecasts numbers (majority, persistence and lstm "
                         "forecast labels)",
                         in->name, type->name);
    } else if (n == 0) {
        alm_outcome_fail(outcome, ALM_DATA, "%s needs at least %zu values, there is none before the origin",
                         type->name, needed);
    } else if (has_infinite(out->actual)) {
        alm_outcome_fail(outcome, ALM_DATA, "a value before the origin is infinite");
    } else if (n < needed) {
        alm_outcome_fail(outcome, ALM_DATA,
                         "%s needs at least %zu values for season length %zu and horizon %zu, there are %zu",
                         type->name, needed, in->season_length, horizon, n);
    } else if (holes > 0 && !takes_missing(type, self)) {
        if (missing == ALM_MISSING_REFUSE)
            alm_outcome_fail(outcome, ALM_DATA,
                             "%zu values are missing and %s does not take gaps (--missing fill "
                             "carries the last value on)",
                             holes, type->name);
        else
            ALM_TRY(fill(out, error));
    }
    if (outcome->status != ALM_OK) return ALM_OK;
    outcome->filled = out->filled;
    return cut_covariates(out, first, error);
}

void alm_prepared_clear(struct alm_prepared *prepared)
{
    free(prepared->values);
    free(prepared->covariates);
    *prepared = (struct alm_prepared){0};
}
