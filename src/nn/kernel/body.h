/* The body of every *.c. Before it stand VECTOR_BYTES, TILE_ROWS, vector.h and three
 * operations:
 *
 *   lesser(limit, x)    minimum, x where x is NaN, so that a NaN stays one
 *   greater(limit, x)   maximum likewise
 *   reciprocal(x)       1 / x for 1e-38 < x < 1e38
 *
 * and, with NATIVE_BF16, those of bf16.h. The arithmetic is written once, here and in the files
 * included here; what differs between variants is the vector length, whether a product and a sum are
 * contracted, and the reciprocal. */

#include "nn/kernel/bf16.h"
#include "nn/kernel/cell.h"
#include "nn/kernel/tile.h"

#include "nn/kernel/fused.h"
#include "nn/kernel/fused_bf16.h"
#include "nn/kernel/optimiser.h"
#include "nn/kernel/plain.h"

static void sigmoid_each(alm_real *y, const alm_real *x, size_t n)
{
    for (size_t k = 0; k < n; k += LANES) {
        const size_t lanes = n - k < LANES ? n - k : LANES;
        store(y + k, vector_sigmoid(load(x + k, lanes)), lanes);
    }
}

static void tanh_each(alm_real *y, const alm_real *x, size_t n)
{
    for (size_t k = 0; k < n; k += LANES) {
        const size_t lanes = n - k < LANES ? n - k : LANES;
        store(y + k, vector_tanh(load(x + k, lanes)), lanes);
    }
}

const struct alm_kernel KERNEL = {
    .name = KERNEL_NAME,
    .forward = plain_forward,
    .backward = plain_backward,
    .lanes = LANES,
    .fused[ALM_PRECISION_FP32] = FUSED_KERNEL(fp32),
#ifndef ALM_REAL_DOUBLE
    .fused[ALM_PRECISION_BF16] = FUSED_KERNEL(bf16),
    .bf16_round = bf16_round,
    .bf16_pair = bf16_pair,
#endif
    .adam = adam,
    .rmsprop = rmsprop,
    .sgd = sgd,
    .sigmoid = sigmoid_each,
    .tanh = tanh_each,
};
