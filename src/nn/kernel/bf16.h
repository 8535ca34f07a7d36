/* Part of body.h: words of two numbers in bf16, the upper halves of floats rounded to nearest. Not in
 * the double build. A variant whose CPU has instructions for them defines NATIVE_BF16 and brings round_bf16
 * and add_pairs along; the others compute the same from whole numbers and floats, but for the rounding of
 * sums. */

#ifndef ALM_REAL_DOUBLE

typedef uint16_t half_in_memory
    __attribute__((vector_size(VECTOR_BYTES / 2), aligned(sizeof(uint16_t)), may_alias));

#ifndef NATIVE_BF16

/* To nearest, ties to even; a NaN stays one, and a denormal becomes 0, as in the instruction of AVX-512. */
static inline half round_bf16(vec x)
{
    const bits u = (bits)x, nan = (bits)(x != x), tiny = (bits)((u & 0x7f800000) == 0);
    const bits nearest = u + 0x7fff + (u >> 16 & 1);
    const bits rounded = (~nan & nearest) | (nan & (u | 0x400000));
    return __builtin_convertvector(((~tiny & rounded) | (tiny & u & 0x80000000)) >> 16, half);
}

static inline vec add_pairs(vec sum, vec a, vec b)
{
    const bits upper = (bits){0} + 0xffff0000;
    sum += (vec)((bits)a & upper) * (vec)((bits)b & upper);
    return sum + (vec)((bits)a << 16) * (vec)((bits)b << 16);
}

#endif

static inline half load_halves(const uint16_t *p, size_t n)
{
    if (n == LANES) return *(const half_in_memory *)p;
    half v = {0};
    memcpy(&v, p, n * sizeof *p);
    return v;
}

static inline void store_halves(uint16_t *p, half v, size_t n)
{
    if (n == LANES)
        *(half_in_memory *)p = v;
    else
        memcpy(p, &v, n * sizeof *p);
}

/* A word per lane, `even` at the lower address. */
static inline vec pair_halves(half even, half odd)
{
    const bits first = __builtin_convertvector(even, bits), second = __builtin_convertvector(odd, bits);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return (vec)(first << 16 | second);
#else
    return (vec)(first | second << 16);
#endif
}

static void bf16_round(uint16_t *out, const alm_real *in, size_t n)
{
    for (size_t k = 0; k < n; k += LANES) {
        const size_t lanes = n - k < LANES ? n - k : LANES;
        store_halves(out + k, round_bf16(load(in + k, lanes)), lanes);
    }
}

static void bf16_pair(alm_real *out, const uint16_t *even, const uint16_t *odd, size_t n)
{
    for (size_t k = 0; k < n; k += LANES) {
        const size_t lanes = n - k < LANES ? n - k : LANES;
        const half second = odd == NULL ? (half){0} : load_halves(odd + k, lanes);
        store(out + k, pair_halves(load_halves(even + k, lanes), second), lanes);
    }
}

#endif
