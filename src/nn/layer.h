/* One layer over a whole sequence, forward and backward, behind one interface: what computes it may be fused
 * kernels, or products and elementwise kernels one after the other, and later other cells.
 *
 * Sequences are time-major, [T][B][·]. A pass over a batch is: pack, clear the sums, then for each piece of
 * the batch's rows forward and backward, then add_sums. Several threads may run pieces at once, each with its
 * own layer whose weights, for_backward and packed are the same. */
#ifndef ALM_NN_LAYER_H
#define ALM_NN_LAYER_H

#include "nn/cell.h"
#include "nn/kernel/kernel.h"
#include "nn/noise.h"

#include <stdbool.h>
#include <stddef.h>

/* T steps, B rows, F inputs, H units. */
struct alm_layer_size {
    size_t steps, rows, inputs, hidden;
};

/* Views of one layer's parameters, or of their gradient. Row-major with the gates i, f, g, o along a row. */
struct alm_layer_weights {
    alm_real *w;    /* [F][4H] from the input */
    alm_real *r;    /* [H][4H] from the layer's own output one step before */
    alm_real *b;    /* [4H] */
    alm_real *p;    /* [3][H] peepholes of i, f and o; NULL without */
    alm_real *gain; /* [4H] of layer normalisation; NULL without */
};

struct alm_layer {
    const struct alm_layer_kind *kind;
    const struct alm_kernel *kernel;
    struct alm_layer_size size; /* room for */
    struct alm_cell cell;
    alm_real *packed; /* [kind->packed()] weights in the kind's own layout; may be shared between threads */
    alm_real *h;      /* [T + 1][B][H]; block 0 is the start, the outputs follow it */
    alm_real *kept;   /* [kind->kept()] what forward leaves for backward, and scratch */
    alm_real *sums;   /* [kind->sums()] the gradient so far, in the kind's own layout */
    struct alm_layer_weights weights;
    struct alm_noise noise; /* of the piece under way */
    bool answers_only;      /* for_backward will never be set: kept may be smaller */
    bool for_backward;      /* whether backward follows forward; if not, less is kept, and faster */
    bool starts_at_zero;    /* of the piece under way */
};

/* One row at one step, [H] each, to be looked at; the sLSTM's i, f and c as shares of n, and what it has of
 * its own: log i, σ(ã_f) and log n. Other cells leave these alone. */
struct alm_cell_view {
    alm_real *i, *f, *g, *o, *c;
    alm_real *log_i, *own_f, *log_n;
};

struct alm_layer_kind {
    const char *name;

    /* Numbers that a layer of this size, kernel and cell needs at packed, kept and sums. The memory starts as
     * zeros. */
    size_t (*packed)(const struct alm_layer *layer);
    size_t (*kept)(const struct alm_layer *layer);
    size_t (*sums)(const struct alm_layer *layer);

    /* Prepares layer->weights for what layer->for_backward says; neither may change until the pass is over.
     */
    void (*pack)(struct alm_layer *layer);

    /* Runs x [T][B][F] with T, B up to the layer's; start may be NULL (zero). Outputs: layer->h + B * H. */
    void (*forward)(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows);

    /* The state after the last step of forward. */
    void (*last)(const struct alm_layer_state *state, const struct alm_layer *layer, size_t steps,
                 size_t rows);

    /* Backward over the piece that forward saw last: adds the weights' gradient to layer->sums. d_h [T][B][H]
     * is the derivative of the loss by the outputs; steps before `first` count as zero and are not read; it
     * may be overwritten. d_memory [B][H] is the one by the memory after the last step (c; c / n of the
     * sLSTM); NULL: zero. Writes the derivatives by x into d_x [T][B][F] and by the start into d_start, each
     * unless NULL. */
    void (*backward)(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *d_memory, const alm_real *x, size_t steps,
                     size_t rows);

    /* What the gates of a row did at step t, and the memory after it: between forward, with for_backward, and
     * backward. */
    void (*look)(const struct alm_cell_view *out, const struct alm_layer *layer, size_t t, size_t row,
                 size_t rows);

    /* gradient += sums. */
    void (*add_sums)(const struct alm_layer_weights *gradient, const struct alm_layer *layer,
                     const alm_real *sums);
};

/* Products by OpenBLAS, then gates: simple. Knows the standard cell only. */
extern const struct alm_layer_kind alm_layer_plain;

/* Products and gates fused in the kernels: the same numbers but for rounding, faster. */
extern const struct alm_layer_kind alm_layer_fused;

/* The LSTM cell with all of struct alm_cell. */
extern const struct alm_layer_kind alm_layer_general;

/* The sLSTM cell. */
extern const struct alm_layer_kind alm_layer_slstm;

/* The fastest kind that knows the cell. */
const struct alm_layer_kind *alm_layer_choose(const struct alm_cell *cell);

/* What kinds share that keep their sums in the layout of the weights: W, R, b, p and gain one after the
 * other, of which a cell has the last two or not; and Rᵀ [4H][H] as packed weights. */
size_t alm_layer_plain_sums(const struct alm_layer *layer);
struct alm_layer_weights alm_layer_plain_view(const struct alm_layer *layer, alm_real *sums);
void alm_layer_plain_add_sums(const struct alm_layer_weights *gradient, const struct alm_layer *layer,
                              const alm_real *sums);
size_t alm_layer_plain_packed(const struct alm_layer *layer);
void alm_layer_plain_pack(struct alm_layer *layer);

/* out [n] = start, or zeros if that is NULL. */
void alm_layer_set_start(alm_real *out, const alm_real *start, size_t n);

#endif
