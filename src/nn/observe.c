#include "nn/observe.h"

#include "base/memory.h"
#include "nn/gemm.h"
#include "nn/preactivation.h"
#include "nn/tape.h"

#include <stdlib.h>
#include <string.h>

static size_t lay_out(struct alm_observation *o, const struct alm_network *network, bool backward)
{
    const struct alm_network_shape *s = &network->shape;
    const size_t all = s->layers * o->steps * o->rows * s->hidden;
    alm_real **const cells[] = {&o->i, &o->f, &o->g, &o->o, &o->c, &o->h};
    size_t used = 0;
    alm_real **const own[] = {&o->log_i, &o->own_f, &o->log_n};
    alm_real **const decoder[] = {&o->decoder.i, &o->decoder.f, &o->decoder.g,
                                  &o->decoder.o, &o->decoder.c, &o->decoder.h};
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
        *cells[k] = alm_take(o->block, &used, all);
    for (size_t k = 0; s->cell == ALM_CELL_SLSTM && k < sizeof own / sizeof *own; k++)
        *own[k] = alm_take(o->block, &used, all);
    if (s->decoder == ALM_DECODER_SEGMENT) o->decoder.segments = alm_shape_segments(s);
    for (size_t k = 0; o->decoder.segments > 0 && k < sizeof decoder / sizeof *decoder; k++)
        *decoder[k] = alm_take(o->block, &used, o->decoder.segments * o->rows * s->hidden);
    o->answers = alm_take(o->block, &used, alm_labelled_steps(s, o->steps) * o->rows * alm_shape_outputs(s));
    if (!backward) return used;
    o->d_x = alm_take(o->block, &used, o->steps * o->rows * s->inputs);
    if (s->window > 0) o->d_window = alm_take(o->block, &used, o->rows * s->window);
    if (s->extras > 0) o->d_extras = alm_take(o->block, &used, o->rows * s->extras);
    if (s->ahead > 0) o->d_ahead = alm_take(o->block, &used, o->rows * alm_shape_segments(s) * s->ahead);
    o->gradient = alm_take(o->block, &used, network->n_parameters);
    return used;
}

/* What the cells of a piece did. */
static void take_cells(const struct alm_observation *o, const struct alm_bench *bench,
                       const struct alm_network_shape *s, size_t first)
{
    const size_t hidden = o->hidden, rows = bench->piece.rows;
    for (size_t at = 0; at < o->layers * o->steps * rows; at++) {
        const size_t row = at % rows, t = at / rows % o->steps, layer = at / rows / o->steps;
        const struct alm_layer *from = &bench->layers[layer];
        const size_t apart = alm_layer_dilation(s, layer),
                     to = ((layer * o->steps + t) * o->rows + first + row) * hidden;
        struct alm_cell_view cell = {o->i + to, o->f + to, o->g + to, o->o + to, o->c + to, NULL, NULL, NULL};
        if (o->log_i != NULL)
            cell.log_i = o->log_i + to, cell.own_f = o->own_f + to, cell.log_n = o->log_n + to;
        from->kind->look(&cell, from, t / apart, t % apart * rows + row, apart * rows);
        memcpy(o->h + to, from->h + ((t + apart) * rows + row) * hidden, hidden * sizeof *o->h);
    }
}

/* What the decoder's cell did, before its backward pass takes the room. */
static void take_decoder(const struct alm_observation *o, const struct alm_bench *bench, size_t first)
{
    const struct alm_observed_decoder *to = &o->decoder;
    alm_real *const gates[] = {to->i, to->f, to->g, to->o};
    const size_t n = o->hidden, size = n * sizeof(alm_real);
    for (size_t at = 0; at < bench->piece.rows * to->segments; at++) {
        const size_t row = first + at / to->segments, out = (at % to->segments * o->rows + row) * n;
        for (size_t gate = 0; gate < 4; gate++)
            memcpy(gates[gate] + out, bench->decoding.gates + (4 * at + gate) * n, size);
        memcpy(to->c + out, bench->decoding.c + at * n, size);
        memcpy(to->h + out, bench->decoding.h + at * n, size);
    }
}

/* Rows first .. of [n][all][width] to or from [n][rows][width] of a piece. */
static void take_rows(alm_real *out, const alm_real *in, size_t n, size_t first, size_t rows, size_t all,
                      size_t width)
{
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * rows * width, in + (i * all + first) * width, rows * width * sizeof *out);
}

/* Derivatives by what a piece was asked, after its backward pass. */
static void take_derivatives(const struct alm_observation *o, const struct alm_bench *bench,
                             const struct alm_pass *pass, size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t rows = bench->piece.rows, outputs = alm_shape_outputs(s), context = alm_shape_context(s);
    alm_pass_give_d_x(o->d_x, bench, pass, first);
    if (s->window > 0)
        alm_gemm(o->d_window + first * s->window, bench->d_output, ALM_AS_IS,
                 alm_part(pass, pass->parts.skip), ALM_TRANSPOSED, false, rows, s->window, outputs);
    const size_t ahead = alm_shape_segments(s) * s->ahead;
    if (ahead > 0)
        memcpy(o->d_ahead + first * ahead, bench->decoding.d_ahead, rows * ahead * sizeof *o->d_ahead);
    if (s->extras == 0) return;
    alm_real *d_extras = o->d_extras + first * s->extras;
    for (size_t t = 0; t < alm_labelled_steps(s, o->steps); t++)
        alm_gemm(d_extras, bench->d_output + t * rows * outputs, ALM_AS_IS,
                 alm_part(pass, pass->parts.head_e), ALM_TRANSPOSED, t > 0, rows, s->extras, outputs);
    for (size_t i = 0; context > 0 && i < rows * s->extras; i++)
        d_extras[i] += bench->decoding.d_context[i / s->extras * context + i % s->extras];
}

static void observe_piece(struct alm_observation *o, const struct alm_pass *pass, const alm_real *d_answers,
                          size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    struct alm_bench *bench = &pass->tape->benches[0];
    struct alm_share *share = &pass->tape->shares[0];
    const size_t labelled = alm_labelled_steps(s, o->steps), outputs = alm_shape_outputs(s);
    alm_piece_take(bench, pass, first);
    alm_stack_forward(bench, pass);
    alm_head_forward(bench, pass);
    take_cells(o, bench, s, first);
    take_decoder(o, bench, first);
    const size_t rows = bench->piece.rows;
    for (size_t t = 0; t < labelled; t++)
        memcpy(o->answers + (t * o->rows + first) * outputs, bench->output + t * rows * outputs,
               rows * outputs * sizeof *o->answers);
    if (d_answers == NULL) return;
    take_rows(bench->d_output, d_answers, labelled, first, rows, o->rows, outputs);
    const alm_real *d_memory = alm_head_backward(share, bench, pass);
    alm_stack_backward(share, bench, pass, d_memory);
    take_derivatives(o, bench, pass, first);
}

static enum alm_status observe(struct alm_observation *o, const struct alm_network *network,
                               const struct alm_batch *batch, const alm_real *d_answers,
                               struct alm_error *error)
{
    struct alm_tape *tape;
    ALM_TRY(ALM_NEW(&o->block, lay_out(o, network, d_answers != NULL), error));
    lay_out(o, network, d_answers != NULL);
    ALM_TRY(alm_tape_create_observing(&tape, network, o->steps, o->rows, error));
    struct alm_pass pass = {.tape = tape, .network = network, .batch = batch, .backward = true};
    alm_pass_prepare(&pass);
    for (size_t first = 0; first < o->rows; first += ALM_PIECE_ROWS)
        observe_piece(o, &pass, d_answers, first);
    if (d_answers != NULL) alm_pass_add_share(o->gradient, &tape->shares[0], &pass);
    alm_tape_free(tape);
    return ALM_OK;
}

enum alm_status alm_observation_create(struct alm_observation **out, const struct alm_network *network,
                                       const struct alm_batch *batch, const alm_real *d_answers,
                                       struct alm_error *error)
{
    *out = NULL;
    struct alm_observation *o = NULL;
    size_t all;
    if (!alm_multiply(&all, batch->steps, batch->rows) || all > SIZE_MAX / 1024 / network->n_parameters)
        return alm_fail(error, ALM_SHAPE, "a batch of %zu steps and %zu rows is too large", batch->steps,
                        batch->rows);
    ALM_TRY(ALM_NEW(&o, 1, error));
    *o = (struct alm_observation){.layers = network->shape.layers,
                                  .steps = batch->steps,
                                  .rows = batch->rows,
                                  .hidden = network->shape.hidden};
    const enum alm_status status = observe(o, network, batch, d_answers, error);
    if (status == ALM_OK)
        *out = o;
    else
        alm_observation_free(o);
    return status;
}

void alm_observation_free(struct alm_observation *observation)
{
    if (observation == NULL) return;
    free(observation->block);
    free(observation);
}
