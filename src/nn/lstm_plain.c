/* The LSTM layer as products and elementwise work, one after the other (Hochreiter & Schmidhuber 1997, with
 * the forget gate of Gers, Schmidhuber & Cummins 2000; no peepholes):
 *
 *     i = σ(W_i x_t + R_i h_{t-1} + b_i)     f = σ(W_f x_t + R_f h_{t-1} + b_f)
 *     g = tanh(W_g x_t + R_g h_{t-1} + b_g)  o = σ(W_o x_t + R_o h_{t-1} + b_o)
 *     c_t = f ⊙ c_{t-1} + i ⊙ g              h_t = o ⊙ tanh(c_t)
 *
 * The products W x and R h are here, the rest is in kernel/cell.h. */
#include "nn/layer.h"

#include "nn/gemm.h"
#include "nn/preactivation.h"

#include <string.h>

/* layer->kept. */
struct kept {
    alm_real *gates; /* [T][B][4H], which backward replaces by their derivatives */
    alm_real *c;     /* [T + 1][B][H]; block 0 is the start */
    alm_real *d_c;   /* [B][H] */
    size_t used;     /* numbers of all */
};

/* In block; NULL: only counts. */
static struct kept lay_out(alm_real *block, const struct alm_layer *layer)
{
    const size_t state = layer->size.rows * layer->size.hidden, all = layer->size.steps * state;
    struct kept k = {.used = 0};
    k.gates = alm_take(block, &k.used, 4 * all);
    k.c = alm_take(block, &k.used, all + state);
    k.d_c = alm_take(block, &k.used, state);
    return k;
}

static size_t kept(const struct alm_layer *layer)
{
    return lay_out(NULL, layer).used;
}

static void forward(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows)
{
    const size_t hidden = layer->size.hidden, state = rows * hidden;
    const struct kept kept = lay_out(layer->kept, layer);
    layer->starts_at_zero = start == NULL;
    alm_layer_set_start(kept.c, start == NULL ? NULL : start->c, state);
    alm_layer_set_start(layer->h, start == NULL ? NULL : start->h, state);
    /* W x of all steps at once */
    alm_gemm(kept.gates, x, ALM_AS_IS, layer->weights.w, ALM_AS_IS, false, steps * rows, 4 * hidden,
             layer->size.inputs);
    for (size_t t = 0; t < steps; t++) {
        alm_real *gates = kept.gates + t * 4 * state, *c = kept.c + t * state, *h = layer->h + t * state;
        /* + R h_{t-1} */
        if (t > 0 || start != NULL)
            alm_gemm(gates, h, ALM_AS_IS, layer->weights.r, ALM_AS_IS, true, rows, 4 * hidden, hidden);
        layer->kernel->forward(gates, c + state, h + state, c, layer->weights.b, rows, hidden);
    }
}

static void last(const struct alm_layer_state *out, const struct alm_layer *layer, size_t steps, size_t rows)
{
    const size_t state = rows * layer->size.hidden;
    memcpy(out->h, layer->h + steps * state, state * sizeof *out->h);
    memcpy(out->c, lay_out(layer->kept, layer).c + steps * state, state * sizeof *out->c);
}

static void backward(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *d_memory, const alm_real *x, size_t steps,
                     size_t rows)
{
    const size_t hidden = layer->size.hidden, inputs = layer->size.inputs, state = rows * hidden,
                 all = steps * rows;
    const struct kept kept = lay_out(layer->kept, layer);
    const alm_real *r_transposed = layer->packed;
    const struct alm_layer_weights gradient = alm_layer_plain_view(layer, layer->sums);
    alm_layer_set_start(kept.d_c, d_memory, state);
    memset(d_h, 0, first * state * sizeof *d_h);
    for (size_t t = steps; t-- > 0;) {
        alm_real *gates = kept.gates + t * 4 * state;
        layer->kernel->backward(gates, kept.d_c, gradient.b, d_h + t * state, kept.c + (t + 1) * state,
                                kept.c + t * state, rows, hidden);
        /* dh_{t-1} gains dG_t Rᵀ */
        if (t > 0)
            alm_gemm(d_h + (t - 1) * state, gates, ALM_AS_IS, r_transposed, ALM_AS_IS, true, rows, hidden,
                     4 * hidden);
    }
    /* dW = Σ_t x_tᵀ dG_t, dR = Σ_t h_{t-1}ᵀ dG_t, dx_t = dG_t Wᵀ: the sums over steps are one product each */
    alm_gemm(gradient.w, x, ALM_TRANSPOSED, kept.gates, ALM_AS_IS, true, inputs, 4 * hidden, all);
    alm_gemm(gradient.r, layer->h, ALM_TRANSPOSED, kept.gates, ALM_AS_IS, true, hidden, 4 * hidden, all);
    if (d_x != NULL)
        alm_gemm(d_x, kept.gates, ALM_AS_IS, layer->weights.w, ALM_TRANSPOSED, false, all, inputs,
                 4 * hidden);
    if (d_start == NULL) return;
    memcpy(d_start->c, kept.d_c, state * sizeof *d_start->c);
    alm_gemm(d_start->h, kept.gates, ALM_AS_IS, r_transposed, ALM_AS_IS, false, rows, hidden, 4 * hidden);
}

static void look(const struct alm_cell_view *out, const struct alm_layer *layer, size_t t, size_t row,
                 size_t rows)
{
    const size_t n = layer->size.hidden, at = (t * rows + row) * n;
    const struct kept kept = lay_out(layer->kept, layer);
    alm_real *const gates[] = {out->i, out->f, out->g, out->o};
    for (size_t gate = 0; gate < 4; gate++)
        memcpy(gates[gate], kept.gates + 4 * at + gate * n, n * sizeof *out->i);
    memcpy(out->c, kept.c + at + rows * n, n * sizeof *out->c);
}

const struct alm_layer_kind alm_layer_plain = {
    .name = "plain",
    .packed = alm_layer_plain_packed,
    .kept = kept,
    .sums = alm_layer_plain_sums,
    .pack = alm_layer_plain_pack,
    .forward = forward,
    .last = last,
    .backward = backward,
    .look = look,
    .add_sums = alm_layer_plain_add_sums,
};
