#include "nn/denormals.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

unsigned alm_denormals_state(void)
{
    return _mm_getcsr();
}

/* Bit 15 flushes results to zero, bit 6 takes denormal operands as zero. */
unsigned alm_denormals_flush(void)
{
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u);
    return before;
}

void alm_denormals_restore(unsigned before)
{
    _mm_setcsr(before);
}

#else

unsigned alm_denormals_state(void)
{
    return 0;
}

unsigned alm_denormals_flush(void)
{
    return 0;
}

void alm_denormals_restore(unsigned before)
{
    (void)before;
}

#endif
