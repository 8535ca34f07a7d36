/* Where training starts from. */
#include "nn/network.h"

#include "base/memory.h"
#include "nn/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Series' vectors start in ± this: all series start from nearly the same model (as in Keras' Embedding). */
#define SERIES 0.05

static void fill_uniform(alm_real *w, size_t n, double limit, struct alm_random *random)
{
    for (size_t i = 0; i < n; i++)
        w[i] = (alm_real)(limit * (2 * alm_random_uniform(random) - 1));
}

/* Rows of more than LONG numbers are summed in eight parts, which goes several times as fast: the work grows
 * with the third power of the units. */
enum { LONG = 512, LANES = 8 };

static double dot(const double *a, const double *b, size_t n)
{
    double part[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; n > LONG && i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            part[k] += a[i + k] * b[i + k];
    for (size_t k = 0; k < LANES; k++)
        sum += part[k];
    for (; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Fills q [n][n] with orthonormal rows: normal vectors, each freed from the directions before it
 * (Gram-Schmidt, done twice so that rounding does not matter) and set to length 1. */
static void fill_orthogonal(double *q, size_t n, struct alm_random *random, const struct alm_cancel *cancel)
{
    for (size_t i = 0; i < n && !alm_cancelled(cancel); i++) {
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
static void init_recurrent(alm_real *r, size_t hidden, double *scratch, struct alm_random *random,
                           const struct alm_cancel *cancel)
{
    for (size_t gate = 0; gate < 4; gate++) {
        fill_orthogonal(scratch, hidden, random, cancel);
        for (size_t i = 0; i < hidden; i++)
            for (size_t k = 0; k < hidden; k++)
                r[i * 4 * hidden + gate * hidden + k] = (alm_real)scratch[i * hidden + k];
    }
}

static void fill(alm_real *w, size_t n, alm_real value)
{
    for (size_t i = 0; i < n; i++)
        w[i] = value;
}

/* The tensors of one LSTM cell; those that are not named here stay 0. */
static void init_cell(const struct alm_layer_weights *w, size_t inputs, size_t hidden, double *scratch,
                      struct alm_random *random, const struct alm_cancel *cancel)
{
    fill_uniform(w->w, inputs * 4 * hidden, sqrt(6 / (double)(inputs + hidden)), random);
    init_recurrent(w->r, hidden, scratch, random, cancel);
    fill(w->b + hidden, hidden, 1);
    if (w->gain != NULL) fill(w->gain, 4 * hidden, 1);
}

/* What belongs to no layer. */
static void init_parts(struct alm_network *network, double *scratch, struct alm_random *random,
                       const struct alm_cancel *cancel)
{
    const struct alm_parts parts = alm_shape_parts(network);
    const size_t hidden = network->shape.hidden;
    alm_real *p = network->parameters;
    fill_uniform(p + parts.head_w->offset, parts.head_w->rows * parts.head_w->columns,
                 sqrt(6 / (double)(parts.head_w->rows + parts.head_w->columns)), random);
    if (parts.projection_w != NULL)
        fill_uniform(p + parts.projection_w->offset, parts.projection_w->rows * parts.projection_w->columns,
                     sqrt(6 / (double)parts.projection_w->rows), random);
    if (parts.series != NULL)
        fill_uniform(p + parts.series->offset, parts.series->rows * parts.series->columns, SERIES, random);
    if (parts.position == NULL) return;
    for (size_t k = 0; k < parts.position->rows * parts.position->columns; k++)
        p[parts.position->offset + k] = (alm_real)alm_random_normal(random);
    const struct alm_layer_weights cell = {
        .w = p + parts.decoder_w->offset, .r = p + parts.decoder_r->offset, .b = p + parts.decoder_b->offset};
    init_cell(&cell, parts.decoder_w->rows, hidden, scratch, random, cancel);
}

enum alm_status alm_network_init_until(struct alm_network *network, struct alm_random *random,
                                       const struct alm_cancel *cancel, struct alm_error *error)
{
    const struct alm_network_shape *s = &network->shape;
    double *scratch = NULL;
    ALM_TRY(ALM_NEW(&scratch, s->hidden * s->hidden, error));
    memset(network->parameters, 0, network->n_parameters * sizeof *network->parameters);
    for (size_t layer = 0; layer < s->layers; layer++) {
        const struct alm_layer_weights view = alm_layer_view(network, network->parameters, layer);
        init_cell(&view, alm_layer_inputs(s, layer), s->hidden, scratch, random, cancel);
    }
    init_parts(network, scratch, random, cancel);
    free(scratch);
    return alm_cancelled(cancel) ? alm_fail(error, ALM_INTERRUPTED, "training was interrupted") : ALM_OK;
}

enum alm_status alm_network_init(struct alm_network *network, struct alm_random *random,
                                 struct alm_error *error)
{
    return alm_network_init_until(network, random, NULL, error);
}
