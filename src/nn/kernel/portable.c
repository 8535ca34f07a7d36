/* The kernel that every CPU runs and against which the others are held: no instruction beyond the baseline.
 */
#define KERNEL alm_kernel_portable
#define KERNEL_NAME "portable"
#define VECTOR_BYTES 16
#define TILE_ROWS 3
#include "nn/kernel/vector.h"

/* the double build takes its functions from libm */
#ifndef ALM_REAL_DOUBLE
static inline vec lesser(vec limit, vec x)
{
    return select_lanes((bits)(x > limit), limit, x);
}

static inline vec greater(vec limit, vec x)
{
    return select_lanes((bits)(x < limit), limit, x);
}

static inline vec reciprocal(vec x)
{
    return REAL(1) / x;
}
#endif

#include "nn/kernel/body.h"
