/* Part of body.h: one time step of a layer whose matrix product and gates are one piece of work, so
 * that the sums W x + R h' + b never leave the registers before they are gates. kernel.h describes the
 * layouts, tile.h the products. */

#define GATES (4 * LANES)  /* one panel's gates of one row */
#define RECORD (6 * LANES) /* what is kept of one panel's cells of one row: i, f, g, o, c, tanh(c) */

/* What a step works on; pointers of a tile stand at its first row. */
struct forward_tile {
    alm_real *record, *h, *h_words;
    const alm_real *before, *h_before, *x, *panel;
    size_t unit, units; /* the panel's first, and how many: LANES but for the last */
};

INLINE void forward_rows(size_t m, const struct forward_tile *tile, const struct alm_fused_size *size,
                         enum alm_precision precision)
{
    const size_t x_words = alm_words(size->inputs, precision), h_words = alm_words(size->hidden, precision);
    vec sums[MOST];
    EACH (i, m) {
        EACH (gate, 4)
            sums[4 * i + gate] = load(tile->panel + gate * LANES, LANES);
    }
    const alm_real *w = tile->panel + GATES, *r = w + x_words * GATES;
    multiply(sums, m, 4, tile->x, x_words, w, x_words, precision);
    if (tile->h_before != NULL) multiply(sums, m, 4, tile->h_before, h_words, r, h_words, precision);
    EACH (i, m) {
        const vec *sum = sums + 4 * i;
        const struct cell cell =
            cell_forward(sum[0], sum[1], sum[2], sum[3], load(tile->before + i * RECORD + 4 * LANES, LANES));
        const vec kept[6] = {cell.i, cell.f, cell.g, cell.o, cell.c, cell.t};
        EACH (k, 6)
            store(tile->record + i * RECORD + k * LANES, kept[k], LANES);
        store(tile->h + i * size->hidden + tile->unit, cell.h, tile->units);
        if (precision == ALM_PRECISION_BF16)
            store_operand(tile->h_words + i * h_words, tile->unit, cell.h, tile->units, precision);
    }
}

INLINE void forward_switch(size_t m, const struct forward_tile *tile, const struct alm_fused_size *size,
                           enum alm_precision precision)
{
#define CASE(M, N)                                                                                           \
    case M:                                                                                                  \
        forward_rows(M, tile, size, precision);                                                              \
        return;
    switch (m) {
        EACH_WIDE_TILE
    }
#undef CASE
}

INLINE void fused_forward(alm_real *records, alm_real *h, alm_real *words, const alm_real *before,
                          const alm_real *h_before, const alm_real *x, const alm_real *weights,
                          const struct alm_fused_size *size, enum alm_precision precision)
{
    const size_t rows = size->rows, hidden = size->hidden, x_words = alm_words(size->inputs, precision),
                 h_words = alm_words(hidden, precision);
    for (size_t unit = 0; unit < hidden; unit += LANES) {
        for (size_t row = 0, m; row < rows; row += m) {
            const struct forward_tile tile = {records + row * RECORD,
                                              h + row * hidden,
                                              words + row * h_words,
                                              before + row * RECORD,
                                              h_before == NULL ? NULL : h_before + row * h_words,
                                              x + row * x_words,
                                              weights,
                                              unit,
                                              hidden - unit < LANES ? hidden - unit : LANES};
            m = next_tile(rows - row, TILE_ROWS);
            forward_switch(m, &tile, size, precision);
        }
        records += rows * RECORD, before += rows * RECORD;
        weights += (1 + x_words + h_words) * GATES;
    }
}

/* out [m][n] = dG [m][every panel's gates] w [those][n]. Meanwhile it fetches, panel by panel, as many
 * records as the tile has from `soon` on, unless NULL. */
INLINE void product_rows(size_t m, size_t n, alm_real *out, const alm_real *records, const alm_real *w,
                         const alm_real *soon, const struct alm_fused_size *size,
                         enum alm_precision precision)
{
    const size_t panels = (size->hidden + LANES - 1) / LANES, share = (m * n * RECORD + panels - 1) / panels;
    const size_t count = alm_words(GATES, precision);
    vec sums[MOST];
    EACH (i, m * n)
        sums[i] = (vec){0};
    for (size_t p = 0; p < panels; p++) {
        if (soon != NULL) fetch(soon + p * share, share);
        multiply(sums, m, n, records, RECORD, w, count, precision);
        records += size->rows * RECORD, w += count * n * LANES;
    }
    EACH (i, m * n)
        store(out + i * LANES, sums[i], LANES);
}

INLINE void product_switch(size_t m, size_t n, alm_real *out, const alm_real *records, const alm_real *w,
                           const alm_real *soon, const struct alm_fused_size *size,
                           enum alm_precision precision)
{
#define CASE(M, N)                                                                                           \
    case 10 * M + N:                                                                                         \
        product_rows(M, N, out, records, w, soon, size, precision);                                          \
        return;
    switch (10 * m + n) {
        EACH_WIDE_TILE
        EACH_NARROW_TILE(2)
        EACH_NARROW_TILE(1)
    }
#undef CASE
}

INLINE void fused_product(alm_real *out, const alm_real *records, const alm_real *transposed, size_t columns,
                          const struct alm_fused_size *size, enum alm_precision precision)
{
    const size_t vectors = (columns + LANES - 1) / LANES, panels = (size->hidden + LANES - 1) / LANES;
    alm_real sums[MOST * LANES];
    for (size_t v = 0, n; v < vectors; v += n) {
        n = alm_block_vectors(vectors - v);
        for (size_t row = 0, m; row < size->rows; row += m) {
            m = next_tile(size->rows - row, n == 4 ? WIDE_ROWS : NARROW_ROWS);
            product_switch(m, n, sums, records + row * RECORD, transposed, NULL, size, precision);
            for (size_t i = 0; i < m; i++) {
                const size_t left = columns - v * LANES, count = left < n * LANES ? left : n * LANES;
                memcpy(out + (row + i) * columns + v * LANES, sums + i * n * LANES, count * sizeof *out);
            }
        }
        transposed += panels * alm_words(GATES, precision) * n * LANES;
    }
}

/* One panel's units in m rows: records, d_c and before stand at its first row, from_after and d_h at its
 * first unit there. */
INLINE void backward_panel(alm_real *record, alm_real *d_c, alm_real *d_bias, const alm_real *before,
                           const alm_real *from_after, size_t stride, const alm_real *d_h, size_t hidden,
                           size_t units, size_t m, enum alm_precision precision)
{
    vec bias[4];
    for (size_t gate = 0; gate < 4; gate++)
        bias[gate] = load(d_bias + gate * LANES, LANES);
    for (size_t i = 0; i < m; i++, record += RECORD, before += RECORD, d_c += LANES, from_after += stride) {
        const struct cell cell = {.i = load(record, LANES),
                                  .f = load(record + LANES, LANES),
                                  .g = load(record + 2 * LANES, LANES),
                                  .o = load(record + 3 * LANES, LANES),
                                  .t = load(record + 5 * LANES, LANES)};
        vec slope = load(from_after, LANES);
        if (d_h != NULL) slope += load(d_h + i * hidden, units);
        const struct cell_slopes d =
            cell_backward(&cell, load(before + 4 * LANES, LANES), slope, load(d_c, LANES));
        store(d_c, d.c_before, LANES);
        const vec slopes[4] = {d.i, d.f, d.g, d.o};
        for (size_t gate = 0; gate < 4; gate++) {
            store_operand(record, gate * LANES, slopes[gate], LANES, precision);
            /* b: the sum over rows */
            bias[gate] += slopes[gate];
        }
    }
    for (size_t gate = 0; gate < 4; gate++)
        store(d_bias + gate * LANES, bias[gate], LANES);
}

INLINE void fused_backward(alm_real *records, alm_real *d_c, alm_real *gradient, const alm_real *before,
                           const alm_real *after, const alm_real *d_h, const alm_real *transposed,
                           const struct alm_fused_size *size, enum alm_precision precision)
{
    const size_t rows = size->rows, hidden = size->hidden, panels = (hidden + LANES - 1) / LANES;
    const size_t height = 1 + size->inputs + hidden;
    alm_real sums[MOST * LANES] = {0};
    for (size_t p = 0, n; p < panels; p += n) {
        n = alm_block_vectors(panels - p);
        for (size_t row = 0, m; row < rows; row += m) {
            m = next_tile(rows - row, n == 4 ? WIDE_ROWS : NARROW_ROWS);
            /* dh gains dG Rᵀ of the step after; the next call will want the records that are `before` now */
            if (after != NULL)
                product_switch(m, n, sums, after + row * RECORD, transposed,
                               before + (p * rows + n * row) * RECORD, size, precision);
            for (size_t j = 0; j < n; j++) {
                const size_t unit = (p + j) * LANES, at = (p + j) * rows + row;
                backward_panel(records + at * RECORD, d_c + at * LANES, gradient + (p + j) * height * GATES,
                               before + at * RECORD, sums + j * LANES, n * LANES,
                               d_h == NULL ? NULL : d_h + row * hidden + unit, hidden,
                               hidden - unit < LANES ? hidden - unit : LANES, m, precision);
            }
        }
        transposed += panels * alm_words(GATES, precision) * n * LANES;
    }
}

/* What the weights' gradient sums over: `steps` times `rows` rows of words of dG, `row` and `step` words
 * apart.
 */
struct slopes {
    const alm_real *first;
    size_t steps, rows, row, step;
};

/* gradient [m][4 vectors] += aᵀ [m][steps * rows] dG [steps * rows][4 vectors] */
INLINE void gradient_rows(size_t m, alm_real *gradient, const alm_real *a, size_t columns,
                          const struct slopes *slopes, enum alm_precision precision)
{
    vec sums[MOST];
    EACH (i, m * 4)
        sums[i] = load(gradient + i * LANES, LANES);
    for (size_t s = 0; s < slopes->steps; s++) {
        const alm_real *from = slopes->first + s * slopes->step;
        for (size_t row = 0; row < slopes->rows; row++, from += slopes->row, a += columns) {
            vec right[4];
            EACH (j, 4)
                right[j] = load(from + j * LANES, LANES);
            EACH (i, m) {
                const vec left = spread(a + i);
                EACH (j, 4)
                    sums[4 * i + j] = add_product(sums[4 * i + j], left, right[j], precision);
            }
        }
    }
    EACH (i, m * 4)
        store(gradient + i * LANES, sums[i], LANES);
}

/* The same for all columns. */
INLINE void gradient_panel(alm_real *gradient, const alm_real *a, size_t columns, const struct slopes *slopes,
                           enum alm_precision precision)
{
#define CASE(M, N)                                                                                           \
    case M:                                                                                                  \
        gradient_rows(M, gradient + k * GATES, a + k, columns, slopes, precision);                           \
        break;
    for (size_t k = 0, m; k < columns; k += m) {
        m = next_tile(columns - k, WIDE_ROWS);
        switch (m) {
            EACH_WIDE_TILE
        }
    }
#undef CASE
}

static void gradient_fp32(alm_real *gradient, const alm_real *a, size_t columns, const alm_real *records,
                          size_t steps, alm_real *scratch, const struct alm_fused_size *size)
{
    const size_t rows = size->rows, panels = (size->hidden + LANES - 1) / LANES;
    (void)scratch;
    for (size_t p = 0; p < panels; p++) {
        const struct slopes slopes = {records + p * rows * RECORD, steps, rows, RECORD,
                                      panels * rows * RECORD};
        gradient_panel(gradient + p * (1 + size->inputs + size->hidden) * GATES, a, columns, &slopes,
                       ALM_PRECISION_FP32);
    }
}

/* The functions of struct alm_fused_kernel for one precision. */
#define FUSED(NAME, PRECISION)                                                                               \
    static void forward_##NAME(alm_real *records, alm_real *h, alm_real *h_words, const alm_real *before,    \
                               const alm_real *h_before, const alm_real *x, const alm_real *weights,         \
                               const struct alm_fused_size *size)                                            \
    {                                                                                                        \
        fused_forward(records, h, h_words, before, h_before, x, weights, size, PRECISION);                   \
    }                                                                                                        \
    static void backward_##NAME(alm_real *records, alm_real *d_c, alm_real *gradient,                        \
                                const alm_real *before, const alm_real *after, const alm_real *d_h,          \
                                const alm_real *transposed, const struct alm_fused_size *size)               \
    {                                                                                                        \
        fused_backward(records, d_c, gradient, before, after, d_h, transposed, size, PRECISION);             \
    }                                                                                                        \
    static void product_##NAME(alm_real *out, const alm_real *records, const alm_real *transposed,           \
                               size_t columns, const struct alm_fused_size *size)                            \
    {                                                                                                        \
        fused_product(out, records, transposed, columns, size, PRECISION);                                   \
    }
#define FUSED_KERNEL(NAME)                                                                                   \
    {                                                                                                        \
        forward_##NAME, backward_##NAME, product_##NAME, gradient_##NAME                                     \
    }

FUSED(fp32, ALM_PRECISION_FP32)
