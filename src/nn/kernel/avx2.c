/* Compiled with -mavx2 -mfma (see meson.build). */
#define KERNEL alm_kernel_avx2
#define KERNEL_NAME "avx2"
#define VECTOR_BYTES 32
#define TILE_ROWS 3
#include "nn/kernel/vector.h"

#include <immintrin.h>

static inline vec lesser(vec limit, vec x)
{
    return (vec)_mm256_min_ps((__m256)limit, (__m256)x);
}

static inline vec greater(vec limit, vec x)
{
    return (vec)_mm256_max_ps((__m256)limit, (__m256)x);
}

/* A true division: _mm256_rcp_ps differs between makers of CPUs. */
static inline vec reciprocal(vec x)
{
    return REAL(1) / x;
}

#include "nn/kernel/body.h"
