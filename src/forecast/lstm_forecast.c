/* The forecasts of the forecaster `lstm`. */
#include "forecast/lstm_state.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Series that go through the network together. */
enum { ROWS = 32 };

/* The value at `level` of quantiles that were learnt at rising levels, linear between them; NaN beyond the
 * outermost. */
static double interpolate(const double *values, const struct alm_loss *loss, double level)
{
    const size_t n = loss->n_levels;
    const double slack = 1e-9;
    if (level < loss->levels[0] - slack || level > loss->levels[n - 1] + slack) return (double)NAN;
    for (size_t i = 0; i + 1 < n; i++) {
        if (level > loss->levels[i + 1] + slack) continue;
        const double share = (level - loss->levels[i]) / (loss->levels[i + 1] - loss->levels[i]);
        return values[i] + fmin(fmax(share, 0), 1) * (values[i + 1] - values[i]);
    }
    return values[n - 1];
}

/* With loss=quantile the point forecast is the median, or the level nearest to it. */
static double middle(const double *values, const struct alm_loss *loss)
{
    const double median = loss->n_levels == 1 ? values[0] : interpolate(values, loss, 0.5);
    if (!isnan(median)) return median;
    return loss->levels[0] > 0.5 ? values[0] : values[loss->n_levels - 1];
}

/* Writes step h of series i from its outputs (in the window's units, sorted in place). */
static void put_step(struct alm_forecast *out, size_t i, size_t h, const struct alm_lstm_state *lstm,
                     double *outputs, double base, double scale)
{
    alm_quantiles_sort(outputs, 1, lstm->loss.n_levels);
    out->mean[i * out->horizon + h] = base + scale * middle(outputs, &lstm->loss);
    if (lstm->loss.kind != ALM_LOSS_QUANTILE) return;
    double *quantile = out->quantile + (i * out->horizon + h) * out->n_levels;
    for (size_t q = 0; q < out->n_levels; q++) {
        quantile[q] = base + scale * interpolate(outputs, &lstm->loss, out->level[q]);
        if (isnan(quantile[q])) out->has_quantiles[i] = false;
    }
}

static void put_series(struct alm_forecast *out, size_t i, const struct alm_lstm_state *lstm,
                       const alm_real *answer, const double *y, size_t season, struct alm_scaler scaler)
{
    double outputs[ALM_LOSS_MAX_LEVELS];
    const size_t levels = lstm->loss.n_levels;
    out->has_quantiles[i] = lstm->loss.kind == ALM_LOSS_QUANTILE && out->n_levels > 0;
    for (size_t h = 0; h < out->horizon; h++) {
        for (size_t q = 0; q < levels; q++)
            outputs[q] = (double)answer[h * levels + q];
        const double base = alm_lstm_base(&lstm->plan, y, lstm->plan.lookback, h, season, scaler);
        put_step(out, i, h, lstm, outputs, base, scaler.scale);
    }
}

/* Forecasts series first .. first + rows in one pass. A history shorter than the lookback (another series'
 * season may have made that longer) gives NaN, which the wrapper reports. */
static void forecast_rows(struct alm_forecast *out, const struct alm_lstm_state *lstm,
                          const struct alm_history *history, struct alm_tape *tape, alm_real *x, size_t first,
                          size_t rows)
{
    struct alm_scaler scaler[ROWS];
    const size_t lookback = lstm->plan.lookback, steps = lookback / lstm->plan.segment;
    const struct alm_history_series *series = history->series + first;
    memset(x, 0, lookback * rows * sizeof *x);
    for (size_t row = 0; row < rows; row++)
        if (series[row].target.n >= lookback)
            scaler[row] =
                alm_lstm_encode(x, rows, row, &lstm->plan, alm_span_suffix(series[row].target, lookback).y,
                                series[row].season_length);
    const size_t outputs = lstm->plan.horizon * lstm->loss.n_levels;
    const struct alm_batch batch = {.steps = steps, .rows = rows, .x = x};
    const alm_real *answer = alm_network_forward(tape, lstm->network, &batch);
    if (lstm->plan.labels == ALM_LABELS_ALL) answer += (steps - 1) * rows * outputs;
    for (size_t row = 0; row < rows; row++) {
        const struct alm_span y = series[row].target;
        const size_t season = series[row].season_length;
        if (y.n >= lookback && !(lstm->plan.seasonal && season > lookback))
            put_series(out, first + row, lstm, answer + row * outputs, alm_span_suffix(y, lookback).y, season,
                       scaler[row]);
        else
            for (size_t h = 0; h < out->horizon; h++)
                out->mean[(first + row) * out->horizon + h] = (double)NAN;
    }
}

enum alm_status alm_lstm_forecast(const void *self, const struct alm_history *history,
                                  struct alm_forecast *out, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = self;
    const size_t rows = history->n_series < ROWS ? history->n_series : ROWS, lookback = lstm->plan.lookback;
    struct alm_tape *tape = NULL;
    alm_real *x = NULL;
    if (lstm->network == NULL)
        return alm_fail(error, ALM_INTERNAL, "lstm: asked to forecast before it was fitted");
    if (history->horizon > lstm->plan.horizon)
        return alm_fail(error, ALM_DATA,
                        "this lstm was trained for a horizon of %zu and cannot forecast %zu steps",
                        lstm->plan.horizon, history->horizon);
    enum alm_status status =
        alm_tape_create(&tape, lstm->network, lookback / lstm->plan.segment, rows, error);
    if (status == ALM_OK) status = ALM_NEW(&x, lookback * rows, error);
    const unsigned before = alm_denormals_flush();
    for (size_t first = 0; status == ALM_OK && first < history->n_series; first += rows) {
        const size_t left = history->n_series - first;
        forecast_rows(out, lstm, history, tape, x, first, left < rows ? left : rows);
    }
    alm_denormals_restore(before);
    alm_tape_free(tape);
    free(x);
    return status;
}
