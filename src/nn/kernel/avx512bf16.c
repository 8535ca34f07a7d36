/* As avx512.c, to which it is equal in fp32, with instructions for bf16: -mavx512bf16 -mavx512vl
 * beside. */
#define KERNEL alm_kernel_avx512bf16
#define KERNEL_NAME "avx512bf16"
#define NATIVE_BF16
#include "nn/kernel/avx512.h"

static inline half round_bf16(vec x)
{
    return (half)_mm512_cvtneps_pbh((__m512)x);
}

/* Two products in the time of one in fp32; their sum is rounded as the CPU does it. */
static inline vec add_pairs(vec sum, vec a, vec b)
{
    return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}

#include "nn/kernel/body.h"
