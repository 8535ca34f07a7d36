/* One layer over a whole sequence, forward and backward, behind one interface: what computes it may be fused
 * kernels, or products and elementwise kernels one after the other, and later other cells.
 *
 * Sequences are time-major, [T][B][·]. A pass over a batch is: begin, then for each piece of the batch's rows
 * forward and backward, then end. */
#ifndef ALM_NN_LAYER_H
#define ALM_NN_LAYER_H

#include "nn/kernel.h"

#include <stdbool.h>
#include <stddef.h>

/* T steps, B rows, F inputs, H units. */
struct alm_layer_size {
    size_t steps, rows, inputs, hidden;
};

/* Views of one layer's parameters, or of their gradient. Row-major with the gates i, f, g, o along a row. */
struct alm_lstm_weights {
    alm_real *w; /* [F][4H] from the input */
    alm_real *r; /* [H][4H] from the layer's own output one step before */
    alm_real *b; /* [4H] */
};

/* A state at the border of a sequence, or the derivatives by it: h and c, [B][H] each. */
struct alm_layer_state {
    alm_real *h, *c;
};

struct alm_layer {
    const struct alm_layer_kind *kind;
    const struct alm_kernel *kernel;
    struct alm_layer_size size; /* room for */
    alm_real *h;                /* [T + 1][B][H]; block 0 is the start, the outputs follow it */
    alm_real *kept;             /* [kind->kept()] what forward leaves for backward */
    alm_real *work;             /* [kind->work()] weights and gradient in the kind's own layout, scratch */
    /* of the pass and piece under way */
    struct alm_lstm_weights weights, gradient;
    bool starts_at_zero;
};

struct alm_layer_kind {
    const char *name;

    /* Numbers that a layer of this size keeps and works with. The memory starts as zeros. */
    size_t (*kept)(const struct alm_layer_size *size, const struct alm_kernel *kernel);
    size_t (*work)(const struct alm_layer_size *size, const struct alm_kernel *kernel);

    /* Starts a pass with these weights, which must not change until its end. gradient may be NULL: there will
     * be no backward. */
    void (*begin)(struct alm_layer *layer, const struct alm_lstm_weights *weights,
                  const struct alm_lstm_weights *gradient);

    /* Runs x [T][B][F] with T, B up to the layer's; start may be NULL (zero). Outputs: layer->h + B * H. */
    void (*forward)(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows);

    /* The state after the last step of forward. */
    void (*last)(struct alm_layer_state *state, const struct alm_layer *layer, size_t steps, size_t rows);

    /* Backward over the piece that forward saw last. d_h [T][B][H] is the derivative of the loss by the
     * outputs; steps before `first` count as zero and are not read; it may be overwritten. Writes the
     * derivatives by x into d_x [T][B][F] and by the start into d_start, each unless NULL. (Derivatives by
     * the last c: none.) */
    void (*backward)(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *x, size_t steps, size_t rows);

    /* Adds what backward gathered to the gradient. Gradients of a pass are complete only now. */
    void (*end)(struct alm_layer *layer);
};

/* Products by OpenBLAS, then gates: simple, and what other cells start from. */
extern const struct alm_layer_kind alm_layer_plain;

/* Products and gates fused in the kernels: the same numbers but for rounding, faster. */
extern const struct alm_layer_kind alm_layer_fused;

#endif
