/* The LSTM cell with peepholes (Gers & Schmidhuber 2000), forget modes, and sums from preactivation.h, which
 * may be normalised and see h_{t-1} under a dropout mask. Written to be read; the fused layer is for speed.
 */
#include "nn/layer.h"

#include "nn/preactivation.h"

#include <string.h>

/* layer->kept. The gates stand in sums.gates. */
struct kept {
    struct alm_preactivation sums;
    alm_real *c;             /* [T + 1][B][H]; block 0 is the start */
    alm_real *t;             /* [T][B][H] tanh(c) */
    alm_real *slope, *shift; /* [T][B][H] what replaces the forget gate is slope f + shift */
    alm_real *d_c;           /* [B][H] */
};

static struct kept lay_out(alm_real *block, size_t *used, const struct alm_layer *layer)
{
    const size_t state = layer->size.rows * layer->size.hidden, all = layer->size.steps * state;
    struct kept k = {.sums = alm_preactivation_lay_out(block, used, layer)};
    k.c = alm_take(block, used, all + state);
    k.t = alm_take(block, used, all);
    k.slope = alm_take(block, used, all);
    k.shift = alm_take(block, used, all);
    k.d_c = alm_take(block, used, state);
    return k;
}

static size_t kept(const struct alm_layer *layer)
{
    size_t used = 0;
    lay_out(NULL, &used, layer);
    return used;
}

static struct kept kept_of(const struct alm_layer *layer)
{
    size_t used = 0;
    return lay_out(layer->kept, &used, layer);
}

/* The forget gate when it is replaced, as slope f + shift; u is uniform on (0, 1). */
static void replacement(double *slope, double *shift, const struct alm_cell *cell, double u)
{
    *slope = 1, *shift = 0;
    switch (cell->forget.mode) {
    case ALM_FORGET_LEARNED:
        break;
    case ALM_FORGET_ZERO: /* 0 */
        *slope = 0;
        break;
    case ALM_FORGET_ONE: /* 1 */
        *slope = 0, *shift = 1;
        break;
    case ALM_FORGET_NOISE: /* (1 - a) f + a u */
        *slope = 1 - cell->forget.noise, *shift = cell->forget.noise * u;
        break;
    }
}

/* For one row at one step: in training, with probability p each unit's gate is replaced; prediction takes the
 * expectation, (1 - p) f + p (slope f + shift at u = 1/2). */
static void draw_forget(alm_real *slope, alm_real *shift, const struct alm_layer *layer, uint64_t stream,
                        size_t t)
{
    const size_t hidden = layer->size.hidden;
    const double p = layer->cell.forget.rate;
    double a, b;
    replacement(&a, &b, &layer->cell, 0.5);
    for (size_t k = 0; k < hidden; k++) {
        slope[k] = (alm_real)(1 - p + p * a), shift[k] = (alm_real)(p * b);
        if (stream == 0 || layer->cell.forget.mode == ALM_FORGET_LEARNED) continue;
        const uint64_t n = 2 * (t * hidden + k);
        replacement(&a, &b, &layer->cell, alm_noise_uniform(stream, n + 1));
        const bool replaced = alm_noise_uniform(stream, n) < p;
        slope[k] = (alm_real)(replaced ? a : 1), shift[k] = (alm_real)(replaced ? b : 0);
    }
}

static const alm_real *peephole(const struct alm_layer *layer, size_t gate)
{
    return layer->weights.p + gate * layer->size.hidden;
}

/* One row at one step; g stands at its gates i, f, g, o, c and h after the step, before is c_{t-1}. */
static void cell_forward(alm_real *g, alm_real *c, alm_real *t, alm_real *h, const alm_real *before,
                         const alm_real *slope, const alm_real *shift, const struct alm_layer *layer)
{
    const size_t n = layer->size.hidden;
    const struct alm_kernel *kernel = layer->kernel;
    alm_real *i = g, *f = g + n, *o = g + 3 * n;
    /* i = σ(a_i + p_i c'), f = σ(a_f + p_f c'), g = tanh(a_g) */
    for (size_t k = 0; layer->cell.peephole && k < n; k++) {
        i[k] += peephole(layer, 0)[k] * before[k];
        f[k] += peephole(layer, 1)[k] * before[k];
    }
    kernel->sigmoid(i, i, 2 * n);
    kernel->tanh(g + 2 * n, g + 2 * n, n);
    /* c = F c' + i g, F = slope f + shift in place of f */
    for (size_t k = 0; k < n; k++)
        c[k] = (slope[k] * f[k] + shift[k]) * before[k] + i[k] * g[2 * n + k];
    /* o = σ(a_o + p_o c) */
    for (size_t k = 0; layer->cell.peephole && k < n; k++)
        o[k] += peephole(layer, 2)[k] * c[k];
    kernel->sigmoid(o, o, n);
    /* h = o tanh(c) */
    kernel->tanh(t, c, n);
    for (size_t k = 0; k < n; k++)
        h[k] = o[k] * t[k];
}

/* The same row backward; each line is the derivative of the one above. g becomes the derivatives by the sums
 * a, d_c the one by c'. */
static void cell_backward(alm_real *g, alm_real *d_c, alm_real *d_p, const alm_real *d_h, const alm_real *c,
                          const alm_real *t, const alm_real *before, const alm_real *slope,
                          const alm_real *shift, const struct alm_layer *layer)
{
    const size_t n = layer->size.hidden;
    for (size_t k = 0; k < n; k++) {
        const alm_real i = g[k], f = g[n + k], offer = g[2 * n + k], o = g[3 * n + k];
        /* h = o tanh(c): do = dh tanh(c), dc += dh o (1 - tanh²c) */
        const alm_real d_o = d_h[k] * t[k] * o * (1 - o);
        alm_real d = d_c[k] + d_h[k] * o * (1 - t[k] * t[k]);
        /* o = σ(a_o + p_o c): dc += da_o p_o */
        if (layer->cell.peephole) d += d_o * peephole(layer, 2)[k];
        /* c = F c' + i g: di = dc g, dg = dc i, dF = dc c', df = dF slope, dc' = dc F */
        const alm_real d_i = d * offer * i * (1 - i), d_g = d * i * (1 - offer * offer);
        const alm_real d_f = d * before[k] * slope[k] * f * (1 - f);
        d_c[k] = d * (slope[k] * f + shift[k]);
        /* i = σ(a_i + p_i c'), f likewise: dc' += da_i p_i + da_f p_f; dp_i = da_i c', dp_f = da_f c', dp_o =
         * da_o c */
        if (layer->cell.peephole) {
            d_c[k] += d_i * peephole(layer, 0)[k] + d_f * peephole(layer, 1)[k];
            d_p[k] += d_i * before[k];
            d_p[n + k] += d_f * before[k];
            d_p[2 * n + k] += d_o * c[k];
        }
        g[k] = d_i, g[n + k] = d_f, g[2 * n + k] = d_g, g[3 * n + k] = d_o;
    }
}

static void forward(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows)
{
    const size_t hidden = layer->size.hidden, state = rows * hidden;
    const struct kept kept = kept_of(layer);
    layer->starts_at_zero = start == NULL;
    alm_layer_set_start(kept.c, start == NULL ? NULL : start->c, state);
    alm_layer_set_start(layer->h, start == NULL ? NULL : start->h, state);
    alm_preactivation_start(&kept.sums, layer, x, steps, rows);
    for (size_t t = 0; t < steps; t++) {
        alm_preactivation_forward(&kept.sums, layer, t, rows);
        for (size_t row = 0; row < rows; row++) {
            const size_t at = t * state + row * hidden;
            draw_forget(kept.slope + at, kept.shift + at, layer,
                        layer->noise.key == 0 ? 0 : alm_noise_stream(&layer->noise, "forget", row), t);
            cell_forward(kept.sums.gates + 4 * at, kept.c + at + state, kept.t + at, layer->h + at + state,
                         kept.c + at, kept.slope + at, kept.shift + at, layer);
        }
    }
}

static void last(const struct alm_layer_state *out, const struct alm_layer *layer, size_t steps, size_t rows)
{
    const size_t state = rows * layer->size.hidden;
    memcpy(out->h, layer->h + steps * state, state * sizeof *out->h);
    memcpy(out->c, kept_of(layer).c + steps * state, state * sizeof *out->c);
}

static void backward(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *d_memory, const alm_real *x, size_t steps,
                     size_t rows)
{
    const size_t hidden = layer->size.hidden, state = rows * hidden;
    const struct kept kept = kept_of(layer);
    const struct alm_layer_weights gradient = alm_layer_plain_view(layer, layer->sums);
    alm_layer_set_start(kept.d_c, d_memory, state);
    memset(d_h, 0, first * state * sizeof *d_h);
    if (d_start != NULL) memset(d_start->h, 0, state * sizeof *d_start->h);
    for (size_t t = steps; t-- > 0;) {
        for (size_t row = 0; row < rows; row++) {
            const size_t at = t * state + row * hidden;
            cell_backward(kept.sums.gates + 4 * at, kept.d_c + row * hidden, gradient.p, d_h + at,
                          kept.c + at + state, kept.t + at, kept.c + at, kept.slope + at, kept.shift + at,
                          layer);
        }
        alm_real *d_h_start = d_start == NULL ? NULL : d_start->h;
        alm_preactivation_backward(&kept.sums, layer, t > 0 ? d_h + (t - 1) * state : d_h_start, &gradient, t,
                                   rows);
    }
    alm_preactivation_end(&kept.sums, layer, d_x, &gradient, x, steps, rows);
    if (d_start != NULL) memcpy(d_start->c, kept.d_c, state * sizeof *d_start->c);
}

static void look(const struct alm_cell_view *out, const struct alm_layer *layer, size_t t, size_t row,
                 size_t rows)
{
    const size_t n = layer->size.hidden, at = (t * rows + row) * n;
    const struct kept kept = kept_of(layer);
    const alm_real *g = kept.sums.gates + 4 * at;
    for (size_t k = 0; k < n; k++) {
        out->i[k] = g[k];
        out->f[k] = kept.slope[at + k] * g[n + k] + kept.shift[at + k];
        out->g[k] = g[2 * n + k];
        out->o[k] = g[3 * n + k];
        out->c[k] = kept.c[at + rows * n + k];
    }
}

const struct alm_layer_kind alm_layer_general = {
    .name = "general",
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
