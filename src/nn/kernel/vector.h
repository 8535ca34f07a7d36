/* Vectors of VECTOR_BYTES as the compiler's own vector types, for the files *.c. */
#include "nn/kernel/variants.h"

#include <stdint.h>
#include <string.h>

#define LANES (VECTOR_BYTES / sizeof(alm_real))
#define REAL(x) ((alm_real)(x))

typedef alm_real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef alm_real vec_in_memory
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(alm_real)), may_alias));
#ifdef ALM_REAL_DOUBLE
typedef uint64_t bits __attribute__((vector_size(VECTOR_BYTES)));
#else
typedef uint32_t bits __attribute__((vector_size(VECTOR_BYTES)));
typedef uint16_t half __attribute__((vector_size(VECTOR_BYTES / 2))); /* LANES numbers in bf16 */
#endif

/* n of the LANES values at p, the others 0. The branch is decided at compile time where n is LANES. */
static inline vec load(const alm_real *p, size_t n)
{
    if (n == LANES) return *(const vec_in_memory *)p;
    vec v = {0};
    memcpy(&v, p, n * sizeof *p);
    return v;
}

static inline void store(alm_real *p, vec v, size_t n)
{
    if (n == LANES)
        *(vec_in_memory *)p = v;
    else
        memcpy(p, &v, n * sizeof *p);
}

/* Lane by lane: a where the mask is set, else b. */
static inline __attribute__((unused)) vec select_lanes(bits mask, vec a, vec b)
{
    return (vec)((mask & (bits)a) | (~mask & (bits)b));
}
