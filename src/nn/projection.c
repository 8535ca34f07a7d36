/* The map before the first layer: what a step says, in as many numbers as one likes, cut at zero.
 *
 *   u = max(0, x W + b)        du = d ⊙ [u > 0]   dW += xᵀ du   db += Σ du   dx = du Wᵀ */
#include "nn/tape.h"

#include "nn/gemm.h"

#include <string.h>

void alm_projection_forward(struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t n = bench->piece.steps * bench->piece.rows, width = s->projection;
    alm_real *u = bench->in[0];
    for (size_t i = 0; i < n; i++)
        memcpy(u + i * width, alm_part(pass, pass->parts.projection_b), width * sizeof *u);
    alm_gemm(u, bench->piece.x, ALM_AS_IS, alm_part(pass, pass->parts.projection_w), ALM_AS_IS, true, n,
             width, alm_shape_wide(s));
    for (size_t k = 0; k < n * width; k++)
        u[k] = u[k] > 0 ? u[k] : 0;
}

void alm_projection_backward(struct alm_share *share, struct alm_bench *bench, const struct alm_pass *pass)
{
    const struct alm_network_shape *s = &pass->network->shape;
    const size_t n = bench->piece.steps * bench->piece.rows, width = s->projection;
    const alm_real *u = bench->in[0];
    alm_real *d = bench->d_projection, *d_b = alm_part_gradient(share, pass, pass->parts.projection_b);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++) {
            d[i * width + k] = u[i * width + k] > 0 ? d[i * width + k] : 0;
            d_b[k] += d[i * width + k];
        }
    alm_gemm(alm_part_gradient(share, pass, pass->parts.projection_w), bench->piece.x, ALM_TRANSPOSED, d,
             ALM_AS_IS, true, alm_shape_wide(s), width, n);
    if (bench->d_x != NULL)
        alm_gemm(bench->d_x, d, ALM_AS_IS, alm_part(pass, pass->parts.projection_w), ALM_TRANSPOSED, false, n,
                 alm_shape_wide(s), width);
}
