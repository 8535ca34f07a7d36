/* The LSTM cell with peepholes (Gers & Schmidhuber 2000), forget modes, and sums from preactivation.h, which
 * may be normalised and see h_{t-1} under a dropout mask. Written to be read; the fused layer is for speed.
 */
#include "nn/layer.h"

#include "nn/rows.h"

#include <string.h>

/* layer->kept. The gates stand in sums.gates. */
struct kept {
    struct alm_preactivation sums;
    alm_real *c;             /* [T + 1][B][H]; block 0 is the start */
    alm_real *t;             /* [T][B][H] tanh(c) */
    alm_real *slope, *shift; /* [T][B][H] what replaces the forget gate is slope f + shift */
    alm_real *d_c;           /* [B][H] */
    size_t used;             /* numbers of all */
};

/* In block; NULL: only counts. */
static struct kept lay_out(alm_real *block, const struct alm_layer *layer)
{
    const size_t state = layer->size.rows * layer->size.hidden, all = layer->size.steps * state;
    struct kept k = {.used = 0};
    k.sums = alm_preactivation_lay_out(block, &k.used, layer);
    k.c = alm_take(block, &k.used, all + state);
    k.t = alm_take(block, &k.used, all);
    k.slope = alm_take(block, &k.used, all);
    k.shift = alm_take(block, &k.used, all);
    k.d_c = alm_take(block, &k.used, state);
    return k;
}

static size_t kept(const struct alm_layer *layer)
{
    return lay_out(NULL, layer).used;
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

/* Of one row at one step: its gates, the memory before and after it, and what replaces the forget gate. */
struct row {
    alm_real *i, *f, *g, *o, *before, *c, *t, *slope, *shift;
};

static struct row row_of(const struct alm_layer *layer, const struct kept *kept,
                         const struct alm_place *place)
{
    const size_t n = layer->size.hidden, at = place->at;
    alm_real *gates = kept->sums.gates + 4 * at;
    return (struct row){gates,         gates + n,        gates + 2 * n,
                        gates + 3 * n, kept->c + at,     kept->c + at + place->state,
                        kept->t + at,  kept->slope + at, kept->shift + at};
}

static void cell_forward(const struct alm_layer *layer, const void *context, const struct alm_place *place)
{
    const size_t n = layer->size.hidden;
    const struct alm_kernel *kernel = layer->kernel;
    const struct row r = row_of(layer, context, place);
    const uint64_t stream = layer->noise.key == 0 ? 0 : alm_noise_stream(&layer->noise, "forget", place->row);
    alm_real *h = layer->h + place->at + place->state;
    draw_forget(r.slope, r.shift, layer, stream, place->t);
    for (size_t k = 0; layer->cell.peephole && k < n; k++) {
        r.i[k] += peephole(layer, 0)[k] * r.before[k];
        r.f[k] += peephole(layer, 1)[k] * r.before[k];
    }
    /* i = σ(a_i + p_i c') */
    kernel->sigmoid(r.i, r.i, n);
    /* f = σ(a_f + p_f c') */
    kernel->sigmoid(r.f, r.f, n);
    /* g = tanh(a_g) */
    kernel->tanh(r.g, r.g, n);
    /* c = F c' + i g, F = slope f + shift in place of f */
    for (size_t k = 0; k < n; k++)
        r.c[k] = (r.slope[k] * r.f[k] + r.shift[k]) * r.before[k] + r.i[k] * r.g[k];
    /* o = σ(a_o + p_o c) */
    for (size_t k = 0; layer->cell.peephole && k < n; k++)
        r.o[k] += peephole(layer, 2)[k] * r.c[k];
    kernel->sigmoid(r.o, r.o, n);
    /* h = o tanh(c) */
    kernel->tanh(r.t, r.c, n);
    for (size_t k = 0; k < n; k++)
        h[k] = r.o[k] * r.t[k];
}

/* The same backward, from the last equation to the first: the gates become the derivatives by the sums a, d_c
 * the one by c'. */
static void cell_backward(const struct alm_layer *layer, const void *context, const struct alm_place *place,
                          const alm_real *d_h, const struct alm_layer_weights *gradient)
{
    const size_t n = layer->size.hidden;
    const struct kept *kept = context;
    const struct row r = row_of(layer, kept, place);
    alm_real *d_c = kept->d_c + place->row * n, *d_p = gradient->p;
    for (size_t k = 0; k < n; k++) {
        const alm_real i = r.i[k], f = r.f[k], g = r.g[k], o = r.o[k], t = r.t[k];
        /* h = o tanh(c)         do = dh tanh(c), dc gains dh o (1 - tanh²c) */
        alm_real d = d_c[k] + d_h[k] * o * (1 - t * t);
        /* o = σ(a_o + p_o c)    da_o = do o (1 - o), dc gains da_o p_o */
        const alm_real d_o = d_h[k] * t * o * (1 - o);
        if (layer->cell.peephole) d += d_o * peephole(layer, 2)[k];
        /* c = F c' + i g        di = dc g, dg = dc i, dF = dc c', df = dF slope, dc' = dc F */
        d_c[k] = d * (r.slope[k] * f + r.shift[k]);
        /* g = tanh(a_g)         da_g = dg (1 - g²) */
        const alm_real d_g = d * i * (1 - g * g);
        /* f = σ(a_f + p_f c')   da_f = df f (1 - f) */
        const alm_real d_f = d * r.before[k] * r.slope[k] * f * (1 - f);
        /* i = σ(a_i + p_i c')   da_i = di i (1 - i) */
        const alm_real d_i = d * g * i * (1 - i);
        if (layer->cell.peephole) {
            /* dc' gains da_i p_i + da_f p_f; dp_i = da_i c', dp_f = da_f c', dp_o = da_o c */
            d_c[k] += d_i * peephole(layer, 0)[k] + d_f * peephole(layer, 1)[k];
            d_p[k] += d_i * r.before[k];
            d_p[n + k] += d_f * r.before[k];
            d_p[2 * n + k] += d_o * r.c[k];
        }
        r.i[k] = d_i, r.f[k] = d_f, r.g[k] = d_g, r.o[k] = d_o;
    }
}

static const struct alm_row_cell cell = {cell_forward, cell_backward};

static void forward(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows)
{
    const struct kept kept = lay_out(layer->kept, layer);
    alm_layer_set_start(kept.c, start == NULL ? NULL : start->c, rows * layer->size.hidden);
    alm_rows_forward(layer, &cell, &kept, &kept.sums, x, start, steps, rows);
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
    const size_t state = rows * layer->size.hidden;
    const struct kept kept = lay_out(layer->kept, layer);
    alm_layer_set_start(kept.d_c, d_memory, state);
    alm_rows_backward(layer, &cell, &kept, &kept.sums, d_x, d_start, d_h, first, x, steps, rows);
    if (d_start != NULL) memcpy(d_start->c, kept.d_c, state * sizeof *d_start->c);
}

static void look(const struct alm_cell_view *out, const struct alm_layer *layer, size_t t, size_t row,
                 size_t rows)
{
    const size_t n = layer->size.hidden, at = (t * rows + row) * n;
    const struct kept kept = lay_out(layer->kept, layer);
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
