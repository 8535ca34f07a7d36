/* The sLSTM cell (Beck et al. 2024, equations 8 to 17): an exponential input gate and a normaliser beside the
 * memory. With a sum ã for each gate, and g the paper's z:
 *
 *   true memory      c = f c' + i g,  n = f n' + i,  i = exp(ã_i), f = σ(ã_f)
 *   what is stored   c e^-m and n e^-m, with the stabiliser m = max(ã_f's log σ + m', ã_i), so that nothing
 *                    overflows; the ratio c / n is not touched by m, nor are derivatives
 *   output           h = o c / n
 *
 * |c| <= n as |g| <= 1, hence |h| < 1; and n e^-m >= 1, since one of its two terms is not scaled down. At the
 * start n = 0, and m is that of the first input gate. */
#include "nn/layer.h"

#include "nn/rows.h"

#include <math.h>
#include <string.h>

/* layer->kept. sums.gates holds i and f as scaled by m, tanh g, and o. */
struct kept {
    struct alm_preactivation sums;
    alm_real *c, *n, *m; /* [T + 1][B][H]; block 0 is the start */
    alm_real *forgot;    /* [T][B][H] 1 - σ(ã_f) */
    alm_real *d_c, *d_n; /* [B][H] */
    alm_real *kept_m;    /* [H] log f + m' of one row */
    size_t used;         /* numbers of all */
};

/* In block; NULL: only counts. */
static struct kept lay_out(alm_real *block, const struct alm_layer *layer)
{
    const size_t state = layer->size.rows * layer->size.hidden, all = layer->size.steps * state;
    struct kept k = {.used = 0};
    k.sums = alm_preactivation_lay_out(block, &k.used, layer);
    k.c = alm_take(block, &k.used, all + state);
    k.n = alm_take(block, &k.used, all + state);
    k.m = alm_take(block, &k.used, all + state);
    k.forgot = alm_take(block, &k.used, all);
    k.d_c = alm_take(block, &k.used, state);
    k.d_n = alm_take(block, &k.used, state);
    k.kept_m = alm_take(block, &k.used, layer->size.hidden);
    return k;
}

static size_t kept(const struct alm_layer *layer)
{
    return lay_out(NULL, layer).used;
}

/* log(1 + e) with e = s / (1 - s), 0 < s <= 1/2. */
static inline alm_real log_of_one_plus(alm_real s)
{
#ifdef ALM_REAL_DOUBLE
    return log1p(s / (1 - s));
#else
    /* 2 artanh z = 2 (z + z³/3 + z⁵/5 + …), z = e / (2 + e) <= 1/3: what follows z¹³ is below 2e-8 of it */
    const alm_real z = s / (2 - s), u = z * z;
    const alm_real tail = 1 / 7.0F + u * (1 / 9.0F + u * (1 / 11.0F + u * (1 / 13.0F)));
    return 2 * z * (1 + u * (1 / 3.0F + u * (1 / 5.0F + u * tail)));
#endif
}

/* *kept_m ← log σ(ã_f) + m', forgot ← 1 - σ(ã_f); with s = σ(-|x|): log σ(x) = min(x, 0) - log(1 + e^-|x|)
 * and e^-|x| = s / (1 - s), which cannot overflow. */
static void log_forget(alm_real *kept_m, alm_real *forgot, const alm_real *f, const alm_real *m,
                       const struct alm_layer *layer)
{
    const size_t hidden = layer->size.hidden;
    for (size_t k = 0; k < hidden; k++)
        kept_m[k] = f[k] < 0 ? f[k] : -f[k];
    layer->kernel->sigmoid(forgot, kept_m, hidden);
    for (size_t k = 0; k < hidden; k++) {
        const alm_real s = forgot[k];
        kept_m[k] = (f[k] < 0 ? f[k] : 0) - log_of_one_plus(s) + m[k];
        forgot[k] = f[k] < 0 ? 1 - s : s;
    }
}

/* m = max(log f + m', ã_i), and ã_i where there is no memory yet (n' = 0); i ← e^(ã_i - m), f ← e^(log f + m'
 * - m): one of them is 1, the other e^-d, d = |log f + m' - ã_i|, made as s / (1 - s) with s = σ(-d). */
static void stabilise(alm_real *i, alm_real *f, alm_real *m, const alm_real *kept_m, const alm_real *n,
                      const struct alm_layer *layer)
{
    const size_t hidden = layer->size.hidden;
    for (size_t k = 0; k < hidden; k++)
        f[k] = kept_m[k] > i[k] ? i[k] - kept_m[k] : kept_m[k] - i[k];
    layer->kernel->sigmoid(f, f, hidden);
    for (size_t k = 0; k < hidden; k++) {
        const alm_real less = f[k] / (1 - f[k]);
        const bool keeps = n[k] > 0 && kept_m[k] > i[k];
        m[k] = keeps ? kept_m[k] : i[k];
        f[k] = keeps ? 1 : n[k] > 0 ? less : 0;
        i[k] = keeps ? less : 1;
    }
}

static void cell_forward(const struct alm_layer *layer, const void *context, const struct alm_place *place)
{
    const size_t hidden = layer->size.hidden, at = place->at, step = place->state;
    const struct kept *kept = context;
    alm_real *i = kept->sums.gates + 4 * at, *f = i + hidden, *g = i + 2 * hidden, *o = i + 3 * hidden;
    alm_real *c = kept->c + at, *n = kept->n + at, *m = kept->m + at, *h = layer->h + at + step;
    log_forget(kept->kept_m, kept->forgot + at, f, m, layer);
    /* i = exp(ã_i - m), f = σ(ã_f) e^(m' - m) */
    stabilise(i, f, m + step, kept->kept_m, n, layer);
    /* g = tanh(ã_g) */
    layer->kernel->tanh(g, g, hidden);
    /* o = σ(ã_o) */
    layer->kernel->sigmoid(o, o, hidden);
    for (size_t k = 0; k < hidden; k++) {
        /* c = f c' + i g */
        c[step + k] = f[k] * c[k] + i[k] * g[k];
        /* n = f n' + i */
        n[step + k] = f[k] * n[k] + i[k];
        /* h = o c / n */
        h[k] = o[k] * c[step + k] / n[step + k];
    }
}

/* The same backward, from the last equation to the first: the gates become the derivatives by the sums, d_c
 * and d_n those by c' and n'. */
static void cell_backward(const struct alm_layer *layer, const void *context, const struct alm_place *place,
                          const alm_real *d_h, const struct alm_layer_weights *gradient)
{
    const size_t hidden = layer->size.hidden, at = place->at, step = place->state;
    const struct kept *kept = context;
    alm_real *a = kept->sums.gates + 4 * at, *d_c = kept->d_c + place->row * hidden,
             *d_n = kept->d_n + place->row * hidden;
    const alm_real *c = kept->c + at, *n = kept->n + at, *forgot = kept->forgot + at;
    (void)gradient; /* of peepholes, which this cell has not */
    for (size_t k = 0; k < hidden; k++) {
        const alm_real i = a[k], f = a[hidden + k], g = a[2 * hidden + k], o = a[3 * hidden + k];
        const alm_real ratio = c[step + k] / n[step + k];
        /* h = o c / n             do = dh c / n, dc gains dh o / n, dn loses dh o c / n² */
        const alm_real through = d_h[k] * o / n[step + k];
        const alm_real dc = d_c[k] + through, dn = d_n[k] - through * ratio;
        /* n = f n' + i            dn' = dn f */
        d_n[k] = dn * f;
        /* c = f c' + i g          dc' = dc f */
        d_c[k] = dc * f;
        /* o = σ(ã_o)              dã_o = do o (1 - o) */
        a[3 * hidden + k] = d_h[k] * ratio * o * (1 - o);
        /* g = tanh(ã_g)           dã_g = dc i (1 - g²) */
        a[2 * hidden + k] = dc * i * (1 - g * g);
        /* f = σ(ã_f) e^(m' - m)   dã_f = (dc c' + dn n') f (1 - σ(ã_f)) */
        a[hidden + k] = (dc * c[k] + dn * n[k]) * f * forgot[k];
        /* i = exp(ã_i - m)        dã_i = (dc g + dn) i */
        a[k] = (dc * g + dn) * i;
    }
}

static const struct alm_row_cell cell = {cell_forward, cell_backward};

static void forward(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows)
{
    const size_t state = rows * layer->size.hidden;
    const struct kept kept = lay_out(layer->kept, layer);
    alm_layer_set_start(kept.c, start == NULL ? NULL : start->c, state);
    alm_layer_set_start(kept.n, start == NULL ? NULL : start->n, state);
    alm_layer_set_start(kept.m, start == NULL ? NULL : start->m, state);
    alm_rows_forward(layer, &cell, &kept, &kept.sums, x, start, steps, rows);
}

static void last(const struct alm_layer_state *out, const struct alm_layer *layer, size_t steps, size_t rows)
{
    const size_t state = rows * layer->size.hidden;
    const struct kept kept = lay_out(layer->kept, layer);
    memcpy(out->h, layer->h + steps * state, state * sizeof *out->h);
    memcpy(out->c, kept.c + steps * state, state * sizeof *out->c);
    memcpy(out->n, kept.n + steps * state, state * sizeof *out->n);
    memcpy(out->m, kept.m + steps * state, state * sizeof *out->m);
}

/* The derivatives by c and n after the last step, from the one by c / n. */
static void start_back(const struct kept *kept, const alm_real *d_memory, size_t steps, size_t state)
{
    const alm_real *c = kept->c + steps * state, *n = kept->n + steps * state;
    for (size_t k = 0; k < state; k++) {
        const alm_real d = d_memory == NULL ? 0 : d_memory[k] / n[k];
        kept->d_c[k] = d;
        kept->d_n[k] = -d * c[k] / n[k];
    }
}

static void backward(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *d_memory, const alm_real *x, size_t steps,
                     size_t rows)
{
    const size_t state = rows * layer->size.hidden;
    const struct kept kept = lay_out(layer->kept, layer);
    start_back(&kept, d_memory, steps, state);
    alm_rows_backward(layer, &cell, &kept, &kept.sums, d_x, d_start, d_h, first, x, steps, rows);
    if (d_start == NULL) return;
    memcpy(d_start->c, kept.d_c, state * sizeof *d_start->c);
    memcpy(d_start->n, kept.d_n, state * sizeof *d_start->n);
}

static void look(const struct alm_cell_view *out, const struct alm_layer *layer, size_t t, size_t row,
                 size_t rows)
{
    const size_t hidden = layer->size.hidden, at = (t * rows + row) * hidden, step = rows * hidden;
    const struct kept kept = lay_out(layer->kept, layer);
    const alm_real *a = kept.sums.gates + 4 * at;
    for (size_t k = 0; k < hidden; k++) {
        const alm_real n = kept.n[at + step + k];
        out->i[k] = a[k] / n;
        out->f[k] = a[hidden + k] * kept.n[at + k] / n;
        out->g[k] = a[2 * hidden + k];
        out->o[k] = a[3 * hidden + k];
        out->c[k] = kept.c[at + step + k] / n;
        out->log_i[k] = (alm_real)log(a[k]) + kept.m[at + step + k];
        out->own_f[k] = 1 - kept.forgot[at + k];
        out->log_n[k] = (alm_real)log(n) + kept.m[at + step + k];
    }
}

const struct alm_layer_kind alm_layer_slstm = {
    .name = "slstm",
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
