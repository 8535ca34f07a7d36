#include "nn/ridge.h"

#include "base/memory.h"
#include "nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum alm_status alm_ridge_init(struct alm_ridge *ridge, size_t inputs, size_t outputs,
                               struct alm_error *error)
{
    *ridge = (struct alm_ridge){.inputs = inputs, .outputs = outputs};
    if (inputs > ALM_RIDGE_MOST_INPUTS)
        return alm_fail(error, ALM_USAGE, "ridge takes at most %d inputs, not %zu", ALM_RIDGE_MOST_INPUTS,
                        inputs);
    alm_gemm_init();
    ALM_TRY(ALM_NEW(&ridge->sum, inputs + outputs, error));
    ALM_TRY(ALM_NEW(&ridge->xx, inputs * inputs, error));
    ALM_TRY(ALM_NEW(&ridge->xy, inputs * outputs, error));
    ALM_TRY(ALM_NEW(&ridge->x, ALM_RIDGE_ROWS * inputs, error));
    return ALM_NEW(&ridge->y, ALM_RIDGE_ROWS * outputs, error);
}

void alm_ridge_clear(struct alm_ridge *ridge)
{
    free(ridge->sum);
    free(ridge->xx);
    free(ridge->xy);
    free(ridge->x);
    free(ridge->y);
    *ridge = (struct alm_ridge){0};
}

/* out = x times the roots of the rows' weights; sum += the weighted column sums. Returns Σ ω ‖x‖². */
static double weigh_rows(double *out, double *sum, const double *x, const double *weight, size_t rows,
                         size_t columns)
{
    double squares = 0;
    for (size_t i = 0; i < rows; i++) {
        const double root = weight == NULL ? 1 : sqrt(weight[i]);
        for (size_t k = 0; k < columns; k++) {
            const double value = root * x[i * columns + k];
            out[i * columns + k] = value;
            sum[k] += root * value;
            squares += value * value;
        }
    }
    return squares;
}

void alm_ridge_add(struct alm_ridge *ridge, const double *x, const double *y, const double *weight,
                   size_t rows)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    if (rows == 0) return;
    ridge->rows += rows;
    for (size_t i = 0; i < rows; i++)
        ridge->weight += weight == NULL ? 1 : weight[i];
    weigh_rows(ridge->x, ridge->sum, x, weight, rows, p);
    ridge->yy += weigh_rows(ridge->y, ridge->sum + p, y, weight, rows, q);
    alm_double_square_add(ridge->xx, ridge->x, p, rows);
    alm_double_product_add(ridge->xy, ridge->x, ridge->y, p, q, rows);
}

static void add(double *sum, const double *other, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += other[i];
}

void alm_ridge_merge(struct alm_ridge *ridge, const struct alm_ridge *other)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    ridge->rows += other->rows;
    ridge->weight += other->weight;
    ridge->yy += other->yy;
    add(ridge->sum, other->sum, p + q);
    add(ridge->xx, other->xx, p * p);
    add(ridge->xy, other->xy, p * q);
}

/* X̃ᵀΩX̃ = Σ ω x xᵀ - (Σ ω) x̄ x̄ᵀ, and so for X̃ᵀΩỸ. */
static void take_means(double *xx, double *xy, const struct alm_ridge *ridge)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    for (size_t i = 0; i < p; i++) {
        const double mean = ridge->sum[i] / ridge->weight;
        for (size_t k = 0; k <= i; k++)
            xx[i * p + k] -= mean * ridge->sum[k];
        for (size_t k = 0; k < q; k++)
            xy[i * q + k] -= mean * ridge->sum[p + k];
    }
}

/* w = (X̃ᵀΩX̃ + λ I)⁻¹ X̃ᵀΩỸ; a [p][p] is scratch. */
static enum alm_status solve(double *w, double *a, const struct alm_ridge *ridge, double penalty,
                             struct alm_error *error)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    double squares = 0, trace = 0;
    memcpy(a, ridge->xx, p * p * sizeof *a);
    memcpy(w, ridge->xy, p * q * sizeof *w);
    if (!ridge->through_origin) take_means(a, w, ridge);
    for (size_t i = 0; i < p; i++) {
        squares += ridge->xx[i * p + i];
        trace += a[i * p + i];
    }
    if (!isfinite(trace) || !isfinite(ridge->yy))
        return alm_fail(error, ALM_NUMERIC, "ridge: the squares of the values overflow");
    if (!(trace > 1e-13 * squares)) { /* what rounding of the means alone can make is no variation */
        memset(w, 0, p * q * sizeof *w);
        return ALM_OK;
    }
    for (size_t i = 0; i < p; i++)
        a[i * p + i] += penalty * trace / (double)p;
    if (!alm_double_cholesky(a, p))
        return alm_fail(error, ALM_NUMERIC, "ridge: the windows' products are not positive definite");
    alm_double_cholesky_solve(w, a, p, q);
    return ALM_OK;
}

enum alm_status alm_ridge_solve(double *w, double *b, const struct alm_ridge *ridge, double penalty,
                                struct alm_error *error)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    double *a;
    memset(w, 0, p * q * sizeof *w);
    memset(b, 0, q * sizeof *b);
    if (!(ridge->weight > 0)) return ALM_OK;
    ALM_TRY(ALM_NEW(&a, p * p, error));
    const enum alm_status status = solve(w, a, ridge, penalty, error);
    free(a);
    ALM_TRY(status);
    for (size_t c = 0; c < q && !ridge->through_origin; c++) {
        b[c] = ridge->sum[p + c] / ridge->weight;
        for (size_t i = 0; i < p; i++)
            b[c] -= w[i * q + c] * ridge->sum[i] / ridge->weight;
    }
    return ALM_OK;
}

/* tr(WᵀXᵀΩX W) - 2 tr(Wᵀ XᵀΩY) + yy, and what the intercept adds. */
enum alm_status alm_ridge_loss(double *loss, const struct alm_ridge *ridge, const double *w, const double *b,
                               struct alm_error *error)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    double *product, sum = ridge->yy;
    ALM_TRY(ALM_NEW(&product, p * q, error));
    alm_double_symmetric_product(product, ridge->xx, w, p, q);
    for (size_t i = 0; i < p; i++)
        for (size_t c = 0; c < q; c++) {
            const size_t at = i * q + c;
            sum += w[at] * (product[at] - 2 * ridge->xy[at] + 2 * b[c] * ridge->sum[i]);
        }
    for (size_t c = 0; c < q; c++)
        sum += b[c] * (ridge->weight * b[c] - 2 * ridge->sum[p + c]);
    free(product);
    *loss = sum > 0 ? sum : 0;
    return ALM_OK;
}
