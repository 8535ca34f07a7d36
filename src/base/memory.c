#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Blocks of at least LARGE bytes lie on huge pages where the system has them: with 4 KiB pages, looking up
 * where a page lies cost the training of networks up to 7 % on a virtual machine. */
enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20, LARGE = HUGE_PAGE };

static void *allocate_large(size_t bytes)
{
    const size_t whole = bytes / HUGE_PAGE * HUGE_PAGE;
    void *block = NULL;
    if (posix_memalign(&block, HUGE_PAGE, bytes) != 0) return NULL;
#ifdef MADV_HUGEPAGE
    /* a wish: that it may not come true changes nothing. The rest behind the last whole page stays on small
     * ones */
    (void)madvise(block, whole, MADV_HUGEPAGE);
#else
    (void)whole;
#endif
    return block;
}

enum alm_status alm_allocate(void **out, size_t count, size_t size, struct alm_error *error)
{
    size_t bytes, padded;
    *out = NULL;
    if (!alm_multiply(&bytes, count, size) || !alm_add(&padded, bytes, ALIGNMENT))
        return alm_fail(error, ALM_NOMEM, "%zu elements of %zu bytes do not fit into memory", count, size);
    /* aligned_alloc wants a multiple of the alignment; a zero count still gets one block */
    padded = padded / ALIGNMENT * ALIGNMENT;
    void *block = padded < LARGE ? aligned_alloc(ALIGNMENT, padded) : allocate_large(padded);
    if (block == NULL) return alm_fail(error, ALM_NOMEM, "out of memory (%zu bytes)", padded);
    memset(block, 0, padded);
    *out = block;
    return ALM_OK;
}

enum alm_status alm_grow(void **block, size_t *capacity, size_t needed, size_t size, struct alm_error *error)
{
    if (needed <= *capacity) return ALM_OK;
    size_t wanted = *capacity < SIZE_MAX / 2 ? *capacity * 2 : needed, bytes;
    if (wanted < needed) wanted = needed;
    if (wanted < 16) wanted = 16;
    if (!alm_multiply(&bytes, wanted, size))
        return alm_fail(error, ALM_NOMEM, "%zu elements of %zu bytes do not fit into memory", wanted, size);
    void *grown = realloc(*block, bytes);
    if (grown == NULL) return alm_fail(error, ALM_NOMEM, "out of memory (%zu bytes)", bytes);
    *block = grown;
    *capacity = wanted;
    return ALM_OK;
}

enum alm_status alm_copy_text(char **out, const char *text, struct alm_error *error)
{
    *out = NULL;
    if (text == NULL) return ALM_OK;
    const size_t bytes = strlen(text) + 1;
    ALM_TRY(alm_allocate((void **)out, bytes, 1, error));
    memcpy(*out, text, bytes);
    return ALM_OK;
}

double alm_memory_physical(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (double)pages * (double)size : 0;
}
