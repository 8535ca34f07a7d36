/* A network: stacked recurrent layers and what makes their states into answers, with all parameters in one
 * block. */
#ifndef ALM_NN_NETWORK_H
#define ALM_NN_NETWORK_H

#include "base/bytes.h"
#include "base/hooks.h"
#include "base/random.h"
#include "base/status.h"
#include "nn/cell.h"
#include "nn/loss.h"
#include "nn/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which time steps answer, and are counted by the loss. */
enum alm_labels {
    ALM_LABELS_ALL,  /* every step predicts the horizon after it */
    ALM_LABELS_LAST, /* the last step does */
};

/* What makes the last layer's outputs into answers. */
enum alm_decoder_kind {
    ALM_DECODER_DIRECT,  /* one linear map to the whole horizon */
    ALM_DECODER_SEGMENT, /* the horizon in segments, each one step of a further LSTM cell from the last state,
                            with a learnt vector for its position as input, then one linear map shared by all
                            (SegRNN: Lin et al. 2023) */
};

/* Layers of a network at most. */
enum { ALM_MOST_LAYERS = 16 };

/* An initialiser of what is the same for all layers: mode, rate and noise of forgetting. */
#define ALM_FORGET_ALL(...)                                                                                  \
    {                                                                                                        \
        [0 ... ALM_MOST_LAYERS - 1] = { __VA_ARGS__ }                                                        \
    }

/* A field that is zero means that the feature is off. */
struct alm_network_shape {
    size_t inputs;     /* F: numbers per time step */
    size_t projection; /* numbers that the first layer sees of a step: max(0, x W + b); 0: the inputs
                          themselves */
    size_t hidden;     /* H: units per layer */
    size_t layers;     /* each above the first takes the outputs of the one below */
    size_t horizon;    /* values that one answer has */
    size_t levels;     /* outputs per value: as many as the loss asks for (alm_loss) */
    enum alm_labels labels;

    enum alm_cell_kind cell;
    bool peephole; /* gates see the memory: i and f the one before, o the new one (Gers & Schmidhuber 2000) */
    bool layer_norm; /* the sums that gates are made of are normalised over the layer (Ba, Kiros & Hinton
                        2016, equations 3 and 4) */
    bool residual;   /* a layer above the first adds its input to its output */
    struct alm_forget forget[ALM_MOST_LAYERS]; /* by layer, from the one that sees the inputs on */

    /* By layer: its state before a step is that of so many steps earlier (Chang et al. 2017), so a layer is
     * as many interleaved ones with the same weights; 0 is 1. Steps of a batch are a multiple of each, and
     * batches have neither start nor last. Not with the segment decoder, dropout_recurrent and forget modes.
     */
    size_t dilation[ALM_MOST_LAYERS];

    /* Shares that are set to zero in training, the others being scaled up by 1 / (1 - share); one mask a row
     * for all steps (Gal & Ghahramani 2016). At least 0, below 1. */
    double dropout_input;     /* of x (not of the embedding) */
    double dropout_layer;     /* of what a layer above the first sees (not of what `residual` adds) */
    double dropout_recurrent; /* of h_{t-1} where it enters the gates */
    double
        dropout_head; /* of the outputs that the head's map takes, each segment of the decoder for itself */

    enum alm_precision precision; /* of the layers' products; bf16 is for the standard cell without peepholes,
                                     layer normalisation, forget modes and recurrent dropout */

    size_t window; /* numbers a row that reach the answers by a linear map beside the layers: the linear skip;
                      labels=last only */
    size_t extras; /* further numbers a row, the same for all steps, that reach every answer by a linear map
                      and are seen by the segment decoder's cell: static and known-future covariates */
    size_t n_series, embedding; /* a learnt vector of `embedding` numbers for each of n_series, appended to
                                   the inputs of every step and of the segment decoder; both or none */
    enum alm_decoder_kind decoder;
    size_t segment; /* values of a segment; divides the horizon; labels=last only */
    size_t ahead;   /* numbers that only the decoder's step of a segment sees: what is known of its bars */
};

/* One named matrix inside the block; a bias has one row. */
struct alm_tensor {
    char name[40]; /* "layer0.W", "layer0.R", "layer0.b", …, "head.W", "head.b" */
    size_t rows, columns, offset;
};

struct alm_network {
    struct alm_network_shape shape;
    size_t n_tensors, n_parameters;
    struct alm_tensor *tensors; /* [n_tensors]: those of each layer, then the others */
    alm_real *parameters; /* [n_parameters], 64-byte-aligned, as is every tensor in it; gaps are 0 and stay 0.
                           * A gradient and Adam's moments are blocks of the same layout */
};

/* Parameters are zero. ALM_USAGE for a zero size, one that OpenBLAS cannot address, or options that do not go
 * together. Release with alm_network_free. */
enum alm_status alm_network_create(struct alm_network **out, const struct alm_network_shape *shape,
                                   struct alm_error *error);
void alm_network_free(struct alm_network *network);

/* Whether a tensor is one of weights (W, R, and the maps E and S beside the layers), and neither a bias nor a
 * gain, a peephole or an embedding: weight decay goes by it. */
bool alm_tensor_is_matrix(const struct alm_tensor *tensor);

/* The tensor of that name, or NULL. */
const struct alm_tensor *alm_tensor_find(const struct alm_network *network, const char *name);

/* Draws the parameters: W and the head uniform in ±√(6 / (rows + columns per gate)) (Glorot & Bengio 2010),
 * the projection in ±√(6 / rows) (He, Zhang, Ren & Sun 2015), R of each gate orthogonal (Saxe, McClelland &
 * Ganguli 2014), biases 0 but 1 for the forget gate (Gers et al. 2000; Jozefowicz, Zaremba & Sutskever 2015),
 * so that memory is kept until the data say otherwise. What a network may have beside that starts without
 * effect: peepholes, the linear skip and the extras' map 0, gains 1, series' vectors within ±0.05; positions
 * are standard normal, as in SegRNN (Lin et al. 2023). */
enum alm_status alm_network_init(struct alm_network *network, struct alm_random *random,
                                 struct alm_error *error);
/* The same; ALM_INTERRUPTED when cancel (may be NULL) is requested meanwhile: 4,096 units take minutes. */
enum alm_status alm_network_init_until(struct alm_network *network, struct alm_random *random,
                                       const struct alm_cancel *cancel, struct alm_error *error);

/* What a network is asked. Sequences are time-major. Labelled steps T' are all T, or 1 with labels=last.
 * What the shape does not have is not looked at. */
struct alm_batch {
    size_t steps, rows; /* T, B */
    alm_real *x;        /* [T][B][F] */
    alm_real *y;        /* [T'][B][horizon]: what should be answered; finite */
    alm_real *weight;   /* [T'][B][horizon]: how much each value counts; 0 for missing ones */

    alm_real *window; /* [B][window] */
    alm_real *extras; /* [B][extras] */
    alm_real *ahead;  /* [B][horizon / segment][ahead] */
    uint32_t *series; /* [B] below n_series */

    /* Where alm_network_gradient, with a tape of alm_tape_create_asking, puts the derivatives of Σ w l by x
     * and by y; NULL: nowhere. Those by y are for losses of y - output with one output a value (mse, mae,
     * huber, one quantile). Not made by alm_batch_init. */
    alm_real *d_x; /* [T][B][F] */
    alm_real *d_y; /* [T'][B][horizon] */

    /* [layers] states [B][H]: where the sequences start (NULL: zero; no derivative flows into it) and where
     * those after the last step are put (NULL: nowhere). They may be the same. */
    const struct alm_layer_state *start, *last;

    /* The stream of dropout masks and forget samples, which are drawn from (key, row, layer, step, unit) and
     * from nothing else: two batches with the same key and rows see the same ones. 0: prediction, that is no
     * dropout and the expectation of the forget gate. */
    uint64_t key;
};

/* Allocates the arrays of a batch for `shape` (x, y, weight, and window, extras, ahead and series where the
 * shape has them) and sets steps and rows; the rest is zero. Clear it also after a failure. */
enum alm_status alm_batch_init(struct alm_batch *batch, const struct alm_network_shape *shape, size_t steps,
                               size_t rows, struct alm_error *error);
void alm_batch_clear(struct alm_batch *batch);

/* States for all layers, zero, in one block that alm_state_free releases (NULL is fine). */
enum alm_status alm_state_create(struct alm_layer_state **out, const struct alm_network_shape *shape,
                                 size_t rows, struct alm_error *error);
void alm_state_free(struct alm_layer_state *states);
/* Numbers of such a block, which begins at (*out)[0].h. */
size_t alm_state_size(const struct alm_network_shape *shape, size_t rows);
/* Sets row `row` of the states to zero: its sequence begins anew. */
void alm_state_forget(const struct alm_layer_state *states, const struct alm_network_shape *shape,
                      size_t row);

/* Memory for passes of up to steps x rows, made once; belongs to one thread at a time. */
struct alm_tape;
enum alm_status alm_tape_create(struct alm_tape **out, const struct alm_network *network, size_t steps,
                                size_t rows, struct alm_error *error);

/* The same for passes that use up to `threads` threads, the calling one among them (0: one); the others sleep
 * between passes. The answers and gradients have the same bits for any number of them. */
enum alm_status alm_tape_create_threads(struct alm_tape **out, const struct alm_network *network,
                                        size_t steps, size_t rows, size_t threads, struct alm_error *error);
/* The same with room for batch->d_x and d_y. */
enum alm_status alm_tape_create_asking(struct alm_tape **out, const struct alm_network *network, size_t steps,
                                       size_t rows, size_t threads, struct alm_error *error);
/* One for alm_network_forward only, in a fraction of the memory. */
enum alm_status alm_tape_create_forward(struct alm_tape **out, const struct alm_network *network,
                                        size_t steps, size_t rows, struct alm_error *error);
/* Lets passes on this tape end early once cancel (which outlives the tape; NULL: never) is requested: what
 * they leave then is of no use. It is looked at between layers and pieces. */
void alm_tape_set_cancel(struct alm_tape *tape, const struct alm_cancel *cancel);
void alm_tape_free(struct alm_tape *tape);

/* Answers for a batch, with T and B up to those of the tape; y and weight are not looked at. The result,
 * [T'][B][horizon][levels], belongs to the tape and is valid until its next use. Allocates nothing. */
const alm_real *alm_network_forward(struct alm_tape *tape, const struct alm_network *network,
                                    const struct alm_batch *batch);

/* Forward, loss and backward: adds Σ w l and Σ w to *total and the gradient of Σ w l to gradient
 * [n_parameters] (divide by Σ w for that of the mean). gradient may be NULL: only the loss. loss->n_levels
 * must equal the shape's levels. */
void alm_network_gradient(struct alm_loss_sum *total, alm_real *gradient, struct alm_tape *tape,
                          const struct alm_network *network, const struct alm_loss *loss,
                          const struct alm_batch *batch);

/* The shape and the parameters, tensor by tensor. load makes a new network and checks every length; ALM_PARSE
 * for anything else. (Parameters are stored as 32-bit floats; in the double build they are rounded.) */
void alm_network_save(const struct alm_network *network, struct alm_bytes *out);
enum alm_status alm_network_load(struct alm_network **out, struct alm_bytes_reader *in,
                                 struct alm_error *error);

#endif
