/* Where training starts from. */
#include "nn/network.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void fill_uniform(alm_real *w, size_t n, double limit, struct alm_random *random)
{
    for (size_t i = 0; i < n; i++)
        w[i] = (alm_real)(limit * (2 * alm_random_uniform(random) - 1));
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Fills q [n][n] with orthonormal rows: normal vectors, each freed from the directions before it
 * (Gram-Schmidt, done twice so that rounding does not matter) and set to length 1. */
static void fill_orthogonal(double *q, size_t n, struct alm_random *random)
{
    for (size_t i = 0; i < n; i++) {
        double *row = q + i * n, length;
        do {
            for (size_t k = 0; k < n; k++)
                row[k] = alm_random_normal(random);
            for (size_t j = 0; j < 2 * i; j++) {
                const double *other = q + (j % i) * n, share = dot(row, other, n);
                for (size_t k = 0; k < n; k++)
                    row[k] -= share * other[k];
            }
            length = sqrt(dot(row, row, n));
        } while (length < 1e-6);
        for (size_t k = 0; k < n; k++)
            row[k] /= length;
    }
}

/* R [H][4H]: one orthogonal matrix per gate, side by side. */
static void init_recurrent(alm_real *r, size_t hidden, double *scratch, struct alm_random *random)
{
    for (size_t gate = 0; gate < 4; gate++) {
        fill_orthogonal(scratch, hidden, random);
        for (size_t i = 0; i < hidden; i++)
            for (size_t k = 0; k < hidden; k++)
                r[i * 4 * hidden + gate * hidden + k] = (alm_real)scratch[i * hidden + k];
    }
}

enum alm_status alm_network_init(struct alm_network *network, struct alm_random *random,
                                 struct alm_error *error)
{
    const size_t hidden = network->shape.hidden;
    double *scratch = NULL;
    ALM_TRY(ALM_NEW(&scratch, hidden * hidden, error));
    memset(network->parameters, 0, network->n_parameters * sizeof *network->parameters);
    const struct alm_tensor *tensor = network->tensors;
    for (size_t layer = 0; layer < network->shape.layers; layer++, tensor += 3) {
        const double limit = sqrt(6 / (double)(tensor[0].rows + hidden));
        alm_real *bias = network->parameters + tensor[2].offset;
        fill_uniform(network->parameters + tensor[0].offset, tensor[0].rows * tensor[0].columns, limit,
                     random);
        init_recurrent(network->parameters + tensor[1].offset, hidden, scratch, random);
        for (size_t k = 0; k < hidden; k++)
            bias[hidden + k] = 1;
    }
    const double limit = sqrt(6 / (double)(tensor[0].rows + tensor[0].columns));
    fill_uniform(network->parameters + tensor[0].offset, tensor[0].rows * tensor[0].columns, limit, random);
    free(scratch);
    return ALM_OK;
}
