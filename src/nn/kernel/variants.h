/* The compiled variants of body.h; only kernel.c chooses among them. */
#ifndef ALM_NN_KERNEL_VARIANTS_H
#define ALM_NN_KERNEL_VARIANTS_H

#include "nn/kernel/kernel.h"

extern const struct alm_kernel alm_kernel_portable;
#ifdef ALM_KERNEL_X86
extern const struct alm_kernel alm_kernel_avx2, alm_kernel_avx512, alm_kernel_avx512bf16;
#endif

#endif
