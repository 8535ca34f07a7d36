#include "backtest/fit.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "forecast/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the forecaster is shown ---- */

/* Bars first .. end - 1 of series s, values from y; spans hold its covariates. */
static struct alm_history_series show(const struct alm_plan *plan, size_t s, const double *const *all,
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

/* ---- epochs ---- */

struct epoch_sink {
    struct alm_fit_unit *unit;
    size_t capacity;
    double begin;
};

static enum alm_status keep_epoch(void *context, const struct alm_epoch *epoch, struct alm_error *error)
{
    struct epoch_sink *sink = context;
    struct alm_fit_unit *unit = sink->unit;
    ALM_TRY(alm_grow((void **)&unit->epoch, &sink->capacity, unit->n_epochs + 1, sizeof *unit->epoch, error));
    unit->epoch[unit->n_epochs++] = (struct alm_task_epoch){*epoch, alm_clock_thread_cpu() - sink->begin};
    return ALM_OK;
}

/* ---- progress ---- */

/* Of a fit, as part of the units that all have to be fitted. */
struct unit_progress {
    const struct alm_progress *outer;
    size_t unit, n_units;
};

static void report(void *context, const char *activity, double done, double total, const char *unit)
{
    const struct unit_progress *own = context;
    if (total > 0)
        alm_progress_report(own->outer, activity, (double)own->unit + done / total, (double)own->n_units,
                            unit);
}

/* ---- fitting ---- */

/* What may stop a fit and what it tells. */
struct watch {
    const struct alm_cancel *cancel;
    const struct alm_progress *progress;
};

/* Failures of a fit are results, except those that have nothing to do with the series. */
static bool is_fatal(enum alm_status status)
{
    return status == ALM_INTERRUPTED || status == ALM_NOMEM || status == ALM_IO || status == ALM_DB;
}

static void fail_all(struct alm_series_outcome *outcome, size_t n, enum alm_status status,
                     const struct alm_error *error)
{
    for (size_t i = 0; i < n; i++) {
        outcome[i].status = status;
        snprintf(outcome[i].reason, sizeof outcome[i].reason, "%.*s", (int)sizeof outcome[i].reason - 1,
                 error->text);
    }
}

/* Streams depend on what is fitted where, never on the order of work. */
static uint64_t seed_of(const struct alm_plan *plan, const struct alm_candidate *candidate,
                        const struct alm_fit_unit *unit)
{
    const bool global = (candidate->type->traits & ALM_TRAIT_GLOBAL) != 0;
    const uint64_t key = alm_random_key(plan->settings.seed, candidate->spec, 0);
    return alm_random_key(key, global ? NULL : plan->series[unit->series[0]]->name, unit->fold);
}

static enum alm_status fit_history(struct alm_fit_unit *unit, const struct alm_plan *plan,
                                   const struct alm_history *history, const struct watch *watch,
                                   struct alm_error *error)
{
    struct epoch_sink sink = {.unit = unit, .begin = alm_clock_thread_cpu()};
    const struct alm_fit_hooks hooks = {
        .cancel = watch->cancel,
        .progress = watch->progress,
        .context = &sink,
        .epoch = keep_epoch,
        .seconds = alm_clock_wall,
    };
    struct alm_error own = {0};
    const enum alm_status status = alm_forecaster_fit(unit->forecaster, history, plan->settings.level,
                                                      plan->settings.n_levels, &hooks, unit->outcome, &own);
    unit->seconds = alm_clock_thread_cpu() - sink.begin;
    if (status == ALM_OK) return ALM_OK;
    if (is_fatal(status)) {
        if (error != NULL) *error = own;
        return status;
    }
    fail_all(unit->outcome, unit->n, status, &own);
    return ALM_OK;
}

static enum alm_status fit_unit(struct alm_fit_unit *unit, const struct alm_plan *plan,
                                const struct alm_candidate *candidate, const double *const *y,
                                const struct watch *watch, struct alm_error *error)
{
    const struct alm_forecaster_settings settings = {
        .seed = seed_of(plan, candidate, unit),
        .missing = plan->settings.missing,
        .conformal_folds = plan->settings.n_levels == 0 ? 0 : plan->settings.conformal_folds,
        .find = plan->settings.find,
    };
    struct alm_history_series *series = NULL;
    struct alm_span *spans = NULL;
    const size_t covariates = alm_plan_covariates(plan);
    ALM_TRY(alm_forecaster_create(&unit->forecaster, candidate->spec, &settings, error));
    enum alm_status status = ALM_NEW(&series, unit->n, error);
    if (status == ALM_OK) status = ALM_NEW(&spans, unit->n * covariates + 1, error);
    for (size_t i = 0; status == ALM_OK && i < unit->n; i++) {
        const size_t s = unit->series[i];
        const struct alm_origin *origin = alm_plan_origin(plan, s, unit->fold);
        series[i] = show(plan, s, y, origin->first, origin->train_end, spans + i * covariates);
    }
    const struct alm_history history = {unit->n, series, plan->settings.split.horizon};
    if (status == ALM_OK) status = fit_history(unit, plan, &history, watch, error);
    free(series);
    free(spans);
    return status;
}

/* Puts series from .. to - 1 that have an origin in the earliest possible fold of the group into unit. */
static enum alm_status gather(struct alm_fit_unit *unit, const struct alm_plan *plan, size_t fold,
                              size_t from, size_t to, struct alm_error *error)
{
    const struct alm_split *split = &plan->settings.split;
    const size_t end = alm_split_group_end(split, fold, plan->n_folds);
    ALM_TRY(ALM_NEW(&unit->series, to - from, error));
    ALM_TRY(ALM_NEW(&unit->outcome, to - from, error));
    for (unit->fold = alm_split_group_first(split, fold); unit->fold < end; unit->fold++) {
        for (size_t s = from; s < to; s++)
            if (alm_plan_origin(plan, s, unit->fold)->status == ALM_OK) unit->series[unit->n++] = s;
        if (unit->n > 0) break;
    }
    return ALM_OK;
}

static enum alm_status fit_units(struct alm_fit *fit, size_t fold, const double *const *y,
                                 const struct watch *watch, struct alm_error *error)
{
    const struct alm_plan *plan = fit->plan;
    const struct alm_candidate *candidate = &plan->forecaster[fit->forecaster];
    const bool global = (candidate->type->traits & ALM_TRAIT_GLOBAL) != 0;
    fit->n_units = global ? 1 : plan->n_series;
    ALM_TRY(ALM_NEW(&fit->unit, fit->n_units, error));
    for (size_t u = 0; u < fit->n_units; u++) {
        struct alm_fit_unit *unit = &fit->unit[u];
        struct unit_progress inner = {watch->progress, u, fit->n_units};
        const struct alm_progress progress = {&inner, report};
        const struct watch own = {watch->cancel, &progress};
        if (alm_cancelled(watch->cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
        ALM_TRY(gather(unit, plan, fold, global ? 0 : u, global ? plan->n_series : u + 1, error));
        if (unit->n > 0) ALM_TRY(fit_unit(unit, plan, candidate, y, &own, error));
    }
    return ALM_OK;
}

enum alm_status alm_fit_create(struct alm_fit **out, const struct alm_plan *plan, size_t forecaster,
                               size_t fold, const double *const *y, const struct alm_cancel *cancel,
                               const struct alm_progress *progress, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    const struct watch watch = {cancel, progress};
    (*out)->plan = plan;
    (*out)->forecaster = forecaster;
    const enum alm_status status = fit_units(*out, fold, y, &watch, error);
    if (status != ALM_OK) {
        alm_fit_free(*out);
        *out = NULL;
    }
    return status;
}

void alm_fit_free(struct alm_fit *fit)
{
    if (fit == NULL) return;
    for (size_t u = 0; fit->unit != NULL && u < fit->n_units; u++) {
        struct alm_fit_unit *unit = &fit->unit[u];
        alm_forecaster_free(unit->forecaster);
        free(unit->series);
        free(unit->outcome);
        free(unit->epoch);
    }
    free(fit->unit);
    free(fit);
}

static int compare_indices(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

const struct alm_fit_unit *alm_fit_find(const struct alm_fit *fit, size_t series, size_t *position)
{
    const struct alm_fit_unit *unit = fit->n_units == 1 ? &fit->unit[0] : &fit->unit[series];
    if (unit->n == 0) return NULL;
    const size_t *found = bsearch(&series, unit->series, unit->n, sizeof series, compare_indices);
    if (found == NULL) return NULL;
    *position = (size_t)(found - unit->series);
    return unit;
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
    ALM_TRY(ALM_NEW(&out->has_quantiles, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->classes, out->n_series, error));
    ALM_TRY(ALM_NEW(&out->mean, steps, error));
    return ALM_NEW(&out->quantile, values, error);
}

void alm_fold_forecast_clear(struct alm_fold_forecast *forecast)
{
    for (size_t s = 0; forecast->classes != NULL && s < forecast->n_series; s++)
        alm_class_forecast_clear(&forecast->classes[s]);
    free(forecast->classes);
    free(forecast->status);
    free(forecast->reason);
    free(forecast->has_quantiles);
    free(forecast->mean);
    free(forecast->quantile);
    *forecast = (struct alm_fold_forecast){0};
}

static void refuse(struct alm_fold_forecast *out, size_t series, enum alm_status status, const char *reason)
{
    out->status[series] = status;
    snprintf(out->reason[series], sizeof out->reason[series], "%s", reason);
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
        memcpy(&out->mean[s * horizon], &forecast->mean[i * horizon], horizon * sizeof *out->mean);
        out->classes[s] = forecast->classes[i]; /* moved */
        forecast->classes[i] = (struct alm_class_forecast){0};
        out->has_quantiles[s] = block > 0 && forecast->has_quantiles[i];
        if (out->has_quantiles[s])
            memcpy(&out->quantile[s * block], &forecast->quantile[i * block], block * sizeof *out->quantile);
    }
}

static enum alm_status call(struct alm_fold_forecast *out, const struct alm_fit_unit *unit,
                            const struct alm_plan *plan, size_t fold, struct alm_history_series *series,
                            struct alm_span *spans, struct alm_series_outcome *outcome,
                            const double *const *y, struct alm_error *error)
{
    const size_t covariates = alm_plan_covariates(plan);
    struct alm_forecast *forecast;
    struct alm_error own = {0};
    for (size_t i = 0; i < unit->n; i++) {
        const size_t s = unit->series[i];
        const struct alm_origin *origin = last_origin(plan, s, fold);
        series[i] = show(plan, s, y, origin->first, origin->bar + 1, spans + i * covariates);
    }
    memcpy(outcome, unit->outcome, unit->n * sizeof *outcome);
    ALM_TRY(
        alm_forecast_create(&forecast, unit->n, out->horizon, plan->settings.level, out->n_levels, error));
    const struct alm_history history = {unit->n, series, out->horizon};
    enum alm_status status = alm_forecaster_forecast(unit->forecaster, &history, forecast, outcome, &own);
    if (is_fatal(status)) {
        if (error != NULL) *error = own;
    } else {
        if (status != ALM_OK) fail_all(outcome, unit->n, status, &own);
        scatter(out, unit, plan, fold, forecast, outcome);
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

static enum alm_status forecast_unit(struct alm_fold_forecast *out, const struct alm_fit_unit *unit,
                                     const struct alm_plan *plan, size_t fold, const double *const *y,
                                     struct alm_error *error)
{
    struct alm_history_series *series = NULL;
    struct alm_series_outcome *outcome = NULL;
    struct alm_span *spans = NULL;
    if (fold < unit->fold) return ALM_OK; /* none of its series has an origin yet */
    if (!any_fitted(unit)) {
        for (size_t i = 0; i < unit->n; i++)
            if (alm_plan_origin(plan, unit->series[i], fold)->status == ALM_OK)
                refuse(out, unit->series[i], unit->outcome[i].status, unit->outcome[i].reason);
        return ALM_OK;
    }
    enum alm_status status = ALM_NEW(&series, unit->n, error);
    if (status == ALM_OK) status = ALM_NEW(&outcome, unit->n, error);
    if (status == ALM_OK) status = ALM_NEW(&spans, unit->n * alm_plan_covariates(plan) + 1, error);
    if (status == ALM_OK) status = call(out, unit, plan, fold, series, spans, outcome, y, error);
    free(series);
    free(spans);
    free(outcome);
    return status;
}

enum alm_status alm_fit_forecast(struct alm_fold_forecast *out, const struct alm_fit *fit, size_t fold,
                                 const double *const *y, struct alm_error *error)
{
    const struct alm_plan *plan = fit->plan;
    for (size_t s = 0; s < plan->n_series; s++) {
        const struct alm_origin *origin = alm_plan_origin(plan, s, fold);
        out->has_quantiles[s] = false;
        alm_class_forecast_clear(&out->classes[s]);
        if (origin->status != ALM_OK)
            refuse(out, s, origin->status, origin->reason);
        else
            refuse(out, s, ALM_DATA, "the series had no origin yet where this fit was made");
    }
    for (size_t u = 0; u < fit->n_units; u++)
        ALM_TRY(forecast_unit(out, &fit->unit[u], plan, fold, y, error));
    return ALM_OK;
}
