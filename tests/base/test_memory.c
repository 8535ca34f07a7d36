#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

Test(memory, allocations_are_zeroed_aligned_and_never_null)
{
    for (size_t count = 0; count < 300; count += 7) {
        double *values = NULL;
        cr_assert(ALM_NEW(&values, count, NULL) == ALM_OK);
        cr_assert(values != NULL);
        const size_t offset = (uintptr_t)values % 64;
        cr_assert(eq(sz, offset, 0));
        for (size_t i = 0; i < count; i++)
            cr_assert(values[i] == 0);
        free(values);
    }
}

Test(memory, a_size_that_overflows_is_an_error_with_a_message)
{
    void *block = &block;
    struct alm_error error = {0};
    cr_assert(alm_allocate(&block, SIZE_MAX / 4, 8, &error) == ALM_NOMEM);
    cr_assert(block == NULL);
    cr_assert(error.text[0] != '\0');
    cr_assert(alm_allocate(&block, SIZE_MAX, 1, NULL) == ALM_NOMEM, "the padding would overflow");
    cr_assert(block == NULL);
}

Test(memory, growing_keeps_what_is_there)
{
    int *values = NULL;
    size_t capacity = 0;
    for (size_t n = 0; n < 5000; n++) {
        cr_assert(alm_grow((void **)&values, &capacity, n + 1, sizeof *values, NULL) == ALM_OK);
        cr_assert(capacity > n);
        values[n] = (int)n;
    }
    for (size_t i = 0; i < 5000; i++)
        cr_assert(eq(int, values[i], (int)i));
    free(values);
}

Test(memory, a_failed_growth_leaves_the_block_alone)
{
    int *values = NULL;
    size_t capacity = 0;
    struct alm_error error = {0};
    cr_assert(alm_grow((void **)&values, &capacity, 4, sizeof *values, NULL) == ALM_OK);
    const size_t before = capacity;
    const int *const block = values;
    cr_assert(alm_grow((void **)&values, &capacity, SIZE_MAX / 2, sizeof *values, &error) == ALM_NOMEM);
    cr_assert(values == block && capacity == before);
    free(values);
}

Test(memory, text_is_copied_and_null_stays_null)
{
    char *copy = NULL;
    cr_assert(alm_copy_text(&copy, "series", NULL) == ALM_OK);
    cr_assert(eq(str, copy, "series"));
    free(copy);
    cr_assert(alm_copy_text(&copy, NULL, NULL) == ALM_OK);
    cr_assert(copy == NULL);
}

Test(memory, products_and_sums_that_do_not_fit_are_said_so)
{
    size_t out;
    cr_assert(alm_multiply(&out, 6, 7) && out == 42);
    cr_assert(not(alm_multiply(&out, SIZE_MAX / 2, 3)));
    cr_assert(alm_add(&out, SIZE_MAX - 1, 1) && out == SIZE_MAX);
    cr_assert(not(alm_add(&out, SIZE_MAX, 1)));
}
