#include "nn/noise.h"

#include "base/random.h"

uint64_t alm_noise_stream(const struct alm_noise *noise, const char *purpose, size_t row)
{
    return alm_random_key(alm_random_key(noise->key, purpose, noise->layer), NULL, noise->row + row);
}

void alm_noise_masks(alm_real *masks, const struct alm_noise *noise, const char *purpose, double share,
                     size_t rows, size_t n)
{
    const alm_real kept = (alm_real)(1 / (1 - share));
    for (size_t row = 0; row < rows; row++) {
        const uint64_t stream = alm_noise_stream(noise, purpose, row);
        for (size_t k = 0; k < n; k++)
            masks[row * n + k] = alm_noise_uniform(stream, k) < share ? 0 : kept;
    }
}

void alm_noise_apply(alm_real *out, const alm_real *in, const alm_real *masks, size_t steps, size_t rows,
                     size_t n)
{
    for (size_t t = 0; t < steps; t++)
        for (size_t k = 0; k < rows * n; k++)
            out[t * rows * n + k] = in[t * rows * n + k] * masks[k];
}
