/* What a layer's cell can be, and the state that it carries from step to step. */
#ifndef ALM_NN_CELL_H
#define ALM_NN_CELL_H

#include "nn/real.h"

#include <stdbool.h>

/* The cell of every layer. */
enum alm_cell_kind {
    ALM_CELL_LSTM,  /* Hochreiter & Schmidhuber 1997 with the forget gate of Gers, Schmidhuber & Cummins 2000
                     */
    ALM_CELL_SLSTM, /* exponential input gate, normalised memory (Beck et al. 2024, equations 8 to 17) */
};

/* What happens to the forget gate f of the LSTM cell in training, with probability forget_rate at each row,
 * step and unit; prediction uses the expectation over that. */
enum alm_forget_mode {
    ALM_FORGET_LEARNED, /* nothing */
    ALM_FORGET_ZERO,    /* 0: the memory is cleared */
    ALM_FORGET_ONE,     /* 1: it is kept whole, as in the cell of 1997 */
    ALM_FORGET_NOISE,   /* (1 - a) f + a u, a = forget_noise, u uniform on (0, 1) */
};

struct alm_forget {
    enum alm_forget_mode mode;
    double rate;  /* forget_rate, 0 to 1 */
    double noise; /* forget_noise: a, 0 to 1 */
};

/* What the products of the standard cell's layers are made of; sums, gates, states, gradients and parameters
 * are fp32 in either. */
enum alm_precision {
    ALM_PRECISION_FP32,
    ALM_PRECISION_BF16, /* 8 bits of exponent, as fp32 has, and 8 of mantissa with the one that is not stored
                         */
    ALM_PRECISIONS,
};

/* The options of a cell; see struct alm_network_shape. */
struct alm_cell {
    enum alm_cell_kind kind;
    bool peephole, layer_norm;
    struct alm_forget forget;
    double dropout_recurrent;
    enum alm_precision precision;
};

/* The state of one layer at the border of a sequence, or the derivatives by it; [B][H] each. */
struct alm_layer_state {
    alm_real *h, *c;
    alm_real *n, *m; /* sLSTM only (else not looked at): normaliser and stabiliser; c and n are those of the
                        paper times exp(-m) */
};

#endif
