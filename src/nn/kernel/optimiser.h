/* The steps of the optimisers, part of body.h. The compiler makes vector code of these loops. In each,
 * g is the scaled gradient plus λ w, and w shrinks to keep · w first. */

#include "nn/kernel/kernel.h"

static inline alm_real root(alm_real x)
{
#ifdef ALM_REAL_DOUBLE
    return __builtin_sqrt(x);
#else
    return __builtin_sqrtf(x);
#endif
}

/* m <- β₁ m + (1 - β₁) g,  v <- β₂ v + (1 - β₂) g²,  w <- w - rate m̂ / (√v̂ + ε) */
static void adam(alm_real *restrict w, alm_real *restrict m, alm_real *restrict v,
                 const alm_real *restrict gradient, const struct alm_optimiser_step *step, size_t n)
{
    const struct alm_optimiser_step s = *step;
    for (size_t k = 0; k < n; k++) {
        const alm_real g = gradient[k] * s.scale + s.decay * w[k];
        m[k] = s.beta1 * m[k] + (1 - s.beta1) * g;
        v[k] = s.beta2 * v[k] + (1 - s.beta2) * g * g;
        w[k] = s.keep * w[k] - s.rate * m[k] / (root(v[k]) * s.correction + s.epsilon);
    }
}

/* v <- α v + (1 - α) g²,  m <- μ m + g / (√v + ε),  w <- w - rate m */
static void rmsprop(alm_real *restrict w, alm_real *restrict m, alm_real *restrict v,
                    const alm_real *restrict gradient, const struct alm_optimiser_step *step, size_t n)
{
    const struct alm_optimiser_step s = *step;
    for (size_t k = 0; k < n; k++) {
        const alm_real g = gradient[k] * s.scale + s.decay * w[k];
        v[k] = s.beta2 * v[k] + (1 - s.beta2) * g * g;
        m[k] = s.beta1 * m[k] + g / (root(v[k]) + s.epsilon);
        w[k] = s.keep * w[k] - s.rate * m[k];
    }
}

/* m <- μ m + g,  w <- w - rate m, or Nesterov's w <- w - rate (g + μ m) */
static void sgd(alm_real *restrict w, alm_real *restrict m, const alm_real *restrict gradient,
                const struct alm_optimiser_step *step, size_t n)
{
    const struct alm_optimiser_step s = *step;
    const alm_real now = s.ahead > 0 ? 1 : 0, then = s.ahead > 0 ? s.ahead : 1;
    for (size_t k = 0; k < n; k++) {
        const alm_real g = gradient[k] * s.scale + s.decay * w[k];
        m[k] = s.beta1 * m[k] + g;
        w[k] = s.keep * w[k] - s.rate * (now * g + then * m[k]);
    }
}
