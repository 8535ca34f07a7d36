#include "base/bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct alm_bytes_reader reader_of(const struct alm_bytes *bytes)
{
    return (struct alm_bytes_reader){.data = bytes->data, .length = bytes->length};
}

Test(bytes, what_is_put_is_got_bit_for_bit)
{
    const double values[] = {0.1, -0.0, INFINITY, 5e-324}, nan_value = NAN;
    const float floats[] = {1.5F, -3e38F, 1e-45F};
    struct alm_bytes bytes = {0};
    alm_bytes_put_u32(&bytes, 0xFFFFFFFFu);
    alm_bytes_put_u64(&bytes, UINT64_MAX - 1);
    alm_bytes_put_f64(&bytes, nan_value);
    alm_bytes_put_f64s(&bytes, values, 4);
    alm_bytes_put_f32s(&bytes, floats, 3);
    alm_bytes_put_text(&bytes, "naïve");
    alm_bytes_put_text(&bytes, NULL);
    cr_assert(eq(int, (int)alm_bytes_check(&bytes, NULL), (int)ALM_OK));

    struct alm_bytes_reader in = reader_of(&bytes);
    double got[4];
    float got_floats[3];
    char *text = NULL, *empty = NULL;
    cr_assert(eq(u32, alm_bytes_get_u32(&in), 0xFFFFFFFFu));
    cr_assert(eq(u64, alm_bytes_get_u64(&in), UINT64_MAX - 1));
    cr_assert(isnan(alm_bytes_get_f64(&in)));
    alm_bytes_get_f64s(&in, got, 4);
    cr_assert(memcmp(got, values, sizeof values) == 0);
    alm_bytes_get_f32s(&in, got_floats, 3);
    cr_assert(memcmp(got_floats, floats, sizeof floats) == 0);
    cr_assert(alm_bytes_get_text(&in, &text, NULL) == ALM_OK);
    cr_assert(eq(str, text, "naïve"));
    cr_assert(alm_bytes_get_text(&in, &empty, NULL) == ALM_OK);
    cr_assert(eq(str, empty, ""));
    cr_assert(alm_bytes_reader_end(&in, NULL) == ALM_OK);
    free(text);
    free(empty);
    alm_bytes_clear(&bytes);
}

Test(bytes, integers_are_little_endian)
{
    struct alm_bytes bytes = {0};
    alm_bytes_put_u32(&bytes, 0x04030201u);
    cr_assert(memcmp(bytes.data, "\1\2\3\4", 4) == 0);
    alm_bytes_clear(&bytes);
}

Test(bytes, every_cut_of_a_blob_is_noticed)
{
    struct alm_bytes bytes = {0};
    alm_bytes_put_u32(&bytes, 7);
    alm_bytes_put_text(&bytes, "abc");
    alm_bytes_put_f64(&bytes, 1.0);
    for (size_t length = 0; length < bytes.length; length++) {
        struct alm_bytes_reader in = {.data = bytes.data, .length = length};
        char *text = NULL;
        alm_bytes_get_u32(&in);
        alm_bytes_get_text(&in, &text, NULL);
        alm_bytes_get_f64(&in);
        cr_assert(alm_bytes_reader_end(&in, NULL) == ALM_PARSE, "cut to %zu bytes", length);
        free(text);
    }
    alm_bytes_clear(&bytes);
}

Test(bytes, reading_past_the_end_gives_zeros_and_keeps_the_failure)
{
    const unsigned char raw[] = {1, 2, 3};
    struct alm_bytes_reader in = {.data = raw, .length = sizeof raw};
    double values[2] = {9, 9};
    cr_assert(eq(u64, alm_bytes_get_u64(&in), 0));
    alm_bytes_get_f64s(&in, values, 2);
    cr_assert(values[0] == 0 && values[1] == 0);
    cr_assert(alm_bytes_get(&in, 1) == NULL, "a later read that would fit fails too");
    cr_assert(alm_bytes_reader_end(&in, NULL) == ALM_PARSE);
}

Test(bytes, a_text_longer_than_memory_is_refused_before_it_is_allocated)
{
    struct alm_bytes bytes = {0};
    struct alm_error error = {0};
    char *text = NULL;
    alm_bytes_put_u64(&bytes, UINT64_MAX);
    struct alm_bytes_reader in = reader_of(&bytes);
    cr_assert(alm_bytes_get_text(&in, &text, &error) == ALM_PARSE);
    cr_assert(text == NULL);
    cr_assert(in.failed);
    alm_bytes_clear(&bytes);
}

Test(bytes, bytes_left_over_are_noticed)
{
    const unsigned char raw[5] = {0};
    struct alm_bytes_reader in = {.data = raw, .length = sizeof raw};
    struct alm_error error = {0};
    alm_bytes_get_u32(&in);
    cr_assert(alm_bytes_reader_end(&in, &error) == ALM_PARSE);
    cr_assert(strstr(error.text, "1 byte") != NULL, "%s", error.text);
}
