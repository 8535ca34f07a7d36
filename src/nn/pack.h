/* Weights of a layer in the layouts of the fused kernels (kernel.h), and the gradient back from there. */
#ifndef ALM_NN_PACK_H
#define ALM_NN_PACK_H

#include "nn/layer.h"

#include <stddef.h>

/* Units rounded up to whole panels, and numbers of a packed matrix. */
size_t alm_pack_panels(size_t hidden, size_t lanes);
size_t alm_pack_weights_size(const struct alm_layer_size *size, size_t lanes);
size_t alm_pack_transposed_size(size_t rows, size_t hidden, size_t lanes);

/* packed [panels][1 + F + H][4][L] from b, W and R. What fills up the last panel is not touched: it must be
 * 0. */
void alm_pack_weights(alm_real *packed, const struct alm_layer_weights *weights,
                      const struct alm_layer_size *size, size_t lanes);

/* gradient += packed. */
void alm_unpack_gradient(const struct alm_layer_weights *gradient, const alm_real *packed,
                         const struct alm_layer_size *size, size_t lanes);

/* packed = matrixᵀ in blocks, from matrix [rows][4H]. Padding is not touched: it must be 0. */
void alm_pack_transposed(alm_real *packed, const alm_real *matrix, size_t rows, size_t hidden, size_t lanes);

#endif
