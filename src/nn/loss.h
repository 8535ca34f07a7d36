/* Losses: how far outputs are from what was wanted, and the derivative by every output. */
#ifndef ALM_NN_LOSS_H
#define ALM_NN_LOSS_H

#include "nn/real.h"

#include <stddef.h>

enum alm_loss_kind {
    ALM_LOSS_MSE,      /* e² */
    ALM_LOSS_MAE,      /* |e| */
    ALM_LOSS_HUBER,    /* e² / 2 for |e| <= δ, δ (|e| - δ / 2) beyond (Huber 1964) */
    ALM_LOSS_QUANTILE, /* mean over levels q of max(q e, (q - 1) e), e = wanted - output (Koenker & Bassett
                          1978) */
};

/* Most quantile levels that one loss takes. */
#define ALM_LOSS_MAX_LEVELS 64

struct alm_loss {
    enum alm_loss_kind kind;
    double delta;         /* δ of huber, > 0 */
    size_t n_levels;      /* outputs per value: 1 unless quantile */
    const double *levels; /* [n_levels] rising, in (0, 1); for quantile */
};

/* Sums over values; the loss is sum / weight. */
struct alm_loss_sum {
    double sum, weight;
};

/* Adds Σ w l(output, wanted) and Σ w over n values to *total. output is [n][n_levels], wanted and weight are
 * [n] (weight 0: the value does not count; wanted must be finite there too). If d_output is not NULL it gets
 * w ∂l/∂output. */
void alm_loss_add(struct alm_loss_sum *total, alm_real *d_output, const struct alm_loss *loss,
                  const alm_real *output, const alm_real *wanted, const alm_real *weight, size_t n);

/* Makes n sets of quantiles rise with their level by sorting each set (rearrangement: Chernozhukov,
 * Fernández-Val & Galichon 2010, which never lies farther from the true quantiles than the outputs do).
 * values is [n][n_levels]. */
void alm_quantiles_sort(double *values, size_t n, size_t n_levels);

#endif
