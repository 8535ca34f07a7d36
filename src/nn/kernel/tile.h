/* Part of body.h: products in tiles of registers.
 *
 * A tile is up to TILE_ROWS rows by 4 vectors (or twice the rows by 1 or 2 vectors) of sums in registers, as
 * many as there are registers for: every number loaded then serves several products, and as many sums as the
 * latency of an FMA asks for are under way.
 *
 * `precision` says what words are (kernel.h). It is a constant wherever these functions are inlined. */

/* CASE for every tile of 4 vectors, and of 2 and 1. */
#if TILE_ROWS == 6
#define EACH_WIDE_TILE CASE(1, 4) CASE(2, 4) CASE(3, 4) CASE(4, 4) CASE(5, 4) CASE(6, 4)
#define EACH_NARROW_TILE(N)                                                                                  \
    CASE(1, N) CASE(2, N) CASE(3, N) CASE(4, N) CASE(5, N) CASE(6, N) CASE(7, N) CASE(8, N)
#else
#define EACH_WIDE_TILE CASE(1, 4) CASE(2, 4) CASE(3, 4)
#define EACH_NARROW_TILE(N) CASE(1, N) CASE(2, N) CASE(3, N) CASE(4, N) CASE(5, N) CASE(6, N)
#endif
enum { WIDE_ROWS = TILE_ROWS, NARROW_ROWS = TILE_ROWS == 6 ? 8 : 6, MOST = 4 * TILE_ROWS };

#define INLINE static inline __attribute__((always_inline))

/* A loop whose length is a constant where it is inlined, and which is unrolled there. */
#ifdef __clang__
#define EACH(i, n) _Pragma("unroll") for (size_t i = 0; i < (n); i++)
#else
#define EACH(i, n) _Pragma("GCC unroll 32") for (size_t i = 0; i < (n); i++)
#endif

/* Rows of the next tile when `left` of them remain: as equal as possible, none larger than `most`. */
static inline size_t next_tile(size_t left, size_t most)
{
    const size_t tiles = (left + most - 1) / most;
    return (left + tiles - 1) / tiles;
}

/* Asks for n numbers from p on, into the second cache. */
static inline void fetch(const alm_real *p, size_t n)
{
    for (size_t k = 0; k < n; k += 64 / sizeof *p)
        __builtin_prefetch(p + k, 0, 2);
}

/* A word in all lanes. */
static inline vec spread(const alm_real *word)
{
#ifdef ALM_REAL_DOUBLE
    return *word - (vec){0};
#else
    uint32_t same;
    memcpy(&same, word, sizeof same);
    return (vec)(same + (bits){0});
#endif
}

/* sum + what the words a and b make of each lane: a b, or with bf16 the sum of two products. */
INLINE vec add_product(vec sum, vec a, vec b, enum alm_precision precision)
{
#ifndef ALM_REAL_DOUBLE
    if (precision == ALM_PRECISION_BF16) return add_pairs(sum, a, b);
#endif
    (void)precision;
    return sum + a * b;
}

/* Writes n numbers of an operand's row, from number `at` on. */
INLINE void store_operand(alm_real *words, size_t at, vec x, size_t n, enum alm_precision precision)
{
#ifndef ALM_REAL_DOUBLE
    if (precision == ALM_PRECISION_BF16) {
        store_halves((uint16_t *)words + at, round_bf16(x), n);
        return;
    }
#endif
    (void)precision;
    store(words + at, x, n);
}

/* sums [m][n] += a [m][count] w [count][n], n in vectors, count in words: the micro-kernel. m and n are
 * constants where it is inlined, so that sums lives in registers. */
INLINE void multiply(vec *sums, size_t m, size_t n, const alm_real *a, size_t stride, const alm_real *w,
                     size_t count, enum alm_precision precision)
{
    for (size_t k = 0; k < count; k++, w += n * LANES) {
        vec right[4];
        EACH (j, n)
            right[j] = load(w + j * LANES, LANES);
        EACH (i, m) {
            const vec left = spread(a + i * stride + k);
            EACH (j, n)
                sums[i * n + j] = add_product(sums[i * n + j], left, right[j], precision);
        }
    }
}
