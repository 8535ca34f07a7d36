/* Numbers as texts: the shortest decimal that reads back, and the nearest number to a decimal. */
#include "base/text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
