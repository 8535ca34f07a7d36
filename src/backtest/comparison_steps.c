#include "backtest/comparison_steps.h"

#include "backtest/evaluation_impl.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Bytes of what is gathered in one reading. */
#define MOST_BYTES ((size_t)4 << 20)

/* The fold under way. */
struct fold_rows {
    size_t fold;            /* ALM_ALL: none */
    double *forecast;       /* [n_forecasters][n_series][horizon] NaN: none */
    double *actual;         /* [n_series][horizon] */
    double *last, *divisor; /* [n_series]; divisor NaN: left out */
};

struct gathering {
    const struct alm_evaluation *e;
    struct fold_rows rows;
    struct alm_step_scores *item; /* [n] of this reading */
    size_t n;
};

/* ---- a fold ---- */

static enum alm_status allocate_rows(struct fold_rows *rows, const struct alm_evaluation *e,
                                     struct alm_error *error)
{
    const size_t values = e->n_series * e->horizon; /* fits: the evaluation has as many cells */
    rows->fold = ALM_ALL;
    ALM_TRY(ALM_NEW(&rows->forecast, values * e->n_forecasters, error));
    ALM_TRY(ALM_NEW(&rows->actual, values, error));
    ALM_TRY(ALM_NEW(&rows->last, e->n_series, error));
    return ALM_NEW(&rows->divisor, e->n_series, error);
}

static void clear_rows(struct fold_rows *rows)
{
    free(rows->forecast);
    free(rows->actual);
    free(rows->last);
    free(rows->divisor);
}

static const double *forecast_of(const struct gathering *g, size_t forecaster, size_t series)
{
    return &g->rows.forecast[(forecaster * g->e->n_series + series) * g->e->horizon];
}

static void add_difference(struct alm_step_scores *item, const struct gathering *g)
{
    const struct fold_rows *rows = &g->rows;
    double sum = 0;
    size_t n = 0;
    for (size_t s = 0; s < g->e->n_series; s++) {
        const double actual = rows->actual[s * g->e->horizon + item->step - 1];
        const double own = fabs(actual - forecast_of(g, item->forecaster, s)[item->step - 1]);
        const double naive = fabs(actual - forecast_of(g, g->e->naive, s)[item->step - 1]);
        const double d = own / rows->divisor[s] - naive / rows->divisor[s];
        if (isnan(d)) continue;
        sum += d;
        n++;
    }
    if (n > 0) item->difference[item->n_differences++] = sum / (double)n;
}

static void add_changes(struct alm_step_scores *item, const struct gathering *g)
{
    const struct fold_rows *rows = &g->rows;
    struct alm_origin_moments *moments = &item->moments[item->n_moments];
    *moments = (struct alm_origin_moments){0};
    for (size_t s = 0; s < g->e->n_series; s++) {
        const double forecast = forecast_of(g, item->forecaster, s)[item->step - 1] - rows->last[s];
        const double actual = rows->actual[s * g->e->horizon + item->step - 1] - rows->last[s];
        const double by = rows->divisor[s];
        if (isnan(forecast) || isnan(actual) || isnan(by)) continue;
        alm_origin_moments_add(moments, forecast / by, actual / by);
        if (forecast == 0 || actual == 0) continue;
        item->n_directions++;
        item->hits += (forecast > 0) == (actual > 0);
        item->forecasts_up += forecast > 0;
        item->actuals_up += actual > 0;
    }
    item->n_moments += moments->n > 0;
}

static void close_fold(struct gathering *g)
{
    for (size_t i = 0; g->rows.fold != ALM_ALL && i < g->n; i++) {
        add_difference(&g->item[i], g);
        add_changes(&g->item[i], g);
    }
    g->rows.fold = ALM_ALL;
}

static void begin_fold(struct gathering *g, size_t fold)
{
    const size_t values = g->e->n_series * g->e->horizon;
    close_fold(g);
    g->rows.fold = fold;
    for (size_t i = 0; i < values * g->e->n_forecasters; i++)
        g->rows.forecast[i] = NAN;
    for (size_t i = 0; i < values; i++)
        g->rows.actual[i] = NAN;
}

static enum alm_status take_task(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    (void)error;
    struct gathering *g = context;
    struct fold_rows *rows = &g->rows;
    const size_t horizon = g->e->horizon;
    if (rows->fold != result->fold) begin_fold(g, result->fold);
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *row = &result->series[i];
        const size_t s = row->series;
        if (!row->has_origin) continue;
        rows->last[s] = row->last;
        rows->divisor[s] = g->e->n_series == 1 ? 1 : row->mase_scale > 0 ? row->mase_scale : (double)NAN;
        if (row->forecast == NULL || row->classes != NULL) continue;
        double *forecast = &rows->forecast[(result->forecaster * g->e->n_series + s) * horizon];
        for (size_t h = 0; h < horizon; h++) {
            forecast[h] = row->forecast[h];
            rows->actual[s * horizon + h] = row->actual[h];
        }
    }
    return ALM_OK;
}

/* ---- readings ---- */

static enum alm_status allocate_items(struct gathering *g, size_t most, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&g->item, most, error));
    for (size_t i = 0; i < most; i++) {
        ALM_TRY(ALM_NEW(&g->item[i].difference, g->e->n_folds, error));
        ALM_TRY(ALM_NEW(&g->item[i].moments, g->e->n_folds, error));
    }
    return ALM_OK;
}

static void clear(struct gathering *g, size_t most)
{
    for (size_t i = 0; g->item != NULL && i < most; i++) {
        free(g->item[i].difference);
        free(g->item[i].moments);
    }
    free(g->item);
    clear_rows(&g->rows);
}

/* Items are numbered by step, then by forecaster. */
static void begin_items(struct gathering *g, size_t first, size_t n)
{
    g->n = n;
    for (size_t i = 0; i < n; i++)
        g->item[i] = (struct alm_step_scores){.forecaster = (first + i) % g->e->n_forecasters,
                                              .step = (first + i) / g->e->n_forecasters + 1,
                                              .difference = g->item[i].difference,
                                              .moments = g->item[i].moments};
}

enum alm_status alm_steps_each(const struct alm_evaluation *evaluation, const struct alm_task_source *source,
                               void *context,
                               enum alm_status (*take)(void *context, const struct alm_step_scores *scores,
                                                       struct alm_error *error),
                               struct alm_error *error)
{
    struct gathering g = {.e = evaluation};
    const struct alm_sink sink = {&g, take_task};
    const size_t n = evaluation->n_forecasters * evaluation->horizon;
    const size_t each = (evaluation->n_folds + 1) * (sizeof *g.item->difference + sizeof *g.item->moments);
    const size_t fitting = MOST_BYTES / each < 1 ? 1 : MOST_BYTES / each, most = n < fitting ? n : fitting;
    enum alm_status status = allocate_rows(&g.rows, evaluation, error);
    if (status == ALM_OK) status = allocate_items(&g, most, error);
    for (size_t first = 0; status == ALM_OK && first < n; first += most) {
        begin_items(&g, first, n - first < most ? n - first : most);
        status = source->each(source->context, false, &sink, error);
        close_fold(&g);
        for (size_t i = 0; status == ALM_OK && i < g.n; i++)
            status = take(context, &g.item[i], error);
    }
    clear(&g, most);
    return status;
}
