/* Prediction intervals from past errors: split conformal prediction with the score |y - yhat| for each step
 * by itself (Vovk, Gammerman & Shafer 2005, Algorithmic Learning in a Random World, chapter 4; Lei et al.
 * 2018, JASA 113, algorithm 2). Symmetric scores need half as many folds as signed ones; with folds that
 * follow each other in time the coverage is approximate. */
#ifndef ALM_FORECAST_CONFORMAL_H
#define ALM_FORECAST_CONFORMAL_H

#include "base/bytes.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Start from {0}. */
struct alm_conformal {
    size_t horizon, folds; /* 0: there are no scores */
    size_t *count;         /* [horizon] scores of a step */
    double *score;         /* [horizon][folds], each step's count first ones rising */
};

enum alm_status alm_conformal_init(struct alm_conformal *out, size_t horizon, size_t folds,
                                   struct alm_error *error);
void alm_conformal_clear(struct alm_conformal *conformal);

/* Adds one forecast's scores: actual is [horizon], NaN where missing. */
void alm_conformal_add(struct alm_conformal *conformal, const double *actual, const double *mean);

/* Fewest folds for which the outermost of n levels is reached: with K scores no interval wider than
 * K / (K + 1) can be had. 0 when n is 0. */
size_t alm_conformal_folds(const double *level, size_t n);

/* quantile[horizon][n] around mean[horizon]: at level p the mean plus or minus the score of rank
 * ceil((K + 1) |2p - 1|). False, with quantile undefined, when some step has too few scores. */
bool alm_conformal_quantiles(double *quantile, const struct alm_conformal *conformal, const double *mean,
                             size_t horizon, const double *level, size_t n);

void alm_conformal_save(const struct alm_conformal *conformal, struct alm_bytes *out);
enum alm_status alm_conformal_load(struct alm_conformal *out, struct alm_bytes_reader *in,
                                   struct alm_error *error);

#endif
