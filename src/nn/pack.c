#include "nn/pack.h"

#include <string.h>

size_t alm_pack_panels(size_t hidden, size_t lanes)
{
    return (hidden + lanes - 1) / lanes;
}

size_t alm_pack_weights_size(const struct alm_layer_size *size, size_t lanes)
{
    return alm_pack_panels(size->hidden, lanes) * (1 + size->inputs + size->hidden) * 4 * lanes;
}

size_t alm_pack_transposed_size(size_t rows, size_t hidden, size_t lanes)
{
    return alm_pack_panels(hidden, lanes) * 4 * lanes * alm_pack_panels(rows, lanes) * lanes;
}

/* memcpy, without a call for whole vectors. */
static inline void copy(alm_real *out, const alm_real *in, size_t n)
{
    if (n * sizeof *out == 64)
        memcpy(out, in, 64);
    else if (n * sizeof *out == 32)
        memcpy(out, in, 32);
    else
        memcpy(out, in, n * sizeof *out);
}

/* Rows of one panel from matrix [rows][4H]; n units of it exist. */
static void pack_rows(alm_real *panel, const alm_real *matrix, size_t rows, size_t hidden, size_t lanes,
                      size_t n)
{
    for (size_t k = 0; k < rows; k++)
        for (size_t gate = 0; gate < 4; gate++)
            copy(panel + (4 * k + gate) * lanes, matrix + (4 * k + gate) * hidden, n);
}

void alm_pack_weights(alm_real *packed, const struct alm_layer_weights *weights,
                      const struct alm_layer_size *size, size_t lanes)
{
    const size_t hidden = size->hidden;
    for (size_t unit = 0; unit < hidden; unit += lanes) {
        const size_t n = hidden - unit < lanes ? hidden - unit : lanes;
        pack_rows(packed, weights->b + unit, 1, hidden, lanes, n);
        packed += 4 * lanes;
        pack_rows(packed, weights->w + unit, size->inputs, hidden, lanes, n);
        packed += size->inputs * 4 * lanes;
        pack_rows(packed, weights->r + unit, hidden, hidden, lanes, n);
        packed += hidden * 4 * lanes;
    }
}

static void unpack_rows(alm_real *matrix, const alm_real *panel, size_t rows, size_t hidden, size_t lanes,
                        size_t n)
{
    for (size_t k = 0; k < 4 * rows; k++)
        for (size_t lane = 0; lane < n; lane++)
            matrix[k * hidden + lane] += panel[k * lanes + lane];
}

void alm_unpack_gradient(const struct alm_layer_weights *gradient, const alm_real *packed,
                         const struct alm_layer_size *size, size_t lanes)
{
    const size_t hidden = size->hidden;
    for (size_t unit = 0; unit < hidden; unit += lanes) {
        const size_t n = hidden - unit < lanes ? hidden - unit : lanes;
        unpack_rows(gradient->b + unit, packed, 1, hidden, lanes, n);
        packed += 4 * lanes;
        unpack_rows(gradient->w + unit, packed, size->inputs, hidden, lanes, n);
        packed += size->inputs * 4 * lanes;
        unpack_rows(gradient->r + unit, packed, hidden, hidden, lanes, n);
        packed += hidden * 4 * lanes;
    }
}

/* One block: columns first .. first + width of the transposed matrix. */
static void pack_block(alm_real *block, const alm_real *matrix, size_t first, size_t width, size_t rows,
                       size_t hidden, size_t lanes)
{
    const size_t there = rows - first < width ? rows - first : width;
    for (size_t unit = 0; unit < hidden; unit += lanes) {
        const size_t n = hidden - unit < lanes ? hidden - unit : lanes;
        for (size_t gate = 0; gate < 4; gate++, block += lanes * width)
            for (size_t column = 0; column < there; column++) {
                const alm_real *in = matrix + (first + column) * 4 * hidden + gate * hidden + unit;
                for (size_t lane = 0; lane < n; lane++)
                    block[lane * width + column] = in[lane];
            }
    }
}

void alm_pack_transposed(alm_real *packed, const alm_real *matrix, size_t rows, size_t hidden, size_t lanes)
{
    const size_t vectors = alm_pack_panels(rows, lanes), height = alm_pack_panels(hidden, lanes) * 4 * lanes;
    for (size_t v = 0, n; v < vectors; v += n) {
        n = alm_block_vectors(vectors - v);
        pack_block(packed, matrix, v * lanes, n * lanes, rows, hidden, lanes);
        packed += height * n * lanes;
    }
}
