/* Checked allocation: sizes are multiplied with overflow checks, zero counts give a valid pointer, and a
 * failed allocation is a status with a message. Everything is released with free(). */
#ifndef ALM_BASE_MEMORY_H
#define ALM_BASE_MEMORY_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Allocates count * size zeroed bytes into *out, aligned for any SIMD load (64 bytes). *out is NULL on
 * failure. */
enum alm_status alm_allocate(void **out, size_t count, size_t size, struct alm_error *error);

/* Grows *block, an array of *capacity elements of size bytes, so that it holds at least needed elements.
 * Contents are kept; new elements are not initialised. The block must come from this function or start as
 * NULL with capacity 0. */
enum alm_status alm_grow(void **block, size_t *capacity, size_t needed, size_t size, struct alm_error *error);

/* Copies text (may be NULL, giving NULL) into a new string at *out. */
enum alm_status alm_copy_text(char **out, const char *text, struct alm_error *error);

/* Bytes of the machine's memory; 0 when nobody knows. */
double alm_memory_physical(void);

/* *out = a * b or a + b; false when it does not fit. */
static inline bool alm_multiply(size_t *out, size_t a, size_t b)
{
    return !__builtin_mul_overflow(a, b, out);
}
static inline bool alm_add(size_t *out, size_t a, size_t b)
{
    return !__builtin_add_overflow(a, b, out);
}

/* Allocates an array of count elements of the pointer's own type: ALM_NEW(&p, n, error). */
#define ALM_NEW(pointer, count, error) alm_allocate((void **)(pointer), (count), sizeof **(pointer), (error))

#endif
