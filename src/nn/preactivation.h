/* The sums a that the gates of a cell are made of, for cells other than the fused one: a = W x_t + R h_{t-1}
 * + b with what may be done to them (recurrent dropout, layer normalisation), forward and backward. Inside nn
 * only. */
#ifndef ALM_NN_PREACTIVATION_H
#define ALM_NN_PREACTIVATION_H

#include "nn/layer.h"

struct alm_preactivation {
    alm_real *gates;    /* [T][B][4H]: the sums; then whatever the cell puts there; then derivatives */
    alm_real *mask;     /* [B][H] of recurrent dropout; NULL without it */
    alm_real *h_masked; /* [T][B][H] h_{t-1} under its mask; NULL without it */
    alm_real *d_masked; /* [B][H] scratch; NULL without it */
    alm_real *normal;   /* [T][B][4H] sums at mean 0 and variance 1; NULL without layer normalisation */
    alm_real *inverse;  /* [T][B] 1 / the deviation that they had; NULL without */
};

/* Gives out the next n numbers of a block, aligned; with block NULL it only counts. */
alm_real *alm_take(alm_real *block, size_t *used, size_t n);

/* The parts for a layer of its size. */
struct alm_preactivation alm_preactivation_lay_out(alm_real *block, size_t *used,
                                                   const struct alm_layer *layer);

/* Before the first step: W x of all steps; draws the mask. */
void alm_preactivation_start(const struct alm_preactivation *p, const struct alm_layer *layer,
                             const alm_real *x, size_t steps, size_t rows);

/* Completes the gates of step t; layer->h holds h_{t-1} in block t. */
void alm_preactivation_forward(const struct alm_preactivation *p, const struct alm_layer *layer, size_t t,
                               size_t rows);

/* The gates of step t hold the derivatives by the sums that forward gave; they become those by W x_t + R
 * h_{t-1}. Adds to gradient->b and ->gain, and the derivative by h_{t-1} to d_h_before (NULL: not wanted). */
void alm_preactivation_backward(const struct alm_preactivation *p, const struct alm_layer *layer,
                                alm_real *d_h_before, const struct alm_layer_weights *gradient, size_t t,
                                size_t rows);

/* After the first step: adds to gradient->w and ->r, and writes d_x unless NULL. */
void alm_preactivation_end(const struct alm_preactivation *p, const struct alm_layer *layer, alm_real *d_x,
                           const struct alm_layer_weights *gradient, const alm_real *x, size_t steps,
                           size_t rows);

#endif
