/* Part of body.h: gates over whole rows in memory, after a matrix product by somebody else. */

/* Units j .. j + n of one row, forward. Pointers stand at unit j of gate i. */
static inline void forward_units(alm_real *gates, alm_real *c, alm_real *h, const alm_real *c_before,
                                 const alm_real *bias, size_t hidden, size_t n)
{
    vec sum[4];
    for (size_t gate = 0; gate < 4; gate++)
        sum[gate] = load(gates + gate * hidden, n) + load(bias + gate * hidden, n);
    const struct cell cell = cell_forward(sum[0], sum[1], sum[2], sum[3], load(c_before, n));
    store(gates, cell.i, n);
    store(gates + hidden, cell.f, n);
    store(gates + 2 * hidden, cell.g, n);
    store(gates + 3 * hidden, cell.o, n);
    store(c, cell.c, n);
    store(h, cell.h, n);
}

/* The same units, backward. */
static inline void backward_units(alm_real *gates, alm_real *d_c, alm_real *d_bias, const alm_real *d_h,
                                  const alm_real *c, const alm_real *c_before, size_t hidden, size_t n)
{
    const struct cell cell = {.i = load(gates, n),
                              .f = load(gates + hidden, n),
                              .g = load(gates + 2 * hidden, n),
                              .o = load(gates + 3 * hidden, n),
                              .t = vector_tanh(load(c, n))};
    const struct cell_slopes d = cell_backward(&cell, load(c_before, n), load(d_h, n), load(d_c, n));
    store(d_c, d.c_before, n);
    const vec slopes[4] = {d.i, d.f, d.g, d.o};
    for (size_t gate = 0; gate < 4; gate++) {
        store(gates + gate * hidden, slopes[gate], n);
        /* b: the sum over rows */
        store(d_bias + gate * hidden, load(d_bias + gate * hidden, n) + slopes[gate], n);
    }
}

static void plain_forward(alm_real *gates, alm_real *c, alm_real *h, const alm_real *c_before,
                          const alm_real *bias, size_t rows, size_t hidden)
{
    for (size_t row = 0; row < rows; row++) {
        size_t j = 0;
        for (; j + LANES <= hidden; j += LANES)
            forward_units(gates + j, c + j, h + j, c_before + j, bias + j, hidden, LANES);
        if (j < hidden) forward_units(gates + j, c + j, h + j, c_before + j, bias + j, hidden, hidden - j);
        gates += 4 * hidden, c += hidden, h += hidden, c_before += hidden;
    }
}

static void plain_backward(alm_real *gates, alm_real *d_c, alm_real *d_bias, const alm_real *d_h,
                           const alm_real *c, const alm_real *c_before, size_t rows, size_t hidden)
{
    for (size_t row = 0; row < rows; row++) {
        size_t j = 0;
        for (; j + LANES <= hidden; j += LANES)
            backward_units(gates + j, d_c + j, d_bias + j, d_h + j, c + j, c_before + j, hidden, LANES);
        if (j < hidden)
            backward_units(gates + j, d_c + j, d_bias + j, d_h + j, c + j, c_before + j, hidden, hidden - j);
        gates += 4 * hidden, d_c += hidden, d_h += hidden, c += hidden, c_before += hidden;
    }
}
