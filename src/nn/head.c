/* From the outputs of the last layer, the extras and the window to the answers. */
#include "nn/tape.h"

#include "nn/gemm.h"

#include <string.h>

/* What the head's own map takes, [n][H], and gives, [n][columns]: the outputs of the last layer at the
 * labelled steps, or those of the decoder's cell for every segment; in training, dropped. */
struct head {
    const alm_real *h;
    size_t n, columns;
};

static struct head head_of(const struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t rows = bench->piece.rows, labelled = alm_labelled_steps(s, bench->piece.steps),
                 segments = alm_shape_segments(s);
    struct head head = {.n = labelled * rows * segments, .columns = alm_shape_outputs(s) / segments};
    head.h = s->decoder == ALM_DECODER_SEGMENT ? bench->decoding.h
                                               : alm_stack_output(bench, pass, s->layers - 1) +
                                                     (bench->piece.steps - labelled) * rows * s->hidden;
    return head;
}

static bool drops_head(const struct alm_bench *bench, const struct alm_pass *pass)
{
    return bench->head_mask != NULL && pass->batch->key != 0;
}

/* Training sees mask ⊙ h: one mask a row for all steps, and for each segment of the decoder. */
static struct head seen_by_head(const struct alm_bench *bench, const struct alm_pass *pass)
{
    struct head head = head_of(bench, pass);
    if (drops_head(bench, pass)) head.h = bench->head_in;
    return head;
}

static void drop_head(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t width = alm_shape_segments(s) * s->hidden;
    alm_noise_masks(bench->head_mask, &bench->layers[s->layers - 1].noise, "head dropout", s->dropout_head,
                    bench->piece.rows, width);
    alm_noise_apply(bench->head_in, head_of(bench, pass).h, bench->head_mask,
                    alm_labelled_steps(s, bench->piece.steps), bench->piece.rows, width);
}

/* ŷ = h W + b + e E + w S, e the extras and w the window of a row */
void alm_head_forward(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const struct alm_parts *parts = &pass->parts;
    if (s->decoder == ALM_DECODER_SEGMENT) alm_decoder_forward(bench, pass);
    if (drops_head(bench, pass)) drop_head(bench, pass);
    const struct head head = seen_by_head(bench, pass);
    const size_t rows = bench->piece.rows, outputs = alm_shape_outputs(s);
    for (size_t i = 0; i < head.n; i++)
        memcpy(bench->output + i * head.columns, alm_part(pass, parts->head_b),
               head.columns * sizeof(alm_real));
    alm_gemm(bench->output, head.h, ALM_AS_IS, alm_part(pass, parts->head_w), ALM_AS_IS, true, head.n,
             head.columns, s->hidden);
    for (size_t t = 0; s->extras > 0 && t < alm_labelled_steps(s, bench->piece.steps); t++)
        alm_gemm(bench->output + t * rows * outputs, bench->piece.extras, ALM_AS_IS,
                 alm_part(pass, parts->head_e), ALM_AS_IS, true, rows, outputs, s->extras);
    if (s->window > 0)
        alm_gemm(bench->output, bench->piece.window, ALM_AS_IS, alm_part(pass, parts->skip), ALM_AS_IS, true,
                 rows, outputs, s->window);
}

/* dE += eᵀ dŷ, dS += wᵀ dŷ */
static void linear_backward(struct alm_share *share, const struct alm_bench *bench,
                            const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t rows = bench->piece.rows, outputs = alm_shape_outputs(s);
    for (size_t t = 0; s->extras > 0 && t < alm_labelled_steps(s, bench->piece.steps); t++)
        alm_gemm(alm_part_gradient(share, pass, pass->parts.head_e), bench->piece.extras, ALM_TRANSPOSED,
                 bench->d_output + t * rows * outputs, ALM_AS_IS, true, s->extras, outputs, rows);
    if (s->window > 0)
        alm_gemm(alm_part_gradient(share, pass, pass->parts.skip), bench->piece.window, ALM_TRANSPOSED,
                 bench->d_output, ALM_AS_IS, true, s->window, outputs, rows);
}

/* dW += hᵀ dŷ, db += Σ dŷ, dh = dŷ Wᵀ, under the mask */
const alm_real *alm_head_backward(struct alm_share *share, struct alm_bench *bench,
                                  const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const struct head head = seen_by_head(bench, pass);
    const bool segments = s->decoder == ALM_DECODER_SEGMENT;
    const size_t rows = bench->piece.rows;
    alm_real *d_b = alm_part_gradient(share, pass, pass->parts.head_b);
    alm_gemm(alm_part_gradient(share, pass, pass->parts.head_w), head.h, ALM_TRANSPOSED, bench->d_output,
             ALM_AS_IS, true, s->hidden, head.columns, head.n);
    for (size_t i = 0; i < head.n; i++)
        for (size_t k = 0; k < head.columns; k++)
            d_b[k] += bench->d_output[i * head.columns + k];
    linear_backward(share, bench, pass);
    const size_t unlabelled = (bench->piece.steps - alm_labelled_steps(s, bench->piece.steps)) * rows;
    alm_real *d_h = segments ? bench->decoding.d_h : bench->d_h[0] + unlabelled * s->hidden;
    alm_gemm(d_h, bench->d_output, ALM_AS_IS, alm_part(pass, pass->parts.head_w), ALM_TRANSPOSED, false,
             head.n, s->hidden, head.columns);
    if (drops_head(bench, pass))
        alm_noise_apply(d_h, d_h, bench->head_mask, alm_labelled_steps(s, bench->piece.steps), rows,
                        alm_shape_segments(s) * s->hidden);
    return segments ? alm_decoder_backward(share, bench, pass) : NULL;
}
