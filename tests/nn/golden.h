/* What the tests against PyTorch share. */
#ifndef ALM_TEST_NN_GOLDEN_H
#define ALM_TEST_NN_GOLDEN_H

#include "nn/network.h"

#include <math.h>

/* The formula of the scripts in tests/golden. */
static inline void fill(double *out, size_t n, double seed, double scale)
{
    for (size_t k = 0; k < n; k++)
        out[k] = scale * sin(0.7 * (double)k + seed + 0.3 * (double)((k * k) % 7));
}

/* Every tensor with a seed of its own. */
static inline void fill_parameters(struct alm_network *network)
{
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        fill(network->parameters + tensor->offset, tensor->rows * tensor->columns, (double)(i + 1), 0.6);
    }
}

#endif
