#include "nn/ridge.h"

#include "base/memory.h"
#include "nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum alm_status alm_ridge_init(struct alm_ridge *ridge, size_t inputs, size_t outputs,
                               struct alm_error *error)
{
    const size_t widest = inputs > outputs ? inputs : outputs;
    *ridge = (struct alm_ridge){.inputs = inputs, .outputs = outputs};
    if (inputs > ALM_RIDGE_MOST_INPUTS)
        return alm_fail(error, ALM_USAGE, "ridge takes at most %d inputs, not %zu", ALM_RIDGE_MOST_INPUTS,
                        inputs);
    alm_gemm_init();
    ALM_TRY(ALM_NEW(&ridge->shift, inputs + outputs, error));
    ALM_TRY(ALM_NEW(&ridge->sum, inputs + outputs, error));
    ALM_TRY(ALM_NEW(&ridge->xx, inputs * inputs, error));
    ALM_TRY(ALM_NEW(&ridge->xy, inputs * outputs, error));
    ALM_TRY(ALM_NEW(&ridge->x, ALM_RIDGE_ROWS * inputs, error));
    ALM_TRY(ALM_NEW(&ridge->y, ALM_RIDGE_ROWS * outputs, error));
    return ALM_NEW(&ridge->part, inputs * widest, error);
}

void alm_ridge_clear(struct alm_ridge *ridge)
{
    free(ridge->shift);
    free(ridge->sum);
    free(ridge->xx);
    free(ridge->xy);
    free(ridge->x);
    free(ridge->y);
    free(ridge->part);
    *ridge = (struct alm_ridge){0};
}

static void set_shift(alm_real *shift, const alm_real *x, size_t rows, size_t columns)
{
    for (size_t k = 0; k < columns; k++) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++)
            sum += (double)x[i * columns + k];
        shift[k] = (alm_real)(sum / (double)rows);
    }
}

/* out = (x - shift) times the root of the rows' weights, and the weighted column sums of x - shift. */
static void shift_rows(alm_real *out, double *sum, const alm_real *shift, const alm_real *x,
                       const alm_real *weight, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        const double w = weight == NULL ? 1 : (double)weight[i];
        const alm_real root = (alm_real)sqrt(w);
        for (size_t k = 0; k < columns; k++) {
            const alm_real shifted = x[i * columns + k] - shift[k];
            out[i * columns + k] = root * shifted;
            sum[k] += w * (double)shifted;
        }
    }
}

static void add_part(double *sum, const alm_real *part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += (double)part[i];
}

void alm_ridge_add(struct alm_ridge *ridge, const alm_real *x, const alm_real *y, const alm_real *weight,
                   size_t rows)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    if (rows == 0) return;
    if (ridge->rows == 0 && !ridge->through_origin) {
        set_shift(ridge->shift, x, rows, p);
        set_shift(ridge->shift + p, y, rows, q);
    }
    ridge->rows += rows;
    for (size_t i = 0; i < rows; i++)
        ridge->weight += weight == NULL ? 1 : (double)weight[i];
    shift_rows(ridge->x, ridge->sum, ridge->shift, x, weight, rows, p);
    shift_rows(ridge->y, ridge->sum + p, ridge->shift + p, y, weight, rows, q);
    alm_gemm(ridge->part, ridge->x, ALM_TRANSPOSED, ridge->x, ALM_AS_IS, false, p, p, rows);
    add_part(ridge->xx, ridge->part, p * p);
    alm_gemm(ridge->part, ridge->x, ALM_TRANSPOSED, ridge->y, ALM_AS_IS, false, p, q, rows);
    add_part(ridge->xy, ridge->part, p * q);
}

/* X̃ᵀΩX̃ = Σ ω x xᵀ - (Σ ω) x̄ x̄ᵀ, and so for X̃ᵀΩỸ. */
static void take_means(struct alm_ridge *ridge)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    const double n = ridge->weight;
    for (size_t i = 0; i < p; i++) {
        const double mean = ridge->sum[i] / n;
        for (size_t k = 0; k < p; k++)
            ridge->xx[i * p + k] -= mean * ridge->sum[k];
        for (size_t k = 0; k < q; k++)
            ridge->xy[i * q + k] -= mean * ridge->sum[p + k];
    }
}

/* a = L Lᵀ, L in the lower triangle. False when a is not positive definite. */
static bool factor(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0)) return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    return true;
}

/* b [n][m] = (L Lᵀ)⁻¹ b. */
static void substitute(double *b, const double *l, size_t n, size_t m)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            for (size_t c = 0; c < m; c++)
                b[i * m + c] -= l[i * n + k] * b[k * m + c];
        for (size_t c = 0; c < m; c++)
            b[i * m + c] /= l[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            for (size_t c = 0; c < m; c++)
                b[i * m + c] -= l[k * n + i] * b[k * m + c];
        for (size_t c = 0; c < m; c++)
            b[i * m + c] /= l[i * n + i];
    }
}

enum alm_status alm_ridge_solve(double *w, double *b, struct alm_ridge *ridge, double penalty,
                                struct alm_error *error)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    double trace = 0;
    memset(w, 0, p * q * sizeof *w);
    memset(b, 0, q * sizeof *b);
    if (!(ridge->weight > 0)) return ALM_OK;
    if (!ridge->through_origin) take_means(ridge);
    for (size_t i = 0; i < p; i++)
        trace += ridge->xx[i * p + i];
    for (size_t i = 0; i < p; i++)
        ridge->xx[i * p + i] += penalty * trace / (double)p;
    if (trace > 0) {
        if (!factor(ridge->xx, p))
            return alm_fail(error, ALM_NUMERIC, "ridge: the windows' products are not positive definite");
        memcpy(w, ridge->xy, p * q * sizeof *w);
        substitute(w, ridge->xx, p, q);
    }
    for (size_t c = 0; c < q && !ridge->through_origin; c++) {
        b[c] = (double)ridge->shift[p + c] + ridge->sum[p + c] / ridge->weight;
        for (size_t i = 0; i < p; i++)
            b[c] -= w[i * q + c] * ((double)ridge->shift[i] + ridge->sum[i] / ridge->weight);
    }
    return ALM_OK;
}
