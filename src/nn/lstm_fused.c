/* The LSTM layer in fused kernels: this file walks through time, kernel_fused.h does a step. */
#include "nn/layer.h"

#include "nn/pack.h"

#include <string.h>

/* Steps whose dG go into the weights' gradient together, while they are in cache: the gradient, as large as
 * the weights, is then read and written once for all of them. */
enum { CHUNK = 8 };

/* layer->packed: the weights, Wᵀ and Rᵀ (layouts in kernel.h). */
struct packed {
    alm_real *weights, *w_transposed, *r_transposed;
};

static struct packed packed_of(const struct alm_layer *layer)
{
    const size_t lanes = layer->kernel->lanes;
    struct packed p = {.weights = layer->packed};
    p.w_transposed = p.weights + alm_pack_weights_size(&layer->size, lanes);
    p.r_transposed = p.w_transposed + alm_pack_transposed_size(layer->size.inputs, layer->size.hidden, lanes);
    return p;
}

static size_t packed(const struct alm_layer *layer)
{
    const size_t lanes = layer->kernel->lanes, hidden = layer->size.hidden;
    return alm_pack_weights_size(&layer->size, lanes) +
           alm_pack_transposed_size(layer->size.inputs, hidden, lanes) +
           alm_pack_transposed_size(hidden, hidden, lanes);
}

/* layer->sums: the gradient, packed as the weights. */
static size_t sums(const struct alm_layer *layer)
{
    return alm_pack_weights_size(&layer->size, layer->kernel->lanes);
}

/* layer->kept: the records, in a block more than there are steps (block 0 is the start, of which only c is
 * used), and d_c [panels][B][L]. */
/* A step's records. */
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

static size_t kept(const struct alm_layer *layer)
{
    const size_t step = record_block(layer, layer->size.rows);
    return (layer->size.steps + 1) * step + step / 6;
}

static alm_real *d_c_of(const struct alm_layer *layer)
{
    return layer->kept + (layer->size.steps + 1) * record_block(layer, layer->size.rows);
}

static void pack(struct alm_layer *layer)
{
    const size_t lanes = layer->kernel->lanes, hidden = layer->size.hidden;
    const struct packed p = packed_of(layer);
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
    memset(layer->kept, 0, record_block(layer, rows) * sizeof *layer->kept);
    memset(layer->h, 0, rows * hidden * sizeof *layer->h);
    if (start == NULL) return;
    memcpy(layer->h, start->h, rows * hidden * sizeof *layer->h);
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < hidden; k++)
            layer->kept[c_index(layer, rows, row, k)] = start->c[row * hidden + k];
}

static void forward(struct alm_layer *layer, const alm_real *x, const struct alm_layer_state *start,
                    size_t steps, size_t rows)
{
    const struct alm_fused_size size = {rows, layer->size.inputs, layer->size.hidden};
    const struct packed p = packed_of(layer);
    const size_t step = record_step(layer, rows), state = rows * size.hidden;
    set_start(layer, start, rows);
    for (size_t t = 0; t < steps; t++) {
        const alm_real *before = layer->kept + t * step, *h_before = layer->h + t * state;
        layer->kernel->fused_forward(layer->kept + (t + 1) * step, layer->h + (t + 1) * state, before,
                                     t == 0 && start == NULL ? NULL : h_before, x + t * rows * size.inputs,
                                     p.weights, &size);
    }
}

static void last(const struct alm_layer_state *out, const struct alm_layer *layer, size_t steps, size_t rows)
{
    const size_t hidden = layer->size.hidden;
    const alm_real *records = layer->kept + steps * record_step(layer, rows);
    memcpy(out->h, layer->h + steps * rows * hidden, rows * hidden * sizeof *out->h);
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < hidden; k++)
            out->c[row * hidden + k] = records[c_index(layer, rows, row, k)];
}

/* dW += Σ x_tᵀ dG_t, dR += Σ h_{t-1}ᵀ dG_t over steps from .. to (dG_t stands in records block t + 1). */
static void add_gradient(struct alm_layer *layer, const alm_real *x, size_t from, size_t to,
                         const struct alm_fused_size *size)
{
    const size_t gates = 4 * layer->kernel->lanes, step = record_step(layer, size->rows);
    alm_real *w = layer->sums + gates;
    layer->kernel->fused_gradient(w, x + from * size->rows * size->inputs, size->inputs,
                                  layer->kept + (from + 1) * step, to - from, size);
    if (from == 0 && layer->starts_at_zero) from = 1;
    layer->kernel->fused_gradient(w + size->inputs * gates, layer->h + from * size->rows * size->hidden,
                                  size->hidden, layer->kept + (from + 1) * step, to - from, size);
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
    alm_real *d_c = d_c_of(layer);
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
    const alm_real *d_c = d_c_of(layer);
    layer->kernel->fused_product(d_start->h, layer->kept + record_step(layer, size->rows), r_transposed,
                                 hidden, size);
    for (size_t row = 0; row < size->rows; row++)
        for (size_t k = 0; k < hidden; k++)
            d_start->c[row * hidden + k] = d_c[d_c_index(layer, size->rows, row, k)];
}

static void backward(struct alm_layer *layer, alm_real *d_x, const struct alm_layer_state *d_start,
                     alm_real *d_h, size_t first, const alm_real *d_memory, const alm_real *x, size_t steps,
                     size_t rows)
{
    const struct alm_fused_size size = {rows, layer->size.inputs, layer->size.hidden};
    const struct packed p = packed_of(layer);
    const size_t step = record_step(layer, rows), state = rows * size.hidden;
    alm_real *d_c = d_c_of(layer);
    set_d_c(layer, d_memory, rows);
    for (size_t t = steps, to = steps; t-- > 0;) {
        alm_real *records = layer->kept + (t + 1) * step;
        layer->kernel->fused_backward(records, d_c, layer->sums, records - step,
                                      t + 1 < steps ? records + step : NULL,
                                      t < first ? NULL : d_h + t * state, p.r_transposed, &size);
        if (d_x != NULL)
            layer->kernel->fused_product(d_x + t * rows * size.inputs, records, p.w_transposed, size.inputs,
                                         &size);
        if (to - t == CHUNK || t == 0) add_gradient(layer, x, t, to, &size), to = t;
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
    const alm_real *records = layer->kept + (t + 1) * record_step(layer, rows);
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
