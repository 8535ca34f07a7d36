/* The parts of an inspection of the forecaster `lstm`. */
#ifndef ALM_FORECAST_LSTM_INSPECT_H
#define ALM_FORECAST_LSTM_INSPECT_H

#include "forecast/inspection.h"
#include "forecast/lstm/bench.h"

/* What the parts work on. Row 0 of the bench holds the window, and its answers those of the network. */
struct alm_lstm_looking {
    struct alm_inspection *in;
    struct alm_lstm_bench *bench;
    const struct alm_history_series *series; /* [channels] */
    struct alm_lstm_window *window;          /* [channels] that row 0 shows */
    size_t channels, channel; /* channel: of the series whose forecast it is; 0 of 1 unless joint */
};

/* slopes.c: derivatives of the point of every step, in the window's unit, by what each channel shows. */
struct alm_lstm_slopes {
    double *by_value;  /* [channels][horizon][lookback] by the scaled value */
    double *by_scale;  /* [channels][horizon] by the logarithm of the scale */
    double *by_output; /* [loss.n_levels] scratch: of the step at hand */
};
/* Steps from .. to - 1. Clear it also after a failure; start from {0}. */
enum alm_status alm_lstm_slopes_take(struct alm_lstm_slopes *out, const struct alm_lstm_looking *looking,
                                     size_t from, size_t to, struct alm_error *error);
void alm_lstm_slopes_clear(struct alm_lstm_slopes *slopes);

/* influence.c: fills the influences of lags. */
enum alm_status alm_lstm_look_at_lags(const struct alm_lstm_looking *looking, struct alm_error *error);

/* tensors.c: fills tensors, windows and loss. */
enum alm_status alm_lstm_look_at_tensors(const struct alm_lstm_looking *looking, struct alm_error *error);

/* Adds to d_output [levels], which is 0, the derivatives of the point forecast, in the window's unit, by the
 * outputs for one value: of the likeliest class' probability with classes. */
void alm_answer_derivative(double *d_output, const struct alm_loss *loss, const alm_real *output);

#endif
