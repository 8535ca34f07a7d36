#include "nn/tape.h"

#include "base/memory.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#define ALIGNMENT (64 / sizeof(alm_real))
enum { TENSORS_PER_LAYER = 3 };

struct alm_lstm_weights alm_layer_view(const struct alm_network *network, alm_real *block, size_t layer)
{
    const struct alm_tensor *tensor = network->tensors + layer * TENSORS_PER_LAYER;
    return (struct alm_lstm_weights){block + tensor[0].offset, block + tensor[1].offset,
                                     block + tensor[2].offset};
}

const struct alm_tensor *alm_head_tensors(const struct alm_network *network)
{
    return network->tensors + network->shape.layers * TENSORS_PER_LAYER;
}

size_t alm_labelled_steps(const struct alm_network_shape *shape, size_t steps)
{
    return shape->labels == ALM_LABELS_ALL ? steps : 1;
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

/* Gives out the parts of one block; with block NULL it only counts. */
static alm_real *take(alm_real *block, size_t *used, size_t n)
{
    alm_real *part = block == NULL ? NULL : block + *used;
    *used += (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return part;
}

static void lay_out_bench(struct alm_bench *bench, size_t *used, alm_real *block, size_t steps,
                          const struct alm_network_shape *s)
{
    const size_t rows = bench->layers[0].size.rows, state = rows * s->hidden,
                 outputs = s->horizon * s->levels;
    const size_t labelled = alm_labelled_steps(s, steps);
    for (size_t i = 0; i < s->layers; i++) {
        struct alm_layer *layer = &bench->layers[i];
        layer->h = take(block, used, (steps + 1) * state);
        layer->kept = take(block, used, layer->kind->kept(&layer->size, layer->kernel));
    }
    bench->d_h[0] = take(block, used, steps * state);
    bench->d_h[1] = take(block, used, s->layers > 1 ? steps * state : 0);
    bench->output = take(block, used, labelled * rows * outputs);
    bench->d_output = take(block, used, labelled * rows * outputs);
    bench->piece.x = take(block, used, steps * rows * s->inputs);
    bench->piece.y = take(block, used, labelled * rows * s->horizon);
    bench->piece.weight = take(block, used, labelled * rows * s->horizon);
}

static void lay_out_share(struct alm_share *share, size_t *used, alm_real *block,
                          const struct alm_layer *layers, const struct alm_network_shape *s)
{
    const size_t before = *used;
    for (size_t i = 0; i < s->layers; i++)
        share->sums[i] = take(block, used, layers[i].kind->sums(&layers[i].size, layers[i].kernel));
    share->head = take(block, used, (s->hidden + 1) * s->horizon * s->levels);
    share->n_sums = *used - before;
}

/* Lays the tape out in tape->block (NULL: only counts) and returns the numbers needed. */
static size_t lay_out(struct alm_tape *tape, const struct alm_network_shape *s)
{
    size_t used = 0;
    for (size_t i = 0; i < s->layers; i++) {
        const struct alm_layer *first = &tape->benches[0].layers[i];
        alm_real *packed = take(tape->block, &used, first->kind->packed(&first->size, first->kernel));
        for (size_t k = 0; k < tape->n_benches; k++)
            tape->benches[k].layers[i].packed = packed;
    }
    for (size_t k = 0; k < tape->n_benches; k++)
        lay_out_bench(&tape->benches[k], &used, tape->block, tape->steps, s);
    for (size_t k = 0; k < tape->n_shares; k++)
        lay_out_share(&tape->shares[k], &used, tape->block, tape->benches[0].layers, s);
    tape->answers =
        take(tape->block, &used, alm_labelled_steps(s, tape->steps) * tape->rows * s->horizon * s->levels);
    return used;
}

static enum alm_status create_parts(struct alm_tape *tape, const struct alm_network_shape *s,
                                    struct alm_error *error)
{
    const size_t rows = tape->rows < ALM_PIECE_ROWS ? tape->rows : ALM_PIECE_ROWS;
    for (size_t k = 0; k < tape->n_benches; k++) {
        struct alm_layer *layers;
        ALM_TRY(ALM_NEW(&tape->benches[k].layers, s->layers, error));
        layers = tape->benches[k].layers;
        for (size_t i = 0; i < s->layers; i++)
            layers[i] =
                (struct alm_layer){.kind = &alm_layer_fused,
                                   .kernel = alm_kernel_best(),
                                   .size = {tape->steps, rows, i == 0 ? s->inputs : s->hidden, s->hidden}};
    }
    for (size_t k = 0; k < tape->n_shares; k++)
        ALM_TRY(ALM_NEW(&tape->shares[k].sums, s->layers, error));
    ALM_TRY(ALM_NEW(&tape->block, lay_out(tape, s), error));
    lay_out(tape, s);
    return alm_crew_create(&tape->crew, tape->n_benches, error);
}

enum alm_status alm_tape_create_threads(struct alm_tape **out, const struct alm_network *network,
                                        size_t steps, size_t rows, size_t threads, struct alm_error *error)
{
    *out = NULL;
    ALM_TRY(check_pass(&network->shape, steps, rows, error));
    const size_t pieces = (rows + ALM_PIECE_ROWS - 1) / ALM_PIECE_ROWS;
    struct alm_tape *tape = NULL;
    ALM_TRY(ALM_NEW(&tape, 1, error));
    *tape = (struct alm_tape){
        .steps = steps, .rows = rows, .n_shares = pieces < ALM_SHARES ? pieces : ALM_SHARES};
    const size_t benches = threads < 1 ? 1 : threads < tape->n_shares ? threads : tape->n_shares;
    enum alm_status status = ALM_NEW(&tape->benches, benches, error);
    if (status == ALM_OK) {
        tape->n_benches = benches;
        status = create_parts(tape, &network->shape, error);
    }
    if (status != ALM_OK) {
        alm_tape_free(tape);
        return status;
    }
    *out = tape;
    return ALM_OK;
}

enum alm_status alm_tape_create(struct alm_tape **out, const struct alm_network *network, size_t steps,
                                size_t rows, struct alm_error *error)
{
    return alm_tape_create_threads(out, network, steps, rows, 1, error);
}

void alm_tape_free(struct alm_tape *tape)
{
    if (tape == NULL) return;
    alm_crew_free(tape->crew);
    for (size_t k = 0; k < tape->n_benches; k++)
        free(tape->benches[k].layers);
    for (size_t k = 0; k < tape->n_shares; k++)
        free(tape->shares[k].sums);
    free(tape->benches);
    free(tape->block);
    free(tape);
}
