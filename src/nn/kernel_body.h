/* The body of every kernel_*.c. Before it stand VECTOR_BYTES, kernel_vector.h and three operations:
 *   lesser(limit, x), greater(limit, x)   minimum and maximum that give x where x is NaN, so that a NaN stays
 * one reciprocal(x)                         1 / x for 1e-38 < x < 1e38 The arithmetic is written once, here;
 * what differs between variants is the vector length, whether a product and a sum are contracted, and the
 * reciprocal. */

#ifdef ALM_REAL_DOUBLE

#include <math.h>

static inline vec vector_sigmoid(vec x)
{
    for (size_t k = 0; k < LANES; k++)
        x[k] = 1 / (1 + exp(-x[k]));
    return x;
}

static inline vec vector_tanh(vec x)
{
    for (size_t k = 0; k < LANES; k++)
        x[k] = tanh(x[k]);
    return x;
}

#else

/* σ(x) = 1 / (1 + e^-x) with e^y = 2^k e^r, k = round(y / ln 2), |r| <= ln 2 / 2 (Cody & Waite 1980) and e^r
 * as a polynomial of degree 6, minimax in relative error (3.1e-9) with the first two coefficients held at 1.
 * Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits, from where it is shifted into the
 * exponent. */
static inline vec vector_sigmoid(vec x)
{
    const vec y = -lesser(REAL(87) - (vec){0}, greater(REAL(-87) - (vec){0}, x));
    const vec shifted = y * REAL(0x1.715476p+0) + REAL(0x1.8p+23);
    const vec k = shifted - REAL(0x1.8p+23);
    const vec r = (y - k * REAL(0x1.62e400p-1)) - k * REAL(0x1.7f7d1cp-20);
    vec p = r * REAL(0.00138145982) + REAL(0.00836871691);
    p = p * r + REAL(0.0416683881);
    p = p * r + REAL(0.166665206);
    p = p * r + REAL(0.499999934);
    p = p * r + REAL(1);
    p = p * r + REAL(1);
    const vec e = (vec)((bits)p + ((bits)shifted << 23));
    return reciprocal(e + REAL(1));
}

/* tanh(x) = x P(x²) / Q(x²) with P and Q of degree 4, minimax in relative error (5.7e-9) on |x| <= 7.9,
 * beyond which tanh is 1 to within 3e-7. The fit is tests/golden/fit_tanh.py. */
static inline vec vector_tanh(vec x)
{
    const vec z = lesser(REAL(7.9) - (vec){0}, greater(REAL(-7.9) - (vec){0}, x)), u = z * z;
    vec p = u * REAL(1.54281971e-08) + REAL(2.2023401e-05);
    p = p * u + REAL(0.00357900132);
    p = p * u + REAL(0.134506284);
    p = p * u + REAL(1);
    vec q = u * REAL(8.59886996e-07) + REAL(0.000342366586);
    q = q * u + REAL(0.0261922732);
    q = q * u + REAL(0.467839564);
    q = q * u + REAL(1);
    return z * p * reciprocal(q);
}

#endif

/* Units j .. j + n of one row, forward. Pointers stand at unit j of gate i. */
static inline void forward_units(alm_real *gates, alm_real *c, alm_real *h, const alm_real *c_before,
                                 const alm_real *bias, size_t hidden, size_t n)
{
    /* i = σ(W_i x + R_i h' + b_i), f and o likewise; g = tanh(W_g x + R_g h' + b_g) */
    const vec i = vector_sigmoid(load(gates, n) + load(bias, n));
    const vec f = vector_sigmoid(load(gates + hidden, n) + load(bias + hidden, n));
    const vec g = vector_tanh(load(gates + 2 * hidden, n) + load(bias + 2 * hidden, n));
    const vec o = vector_sigmoid(load(gates + 3 * hidden, n) + load(bias + 3 * hidden, n));
    /* c = f c' + i g */
    const vec cell = f * load(c_before, n) + i * g;
    /* h = o tanh(c) */
    const vec output = o * vector_tanh(cell);
    store(gates, i, n);
    store(gates + hidden, f, n);
    store(gates + 2 * hidden, g, n);
    store(gates + 3 * hidden, o, n);
    store(c, cell, n);
    store(h, output, n);
}

/* The same units, backward; each line is the derivative of its line above. */
static inline void backward_units(alm_real *gates, alm_real *d_c, alm_real *d_bias, const alm_real *d_h,
                                  const alm_real *c, const alm_real *c_before, size_t hidden, size_t n)
{
    const vec i = load(gates, n), f = load(gates + hidden, n), g = load(gates + 2 * hidden, n),
              o = load(gates + 3 * hidden, n);
    const vec dh = load(d_h, n), t = vector_tanh(load(c, n));
    /* h = o tanh(c): dc gains dh o (1 - tanh²c); do = dh tanh(c) */
    const vec dc = load(d_c, n) + dh * o * (REAL(1) - t * t);
    const vec d_o = dh * t * o * (REAL(1) - o);
    /* c = f c' + i g: di = dc g, dg = dc i, df = dc c', dc' = dc f; σ' = σ (1 - σ), tanh' = 1 - tanh² */
    const vec d_i = dc * g * i * (REAL(1) - i);
    const vec d_f = dc * load(c_before, n) * f * (REAL(1) - f);
    const vec d_g = dc * i * (REAL(1) - g * g);
    store(d_c, dc * f, n);
    store(gates, d_i, n);
    store(gates + hidden, d_f, n);
    store(gates + 2 * hidden, d_g, n);
    store(gates + 3 * hidden, d_o, n);
    /* b: the sum over rows */
    store(d_bias, load(d_bias, n) + d_i, n);
    store(d_bias + hidden, load(d_bias + hidden, n) + d_f, n);
    store(d_bias + 2 * hidden, load(d_bias + 2 * hidden, n) + d_g, n);
    store(d_bias + 3 * hidden, load(d_bias + 3 * hidden, n) + d_o, n);
}

static void forward(alm_real *gates, alm_real *c, alm_real *h, const alm_real *c_before, const alm_real *bias,
                    size_t rows, size_t hidden)
{
    for (size_t row = 0; row < rows; row++) {
        size_t j = 0;
        for (; j + LANES <= hidden; j += LANES)
            forward_units(gates + j, c + j, h + j, c_before + j, bias + j, hidden, LANES);
        if (j < hidden) forward_units(gates + j, c + j, h + j, c_before + j, bias + j, hidden, hidden - j);
        gates += 4 * hidden, c += hidden, h += hidden, c_before += hidden;
    }
}

static void backward(alm_real *gates, alm_real *d_c, alm_real *d_bias, const alm_real *d_h, const alm_real *c,
                     const alm_real *c_before, size_t rows, size_t hidden)
{
    for (size_t row = 0; row < rows; row++) {
        size_t j = 0;
        for (; j + LANES <= hidden; j += LANES)
            backward_units(gates + j, d_c + j, d_bias + j, d_h + j, c + j, c_before + j, hidden, LANES);
        if (j < hidden)
            backward_units(gates + j, d_c + j, d_bias + j, d_h + j, c + j, c_before + j, hidden, hidden - j);
        gates += 4 * hidden, d_c += hidden, d_h += hidden, c += hidden, c_before += hidden;
    }
}

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
    .forward = forward,
    .backward = backward,
    .adam = adam,
    .sigmoid = sigmoid_each,
    .tanh = tanh_each,
};
