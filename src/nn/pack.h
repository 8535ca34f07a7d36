/* Weights of a layer in the layouts of the fused kernels (kernel.h), and the gradient back from there. */
#ifndef ALM_NN_PACK_H
#define ALM_NN_PACK_H

#include "nn/layer.h"

#include <stddef.h>

/* Units rounded up to whole panels, and words of a packed matrix. */
size_t alm_pack_panels(size_t hidden, size_t lanes);
size_t alm_pack_weights_size(const struct alm_layer_size *size, enum alm_precision precision, size_t lanes);
size_t alm_pack_transposed_size(size_t rows, size_t hidden, enum alm_precision precision, size_t lanes);

/* A matrix [rows][4H] as bf16, each gate's units filled up with a 0 to an even number: words of it, and the
 * matrix itself. Only the padding must be 0 before. */
size_t alm_pack_halves_size(size_t rows, size_t hidden);
void alm_pack_halves(uint16_t *halves, const alm_real *matrix, size_t rows, size_t hidden,
                     const struct alm_kernel *kernel);

/* packed [panels][1 + F + H][4][L] from b, W and R; with bf16 ([panels][1 + words of F + words of H][4][L]) W
 * and R are w and r, made by alm_pack_halves. What fills up the last panel is not touched: it must be 0. */
void alm_pack_weights(alm_real *packed, const struct alm_layer_weights *weights,
                      const struct alm_layer_size *size, size_t lanes);
void alm_pack_weights_bf16(alm_real *packed, const alm_real *b, const uint16_t *w, const uint16_t *r,
                           const struct alm_layer_size *size, const struct alm_kernel *kernel);

/* gradient += packed [panels][1 + F + H][4][L]. */
void alm_unpack_gradient(const struct alm_layer_weights *gradient, const alm_real *packed,
                         const struct alm_layer_size *size, size_t lanes);

/* packed = matrixᵀ in blocks, from matrix [rows][4H], with bf16 made by alm_pack_halves. Padding is not
 * touched: it must be 0. */
void alm_pack_transposed(alm_real *packed, const alm_real *matrix, size_t rows, size_t hidden, size_t lanes);
void alm_pack_transposed_bf16(alm_real *packed, const uint16_t *matrix, size_t rows, size_t hidden,
                              size_t lanes);

#endif
