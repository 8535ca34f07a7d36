/* The LSTM layer in fused kernels: this file walks through time, kernel/fused.h does a step. */
#include "nn/layer.h"

#include "nn/pack.h"
#include "nn/preactivation.h"

#include <string.h>

/* Steps whose dG go into the weights' gradient together, while they are in cache: the gradient, as large as
 * the weights, is then read and written once for all of them. */
enum { CHUNK = 8 };

/* layer->packed: the weights, Wᵀ and Rᵀ (layouts in kernel.h), and with bf16 W and R as alm_pack_halves makes
 * them. */
struct packed {
    alm_real *weights, *w_transposed, *r_transposed, *w_halves, *r_halves;
    size_t used; /* numbers of all */
};

/* In block; NULL: only counts. */
static struct packed lay_out_packed(alm_real *block, const struct alm_layer *layer)
{
    const size_t lanes = layer->kernel->lanes, inputs = layer->size.inputs, hidden = layer->size.hidden;
    const enum alm_precision precision = layer->cell.precision;
    const bool halves = precision == ALM_PRECISION_BF16;
    struct packed p = {.used = 0};
    p.weights = alm_take(block, &p.used, alm_pack_weights_size(&layer->size, precision, lanes));
    p.w_transposed = alm_take(block, &p.used, alm_pack_transposed_size(inputs, hidden, precision, lanes));
    p.r_transposed = alm_take(block, &p.used, alm_pack_transposed_size(hidden, hidden, precision, lanes));
    p.w_halves = alm_take(block, &p.used, halves ? alm_pack_halves_size(inputs, hidden) : 0);
    p.r_halves = alm_take(block, &p.used, halves ? alm_pack_halves_size(hidden, hidden) : 0);
    return p;
}

static size_t packed(const struct alm_layer *layer)
{
    return lay_out_packed(NULL, layer).used;
}

/* layer->sums: the gradient, packed as the weights in fp32. */
static size_t sums(const struct alm_layer *layer)
{
    return alm_pack_weights_size(&layer->size, ALM_PRECISION_FP32, layer->kernel->lanes);
}

/* layer->kept. x and h as words are NULL in fp32, where they are x and layer->h themselves. */
struct kept {
    alm_real *records; /* a block more than there are steps: block 0 is the start, of which only c is used */
    alm_real *d_c;     /* [panels][B][L] */
    alm_real *scratch; /* of the gradient */
    alm_real *x, *h;   /* [T][B][words of F], [T + 1][B][words of H] */
    size_t used;       /* numbers of all */
};

/* Numbers of a step's records. */
static size_t record_block(const struct alm_layer *layer, size_t rows)
{
    return alm_pack_panels(layer->size.hidden, layer->kernel->lanes) * rows * 6 * layer->kernel->lanes;
}

/* Numbers from one step's records to the next: with no backward to come, every step writes over the one
 * before. */
static size_t record_step(const struct alm_layer *layer, size_t rows)
{
    return layer->for_backward ? record_block(layer, rows) : 0;
}

/* In block; NULL: only counts. */
static struct kept lay_out(alm_real *block, const struct alm_layer *layer)
{
    const struct alm_layer_size *s = &layer->size;
    const enum alm_precision precision = layer->cell.precision;
    const size_t step = record_block(layer, s->rows), columns = s->inputs > s->hidden ? s->inputs : s->hidden;
    const size_t scratch = alm_fused_scratch(columns, CHUNK, s->rows, layer->kernel->lanes, precision);
    struct kept k = {.used = 0};
    k.records = alm_take(block, &k.used, (layer->answers_only ? 1 : s->steps + 1) * step);
    k.d_c = alm_take(block, &k.used, step / 6);
    k.scratch = alm_take(block, &k.used, scratch);
    if (precision == ALM_PRECISION_FP32) return k;
    k.x = alm_take(block, &k.used, s->steps * s->rows * alm_words(s->inputs, precision));
    k.h = alm_take(block, &k.used, (s->steps + 1) * s->rows * alm_words(s->hidden, precision));
    return k;
}

static size_t kept(const struct alm_layer *layer)
{
    return lay_out(NULL, layer).used;
}

static void pack_bf16(const struct packed *p, const struct alm_layer *layer)
{
    const struct alm_kernel *kernel = layer->kernel;
    const size_t inputs = layer->size.inputs, hidden = layer->size.hidden;
    uint16_t *w = (uint16_t *)p->w_halves, *r = (uint16_t *)p->r_halves;
    alm_pack_halves(w, layer->weights.w, inputs, hidden, kernel);
    alm_pack_halves(r, layer->weights.r, hidden, hidden, kernel);
    alm_pack_weights_bf16(p->weights, layer->weights.b, w, r, &layer->size, kernel);
    if (!layer->for_backward) return;
    alm_pack_transposed_bf16(p->w_transposed, w, inputs, hidden, kernel->lanes);
    alm_pack_transposed_bf16(p->r_transposed, r, hidden, hidden, kernel->lanes);
}

static void pack(struct alm_layer *layer)
{
    const size_t lanes = layer->kernel->lanes, hidden = layer->size.hidden;
    const struct packed p = lay_out_packed(layer->packed, layer);
    if (layer->cell.precision == ALM_PRECISION_BF16) {
        pack_bf16(&p, layer);
        return;
    }
    alm_pack_weights(p.weights, &layer->weights, &layer->size, lanes);
    if (!layer->for_backward) return;
    alm_pack_transposed(p.w_transposed, layer->weights.w, layer->size.inputs, hidden, lanes);
    alm_pack_transposed(p.r_transposed, layer->weights.r, hidden, hidden, lanes);
}

/* Where c of unit k of a row stands in a block of records. */
static size_t c_index(const struct alm_layer *layer, size_t rows, size_t row, size_t k)
{
    const size_t lanes = layer->kernel->lanes;
    return ((k / lanes * rows + row) * 6 + 4) * lanes + k % lanes;
}

static void set_start(struct alm_layer *layer, const struct alm_layer_state *start, size_t rows)
{
    const size_t hidden = layer->size.hidden;
    layer->starts_at_zero = start == NULL;
    alm_real *records = lay_out(layer->kept, layer).records;
    memset(records, 0, record_block(layer, rows) * sizeof *records);
    memset(layer->h, 0, rows * hidden * sizeof *layer->h);
    if (start == NULL) return;
    memcpy(layer->h, start->h, rows * hidden * sizeof *layer->h);
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < hidden; k++)
            records[c_index(layer, rows, row, k)] = start->c[row * hidden + k];
}

/* The words of a product's left side, n rows of `columns` numbers. */
static void round_rows(alm_real *words, const alm_real *in, size_t n, size_t columns,
                       const struct alm_kernel *kernel)
{
    const size_t row = 2 * alm_words(columns, ALM_PRECISION_BF16);
    uint16_t *halves = (uint16_t *)words;
    if (row == columns)
        kernel->bf16_round(halves, in, n * columns);
    else /* what fills up a row is 0 and stays so */
        for (size_t i = 0; i < n; i++)
            kernel->bf16_round(halves + i * row, in + i * columns, columns);
}

/* What products have on their left side: the inputs of all steps, and layer->h. */
struct operands {
    const alm_real *x;
    alm_real *h;
    size_t x_step, h_step; /* words of a step */
};

static struct operands operands_of(const struct alm_layer *layer, const alm_real *x, size_t rows)
{
    const enum alm_precision precision = layer->cell.precision;
    const struct kept kept = lay_out(layer->kept, layer);
    return (struct operands){.x = kept.x == NULL ? x : kept.x,
                             .h = kept.h == NULL ? layer->h : kept.h,
                             .x_step = rows * alm_words(layer->size.inputs, precision),
                             .h_step = rows * alm_words(layer->size.hidden, precision)};
}

static void forward(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows)
{
    const struct alm_fused_size size = {rows, layer->size.inputs, layer->size.hidden};
    const struct packed p = lay_out_packed(layer->packed, layer);
    const struct kept kept = lay_out(layer->kept, layer);
    const struct operands in = operands_of(layer, x, rows);
    const size_t step = record_step(layer, rows), state = rows * size.hidden;
    set_start(layer, start, rows);
    if (kept.x != NULL) {
        round_rows(kept.x, x, steps * rows, size.inputs, layer->kernel);
        round_rows(kept.h, layer->h, rows, size.hidden, layer->kernel);
    }
    for (size_t t = 0; t < steps; t++) {
        const alm_real *before = kept.records + t * step, *h_before = in.h + t * in.h_step;
        layer->kernel->fused[layer->cell.precision].forward(
            kept.records + (t + 1) * step, layer->h + (t + 1) * state, in.h + (t + 1) * in.h_step, before,
            t == 0 && start == NULL ? NULL : h_before, in.x + t * in.x_step, p.weights, &size);
    }
}

static void last(const struct alm_layer_state *out, const struct alm_layer *layer, size_t steps, size_t rows)
{
    const size_t hidden = layer->size.hidden;
    const alm_real *records = lay_out(layer->kept, layer).records + steps * record_step(layer, rows);
    memcpy(out->h, layer->h + steps * rows * hidden, rows * hidden * sizeof *out->h);
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < hidden; k++)
            out->c[row * hidden + k] = records[c_index(layer, rows, row, k)];
}

/* dW += Σ x_tᵀ dG_t, dR += Σ h_{t-1}ᵀ dG_t over steps from .. to (dG_t stands in records block t + 1). */
static void add_gradient(struct alm_layer *layer, const struct operands *in, size_t from, size_t to,
                         const struct alm_fused_size *size)
{
    const struct alm_fused_kernel *kernel = &layer->kernel->fused[layer->cell.precision];
    const struct kept kept = lay_out(layer->kept, layer);
    const size_t gates = 4 * layer->kernel->lanes, step = record_step(layer, size->rows);
    alm_real *w = layer->sums + gates;
    kernel->gradient(w, in->x + from * in->x_step, size->inputs, kept.records + (from + 1) * step, to - from,
                     kept.scratch, size);
    if (from == 0 && layer->starts_at_zero) from = 1;
    kernel->gradient(w + size->inputs * gates, in->h + from * in->h_step, size->hidden,
                     kept.records + (from + 1) * step, to - from, kept.scratch, size);
}

/* Where unit k of a row stands in d_c. */
static size_t d_c_index(const struct alm_layer *layer, size_t rows, size_t row, size_t k)
{
    const size_t lanes = layer->kernel->lanes;
    return (k / lanes * rows + row) * lanes + k % lanes;
}

static void set_d_c(struct alm_layer *layer, const alm_real *d_memory, size_t rows)
{
    const size_t hidden = layer->size.hidden;
    alm_real *d_c = lay_out(layer->kept, layer).d_c;
    memset(d_c, 0, record_block(layer, rows) / 6 * sizeof *d_c);
    for (size_t row = 0; d_memory != NULL && row < rows; row++)
        for (size_t k = 0; k < hidden; k++)
            d_c[d_c_index(layer, rows, row, k)] = d_memory[row * hidden + k];
}

/* The derivatives by the state before the first step. */
static void set_d_start(const struct alm_layer_state *d_start, struct alm_layer *layer,
                        const alm_real *r_transposed, const struct alm_fused_size *size)
{
    const size_t hidden = size->hidden;
    const struct kept kept = lay_out(layer->kept, layer);
    layer->kernel->fused[layer->cell.precision].product(
        d_start->h, kept.records + record_step(layer, size->rows), r_transposed, hidden, size);
    for (size_t row = 0; row < size->rows; row++)
        for (size_t k = 0; k < hidden; k++)
            d_start->c[row * hidden + k] = kept.d_c[d_c_index(layer, size->rows, row, k)];
}

static void backward(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *d_memory, const alm_real *x, size_t steps,
                     size_t rows)
{
    const struct alm_fused_size size = {rows, layer->size.inputs, layer->size.hidden};
    const struct packed p = lay_out_packed(layer->packed, layer);
    const struct alm_fused_kernel *kernel = &layer->kernel->fused[layer->cell.precision];
    const struct kept kept = lay_out(layer->kept, layer);
    const struct operands in = operands_of(layer, x, rows);
    const size_t step = record_step(layer, rows), state = rows * size.hidden;
    set_d_c(layer, d_memory, rows);
    for (size_t t = steps, to = steps; t-- > 0;) {
        alm_real *records = kept.records + (t + 1) * step;
        kernel->backward(records, kept.d_c, layer->sums, records - step,
                         t + 1 < steps ? records + step : NULL, t < first ? NULL : d_h + t * state,
                         p.r_transposed, &size);
        if (d_x != NULL)
            kernel->product(d_x + t * rows * size.inputs, records, p.w_transposed, size.inputs, &size);
        if (to - t == CHUNK || t == 0) add_gradient(layer, &in, t, to, &size), to = t;
    }
    if (d_start != NULL) set_d_start(d_start, layer, p.r_transposed, &size);
}

static void add_sums(const struct alm_layer_weights *gradient, const struct alm_layer *layer,
                     const alm_real *from)
{
    alm_unpack_gradient(gradient, from, &layer->size, layer->kernel->lanes);
}

static void look(const struct alm_cell_view *out, const struct alm_layer *layer, size_t t, size_t row,
                 size_t rows)
{
    const alm_real *records = lay_out(layer->kept, layer).records + (t + 1) * record_step(layer, rows);
    alm_real *const parts[] = {out->i, out->f, out->g, out->o, out->c};
    for (size_t k = 0; k < layer->size.hidden; k++) {
        const size_t c = c_index(layer, rows, row, k);
        for (size_t part = 0; part < 5; part++)
            parts[part][k] = records[c - (4 - part) * layer->kernel->lanes];
    }
}

const struct alm_layer_kind alm_layer_fused = {
    .name = "fused",
    .packed = packed,
    .kept = kept,
    .sums = sums,
    .pack = pack,
    .forward = forward,
    .last = last,
    .backward = backward,
    .look = look,
    .add_sums = add_sums,
};
