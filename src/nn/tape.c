#include "nn/tape.h"

#include "base/memory.h"
#include "nn/preactivation.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

/* Whether every product of the passes has sizes that OpenBLAS can address. */
static enum alm_status check_pass(const struct alm_network_shape *s, size_t steps, size_t rows,
                                  struct alm_error *error)
{
    const size_t inputs = alm_shape_wide(s) + s->projection, decoded = alm_shape_segments(s) * 4 * s->hidden,
                 others = alm_shape_outputs(s) + s->window + s->extras + alm_shape_segments(s) * s->ahead;
    size_t widest = decoded > inputs ? decoded : inputs;
    if (others > widest) widest = others;
    size_t all, numbers;
    for (size_t i = 0; i < s->layers; i++)
        if (steps % alm_layer_dilation(s, i) != 0)
            return alm_fail(error, ALM_SHAPE, "%zu steps are no multiple of the dilation of layer %zu", steps,
                            i);
    if (steps == 0 || rows == 0)
        return alm_fail(error, ALM_SHAPE, "a sequence needs at least one step and one row");
    if (!alm_multiply(&all, steps + 1, rows) || !alm_multiply(&numbers, all, widest) ||
        numbers > SIZE_MAX / 64 / s->layers || all > INT_MAX)
        return alm_fail(error, ALM_SHAPE, "a batch of %zu steps and %zu rows is too large", steps, rows);
    return ALM_OK;
}

static size_t piece_rows(const struct alm_tape *tape)
{
    return tape->rows < ALM_PIECE_ROWS ? tape->rows : ALM_PIECE_ROWS;
}

/* The layer's own memory, and what stands around it. */
static void lay_out_layer(struct alm_bench *bench, size_t *used, alm_real *block, size_t i,
                          const struct alm_network_shape *s)
{
    struct alm_layer *layer = &bench->layers[i];
    const size_t steps = layer->size.steps, rows = layer->size.rows, state = rows * s->hidden;
    const size_t parts = s->cell == ALM_CELL_SLSTM ? state : 0;
    layer->h = alm_take(block, used, (steps + 1) * state);
    layer->kept = alm_take(block, used, layer->kind->kept(layer));
    bench->states[i] = (struct alm_layer_state){alm_take(block, used, state), alm_take(block, used, state),
                                                alm_take(block, used, parts), alm_take(block, used, parts)};
    const bool drops = i == 0 ? s->dropout_input > 0 : s->dropout_layer > 0;
    const bool sees_copy = i == 0 ? s->projection > 0 : drops;
    bench->masks[i] = drops ? alm_take(block, used, rows * (i == 0 ? s->inputs : s->hidden)) : NULL;
    bench->in[i] = sees_copy ? alm_take(block, used, steps * rows * layer->size.inputs) : NULL;
    bench->out[i] = s->residual && i > 0 ? alm_take(block, used, steps * state) : NULL;
}

static void lay_out_decoding(struct alm_decoding *d, size_t *used, alm_real *block, size_t rows,
                             const struct alm_network_shape *s)
{
    if (s->decoder != ALM_DECODER_SEGMENT) return;
    const size_t segments = alm_shape_segments(s), all = rows * segments * s->hidden,
                 context = rows * alm_shape_context(s);
    d->context = alm_take(block, used, context);
    d->d_context = alm_take(block, used, context);
    d->d_ahead = alm_take(block, used, rows * segments * s->ahead);
    d->row_sums = alm_take(block, used, rows * 4 * s->hidden);
    d->d_positions = alm_take(block, used, segments * 4 * s->hidden);
    d->d_memory = alm_take(block, used, rows * s->hidden);
    d->gates = alm_take(block, used, 4 * all);
    alm_real **const states[] = {&d->before, &d->c, &d->h, &d->d_c, &d->d_h};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        *states[i] = alm_take(block, used, all);
}

static void lay_out_bench(struct alm_bench *bench, size_t *used, alm_real *block,
                          const struct alm_network_shape *s, const struct alm_tape *tape)
{
    const size_t steps = tape->steps, rows = piece_rows(tape),
                 state = tape->answers_only ? 0 : rows * s->hidden, outputs = alm_shape_outputs(s),
                 inputs = steps * rows * alm_shape_wide(s), labelled = alm_labelled_steps(s, steps);
    for (size_t i = 0; i < s->layers; i++)
        lay_out_layer(bench, used, block, i, s);
    bench->d_h[0] = alm_take(block, used, steps * state);
    bench->d_h[1] = alm_take(block, used, s->layers > 1 ? steps * state : 0);
    bench->d_h[2] = alm_take(block, used, s->layers > 1 && s->residual ? steps * state : 0);
    const size_t projected = tape->answers_only ? 0 : steps * rows * s->projection;
    bench->d_projection = s->projection > 0 ? alm_take(block, used, projected) : NULL;
    bench->d_x = s->embedding > 0 || tape->observes ? alm_take(block, used, inputs) : NULL;
    if (s->dropout_head > 0) {
        const size_t width = alm_shape_segments(s) * s->hidden;
        bench->head_mask = alm_take(block, used, rows * width);
        bench->head_in = alm_take(block, used, labelled * rows * width);
    }
    bench->output = alm_take(block, used, labelled * rows * outputs);
    bench->d_output = alm_take(block, used, labelled * rows * outputs);
    lay_out_decoding(&bench->decoding, used, block, rows, s);
    bench->piece.x = alm_take(block, used, inputs);
    bench->piece.y = alm_take(block, used, labelled * rows * s->horizon);
    bench->piece.weight = alm_take(block, used, labelled * rows * s->horizon);
    bench->piece.window = alm_take(block, used, rows * s->window);
    bench->piece.extras = alm_take(block, used, rows * s->extras);
    bench->piece.ahead = alm_take(block, used, rows * alm_shape_segments(s) * s->ahead);
}

static void lay_out_share(struct alm_share *share, size_t *used, alm_real *block,
                          const struct alm_layer *layers, size_t n_layers, size_t n_parts)
{
    const size_t before = *used;
    for (size_t i = 0; i < n_layers; i++)
        share->sums[i] = alm_take(block, used, layers[i].kind->sums(&layers[i]));
    share->parts = alm_take(block, used, n_parts);
    share->n_sums = *used - before;
}

/* Lays the tape out in tape->block (NULL: only counts) and returns the numbers needed. */
static size_t lay_out(struct alm_tape *tape, const struct alm_network *network)
{
    const struct alm_network_shape *s = &network->shape;
    size_t used = 0;
    for (size_t i = 0; i < s->layers; i++) {
        const struct alm_layer *first = &tape->benches[0].layers[i];
        alm_real *packed = alm_take(tape->block, &used, first->kind->packed(first));
        for (size_t k = 0; k < tape->n_benches; k++)
            tape->benches[k].layers[i].packed = packed;
    }
    for (size_t k = 0; k < tape->n_benches; k++)
        lay_out_bench(&tape->benches[k], &used, tape->block, s, tape);
    for (size_t k = 0; k < tape->n_shares && !tape->answers_only; k++)
        lay_out_share(&tape->shares[k], &used, tape->block, tape->benches[0].layers, s->layers,
                      alm_shape_parts(network).n);
    tape->positions = alm_take(tape->block, &used,
                               s->decoder == ALM_DECODER_SEGMENT ? alm_shape_segments(s) * 4 * s->hidden : 0);
    tape->answers =
        alm_take(tape->block, &used, alm_labelled_steps(s, tape->steps) * tape->rows * alm_shape_outputs(s));
    return used;
}

static enum alm_status create_bench(struct alm_bench *bench, const struct alm_tape *tape,
                                    const struct alm_network_shape *s, struct alm_error *error)
{
    const size_t rows = piece_rows(tape);
    ALM_TRY(ALM_NEW(&bench->layers, s->layers, error));
    ALM_TRY(ALM_NEW(&bench->states, s->layers, error));
    ALM_TRY(ALM_NEW(&bench->in, s->layers, error));
    ALM_TRY(ALM_NEW(&bench->out, s->layers, error));
    ALM_TRY(ALM_NEW(&bench->masks, s->layers, error));
    for (size_t i = 0; i < s->layers; i++) {
        const struct alm_cell cell = alm_shape_cell(s, i);
        const size_t apart = alm_layer_dilation(s, i);
        bench->layers[i] =
            (struct alm_layer){.kind = alm_layer_choose(&cell),
                               .kernel = alm_kernel_best(),
                               .size = {tape->steps / apart, rows * apart, alm_layer_inputs(s, i), s->hidden},
                               .cell = cell,
                               .answers_only = tape->answers_only};
    }
    return s->embedding == 0 ? ALM_OK : ALM_NEW(&bench->piece.series, rows, error);
}

static enum alm_status create_parts(struct alm_tape *tape, const struct alm_network *network, size_t threads,
                                    struct alm_error *error)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t benches = threads < 1 ? 1 : threads < tape->n_shares ? threads : tape->n_shares;
    ALM_TRY(ALM_NEW(&tape->benches, benches, error));
    tape->n_benches = benches;
    for (size_t k = 0; k < tape->n_benches; k++)
        ALM_TRY(create_bench(&tape->benches[k], tape, s, error));
    for (size_t k = 0; k < tape->n_shares; k++)
        ALM_TRY(ALM_NEW(&tape->shares[k].sums, s->layers, error));
    return ALM_OK;
}

static enum alm_status create(struct alm_tape **out, const struct alm_network *network,
                              const struct alm_tape *like, size_t threads, struct alm_error *error)
{
    *out = NULL;
    ALM_TRY(check_pass(&network->shape, like->steps, like->rows, error));
    struct alm_tape *tape = NULL;
    ALM_TRY(ALM_NEW(&tape, 1, error));
    *tape = *like;
    enum alm_status status = create_parts(tape, network, threads, error);
    if (status == ALM_OK) status = ALM_NEW(&tape->block, lay_out(tape, network), error);
    if (status == ALM_OK) {
        lay_out(tape, network);
        status = alm_crew_create(&tape->crew, tape->n_benches, error);
    }
    if (status != ALM_OK) {
        alm_tape_free(tape);
        return status;
    }
    *out = tape;
    return ALM_OK;
}

static struct alm_tape like_of(size_t steps, size_t rows, bool observes)
{
    const size_t pieces = rows / ALM_PIECE_ROWS + (rows % ALM_PIECE_ROWS > 0);
    return (struct alm_tape){.steps = steps,
                             .rows = rows,
                             .n_shares = pieces < ALM_SHARES ? pieces : ALM_SHARES,
                             .observes = observes};
}

enum alm_status alm_tape_count(size_t *numbers, const struct alm_network *network, size_t steps, size_t rows,
                               size_t threads, struct alm_error *error)
{
    struct alm_tape *tape = NULL;
    ALM_TRY(check_pass(&network->shape, steps, rows, error));
    ALM_TRY(ALM_NEW(&tape, 1, error));
    *tape = like_of(steps, rows, false);
    const enum alm_status status = create_parts(tape, network, threads, error);
    if (status == ALM_OK) *numbers = lay_out(tape, network);
    alm_tape_free(tape);
    return status;
}

void alm_tape_set_cancel(struct alm_tape *tape, const struct alm_cancel *cancel)
{
    tape->cancel = cancel;
}

enum alm_status alm_tape_create_threads(struct alm_tape **out, const struct alm_network *network,
                                        size_t steps, size_t rows, size_t threads, struct alm_error *error)
{
    const struct alm_tape like = like_of(steps, rows, false);
    return create(out, network, &like, threads, error);
}

enum alm_status alm_tape_create_asking(struct alm_tape **out, const struct alm_network *network, size_t steps,
                                       size_t rows, size_t threads, struct alm_error *error)
{
    const struct alm_tape like = like_of(steps, rows, true);
    return create(out, network, &like, threads, error);
}

enum alm_status alm_tape_create(struct alm_tape **out, const struct alm_network *network, size_t steps,
                                size_t rows, struct alm_error *error)
{
    return alm_tape_create_threads(out, network, steps, rows, 1, error);
}

enum alm_status alm_tape_create_forward(struct alm_tape **out, const struct alm_network *network,
                                        size_t steps, size_t rows, struct alm_error *error)
{
    const struct alm_tape like = {.steps = steps, .rows = rows, .n_shares = 1, .answers_only = true};
    return create(out, network, &like, 1, error);
}

enum alm_status alm_tape_create_observing(struct alm_tape **out, const struct alm_network *network,
                                          size_t steps, size_t rows, struct alm_error *error)
{
    const struct alm_tape like = {.steps = steps, .rows = rows, .n_shares = 1, .observes = true};
    return create(out, network, &like, 1, error);
}

void alm_tape_free(struct alm_tape *tape)
{
    if (tape == NULL) return;
    alm_crew_free(tape->crew);
    for (size_t k = 0; k < tape->n_benches; k++) {
        struct alm_bench *bench = &tape->benches[k];
        void *const all[] = {bench->layers, bench->states, bench->in,
                             bench->out,    bench->masks,  bench->piece.series};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            free(all[i]);
    }
    for (size_t k = 0; k < tape->n_shares; k++)
        free(tape->shares[k].sums);
    free(tape->benches);
    free(tape->block);
    free(tape);
}
