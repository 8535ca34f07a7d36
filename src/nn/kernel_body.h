/* The body of every kernel_*.c. Before it stand VECTOR_BYTES, TILE_ROWS, kernel_vector.h and three
 * operations: lesser(limit, x), greater(limit, x)   minimum and maximum that give x where x is NaN, so that a
 * NaN stays one reciprocal(x)                         1 / x for 1e-38 < x < 1e38 The arithmetic is written
 * once, here and in the files included here; what differs between variants is the vector length, whether a
 * product and a sum are contracted, and the reciprocal. */

#include "nn/kernel_cell.h"
#include "nn/kernel_fused.h"
#include "nn/kernel_plain.h"

/* m <- β₁ m + (1 - β₁) g,  v <- β₂ v + (1 - β₂) g²,  w <- w - rate m̂ / (√v̂ + ε) */
static void adam(alm_real *restrict w, alm_real *restrict m, alm_real *restrict v,
                 const alm_real *restrict gradient, const struct alm_adam_step *step, size_t n)
{
    const struct alm_adam_step s = *step;
    for (size_t k = 0; k < n; k++) {
        const alm_real g = gradient[k] * s.scale;
        m[k] = s.beta1 * m[k] + (1 - s.beta1) * g;
        v[k] = s.beta2 * v[k] + (1 - s.beta2) * g * g;
#ifdef ALM_REAL_DOUBLE
        const alm_real root = __builtin_sqrt(v[k]);
#else
        const alm_real root = __builtin_sqrtf(v[k]);
#endif
        w[k] -= s.rate * m[k] / (root * s.correction + s.epsilon);
    }
}

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
    .fused_forward = fused_forward,
    .fused_backward = fused_backward,
    .fused_product = fused_product,
    .fused_gradient = fused_gradient,
    .adam = adam,
    .sigmoid = sigmoid_each,
    .tanh = tanh_each,
};
