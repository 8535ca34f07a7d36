/* Forward and backward passes of a network over a batch. */
#include "nn/network.h"

#include "base/memory.h"
#include "nn/gemm.h"
#include "nn/layer.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT (64 / sizeof(alm_real))
enum { TENSORS_PER_LAYER = 3 };

static size_t layer_inputs(const struct alm_network_shape *shape, size_t layer)
{
    return layer == 0 ? shape->inputs : shape->hidden;
}

/* Rows that go through forward and backward together: few enough that what the layers keep of them stays in
 * cache. A larger batch is the sum of such pieces, in their order. */
enum { PIECE_ROWS = 16 };

struct alm_tape {
    size_t steps, rows; /* room for */
    size_t piece_rows;
    struct alm_layer *layers;
    struct alm_batch piece;      /* a copy of the piece's rows */
    alm_real *d_h[2];            /* [T][b][H] derivatives by a layer's outputs, and by its inputs */
    alm_real *output, *d_output; /* [T'][b][horizon * levels] of the piece */
    alm_real *answers;           /* [T'][B][horizon * levels] of the whole batch */
    alm_real *block;             /* all of the above */
};

/* Gives out the parts of one block; with block NULL it only counts. */
static alm_real *take(alm_real *block, size_t *used, size_t n)
{
    alm_real *part = block == NULL ? NULL : block + *used;
    *used += (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return part;
}

static size_t labelled_steps(const struct alm_network_shape *shape, size_t steps)
{
    return shape->labels == ALM_LABELS_ALL ? steps : 1;
}

/* Lays the tape out in tape->block (NULL: only counts) and returns the numbers needed. */
static size_t lay_out(struct alm_tape *tape, const struct alm_network_shape *s)
{
    const size_t rows = tape->piece_rows, state = rows * s->hidden, outputs = s->horizon * s->levels;
    const size_t labelled = labelled_steps(s, tape->steps);
    size_t used = 0;
    for (size_t i = 0; i < s->layers; i++) {
        struct alm_layer *layer = &tape->layers[i];
        layer->h = take(tape->block, &used, (tape->steps + 1) * state);
        layer->kept = take(tape->block, &used, layer->kind->kept(&layer->size, layer->kernel));
        layer->work = take(tape->block, &used, layer->kind->work(&layer->size, layer->kernel));
    }
    tape->d_h[0] = take(tape->block, &used, tape->steps * state);
    tape->d_h[1] = take(tape->block, &used, s->layers > 1 ? tape->steps * state : 0);
    tape->output = take(tape->block, &used, labelled * rows * outputs);
    tape->d_output = take(tape->block, &used, labelled * rows * outputs);
    tape->answers = take(tape->block, &used, labelled * tape->rows * outputs);
    tape->piece.x = take(tape->block, &used, tape->steps * rows * s->inputs);
    tape->piece.y = take(tape->block, &used, labelled * rows * s->horizon);
    tape->piece.weight = take(tape->block, &used, labelled * rows * s->horizon);
    return used;
}

/* Whether every product of the passes has sizes that OpenBLAS can address. */
static enum alm_status check_pass(const struct alm_network_shape *s, size_t steps, size_t rows,
                                  struct alm_error *error)
{
    const size_t outputs = s->horizon * s->levels;
    const size_t widest = 4 * s->hidden > s->inputs ? 4 * s->hidden : s->inputs;
    size_t all, numbers;
    if (steps == 0 || rows == 0)
        return alm_fail(error, ALM_SHAPE, "a sequence needs at least one step and one row");
    if (!alm_multiply(&all, steps + 1, rows) ||
        !alm_multiply(&numbers, all, widest > outputs ? widest : outputs) ||
        numbers > SIZE_MAX / 64 / s->layers || all > INT_MAX)
        return alm_fail(error, ALM_SHAPE, "a batch of %zu steps and %zu rows is too large", steps, rows);
    return ALM_OK;
}

enum alm_status alm_tape_create(struct alm_tape **out, const struct alm_network *network, size_t steps,
                                size_t rows, struct alm_error *error)
{
    *out = NULL;
    ALM_TRY(check_pass(&network->shape, steps, rows, error));
    struct alm_tape *tape = NULL;
    ALM_TRY(ALM_NEW(&tape, 1, error));
    *tape =
        (struct alm_tape){.steps = steps, .rows = rows, .piece_rows = rows < PIECE_ROWS ? rows : PIECE_ROWS};
    enum alm_status status = ALM_NEW(&tape->layers, network->shape.layers, error);
    for (size_t i = 0; status == ALM_OK && i < network->shape.layers; i++)
        tape->layers[i] = (struct alm_layer){
            .kind = &alm_layer_fused,
            .kernel = alm_kernel_best(),
            .size = {steps, tape->piece_rows, layer_inputs(&network->shape, i), network->shape.hidden}};
    if (status == ALM_OK) status = ALM_NEW(&tape->block, lay_out(tape, &network->shape), error);
    if (status != ALM_OK) {
        alm_tape_free(tape);
        return status;
    }
    lay_out(tape, &network->shape);
    *out = tape;
    return ALM_OK;
}

void alm_tape_free(struct alm_tape *tape)
{
    if (tape == NULL) return;
    free(tape->layers);
    free(tape->block);
    free(tape);
}

/* Views of layer's tensors inside block, which has the network's layout. */
static struct alm_lstm_weights layer_view(const struct alm_network *network, alm_real *block, size_t layer)
{
    const struct alm_tensor *tensor = network->tensors + layer * TENSORS_PER_LAYER;
    return (struct alm_lstm_weights){block + tensor[0].offset, block + tensor[1].offset,
                                     block + tensor[2].offset};
}

static const struct alm_tensor *head_tensors(const struct alm_network *network)
{
    return network->tensors + network->shape.layers * TENSORS_PER_LAYER;
}

/* The outputs of the last layer at the labelled steps, [T'][B][H]. */
static alm_real *labelled_states(const struct alm_tape *tape, const struct alm_network *network, size_t steps,
                                 size_t rows)
{
    const size_t first = network->shape.labels == ALM_LABELS_ALL ? 1 : steps;
    return tape->layers[network->shape.layers - 1].h + first * rows * network->shape.hidden;
}

/* ŷ = h W + b */
static void head_forward(struct alm_tape *tape, const struct alm_network *network, size_t steps, size_t rows)
{
    const struct alm_tensor *head = head_tensors(network);
    const alm_real *w = network->parameters + head[0].offset, *b = network->parameters + head[1].offset;
    const size_t outputs = head[0].columns, answers = labelled_steps(&network->shape, steps) * rows;
    for (size_t i = 0; i < answers; i++)
        memcpy(tape->output + i * outputs, b, outputs * sizeof *b);
    alm_gemm(tape->output, labelled_states(tape, network, steps, rows), ALM_AS_IS, w, ALM_AS_IS, true,
             answers, outputs, network->shape.hidden);
}

/* dW = hᵀ dŷ, db = Σ dŷ, dh = dŷ Wᵀ */
static void head_backward(alm_real *gradient, struct alm_tape *tape, const struct alm_network *network,
                          size_t steps, size_t rows)
{
    const struct alm_tensor *head = head_tensors(network);
    const size_t hidden = network->shape.hidden, outputs = head[0].columns;
    const size_t labelled = labelled_steps(&network->shape, steps), answers = labelled * rows;
    alm_real *d_w = gradient + head[0].offset, *d_b = gradient + head[1].offset;
    const alm_real *w = network->parameters + head[0].offset;
    alm_gemm(d_w, labelled_states(tape, network, steps, rows), ALM_TRANSPOSED, tape->d_output, ALM_AS_IS,
             true, hidden, outputs, answers);
    for (size_t i = 0; i < answers; i++)
        for (size_t k = 0; k < outputs; k++)
            d_b[k] += tape->d_output[i * outputs + k];
    alm_gemm(tape->d_h[0] + (steps - labelled) * rows * hidden, tape->d_output, ALM_AS_IS, w, ALM_TRANSPOSED,
             false, answers, hidden, outputs);
}

/* What layer sees at every step: the batch, or the outputs of the layer below. */
static const alm_real *layer_input(const struct alm_tape *tape, const struct alm_network *network,
                                   size_t layer, const alm_real *x, size_t rows)
{
    return layer == 0 ? x : tape->layers[layer - 1].h + rows * network->shape.hidden;
}

/* out [n][rows][width] = in [n][all][width], rows first .. first + rows. */
static void take_rows(alm_real *out, const alm_real *in, size_t n, size_t first, size_t rows, size_t all,
                      size_t width)
{
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * rows * width, in + (i * all + first) * width, rows * width * sizeof *out);
}

static void begin_pass(struct alm_tape *tape, const struct alm_network *network, alm_real *gradient)
{
    for (size_t i = 0; i < network->shape.layers; i++) {
        const struct alm_lstm_weights weights = layer_view(network, network->parameters, i);
        struct alm_lstm_weights gradients;
        if (gradient != NULL) gradients = layer_view(network, gradient, i);
        tape->layers[i].kind->begin(&tape->layers[i], &weights, gradient == NULL ? NULL : &gradients);
    }
}

static void end_pass(struct alm_tape *tape, const struct alm_network *network)
{
    for (size_t i = 0; i < network->shape.layers; i++)
        tape->layers[i].kind->end(&tape->layers[i]);
}

static void piece_forward(struct alm_tape *tape, const struct alm_network *network)
{
    const struct alm_batch *piece = &tape->piece;
    for (size_t i = 0; i < network->shape.layers; i++) {
        struct alm_layer *layer = &tape->layers[i];
        layer->kind->forward(layer, layer_input(tape, network, i, piece->x, piece->rows), NULL, piece->steps,
                             piece->rows);
    }
    head_forward(tape, network, piece->steps, piece->rows);
}

static void piece_backward(alm_real *gradient, struct alm_tape *tape, const struct alm_network *network)
{
    const struct alm_batch *piece = &tape->piece;
    head_backward(gradient, tape, network, piece->steps, piece->rows);
    alm_real *d_h = tape->d_h[0], *d_below = tape->d_h[1];
    size_t first = piece->steps - labelled_steps(&network->shape, piece->steps);
    for (size_t i = network->shape.layers; i-- > 0; first = 0) {
        struct alm_layer *layer = &tape->layers[i];
        layer->kind->backward(layer, i == 0 ? NULL : d_below, NULL, d_h, first,
                              layer_input(tape, network, i, piece->x, piece->rows), piece->steps,
                              piece->rows);
        alm_real *spare = d_h;
        d_h = d_below;
        d_below = spare;
    }
}

const alm_real *alm_network_forward(struct alm_tape *tape, const struct alm_network *network,
                                    const alm_real *x, size_t steps, size_t rows)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t labelled = labelled_steps(s, steps), outputs = s->horizon * s->levels;
    struct alm_batch *piece = &tape->piece;
    begin_pass(tape, network, NULL);
    piece->steps = steps;
    for (size_t first = 0; first < rows; first += piece->rows) {
        piece->rows = rows - first < tape->piece_rows ? rows - first : tape->piece_rows;
        take_rows(piece->x, x, steps, first, piece->rows, rows, s->inputs);
        piece_forward(tape, network);
        for (size_t t = 0; t < labelled; t++)
            memcpy(tape->answers + (t * rows + first) * outputs, tape->output + t * piece->rows * outputs,
                   piece->rows * outputs * sizeof *tape->answers);
    }
    return tape->answers;
}

void alm_network_gradient(struct alm_loss_sum *total, alm_real *gradient, struct alm_tape *tape,
                          const struct alm_network *network, const struct alm_loss *loss,
                          const struct alm_batch *batch)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t labelled = labelled_steps(s, batch->steps);
    struct alm_batch *piece = &tape->piece;
    begin_pass(tape, network, gradient);
    piece->steps = batch->steps;
    for (size_t first = 0; first < batch->rows; first += piece->rows) {
        piece->rows = batch->rows - first < tape->piece_rows ? batch->rows - first : tape->piece_rows;
        take_rows(piece->x, batch->x, batch->steps, first, piece->rows, batch->rows, s->inputs);
        take_rows(piece->y, batch->y, labelled, first, piece->rows, batch->rows, s->horizon);
        take_rows(piece->weight, batch->weight, labelled, first, piece->rows, batch->rows, s->horizon);
        piece_forward(tape, network);
        alm_loss_add(total, gradient == NULL ? NULL : tape->d_output, loss, tape->output, piece->y,
                     piece->weight, labelled * piece->rows * s->horizon);
        if (gradient != NULL) piece_backward(gradient, tape, network);
    }
    if (gradient != NULL) end_pass(tape, network);
}
