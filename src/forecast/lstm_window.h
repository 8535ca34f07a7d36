/* How the forecaster `lstm` shows a window to the network and reads its answers. */
#ifndef ALM_FORECAST_LSTM_WINDOW_H
#define ALM_FORECAST_LSTM_WINDOW_H

#include "nn/network.h"
#include "nn/trainer.h"
#include "window/scaler.h"
#include "window/window.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_lstm_plan {
    size_t lookback, segment; /* the network's steps are lookback / segment, each of segment values */
    size_t horizon;
    enum alm_labels labels;
    enum alm_scaler_kind scale;
    bool seasonal; /* answers are added to the value one season before */
};

/* Scales y [lookback] into row `row` of x, time-major for `rows` rows, and returns the scaler. With
 * labels=last it reads the whole window. With labels=all it reads the first half of the steps, and only the
 * steps from the end of that half on are counted, so that no answer is scaled by what comes after it. */
struct alm_scaler alm_lstm_encode(alm_real *x, size_t rows, size_t row, const struct alm_lstm_plan *plan,
                                  const double *y, size_t season);

/* The answer for step h (from 0) after the first `seen` values of y is: base + scale * output. The base is
 * the last value seen (scale=last), the scaler's centre, or, with residual=season, the value one season
 * before the target. */
double alm_lstm_base(const struct alm_lstm_plan *plan, const double *y, size_t seen, size_t h, size_t season,
                     struct alm_scaler scaler);

/* Windows as training samples. */
struct alm_lstm_samples {
    struct alm_lstm_plan plan;
    struct alm_window_set *windows;
    const size_t *season; /* by series */
    bool shuffled;        /* every pass in its own order, drawn from key; else in the order of the windows */
    uint64_t key;
};

/* An alm_batch_source's fill; context is a struct alm_lstm_samples. */
enum alm_status alm_lstm_fill(void *context, struct alm_batch *batch, size_t pass, size_t first,
                              struct alm_error *error);

#endif
