/* The fit of the forecaster `ridge`: windows into sums, the penalty, the map. */
#include "forecast/ridge/model.h"

#include "base/memory.h"
#include "nn/ridge.h"
#include "window/window.h"

#include <math.h>
#include <stdlib.h>

/* Windows whose targets lie before the tail of their series, in both, and in it. */
enum part { BEFORE, ACROSS, TAIL };

struct fitting {
    struct alm_ridge_model *model;
    const struct alm_history *history;
    const struct alm_cancel *cancel;
    size_t *tail;                   /* [n_series] values held out */
    double *unit;                   /* [n_series] */
    struct alm_span *span;          /* [n_series] */
    double *x, *y;                  /* [ALM_RIDGE_ROWS][lookback], [ALM_RIDGE_ROWS][horizon] */
    struct alm_ridge sums, holdout; /* of windows to learn from, and in the tails */
};

/* ---- windows ---- */

static struct alm_span span_of(const struct fitting *f, size_t i, enum part part)
{
    const struct alm_span y = f->history->series[i].target;
    const size_t lookback = f->model->lookback, horizon = f->model->horizon, before = y.n - f->tail[i];
    if (part == BEFORE) return alm_span_prefix(y, before);
    if (f->tail[i] == 0) return alm_span_prefix(y, 0);
    if (part == TAIL) return alm_span_suffix(y, f->tail[i] + lookback);
    return alm_span_suffix(alm_span_prefix(y, before + horizon - 1), lookback + 2 * horizon - 2);
}

static void put_window(const struct fitting *f, size_t row, struct alm_window window)
{
    const struct alm_ridge_model *model = f->model;
    const size_t p = model->lookback, q = model->horizon,
                 season = f->history->series[window.series].season_length;
    const double unit = f->unit[window.series];
    const double centre = alm_ridge_inputs(f->x + row * p, model, window.y, season, unit);
    for (size_t h = 0; h < q; h++)
        f->y[row * q + h] = (window.y[p + h] - alm_ridge_base(model, window.y, season, centre, h)) / unit;
}

static enum alm_status add_set(struct alm_ridge *sums, const struct fitting *f,
                               const struct alm_window_set *set, struct alm_error *error)
{
    const size_t n = alm_window_set_count(set);
    for (size_t first = 0; first < n; first += ALM_RIDGE_ROWS) {
        const size_t rows = n - first < ALM_RIDGE_ROWS ? n - first : ALM_RIDGE_ROWS;
        if (alm_cancelled(f->cancel)) return alm_fail(error, ALM_INTERRUPTED, "the fit was interrupted");
        for (size_t row = 0; row < rows; row++)
            put_window(f, row, alm_window_set_at(set, first + row));
        alm_ridge_add(sums, f->x, f->y, NULL, rows);
    }
    return ALM_OK;
}

/* Series that do not vary have no unit: their windows would say nothing. */
static enum alm_status add_part(struct alm_ridge *sums, struct fitting *f, enum part part,
                                struct alm_error *error)
{
    const struct alm_window_shape shape = {f->model->lookback, f->model->horizon,
                                           alm_config_size(f->model->config, "stride"), false};
    struct alm_window_set *set;
    for (size_t i = 0; i < f->history->n_series; i++)
        f->span[i] = f->unit[i] > 0 ? span_of(f, i, part) : alm_span_prefix(f->history->series[i].target, 0);
    ALM_TRY(alm_window_set_create(&set, f->span, f->history->n_series, &shape, error));
    const enum alm_status status = add_set(sums, f, set, error);
    alm_window_set_free(set);
    return status;
}

/* ---- the penalty ---- */

/* The penalty whose map of the windows before the tails has the least error in the tails. */
static enum alm_status choose(struct fitting *f, const double *penalty, size_t n, struct alm_error *error)
{
    struct alm_ridge_model *model = f->model;
    double least = (double)INFINITY;
    for (size_t k = 0; k < n; k++) {
        double loss;
        ALM_TRY(alm_ridge_solve(model->w, model->b, &f->sums, penalty[k], error));
        ALM_TRY(alm_ridge_loss(&loss, &f->holdout, model->w, model->b, error));
        if (!(loss < least)) continue;
        least = loss;
        model->penalty = penalty[k];
    }
    model->validation_loss = least / (f->holdout.weight * (double)model->horizon);
    return ALM_OK;
}

/* Without windows on both sides nothing can be chosen by: then the largest, which is the most careful. */
static enum alm_status set_penalty(struct fitting *f, struct alm_error *error)
{
    size_t n;
    const double *penalty = alm_config_numbers(f->model->config, "penalty", &n);
    f->model->penalty = penalty[0];
    for (size_t k = 1; k < n; k++)
        f->model->penalty = fmax(f->model->penalty, penalty[k]);
    if (n == 1) return ALM_OK;
    ALM_TRY(add_part(&f->holdout, f, TAIL, error));
    return f->sums.rows > 0 && f->holdout.rows > 0 ? choose(f, penalty, n, error) : ALM_OK;
}

/* ---- the fit ---- */

static enum alm_status set_size(struct alm_ridge_model *model, const struct alm_history *history,
                                struct alm_error *error)
{
    model->horizon = history->horizon;
    model->lookback = 0;
    for (size_t i = 0; i < history->n_series; i++) {
        const size_t n = alm_ridge_lookback(model, history->series[i].season_length, history->horizon);
        if (n > model->lookback) model->lookback = n;
    }
    if (model->lookback > ALM_RIDGE_MOST_INPUTS)
        return alm_fail(error, ALM_DATA, "ridge: centre=season takes seasons of at most %d values",
                        ALM_RIDGE_MOST_INPUTS);
    for (size_t i = 0; i < history->n_series; i++)
        if (!alm_ridge_holds_season(model, history->series[i].season_length))
            return alm_fail(error, ALM_DATA,
                            "ridge: centre=season needs a lookback of at least one season (%zu) for %s",
                            history->series[i].season_length, history->series[i].name);
    return alm_ridge_make_room(model, error);
}

/* Values at the end of a series of n that are held out: none if no window would be left before them. */
static size_t tail_of(const struct alm_ridge_model *model, size_t n)
{
    size_t penalties;
    const double share = alm_config_real(model->config, "validation");
    const size_t wanted = (size_t)(share * (double)n),
                 tail = wanted < model->horizon ? model->horizon : wanted;
    alm_config_numbers(model->config, "penalty", &penalties);
    if (share == 0 || (penalties == 1 && alm_config_flag(model->config, "retrain"))) return 0;
    return n >= model->lookback + model->horizon + tail ? tail : 0;
}

static enum alm_status prepare(struct fitting *f, struct alm_error *error)
{
    const size_t n = f->history->n_series, p = f->model->lookback, q = f->model->horizon;
    ALM_TRY(ALM_NEW(&f->tail, n, error));
    ALM_TRY(ALM_NEW(&f->unit, n, error));
    ALM_TRY(ALM_NEW(&f->span, n, error));
    ALM_TRY(ALM_NEW(&f->x, ALM_RIDGE_ROWS * p, error));
    ALM_TRY(ALM_NEW(&f->y, ALM_RIDGE_ROWS * q, error));
    for (size_t i = 0; i < n; i++) {
        f->tail[i] = tail_of(f->model, f->history->series[i].target.n);
        f->unit[i] = alm_ridge_unit(f->model, &f->history->series[i]);
    }
    ALM_TRY(alm_ridge_init(&f->sums, p, q, error));
    ALM_TRY(alm_ridge_init(&f->holdout, p, q, error));
    f->sums.through_origin = f->holdout.through_origin = !f->model->drift;
    return ALM_OK;
}

static enum alm_status learn(struct fitting *f, struct alm_error *error)
{
    struct alm_ridge_model *model = f->model;
    ALM_TRY(add_part(&f->sums, f, BEFORE, error));
    ALM_TRY(set_penalty(f, error));
    if (alm_config_flag(model->config, "retrain")) {
        ALM_TRY(add_part(&f->sums, f, ACROSS, error));
        alm_ridge_merge(&f->sums, &f->holdout);
    }
    model->windows = f->sums.rows;
    return alm_ridge_solve(model->w, model->b, &f->sums, model->penalty, error);
}

enum alm_status alm_ridge_fit(void *self, const struct alm_history *history,
                              const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct fitting f = {.model = self, .history = history, .cancel = hooks == NULL ? NULL : hooks->cancel};
    enum alm_status status = set_size(f.model, history, error);
    if (status == ALM_OK) status = prepare(&f, error);
    if (status == ALM_OK) status = learn(&f, error);
    alm_ridge_clear(&f.sums);
    alm_ridge_clear(&f.holdout);
    free(f.tail);
    free(f.unit);
    free(f.span);
    free(f.x);
    free(f.y);
    return status;
}
