/* How the forecaster `lstm` shows a window to the network and reads its answers. */
#ifndef ALM_FORECAST_LSTM_WINDOW_H
#define ALM_FORECAST_LSTM_WINDOW_H

#include "forecast/forecaster.h"
#include "forecast/lstm/classes.h"
#include "nn/network.h"
#include "window/calendar_features.h"
#include "window/scaler.h"

#include <stdbool.h>
#include <stddef.h>

/* What one number is standardised by: taken from the training part. spread 0: always 0. */
struct alm_lstm_norm {
    double centre, spread;
};

struct alm_lstm_plan {
    size_t lookback, segment; /* the network's steps are lookback / segment, each of segment values */
    size_t horizon;
    size_t part; /* of decoder=segment: bars that one step of the decoder answers, and sees the future
                    covariates of, and the calendar of the first; else 0 */
    enum alm_labels labels;
    enum alm_scaler_kind scale;
    bool seasonal;       /* answers are added to the value one season before */
    bool deseason;       /* the window's mean season is taken out before scaling, and put back */
    bool arcsinh;        /* inputs of the steps are asinh of the scaled values */
    bool skip;           /* the scaled window also goes round the layers */
    bool mask;           /* missing values are 0 and each value has an input that is 1 where it is missing */
    bool scale_input;    /* each step has the logarithm of the window's scale as an input */
    bool carry;          /* windows go on with the state of the one before */
    bool series_numbers; /* rows say which series they are of (embedding) */
    size_t channels;     /* series that a row shows and answers side by side; 0 is 1 */
    struct alm_features calendar;
    struct alm_lstm_classes classes; /* owned by the state's plan */

    /* Learnt from the training part. */
    struct alm_lstm_norm log_scale;
    size_t n_past, n_future, n_statics;
    const struct alm_lstm_norm *past, *future, *statics; /* [n_past], [n_future], [n_statics] */
};

/* What the network's shape follows from: inputs of a step (of each channel values, their marks, past and
 * future covariates; then the calendar of the step's first bar; then the scale of each channel) and numbers a
 * row that are the same for all steps (of each channel future covariates of the horizon and static ones; then
 * the calendar of the first bar to forecast), and numbers of each part of the horizon (of each channel the
 * future covariates; then the calendar of its first bar). */
size_t alm_lstm_inputs(const struct alm_lstm_plan *plan);
size_t alm_lstm_extras(const struct alm_lstm_plan *plan);
/* Inputs of a step that one channel has. */
size_t alm_lstm_channel_inputs(const struct alm_lstm_plan *plan);
size_t alm_lstm_ahead(const struct alm_lstm_plan *plan);
static inline size_t alm_lstm_channels(const struct alm_lstm_plan *plan)
{
    return plan->channels == 0 ? 1 : plan->channels;
}

/* One window: the lookback values of a series from bar first on. */
struct alm_lstm_window {
    const struct alm_history_series *series;
    size_t first;
    const int64_t *next; /* timestamps of the horizon's bars; looked at when there is a calendar */
};

/* A window and what scales it. */
struct alm_lstm_frame {
    struct alm_lstm_window window;
    const double *y;    /* [lookback and, in training, horizon] the values */
    const double *z;    /* [lookback] the same without their season: y itself unless deseason */
    const double *edge; /* [classes.rule.n - 1] of the series; NULL: numbers are forecast */
    const double
        *index; /* [season] mean season by bar modulo season, from the window's first bar on, or NULL */
    size_t season;
    struct alm_scaler scaler; /* of z */
};

/* Doubles that a frame needs as scratch; they must live as long as it is used. */
size_t alm_lstm_scratch(const struct alm_lstm_plan *plan);

/* Scales a window. With labels=last everything is taken from the whole window. With labels=all it is taken
 * from the first half of the steps, and only the steps from the end of that half on are counted, so that no
 * answer is scaled by what comes after it. */
void alm_lstm_frame(struct alm_lstm_frame *out, const struct alm_lstm_plan *plan,
                    struct alm_lstm_window window, double *scratch);

/* Writes channel `channel` of row `row` of a batch's x, window, extras and ahead, and with channel 0 the
 * calendar. Nothing of the target after the window, and of future covariates nothing after its horizon, is
 * looked at.
 */
void alm_lstm_encode(struct alm_batch *batch, size_t row, size_t channel, const struct alm_lstm_plan *plan,
                     const struct alm_lstm_frame *frame);

/* The answer for step h (from 0) after the first `seen` values is: base + scale * output. The base is the
 * last value seen (scale=last) or the scaler's centre, each with its season when that was taken out, or, with
 * residual=season, the last value seen a whole number of seasons before the target. */
double alm_lstm_base(const struct alm_lstm_plan *plan, const struct alm_lstm_frame *frame, size_t seen,
                     size_t h);

/* The answers wanted after the first `seen` values, [horizon] (numbers of classes, where those are forecast);
 * weight is 1 for those that count. */
void alm_lstm_wanted(alm_real *wanted, alm_real *weight, const struct alm_lstm_plan *plan,
                     const struct alm_lstm_frame *frame, size_t seen);

#endif
