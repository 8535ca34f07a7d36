/* The elementwise work of an LSTM step and of Adam, compiled for several CPUs and chosen at run time.
 *
 * One time step of one layer for `rows` rows of a batch and `hidden` units (H). Gate blocks are [rows][4H],
 * each row the gates i, f, g, o in this order; states are [rows][H]. */
#ifndef ALM_NN_KERNEL_H
#define ALM_NN_KERNEL_H

#include "nn/real.h"

#include <stddef.h>

/* The constants of one Adam step (Kingma & Ba 2015, algorithm 1), with both bias corrections inside. */
struct alm_adam_step {
    alm_real scale;        /* the gradient is multiplied by this first (normalisation and clipping) */
    alm_real beta1, beta2; /* decay of the two moments */
    alm_real rate;         /* step size / (1 - beta1^t) */
    alm_real correction;   /* 1 / sqrt(1 - beta2^t) */
    alm_real epsilon;
};

struct alm_kernel {
    const char *name;

    /* gates holds W x + R h' on entry and i, f, g, o on return; c and h are written.
     *   i = σ(i + b_i)  f = σ(f + b_f)  g = tanh(g + b_g)  o = σ(o + b_o)   c = f c' + i g   h = o tanh(c)
     * bias is [4H], c_before [rows][H]. */
    void (*forward)(alm_real *gates, alm_real *c, alm_real *h, const alm_real *c_before, const alm_real *bias,
                    size_t rows, size_t hidden);

    /* gates holds i, f, g, o on entry and the loss's derivatives by the preactivations on return. d_c holds
     * the derivative by c coming from the step after (zero at the last) and is replaced by the one for the
     * step before. d_h [rows][H] is the whole derivative by h. The derivatives are added over rows into
     * d_bias [4H]. */
    void (*backward)(alm_real *gates, alm_real *d_c, alm_real *d_bias, const alm_real *d_h, const alm_real *c,
                     const alm_real *c_before, size_t rows, size_t hidden);

    /* One Adam step of n parameters w with moments m and v. */
    void (*adam)(alm_real *w, alm_real *m, alm_real *v, const alm_real *gradient,
                 const struct alm_adam_step *step, size_t n);

    /* The two functions by themselves, for tests: y[n] = σ(x[n]), tanh(x[n]). */
    void (*sigmoid)(alm_real *y, const alm_real *x, size_t n);
    void (*tanh)(alm_real *y, const alm_real *x, size_t n);
};

/* The fastest kernel that this CPU runs. */
const struct alm_kernel *alm_kernel_best(void);

/* All kernels that this CPU runs, best first; index from 0, NULL after the last. The last is "portable". */
const struct alm_kernel *alm_kernel_at(size_t index);

/* The name of the best kernel ("avx512"): with alm_gemm_core it is part of what makes a run's bits. */
const char *alm_nn_kernel_name(void);

#endif
