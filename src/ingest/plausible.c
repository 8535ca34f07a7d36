#include "ingest/plausible.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* The weights only have to be in this order; they were chosen on tables of all kinds in every dialect. */
static const double number = 1, nothing = 0.8, words = 0.6, digits_apart = 0.2, foreign = 0.1, padding = 0.9;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Signs and currency around a number: what is between them. */
static void strip_signs(const char **text, size_t *n)
{
    const char *p = *text, *end = p + *n;
    while (p < end && (strchr("+-$", *p) != NULL && *p != '\0'))
        p++;
    if (end - p > 3 && memcmp(p, "\xE2\x82\xAC", 3) == 0) p += 3; /* the euro sign */
    if (end > p && end[-1] == '%') end--;
    *text = p;
    *n = (size_t)(end - p);
}

/* Digits with marks between them, of one kind in groups of three and at most one of the other kind. */
static bool is_number(const char *text, size_t n)
{
    strip_signs(&text, &n);
    size_t marks = 0, groups = 0, since = 0, digits = 0;
    char last = '\0';
    for (size_t i = 0; i < n; i++) {
        const char c = text[i];
        if (is_digit(c)) {
            digits++;
            since++;
        } else if (c == '.' || c == ',') {
            if (last == c && since == 3) groups++;
            marks++;
            last = c;
            since = 0;
        } else if ((c == 'e' || c == 'E') && digits > 0 && i + 1 < n) {
            const size_t sign = text[i + 1] == '-' || text[i + 1] == '+';
            for (i += 1 + sign; i < n; i++)
                if (!is_digit(text[i])) return false;
            return true;
        } else {
            return false;
        }
    }
    return digits > 0 && (marks <= 2 || groups + 1 >= marks - 1);
}

/* Groups of digits joined by - / : . with a blank or T before a time of day, and a zone perhaps. */
static bool is_time(const char *text, size_t n)
{
    size_t joints = 0, breaks = 0, others = 0, since = 0; /* joints since the break */
    if (n == 0 || !is_digit(text[0])) return false;
    for (size_t i = 0; i < n; i++) {
        const char c = text[i];
        if (is_digit(c)) continue;
        if (c == '-' || c == '/' || c == ':') {
            joints++;
            since++;
        } else if (c == ' ' || c == 'T') {
            breaks++;
            since = 0;
        } else if (c == 'Z' || c == '+' || c == '.') {
            others++;
        } else {
            return false;
        }
    }
    return joints > 0 && others <= 2 && (breaks == 0 || (breaks == 1 && since > 0));
}

/* Text: 1 a word or more, 0 only digits and signs, -1 with delimiters or quotes in it. */
static int kind_of_text(const char *text, size_t n)
{
    int kind = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c < ' ' || strchr(",;|\"", c) != NULL) return -1;
        if (isalpha(c) || c >= 0x80) kind = 1;
    }
    return kind;
}

double alm_cell_plausibility(const char *text, size_t n)
{
    const char *end = text + n;
    while (text < end && *text == ' ')
        text++;
    while (end > text && end[-1] == ' ')
        end--;
    const double factor = (size_t)(end - text) < n ? padding : 1;
    n = (size_t)(end - text);
    if (n == 0) return nothing * factor;
    if (is_number(text, n) || is_time(text, n)) return number * factor;
    const int kind = kind_of_text(text, n);
    return (kind > 0 ? words : kind == 0 ? digits_apart : foreign) * factor;
}
