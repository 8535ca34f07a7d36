/* The memory of a network's passes, and what is at hand of the network in them. Inside nn only. */
#ifndef ALM_NN_TAPE_H
#define ALM_NN_TAPE_H

#include "nn/crew.h"
#include "nn/layer.h"
#include "nn/network.h"

/* ALM_PIECE_ROWS rows of a batch go through forward and backward together: few enough that what the layers
 * keep of them stays in cache (measured: 12 to 24 are alike).
 *
 * The pieces of a batch are dealt into up to ALM_SHARES shares of neighbours. The gradient is summed within
 * each share in order, then over the shares in order; so it has the same bits on any number of threads. */
enum { ALM_PIECE_ROWS = 16, ALM_SHARES = 4 };

/* What one thread works on. */
struct alm_bench {
    struct alm_layer *layers;    /* [layers] */
    struct alm_batch piece;      /* a copy of the piece's rows */
    alm_real *d_h[2];            /* [T][b][H] derivatives by a layer's outputs, and by its inputs */
    alm_real *output, *d_output; /* [T'][b][horizon * levels] */
};

/* What one share adds up. */
struct alm_share {
    alm_real **sums; /* [layers] as layer->sums, in the same block one after the other */
    alm_real *head;  /* [H][horizon * levels] and [horizon * levels], behind them */
    size_t n_sums;   /* numbers from sums[0] to the end of head */
    struct alm_loss_sum loss;
};

struct alm_tape {
    size_t steps, rows;        /* room for */
    struct alm_bench *benches; /* [n_benches], one per thread */
    size_t n_benches;
    struct alm_share shares[ALM_SHARES];
    size_t n_shares;   /* that the rows make */
    alm_real *answers; /* [T'][B][horizon * levels] of the whole batch */
    alm_real *block;   /* every array above */
    struct alm_crew *crew;
};

/* The tensors of layer `layer` inside block, which has the network's layout; then those of the head, W and b.
 */
struct alm_lstm_weights alm_layer_view(const struct alm_network *network, alm_real *block, size_t layer);
const struct alm_tensor *alm_head_tensors(const struct alm_network *network);

size_t alm_labelled_steps(const struct alm_network_shape *shape, size_t steps);

#endif
