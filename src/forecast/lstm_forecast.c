/* The forecasts of the forecaster `lstm`. */
#include "forecast/lstm_state.h"

#include "base/memory.h"
#include "forecast/lstm_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Series that go through the network together. */
enum { ROWS = 32 };

/* Writes step h of series i from its outputs; the answer is base + scale * output. */
static void put_step(struct alm_forecast *out, size_t i, size_t h, const struct alm_lstm_state *lstm,
                     const alm_real *output, double base, double scale)
{
    double values[ALM_LOSS_MAX_LEVELS], *quantile = out->quantile + (i * out->horizon + h) * out->n_levels;
    alm_loss_read(values, &lstm->loss, output);
    out->mean[i * out->horizon + h] = base + scale * alm_answer_point(&lstm->loss, values);
    for (size_t q = 0; q < out->n_levels; q++) {
        quantile[q] = base + scale * alm_answer_quantile(&lstm->loss, values, out->level[q]);
        if (isnan(quantile[q])) out->has_quantiles[i] = false;
    }
}

static void put_series(struct alm_forecast *out, size_t i, const struct alm_lstm_state *lstm,
                       const alm_real *answer, const double *y, size_t season, struct alm_scaler scaler)
{
    out->has_quantiles[i] = out->n_levels > 0;
    for (size_t h = 0; h < out->horizon; h++) {
        const double base = alm_lstm_base(&lstm->plan, y, lstm->plan.lookback, h, season, scaler);
        put_step(out, i, h, lstm, answer + h * lstm->loss.n_levels, base, scaler.scale);
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
