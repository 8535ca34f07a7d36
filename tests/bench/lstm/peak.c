/* What this CPU's core reaches in fused multiply-adds of floats when nothing else is asked of it. */
#include "base/clock.h"

#include <stddef.h>

double step_peak(void);

#ifdef __x86_64__

enum { TIMES = 100000 };

/* As many chains as hide the latency of an FMA on every CPU (24 of 16 lanes, 12 of 8), in registers
 * throughout. */
#define FMA512(r) "vfmadd132ps %%zmm30, %%zmm31, %%zmm" #r "\n\t"
#define ZERO512(r) "vpxord %%zmm" #r ", %%zmm" #r ", %%zmm" #r "\n\t"
#define FMA256(r) "vfmadd132ps %%ymm14, %%ymm15, %%ymm" #r "\n\t"
#define ZERO256(r) "vxorps %%ymm" #r ", %%ymm" #r ", %%ymm" #r "\n\t"
#define TWELVE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define TWELVE_MORE(X) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)
#define LOW "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11"
#define HIGH                                                                                                 \
    "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23"

__attribute__((target("avx512f"))) static void run_512(void)
{
    __asm__ volatile(TWELVE(ZERO512) TWELVE_MORE(ZERO512) ZERO512(30) ZERO512(31)::
                         : LOW, HIGH, "xmm30", "xmm31");
    for (size_t i = 0; i < TIMES; i++)
        __asm__ volatile(TWELVE(FMA512) TWELVE_MORE(FMA512)::: LOW, HIGH, "xmm30", "xmm31");
}

__attribute__((target("avx2,fma"))) static void run_256(void)
{
    __asm__ volatile(TWELVE(ZERO256) ZERO256(14) ZERO256(15)::: LOW, "xmm14", "xmm15");
    for (size_t i = 0; i < 2 * TIMES; i++)
        __asm__ volatile(TWELVE(FMA256)::: LOW, "xmm14", "xmm15");
}

static double speed(void (*run)(void), double operations)
{
    const double start = alm_clock_thread_cpu();
    run();
    return operations / (alm_clock_thread_cpu() - start) / 1e9;
}

/* GFLOP/s, the better of AVX-512 and AVX2. */
double step_peak(void)
{
    double best = 0;
    if (__builtin_cpu_supports("avx512f")) best = speed(run_512, TIMES * 24.0 * 16 * 2);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        const double narrow = speed(run_256, TIMES * 24.0 * 8 * 2);
        if (narrow > best) best = narrow;
    }
    return best;
}

#else

/* Not measured here: shares of it are not printed. */
double step_peak(void)
{
    return 0;
}

#endif
