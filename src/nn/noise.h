/* Random numbers of a training pass: a function of what they are for, not of the order of work. */
#ifndef ALM_NN_NOISE_H
#define ALM_NN_NOISE_H

#include "nn/real.h"

#include <stddef.h>
#include <stdint.h>

/* Whose numbers they are: the pass's key (0: prediction, nothing is drawn), the layer, and the batch's row
 * that the piece under way starts with. */
struct alm_noise {
    uint64_t key;
    size_t layer, row;
};

/* The stream of one purpose and one row of the piece. */
uint64_t alm_noise_stream(const struct alm_noise *noise, const char *purpose, size_t row);

/* Number n of a stream, uniform on [0, 1): the bits of a counter, mixed (SplitMix64: Steele, Lea & Flood
 * 2014). */
static inline double alm_noise_uniform(uint64_t stream, uint64_t n)
{
    uint64_t bits = stream + (n + 1) * 0x9E3779B97F4A7C15U;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBU;
    bits ^= bits >> 31;
    return (double)(bits >> 11) * 0x1p-53;
}

/* Dropout masks [rows][n] for a piece: 0 with probability share, else 1 / (1 - share), so that the
 * expectation is 1. */
void alm_noise_masks(alm_real *masks, const struct alm_noise *noise, const char *purpose, double share,
                     size_t rows, size_t n);

/* out [steps][rows][n] = in, each row times its mask [rows][n]; out may be in. */
void alm_noise_apply(alm_real *out, const alm_real *in, const alm_real *masks, size_t steps, size_t rows,
                     size_t n);

#endif
