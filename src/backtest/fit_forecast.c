/* What the forecasters of a fit are shown, and what they forecast for one fold. */
#include "backtest/fit_impl.h"

#include "base/memory.h"
#include "forecast/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what they are shown ---- */

struct alm_history_series alm_fit_show(const struct alm_plan *plan, size_t s, const double *const *all,
                                       size_t first, size_t end, struct alm_span *spans)
{
    const struct alm_series *series = plan->series[s];
    const double *y = all[s];
    struct alm_history_series out = {
        .name = series->name,
        .target = {.y = y + first, .ts = series->ts + first, .n = end - first},
        .calendar = series->calendar,
        .season_length = series->season_length,
        .n_labels = series->n_labels,
        .label = (const char *const *)series->label,
    };
    alm_history_show(&out, spans, series->covariates, all + plan->n_series + s * alm_plan_covariates(plan),
                     first, end, plan->settings.split.horizon);
    return out;
}

void alm_fit_fail_all(struct alm_series_outcome *outcome, size_t n, enum alm_status status,
                      const struct alm_error *error)
{
    for (size_t i = 0; i < n; i++) {
        outcome[i].status = status;
        snprintf(outcome[i].reason, sizeof outcome[i].reason, "%.*s", (int)sizeof outcome[i].reason - 1,
                 error->text);
    }
}

/* ---- forecasting ---- */

enum alm_status alm_fold_forecast_init(struct alm_fold_forecast *out, const struct alm_plan *plan,
                                       struct alm_error *error)
{
    size_t steps, values;
    *out = (struct alm_fold_forecast){.n_series = plan->n_series,
                                      .horizon = plan->settings.split.horizon,
                                      .n_levels = plan->settings.n_levels};
    if (!alm_multiply(&steps, out->n_series, out->horizon) || !alm_multiply(&values, steps, out->n_levels))
        return alm_fail(error, ALM_NOMEM, "%zu series of %zu steps are too many", out->n_series,
                        out->horizon);
    ALM_TRY(ALM_NEW(&out->status, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->reason, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->fallback, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->filled, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->has_quantiles, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->classes, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->mean, steps, error));
    ALM_TRY(ALM_NEW(&out->variance, steps, error));
    ALM_TRY(ALM_NEW(&out->variance_kind, out->n_series, error));
    return ALM_NEW(&out->quantile, values, error);
}

void alm_fold_forecast_clear(struct alm_fold_forecast *forecast)
{
    for (size_t s = 0; forecast->classes != NULL && s < forecast->n_series; s++)
        alm_class_forecast_clear(&forecast->classes[s]);
    free(forecast->classes);
    free(forecast->status);
    free(forecast->reason);
    free(forecast->fallback);
    free(forecast->filled);
    free(forecast->has_quantiles);
    free(forecast->mean);
    free(forecast->variance);
    free(forecast->variance_kind);
    free(forecast->quantile);
    *forecast = (struct alm_fold_forecast){0};
}

static void refuse(struct alm_fold_forecast *out, size_t series, enum alm_status status, const char *reason)
{
    out->status[series] = status;
    snprintf(out->reason[series], sizeof out->reason[series], "%s", reason);
    out->fallback[series][0] = '\0';
    out->filled[series] = 0;
}

/* The last fold up to fold in which series has an origin; there is one, where unit was fitted. */
static const struct alm_origin *last_origin(const struct alm_plan *plan, size_t series, size_t fold)
{
    while (alm_plan_origin(plan, series, fold)->status != ALM_OK)
        fold--;
    return alm_plan_origin(plan, series, fold);
}

/* Copies what was forecast for unit's series that have an origin in fold. */
static void scatter(struct alm_fold_forecast *out, const struct alm_fit_unit *unit,
                    const struct alm_plan *plan, size_t fold, struct alm_forecast *forecast,
                    const struct alm_series_outcome *outcome)
{
    const size_t horizon = out->horizon, block = horizon * out->n_levels;
    for (size_t i = 0; i < unit->n; i++) {
        const size_t s = unit->series[i];
        if (alm_plan_origin(plan, s, fold)->status != ALM_OK) continue;
        refuse(out, s, outcome[i].status, outcome[i].reason);
        if (outcome[i].status != ALM_OK) continue;
        out->filled[s] = outcome[i].filled;
        snprintf(out->fallback[s], sizeof out->fallback[s], "%s", outcome[i].fallback);
        memcpy(&out->mean[s * horizon], &forecast->mean[i * horizon], horizon * sizeof *out->mean);
        memcpy(&out->variance[s * horizon], &forecast->variance[i * horizon],
               horizon * sizeof *out->variance);
        out->variance_kind[s] = forecast->variance_kind[i];
        out->classes[s] = forecast->classes[i]; /* moved */
        forecast->classes[i] = (struct alm_class_forecast){0};
        out->has_quantiles[s] = block > 0 && forecast->has_quantiles[i];
        if (out->has_quantiles[s])
            memcpy(&out->quantile[s * block], &forecast->quantile[i * block], block * sizeof *out->quantile);
    }
}

/* What one unit forecasts, with room for it. */
struct call {
    struct alm_fit_seen seen;
    struct alm_history_series *series;  /* [n] */
    struct alm_series_outcome *outcome; /* [n] */
    struct alm_span *spans;
};

static enum alm_status ask(struct call *c, struct alm_forecast *forecast, struct alm_error *error)
{
    const struct alm_fit_unit *unit = c->seen.unit;
    const struct alm_history history = {unit->n, c->series, forecast->horizon};
    if (c->seen.fit->n_members == 0)
        return alm_forecaster_forecast(unit->forecaster, &history, forecast, c->outcome, error);
    const struct alm_members members = alm_fit_members(&c->seen);
    return alm_forecaster_combine(unit->forecaster, &members, &history, forecast, c->outcome, error);
}

static enum alm_status call(struct alm_fold_forecast *out, struct call *c, struct alm_error *error)
{
    const struct alm_fit_unit *unit = c->seen.unit;
    const struct alm_plan *plan = c->seen.fit->plan;
    const size_t covariates = alm_plan_covariates(plan), fold = c->seen.fold;
    struct alm_forecast *forecast;
    struct alm_error own = {0};
    for (size_t i = 0; i < unit->n; i++) {
        const size_t s = unit->series[i];
        const struct alm_origin *origin = last_origin(plan, s, fold);
        c->series[i] =
            alm_fit_show(plan, s, c->seen.y, origin->first, origin->bar + 1, c->spans + i * covariates);
    }
    memcpy(c->outcome, unit->outcome, unit->n * sizeof *c->outcome);
    ALM_TRY(
        alm_forecast_create(&forecast, unit->n, out->horizon, plan->settings.level, out->n_levels, error));
    enum alm_status status = ask(c, forecast, &own);
    if (alm_fit_is_fatal(status)) {
        if (error != NULL) *error = own;
    } else {
        if (status != ALM_OK) alm_fit_fail_all(c->outcome, unit->n, status, &own);
        scatter(out, unit, plan, fold, forecast, c->outcome);
        status = ALM_OK;
    }
    alm_forecast_free(forecast);
    return status;
}

static bool any_fitted(const struct alm_fit_unit *unit)
{
    for (size_t i = 0; i < unit->n; i++)
        if (unit->outcome[i].status == ALM_OK) return true;
    return false;
}

static enum alm_status forecast_unit(struct alm_fold_forecast *out, const struct alm_fit *fit,
                                     const struct alm_fit_unit *unit, size_t fold, const double *const *y,
                                     struct alm_error *error)
{
    const struct alm_plan *plan = fit->plan;
    struct call c = {.seen = {fit, unit, fold, y}};
    if (fold < unit->fold) return ALM_OK; /* none of its series has an origin yet */
    if (!any_fitted(unit)) {
        for (size_t i = 0; i < unit->n; i++)
            if (alm_plan_origin(plan, unit->series[i], fold)->status == ALM_OK)
                refuse(out, unit->series[i], unit->outcome[i].status, unit->outcome[i].reason);
        return ALM_OK;
    }
    enum alm_status status = ALM_NEW(&c.series, unit->n, error);
    if (status == ALM_OK) status = ALM_NEW(&c.outcome, unit->n, error);
    if (status == ALM_OK) status = ALM_NEW(&c.spans, unit->n * alm_plan_covariates(plan) + 1, error);
    if (status == ALM_OK) status = call(out, &c, error);
    free(c.series);
    free(c.spans);
    free(c.outcome);
    return status;
}

enum alm_status alm_fit_forecast(struct alm_fold_forecast *out, const struct alm_fit *fit, size_t fold,
                                 const double *const *y, struct alm_error *error)
{
    const struct alm_plan *plan = fit->plan;
    for (size_t s = 0; s < plan->n_series; s++) {
        const struct alm_origin *origin = alm_plan_origin(plan, s, fold);
        out->has_quantiles[s] = false;
        out->variance_kind[s] = ALM_VARIANCE_NONE;
        alm_class_forecast_clear(&out->classes[s]);
        if (origin->status != ALM_OK)
            refuse(out, s, origin->status, origin->reason);
        else
            refuse(out, s, ALM_DATA, "the series had no origin yet where this fit was made");
    }
    for (size_t u = 0; u < fit->n_units; u++)
        ALM_TRY(forecast_unit(out, fit, &fit->unit[u], fold, y, error));
    return ALM_OK;
}
