/* Part of body.h: what the fused layer does in bf16 beyond fused.h. The weights' gradient sums
 * over rows, so its words are pairs of rows: they are made here, from operands whose words are pairs of
 * columns. */

#ifndef ALM_REAL_DOUBLE

/* Words of the rows of a step, [pairs][columns], from rows of words [rows][words of columns]. */
static alm_real *pair_columns(alm_real *out, const alm_real *rows, size_t n_rows, size_t columns)
{
    const size_t row = 2 * alm_words(columns, ALM_PRECISION_BF16);
    const uint16_t *halves = (const uint16_t *)rows;
    for (size_t i = 0; i < n_rows; i += 2, out += columns)
        bf16_pair(out, halves + i * row, i + 1 < n_rows ? halves + (i + 1) * row : NULL, columns);
    return out;
}

/* The same of dG in one panel's records: [pairs][4][L]. */
static alm_real *pair_slopes(alm_real *out, const alm_real *records, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i += 2, records += 2 * RECORD, out += GATES) {
        const uint16_t *odd = i + 1 < n_rows ? (const uint16_t *)(records + RECORD) : NULL;
        bf16_pair(out, (const uint16_t *)records, odd, GATES);
    }
    return out;
}

static void gradient_bf16(alm_real *gradient, const alm_real *a, size_t columns, const alm_real *records,
                          size_t steps, alm_real *scratch, const struct alm_fused_size *size)
{
    const size_t rows = size->rows, pairs = (rows + 1) / 2, panels = (size->hidden + LANES - 1) / LANES;
    alm_real *const paired = scratch + steps * pairs * GATES, *next = paired;
    for (size_t s = 0; s < steps; s++)
        next = pair_columns(next, a + s * rows * alm_words(columns, ALM_PRECISION_BF16), rows, columns);
    for (size_t p = 0; p < panels; p++) {
        const struct slopes slopes = {scratch, steps, pairs, GATES, pairs * GATES};
        next = scratch;
        for (size_t s = 0; s < steps; s++)
            next = pair_slopes(next, records + (s * panels + p) * rows * RECORD, rows);
        gradient_panel(gradient + p * (1 + size->inputs + size->hidden) * GATES, paired, columns, &slopes,
                       ALM_PRECISION_BF16);
    }
}

FUSED(bf16, ALM_PRECISION_BF16)

#endif
