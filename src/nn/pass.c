/* Forward and backward passes of a network over a batch: the batch is cut into pieces, and these are dealt to
 * the threads. What happens to a piece is in stack.c (layers), head.c and decoder.c (answers). */
#include "nn/tape.h"

#include <string.h>

/* out [n][rows][wide], the first `width` of each row = in [n][all][width], rows first .. first + rows. */
static void take_rows(alm_real *out, size_t wide, const alm_real *in, size_t width, size_t n, size_t first,
                      size_t rows, size_t all)
{
    for (size_t i = 0; i < n; i++) {
        const alm_real *from = in + (i * all + first) * width;
        if (wide == width)
            memcpy(out + i * rows * wide, from, rows * width * sizeof *out);
        else
            for (size_t row = 0; row < rows; row++)
                memcpy(out + (i * rows + row) * wide, from + row * width, width * sizeof *out);
    }
}

/* The numbers of a row that all steps share, and its series' vector behind the inputs of every step. */
static void take_context(struct alm_bench *bench, const struct alm_pass *pass, size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const struct alm_batch *batch = pass->batch;
    struct alm_batch *piece = &bench->piece;
    const size_t wide = alm_shape_wide(s);
    if (s->window > 0)
        take_rows(piece->window, s->window, batch->window, s->window, 1, first, piece->rows, batch->rows);
    if (s->extras > 0)
        take_rows(piece->extras, s->extras, batch->extras, s->extras, 1, first, piece->rows, batch->rows);
    if (s->ahead > 0)
        take_rows(piece->ahead, alm_shape_segments(s) * s->ahead, batch->ahead,
                  alm_shape_segments(s) * s->ahead, 1, first, piece->rows, batch->rows);
    if (s->embedding == 0) return;
    memcpy(piece->series, batch->series + first, piece->rows * sizeof *piece->series);
    for (size_t i = 0; i < piece->steps * piece->rows; i++)
        memcpy(piece->x + i * wide + s->inputs,
               alm_part(pass, pass->parts.series) + piece->series[i % piece->rows] * s->embedding,
               s->embedding * sizeof *piece->x);
}

/* Copies the states of a piece from those of the batch, or to them. */
static void copy_states(const struct alm_bench *bench, const struct alm_pass *pass,
                        const struct alm_layer_state *states, size_t first, bool to_batch)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t n = bench->piece.rows * s->hidden, at = first * s->hidden;
    for (size_t i = 0; i < s->layers; i++) {
        alm_real *const piece[] = {bench->states[i].h, bench->states[i].c, bench->states[i].n,
                                   bench->states[i].m},
                        *const all[] = {states[i].h, states[i].c, states[i].n, states[i].m};
        for (size_t k = 0; k < (s->cell == ALM_CELL_SLSTM ? 4 : 2); k++)
            memcpy(to_batch ? all[k] + at : piece[k], to_batch ? piece[k] : all[k] + at,
                   n * sizeof *piece[k]);
    }
}

void alm_piece_take(struct alm_bench *bench, const struct alm_pass *pass, size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const struct alm_batch *batch = pass->batch;
    const size_t labelled = alm_labelled_steps(s, batch->steps), left = batch->rows - first;
    struct alm_batch *piece = &bench->piece;
    piece->steps = batch->steps;
    piece->rows = left < ALM_PIECE_ROWS ? left : ALM_PIECE_ROWS;
    for (size_t i = 0; i < s->layers; i++)
        bench->layers[i].noise = (struct alm_noise){batch->key, i, first};
    take_rows(piece->x, alm_shape_wide(s), batch->x, s->inputs, batch->steps, first, piece->rows,
              batch->rows);
    take_context(bench, pass, first);
    if (batch->start != NULL) copy_states(bench, pass, batch->start, first, false);
    if (pass->loss == NULL) return;
    take_rows(piece->y, s->horizon, batch->y, s->horizon, labelled, first, piece->rows, batch->rows);
    take_rows(piece->weight, s->horizon, batch->weight, s->horizon, labelled, first, piece->rows,
              batch->rows);
}

static void give_answers(const struct alm_bench *bench, const struct alm_pass *pass, size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t labelled = alm_labelled_steps(s, bench->piece.steps), outputs = alm_shape_outputs(s),
                 n = bench->piece.rows * outputs;
    alm_real *answers = pass->tape->answers;
    for (size_t t = 0; t < labelled; t++)
        memcpy(answers + (t * pass->batch->rows + first) * outputs, bench->output + t * n,
               n * sizeof *answers);
}

/* The states after the last step. */
static void give_states(struct alm_bench *bench, const struct alm_pass *pass, size_t first)
{
    for (size_t i = 0; i < pass->network->shape.layers; i++) {
        const struct alm_layer *layer = &bench->layers[i];
        layer->kind->last(&bench->states[i], layer, bench->piece.steps, bench->piece.rows);
    }
    copy_states(bench, pass, pass->batch->last, first, true);
}

void alm_pass_give_d_x(alm_real *out, const struct alm_bench *bench, const struct alm_pass *pass,
                       size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const struct alm_batch *piece = &bench->piece;
    const alm_real *masks = pass->batch->key != 0 ? bench->masks[0] : NULL;
    for (size_t i = 0; i < piece->steps * piece->rows; i++)
        for (size_t k = 0; k < s->inputs; k++)
            out[(i / piece->rows * pass->batch->rows + first + i % piece->rows) * s->inputs + k] =
                bench->d_x[i * alm_shape_wide(s) + k] *
                (masks == NULL ? 1 : masks[i % piece->rows * s->inputs + k]);
}

/* Before the backward pass takes d_output. */
static void give_d_y(const struct alm_bench *bench, const struct alm_pass *pass, size_t first)
{
    const size_t horizon = pass->network->shape.horizon, n = bench->piece.rows * horizon;
    for (size_t t = 0; t < alm_labelled_steps(&pass->network->shape, bench->piece.steps); t++)
        for (size_t k = 0; k < n; k++)
            pass->batch->d_y[(t * pass->batch->rows + first) * horizon + k] = -bench->d_output[t * n + k];
}

static void run_piece(struct alm_share *share, struct alm_bench *bench, const struct alm_pass *pass,
                      size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    alm_piece_take(bench, pass, first);
    alm_stack_forward(bench, pass);
    alm_head_forward(bench, pass);
    if (pass->batch->last != NULL) give_states(bench, pass, first);
    if (pass->loss == NULL)
        give_answers(bench, pass, first);
    else
        alm_loss_add(&share->loss, pass->backward ? bench->d_output : NULL, pass->loss, bench->output,
                     bench->piece.y, bench->piece.weight,
                     alm_labelled_steps(s, bench->piece.steps) * bench->piece.rows * s->horizon);
    if (!pass->backward) return;
    if (pass->batch->d_y != NULL) give_d_y(bench, pass, first);
    const alm_real *d_memory = alm_head_backward(share, bench, pass);
    alm_stack_backward(share, bench, pass, d_memory);
    if (pass->batch->d_x != NULL) alm_pass_give_d_x(pass->batch->d_x, bench, pass, first);
}

/* Work of the crew: the pieces of one share, in order. */
static void run_share(void *context, size_t number, size_t worker)
{
    const struct alm_pass *pass = context;
    struct alm_share *share = &pass->tape->shares[number];
    const size_t pieces = (pass->batch->rows + ALM_PIECE_ROWS - 1) / ALM_PIECE_ROWS;
    const size_t shares = pieces < ALM_SHARES ? pieces : ALM_SHARES;
    share->loss = (struct alm_loss_sum){0};
    if (pass->backward) memset(share->sums[0], 0, share->n_sums * sizeof **share->sums);
    for (size_t piece = number * pieces / shares;
         piece < (number + 1) * pieces / shares && !alm_pass_is_cancelled(pass); piece++)
        run_piece(share, &pass->tape->benches[worker], pass, piece * ALM_PIECE_ROWS);
}

void alm_pass_prepare(struct alm_pass *pass)
{
    struct alm_tape *tape = pass->tape;
    pass->parts = alm_shape_parts(pass->network);
    for (size_t i = 0; i < pass->network->shape.layers; i++) {
        for (size_t k = 0; k < tape->n_benches; k++) {
            struct alm_layer *layer = &tape->benches[k].layers[i];
            layer->weights = alm_layer_view(pass->network, pass->network->parameters, i);
            layer->for_backward = pass->backward;
        }
        tape->benches[0].layers[i].kind->pack(&tape->benches[0].layers[i]);
    }
    if (pass->network->shape.decoder == ALM_DECODER_SEGMENT) alm_decoder_prepare(tape, pass);
}

static size_t run_pass(struct alm_pass *pass)
{
    const size_t pieces = (pass->batch->rows + ALM_PIECE_ROWS - 1) / ALM_PIECE_ROWS;
    const size_t shares = pieces < ALM_SHARES ? pieces : ALM_SHARES;
    alm_pass_prepare(pass);
    alm_crew_run(pass->tape->crew, run_share, pass, shares);
    return shares;
}

const alm_real *alm_network_forward(struct alm_tape *tape, const struct alm_network *network,
                                    const struct alm_batch *batch)
{
    struct alm_pass pass = {.tape = tape, .network = network, .batch = batch};
    run_pass(&pass);
    return tape->answers;
}

void alm_pass_add_share(alm_real *gradient, const struct alm_share *share, const struct alm_pass *pass)
{
    for (size_t i = 0; i < pass->network->shape.layers; i++) {
        const struct alm_layer *layer = &pass->tape->benches[0].layers[i];
        const struct alm_layer_weights view = alm_layer_view(pass->network, gradient, i);
        layer->kind->add_sums(&view, layer, share->sums[i]);
    }
    for (size_t k = 0; k < pass->parts.n; k++)
        gradient[pass->parts.offset + k] += share->parts[k];
}

void alm_network_gradient(struct alm_loss_sum *total, alm_real *gradient, struct alm_tape *tape,
                          const struct alm_network *network, const struct alm_loss *loss,
                          const struct alm_batch *batch)
{
    struct alm_pass pass = {
        .tape = tape, .network = network, .loss = loss, .batch = batch, .backward = gradient != NULL};
    const size_t shares = run_pass(&pass);
    for (size_t k = 0; k < shares; k++) {
        total->sum += tape->shares[k].loss.sum;
        total->weight += tape->shares[k].loss.weight;
        if (gradient != NULL) alm_pass_add_share(gradient, &tape->shares[k], &pass);
    }
}
