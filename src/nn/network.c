#include "nn/network.h"

#include "base/memory.h"
#include "nn/gemm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tensors start at multiples of this many numbers. */
#define ALIGNMENT (64 / sizeof(alm_real))
enum { TENSORS_PER_LAYER = 3, TENSORS_OF_HEAD = 2 };

static size_t layer_inputs(const struct alm_network_shape *shape, size_t layer)
{
    return layer == 0 ? shape->inputs : shape->hidden;
}

/* Adds a tensor behind those that are there. Sizes were checked by check_shape, so nothing overflows. */
static void add_tensor(struct alm_network *network, const char *owner, const char *name, size_t rows,
                       size_t columns)
{
    struct alm_tensor *tensor = &network->tensors[network->n_tensors++];
    snprintf(tensor->name, sizeof tensor->name, "%s.%s", owner, name);
    tensor->rows = rows;
    tensor->columns = columns;
    tensor->offset = network->n_parameters;
    network->n_parameters += (rows * columns + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The one place where the parameters are written down. */
static void list_tensors(struct alm_network *network)
{
    const struct alm_network_shape *s = &network->shape;
    for (size_t layer = 0; layer < s->layers; layer++) {
        char owner[32];
        snprintf(owner, sizeof owner, "layer%zu", layer);
        add_tensor(network, owner, "W", layer_inputs(s, layer), 4 * s->hidden);
        add_tensor(network, owner, "R", s->hidden, 4 * s->hidden);
        add_tensor(network, owner, "b", 1, 4 * s->hidden);
    }
    add_tensor(network, "head", "W", s->hidden, s->horizon * s->levels);
    add_tensor(network, "head", "b", 1, s->horizon * s->levels);
}

static enum alm_status check_options(const struct alm_network_shape *s, struct alm_error *error)
{
    if (s->cell != ALM_CELL_LSTM || s->peephole || s->layer_norm || s->residual ||
        s->forget != ALM_FORGET_LEARNED || s->dropout_input > 0 || s->dropout_layer > 0 ||
        s->dropout_recurrent > 0 || s->window > 0 || s->extras > 0 || s->n_series > 0 || s->embedding > 0 ||
        s->decoder != ALM_DECODER_DIRECT || s->segment > 0)
        return alm_fail(error, ALM_USAGE, "the network knows no such option yet");
    return ALM_OK;
}

/* Every size within a million and every matrix within 2^31 numbers: far beyond use, and no product can
 * overflow. */
static enum alm_status check_shape(const struct alm_network_shape *s, struct alm_error *error)
{
    const size_t limit = 1000000,
                 outputs = s->horizon <= limit && s->levels <= limit ? s->horizon * s->levels : 0;
    const size_t widest = s->inputs > s->hidden ? s->inputs : s->hidden;
    if (s->inputs == 0 || s->hidden == 0 || s->layers == 0 || outputs == 0)
        return alm_fail(error, ALM_USAGE, "a network needs at least one input, unit, layer and output");
    if (widest > limit || outputs > limit || s->layers > 1000 || widest * 4 * s->hidden > INT_MAX ||
        s->hidden * outputs > INT_MAX)
        return alm_fail(error, ALM_USAGE,
                        "a network of %zu layers of %zu units with %zu inputs and %zu outputs is too large",
                        s->layers, s->hidden, s->inputs, outputs);
    return check_options(s, error);
}

enum alm_status alm_network_create(struct alm_network **out, const struct alm_network_shape *shape,
                                   struct alm_error *error)
{
    *out = NULL;
    ALM_TRY(check_shape(shape, error));
    alm_gemm_init();
    struct alm_network *network = NULL;
    ALM_TRY(ALM_NEW(&network, 1, error));
    network->shape = *shape;
    enum alm_status status =
        ALM_NEW(&network->tensors, shape->layers * TENSORS_PER_LAYER + TENSORS_OF_HEAD, error);
    if (status == ALM_OK) {
        list_tensors(network);
        status = ALM_NEW(&network->parameters, network->n_parameters, error);
    }
    if (status != ALM_OK) {
        alm_network_free(network);
        return status;
    }
    *out = network;
    return ALM_OK;
}

bool alm_tensor_is_matrix(const struct alm_tensor *tensor)
{
    const char *dot = strrchr(tensor->name, '.');
    return dot != NULL && (dot[1] == 'W' || dot[1] == 'R') && dot[2] == '\0';
}

const struct alm_tensor *alm_tensor_find(const struct alm_network *network, const char *name)
{
    for (size_t i = 0; i < network->n_tensors; i++)
        if (strcmp(network->tensors[i].name, name) == 0) return &network->tensors[i];
    return NULL;
}

void alm_network_free(struct alm_network *network)
{
    if (network == NULL) return;
    free(network->tensors);
    free(network->parameters);
    free(network);
}
