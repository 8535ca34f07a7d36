#include "nn/shape.h"

#include <limits.h>
#include <stdio.h>

/* Tensors start at multiples of this many numbers. */
#define ALIGNMENT (64 / sizeof(alm_real))
enum { TENSORS_PER_LAYER = 5, OTHER_TENSORS = 11, LIMIT = 1000000 };

size_t alm_shape_wide(const struct alm_network_shape *shape)
{
    return shape->inputs + shape->embedding;
}

size_t alm_layer_inputs(const struct alm_network_shape *shape, size_t layer)
{
    if (layer > 0) return shape->hidden;
    return shape->projection > 0 ? shape->projection : alm_shape_wide(shape);
}

struct alm_cell alm_shape_cell(const struct alm_network_shape *s, size_t layer)
{
    return (struct alm_cell){.kind = s->cell,
                             .peephole = s->peephole,
                             .layer_norm = s->layer_norm,
                             .forget = s->forget[layer],
                             .dropout_recurrent = s->dropout_recurrent,
                             .precision = s->precision};
}

size_t alm_layer_dilation(const struct alm_network_shape *shape, size_t layer)
{
    return shape->dilation[layer] > 1 ? shape->dilation[layer] : 1;
}

size_t alm_labelled_steps(const struct alm_network_shape *shape, size_t steps)
{
    return shape->labels == ALM_LABELS_ALL ? steps : 1;
}

size_t alm_shape_outputs(const struct alm_network_shape *shape)
{
    return shape->horizon * shape->levels;
}

size_t alm_shape_segments(const struct alm_network_shape *shape)
{
    return shape->decoder == ALM_DECODER_SEGMENT ? shape->horizon / shape->segment : 1;
}

/* Half the units, as in SegRNN. */
size_t alm_shape_position(const struct alm_network_shape *shape)
{
    return shape->decoder == ALM_DECODER_SEGMENT ? (shape->hidden + 1) / 2 : 0;
}

size_t alm_shape_context(const struct alm_network_shape *shape)
{
    return shape->decoder == ALM_DECODER_SEGMENT ? shape->extras + shape->embedding : 0;
}

/* Adds a tensor behind those that are there, unless it is empty. Sizes were checked, so nothing overflows. */
static void add_tensor(struct alm_network *network, const char *owner, const char *name, size_t rows,
                       size_t columns)
{
    if (rows == 0 || columns == 0) return;
    struct alm_tensor *tensor = &network->tensors[network->n_tensors++];
    snprintf(tensor->name, sizeof tensor->name, "%s.%s", owner, name);
    tensor->rows = rows;
    tensor->columns = columns;
    tensor->offset = network->n_parameters;
    network->n_parameters += (rows * columns + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

size_t alm_shape_most_tensors(const struct alm_network_shape *shape)
{
    return shape->layers * TENSORS_PER_LAYER + OTHER_TENSORS;
}

static void list_layer(struct alm_network *network, size_t layer)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t hidden = s->hidden;
    char owner[32];
    snprintf(owner, sizeof owner, "layer%zu", layer);
    add_tensor(network, owner, "W", alm_layer_inputs(s, layer), 4 * hidden);
    add_tensor(network, owner, "R", hidden, 4 * hidden);
    add_tensor(network, owner, "b", 1, 4 * hidden);
    add_tensor(network, owner, "p", s->peephole ? 3 : 0, hidden); /* of i, f, o */
    add_tensor(network, owner, "gain", s->layer_norm ? 1 : 0, 4 * hidden);
}

/* The one place where the parameters are written down. */
void alm_shape_list_tensors(struct alm_network *network)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t outputs = alm_shape_outputs(s), segments = alm_shape_segments(s),
                 position = alm_shape_position(s), decoder = position > 0 ? 4 * s->hidden : 0;
    for (size_t layer = 0; layer < s->layers; layer++)
        list_layer(network, layer);
    add_tensor(network, "head", "W", s->hidden, outputs / segments);
    add_tensor(network, "head", "b", 1, outputs / segments);
    add_tensor(network, "head", "E", s->extras, outputs);
    add_tensor(network, "skip", "S", s->window, outputs);
    add_tensor(network, "series", "V", s->n_series, s->embedding);
    add_tensor(network, "decoder", "P", segments, position);
    add_tensor(network, "decoder", "W", position + alm_shape_context(s) + s->ahead, decoder);
    add_tensor(network, "decoder", "R", s->hidden, decoder);
    add_tensor(network, "decoder", "b", 1, decoder);
    add_tensor(network, "projection", "W", alm_shape_wide(s), s->projection);
    add_tensor(network, "projection", "b", 1, s->projection);
}

/* What of a layer's tensors there is, in the order of list_layer. */
struct alm_layer_weights alm_layer_view(const struct alm_network *network, alm_real *block, size_t layer)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t n = 3U + s->peephole + s->layer_norm;
    const struct alm_tensor *tensor = network->tensors + layer * n;
    return (struct alm_layer_weights){
        .w = block + tensor[0].offset,
        .r = block + tensor[1].offset,
        .b = block + tensor[2].offset,
        .p = s->peephole ? block + tensor[3].offset : NULL,
        .gain = s->layer_norm ? block + tensor[n - 1].offset : NULL,
    };
}

struct alm_parts alm_shape_parts(const struct alm_network *network)
{
    struct alm_parts parts = {
        .head_w = alm_tensor_find(network, "head.W"),
        .head_b = alm_tensor_find(network, "head.b"),
        .head_e = alm_tensor_find(network, "head.E"),
        .skip = alm_tensor_find(network, "skip.S"),
        .series = alm_tensor_find(network, "series.V"),
        .position = alm_tensor_find(network, "decoder.P"),
        .decoder_w = alm_tensor_find(network, "decoder.W"),
        .decoder_r = alm_tensor_find(network, "decoder.R"),
        .decoder_b = alm_tensor_find(network, "decoder.b"),
        .projection_w = alm_tensor_find(network, "projection.W"),
        .projection_b = alm_tensor_find(network, "projection.b"),
    };
    parts.offset = parts.head_w->offset;
    parts.n = network->n_parameters - parts.offset;
    return parts;
}

/* Whether a matrix is within what OpenBLAS can address; both sides are within LIMIT or a few times that. */
static bool fits(size_t rows, size_t columns)
{
    return rows == 0 || columns <= INT_MAX / rows;
}

/* Every size within a million and every matrix within 2^31 numbers: far beyond use, and no product can
 * overflow. */
static enum alm_status check_sizes(const struct alm_network_shape *s, struct alm_error *error)
{
    const size_t outputs = s->horizon <= LIMIT && s->levels <= LIMIT ? s->horizon * s->levels : 0;
    if (s->inputs == 0 || s->hidden == 0 || s->layers == 0 || outputs == 0)
        return alm_fail(error, ALM_USAGE, "a network needs at least one input, unit, layer and output");
    const bool small = s->inputs <= LIMIT && s->hidden <= LIMIT && outputs <= LIMIT &&
                       s->layers <= ALM_MOST_LAYERS && s->window <= LIMIT && s->extras <= LIMIT &&
                       s->ahead <= LIMIT && s->projection <= LIMIT && s->embedding <= LIMIT &&
                       s->n_series <= 1000 * (size_t)LIMIT;
    if (!small ||
        !fits(4 * s->hidden, s->hidden + s->inputs + s->embedding + s->extras + s->ahead + s->projection) ||
        !fits(outputs, s->hidden + s->window + s->extras) || !fits(s->n_series, s->embedding) ||
        !fits(s->projection, s->inputs + s->embedding) || !fits(4 * s->hidden, s->horizon))
        return alm_fail(error, ALM_USAGE,
                        "a network of %zu layers of %zu units with %zu inputs and %zu outputs is too large",
                        s->layers, s->hidden, s->inputs, outputs);
    return ALM_OK;
}

static bool is_share(double value)
{
    return value >= 0 && value < 1;
}

static enum alm_status check_rates(const struct alm_network_shape *s, struct alm_error *error)
{
    if (!is_share(s->dropout_input) || !is_share(s->dropout_layer) || !is_share(s->dropout_recurrent) ||
        !is_share(s->dropout_head))
        return alm_fail(error, ALM_USAGE, "dropout must be at least 0 and below 1");
    bool forgets = false;
    for (size_t i = 0; i < s->layers; i++) {
        const struct alm_forget f = s->forget[i];
        if (!(f.rate >= 0 && f.rate <= 1) || !(f.noise >= 0 && f.noise <= 1))
            return alm_fail(error, ALM_USAGE, "the rate and noise of forgetting must be from 0 to 1");
        forgets = forgets || f.mode != ALM_FORGET_LEARNED;
    }
    if (s->cell == ALM_CELL_SLSTM && (s->peephole || forgets))
        return alm_fail(error, ALM_USAGE, "peepholes and forget modes belong to the lstm cell, not to slstm");
    return ALM_OK;
}

/* What bf16 has no kernel for is refused, and not computed in fp32 instead. */
static enum alm_status check_precision(const struct alm_network_shape *s, struct alm_error *error)
{
    bool standard = sizeof(alm_real) == sizeof(float);
    for (size_t i = 0; i < s->layers; i++) {
        const struct alm_cell cell = alm_shape_cell(s, i);
        standard = standard && alm_layer_choose(&cell) == &alm_layer_fused;
    }
    if (s->precision == ALM_PRECISION_FP32 || standard) return ALM_OK;
    return alm_fail(
        error, ALM_USAGE,
        "bf16 is for the standard lstm cell, without peepholes, layer normalisation, forget modes "
        "and recurrent dropout");
}

/* What draws by row or hands states on knows one sequence a row. */
static enum alm_status check_dilation(const struct alm_network_shape *s, struct alm_error *error)
{
    bool dilated = false, forgets = false;
    for (size_t i = 0; i < s->layers; i++) {
        if (s->dilation[i] > LIMIT)
            return alm_fail(error, ALM_USAGE, "a dilation of %zu steps is too large", s->dilation[i]);
        dilated = dilated || s->dilation[i] > 1;
        forgets = forgets || s->forget[i].mode != ALM_FORGET_LEARNED;
    }
    if (!dilated || (s->decoder == ALM_DECODER_DIRECT && s->dropout_recurrent == 0 && !forgets))
        return ALM_OK;
    return alm_fail(
        error, ALM_USAGE,
        "dilated layers go neither with the segment decoder nor with recurrent dropout or forget modes");
}

enum alm_status alm_shape_check(const struct alm_network_shape *s, struct alm_error *error)
{
    ALM_TRY(check_sizes(s, error));
    ALM_TRY(check_rates(s, error));
    ALM_TRY(check_precision(s, error));
    ALM_TRY(check_dilation(s, error));
    if ((s->n_series == 0) != (s->embedding == 0))
        return alm_fail(error, ALM_USAGE, "an embedding needs a number of series and a size");
    if (s->labels != ALM_LABELS_LAST && s->window > 0)
        return alm_fail(error, ALM_USAGE, "the linear skip from the window needs labels=last");
    if (s->decoder != ALM_DECODER_SEGMENT)
        return s->segment == 0 && s->ahead == 0
                   ? ALM_OK
                   : alm_fail(error, ALM_USAGE, "a segment of the horizon needs the segment decoder");
    if (s->labels != ALM_LABELS_LAST)
        return alm_fail(error, ALM_USAGE, "the segment decoder needs labels=last");
    if (s->segment == 0 || s->horizon % s->segment != 0)
        return alm_fail(error, ALM_USAGE, "segments of %zu values do not divide a horizon of %zu", s->segment,
                        s->horizon);
    return ALM_OK;
}
