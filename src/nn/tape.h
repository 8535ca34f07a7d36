/* The memory of a network's passes, and what is at hand of the network in them. Inside nn only. */
#ifndef ALM_NN_TAPE_H
#define ALM_NN_TAPE_H

#include "nn/crew.h"
#include "nn/shape.h"

/* ALM_PIECE_ROWS rows of a batch go through forward and backward together: few enough that what the layers
 * keep of them stays in cache (measured: 12 to 24 are alike).
 *
 * The pieces of a batch are dealt into up to ALM_SHARES shares of neighbours. The gradient is summed within
 * each share in order, then over the shares in order; so it has the same bits on any number of threads. */
enum { ALM_PIECE_ROWS = 16, ALM_SHARES = 4 };

/* What the segment decoder keeps of a piece; S segments, b rows. */
struct alm_decoding {
    alm_real *context;        /* [b][context] extras and the series' vector */
    alm_real *row_sums;       /* [b][4H] what all segments of a row share; then its derivative */
    alm_real *gates;          /* [b][S][4H] */
    alm_real *before, *c, *h; /* [b][S][H] */
    alm_real *d_c, *d_h;      /* [b][S][H] */
    alm_real *d_positions;    /* [S][4H] */
    alm_real *d_context;      /* [b][context] */
    alm_real *d_ahead;        /* [b][S][ahead] */
    alm_real *d_memory;       /* [b][H] */
};

/* What one thread works on. */
struct alm_bench {
    struct alm_layer *layers;       /* [layers] */
    struct alm_layer_state *states; /* [layers] where the piece starts or ends */
    struct alm_batch piece; /* a copy of the piece's rows; x has the series' vectors behind the inputs */
    alm_real **in;    /* [layers] [T][b][inputs] what a layer sees, where that is no other's; else NULL */
    alm_real **out;   /* [layers] [T][b][H] its output with what it adds; else NULL */
    alm_real **masks; /* [layers] [b][inputs]; NULL without */
    alm_real *d_h[3]; /* [T][b][H] derivatives by a layer's outputs, by its inputs, and a spare */
    alm_real *d_projection;        /* [T][b][projection]; NULL without */
    alm_real *d_x;                 /* [T][b][F + embedding]; NULL where nobody wants it */
    alm_real *head_mask, *head_in; /* [b][S][H], [T'][b][S][H] what the head sees, dropped; NULL without */
    alm_real *output, *d_output;   /* [T'][b][horizon * levels] */
    struct alm_decoding decoding;
};

/* What one share adds up. */
struct alm_share {
    alm_real **sums; /* [layers] as layer->sums, in the same block one after the other */
    alm_real *parts; /* the tensors of no layer, as in the network's block, behind them */
    size_t n_sums;   /* numbers from sums[0] to the end of parts */
    struct alm_loss_sum loss;
};

struct alm_tape {
    size_t steps, rows;        /* room for */
    struct alm_bench *benches; /* [n_benches], one per thread */
    size_t n_benches;
    struct alm_share shares[ALM_SHARES];
    size_t n_shares;     /* that the rows make */
    alm_real *answers;   /* [T'][B][horizon * levels] of the whole batch */
    alm_real *positions; /* [S][4H] the decoder's sums that depend on the segment only */
    alm_real *block;     /* every array above */
    struct alm_crew *crew;
    bool observes;     /* wants derivatives by the inputs */
    bool answers_only; /* no backward pass: what only that needs has no room */
    const struct alm_cancel *cancel;
};

/* A tape of one thread and one share whose backward passes leave derivatives by the inputs in the bench. */
enum alm_status alm_tape_create_observing(struct alm_tape **out, const struct alm_network *network,
                                          size_t steps, size_t rows, struct alm_error *error);

/* Numbers that a tape of alm_tape_create_threads has; of network only shape and tensors are looked at. */
enum alm_status alm_tape_count(size_t *numbers, const struct alm_network *network, size_t steps, size_t rows,
                               size_t threads, struct alm_error *error);

/* What the threads of a pass share. */
struct alm_pass {
    struct alm_tape *tape;
    const struct alm_network *network;
    const struct alm_loss *loss; /* NULL: only answers */
    const struct alm_batch *batch;
    struct alm_parts parts;
    bool backward;
};

static inline bool alm_pass_is_cancelled(const struct alm_pass *pass)
{
    return alm_cancelled(pass->tape->cancel);
}

static inline const alm_real *alm_part(const struct alm_pass *pass, const struct alm_tensor *tensor)
{
    return pass->network->parameters + tensor->offset;
}

static inline alm_real *alm_part_gradient(const struct alm_share *share, const struct alm_pass *pass,
                                          const struct alm_tensor *tensor)
{
    return share->parts + (tensor->offset - pass->parts.offset);
}

/* pass.c: what comes before the first piece; the bench's copy of the piece that starts at row first; out
 * [T][B][F], rows of the piece = derivatives by its inputs; gradient += what a share gathered. */
void alm_pass_prepare(struct alm_pass *pass);
void alm_piece_take(struct alm_bench *bench, const struct alm_pass *pass, size_t first);
void alm_pass_give_d_x(alm_real *out, const struct alm_bench *bench, const struct alm_pass *pass,
                       size_t first);
void alm_pass_add_share(alm_real *gradient, const struct alm_share *share, const struct alm_pass *pass);

/* stack.c: the layers over the piece of a bench. backward takes the derivative by the outputs of the last
 * layer at the labelled steps in bench->d_h[0], and d_memory as layer->kind->backward does. */
void alm_stack_forward(struct alm_bench *bench, const struct alm_pass *pass);
void alm_stack_backward(struct alm_share *share, struct alm_bench *bench, const struct alm_pass *pass,
                        const alm_real *d_memory);
const alm_real *alm_layer_outputs(const struct alm_bench *bench, const struct alm_pass *pass, size_t layer);
const alm_real *alm_stack_output(const struct alm_bench *bench, const struct alm_pass *pass, size_t layer);

/* projection.c: from bench->piece.x to bench->in[0], and from bench->d_projection back to bench->d_x. */
void alm_projection_forward(struct alm_bench *bench, const struct alm_pass *pass);
void alm_projection_backward(struct alm_share *share, struct alm_bench *bench, const struct alm_pass *pass);

/* head.c: from there to bench->output, and from bench->d_output back. */
void alm_head_forward(struct alm_bench *bench, const struct alm_pass *pass);
const alm_real *alm_head_backward(struct alm_share *share, struct alm_bench *bench,
                                  const struct alm_pass *pass);

/* decoder.c: the cell's outputs bench->decoding.h from the last state, and back to bench->d_h[0]; returns the
 * derivative by the last memory. prepare is once a pass. */
void alm_decoder_prepare(struct alm_tape *tape, const struct alm_pass *pass);
void alm_decoder_forward(struct alm_bench *bench, const struct alm_pass *pass);
const alm_real *alm_decoder_backward(struct alm_share *share, struct alm_bench *bench,
                                     const struct alm_pass *pass);

/* d_vectors gains the derivatives [rows][width] of which the series' vectors are the last `embedding`. */
void alm_series_backward(struct alm_share *share, const struct alm_bench *bench, const struct alm_pass *pass,
                         const alm_real *d, size_t steps, size_t width);

#endif
