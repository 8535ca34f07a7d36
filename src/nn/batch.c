/* The arrays of batches and states. */
#include "nn/network.h"

#include "base/memory.h"
#include "nn/shape.h"

#include <stdlib.h>
#include <string.h>

/* Counts n numbers for `rows` rows and allocates them; nothing when n is 0. */
static enum alm_status make(alm_real **out, size_t rows, size_t n, struct alm_error *error)
{
    size_t all;
    if (n == 0) return ALM_OK;
    if (!alm_multiply(&all, rows, n))
        return alm_fail(error, ALM_SHAPE, "a batch of %zu rows is too large", rows);
    return ALM_NEW(out, all, error);
}

enum alm_status alm_batch_init(struct alm_batch *batch, const struct alm_network_shape *shape, size_t steps,
                               size_t rows, struct alm_error *error)
{
    size_t all, answers = rows;
    *batch = (struct alm_batch){.steps = steps, .rows = rows};
    if (!alm_multiply(&all, steps, rows))
        return alm_fail(error, ALM_SHAPE, "a batch of %zu steps and %zu rows is too large", steps, rows);
    if (shape->labels == ALM_LABELS_ALL) answers = all;
    ALM_TRY(make(&batch->x, all, shape->inputs, error));
    ALM_TRY(make(&batch->y, answers, shape->horizon, error));
    ALM_TRY(make(&batch->weight, answers, shape->horizon, error));
    ALM_TRY(make(&batch->window, rows, shape->window, error));
    ALM_TRY(make(&batch->extras, rows, shape->extras, error));
    if (shape->ahead > 0) ALM_TRY(make(&batch->ahead, rows, alm_shape_segments(shape) * shape->ahead, error));
    return shape->embedding == 0 ? ALM_OK : ALM_NEW(&batch->series, rows, error);
}

void alm_batch_clear(struct alm_batch *batch)
{
    free(batch->x);
    free(batch->y);
    free(batch->weight);
    free(batch->window);
    free(batch->extras);
    free(batch->ahead);
    free(batch->series);
    *batch = (struct alm_batch){0};
}

/* The numbers of all states are one block, which belongs to states[0].h. */
enum alm_status alm_state_create(struct alm_layer_state **out, const struct alm_network_shape *shape,
                                 size_t rows, struct alm_error *error)
{
    const size_t parts = shape->cell == ALM_CELL_SLSTM ? 4 : 2, state = rows * shape->hidden;
    alm_real *block = NULL;
    *out = NULL;
    /* the sizes of a network are small enough for this product */
    ALM_TRY(make(&block, rows, shape->layers * parts * shape->hidden, error));
    const enum alm_status status = ALM_NEW(out, shape->layers, error);
    if (status != ALM_OK) {
        free(block);
        return status;
    }
    for (size_t i = 0; i < shape->layers; i++, block += parts * state) {
        (*out)[i] = (struct alm_layer_state){.h = block, .c = block + state};
        if (parts == 4) (*out)[i].n = block + 2 * state, (*out)[i].m = block + 3 * state;
    }
    return ALM_OK;
}

size_t alm_state_size(const struct alm_network_shape *shape, size_t rows)
{
    return shape->layers * rows * shape->hidden * (shape->cell == ALM_CELL_SLSTM ? 4 : 2);
}

void alm_state_forget(const struct alm_layer_state *states, const struct alm_network_shape *shape, size_t row)
{
    for (size_t i = 0; i < shape->layers; i++) {
        alm_real *const parts[] = {states[i].h, states[i].c, states[i].n, states[i].m};
        for (size_t k = 0; k < (shape->cell == ALM_CELL_SLSTM ? 4 : 2); k++)
            memset(parts[k] + row * shape->hidden, 0, shape->hidden * sizeof *parts[k]);
    }
}

void alm_state_free(struct alm_layer_state *states)
{
    if (states == NULL) return;
    free(states[0].h);
    free(states);
}
