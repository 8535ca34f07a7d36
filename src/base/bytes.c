#include "base/bytes.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void alm_bytes_put(struct alm_bytes *bytes, const void *data, size_t n)
{
    size_t needed;
    if (bytes->failed || n == 0) return;
    if (!alm_add(&needed, bytes->length, n) ||
        alm_grow((void **)&bytes->data, &bytes->capacity, needed, 1, NULL) != ALM_OK) {
        bytes->failed = true;
        return;
    }
    memcpy(bytes->data + bytes->length, data, n);
    bytes->length = needed;
}

/* Where the machine's own order is the stored one, arrays are copied as they are. */
static const bool little_endian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

static void put_integer(struct alm_bytes *bytes, uint64_t value, size_t width)
{
    unsigned char raw[8];
    for (size_t i = 0; i < width; i++)
        raw[i] = (unsigned char)(value >> (8 * i));
    alm_bytes_put(bytes, raw, width);
}

void alm_bytes_put_u32(struct alm_bytes *bytes, uint32_t value)
{
    put_integer(bytes, value, 4);
}

void alm_bytes_put_u64(struct alm_bytes *bytes, uint64_t value)
{
    put_integer(bytes, value, 8);
}

void alm_bytes_put_f64(struct alm_bytes *bytes, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_integer(bytes, bits, 8);
}

void alm_bytes_put_f32s(struct alm_bytes *bytes, const float *values, size_t n)
{
    if (little_endian) {
        alm_bytes_put(bytes, values, n * sizeof *values);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        put_integer(bytes, bits, 4);
    }
}

void alm_bytes_put_f64s(struct alm_bytes *bytes, const double *values, size_t n)
{
    if (little_endian) {
        alm_bytes_put(bytes, values, n * sizeof *values);
        return;
    }
    for (size_t i = 0; i < n; i++)
        alm_bytes_put_f64(bytes, values[i]);
}

void alm_bytes_put_text(struct alm_bytes *bytes, const char *text)
{
    const size_t n = text == NULL ? 0 : strlen(text);
    alm_bytes_put_u64(bytes, n);
    alm_bytes_put(bytes, text, n);
}

enum alm_status alm_bytes_check(const struct alm_bytes *bytes, struct alm_error *error)
{
    return bytes->failed ? alm_fail(error, ALM_NOMEM, "out of memory while building a blob") : ALM_OK;
}

void alm_bytes_clear(struct alm_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct alm_bytes){0};
}

const void *alm_bytes_get(struct alm_bytes_reader *reader, size_t n)
{
    if (reader->failed || n > reader->length - reader->offset) {
        reader->failed = true;
        return NULL;
    }
    const unsigned char *at = reader->data + reader->offset;
    reader->offset += n;
    return at;
}

static uint64_t get_integer(struct alm_bytes_reader *reader, size_t width)
{
    const unsigned char *raw = alm_bytes_get(reader, width);
    uint64_t value = 0;
    if (raw == NULL) return 0;
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)raw[i] << (8 * i);
    return value;
}

uint32_t alm_bytes_get_u32(struct alm_bytes_reader *reader)
{
    return (uint32_t)get_integer(reader, 4);
}

uint64_t alm_bytes_get_u64(struct alm_bytes_reader *reader)
{
    return get_integer(reader, 8);
}

double alm_bytes_get_f64(struct alm_bytes_reader *reader)
{
    const uint64_t bits = get_integer(reader, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void alm_bytes_get_f32s(struct alm_bytes_reader *reader, float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = (uint32_t)get_integer(reader, 4);
        memcpy(&values[i], &bits, sizeof bits);
    }
}

void alm_bytes_get_f64s(struct alm_bytes_reader *reader, double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = alm_bytes_get_f64(reader);
}

enum alm_status alm_bytes_get_text(struct alm_bytes_reader *reader, char **out, struct alm_error *error)
{
    *out = NULL;
    const uint64_t n = alm_bytes_get_u64(reader);
    const char *raw = n > reader->length ? NULL : alm_bytes_get(reader, (size_t)n);
    if (raw == NULL) {
        reader->failed = true;
        return alm_fail(error, ALM_PARSE, "the blob is shorter than it says");
    }
    ALM_TRY(alm_allocate((void **)out, (size_t)n + 1, 1, error));
    memcpy(*out, raw, (size_t)n);
    return ALM_OK;
}

enum alm_status alm_bytes_reader_end(const struct alm_bytes_reader *reader, struct alm_error *error)
{
    if (reader->failed) return alm_fail(error, ALM_PARSE, "the blob is shorter than it says");
    if (reader->offset != reader->length)
        return alm_fail(error, ALM_PARSE, "the blob has %zu bytes too many", reader->length - reader->offset);
    return ALM_OK;
}
