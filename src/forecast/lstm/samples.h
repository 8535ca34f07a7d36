/* The windows of a history as training samples of the forecaster `lstm`. */
#ifndef ALM_FORECAST_LSTM_SAMPLES_H
#define ALM_FORECAST_LSTM_SAMPLES_H

#include "forecast/lstm/window.h"
#include "nn/trainer.h"
#include "window/window.h"

/* What a window counts for. */
enum alm_lstm_weighting {
    ALM_LSTM_WEIGHT_NONE,  /* 1: errors in the window's unit */
    ALM_LSTM_WEIGHT_SCALE, /* its unit: errors in that of the data */
    ALM_LSTM_WEIGHT_LEVEL, /* unit / mean size of the last season: errors as shares of the level */
    ALM_LSTM_WEIGHT_OWA,   /* unit (1 / (A D) + 100 / (B L)) with the mean absolute seasonal difference D and
                              the mean size of the last season L of the window: how an absolute error moves
                              MASE / A + sMAPE / B, that is the OWA of M4 (Makridakis et al. 2020), where A and
                              B are the MASE and the sMAPE in percent of the seasonal naive forecast over
                              windows of the training part */
};

struct alm_lstm_weights {
    enum alm_lstm_weighting kind;
    double step;        /* step h (from 1) counts h^-step */
    bool squared;       /* the loss is one of squared errors, so that the unit counts twice */
    double mean;        /* of the weights of the training part's windows, which they are divided by */
    double mase, smape; /* A and B */
};

/* Weights by level and by OWA are at most this many times their mean. */
#define ALM_LSTM_MOST_WEIGHT 10

struct alm_lstm_samples {
    const struct alm_lstm_plan *plan;
    const struct alm_lstm_weights *weights;
    const struct alm_history_series *series; /* those that the windows' spans were cut from, in their order */
    struct alm_window_set *windows;
    const uint32_t *numbers; /* by series, when the plan has series_numbers */
    /* With several channels: which series each one is, and of which, the shortest, the windows are. */
    const size_t *order; /* [channels] */
    size_t shortest;
    bool shuffled; /* every pass in its own order, drawn from key; else in the order of the windows */
    uint64_t key;
    double *scratch; /* [alm_lstm_scratch] */

    /* With state=carry (else streams is 0): sample i is the window i / streams of stream i mod streams. A
     * stream has `warm` windows that do not count and then its part of all windows; nor do those that end
     * before the last tail[series] bars count (tail NULL: all do). */
    size_t streams, warm;
    const size_t *tail;
    const struct alm_network_shape *shape;
};

/* Windows that warm a state up before what counts; at a forecast likewise. */
enum { ALM_LSTM_WARM = 16 };

/* Samples of a pass. */
size_t alm_lstm_sample_count(const struct alm_lstm_samples *samples);

/* Frame of a channel of window index of pass `pass`; it uses samples->scratch. */
void alm_lstm_sample(struct alm_lstm_frame *out, const struct alm_lstm_samples *samples, size_t pass,
                     size_t index, size_t channel);

/* An alm_batch_source's fill; context is a struct alm_lstm_samples. */
enum alm_status alm_lstm_fill(void *context, struct alm_batch *batch, size_t pass, size_t first,
                              struct alm_error *error);

/* What plan and weights learn from the windows of the training part, over at most 4,096 of them: the mean
 * and spread of log scale, A and B, and the mean weight. */
void alm_lstm_measure(struct alm_lstm_plan *plan, struct alm_lstm_weights *weights,
                      const struct alm_lstm_samples *samples);

#endif
