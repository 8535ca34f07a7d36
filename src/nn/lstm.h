/* One LSTM layer over a whole sequence, forward and backward (Hochreiter & Schmidhuber 1997, with the forget
 * gate of Gers, Schmidhuber & Cummins 2000; no peepholes):
 *
 *     i = σ(W_i x_t + R_i h_{t-1} + b_i)     f = σ(W_f x_t + R_f h_{t-1} + b_f)
 *     g = tanh(W_g x_t + R_g h_{t-1} + b_g)  o = σ(W_o x_t + R_o h_{t-1} + b_o)
 *     c_t = f ⊙ c_{t-1} + i ⊙ g              h_t = o ⊙ tanh(c_t)               c_0 = h_0 = 0
 *
 * Sequences are time-major, [T][B][·]; the four gates stand side by side in the order i, f, g, o, so that one
 * matrix product serves all of them. */
#ifndef ALM_NN_LSTM_H
#define ALM_NN_LSTM_H

#include "nn/kernel.h"

#include <stddef.h>

/* Sizes of one pass: T steps, B rows, F inputs, H units. */
struct alm_lstm_size {
    size_t steps, rows, inputs, hidden;
};

/* Views of one layer's parameters, or of their gradient. Row-major with the gates along a row, so that both
 * products of the forward pass use them as they lie in memory. */
struct alm_lstm_weights {
    alm_real *w; /* [F][4H] from the input */
    alm_real *r; /* [H][4H] from the layer's own output one step before */
    alm_real *b; /* [4H] */
};

/* What forward leaves for backward. The states have one block more than there are steps: block 0 is the
 * start. */
struct alm_lstm_tape {
    alm_real *gates; /* [T][B][4H] i, f, g, o; after backward their derivatives before σ and tanh */
    alm_real *c, *h; /* [T + 1][B][H] */
};

/* Runs the layer over x [T][B][F]; its outputs are tape->h + B * H, [T][B][H]. */
void alm_lstm_forward(struct alm_lstm_tape *tape, const struct alm_lstm_weights *weights, const alm_real *x,
                      const struct alm_lstm_size *size, const struct alm_kernel *kernel);

/* Scratch of backward: r_transposed [4H][H], d_c [B][H]. */
struct alm_lstm_scratch {
    alm_real *r_transposed, *d_c;
};

/* d_h [T][B][H] holds the loss's derivative by the outputs from above and is overwritten with the whole
 * derivative. Adds into gradient; writes the derivative by x into d_x [T][B][F] unless NULL. */
void alm_lstm_backward(struct alm_lstm_weights *gradient, alm_real *d_x, alm_real *d_h,
                       struct alm_lstm_tape *tape, struct alm_lstm_scratch *scratch,
                       const struct alm_lstm_weights *weights, const alm_real *x,
                       const struct alm_lstm_size *size, const struct alm_kernel *kernel);

#endif
