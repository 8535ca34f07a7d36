/* What the files of the forecaster `lstm` share: its state, and the parts of its type. */
#ifndef ALM_FORECAST_LSTM_STATE_H
#define ALM_FORECAST_LSTM_STATE_H

#include "forecast/forecaster.h"
#include "forecast/lstm_window.h"

struct alm_lstm_state {
    const struct alm_config *config;
    uint64_t seed;
    struct alm_lstm_plan plan; /* lookback and horizon are 0 until fitted */
    struct alm_loss loss;
    struct alm_network *network;    /* NULL until fitted */
    struct alm_train_result result; /* validation_loss is NaN before a fit */
};

/* lstm_options.c: the option table, and what it says for lstm->config; ALM_USAGE for options that contradict
 * each other. */
extern const struct alm_option alm_lstm_options[];
enum alm_status alm_lstm_read_options(struct alm_lstm_state *lstm, struct alm_error *error);

/* lstm_train.c: trains network in place as lstm->config says and puts what came of it into *result.
 * validation may have no samples. hooks may be NULL; training numbers the trainings of one fit. */
enum alm_status alm_lstm_train(struct alm_train_result *result, struct alm_network *network,
                               const struct alm_lstm_state *lstm, const struct alm_batch_source *samples,
                               const struct alm_batch_source *validation, const struct alm_fit_hooks *hooks,
                               size_t training, struct alm_error *error);

/* The window for a series of this season length: the option, or what its help says. */
size_t alm_lstm_lookback(const struct alm_lstm_state *lstm, size_t season, size_t horizon);

/* lstm_fit.c and lstm_forecast.c: see struct alm_forecaster_type. */
enum alm_status alm_lstm_fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                             struct alm_error *error);
enum alm_status alm_lstm_forecast(const void *self, const struct alm_history *history,
                                  struct alm_forecast *out, struct alm_error *error);

#endif
