#include "report/png.h"

#include "base/bytes.h"
#include "base/memory.h"

#include <string.h>

/* Most bytes of a stored block (RFC 1951, 3.2.4). */
enum { BLOCK = 65535 };

static void put_u32(struct alm_bytes *out, uint32_t value) /* big-endian, as everything in a PNG */
{
    const uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                             (uint8_t)value};
    alm_bytes_put(out, bytes, sizeof bytes);
}

/* CRC-32 of the PNG specification, annex D, bit by bit. */
static uint32_t crc(const uint8_t *bytes, size_t n)
{
    uint32_t c = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        c ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            c = (c & 1) != 0 ? UINT32_C(0xedb88320) ^ (c >> 1) : c >> 1;
    }
    return ~c;
}

/* Adler-32 (RFC 1950, 8.2). */
static uint32_t adler(const uint8_t *bytes, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void put_chunk(struct alm_bytes *out, const char *type, const struct alm_bytes *data)
{
    put_u32(out, (uint32_t)data->length);
    const size_t begin = out->length;
    alm_bytes_put(out, type, 4);
    if (data->length > 0) alm_bytes_put(out, data->data, data->length);
    if (!out->failed) put_u32(out, crc((const uint8_t *)out->data + begin, out->length - begin));
}

/* zlib's format (RFC 1950) around stored blocks. */
static void put_stored(struct alm_bytes *out, const struct alm_bytes *raw)
{
    alm_bytes_put(out, "\x78\x01", 2);
    for (size_t at = 0; at < raw->length; at += BLOCK) {
        const size_t n = raw->length - at < BLOCK ? raw->length - at : BLOCK;
        const uint8_t head[] = {at + n == raw->length, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n,
                                (uint8_t)(~n >> 8)};
        alm_bytes_put(out, head, sizeof head);
        alm_bytes_put(out, (const uint8_t *)raw->data + at, n);
    }
    put_u32(out, adler((const uint8_t *)raw->data, raw->length));
}

static void put_picture(struct alm_bytes *out, struct alm_bytes *raw, struct alm_bytes *data,
                        const uint8_t *pixel, size_t width, size_t height, const uint8_t palette[256][3])
{
    alm_bytes_put(out, "\x89PNG\r\n\x1a\n", 8);
    put_u32(data, (uint32_t)width);
    put_u32(data, (uint32_t)height);
    alm_bytes_put(data, "\x08\x03\0\0\0",
                  5); /* 8 bits that name colours; deflate, no filters, no interlace */
    put_chunk(out, "IHDR", data);
    data->length = 0;
    alm_bytes_put(data, palette, 768);
    put_chunk(out, "PLTE", data);
    data->length = 0;
    for (size_t row = 0; row < height; row++) {
        alm_bytes_put(raw, "", 1); /* no filter */
        alm_bytes_put(raw, pixel + row * width, width);
    }
    if (!raw->failed) put_stored(data, raw);
    put_chunk(out, "IDAT", data);
    data->length = 0;
    put_chunk(out, "IEND", data);
}

static void append_base64(struct alm_text *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        const uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) |
                               (i + 2 < n ? (uint32_t)bytes[i + 2] : 0);
        const char four[] = {digits[three >> 18], digits[three >> 12 & 63],
                             i + 1 < n ? digits[three >> 6 & 63] : '=', i + 2 < n ? digits[three & 63] : '='};
        alm_text_append_bytes(out, four, sizeof four);
    }
}

enum alm_status alm_png_append(struct alm_text *out, const uint8_t *pixel, size_t width, size_t height,
                               const uint8_t palette[256][3], struct alm_error *error)
{
    struct alm_bytes png = {0}, raw = {0}, data = {0};
    size_t n;
    if (width == 0 || height == 0 || !alm_multiply(&n, width, height) || n > INT32_MAX / 2)
        return alm_fail(error, ALM_SHAPE, "a picture of %zu x %zu cannot be drawn", width, height);
    put_picture(&png, &raw, &data, pixel, width, height, palette);
    enum alm_status status = alm_bytes_check(&raw, error);
    if (status == ALM_OK) status = alm_bytes_check(&data, error);
    if (status == ALM_OK) status = alm_bytes_check(&png, error);
    if (status == ALM_OK) {
        alm_text_append(out, "data:image/png;base64,");
        append_base64(out, (const uint8_t *)png.data, png.length);
        status = alm_text_check(out, error);
    }
    alm_bytes_clear(&png);
    alm_bytes_clear(&raw);
    alm_bytes_clear(&data);
    return status;
}
