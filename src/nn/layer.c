#include "nn/layer.h"

#include <string.h>

const struct alm_layer_kind *alm_layer_choose(const struct alm_cell *cell)
{
    if (cell->kind == ALM_CELL_SLSTM) return &alm_layer_slstm;
    const bool plain = !cell->peephole && !cell->layer_norm && cell->forget.mode == ALM_FORGET_LEARNED &&
                       !(cell->dropout_recurrent > 0);
    return plain ? &alm_layer_fused : &alm_layer_general;
}

/* Numbers of W, R, b, p and gain. */
enum { PARTS = 5 };

static void count_parts(size_t parts[PARTS], const struct alm_layer *layer)
{
    const size_t hidden = layer->size.hidden;
    parts[0] = layer->size.inputs * 4 * hidden;
    parts[1] = hidden * 4 * hidden;
    parts[2] = 4 * hidden;
    parts[3] = layer->cell.peephole ? 3 * hidden : 0;
    parts[4] = layer->cell.layer_norm ? 4 * hidden : 0;
}

size_t alm_layer_plain_sums(const struct alm_layer *layer)
{
    size_t parts[PARTS], all = 0;
    count_parts(parts, layer);
    for (size_t i = 0; i < PARTS; i++)
        all += parts[i];
    return all;
}

struct alm_layer_weights alm_layer_plain_view(const struct alm_layer *layer, alm_real *sums)
{
    size_t parts[PARTS];
    alm_real *at[PARTS];
    count_parts(parts, layer);
    for (size_t i = 0; i < PARTS; sums += parts[i++])
        at[i] = parts[i] == 0 ? NULL : sums;
    return (struct alm_layer_weights){at[0], at[1], at[2], at[3], at[4]};
}

void alm_layer_plain_add_sums(const struct alm_layer_weights *gradient, const struct alm_layer *layer,
                              const alm_real *sums)
{
    alm_real *const out[PARTS] = {gradient->w, gradient->r, gradient->b, gradient->p, gradient->gain};
    size_t parts[PARTS];
    count_parts(parts, layer);
    for (size_t i = 0; i < PARTS; sums += parts[i++])
        for (size_t k = 0; k < parts[i]; k++)
            out[i][k] += sums[k];
}

/* out [columns][rows] = in [rows][columns], in square pieces that stay in cache. */
static void transpose(alm_real *out, const alm_real *in, size_t rows, size_t columns)
{
    enum { PIECE = 16 };
    for (size_t i0 = 0; i0 < rows; i0 += PIECE)
        for (size_t j0 = 0; j0 < columns; j0 += PIECE)
            for (size_t i = i0; i < rows && i < i0 + PIECE; i++)
                for (size_t j = j0; j < columns && j < j0 + PIECE; j++)
                    out[j * rows + i] = in[i * columns + j];
}

size_t alm_layer_plain_packed(const struct alm_layer *layer)
{
    return 4 * layer->size.hidden * layer->size.hidden;
}

void alm_layer_plain_pack(struct alm_layer *layer)
{
    /* OpenBLAS runs small products with both factors as they lie up to 1.3 times as fast as with one
     * transposed */
    if (layer->for_backward)
        transpose(layer->packed, layer->weights.r, layer->size.hidden, 4 * layer->size.hidden);
}

void alm_layer_set_start(alm_real *out, const alm_real *start, size_t n)
{
    if (start == NULL)
        memset(out, 0, n * sizeof *out);
    else
        memcpy(out, start, n * sizeof *out);
}
