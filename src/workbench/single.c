#include "workbench/single.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/pool.h"
#include "forecast/history.h"
#include "series/loss.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void alm_single_clear(struct alm_single *single)
{
    free(single->bars);
    free(single->entry);
    free(single->spans);
    free(single->outcome);
    free(single->epoch);
    *single = (struct alm_single){0};
}

/* Bars of series up to at, ending on a present one. */
static size_t present_bars(const struct alm_series *series, int64_t at)
{
    size_t n = alm_series_bars_until(series, at);
    while (n > 0 && isnan(series->y[n - 1]))
        n--;
    return n;
}

static enum alm_status fill_history(struct alm_single *out, int64_t at, size_t horizon,
                                    struct alm_error *error)
{
    const size_t n = out->series->n;
    ALM_TRY(ALM_NEW(&out->bars, n, error));
    ALM_TRY(ALM_NEW(&out->entry, n, error));
    ALM_TRY(ALM_NEW(&out->outcome, n, error));
    const struct alm_covariates *first = out->series->series[0]->covariates;
    const size_t n_spans = first == NULL ? 0 : first->n_past + first->n_future;
    ALM_TRY(ALM_NEW(&out->spans, n * n_spans + 1, error));
    for (size_t i = 0; i < n; i++) {
        const struct alm_series *s = out->series->series[i];
        out->bars[i] = present_bars(s, at);
        if (out->bars[i] == 0) return alm_fail(error, ALM_DATA, "%s has no values up to that time", s->name);
        struct alm_history_series entry = {
            .name = s->name,
            .target = alm_span_prefix(alm_series_span(s), out->bars[i]),
            .calendar = s->calendar,
            .season_length = s->season_length,
            .n_labels = s->n_labels,
            .label = (const char *const *)s->label,
        };
        if (s->covariates != NULL)
            alm_history_show(&entry, out->spans + i * n_spans, s->covariates,
                             (const double *const *)s->covariates->y, 0, out->bars[i], horizon);
        out->entry[i] = entry;
    }
    out->history = (struct alm_history){.n_series = n, .series = out->entry, .horizon = horizon};
    return ALM_OK;
}

enum alm_status alm_single_create(struct alm_single *out, const struct alm_loaded *series, int64_t at,
                                  size_t horizon, struct alm_error *error)
{
    *out = (struct alm_single){.series = series};
    const enum alm_status status = fill_history(out, at, horizon, error);
    if (status != ALM_OK) alm_single_clear(out);
    return status;
}

void alm_single_candidate_clear(struct alm_candidate *candidate)
{
    free(candidate->label);
    free(candidate->spec);
    free(candidate->rival);
    *candidate = (struct alm_candidate){0};
}

enum alm_status alm_single_candidate(struct alm_candidate *out, const struct alm_forecaster *forecaster,
                                     const char *label, struct alm_error *error)
{
    struct alm_text spec = {0};
    *out = (struct alm_candidate){.type = alm_forecaster_type_of(forecaster)};
    alm_forecaster_write_spec(forecaster, &spec);
    enum alm_status status = alm_text_check(&spec, error);
    if (status == ALM_OK) status = alm_copy_text(&out->spec, alm_text_string(&spec), error);
    if (status == ALM_OK) status = alm_copy_text(&out->label, label == NULL ? out->type->name : label, error);
    alm_text_clear(&spec);
    return status;
}

static enum alm_status keep_epoch(void *context, const struct alm_epoch *epoch, struct alm_error *error)
{
    struct alm_single *single = context;
    ALM_TRY(alm_grow((void **)&single->epoch, &single->epoch_capacity, single->n_epochs + 1,
                     sizeof *single->epoch, error));
    single->epoch[single->n_epochs++] =
        (struct alm_task_epoch){*epoch, alm_clock_process_cpu() - single->fit_begin};
    return ALM_OK;
}

enum alm_status alm_single_fit(struct alm_single *single, struct alm_forecaster *forecaster,
                               const double *level, size_t n_levels, const struct alm_workbench *workbench,
                               size_t jobs, const struct alm_checkpoints *checkpoints,
                               struct alm_error *error)
{
    const struct alm_fit_hooks hooks = {
        .cancel = workbench->cancel,
        .progress = workbench->progress,
        .context = single,
        .epoch = keep_epoch,
        .threads = jobs == 0 ? alm_pool_processors() : jobs,
        .seconds = alm_clock_wall,
        .checkpoints = checkpoints,
    };
    single->n_epochs = 0;
    single->fit_begin = alm_clock_process_cpu();
    const enum alm_status status =
        alm_forecaster_fit(forecaster, &single->history, level, n_levels, &hooks, single->outcome, error);
    single->fit_seconds = alm_clock_process_cpu() - single->fit_begin;
    return status;
}

/* ---- rows ---- */

/* What the rows of one task point to. */
struct task_rows {
    struct alm_series_result *row; /* [n] */
    int64_t *time;                 /* [n][horizon] */
    double *actual;                /* [n][horizon] */
    struct alm_forecast *forecast; /* NULL: none was made */
};

static void clear_rows(struct task_rows *rows)
{
    free(rows->row);
    free(rows->time);
    free(rows->actual);
    alm_forecast_free(rows->forecast);
}

/* Times and actuals of the steps after the origin of series i. */
static enum alm_status fill_steps(int64_t *time, double *actual, const struct alm_single *single, size_t i,
                                  struct alm_error *error)
{
    const struct alm_series *s = single->series->series[i];
    const size_t known = s->n - single->bars[i], horizon = single->history.horizon;
    for (size_t h = 0; h < horizon; h++) {
        actual[h] = h < known ? s->y[single->bars[i] + h] : (double)NAN;
        if (h < known) time[h] = s->ts[single->bars[i] + h];
    }
    if (known >= horizon) return ALM_OK;
    return alm_calendar_extend(time + known, &s->calendar, alm_series_span(s), horizon - known, error);
}

static void fill_row(struct task_rows *rows, const struct alm_single *single, size_t i)
{
    const struct alm_history_series *entry = &single->entry[i];
    const struct alm_series_outcome *outcome = &single->outcome[i];
    const struct alm_forecast *f = rows->forecast;
    const size_t n = entry->target.n, horizon = single->history.horizon;
    struct alm_series_result *row = &rows->row[i];
    *row = (struct alm_series_result){
        .series = i,
        .status = outcome->status,
        .has_origin = true,
        .origin_bar = n - 1,
        .origin_ts = entry->target.ts[n - 1],
        .train_first = entry->target.ts[0],
        .train_last = entry->target.ts[n - 1],
        .n_train = outcome->n_train,
        .filled = outcome->filled,
        .fit_seconds = single->fit_seconds / (double)single->series->n,
        .mase_scale = alm_scale_absolute(entry->target, entry->season_length),
        .rmsse_scale = alm_scale_squared(entry->target, entry->season_length),
        .last = alm_span_last(entry->target),
        .time = rows->time + i * horizon,
        .actual = rows->actual + i * horizon,
    };
    snprintf(row->reason, sizeof row->reason, "%s", outcome->reason);
    snprintf(row->fallback, sizeof row->fallback, "%s", outcome->fallback);
    if (f == NULL || outcome->status != ALM_OK) return;
    row->forecast = f->mean + i * horizon;
    if (f->classes[i].n > 0) row->classes = &f->classes[i];
    row->variance_kind = f->variance_kind[i];
    if (row->variance_kind != ALM_VARIANCE_NONE) row->variance = f->variance + i * horizon;
    if (f->has_quantiles[i]) row->quantile = f->quantile + i * horizon * f->n_levels;
}

static enum alm_status fill_rows(struct task_rows *rows, struct alm_single *single,
                                 const struct alm_forecaster *forecaster, const double *level,
                                 size_t n_levels, struct alm_error *error)
{
    const size_t n = single->series->n, horizon = single->history.horizon;
    size_t n_steps;
    if (!alm_multiply(&n_steps, n, horizon)) return alm_fail(error, ALM_NOMEM, "the horizon is too long");
    ALM_TRY(ALM_NEW(&rows->row, n, error));
    ALM_TRY(ALM_NEW(&rows->time, n_steps, error));
    ALM_TRY(ALM_NEW(&rows->actual, n_steps, error));
    if (forecaster != NULL) {
        ALM_TRY(alm_forecast_create(&rows->forecast, n, horizon, level, n_levels, error));
        ALM_TRY(
            alm_forecaster_forecast(forecaster, &single->history, rows->forecast, single->outcome, error));
    }
    for (size_t i = 0; i < n; i++) {
        ALM_TRY(fill_steps(rows->time + i * horizon, rows->actual + i * horizon, single, i, error));
        fill_row(rows, single, i);
    }
    return ALM_OK;
}

enum alm_status alm_single_deliver(struct alm_single *single, const struct alm_forecaster *forecaster,
                                   size_t number, const double *level, size_t n_levels,
                                   const struct alm_sink *sink, struct alm_error *error)
{
    struct task_rows rows = {0};
    enum alm_status status = fill_rows(&rows, single, forecaster, level, n_levels, error);
    if (status == ALM_OK) {
        const struct alm_task_result result = {
            .task = number,
            .forecaster = number,
            .n_series = single->series->n,
            .horizon = single->history.horizon,
            .n_levels = n_levels,
            .series = rows.row,
            .n_epochs = single->n_epochs,
            .epoch = single->epoch,
        };
        status = sink->deliver(sink->context, &result, error);
    }
    clear_rows(&rows);
    return status;
}
