/* The optimiser: Adam (Kingma & Ba 2015, algorithm 1) with the gradient clipped by its global norm (Pascanu,
 * Mikolov & Bengio 2013). Knows blocks of numbers and nothing of networks. */
#ifndef ALM_NN_ADAM_H
#define ALM_NN_ADAM_H

#include "base/status.h"
#include "nn/kernel.h"

#include <stddef.h>

struct alm_adam {
    double beta1, beta2, epsilon; /* 0.9, 0.999, 1e-8 */
    size_t n, step;               /* parameters; steps taken */
    alm_real *m, *v;              /* [n] moments of the gradient */
    const struct alm_kernel *kernel;
};

enum alm_status alm_adam_init(struct alm_adam *adam, size_t n, struct alm_error *error);
void alm_adam_clear(struct alm_adam *adam);

/* Euclidean norm of n numbers, summed in double and in order. */
double alm_gradient_norm(const alm_real *gradient, size_t n);

/* One step: parameters [n] move against scale * gradient with step size rate, after the scaled gradient was
 * shrunk to Euclidean norm clip if it is longer (clip <= 0: never). Returns the norm before shrinking; if
 * that is not finite, nothing moves. */
double alm_adam_update(struct alm_adam *adam, alm_real *parameters, const alm_real *gradient, double scale,
                       double rate, double clip);

#endif
