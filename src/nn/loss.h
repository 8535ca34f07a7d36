/* Losses: how far outputs are from what was wanted, the derivative by every output, and what outputs say. */
#ifndef ALM_NN_LOSS_H
#define ALM_NN_LOSS_H

#include "nn/real.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_loss_kind {
    ALM_LOSS_MSE,      /* e² */
    ALM_LOSS_MAE,      /* |e| */
    ALM_LOSS_HUBER,    /* e² / 2 for |e| <= δ, δ (|e| - δ / 2) beyond (Huber 1964) */
    ALM_LOSS_QUANTILE, /* mean over levels q of max(q e, (q - 1) e), e = wanted - output (Koenker & Bassett
                          1978) */
    ALM_LOSS_GAUSSIAN, /* negative log likelihood of a normal distribution; outputs: location, raw scale */
    ALM_LOSS_STUDENT,  /* the same of Student's t; outputs: location, raw scale, raw degrees of freedom */
    ALM_LOSS_CLASSES,  /* cross-entropy -log softmax(outputs)[k], k = wanted, a whole number below n_levels */
};

/* Most quantile levels that one loss takes. */
#define ALM_LOSS_MAX_LEVELS 64

/* Scales are softplus(raw) + this, degrees of freedom 2 + this + softplus(raw): a likelihood then has a
 * bound, and a variance exists. softplus(x) = log(1 + e^x). */
#define ALM_LOSS_FLOOR 1e-3

struct alm_loss {
    enum alm_loss_kind kind;
    double delta;         /* δ of huber, > 0 */
    size_t n_levels;      /* outputs per value: 1; a quantile each; gaussian 2, student 3; classes */
    const double *levels; /* [n_levels] rising, in (0, 1); for quantile */
    bool monotone; /* of quantile: the first output is the lowest quantile, and softplus of each further
                      one is added to the quantile before it, so that they cannot cross */
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

/* What the outputs of one value say, [n_levels]: the quantiles, rising (unless monotone: by sorting);
 * location and scale; location, scale and degrees of freedom; probabilities of the classes, which add up to
 * 1; else the output itself. */
void alm_loss_read(double *out, const struct alm_loss *loss, const alm_real *output);

/* Makes n sets of quantiles rise with their level by sorting each set (rearrangement: Chernozhukov,
 * Fernández-Val & Galichon 2010, which never lies farther from the true quantiles than the outputs do).
 * values is [n][n_levels]. */
void alm_quantiles_sort(double *values, size_t n, size_t n_levels);

#endif
