/* Rows of windows that go through the networks of a fitted `lstm` together, and what comes out of them. */
#ifndef ALM_FORECAST_LSTM_BENCH_H
#define ALM_FORECAST_LSTM_BENCH_H

#include "forecast/lstm/state.h"

/* Rows of a bench at most. */
enum { ALM_LSTM_ROWS = 32 };

struct alm_lstm_bench {
    const struct alm_lstm_state *lstm;
    struct alm_tape *tape;
    struct alm_batch batch;         /* batch.rows is set by the user, before rows are put */
    struct alm_lstm_frame *frame;   /* [ALM_LSTM_ROWS][channels] */
    double *scratch;                /* [ALM_LSTM_ROWS][channels][alm_lstm_scratch] */
    alm_real *answers;              /* [n_networks][ALM_LSTM_ROWS][outputs] */
    int64_t *times;                 /* [ALM_LSTM_ROWS][plan.horizon] of the bars to forecast */
    double *votes;                  /* [n_networks] */
    double *probability;            /* [loss.n_levels] of one network, with classes */
    struct alm_layer_state *states; /* of the rows, with state=carry; else NULL */
};

/* Clear it also after a failure. */
enum alm_status alm_lstm_bench_init(struct alm_lstm_bench *bench, const struct alm_lstm_state *lstm,
                                    struct alm_error *error);
void alm_lstm_bench_clear(struct alm_lstm_bench *bench);

/* Shows a window to a channel of row `row`. Rows that nothing is put into keep what they have. */
void alm_lstm_bench_put(struct alm_lstm_bench *bench, size_t row, size_t channel,
                        struct alm_lstm_window window);

/* With state=carry brings the states of batch.rows rows to where one network has them after the windows
 * before those that were put, ALM_LSTM_WARM at most; usable [batch.rows] says which were. They are put again.
 */
void alm_lstm_bench_warm(struct alm_lstm_bench *bench, size_t network, const bool *usable);

/* Fills the answers of one network for batch.rows rows. */
void alm_lstm_bench_run(struct alm_lstm_bench *bench, size_t network);

/* What network says of step h (of the plan's horizon) of a channel of row: values [levels] in the window's
 * unit, as alm_loss_read gives them; the forecast is *base + *scale times them. */
void alm_lstm_bench_read(double *values, double *base, double *scale, const struct alm_lstm_bench *bench,
                         size_t network, size_t row, size_t channel, size_t h);

/* Median over networks of the point forecast (level NAN) or the quantile at a level, in the data's unit. NaN
 * where there is no such quantile. */
double alm_lstm_bench_vote(struct alm_lstm_bench *bench, size_t row, size_t channel, size_t h, double level);

/* Mean over networks of the probabilities [loss.n_levels] of step h of row. */
void alm_lstm_bench_classes(double *probability, struct alm_lstm_bench *bench, size_t row, size_t h);

/* The series' last window; false when the series cannot be forecast: its history is shorter than the window
 * (another series' season may have made that longer), or than residual=season needs, or its embedding is not
 * known. times [plan.horizon] must live as long as the window. */
enum alm_status alm_lstm_last_window(struct alm_lstm_window *out, bool *usable, int64_t *times,
                                     const struct alm_lstm_state *lstm,
                                     const struct alm_history_series *series, struct alm_error *error);

/* paths.c: forecasts one series by going on from its own answers. */
enum alm_status alm_lstm_forecast_paths(struct alm_forecast *out, size_t index, struct alm_lstm_bench *bench,
                                        struct alm_lstm_window window, struct alm_error *error);

#endif
