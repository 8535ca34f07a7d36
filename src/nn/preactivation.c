#include "nn/preactivation.h"

#include "nn/gemm.h"

#include <math.h>

#define ALIGNMENT (64 / sizeof(alm_real))
/* ε of layer normalisation, as in PyTorch: keeps a layer whose sums are all alike from dividing by 0. */
#define EPSILON 1e-5

alm_real *alm_take(alm_real *block, size_t *used, size_t n)
{
    alm_real *part = block == NULL ? NULL : block + *used;
    *used += (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return part;
}

struct alm_preactivation alm_preactivation_lay_out(alm_real *block, size_t *used,
                                                   const struct alm_layer *layer)
{
    const size_t steps = layer->size.steps, rows = layer->size.rows, hidden = layer->size.hidden;
    struct alm_preactivation p = {.gates = alm_take(block, used, steps * rows * 4 * hidden)};
    if (layer->cell.dropout_recurrent > 0) {
        p.mask = alm_take(block, used, rows * hidden);
        p.d_masked = alm_take(block, used, rows * hidden);
        p.h_masked = alm_take(block, used, steps * rows * hidden);
    }
    if (layer->cell.layer_norm) {
        p.normal = alm_take(block, used, steps * rows * 4 * hidden);
        p.inverse = alm_take(block, used, steps * rows);
    }
    return p;
}

void alm_preactivation_start(const struct alm_preactivation *p, const struct alm_layer *layer,
                             const alm_real *x, size_t steps, size_t rows)
{
    const size_t hidden = layer->size.hidden;
    if (p->mask != NULL) {
        if (layer->noise.key != 0)
            alm_noise_masks(p->mask, &layer->noise, "recurrent dropout", layer->cell.dropout_recurrent, rows,
                            hidden);
        else
            for (size_t k = 0; k < rows * hidden; k++)
                p->mask[k] = 1;
    }
    alm_gemm(p->gates, x, ALM_AS_IS, layer->weights.w, ALM_AS_IS, false, steps * rows, 4 * hidden,
             layer->size.inputs);
}

/* h_{t-1} as the gates see it. */
static const alm_real *seen(const struct alm_preactivation *p, const struct alm_layer *layer, size_t t,
                            size_t rows)
{
    return (p->h_masked == NULL ? layer->h : p->h_masked) + t * rows * layer->size.hidden;
}

/* Σ a_k b_k, in sixteen sums side by side: the order is fixed, and the compiler can use vectors. */
static alm_real dot(const alm_real *a, const alm_real *b, size_t n)
{
    enum { SUMS = 16 };
    alm_real sums[SUMS] = {0}, sum = 0;
    size_t k = 0;
    for (; k + SUMS <= n; k += SUMS)
        for (size_t j = 0; j < SUMS; j++)
            sums[j] += a[k + j] * b[k + j];
    for (; k < n; k++)
        sum += a[k] * b[k];
    for (size_t j = 0; j < SUMS; j++)
        sum += sums[j];
    return sum;
}

/* As dot with all b 1. */
static alm_real total(const alm_real *a, size_t n)
{
    enum { SUMS = 16 };
    alm_real sums[SUMS] = {0}, sum = 0;
    size_t k = 0;
    for (; k + SUMS <= n; k += SUMS)
        for (size_t j = 0; j < SUMS; j++)
            sums[j] += a[k + j];
    for (; k < n; k++)
        sum += a[k];
    for (size_t j = 0; j < SUMS; j++)
        sum += sums[j];
    return sum;
}

/* a ← gain N with N = (a - μ) / √(σ² + ε), μ and σ² over the n sums of one row (Ba, Kiros & Hinton 2016,
 * equation 4). */
static void normalise(alm_real *a, alm_real *normal, alm_real *inverse, const alm_real *gain, size_t n)
{
    const alm_real mean = total(a, n) / (alm_real)n;
    for (size_t k = 0; k < n; k++)
        normal[k] = a[k] - mean;
    *inverse = (alm_real)(1 / sqrt((double)dot(normal, normal, n) / (double)n + EPSILON));
    for (size_t k = 0; k < n; k++) {
        normal[k] *= *inverse;
        a[k] = gain[k] * normal[k];
    }
}

/* Backward: dgain += da N; with e = da gain, da ← (e - mean(e) - N mean(e N)) / √(σ² + ε). */
static void normalise_back(alm_real *d_a, alm_real *d_gain, const alm_real *normal, alm_real inverse,
                           const alm_real *gain, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        d_gain[k] += d_a[k] * normal[k];
        d_a[k] *= gain[k];
    }
    const alm_real mean = total(d_a, n) / (alm_real)n, slope = dot(d_a, normal, n) / (alm_real)n;
    for (size_t k = 0; k < n; k++)
        d_a[k] = (d_a[k] - mean - normal[k] * slope) * inverse;
}

void alm_preactivation_forward(const struct alm_preactivation *p, const struct alm_layer *layer, size_t t,
                               size_t rows)
{
    const size_t hidden = layer->size.hidden, n = 4 * hidden;
    alm_real *gates = p->gates + t * rows * n;
    if (p->h_masked != NULL)
        alm_noise_apply(p->h_masked + t * rows * hidden, layer->h + t * rows * hidden, p->mask, 1, rows,
                        hidden);
    /* W x_t + R h_{t-1} */
    if (t > 0 || !layer->starts_at_zero)
        alm_gemm(gates, seen(p, layer, t, rows), ALM_AS_IS, layer->weights.r, ALM_AS_IS, true, rows, n,
                 hidden);
    for (size_t row = 0; row < rows; row++, gates += n) {
        const size_t at = t * rows + row;
        if (p->normal != NULL) normalise(gates, p->normal + at * n, p->inverse + at, layer->weights.gain, n);
        /* + b */
        for (size_t k = 0; k < n; k++)
            gates[k] += layer->weights.b[k];
    }
}

void alm_preactivation_backward(const struct alm_preactivation *p, const struct alm_layer *layer,
                                alm_real *d_h_before, const struct alm_layer_weights *gradient, size_t t,
                                size_t rows)
{
    const size_t hidden = layer->size.hidden, n = 4 * hidden;
    alm_real *const step = p->gates + t * rows * n;
    for (size_t row = 0; row < rows; row++) {
        alm_real *gates = step + row * n;
        const size_t at = t * rows + row;
        for (size_t k = 0; k < n; k++)
            gradient->b[k] += gates[k];
        if (p->normal != NULL)
            normalise_back(gates, gradient->gain, p->normal + at * n, p->inverse[at], layer->weights.gain, n);
    }
    if (d_h_before == NULL) return;
    /* dh_{t-1} += mask (da Rᵀ) */
    alm_gemm(p->mask == NULL ? d_h_before : p->d_masked, step, ALM_AS_IS, layer->packed, ALM_AS_IS,
             p->mask == NULL, rows, hidden, n);
    for (size_t k = 0; p->mask != NULL && k < rows * hidden; k++)
        d_h_before[k] += p->mask[k] * p->d_masked[k];
}

void alm_preactivation_end(const struct alm_preactivation *p, const struct alm_layer *layer, alm_real *d_x,
                           const struct alm_layer_weights *gradient, const alm_real *x, size_t steps,
                           size_t rows)
{
    const size_t hidden = layer->size.hidden, inputs = layer->size.inputs, all = steps * rows;
    /* dW = Σ_t x_tᵀ da_t, dR = Σ_t h_{t-1}ᵀ da_t, dx_t = da_t Wᵀ */
    alm_gemm(gradient->w, x, ALM_TRANSPOSED, p->gates, ALM_AS_IS, true, inputs, 4 * hidden, all);
    alm_gemm(gradient->r, seen(p, layer, 0, rows), ALM_TRANSPOSED, p->gates, ALM_AS_IS, true, hidden,
             4 * hidden, all);
    if (d_x != NULL)
        alm_gemm(d_x, p->gates, ALM_AS_IS, layer->weights.w, ALM_TRANSPOSED, false, all, inputs, 4 * hidden);
}
