/* The parts of an inspection of the forecaster `lstm`. */
#ifndef ALM_FORECAST_LSTM_INSPECT_H
#define ALM_FORECAST_LSTM_INSPECT_H

#include "forecast/inspection.h"
#include "forecast/lstm_bench.h"

/* What the parts work on. Row 0 of the bench holds the window, and its answers those of the network. */
struct alm_lstm_looking {
    struct alm_inspection *in;
    struct alm_lstm_bench *bench;
    struct alm_lstm_window window;
};

/* lstm_influence.c: fills the influences of lags. */
enum alm_status alm_lstm_look_at_lags(const struct alm_lstm_looking *looking, struct alm_error *error);

/* lstm_tensors.c: fills tensors, windows and loss. */
enum alm_status alm_lstm_look_at_tensors(const struct alm_lstm_looking *looking, struct alm_error *error);

/* Adds to d_output [levels], which is 0, the derivatives of the point forecast, in the window's unit, by the
 * outputs for one value: of the likeliest class' probability with classes. */
void alm_answer_derivative(double *d_output, const struct alm_loss *loss, const alm_real *output);

#endif
