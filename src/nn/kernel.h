/* The elementwise work of an LSTM step and of the optimisers, compiled for several CPUs and chosen at run
 * time.
 *
 * Plain layouts, for one time step of one layer, `rows` rows of a batch (B) and `hidden` units (H): gate
 * blocks are [B][4H], each row the gates i, f, g, o in this order; states are [B][H].
 *
 * Layouts of the fused layer. A panel is L units, L = lanes of the kernel's vectors; the last one is filled
 * up with units whose weights are 0, which therefore stay 0. records     [panels][B][6][L]: i, f, g, o, c,
 * tanh(c) of every cell at one step weights     [panels][1 + F + H][4][L]: b, W and R, the four gates of a
 * panel side by side. Gradients likewise. transposed  Wᵀ or Rᵀ: blocks of 4, 2 or 1 vectors of columns
 * (alm_block_vectors), in each [panels][4][L][vectors][L] */
#ifndef ALM_NN_KERNEL_H
#define ALM_NN_KERNEL_H

#include "nn/real.h"

#include <stddef.h>

/* The constants of one step of an optimiser (optimiser.h). */
struct alm_optimiser_step {
    alm_real scale;        /* the gradient is multiplied by this first (normalisation and clipping) */
    alm_real decay;        /* λ: λ w is added to the gradient (coupled decay) */
    alm_real keep;         /* w is multiplied by this (decoupled decay); 1: none */
    alm_real beta1, beta2; /* decay of the two moments; beta1 is the momentum of sgd and rmsprop */
    alm_real ahead;        /* sgd: the momentum again for Nesterov's step, else 0 */
    alm_real rate;         /* step size; adam: / (1 - beta1^t), its bias correction */
    alm_real correction;   /* adam: 1 / sqrt(1 - beta2^t) */
    alm_real epsilon;
};

struct alm_fused_size {
    size_t rows, inputs, hidden; /* B, F, H */
};

/* Vectors in the next block of a transposed matrix when `left` of them remain. */
static inline size_t alm_block_vectors(size_t left)
{
    return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

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

    size_t lanes; /* L: numbers of a vector */

    /* The fused layer (layouts above). One step forward: records and h [B][H] of this step are written from
     * before, the records of the step before (of which only c is read; it may be the same block), h_before
     * [B][H] (NULL: zero) and x [B][F]. */
    void (*fused_forward)(alm_real *records, alm_real *h, const alm_real *before, const alm_real *h_before,
                          const alm_real *x, const alm_real *weights, const struct alm_fused_size *size);

    /* One step backward: i, f, g, o in records are replaced by dG, the derivatives by the sums they were made
     * of; d_c [panels][B][L] as in backward; the row of b in the packed gradient gains the sums over rows.
     * after are the records of the step after, with dG in them (NULL at the last step), transposed is Rᵀ, d_h
     * [B][H] the derivative by h from above (NULL: zero). */
    void (*fused_backward)(alm_real *records, alm_real *d_c, alm_real *gradient, const alm_real *before,
                           const alm_real *after, const alm_real *d_h, const alm_real *transposed,
                           const struct alm_fused_size *size);

    /* out [B][columns] = dG Mᵀ, M being W (then out is the derivative by x) or R (by h_before). */
    void (*fused_product)(alm_real *out, const alm_real *records, const alm_real *transposed, size_t columns,
                          const struct alm_fused_size *size);

    /* Adds aᵀ dG over `steps` steps, whose records follow each other, into rows of a packed gradient; a is
     * [steps][B][columns], gradient stands at the first of its `columns` rows in panel 0. */
    void (*fused_gradient)(alm_real *gradient, const alm_real *a, size_t columns, const alm_real *records,
                           size_t steps, const struct alm_fused_size *size);

    /* One step of n parameters w with moments m and v (m alone: sgd). */
    void (*adam)(alm_real *w, alm_real *m, alm_real *v, const alm_real *gradient,
                 const struct alm_optimiser_step *step, size_t n);
    void (*rmsprop)(alm_real *w, alm_real *m, alm_real *v, const alm_real *gradient,
                    const struct alm_optimiser_step *step, size_t n);
    void (*sgd)(alm_real *w, alm_real *m, const alm_real *gradient, const struct alm_optimiser_step *step,
                size_t n);

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
