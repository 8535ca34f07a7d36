/* Inside of the forecaster `es-lstm`: Smyl's hybrid of exponential smoothing of each series and one network
 * for all (Smyl 2020). */
#ifndef ALM_FORECAST_ES_LSTM_H
#define ALM_FORECAST_ES_LSTM_H

#include "base/random.h"
#include "forecast/forecaster.h"
#include "nn/network.h"
#include "nn/smoothing.h"

/* Rows of a pass. */
enum { ALM_ES_LSTM_ROWS = 16 };

/* What a fit knows of a series beside its parameters. */
struct alm_es_series {
    char *name;
    struct alm_smoothing_shape seasons;
    bool log;     /* z = log y; else y / unit */
    double unit;  /* > 0 */
    size_t first; /* where its parameters stand in a member's block */
};

/* One network, and the smoothing parameters that were learnt with it. */
struct alm_es_member {
    struct alm_network *network;
    alm_real *parameters; /* [n_parameters] of all series */
};

struct alm_es_lstm {
    const struct alm_config *config;
    uint64_t seed;
    size_t inputs, steps,
        horizon; /* numbers that a step sees; steps of a sequence; steps ahead; 0 before a fit */
    size_t n_series, n_parameters;
    struct alm_es_series *series; /* [n_series] */
    size_t n_members;
    struct alm_es_member *member; /* [n_members] */
    double loss;                  /* of the last epoch, mean over members */
};

void alm_es_lstm_clear(struct alm_es_lstm *es); /* forgets a fit */

/* series.c: what a series is to the forecaster, without name and first. Fails with ALM_USAGE if it is
 * to be in logs and is not positive. */
enum alm_status alm_es_series_learn(struct alm_es_series *out, const struct alm_es_lstm *es,
                                    const struct alm_history_series *series, struct alm_error *error);
/* z [n] of y [n]: NaN where there is none; and back. */
void alm_es_series_scale(double *z, const struct alm_es_series *series, const double *y, size_t n);
double alm_es_series_value(const struct alm_es_series *series, double z);
/* Where learning starts. */
void alm_es_series_start(alm_real *parameters, const struct alm_es_lstm *es,
                         const struct alm_es_series *series, const double *z, size_t n);
/* Puts the last `steps` values of a smoothed series into a row of the batch, the last at the last step: what
 * is before the first is 0. Unless weight is 0, also what should be answered, each value of that weight;
 * returns how many values those are. */
size_t alm_es_row_fill(const struct alm_batch *batch, size_t row, const struct alm_es_lstm *es,
                       const struct alm_smoothing *smoothing, double weight);
/* Gives the derivatives that a pass left in the row to the smoothing. */
void alm_es_row_take(struct alm_smoothing *smoothing, const struct alm_batch *batch, size_t row,
                     const struct alm_es_lstm *es);

/* weights.c: what errors in z of each of the history's series count for, weight[n_series] > 0. With
 * weight=owa unit (1 / D + 100 / (B L)) of their mean, with the mean absolute seasonal difference D, the mean
 * size L, and the mean sMAPE B of the value one season before: how an error moves the OWA of M4 (Makridakis,
 * Spiliotis & Assimakopoulos 2020) against seasonal naive in the training part. */
void alm_es_series_weigh(double *weight, const struct alm_es_lstm *es, const struct alm_history *history);

/* fit.c, forecast.c, bytes.c: see struct alm_forecaster_type. */
enum alm_status alm_es_lstm_fit(void *self, const struct alm_history *history,
                                const struct alm_fit_hooks *hooks, struct alm_error *error);
enum alm_status alm_es_lstm_forecast(const void *self, const struct alm_history *history,
                                     struct alm_forecast *out, struct alm_error *error);
enum alm_status alm_es_lstm_save(const void *self, struct alm_bytes *out, struct alm_error *error);
enum alm_status alm_es_lstm_load(void *self, struct alm_bytes_reader *in, struct alm_error *error);

#endif
