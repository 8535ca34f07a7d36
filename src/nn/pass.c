/* Forward and backward passes of a network over a batch. */
#include "nn/network.h"

#include "base/memory.h"
#include "nn/gemm.h"
#include "nn/lstm.h"

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

struct alm_tape {
    size_t steps, rows; /* room for */
    struct alm_lstm_tape *layers;
    struct alm_lstm_scratch scratch;
    alm_real *d_h[2];            /* [T][B][max(F, H)] derivatives by a layer's outputs, and by its inputs */
    alm_real *output, *d_output; /* [T'][B][horizon * levels] */
    alm_real *block;             /* all of the above */
    const struct alm_kernel *kernel;
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
    const size_t state = tape->rows * s->hidden, outputs = s->horizon * s->levels;
    size_t used = 0;
    for (size_t layer = 0; layer < s->layers; layer++) {
        tape->layers[layer].gates = take(tape->block, &used, tape->steps * 4 * state);
        tape->layers[layer].c = take(tape->block, &used, (tape->steps + 1) * state);
        tape->layers[layer].h = take(tape->block, &used, (tape->steps + 1) * state);
    }
    tape->scratch.r_transposed = take(tape->block, &used, 4 * s->hidden * s->hidden);
    tape->scratch.d_c = take(tape->block, &used, state);
    tape->d_h[0] = take(tape->block, &used, tape->steps * state);
    tape->d_h[1] = take(tape->block, &used, s->layers > 1 ? tape->steps * state : 0);
    tape->output = take(tape->block, &used, labelled_steps(s, tape->steps) * tape->rows * outputs);
    tape->d_output = take(tape->block, &used, labelled_steps(s, tape->steps) * tape->rows * outputs);
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
    *tape = (struct alm_tape){.steps = steps, .rows = rows, .kernel = alm_kernel_best()};
    enum alm_status status = ALM_NEW(&tape->layers, network->shape.layers, error);
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

static struct alm_lstm_size layer_size(const struct alm_network *network, size_t layer, size_t steps,
                                       size_t rows)
{
    return (struct alm_lstm_size){steps, rows, layer_inputs(&network->shape, layer), network->shape.hidden};
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
    const size_t unlabelled = (steps - labelled) * rows * hidden;
    memset(tape->d_h[0], 0, unlabelled * sizeof *tape->d_h[0]);
    alm_gemm(tape->d_h[0] + unlabelled, tape->d_output, ALM_AS_IS, w, ALM_TRANSPOSED, false, answers, hidden,
             outputs);
}

/* What layer sees at every step: the batch, or the outputs of the layer below. */
static const alm_real *layer_input(const struct alm_tape *tape, const struct alm_network *network,
                                   size_t layer, const alm_real *x, size_t rows)
{
    return layer == 0 ? x : tape->layers[layer - 1].h + rows * network->shape.hidden;
}

const alm_real *alm_network_forward(struct alm_tape *tape, const struct alm_network *network,
                                    const alm_real *x, size_t steps, size_t rows)
{
    for (size_t layer = 0; layer < network->shape.layers; layer++) {
        const struct alm_lstm_size size = layer_size(network, layer, steps, rows);
        const struct alm_lstm_weights weights = layer_view(network, network->parameters, layer);
        alm_lstm_forward(&tape->layers[layer], &weights, layer_input(tape, network, layer, x, rows), &size,
                         tape->kernel);
    }
    head_forward(tape, network, steps, rows);
    return tape->output;
}

void alm_network_gradient(struct alm_loss_sum *total, alm_real *gradient, struct alm_tape *tape,
                          const struct alm_network *network, const struct alm_loss *loss,
                          const struct alm_batch *batch)
{
    const size_t steps = batch->steps, rows = batch->rows;
    alm_network_forward(tape, network, batch->x, steps, rows);
    alm_loss_add(total, gradient == NULL ? NULL : tape->d_output, loss, tape->output, batch->y, batch->weight,
                 labelled_steps(&network->shape, steps) * rows * network->shape.horizon);
    if (gradient == NULL) return;
    head_backward(gradient, tape, network, steps, rows);
    alm_real *d_h = tape->d_h[0], *d_below = tape->d_h[1];
    for (size_t layer = network->shape.layers; layer-- > 0;) {
        const struct alm_lstm_size size = layer_size(network, layer, steps, rows);
        const struct alm_lstm_weights weights = layer_view(network, network->parameters, layer);
        struct alm_lstm_weights gradients = layer_view(network, gradient, layer);
        alm_lstm_backward(&gradients, layer == 0 ? NULL : d_below, d_h, &tape->layers[layer], &tape->scratch,
                          &weights, layer_input(tape, network, layer, batch->x, rows), &size, tape->kernel);
        alm_real *spare = d_h;
        d_h = d_below;
        d_below = spare;
    }
}
