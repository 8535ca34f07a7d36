#include "nn/lstm.h"

#include "nn/gemm.h"

#include <string.h>

void alm_lstm_forward(struct alm_lstm_tape *tape, const struct alm_lstm_weights *weights, const alm_real *x,
                      const struct alm_lstm_size *size, const struct alm_kernel *kernel)
{
    const size_t rows = size->rows, hidden = size->hidden, state = rows * hidden;
    memset(tape->c, 0, state * sizeof *tape->c);
    memset(tape->h, 0, state * sizeof *tape->h);
    /* W x of all steps at once */
    alm_gemm(tape->gates, x, ALM_AS_IS, weights->w, ALM_AS_IS, false, size->steps * rows, 4 * hidden,
             size->inputs);
    for (size_t t = 0; t < size->steps; t++) {
        alm_real *gates = tape->gates + t * 4 * state, *c = tape->c + t * state, *h = tape->h + t * state;
        /* + R h_{t-1}, which is zero at the first step */
        if (t > 0) alm_gemm(gates, h, ALM_AS_IS, weights->r, ALM_AS_IS, true, rows, 4 * hidden, hidden);
        kernel->forward(gates, c + state, h + state, c, weights->b, rows, hidden);
    }
}

/* out [columns][rows] = in [rows][columns], in square pieces that stay in cache. */
static void transpose(alm_real *out, const alm_real *in, size_t rows, size_t columns)
{
    enum { PIECE = 16 };
    for (size_t i0 = 0; i0 < rows; i0 += PIECE)
        for (size_t j0 = 0; j0 < columns; j0 += PIECE)
            for (size_t i = i0; i < rows && i < i0 + PIECE; i++)
                for (size_t j = j0; j < columns && j < j0 + PIECE; j++)
                    out[j * rows + i] = in[i * columns + j];
}

void alm_lstm_backward(struct alm_lstm_weights *gradient, alm_real *d_x, alm_real *d_h,
                       struct alm_lstm_tape *tape, struct alm_lstm_scratch *scratch,
                       const struct alm_lstm_weights *weights, const alm_real *x,
                       const struct alm_lstm_size *size, const struct alm_kernel *kernel)
{
    const size_t rows = size->rows, hidden = size->hidden, state = rows * hidden, all = size->steps * rows;
    /* OpenBLAS runs small products with both factors as they lie up to 1.3 times as fast as with one
     * transposed */
    transpose(scratch->r_transposed, weights->r, hidden, 4 * hidden);
    memset(scratch->d_c, 0, state * sizeof *scratch->d_c);
    for (size_t t = size->steps; t-- > 0;) {
        alm_real *gates = tape->gates + t * 4 * state;
        kernel->backward(gates, scratch->d_c, gradient->b, d_h + t * state, tape->c + (t + 1) * state,
                         tape->c + t * state, rows, hidden);
        /* dh_{t-1} gains dG_t Rᵀ */
        if (t > 0)
            alm_gemm(d_h + (t - 1) * state, gates, ALM_AS_IS, scratch->r_transposed, ALM_AS_IS, true, rows,
                     hidden, 4 * hidden);
    }
    /* dW = Σ_t x_tᵀ dG_t, dR = Σ_t h_{t-1}ᵀ dG_t, dx_t = dG_t Wᵀ: the sums over steps are one product each */
    alm_gemm(gradient->w, x, ALM_TRANSPOSED, tape->gates, ALM_AS_IS, true, size->inputs, 4 * hidden, all);
    alm_gemm(gradient->r, tape->h, ALM_TRANSPOSED, tape->gates, ALM_AS_IS, true, hidden, 4 * hidden, all);
    if (d_x != NULL)
        alm_gemm(d_x, tape->gates, ALM_AS_IS, weights->w, ALM_TRANSPOSED, false, all, size->inputs,
                 4 * hidden);
}
