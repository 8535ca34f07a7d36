/* The elementwise work of an LSTM step and of the optimisers, compiled for several CPUs and chosen at run
 * time.
 *
 * Plain layouts, for one time step of one layer, `rows` rows of a batch (B) and `hidden` units (H): gate
 * blocks are [B][4H], each row the gates i, f, g, o in this order; states are [B][H].
 *
 * Layouts of the fused layer. A panel is L units, L = lanes of the kernel's vectors; the last one is filled
 * up with units whose weights are 0, which therefore stay 0.
 *
 *   records     [panels][B][6][L]: i, f, g, o, c, tanh(c) of every cell at one step
 *   weights     [panels][1 + F + H][4][L]: b, W and R, the four gates of a panel side by side; gradients too
 *   transposed  Wᵀ or Rᵀ: blocks of 4, 2 or 1 vectors of columns (alm_block_vectors), in each
 *               [panels][4][L][vectors][L]
 *
 * Operands of products are made of words, each as large as a number. In fp32 a word is a number. In bf16 it
 * is two of 16 bits, neighbours along the sum that the product takes: in a row of x or h two columns, in
 * weights two rows (so that [1 + F + H] becomes [1 + words of F + words of H], b staying fp32), in transposed
 * and in dG two units of a gate ([4][L] becomes [4][L / 2]). Where a number has no neighbour, that is 0. */
#ifndef ALM_NN_KERNEL_H
#define ALM_NN_KERNEL_H

#include "nn/cell.h"

#include <stddef.h>
#include <stdint.h>

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

/* The fused layer (layouts above) with operands of one precision; sums, states and gates are alm_real. */
struct alm_fused_kernel {
    /* One step forward: records and h [B][H] of this step, and with bf16 also its words h_words [B][words of
     * H], are written from before, the records of the step before (of which only c is read; it may be the
     * same block), and the words h_before (NULL: zero) and x of their rows. */
    void (*forward)(alm_real *records, alm_real *h, alm_real *h_words, const alm_real *before,
                    const alm_real *h_before, const alm_real *x, const alm_real *weights,
                    const struct alm_fused_size *size);

    /* One step backward: dG, the derivatives by the sums that gates were made of, takes the place of i, f, g,
     * o in records (of i and f, with bf16); d_c [panels][B][L] as in backward of the plain layouts; the row
     * of b in the packed gradient gains the sums over rows. after are the records of the step after, with dG
     * in them (NULL at the last step), transposed is Rᵀ, d_h [B][H] the derivative by h from above (NULL:
     * zero). */
    void (*backward)(alm_real *records, alm_real *d_c, alm_real *gradient, const alm_real *before,
                     const alm_real *after, const alm_real *d_h, const alm_real *transposed,
                     const struct alm_fused_size *size);

    /* out [B][columns] = dG Mᵀ, M being W (then out is the derivative by x) or R (by h_before). */
    void (*product)(alm_real *out, const alm_real *records, const alm_real *transposed, size_t columns,
                    const struct alm_fused_size *size);

    /* Adds aᵀ dG over `steps` steps, whose records follow each other, into rows of a packed gradient; a is
     * [steps][B] rows of words of `columns` numbers, gradient stands at the first of its `columns` rows in
     * panel 0. scratch has alm_fused_scratch words. */
    void (*gradient)(alm_real *gradient, const alm_real *a, size_t columns, const alm_real *records,
                     size_t steps, alm_real *scratch, const struct alm_fused_size *size);
};

/* Words of n numbers. */
static inline size_t alm_words(size_t n, enum alm_precision precision)
{
    return precision == ALM_PRECISION_BF16 ? (n + 1) / 2 : n;
}

/* What gradient needs for products with up to `columns` columns. */
static inline size_t alm_fused_scratch(size_t columns, size_t steps, size_t rows, size_t lanes,
                                       enum alm_precision precision)
{
    return precision == ALM_PRECISION_BF16 ? steps * ((rows + 1) / 2) * (columns + 4 * lanes) : 0;
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
    struct alm_fused_kernel fused[ALM_PRECISIONS];

    /* For packing bf16 (not in the double build). out [n] = in [n] rounded to nearest, ties to even; a NaN
     * stays one, and what is denormal becomes 0. Then words out [n] of even [n] and odd [n] (NULL: zero). */
    void (*bf16_round)(uint16_t *out, const alm_real *in, size_t n);
    void (*bf16_pair)(alm_real *out, const uint16_t *even, const uint16_t *odd, size_t n);

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
