#include "nn/kernel/kernel.h"

#include "nn/kernel/variants.h"

#include <stdbool.h>

const struct alm_kernel *alm_kernel_at(size_t index)
{
    size_t n = 0;
#ifdef ALM_KERNEL_X86
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("fma");
    if (avx512 && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16") && n++ == index)
        return &alm_kernel_avx512bf16;
    if (avx512 && n++ == index) return &alm_kernel_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && n++ == index)
        return &alm_kernel_avx2;
#endif
    return n == index ? &alm_kernel_portable : NULL;
}

const struct alm_kernel *alm_kernel_best(void)
{
    return alm_kernel_at(0);
}

const char *alm_nn_kernel_name(void)
{
    return alm_kernel_best()->name;
}
