/* What the files of the forecaster `lstm` share: its state, and the parts of its type. */
#ifndef ALM_FORECAST_LSTM_STATE_H
#define ALM_FORECAST_LSTM_STATE_H

#include "forecast/forecaster.h"
#include "forecast/lstm/samples.h"
#include "nn/ridge.h"

enum alm_lstm_skip { ALM_LSTM_SKIP_NONE, ALM_LSTM_SKIP_ZERO, ALM_LSTM_SKIP_RIDGE };

struct alm_lstm_state {
    const struct alm_config *config;
    uint64_t seed;
    struct alm_lstm_plan plan;       /* lookback and horizon are 0 until fitted */
    struct alm_lstm_norm *norms;     /* owned: what plan->past, future and statics point into */
    struct alm_lstm_weights weights; /* what windows count for; learnt numbers matter to a fit only */
    struct alm_loss loss;
    enum alm_lstm_skip skip;
    size_t decoder; /* which choice of the option */
    bool joint;     /* the series of a fit are channels of one row, in the order of names */
    size_t horizon; /* to be forecast; that of the plan is what the network answers at a time */
    size_t streams; /* rows of a batch with state=carry, set by a fit */
    size_t n_networks;
    struct alm_network **networks;   /* [n_networks], of one shape; NULL until fitted */
    struct alm_train_result *result; /* [n_networks] */
    size_t n_names; /* of embedding and joint channels: the series trained on, sorted; else 0 */
    char **names;   /* [n_names] */
};

/* options.c: the option table, and what it says for lstm->config; ALM_USAGE for options that contradict
 * each other. */
extern const struct alm_option alm_lstm_options[];
enum alm_status alm_lstm_read_options(struct alm_lstm_state *lstm, struct alm_error *error);
/* ALM_USAGE when options do not go with classes. */
enum alm_status alm_lstm_check_classes(const struct alm_lstm_state *lstm, struct alm_error *error);
/* Makes the loss that of the plan's classes, or, without, that of the options. */
void alm_lstm_set_loss(struct alm_lstm_state *lstm);

/* plan.c: what the options say of windows and network. */
enum alm_status alm_lstm_read_plan(struct alm_lstm_state *lstm, struct alm_error *error);
/* The shape that options, plan and number of series make. */
enum alm_status alm_lstm_shape(struct alm_network_shape *out, const struct alm_lstm_state *lstm,
                               struct alm_error *error);
/* Whether two shapes ask for the same network. */
bool alm_lstm_same_shape(const struct alm_network_shape *a, const struct alm_network_shape *b);
/* The window for a series of this season length: the option, or what its help says. */
size_t alm_lstm_lookback(const struct alm_lstm_state *lstm, size_t season, size_t horizon);
/* Values that one answer of the segment or recursive decoder has; else the horizon. */
size_t alm_lstm_answer(const struct alm_lstm_state *lstm, size_t horizon);
/* Of the segment decoder the same, else 0: plan->part. */
size_t alm_lstm_part(const struct alm_lstm_state *lstm, size_t horizon);
bool alm_lstm_is_recursive(const struct alm_lstm_state *lstm);
/* The number of a series of an embedding; n_names when it was not trained on. */
uint32_t alm_lstm_series_number(const struct alm_lstm_state *lstm, const char *name);
/* Makes plan->past, future and statics point to lstm->norms, which holds them one behind the other. */
void alm_lstm_point_norms(struct alm_lstm_state *lstm);

/* learn.c: what a fit learns before it trains. First the sizes and calendar fields of plan, then, from
 * what the windows of the training part may see of each series (train [n_series]), norms and names. */
enum alm_status alm_lstm_size(struct alm_lstm_state *lstm, const struct alm_history *history,
                              struct alm_error *error);
enum alm_status alm_lstm_learn(struct alm_lstm_state *lstm, const struct alm_history *history,
                               const struct alm_span *train, struct alm_error *error);

/* With channels=joint: whether the series share their times. */
enum alm_status alm_lstm_check_channels(const struct alm_lstm_state *lstm, const struct alm_history *history,
                                        struct alm_error *error);

/* skip.c: makes network, whose other parameters are drawn already, answer at first what the closed form
 * of ridge regression of answers on windows says (skip=ridge), or nothing but its bias (skip=zero). */
enum alm_status alm_lstm_start_skip(struct alm_network **networks, const struct alm_lstm_state *lstm,
                                    const struct alm_lstm_samples *samples, const struct alm_cancel *cancel,
                                    struct alm_error *error);

/* train.c: refuses a training of the shape that would take more than ALM_LSTM_MOST_MEMORY of the
 * machine's memory, before anything of it is made. */
#define ALM_LSTM_MOST_MEMORY 0.75
enum alm_status alm_lstm_check_memory(const struct alm_lstm_state *lstm,
                                      const struct alm_network_shape *shape,
                                      const struct alm_fit_hooks *hooks, struct alm_error *error);

/* Trains network in place as lstm->config says and puts what came of it into *result.
 * validation may have no samples. hooks may be NULL; training numbers the trainings of one fit. */
enum alm_status alm_lstm_train(struct alm_train_result *result, struct alm_network *network,
                               const struct alm_lstm_state *lstm, const struct alm_batch_source *samples,
                               const struct alm_batch_source *validation, const struct alm_fit_hooks *hooks,
                               size_t training, struct alm_error *error);

/* ensemble.c: how many of `left` networks train at once, as many as hooks->threads allow; and trains all
 * of lstm. hooks may be NULL. */
size_t alm_lstm_together(size_t left, const struct alm_fit_hooks *hooks);
enum alm_status alm_lstm_train_ensemble(struct alm_lstm_state *lstm, const struct alm_lstm_samples *samples,
                                        const struct alm_lstm_samples *validation,
                                        const struct alm_fit_hooks *hooks, struct alm_error *error);

/* bytes.c: see struct alm_forecaster_type. */
enum alm_status alm_lstm_save(const void *self, struct alm_bytes *out, struct alm_error *error);
enum alm_status alm_lstm_load(void *self, struct alm_bytes_reader *in, struct alm_error *error);
/* Forgets a fit. */
void alm_lstm_clear_fit(struct alm_lstm_state *lstm);

/* fit.c and forecast.c: see struct alm_forecaster_type. */
enum alm_status alm_lstm_fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                             struct alm_error *error);
enum alm_status alm_lstm_forecast(const void *self, const struct alm_history *history,
                                  struct alm_forecast *out, struct alm_error *error);

#endif
