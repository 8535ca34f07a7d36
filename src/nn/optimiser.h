/* Optimisers: what a gradient does to parameters. Clipping by the global norm (Pascanu, Mikolov & Bengio
 * 2013) comes before each of them. Knows blocks of numbers and nothing of networks. */
#ifndef ALM_NN_OPTIMISER_H
#define ALM_NN_OPTIMISER_H

#include "base/bytes.h"
#include "base/status.h"
#include "nn/kernel/kernel.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_optimiser_kind {
    ALM_OPTIMISER_ADAM,  /* Kingma & Ba 2015, algorithm 1; decay is added to the gradient */
    ALM_OPTIMISER_ADAMW, /* the same with decoupled decay: Loshchilov & Hutter 2019, algorithm 2 */
    ALM_OPTIMISER_SGD, /* steepest descent with momentum (Polyak 1964), or Nesterov's (Sutskever et al. 2013)
                        */
    ALM_OPTIMISER_RMSPROP, /* Tieleman & Hinton 2012, lecture 6.5, with momentum */
};

struct alm_optimiser_settings {
    enum alm_optimiser_kind kind;
    double decay; /* λ: adam, sgd, rmsprop: λ w is added to the gradient; adamw: w shrinks by rate λ w */
    double momentum; /* of sgd and rmsprop; 0: none */
    bool nesterov;   /* sgd only: the step looks ahead along the momentum */
};

/* Numbers of the block that decay. */
struct alm_optimiser_range {
    size_t first, n;
};

struct alm_optimiser {
    struct alm_optimiser_settings settings;
    double beta1, beta2, epsilon; /* 0.9, 0.999 (rmsprop: 0.99), 1e-8 */
    size_t n, step;               /* parameters; steps taken */
    alm_real *first, *second;     /* [n] moments of the gradient, in the parameters' layout: adam's m and v,
                                     rmsprop's momentum and mean square, sgd's momentum and NULL */
    struct alm_optimiser_range *range; /* [n_ranges] in rising order, not empty and apart */
    size_t n_ranges;
    const struct alm_kernel *kernel;
};

/* range [n_ranges] is copied; what is in none of them (biases) does not decay. Release with
 * alm_optimiser_clear. */
enum alm_status alm_optimiser_init(struct alm_optimiser *optimiser,
                                   const struct alm_optimiser_settings *settings, size_t n,
                                   const struct alm_optimiser_range *range, size_t n_ranges,
                                   struct alm_error *error);
void alm_optimiser_clear(struct alm_optimiser *optimiser);

/* Forgets all steps. */
void alm_optimiser_reset(struct alm_optimiser *optimiser);

/* Euclidean norm of n numbers, summed in double and in order. */
double alm_gradient_norm(const alm_real *gradient, size_t n);

/* One step: parameters [n] move against scale * gradient with step size rate, after the scaled gradient was
 * shrunk to Euclidean norm clip if it is longer (clip <= 0: never). Returns the norm before shrinking; if
 * that is not finite, nothing moves. */
double alm_optimiser_update(struct alm_optimiser *optimiser, alm_real *parameters, const alm_real *gradient,
                            double scale, double rate, double clip);

/* The steps taken and the moments, bit by bit, and back into an optimiser of the same kind and size (else the
 * reader fails). */
void alm_optimiser_save(const struct alm_optimiser *optimiser, struct alm_bytes *out);
void alm_optimiser_load(struct alm_optimiser *optimiser, struct alm_bytes_reader *in);

/* n numbers, bit by bit, and back. */
void alm_reals_save(const alm_real *values, size_t n, struct alm_bytes *out);
void alm_reals_load(alm_real *values, size_t n, struct alm_bytes_reader *in);

#endif
