/* The circular block bootstrap (Politis & Romano 1992) of losses by origin. The streams are fixed: the same
 * losses give the same numbers. */
#ifndef ALM_BACKTEST_BOOTSTRAP_H
#define ALM_BACKTEST_BOOTSTRAP_H

#include "base/status.h"

#include <stddef.h>

/* Length of blocks for n origins of which h neighbouring ones overlap: the larger of h and the cube root of
 * n, rounded up. */
size_t alm_block_length(size_t n, size_t h);

/* Means of columns of loss [n][k] in ALM_DRAWS resamples: out [ALM_DRAWS][k], to be freed. */
enum { ALM_DRAWS = 1000 };
enum alm_status alm_bootstrap_means(double **out, const double *loss, size_t n, size_t k, size_t block,
                                    struct alm_error *error);

/* The model confidence set of Hansen, Lunde & Nason (2011, Econometrica 79) by Tmax: p [k], with which each
 * column of loss [n][k] is in the set of level 1 - p. */
enum alm_status alm_confidence_set(double *p, const double *loss, size_t n, size_t k, size_t block,
                                   struct alm_error *error);

#endif
