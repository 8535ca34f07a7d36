/* Forward and backward passes of a network over a batch. */
#include "nn/tape.h"

#include "nn/gemm.h"

#include <string.h>

/* The outputs of the last layer at the labelled steps, [T'][B][H]. */
static const alm_real *labelled_states(const struct alm_bench *bench, const struct alm_network *network)
{
    const size_t first = network->shape.labels == ALM_LABELS_ALL ? 1 : bench->piece.steps;
    return bench->layers[network->shape.layers - 1].h + first * bench->piece.rows * network->shape.hidden;
}

static size_t answers_of(const struct alm_bench *bench, const struct alm_network *network)
{
    return alm_labelled_steps(&network->shape, bench->piece.steps) * bench->piece.rows;
}

/* ŷ = h W + b */
static void head_forward(struct alm_bench *bench, const struct alm_network *network)
{
    const struct alm_tensor *head = alm_head_tensors(network);
    const alm_real *w = network->parameters + head[0].offset, *b = network->parameters + head[1].offset;
    const size_t outputs = head[0].columns, answers = answers_of(bench, network);
    for (size_t i = 0; i < answers; i++)
        memcpy(bench->output + i * outputs, b, outputs * sizeof *b);
    alm_gemm(bench->output, labelled_states(bench, network), ALM_AS_IS, w, ALM_AS_IS, true, answers, outputs,
             network->shape.hidden);
}

/* dW = hᵀ dŷ, db = Σ dŷ, dh = dŷ Wᵀ; d_w and d_b are added to. */
static void head_backward(alm_real *d_w, alm_real *d_b, struct alm_bench *bench,
                          const struct alm_network *network)
{
    const struct alm_tensor *head = alm_head_tensors(network);
    const size_t hidden = network->shape.hidden, outputs = head[0].columns,
                 answers = answers_of(bench, network);
    const alm_real *w = network->parameters + head[0].offset;
    alm_gemm(d_w, labelled_states(bench, network), ALM_TRANSPOSED, bench->d_output, ALM_AS_IS, true, hidden,
             outputs, answers);
    for (size_t i = 0; i < answers; i++)
        for (size_t k = 0; k < outputs; k++)
            d_b[k] += bench->d_output[i * outputs + k];
    const size_t unlabelled = bench->piece.steps * bench->piece.rows - answers;
    alm_gemm(bench->d_h[0] + unlabelled * hidden, bench->d_output, ALM_AS_IS, w, ALM_TRANSPOSED, false,
             answers, hidden, outputs);
}

/* What layer sees at every step: the piece, or the outputs of the layer below. */
static const alm_real *layer_input(const struct alm_bench *bench, const struct alm_network *network,
                                   size_t layer)
{
    return layer == 0 ? bench->piece.x
                      : bench->layers[layer - 1].h + bench->piece.rows * network->shape.hidden;
}

static void piece_forward(struct alm_bench *bench, const struct alm_network *network)
{
    for (size_t i = 0; i < network->shape.layers; i++) {
        struct alm_layer *layer = &bench->layers[i];
        layer->kind->forward(layer, layer_input(bench, network, i), NULL, bench->piece.steps,
                             bench->piece.rows);
    }
    head_forward(bench, network);
}

static void piece_backward(struct alm_share *share, struct alm_bench *bench,
                           const struct alm_network *network)
{
    const struct alm_batch *piece = &bench->piece;
    head_backward(share->head,
                  share->head + alm_head_tensors(network)[0].rows * alm_head_tensors(network)[0].columns,
                  bench, network);
    alm_real *d_h = bench->d_h[0], *d_below = bench->d_h[1];
    size_t first = piece->steps - alm_labelled_steps(&network->shape, piece->steps);
    for (size_t i = network->shape.layers; i-- > 0; first = 0) {
        struct alm_layer *layer = &bench->layers[i];
        layer->sums = share->sums[i];
        layer->kind->backward(layer, i == 0 ? NULL : d_below, NULL, d_h, first,
                              layer_input(bench, network, i), piece->steps, piece->rows);
        alm_real *spare = d_h;
        d_h = d_below;
        d_below = spare;
    }
}

/* What the threads of a pass share. */
struct pass {
    struct alm_tape *tape;
    const struct alm_network *network;
    const struct alm_loss *loss;    /* NULL: only answers */
    const alm_real *x, *y, *weight; /* of the whole batch; y and weight are not looked at without a loss */
    size_t steps, rows;
    bool backward;
};

/* out [n][rows][width] = in [n][all][width], rows first .. first + rows. */
static void take_rows(alm_real *out, const alm_real *in, size_t n, size_t first, size_t rows, size_t all,
                      size_t width)
{
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * rows * width, in + (i * all + first) * width, rows * width * sizeof *out);
}

static void take_piece(struct alm_bench *bench, const struct pass *pass, size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t labelled = alm_labelled_steps(s, pass->steps), left = pass->rows - first;
    struct alm_batch *piece = &bench->piece;
    piece->steps = pass->steps;
    piece->rows = left < ALM_PIECE_ROWS ? left : ALM_PIECE_ROWS;
    take_rows(piece->x, pass->x, pass->steps, first, piece->rows, pass->rows, s->inputs);
    if (pass->loss == NULL) return;
    take_rows(piece->y, pass->y, labelled, first, piece->rows, pass->rows, s->horizon);
    take_rows(piece->weight, pass->weight, labelled, first, piece->rows, pass->rows, s->horizon);
}

static void give_answers(struct alm_tape *tape, const struct alm_bench *bench, const struct pass *pass,
                         size_t first)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t labelled = alm_labelled_steps(s, bench->piece.steps), outputs = s->horizon * s->levels,
                 n = bench->piece.rows * outputs;
    for (size_t t = 0; t < labelled; t++)
        memcpy(tape->answers + (t * pass->rows + first) * outputs, bench->output + t * n,
               n * sizeof *tape->answers);
}

/* Work of the crew: the pieces of one share, in order. */
static void run_share(void *context, size_t number, size_t worker)
{
    const struct pass *pass = context;
    struct alm_tape *tape = pass->tape;
    struct alm_bench *bench = &tape->benches[worker];
    struct alm_share *share = &tape->shares[number];
    const size_t pieces = (pass->rows + ALM_PIECE_ROWS - 1) / ALM_PIECE_ROWS;
    const size_t shares = pieces < ALM_SHARES ? pieces : ALM_SHARES;
    share->loss = (struct alm_loss_sum){0};
    if (pass->backward) memset(share->sums[0], 0, share->n_sums * sizeof **share->sums);
    for (size_t piece = number * pieces / shares; piece < (number + 1) * pieces / shares; piece++) {
        take_piece(bench, pass, piece * ALM_PIECE_ROWS);
        piece_forward(bench, pass->network);
        if (pass->loss == NULL)
            give_answers(tape, bench, pass, piece * ALM_PIECE_ROWS);
        else
            alm_loss_add(&share->loss, pass->backward ? bench->d_output : NULL, pass->loss, bench->output,
                         bench->piece.y, bench->piece.weight,
                         answers_of(bench, pass->network) * pass->network->shape.horizon);
        if (pass->backward) piece_backward(share, bench, pass->network);
    }
}

static size_t run_pass(struct pass *pass)
{
    struct alm_tape *tape = pass->tape;
    const size_t pieces = (pass->rows + ALM_PIECE_ROWS - 1) / ALM_PIECE_ROWS;
    const size_t shares = pieces < ALM_SHARES ? pieces : ALM_SHARES;
    for (size_t i = 0; i < pass->network->shape.layers; i++) {
        for (size_t k = 0; k < tape->n_benches; k++) {
            struct alm_layer *layer = &tape->benches[k].layers[i];
            layer->weights = alm_layer_view(pass->network, pass->network->parameters, i);
            layer->for_backward = pass->backward;
        }
        tape->benches[0].layers[i].kind->pack(&tape->benches[0].layers[i]);
    }
    alm_crew_run(tape->crew, run_share, pass, shares);
    return shares;
}

const alm_real *alm_network_forward(struct alm_tape *tape, const struct alm_network *network,
                                    const struct alm_batch *batch)
{
    struct pass pass = {
        .tape = tape, .network = network, .x = batch->x, .steps = batch->steps, .rows = batch->rows};
    run_pass(&pass);
    return tape->answers;
}

/* gradient += what the share gathered. */
static void add_share(alm_real *gradient, const struct alm_share *share, const struct alm_tape *tape,
                      const struct alm_network *network)
{
    for (size_t i = 0; i < network->shape.layers; i++) {
        const struct alm_layer *layer = &tape->benches[0].layers[i];
        const struct alm_lstm_weights view = alm_layer_view(network, gradient, i);
        layer->kind->add_sums(&view, layer, share->sums[i]);
    }
    const struct alm_tensor *head = alm_head_tensors(network);
    const size_t n = head[0].rows * head[0].columns;
    for (size_t k = 0; k < n; k++)
        gradient[head[0].offset + k] += share->head[k];
    for (size_t k = 0; k < head[1].columns; k++)
        gradient[head[1].offset + k] += share->head[n + k];
}

void alm_network_gradient(struct alm_loss_sum *total, alm_real *gradient, struct alm_tape *tape,
                          const struct alm_network *network, const struct alm_loss *loss,
                          const struct alm_batch *batch)
{
    struct pass pass = {tape,          network,      loss,        batch->x,        batch->y,
                        batch->weight, batch->steps, batch->rows, gradient != NULL};
    const size_t shares = run_pass(&pass);
    for (size_t k = 0; k < shares; k++) {
        total->sum += tape->shares[k].loss.sum;
        total->weight += tape->shares[k].loss.weight;
        if (gradient != NULL) add_share(gradient, &tape->shares[k], tape, network);
    }
}
