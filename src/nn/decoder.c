/* The segment decoder (SegRNN: Lin et al. 2023): every segment s of the horizon is one step of an LSTM cell
 * of its own from the last output h and memory c of the layers. Its input is a learnt vector P_s for the
 * position, of the row u = [extras, the series' vector], and v_s, what is known ahead of the segment's bars.
 * As all segments start from one state, the sums of their gates are
 *
 *   a = (P_s W_P) + (u W_u + h R) + v_s W_v + b
 *
 * of which the first term is made once a pass and the second once a row. */
#include "nn/tape.h"

#include "nn/gemm.h"

#include <string.h>

/* W_P, W_u and W_v are the rows of one matrix W: where those of W_u and W_v begin. */
static size_t context_rows(const struct alm_network_shape *s)
{
    return alm_shape_position(s) * 4 * s->hidden;
}

static size_t ahead_rows(const struct alm_network_shape *s)
{
    return context_rows(s) + alm_shape_context(s) * 4 * s->hidden;
}

void alm_decoder_prepare(struct alm_tape *tape, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    alm_gemm(tape->positions, alm_part(pass, pass->parts.position), ALM_AS_IS,
             alm_part(pass, pass->parts.decoder_w), ALM_AS_IS, false, alm_shape_segments(s), 4 * s->hidden,
             alm_shape_position(s));
}

static void fill_context(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    for (size_t row = 0; row < bench->piece.rows; row++) {
        alm_real *context = bench->decoding.context + row * alm_shape_context(s);
        if (s->extras > 0)
            memcpy(context, bench->piece.extras + row * s->extras, s->extras * sizeof *context);
        if (s->embedding > 0)
            memcpy(context + s->extras,
                   alm_part(pass, pass->parts.series) + bench->piece.series[row] * s->embedding,
                   s->embedding * sizeof *context);
    }
}

/* The memory that the cell starts from: c, or c / n of the sLSTM. */
static const alm_real *memory_of(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const struct alm_layer *top = &bench->layers[s->layers - 1];
    const struct alm_layer_state *state = &bench->states[s->layers - 1];
    top->kind->last(state, top, bench->piece.steps, bench->piece.rows);
    for (size_t k = 0; s->cell == ALM_CELL_SLSTM && k < bench->piece.rows * s->hidden; k++)
        state->c[k] /= state->n[k];
    return state->c;
}

static const alm_real *last_output(const struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    return alm_stack_output(bench, pass, s->layers - 1) +
           (bench->piece.steps - 1) * bench->piece.rows * s->hidden;
}

void alm_decoder_forward(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t rows = bench->piece.rows, segments = alm_shape_segments(s), gates = 4 * s->hidden,
                 context = alm_shape_context(s);
    struct alm_decoding *d = &bench->decoding;
    const alm_real *memory = memory_of(bench, pass);
    /* u W_u + h R */
    alm_gemm(d->row_sums, last_output(bench, pass), ALM_AS_IS, alm_part(pass, pass->parts.decoder_r),
             ALM_AS_IS, false, rows, gates, s->hidden);
    if (context > 0) {
        fill_context(bench, pass);
        alm_gemm(d->row_sums, d->context, ALM_AS_IS, alm_part(pass, pass->parts.decoder_w) + context_rows(s),
                 ALM_AS_IS, true, rows, gates, context);
    }
    for (size_t i = 0; i < rows * segments; i++) {
        const size_t row = i / segments, segment = i % segments;
        for (size_t k = 0; k < gates; k++)
            d->gates[i * gates + k] =
                pass->tape->positions[segment * gates + k] + d->row_sums[row * gates + k];
        memcpy(d->before + i * s->hidden, memory + row * s->hidden, s->hidden * sizeof *d->before);
    }
    if (s->ahead > 0) /* + v_s W_v */
        alm_gemm(d->gates, bench->piece.ahead, ALM_AS_IS,
                 alm_part(pass, pass->parts.decoder_w) + ahead_rows(s), ALM_AS_IS, true, rows * segments,
                 gates, s->ahead);
    bench->layers[0].kernel->forward(d->gates, d->c, d->h, d->before, alm_part(pass, pass->parts.decoder_b),
                                     rows * segments, s->hidden);
}

/* Sums over what the segments of a row, and the rows at a segment, have in common. */
static void gather(struct alm_decoding *d, size_t rows, size_t segments, size_t hidden)
{
    memset(d->row_sums, 0, rows * 4 * hidden * sizeof *d->row_sums);
    memset(d->d_positions, 0, segments * 4 * hidden * sizeof *d->d_positions);
    memset(d->d_memory, 0, rows * hidden * sizeof *d->d_memory);
    for (size_t i = 0; i < rows * segments; i++) {
        const size_t row = i / segments, segment = i % segments;
        for (size_t k = 0; k < 4 * hidden; k++) {
            d->row_sums[row * 4 * hidden + k] += d->gates[i * 4 * hidden + k];
            d->d_positions[segment * 4 * hidden + k] += d->gates[i * 4 * hidden + k];
        }
        for (size_t k = 0; k < hidden; k++)
            d->d_memory[row * hidden + k] += d->d_c[i * hidden + k];
    }
}

/* dW_P += Pᵀ da, dP += da W_Pᵀ with da summed over rows; dW_u += uᵀ da, du = da W_uᵀ, dR += hᵀ da, dh = da Rᵀ
 * with da summed over segments. */
static void products_backward(struct alm_share *share, struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const struct alm_parts *parts = &pass->parts;
    struct alm_decoding *d = &bench->decoding;
    const size_t rows = bench->piece.rows, segments = alm_shape_segments(s), gates = 4 * s->hidden,
                 context = alm_shape_context(s), position = alm_shape_position(s);
    alm_real *d_w = alm_part_gradient(share, pass, parts->decoder_w);
    alm_gemm(d_w, alm_part(pass, parts->position), ALM_TRANSPOSED, d->d_positions, ALM_AS_IS, true, position,
             gates, segments);
    alm_gemm(alm_part_gradient(share, pass, parts->position), d->d_positions, ALM_AS_IS,
             alm_part(pass, parts->decoder_w), ALM_TRANSPOSED, true, segments, position, gates);
    alm_gemm(alm_part_gradient(share, pass, parts->decoder_r), last_output(bench, pass), ALM_TRANSPOSED,
             d->row_sums, ALM_AS_IS, true, s->hidden, gates, rows);
    alm_gemm(bench->d_h[0] + (bench->piece.steps - 1) * rows * s->hidden, d->row_sums, ALM_AS_IS,
             alm_part(pass, parts->decoder_r), ALM_TRANSPOSED, false, rows, s->hidden, gates);
    if (context == 0) return;
    alm_gemm(d_w + context_rows(s), d->context, ALM_TRANSPOSED, d->row_sums, ALM_AS_IS, true, context, gates,
             rows);
    if (bench->d_x == NULL) return;
    alm_gemm(d->d_context, d->row_sums, ALM_AS_IS, alm_part(pass, parts->decoder_w) + context_rows(s),
             ALM_TRANSPOSED, false, rows, context, gates);
    if (s->embedding > 0) alm_series_backward(share, bench, pass, d->d_context, 1, context);
}

/* dW_v += vᵀ da, dv = da W_vᵀ */
static void ahead_backward(struct alm_share *share, struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    struct alm_decoding *d = &bench->decoding;
    const size_t n = bench->piece.rows * alm_shape_segments(s), gates = 4 * s->hidden;
    if (s->ahead == 0) return;
    alm_gemm(alm_part_gradient(share, pass, pass->parts.decoder_w) + ahead_rows(s), bench->piece.ahead,
             ALM_TRANSPOSED, d->gates, ALM_AS_IS, true, s->ahead, gates, n);
    if (pass->tape->observes)
        alm_gemm(d->d_ahead, d->gates, ALM_AS_IS, alm_part(pass, pass->parts.decoder_w) + ahead_rows(s),
                 ALM_TRANSPOSED, false, n, s->ahead, gates);
}

const alm_real *alm_decoder_backward(struct alm_share *share, struct alm_bench *bench,
                                     const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t rows = bench->piece.rows, segments = alm_shape_segments(s);
    struct alm_decoding *d = &bench->decoding;
    memset(d->d_c, 0, rows * segments * s->hidden * sizeof *d->d_c);
    bench->layers[0].kernel->backward(d->gates, d->d_c, alm_part_gradient(share, pass, pass->parts.decoder_b),
                                      d->d_h, d->c, d->before, rows * segments, s->hidden);
    ahead_backward(share, bench, pass);
    gather(d, rows, segments, s->hidden);
    products_backward(share, bench, pass);
    return d->d_memory;
}
