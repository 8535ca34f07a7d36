#include "ingest/number.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static const char *const null_words[] = {"NA", "N/A", "null", "NULL", "-"};

static bool equals(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(text, word, n) == 0;
}

static bool is_missing(const char *text, size_t n, const struct alm_number_style *style)
{
    if (n == 0) return true;
    for (size_t i = 0; i < sizeof null_words / sizeof *null_words; i++)
        if (equals(text, n, null_words[i])) return true;
    return style->null_text != NULL && equals(text, n, style->null_text);
}

/* With a decimal comma a point is no part of a number. */
static bool read_with_comma(double *out, const char *text, size_t n)
{
    char buffer[512];
    if (n >= sizeof buffer || memchr(text, '.', n) != NULL) return false;
    memcpy(buffer, text, n);
    char *comma = memchr(buffer, ',', n);
    if (comma != NULL) *comma = '.';
    return alm_text_to_number(out, buffer, n);
}

enum alm_cell alm_number_read(double *out, const char *text, size_t n, const struct alm_number_style *style)
{
    while (n > 0 && (text[0] == ' ' || text[0] == '\t')) {
        text++;
        n--;
    }
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    /* the user's word first: it may look like a number, such as -999 */
    if (style->null_text != NULL && is_missing(text, n, style)) {
        *out = NAN;
        return ALM_CELL_MISSING;
    }
    if (style->decimal == ',' ? read_with_comma(out, text, n) : alm_text_to_number(out, text, n))
        return ALM_CELL_NUMBER;
    if (!is_missing(text, n, style)) return ALM_CELL_BAD;
    *out = NAN;
    return ALM_CELL_MISSING;
}
