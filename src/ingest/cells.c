#include "ingest/cells.h"

#include "ingest/number.h"
#include "ingest/timeformat.h"

#include <string.h>

/* Digits with what stands around them in numbers of all countries, and no letters. */
static bool looks_numeric(const char *text, size_t n)
{
    bool digit = false;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];
        digit = digit || (c >= '0' && c <= '9');
        /* bytes from 0x80 on: currency signs, no-break spaces */
        if (c < 0x80 && strchr("0123456789+-.,'% ()$_", c) == NULL) return false;
    }
    return digit;
}

enum alm_cell_kind alm_cell_kind(const char *text, size_t n, const char *null_text)
{
    const struct alm_number_style style = {.decimal = '.', .null_text = null_text};
    struct alm_time_guess guess = {0};
    struct alm_time_format format, other;
    double value;
    switch (alm_number_read(&value, text, n, &style)) {
    case ALM_CELL_MISSING:
        return ALM_KIND_MISSING;
    case ALM_CELL_NUMBER:
        return ALM_KIND_NUMBER;
    default:
        alm_time_guess_add(&guess, text, n);
        if (alm_time_guess_verdict(&format, &other, &guess) != ALM_TIME_NONE) return ALM_KIND_TIME;
        return looks_numeric(text, n) ? ALM_KIND_NUMBER : ALM_KIND_WORD;
    }
}

size_t alm_cells_width(const struct alm_field *cells, size_t n)
{
    while (n > 0 && cells[n - 1].n == 0)
        n--;
    return n;
}

size_t alm_cells_filled(const struct alm_field *cells, size_t n)
{
    size_t filled = 0;
    for (size_t i = 0; i < n; i++)
        filled += cells[i].n > 0;
    return filled;
}

bool alm_cells_are_heading(const struct alm_field *cells, size_t n, const char *null_text)
{
    size_t words = 0;
    for (size_t i = 0; i < n; i++) {
        if (cells[i].n == 0) continue;
        if (alm_cell_kind(cells[i].text, cells[i].n, null_text) != ALM_KIND_WORD) return false;
        words++;
    }
    return words >= 2;
}

bool alm_cells_head(const struct alm_field *heading, size_t n_heading, const struct alm_field *row,
                    size_t n_row, const char *null_text)
{
    if (n_heading != n_row || !alm_cells_are_heading(heading, n_heading, null_text)) return false;
    const size_t named = alm_cells_width(heading, n_heading), filled = alm_cells_width(row, n_row);
    if (filled > named) return false;
    for (size_t i = 0; i < (named == 2 ? 1 : filled); i++) {
        const enum alm_cell_kind kind = alm_cell_kind(row[i].text, row[i].n, null_text);
        if (heading[i].n > 0 && (kind == ALM_KIND_NUMBER || kind == ALM_KIND_TIME)) return true;
    }
    return false;
}

bool alm_cells_equal(const struct alm_field *a, size_t n_a, const struct alm_field *b, size_t n_b)
{
    if (n_a != n_b) return false;
    for (size_t i = 0; i < n_a; i++)
        if (a[i].n != b[i].n || (a[i].n > 0 && memcmp(a[i].text, b[i].text, a[i].n) != 0)) return false;
    return true;
}

bool alm_cells_are_note(const struct alm_field *cells, size_t n, const char *null_text)
{
    bool began = false;
    for (size_t i = 0; i < n; i++) {
        const enum alm_cell_kind kind = alm_cell_kind(cells[i].text, cells[i].n, null_text);
        if (kind == ALM_KIND_MISSING) continue;
        if (kind != ALM_KIND_WORD) return false;
        began = true;
    }
    return began;
}
