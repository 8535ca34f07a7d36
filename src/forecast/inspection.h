/* A kept `lstm` under the glass: what its gates did in one window, what its forecast depends on, and where
 * its parameters stand. Nothing is approximated but where it is said: the numbers are those of the pass that
 * forecasts. */
#ifndef ALM_FORECAST_INSPECTION_H
#define ALM_FORECAST_INSPECTION_H

#include "forecast/forecaster.h"

/* What is written down of every cell. */
enum alm_cell_part { ALM_PART_I, ALM_PART_F, ALM_PART_G, ALM_PART_O, ALM_PART_C, ALM_PART_H, ALM_PARTS };

/* What the sLSTM has of its own, before its gates become shares of the normaliser n: the input gate exp(ã_i)
 * and n as logarithms, and the forget gate σ(ã_f). */
enum alm_own_part { ALM_OWN_LOG_I, ALM_OWN_F, ALM_OWN_LOG_N, ALM_OWN_PARTS };

/* Activations of a gate that act like a switch: σ below 0.1 or above 0.9, tanh beyond ±0.9. */
#define ALM_SATURATION_EDGE 0.1

/* One gate of one layer over all steps and units. */
struct alm_saturation {
    double mean, closed, open; /* closed, open: shares of activations below and above the edges */
};
enum { ALM_SATURATIONS = 5 };

/* What a layer, or the segment decoder, did in the window: part is [steps][hidden]. Steps of the decoder are
 * the segments of the horizon, each from the memory that the last layer ended with. */
struct alm_inspected_cell {
    bool decoder;
    size_t steps;
    size_t first; /* step from which on there is a memory that f acts on: 1 of the sLSTM from a state of
                     zeros, whose share of the normaliser is then 0; statistics of f begin there */
    float *part[ALM_PARTS];                            /* f is what multiplied the memory */
    float *own[ALM_OWN_PARTS];                         /* of the sLSTM, else NULL */
    struct alm_saturation saturation[ALM_SATURATIONS]; /* of i, f, g, o, and of the sLSTM's own forget gate */

    /* Steps after which half of the memory of a unit is gone: the product of f over n steps is 2^(-n /
     * half_life), with the mean of log f over the window. Infinite where f is 1, 0 where it was once 0; NULL
     * of the decoder, whose steps do not follow each other. */
    double *half_life; /* [hidden] */
};

/* One tensor of the network. */
struct alm_inspected_tensor {
    char name[40];
    size_t rows, columns;
    double norm;     /* √ of the sum of squares */
    double gradient; /* the same of the derivative of the mean loss; NaN where there is no window for it */
};

/* What the values of a series that is shown beside the asked one (channels=joint) do to its forecast. */
struct alm_inspected_lags {
    char *series;
    double *value, *influence, *influence_size, *influence_network; /* [lookback] */
};

struct alm_inspection_request {
    const char *series; /* of the history; NULL: its first */
    size_t network;     /* of an ensemble, from 0 */
    size_t step;        /* of the horizon, from 1, whose forecast lags act on; 0: all */
};

/* T steps of `segment` bars each make the window of `lookback` bars; lag i is 1 for its last bar. */
struct alm_inspection {
    char *series; /* its name */
    struct alm_frequency frequency;
    size_t lookback, segment, steps, layers, hidden;
    size_t horizon; /* that the network answers at a time (less than was asked for: decoder=recursive) */
    size_t network, n_networks, step;
    bool classes;   /* it forecasts classes: lags act on the probability of the likeliest one */
    bool labels;    /* of a categorical series: their influence is what the input of the one that is there is
                       worth    beside the mean over all, to first order */
    bool recursive; /* it goes on from its own answers; lags act on the first ones */
    bool slstm;     /* f, i and c are relative to the normaliser (nn/observe.h) */

    int64_t *ts;    /* [lookback] */
    double *value;  /* [lookback] as the network saw them: missing ones filled, or NaN with missing=mask */
    int64_t *ahead; /* [horizon] times of the bars that it answers */
    struct alm_inspected_cell *cell; /* [n_cells] the layers, then the decoder if there is one */
    size_t n_cells;
    double bar; /* mean distance of the window's bars in microseconds; 0 for an index series or one bar */

    double *forecast; /* [horizon] in the unit of the series, by this network; NULL with classes */

    /* Derivatives of the forecast at a step by the value at each bar of the window, [lookback] by bar: mean
     * over steps, and mean absolute value over steps. Scaling of the window moves with its values; `network`
     * is the mean where scaling is held still, that is, through layers and skip alone. NaN where a value is
     * missing. */
    double *influence, *influence_size, *influence_network;

    struct alm_inspected_lags *other; /* [n_others] of the series beside it, in the order of channels */
    size_t n_others;

    struct alm_inspected_tensor *tensor; /* [n_tensors] */
    size_t n_tensors;
    size_t n_windows; /* the last ones of the series whose horizon is known: the loss is the mean over them,
 each from a state of zeros */
    double loss;      /* NaN without */
};

/* Whether the series that the model was trained on are shown together (channels=joint): the history must then
 * have them all. */
bool alm_inspection_is_joint(const struct alm_forecaster *forecaster);

/* Looks at the last window of a series of the history. ALM_USAGE for another forecaster than lstm, before a
 * fit, or a network or step that is not there; ALM_DATA when the series cannot be forecast. Release with
 * alm_inspection_free. */
enum alm_status alm_inspection_create(struct alm_inspection **out, const struct alm_forecaster *forecaster,
                                      const struct alm_history *history,
                                      const struct alm_inspection_request *request, struct alm_error *error);
/* The library's callers release it with this one, too. */
__attribute__((visibility("default"))) void alm_inspection_free(struct alm_inspection *inspection);

/* The quartiles (25, 50 and 75 %, linear between neighbours) of n >= 1 values, which are sorted. */
void alm_quartiles(double out[3], double *values, size_t n);

/* gate_statistics.c: fills saturation and, if there is room, half_life from the parts. */
void alm_inspection_measure(struct alm_inspected_cell *cell, size_t hidden);

#endif
