/* Compiled with -mavx512f -mavx512dq -mfma (see meson.build). */
#define KERNEL alm_kernel_avx512
#define KERNEL_NAME "avx512"
#include "nn/kernel/avx512.h"

#include "nn/kernel/body.h"
