#include "ingest/number.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 512 }; /* bytes of a number that is not plain */

static bool equals(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(text, word, n) == 0;
}

/* Whether text is one of the words of a list joined with commas. */
static bool is_listed(const char *text, size_t n, const char *list)
{
    for (const char *p = list;; p++) {
        const size_t length = strcspn(p, ",");
        if (length == n && memcmp(p, text, n) == 0) return true;
        p += length;
        if (*p == '\0') return false;
    }
}

static bool is_null_word(const char *text, size_t n)
{
    static const char *const words[] = {"NA", "N/A", "null", "NULL", "-"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (equals(text, n, words[i])) return true;
    return n == 0;
}

static void trim(const char **text, size_t *n)
{
    while (*n > 0 && ((*text)[0] == ' ' || (*text)[0] == '\t')) {
        ++*text;
        --*n;
    }
    while (*n > 0 && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\t'))
        --*n;
}

bool alm_number_is_missing(const char *text, size_t n, const struct alm_number_style *style)
{
    trim(&text, &n);
    return is_null_word(text, n) || (style->null_text != NULL && is_listed(text, n, style->null_text));
}

/* ---- numbers that are not plain ---- */

/* Bytes at text that are one of the characters in list, which ends with NULL. */
static size_t match_any(const char *text, size_t n, const char *const *list)
{
    for (; *list != NULL; list++) {
        const size_t length = strlen(*list);
        if (length <= n && memcmp(text, *list, length) == 0) return length;
    }
    return 0;
}

/* Bytes of a blank at text: space, tab, U+00A0, U+2009 or U+202F. */
static size_t match_blank(const char *text, size_t n)
{
    static const char *const blanks[] = {" ", "\t", "\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF", NULL};
    return match_any(text, n, blanks);
}

static size_t match_separator(const char *text, size_t n, const char *thousands)
{
    if (thousands == NULL) return 0;
    if (thousands[0] == ' ') return match_blank(text, n);
    if (thousands[0] == '\'') return match_any(text, n, (const char *const[]){"'", "\xE2\x80\x99", NULL});
    return match_any(text, n, (const char *const[]){thousands, NULL});
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Copies the whole part without its separators; false when they do not stand before groups of three. */
static bool take_whole(char *out, size_t *length, const char **text, size_t *n, const char *thousands)
{
    size_t separators = 0, in_group = 0;
    const bool zero = *n > 0 && **text == '0';
    while (*n > 0) {
        size_t skip = 1;
        if (is_digit(**text)) {
            out[(*length)++] = **text;
            in_group++;
        } else {
            skip = match_separator(*text, *n, thousands);
            if (skip == 0) break;
            if (separators++ == 0 ? in_group == 0 || in_group > 3 || zero : in_group != 3) return false;
            in_group = 0;
        }
        *text += skip;
        *n -= skip;
    }
    return separators == 0 || in_group == 3;
}

/* An exponent of any length; what is far beyond all numbers counts as 100000. */
static bool read_exponent(long long *out, const char *text, size_t n)
{
    const bool negative = n > 0 && text[0] == '-', has_sign = negative || (n > 0 && text[0] == '+');
    *out = 0;
    if (n == has_sign) return false;
    for (size_t i = has_sign; i < n; i++) {
        if (!is_digit(text[i])) return false;
        if (*out < 100000) *out = 10 * *out + (text[i] - '0');
    }
    if (*out > 100000) *out = 100000;
    if (negative) *out = -*out;
    return true;
}

/* Copies the digits of a number without sign as alm_text_to_number wants them. A power of ten for percents is
 * put into the exponent, so that the result is rounded once. */
static bool read_digits(double *out, const char *text, size_t n, bool negative, bool hundredth,
                        const struct alm_number_style *style)
{
    char buffer[LONGEST + 32];
    size_t length = 0;
    long long exponent = 0;
    if (n >= LONGEST || n == 0 || (!is_digit(text[0]) && text[0] != style->decimal)) return false;
    if (negative) buffer[length++] = '-';
    if (!take_whole(buffer, &length, &text, &n, style->thousands)) return false;
    if (n > 0 && *text == style->decimal) {
        buffer[length++] = '.';
        for (text++, n--; n > 0 && is_digit(*text); text++, n--)
            buffer[length++] = *text;
    }
    if (n > 0 && (*text == 'e' || *text == 'E')) {
        if (!read_exponent(&exponent, text + 1, n - 1)) return false;
        n = 0;
    }
    if (n > 0) return false;
    if (hundredth) exponent -= 2;
    if (exponent != 0) length += (size_t)snprintf(buffer + length, sizeof buffer - length, "e%lld", exponent);
    return alm_text_to_number(out, buffer, length);
}

static void skip_blanks(const char **text, size_t *n)
{
    for (size_t skip; (skip = match_blank(*text, *n)) > 0; *n -= skip)
        *text += skip;
}

static void skip_blanks_behind(const char *text, size_t *n)
{
    for (size_t length = 1; length <= 3 && length <= *n;) {
        const bool blank = match_blank(text + *n - length, length) == length;
        *n -= blank ? length : 0;
        length = blank ? 1 : length + 1;
    }
}

/* The longest word of the list that text starts with, or ends with. */
static size_t match_currency(const char *text, size_t n, const char *list, bool at_end)
{
    size_t best = 0;
    for (const char *p = list; list != NULL; p++) {
        const size_t length = strcspn(p, ",");
        if (length <= n && length > best && memcmp(at_end ? text + n - length : text, p, length) == 0)
            best = length;
        p += length;
        if (*p == '\0') break;
    }
    return best;
}

static bool take_sign(bool *negative, const char **text, size_t *n)
{
    if (*n == 0 || (**text != '-' && **text != '+')) return false;
    *negative = **text == '-';
    ++*text;
    --*n;
    return true;
}

static bool read_styled(double *out, const char *text, size_t n, const struct alm_number_style *style)
{
    bool negative = false, percent = false;
    bool has_sign = style->currency != NULL && n > 2 && text[0] == '(' && text[n - 1] == ')';
    if (has_sign) {
        negative = true;
        text++;
        n -= 2;
    }
    if (!has_sign) has_sign = take_sign(&negative, &text, &n);
    size_t currency = match_currency(text, n, style->currency, false);
    if (currency > 0) {
        text += currency;
        n -= currency;
        skip_blanks(&text, &n);
        if (!has_sign) take_sign(&negative, &text, &n);
    } else if ((currency = match_currency(text, n, style->currency, true)) > 0) {
        n -= currency;
        skip_blanks_behind(text, &n);
    } else if (style->percent != ALM_PERCENT_REFUSED && n > 0 && text[n - 1] == '%') {
        percent = true;
        n--;
        skip_blanks_behind(text, &n);
    }
    return read_digits(out, text, n, negative, percent && style->percent == ALM_PERCENT_FRACTION, style);
}

static bool is_plain(const struct alm_number_style *style)
{
    return style->decimal != ',' && style->thousands == NULL && style->currency == NULL &&
           style->percent == ALM_PERCENT_REFUSED;
}

enum alm_cell alm_number_read(double *out, const char *text, size_t n, const struct alm_number_style *style)
{
    /* nearly always */
    if (style->null_text == NULL && style->decimal != ',' && alm_text_to_number(out, text, n))
        return ALM_CELL_NUMBER;
    trim(&text, &n);
    /* the user's words first: they may look like numbers, such as -999 */
    if (style->null_text != NULL && is_listed(text, n, style->null_text)) {
        *out = NAN;
        return ALM_CELL_MISSING;
    }
    if (style->decimal != ',' && alm_text_to_number(out, text, n)) return ALM_CELL_NUMBER;
    if (is_null_word(text, n)) {
        *out = NAN;
        return ALM_CELL_MISSING;
    }
    return !is_plain(style) && read_styled(out, text, n, style) ? ALM_CELL_NUMBER : ALM_CELL_BAD;
}
