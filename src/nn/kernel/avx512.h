/* What avx512*.c share. */
#define VECTOR_BYTES 64
#define TILE_ROWS 6
#include "nn/kernel/vector.h"

#include <immintrin.h>

static inline vec lesser(vec limit, vec x)
{
    return (vec)_mm512_min_ps((__m512)limit, (__m512)x);
}

static inline vec greater(vec limit, vec x)
{
    return (vec)_mm512_max_ps((__m512)limit, (__m512)x);
}

/* 14 correct bits, doubled by one Newton step: r <- r + r (1 - x r). */
static inline vec reciprocal(vec x)
{
    const vec r = (vec)_mm512_rcp14_ps((__m512)x);
    return r + r * (REAL(1) - x * r);
}
