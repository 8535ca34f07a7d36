#include "forecast/prepare.h"

#include "base/memory.h"
#include "forecast/history.h"
#include "series/fill.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void alm_outcome_fail(struct alm_series_outcome *outcome, enum alm_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(outcome->reason, sizeof outcome->reason, format, args);
    va_end(args);
    outcome->status = status;
}

void alm_outcome_note(struct alm_series_outcome *outcome, const char *format, ...)
{
    const size_t length = strlen(outcome->fallback), room = sizeof outcome->fallback - length;
    const char *between = length > 0 ? "; " : "";
    if (room <= strlen(between)) return;
    va_list args;
    memcpy(outcome->fallback + length, between, strlen(between) + 1);
    va_start(args, format);
    vsnprintf(outcome->fallback + length + strlen(between), room - strlen(between), format, args);
    va_end(args);
}

bool alm_status_is_of_series(enum alm_status status)
{
    return status == ALM_DATA || status == ALM_NUMERIC || status == ALM_DIVERGED;
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

/* Leading missing values are left out. */
static enum alm_status cut_start(struct alm_prepared *out, struct alm_error *error)
{
    struct alm_history_series *s = &out->series;
    size_t first = 0;
    while (first < s->target.n && isnan(s->target.y[first]))
        first++;
    if (first > 0) {
        ALM_TRY(ALM_NEW(&out->covariates, s->n_past + s->n_future + 1, error));
        alm_history_cut(s, out->covariates, first);
    }
    out->actual = s->target;
    return ALM_OK;
}

/* Whether the values can be forecast by such a forecaster at all; else outcome says why not. */
static bool check_values(struct alm_series_outcome *outcome, const struct alm_prepared *prepared,
                         const struct alm_maker *maker, size_t needed, size_t horizon)
{
    const struct alm_history_series *s = &prepared->series;
    const struct alm_forecaster_type *type = maker->type;
    const size_t n = prepared->actual.n;
    size_t at;
    if (s->n_labels > 0 && (type->traits & ALM_TRAIT_CLASSES) == 0)
        alm_outcome_fail(outcome, ALM_DATA,
                         "%s holds labels, and %s forecasts numbers (majority, persistence and lstm "
                         "forecast labels)",
                         s->name, type->name);
    else if (s->n_labels > 0 && alm_transform_is_on(&maker->choice.transform))
        alm_outcome_fail(outcome, ALM_DATA, "%s holds labels, and transforms are for numbers", s->name);
    else if (n == 0)
        alm_outcome_fail(outcome, ALM_DATA, "%s needs at least %zu values, there is none before the origin",
                         type->name, needed);
    else if (has_infinite(prepared->actual))
        alm_outcome_fail(outcome, ALM_DATA, "a value before the origin is infinite");
    else if (n < needed)
        alm_outcome_fail(outcome, ALM_DATA,
                         "%s needs at least %zu values for season length %zu and horizon %zu, there are %zu",
                         type->name, needed, s->season_length, horizon, n);
    else if (!alm_transform_takes(&maker->choice.transform, prepared->actual, &at))
        alm_outcome_fail(outcome, ALM_DATA,
                         "log, boxcox and returns need values above 0, and value %zu of %zu is %g (asinh=1 "
                         "takes any)",
                         at + 1, n, prepared->actual.y[at]);
    return outcome->status == ALM_OK;
}

enum alm_status alm_prepare(struct alm_prepared *out, const struct alm_history_series *in,
                            const struct alm_maker *maker, const void *self, enum alm_missing_policy missing,
                            size_t horizon, struct alm_series_outcome *outcome, struct alm_error *error)
{
    *out = (struct alm_prepared){.series = *in};
    out->series.season_length = alm_maker_season(maker, in->season_length);
    *outcome = (struct alm_series_outcome){.status = ALM_OK};
    ALM_TRY(cut_start(out, error));
    const size_t needed = alm_maker_minimum_history(maker, self, out->series.season_length, horizon);
    if (!check_values(outcome, out, maker, needed, horizon)) return ALM_OK;
    const size_t holes = alm_missing_count(out->actual);
    if (holes > 0 && !takes_missing(maker->type, self)) {
        if (missing == ALM_MISSING_REFUSE) {
            alm_outcome_fail(outcome, ALM_DATA,
                             "%zu values are missing and %s does not take gaps (--missing fill "
                             "carries the last value on)",
                             holes, maker->type->name);
            return ALM_OK;
        }
        ALM_TRY(fill(out, error));
    }
    outcome->filled = out->filled;
    return ALM_OK;
}

void alm_prepared_clear(struct alm_prepared *prepared)
{
    free(prepared->values);
    free(prepared->covariates);
    *prepared = (struct alm_prepared){0};
}
