#include "base/text.h"

#include "base/memory.h"

#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct alm_text *text, size_t extra)
{
    size_t needed;
    if (text->failed) return false;
    if (!alm_add(&needed, text->length, extra) || !alm_add(&needed, needed, 1) ||
        alm_grow((void **)&text->data, &text->capacity, needed, 1, NULL) != ALM_OK)
        text->failed = true;
    return !text->failed;
}

void alm_text_append_bytes(struct alm_text *text, const char *bytes, size_t n)
{
    if (!reserve(text, n)) return;
    memcpy(text->data + text->length, bytes, n);
    text->length += n;
    text->data[text->length] = '\0';
}

void alm_text_append(struct alm_text *text, const char *string)
{
    alm_text_append_bytes(text, string, strlen(string));
}

void alm_text_printf(struct alm_text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        text->failed = true;
    } else if (reserve(text, (size_t)n)) {
        vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
        text->length += (size_t)n;
    }
    va_end(again);
}

void alm_text_append_html(struct alm_text *text, const char *string)
{
    for (const char *p = string; *p != '\0'; p++) {
        switch (*p) {
        case '&':
            alm_text_append(text, "&amp;");
            break;
        case '<':
            alm_text_append(text, "&lt;");
            break;
        case '>':
            alm_text_append(text, "&gt;");
            break;
        case '"':
            alm_text_append(text, "&quot;");
            break;
        case '\'':
            alm_text_append(text, "&#39;");
            break;
        default:
            alm_text_append_bytes(text, p, 1);
        }
    }
}

/* Length of the valid UTF-8 sequence at p, or 0: RFC 3629, so no overlong forms, surrogates or values past
 * U+10FFFF. */
static size_t utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80) return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF) return (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        if ((p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)) return 0;
        return 3;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        if ((p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80) return 0;
        if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
        return 4;
    }
    return 0;
}

void alm_text_append_json(struct alm_text *text, const char *string)
{
    alm_text_append(text, "\"");
    for (const unsigned char *p = (const unsigned char *)string; *p != '\0';) {
        const size_t n = utf8_length(p);
        if (n == 0) {
            alm_text_append(text, "\\ufffd");
            p++;
        } else if (n == 1 && (*p < 0x20 || *p == 0x7F)) {
            alm_text_printf(text, "\\u%04x", (unsigned)*p++);
        } else {
            if (*p == '"' || *p == '\\') alm_text_append(text, "\\");
            alm_text_append_bytes(text, (const char *)p, n);
            p += n;
        }
    }
    alm_text_append(text, "\"");
}

void alm_text_append_csv(struct alm_text *text, const char *string)
{
    const size_t n = strlen(string);
    const bool blank_edge = n > 0 && (string[0] == ' ' || string[n - 1] == ' ');
    if (strpbrk(string, ",\"\r\n") == NULL && !blank_edge) {
        alm_text_append_bytes(text, string, n);
        return;
    }
    alm_text_append(text, "\"");
    for (const char *p = string; *p != '\0'; p++) {
        if (*p == '"') alm_text_append(text, "\"");
        alm_text_append_bytes(text, p, 1);
    }
    alm_text_append(text, "\"");
}

void alm_text_append_visible(struct alm_text *text, const char *string)
{
    for (const unsigned char *p = (const unsigned char *)string; *p != '\0';) {
        const size_t n = utf8_length(p);
        const bool control = *p < 0x20 || *p == 0x7F || (n == 2 && p[0] == 0xC2 && p[1] < 0xA0);
        if (n == 0 || control) {
            for (size_t i = 0; i < (n == 0 ? 1 : n); i++)
                alm_text_printf(text, "\\x%02x", (unsigned)p[i]);
            p += n == 0 ? 1 : n;
        } else {
            alm_text_append_bytes(text, (const char *)p, n);
            p += n;
        }
    }
}

/* The program never calls setlocale, but a host of the library may have: the decimal point is then put right.
 */
static void make_point(char *digits)
{
    const char *point = localeconv()->decimal_point;
    if (strcmp(point, ".") == 0) return;
    char *at = strstr(digits, point);
    if (at == NULL) return;
    *at = '.';
    memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
}

#define SMALLEST_DECIMAL 1e-4
#define GREATEST_DECIMAL 1e15

/* Writes value as a decimal of at most 15 digits that reads back to it, if it is one of ordinary size: r /
 * 10^d with both exact in a double is what a correct reader makes of the digits of r with d of them after the
 * point (Clinger 1990), and with 15 digits no shorter decimal can be another one. False: it is none. */
static bool write_decimal(char *out, double value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    const double size = fabs(value);
    size_t decimals = 0;
    double whole = 0;
    if (!(size >= SMALLEST_DECIMAL && size < GREATEST_DECIMAL)) return false;
    for (; decimals < sizeof power / sizeof *power; decimals++) {
        whole = rint(size * power[decimals]);
        if (whole >= GREATEST_DECIMAL) return false;
        if (whole / power[decimals] == size) break;
    }
    if (decimals == sizeof power / sizeof *power) return false;
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = (uint64_t)whole;
    for (size_t i = 0; rest > 0 || i <= decimals; i++) {
        if (i == decimals && decimals > 0) digits[--at] = '.';
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0) digits[--at] = '-';
    memcpy(out, digits + at, sizeof digits - at);
    out[sizeof digits - at] = '\0';
    return true;
}

void alm_text_append_number(struct alm_text *text, double value)
{
    char digits[40];
    if (!isfinite(value)) return;
    if (value == 0) {
        alm_text_append(text, signbit(value) ? "-0" : "0");
        return;
    }
    if (write_decimal(digits, value)) {
        alm_text_append(text, digits);
        return;
    }
    const double size = fabs(value);
    const bool tried = size >= SMALLEST_DECIMAL && size < GREATEST_DECIMAL; /* 15 digits do not do */
    /* below the normal numbers fewer digits may do */
    for (int precision = size < 0x1p-1022 ? 1 : tried ? 16 : 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) break;
    }
    make_point(digits);
    alm_text_append(text, digits);
}

enum alm_status alm_text_check(const struct alm_text *text, struct alm_error *error)
{
    return text->failed ? alm_fail(error, ALM_NOMEM, "out of memory while building text") : ALM_OK;
}

const char *alm_text_string(const struct alm_text *text)
{
    return text->data == NULL ? "" : text->data;
}

void alm_text_reset(struct alm_text *text)
{
    text->length = 0;
    if (text->data != NULL) text->data[0] = '\0';
}

void alm_text_clear(struct alm_text *text)
{
    free(text->data);
    *text = (struct alm_text){0};
}

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Whether text is [+-] digits [. digits] [e [+-] digits] with at least one digit before the exponent. */
static bool is_decimal(const char *p, const char *end)
{
    if (p < end && (*p == '+' || *p == '-')) p++;
    const char *whole = p;
    p = skip_digits(p, end);
    size_t digits = (size_t)(p - whole);
    if (p < end && *p == '.') {
        const char *fraction = ++p;
        p = skip_digits(p, end);
        digits += (size_t)(p - fraction);
    }
    if (digits == 0) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        const char *exponent = p;
        p = skip_digits(p, end);
        if (p == exponent) return false;
    }
    return p == end;
}

/* Takes digits into *value; returns what follows. More than 19 do not fit. */
static inline const char *take_digits(uint64_t *value, const char *p, const char *end)
{
    for (unsigned digit; p < end && (digit = (unsigned)*p - '0') <= 9; p++)
        *value = *value * 10 + digit;
    return p;
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

/* A number below 2^53 and a power of ten up to 22 are exact in double, so one division rounds correctly
 * (Clinger 1990, "How to read floating point numbers accurately"). False for all that is not so plain. */
static bool read_plain(double *out, const char *p, const char *end)
{
    bool negative = false;
    uint64_t digits = 0;
    size_t n_fraction = 0;
    if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
    const char *first = p;
    p = take_digits(&digits, p, end);
    size_t n = (size_t)(p - first);
    if (p < end && *p == '.') {
        const char *fraction = ++p;
        p = take_digits(&digits, p, end);
        n_fraction = (size_t)(p - fraction);
        n += n_fraction;
    }
    if (p != end || n == 0 || n > 19 || digits > UINT64_C(1) << 53) return false;
    const double value = (double)digits / powers[n_fraction];
    *out = negative ? -value : value;
    return true;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* The same for 4 to 8 bytes of digits with at most one point, all at once: without the point the digits are
 * put behind zeros in one word, then neighbours are joined to numbers of 2, 4 and 8 digits. */
static inline bool read_short(double *out, const char *text, size_t n)
{
    const uint64_t points = UINT64_C(0x2E2E2E2E2E2E2E2E), zeros = UINT64_C(0x3030303030303030);
    uint32_t low, high;
    memcpy(&low, text, 4);
    memcpy(&high, text + n - 4, 4);
    uint64_t word = low | (uint64_t)high << 8 * (n - 4);
    const uint64_t x = word ^ points;
    const uint64_t found = (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
    size_t n_fraction = 0, n_digits = n;
    if (found != 0) {
        const int at = __builtin_ctzll(found) - 7; /* the first point's bit */
        const uint64_t before = (UINT64_C(1) << at) - 1;
        word = (word & before) | (word >> 8 & ~before);
        n_digits--;
        n_fraction = n_digits - (size_t)at / 8;
    }
    const size_t lead = 8 * (8 - n_digits);
    if (lead > 0) word = word << lead | zeros >> (64 - lead);
    if (((word & UINT64_C(0xF0F0F0F0F0F0F0F0)) |
         ((word + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0F0F0F0F0F0F0F0F))) !=
        UINT64_C(0x3333333333333333))
        return false;
    word -= zeros;
    word = word * 10 + (word >> 8);
    word = ((word & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
            (word >> 16 & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
           32;
    *out = (double)(uint32_t)word / powers[n_fraction];
    return true;
}
#else
static inline bool read_short(double *out, const char *text, size_t n)
{
    return read_plain(out, text, text + n);
}
#endif

bool alm_text_to_number(double *out, const char *text, size_t n)
{
    char buffer[512], *stop;
    if (n >= 4 && n <= 8 && read_short(out, text, n)) return true;
    if (read_plain(out, text, text + n)) return true;
    if (!is_decimal(text, text + n)) return false;
    if (n >= sizeof buffer) return false;
    memcpy(buffer, text, n);
    buffer[n] = '\0';
    const char *point = localeconv()->decimal_point;
    char *dot = strchr(buffer, '.');
    if (dot != NULL && strlen(point) == 1) *dot = point[0];
    errno = 0;
    const double value = strtod(buffer, &stop);
    if (*stop != '\0' || !isfinite(value)) return false;
    *out = value;
    return true;
}

bool alm_text_to_integer(long long *out, const char *text)
{
    const char *p = text;
    char *stop;
    if (*p == '+' || *p == '-') p++;
    if (*p < '0' || *p > '9') return false;
    errno = 0;
    const long long value = strtoll(text, &stop, 10);
    if (*stop != '\0' || errno == ERANGE) return false;
    *out = value;
    return true;
}

bool alm_text_matches(const char *pattern, const char *text)
{
    return fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t alm_text_distance(const char *a, const char *b)
{
    enum { LIMIT = 64 };
    size_t row[3][LIMIT];
    const size_t n = strlen(a), m = strlen(b);
    if (n >= LIMIT || m >= LIMIT) return LIMIT;
    size_t *two_ago = row[0], *previous = row[1], *current = row[2];
    for (size_t j = 0; j <= m; j++)
        previous[j] = j;
    for (size_t i = 1; i <= n; i++) {
        current[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t cost = a[i - 1] != b[j - 1];
            current[j] = smaller(smaller(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[j] = smaller(current[j], two_ago[j - 2] + 1);
        }
        size_t *spare = two_ago;
        two_ago = previous;
        previous = current;
        current = spare;
    }
    return previous[m];
}

const char *alm_text_suggest(const char *word, const char *const *list)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) <= 3 ? 2 : 3;
    for (; *list != NULL; list++) {
        const size_t distance = alm_text_distance(word, *list);
        if (distance < best_distance) {
            best_distance = distance;
            best = *list;
        }
    }
    return best;
}
