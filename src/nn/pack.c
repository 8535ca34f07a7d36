#include "nn/pack.h"

#include <string.h>

size_t alm_pack_panels(size_t hidden, size_t lanes)
{
    return (hidden + lanes - 1) / lanes;
}

size_t alm_pack_weights_size(const struct alm_layer_size *size, enum alm_precision precision, size_t lanes)
{
    const size_t height = 1 + alm_words(size->inputs, precision) + alm_words(size->hidden, precision);
    return alm_pack_panels(size->hidden, lanes) * height * 4 * lanes;
}

size_t alm_pack_transposed_size(size_t rows, size_t hidden, enum alm_precision precision, size_t lanes)
{
    const size_t units = alm_pack_panels(hidden, lanes) * 4 * lanes;
    return alm_words(units, precision) * alm_pack_panels(rows, lanes) * lanes;
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

/* One block: columns first .. first + width of the transposed matrix. A row of the matrix has four gates of
 * `units` words, a panel `lanes` of each. */
static void pack_block(alm_real *block, const alm_real *matrix, size_t first, size_t width, size_t rows,
                       size_t units, size_t lanes)
{
    const size_t there = rows - first < width ? rows - first : width;
    for (size_t unit = 0; unit < units; unit += lanes) {
        const size_t n = units - unit < lanes ? units - unit : lanes;
        for (size_t gate = 0; gate < 4; gate++, block += lanes * width)
            for (size_t column = 0; column < there; column++) {
                const alm_real *in = matrix + (first + column) * 4 * units + gate * units + unit;
                for (size_t lane = 0; lane < n; lane++)
                    block[lane * width + column] = in[lane];
            }
    }
}

/* A panel has `lanes` units and as many columns, in words of `in_word` units. */
static void pack_transposed(alm_real *packed, const alm_real *matrix, size_t rows, size_t hidden,
                            size_t lanes, size_t in_word)
{
    const size_t vectors = alm_pack_panels(rows, lanes), units = (hidden + in_word - 1) / in_word,
                 height = alm_pack_panels(hidden, lanes) * 4 * lanes / in_word;
    for (size_t v = 0, n; v < vectors; v += n) {
        n = alm_block_vectors(vectors - v);
        pack_block(packed, matrix, v * lanes, n * lanes, rows, units, lanes / in_word);
        packed += height * n * lanes;
    }
}

void alm_pack_transposed(alm_real *packed, const alm_real *matrix, size_t rows, size_t hidden, size_t lanes)
{
    pack_transposed(packed, matrix, rows, hidden, lanes, 1);
}

/* ---- bf16 ---- */

/* Numbers of a gate in a matrix as bf16. */
static size_t even(size_t hidden)
{
    return (hidden + 1) / 2 * 2;
}

size_t alm_pack_halves_size(size_t rows, size_t hidden)
{
    return rows * 4 * even(hidden) / 2;
}

void alm_pack_halves(uint16_t *halves, const alm_real *matrix, size_t rows, size_t hidden,
                     const struct alm_kernel *kernel)
{
    if (hidden % 2 == 0) {
        kernel->bf16_round(halves, matrix, rows * 4 * hidden);
        return;
    }
    for (size_t gate = 0; gate < 4 * rows; gate++)
        kernel->bf16_round(halves + gate * even(hidden), matrix + gate * hidden, hidden);
}

/* Rows of one panel from matrix [rows][4][even]; n units of it exist. */
static alm_real *pack_pairs(alm_real *panel, const uint16_t *matrix, size_t rows, size_t hidden, size_t n,
                            const struct alm_kernel *kernel)
{
    const size_t row = 4 * even(hidden);
    for (size_t k = 0; k < rows; k += 2, matrix += 2 * row)
        for (size_t gate = 0; gate < 4; gate++, panel += kernel->lanes) {
            const uint16_t *first = matrix + gate * even(hidden);
            kernel->bf16_pair(panel, first, k + 1 < rows ? first + row : NULL, n);
        }
    return panel;
}

void alm_pack_weights_bf16(alm_real *packed, const alm_real *b, const uint16_t *w, const uint16_t *r,
                           const struct alm_layer_size *size, const struct alm_kernel *kernel)
{
    const size_t hidden = size->hidden, lanes = kernel->lanes;
    for (size_t unit = 0; unit < hidden; unit += lanes) {
        const size_t n = hidden - unit < lanes ? hidden - unit : lanes;
        pack_rows(packed, b + unit, 1, hidden, lanes, n);
        packed = pack_pairs(packed + 4 * lanes, w + unit, size->inputs, hidden, n, kernel);
        packed = pack_pairs(packed, r + unit, hidden, hidden, n, kernel);
    }
}

void alm_pack_transposed_bf16(alm_real *packed, const uint16_t *matrix, size_t rows, size_t hidden,
                              size_t lanes)
{
    /* two units of a gate that stand side by side are a word */
    pack_transposed(packed, (const alm_real *)(const void *)matrix, rows, hidden, lanes, 2);
}
