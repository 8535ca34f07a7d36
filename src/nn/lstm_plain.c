/* The LSTM layer as products and elementwise work, one after the other (Hochreiter & Schmidhuber 1997, with
 * the forget gate of Gers, Schmidhuber & Cummins 2000; no peepholes):
 *
 *     i = σ(W_i x_t + R_i h_{t-1} + b_i)     f = σ(W_f x_t + R_f h_{t-1} + b_f)
 *     g = tanh(W_g x_t + R_g h_{t-1} + b_g)  o = σ(W_o x_t + R_o h_{t-1} + b_o)
 *     c_t = f ⊙ c_{t-1} + i ⊙ g              h_t = o ⊙ tanh(c_t)
 *
 * The products W x and R h are here, the rest is in kernel_cell.h. */
#include "nn/layer.h"

#include "nn/gemm.h"

#include <string.h>

/* kept: gates [T][B][4H], which backward replaces by their derivatives, c [T + 1][B][H], and d_c [B][H]. */
static alm_real *gates_of(const struct alm_layer *layer)
{
    return layer->kept;
}

static alm_real *c_of(const struct alm_layer *layer)
{
    return layer->kept + layer->size.steps * layer->size.rows * 4 * layer->size.hidden;
}

static alm_real *d_c_of(const struct alm_layer *layer)
{
    return c_of(layer) + (layer->size.steps + 1) * layer->size.rows * layer->size.hidden;
}

static size_t kept(const struct alm_layer_size *size, const struct alm_kernel *kernel)
{
    (void)kernel;
    return (size->steps * 4 + size->steps + 2) * size->rows * size->hidden;
}

/* packed: Rᵀ [4H][H]. */
static size_t packed(const struct alm_layer_size *size, const struct alm_kernel *kernel)
{
    (void)kernel;
    return 4 * size->hidden * size->hidden;
}

/* sums: W, R and b one after the other. */
static size_t sums(const struct alm_layer_size *size, const struct alm_kernel *kernel)
{
    (void)kernel;
    return (size->inputs + size->hidden + 1) * 4 * size->hidden;
}

static struct alm_lstm_weights sums_view(const struct alm_layer *layer, alm_real *block)
{
    alm_real *r = block + layer->size.inputs * 4 * layer->size.hidden;
    return (struct alm_lstm_weights){block, r, r + layer->size.hidden * 4 * layer->size.hidden};
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

static void pack(struct alm_layer *layer)
{
    /* OpenBLAS runs small products with both factors as they lie up to 1.3 times as fast as with one
     * transposed */
    if (layer->for_backward)
        transpose(layer->packed, layer->weights.r, layer->size.hidden, 4 * layer->size.hidden);
}

static void set_start(alm_real *out, const alm_real *start, size_t n)
{
    if (start == NULL)
        memset(out, 0, n * sizeof *out);
    else
        memcpy(out, start, n * sizeof *out);
}

static void forward(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows)
{
    const size_t hidden = layer->size.hidden, state = rows * hidden;
    alm_real *all_gates = gates_of(layer), *all_c = c_of(layer);
    layer->starts_at_zero = start == NULL;
    set_start(all_c, start == NULL ? NULL : start->c, state);
    set_start(layer->h, start == NULL ? NULL : start->h, state);
    /* W x of all steps at once */
    alm_gemm(all_gates, x, ALM_AS_IS, layer->weights.w, ALM_AS_IS, false, steps * rows, 4 * hidden,
             layer->size.inputs);
    for (size_t t = 0; t < steps; t++) {
        alm_real *gates = all_gates + t * 4 * state, *c = all_c + t * state, *h = layer->h + t * state;
        /* + R h_{t-1} */
        if (t > 0 || start != NULL)
            alm_gemm(gates, h, ALM_AS_IS, layer->weights.r, ALM_AS_IS, true, rows, 4 * hidden, hidden);
        layer->kernel->forward(gates, c + state, h + state, c, layer->weights.b, rows, hidden);
    }
}

static void last(struct alm_layer_state *out, const struct alm_layer *layer, size_t steps, size_t rows)
{
    const size_t state = rows * layer->size.hidden;
    memcpy(out->h, layer->h + steps * state, state * sizeof *out->h);
    memcpy(out->c, c_of(layer) + steps * state, state * sizeof *out->c);
}

static void backward(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *x, size_t steps, size_t rows)
{
    const size_t hidden = layer->size.hidden, inputs = layer->size.inputs, state = rows * hidden,
                 all = steps * rows;
    alm_real *all_gates = gates_of(layer), *all_c = c_of(layer);
    const alm_real *r_transposed = layer->packed;
    alm_real *d_c = d_c_of(layer);
    const struct alm_lstm_weights gradient = sums_view(layer, layer->sums);
    memset(d_c, 0, state * sizeof *d_c);
    memset(d_h, 0, first * state * sizeof *d_h);
    for (size_t t = steps; t-- > 0;) {
        alm_real *gates = all_gates + t * 4 * state;
        layer->kernel->backward(gates, d_c, gradient.b, d_h + t * state, all_c + (t + 1) * state,
                                all_c + t * state, rows, hidden);
        /* dh_{t-1} gains dG_t Rᵀ */
        if (t > 0)
            alm_gemm(d_h + (t - 1) * state, gates, ALM_AS_IS, r_transposed, ALM_AS_IS, true, rows, hidden,
                     4 * hidden);
    }
    /* dW = Σ_t x_tᵀ dG_t, dR = Σ_t h_{t-1}ᵀ dG_t, dx_t = dG_t Wᵀ: the sums over steps are one product each */
    alm_gemm(gradient.w, x, ALM_TRANSPOSED, all_gates, ALM_AS_IS, true, inputs, 4 * hidden, all);
    alm_gemm(gradient.r, layer->h, ALM_TRANSPOSED, all_gates, ALM_AS_IS, true, hidden, 4 * hidden, all);
    if (d_x != NULL)
        alm_gemm(d_x, all_gates, ALM_AS_IS, layer->weights.w, ALM_TRANSPOSED, false, all, inputs, 4 * hidden);
    if (d_start == NULL) return;
    memcpy(d_start->c, d_c, state * sizeof *d_c);
    alm_gemm(d_start->h, all_gates, ALM_AS_IS, r_transposed, ALM_AS_IS, false, rows, hidden, 4 * hidden);
}

static void add(alm_real *out, const alm_real *in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] += in[i];
}

static void add_sums(const struct alm_lstm_weights *gradient, const struct alm_layer *layer,
                     const alm_real *from)
{
    const size_t gates = 4 * layer->size.hidden;
    add(gradient->w, from, layer->size.inputs * gates);
    add(gradient->r, from + layer->size.inputs * gates, layer->size.hidden * gates);
    add(gradient->b, from + (layer->size.inputs + layer->size.hidden) * gates, gates);
}

const struct alm_layer_kind alm_layer_plain = {
    .name = "plain",
    .packed = packed,
    .kept = kept,
    .sums = sums,
    .pack = pack,
    .forward = forward,
    .last = last,
    .backward = backward,
    .add_sums = add_sums,
};
