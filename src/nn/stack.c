/* The layers one above the other, with dropout, residuals and the series' vectors between them. */
#include "nn/tape.h"

#include <string.h>

/* What layer sees at every step: the piece, as it is or projected, or the outputs of the layer below, as they
 * are or dropped. */
static const alm_real *layer_input(const struct alm_bench *bench, const struct alm_pass *pass, size_t layer)
{
    if (bench->in[layer] != NULL) return bench->in[layer];
    return layer == 0 ? bench->piece.x : alm_stack_output(bench, pass, layer - 1);
}

/* Behind the start, which a dilated layer has for as many steps as it looks back. */
const alm_real *alm_layer_outputs(const struct alm_bench *bench, const struct alm_pass *pass, size_t layer)
{
    const struct alm_network_shape *s = &pass->network->shape;
    return bench->layers[layer].h + alm_layer_dilation(s, layer) * bench->piece.rows * s->hidden;
}

const alm_real *alm_stack_output(const struct alm_bench *bench, const struct alm_pass *pass, size_t layer)
{
    return bench->out[layer] != NULL ? bench->out[layer] : alm_layer_outputs(bench, pass, layer);
}

/* x is a copy, so the mask of the inputs is put on it in place; the series' vectors, if any, are not dropped.
 */
static void drop_inputs(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t width = alm_shape_wide(s), rows = bench->piece.rows;
    alm_noise_masks(bench->masks[0], &bench->layers[0].noise, "input dropout", s->dropout_input, rows,
                    s->inputs);
    for (size_t i = 0; i < bench->piece.steps * rows; i++)
        for (size_t k = 0; k < s->inputs; k++)
            bench->piece.x[i * width + k] *= bench->masks[0][i % rows * s->inputs + k];
}

/* in = mask ⊙ what the layer below gives; without a key the expectation of the mask, 1. */
static void drop(struct alm_bench *bench, const struct alm_pass *pass, size_t layer)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t n = bench->piece.rows * s->hidden;
    if (pass->batch->key != 0)
        alm_noise_masks(bench->masks[layer], &bench->layers[layer].noise, "layer dropout", s->dropout_layer,
                        bench->piece.rows, s->hidden);
    else
        for (size_t k = 0; k < n; k++)
            bench->masks[layer][k] = 1;
    alm_noise_apply(bench->in[layer], alm_stack_output(bench, pass, layer - 1), bench->masks[layer],
                    bench->piece.steps, bench->piece.rows, s->hidden);
}

void alm_stack_forward(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t steps = bench->piece.steps, rows = bench->piece.rows, n = steps * rows * s->hidden;
    if (bench->masks[0] != NULL && pass->batch->key != 0) drop_inputs(bench, pass);
    if (s->projection > 0) alm_projection_forward(bench, pass);
    for (size_t i = 0; i < s->layers && !alm_pass_is_cancelled(pass); i++) {
        struct alm_layer *layer = &bench->layers[i];
        const size_t apart = alm_layer_dilation(s, i); /* [T][B] is [T / d][d B] in memory */
        if (i > 0 && bench->in[i] != NULL) drop(bench, pass, i);
        layer->kind->forward(layer, layer_input(bench, pass, i),
                             pass->batch->start == NULL ? NULL : &bench->states[i], steps / apart,
                             rows * apart);
        if (bench->out[i] == NULL) continue;
        /* out = h + the output of the layer below */
        const alm_real *h = alm_layer_outputs(bench, pass, i), *below = alm_stack_output(bench, pass, i - 1);
        for (size_t k = 0; k < n; k++)
            bench->out[i][k] = h[k] + below[k];
    }
}

/* From the derivative by what a layer sees to that by the output of the layer below, which out = h + below
 * gave a second path (d_out; NULL without residuals). */
static void below_backward(alm_real *d_in, const struct alm_bench *bench, const struct alm_pass *pass,
                           size_t layer, const alm_real *d_out, size_t first)
{
    const size_t state = bench->piece.rows * pass->network->shape.hidden, steps = bench->piece.steps;
    if (bench->in[layer] != NULL)
        alm_noise_apply(d_in, d_in, bench->masks[layer], steps, bench->piece.rows,
                        pass->network->shape.hidden);
    for (size_t k = first * state; d_out != NULL && k < steps * state; k++)
        d_in[k] += d_out[k];
}

void alm_stack_backward(struct alm_share *share, struct alm_bench *bench, const struct alm_pass *pass,
                        const alm_real *d_memory)
{
    const struct alm_batch *piece = &bench->piece;
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t state = piece->rows * s->hidden;
    alm_real *d_h = bench->d_h[0], *d_below = bench->d_h[1], *kept = bench->d_h[2];
    size_t first = piece->steps - alm_labelled_steps(s, piece->steps);
    for (size_t i = s->layers; i-- > 0; first = 0, d_memory = NULL) {
        struct alm_layer *layer = &bench->layers[i];
        const size_t apart = alm_layer_dilation(s, i), unread = first / apart;
        layer->sums = share->sums[i];
        for (size_t k = unread * apart * state; k < first * state; k++)
            d_h[k] = 0; /* of a step of the dilated layer that is not all before first */
        if (bench->out[i] != NULL)
            memcpy(kept + first * state, d_h + first * state, (piece->steps - first) * state * sizeof *kept);
        layer->kind->backward(layer,
                              i > 0               ? d_below
                              : s->projection > 0 ? bench->d_projection
                                                  : bench->d_x,
                              NULL, d_h, unread, d_memory, layer_input(bench, pass, i), piece->steps / apart,
                              piece->rows * apart);
        if (i == 0 || alm_pass_is_cancelled(pass)) break;
        below_backward(d_below, bench, pass, i, bench->out[i] == NULL ? NULL : kept, first);
        alm_real *spare = d_h;
        d_h = d_below;
        d_below = spare;
    }
    if (s->projection > 0) alm_projection_backward(share, bench, pass);
    if (s->embedding > 0)
        alm_series_backward(share, bench, pass, bench->d_x, piece->steps, alm_shape_wide(s));
}

void alm_series_backward(struct alm_share *share, const struct alm_bench *bench, const struct alm_pass *pass,
                         const alm_real *d, size_t steps, size_t width)
{
    const size_t embedding = pass->network->shape.embedding, rows = bench->piece.rows;
    alm_real *gradient = alm_part_gradient(share, pass, pass->parts.series);
    for (size_t i = 0; i < steps * rows; i++)
        for (size_t k = 0; k < embedding; k++)
            gradient[bench->piece.series[i % rows] * embedding + k] += d[i * width + width - embedding + k];
}
