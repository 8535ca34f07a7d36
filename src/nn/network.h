/* A network: stacked LSTM layers and a linear head, with all parameters in one block. */
#ifndef ALM_NN_NETWORK_H
#define ALM_NN_NETWORK_H

#include "base/bytes.h"
#include "base/random.h"
#include "base/status.h"
#include "nn/loss.h"
#include "nn/real.h"

#include <stddef.h>

/* Which time steps answer, and are counted by the loss. */
enum alm_labels {
    ALM_LABELS_ALL,  /* every step predicts the horizon after it */
    ALM_LABELS_LAST, /* the last step does */
};

struct alm_network_shape {
    size_t inputs;  /* F: numbers per time step */
    size_t hidden;  /* H: units per layer */
    size_t layers;  /* each above the first takes the outputs of the one below */
    size_t horizon; /* values that one answer has */
    size_t levels;  /* outputs per value: 1, or one per quantile level */
    enum alm_labels labels;
};

/* One named matrix inside the block; a bias has one row. */
struct alm_tensor {
    char name[40]; /* "layer0.W", "layer0.R", "layer0.b", …, "head.W", "head.b" */
    size_t rows, columns, offset;
};

struct alm_network {
    struct alm_network_shape shape;
    size_t n_tensors, n_parameters;
    struct alm_tensor *tensors; /* [n_tensors]: 3 per layer, then 2 of the head */
    alm_real *parameters; /* [n_parameters], 64-byte-aligned, as is every tensor in it; gaps are 0 and stay 0.
                           * A gradient and Adam's moments are blocks of the same layout */
};

/* Parameters are zero. ALM_USAGE for a zero size or one that OpenBLAS cannot address. Release with
 * alm_network_free. */
enum alm_status alm_network_create(struct alm_network **out, const struct alm_network_shape *shape,
                                   struct alm_error *error);
void alm_network_free(struct alm_network *network);

/* Draws the parameters: W and the head uniform in ±√(6 / (rows + columns per gate)) (Glorot & Bengio 2010), R
 * of each gate orthogonal (Saxe, McClelland & Ganguli 2014), biases 0 but 1 for the forget gate (Gers et al.
 * 2000; Jozefowicz, Zaremba & Sutskever 2015), so that memory is kept until the data say otherwise. */
enum alm_status alm_network_init(struct alm_network *network, struct alm_random *random,
                                 struct alm_error *error);

/* What a network is asked. Sequences are time-major. Labelled steps T' are all T, or 1 with labels=last. */
struct alm_batch {
    size_t steps, rows; /* T, B */
    alm_real *x;        /* [T][B][F] */
    alm_real *y;        /* [T'][B][horizon]: what should be answered; finite */
    alm_real *weight;   /* [T'][B][horizon]: how much each value counts; 0 for missing ones */
};

/* Memory for passes of up to steps x rows, made once; belongs to one thread at a time. */
struct alm_tape;
enum alm_status alm_tape_create(struct alm_tape **out, const struct alm_network *network, size_t steps,
                                size_t rows, struct alm_error *error);

/* The same for passes that use up to `threads` threads, the calling one among them (0: one); the others sleep
 * between passes. The answers and gradients have the same bits for any number of them. */
enum alm_status alm_tape_create_threads(struct alm_tape **out, const struct alm_network *network,
                                        size_t steps, size_t rows, size_t threads, struct alm_error *error);
void alm_tape_free(struct alm_tape *tape);

/* Answers for x [T][B][F] with T and B up to those of the tape. The result, [T'][B][horizon][levels], belongs
 * to the tape and is valid until its next use. Allocates nothing. */
const alm_real *alm_network_forward(struct alm_tape *tape, const struct alm_network *network,
                                    const alm_real *x, size_t steps, size_t rows);

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
