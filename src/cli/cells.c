/* Cells as people read them. */
#include "cli/printer_parts.h"

#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column's largest number is shown with DIGITS digits, or all of them exactly when EXACT_DIGITS suffice for
 * that; no number is shown with fewer than FEWEST. */
enum { DIGITS = 5, EXACT_DIGITS = 8, FEWEST = 2, MOST_DECIMALS = 12 };

static const struct alm_cell *cell_at(const struct alm_printer *printer, size_t i, size_t j)
{
    return &printer->rows[i * printer->n_columns + j];
}

bool alm_column_is_numeric(const struct alm_printer *printer, size_t column)
{
    size_t n = 0;
    for (size_t i = 0; i < printer->n_rows; i++) {
        const enum alm_cell_kind kind = cell_at(printer, i, column)->kind;
        if (kind == ALM_CELL_TEXT) return false;
        n += kind != ALM_CELL_MISSING;
    }
    return n > 0;
}

bool alm_column_is_empty(const struct alm_printer *printer, size_t column)
{
    for (size_t i = 0; i < printer->n_rows; i++) {
        const struct alm_cell *cell = cell_at(printer, i, column);
        if (cell->kind != ALM_CELL_MISSING && (cell->kind != ALM_CELL_TEXT || cell->text[0] != '\0'))
            return false;
    }
    return true;
}

/* Decimals that value needs to be shown exactly; MOST_DECIMALS when it takes an exponent or more. */
static int exact_decimals(double value)
{
    struct alm_text text = {0};
    alm_text_append_number(&text, value);
    const char *shown = alm_text_string(&text), *point = strchr(shown, '.');
    int decimals = point == NULL ? 0 : (int)strlen(point + 1);
    if (strpbrk(shown, "eE") != NULL && fabs(value) < 1) decimals = MOST_DECIMALS;
    alm_text_clear(&text);
    return decimals < MOST_DECIMALS ? decimals : MOST_DECIMALS;
}

/* Decimals for a column: not more than any of its numbers has. Shares and probabilities have four. */
static int column_decimals(const struct alm_printer *printer, size_t column)
{
    double largest = 0;
    int exact = 0;
    for (size_t i = 0; i < printer->n_rows; i++) {
        const struct alm_cell *cell = cell_at(printer, i, column);
        if (cell->kind != ALM_CELL_NUMBER) continue;
        largest = fmax(largest, fabs(cell->number));
        const int decimals = exact_decimals(cell->number);
        if (decimals > exact) exact = decimals;
    }
    if (largest == 0) return 0;
    const int before = (int)floor(log10(largest)) + 1; /* digits before the point; negative: zeros after it */
    if (exact + before <= EXACT_DIGITS) return exact;
    int decimals = DIGITS - before;
    if (before <= 0 && before > -2) decimals = DIGITS - 1;
    if (decimals < 0) decimals = 0;
    return decimals < exact ? decimals : exact;
}

static void append_number(struct alm_text *out, double value, int decimals)
{
    const double size = fabs(value);
    if (size >= 1e15)
        alm_text_printf(out, "%.*g", DIGITS, value);
    else if (size > 0 && size < pow(10, FEWEST - 1 - decimals) && exact_decimals(value) > decimals)
        alm_text_printf(out, "%.*g", FEWEST, value);
    else
        alm_text_printf(out, "%.*f", decimals, value);
}

/* How the times of a column are shown: the shortest way that loses nothing but the tail of a fraction. */
enum times { NO_TIMES, DATES, SECONDS, FRACTIONS };

/* Whether text is YYYY-MM-DDTHH:MM:SS[.ffffff]Z, as the views write it. */
static bool is_time(const char *text)
{
    const size_t n = strlen(text);
    return (n == 20 || n == 27) && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' &&
           text[16] == ':' && text[n - 1] == 'Z';
}

/* Fractions of seconds are only shown where neighbouring rows differ in nothing else. */
static enum times column_times(const struct alm_printer *printer, size_t column)
{
    const char *previous = NULL;
    enum times times = NO_TIMES;
    for (size_t i = 0; i < printer->n_rows; i++) {
        const struct alm_cell *cell = cell_at(printer, i, column);
        if (cell->kind == ALM_CELL_MISSING) continue;
        if (cell->kind != ALM_CELL_TEXT || !is_time(cell->text)) return NO_TIMES;
        enum times own = strcmp(cell->text + 10, "T00:00:00Z") == 0 ? DATES : SECONDS;
        if (previous != NULL && strncmp(previous, cell->text, 19) == 0 && strcmp(previous, cell->text) != 0)
            own = FRACTIONS;
        if (own > times) times = own;
        previous = cell->text;
    }
    return times;
}

bool alm_column_is_time(const struct alm_printer *printer, size_t column)
{
    return column_times(printer, column) != NO_TIMES;
}

static void append_time(struct alm_text *out, const char *text, enum times times)
{
    alm_text_append_bytes(out, text, 10);
    if (times == DATES) return;
    alm_text_append(out, " ");
    alm_text_append_bytes(out, text + 11, times == SECONDS ? 8 : strlen(text) - 12);
    alm_text_append(out, "Z");
}

void alm_cells_free(char **cells, size_t n)
{
    for (size_t i = 0; cells != NULL && i < n; i++)
        free(cells[i]);
    free(cells);
}

static enum alm_status show_column(char **out, const struct alm_printer *printer, size_t j,
                                   struct alm_error *error)
{
    const int decimals = column_decimals(printer, j);
    const enum times times = column_times(printer, j);
    for (size_t i = 0; i < printer->n_rows; i++) {
        const struct alm_cell *cell = cell_at(printer, i, j);
        struct alm_text text = {0};
        if (cell->kind == ALM_CELL_TEXT && times != NO_TIMES)
            append_time(&text, cell->text, times);
        else if (cell->kind == ALM_CELL_TEXT)
            alm_text_append_visible(&text, cell->text);
        else if (cell->kind == ALM_CELL_INTEGER)
            alm_text_printf(&text, "%" PRId64, cell->integer);
        else if (cell->kind == ALM_CELL_NUMBER)
            append_number(&text, cell->number, decimals);
        alm_text_append(&text, "");
        ALM_TRY(alm_text_check(&text, error));
        out[i * printer->n_columns + j] = text.data;
    }
    return ALM_OK;
}

enum alm_status alm_cells_show(char ***out, const struct alm_printer *printer, struct alm_error *error)
{
    const size_t n = printer->n_rows * printer->n_columns;
    char **cells;
    *out = NULL;
    ALM_TRY(ALM_NEW(&cells, n, error));
    for (size_t j = 0; j < printer->n_columns; j++) {
        const enum alm_status status = show_column(cells, printer, j, error);
        if (status != ALM_OK) {
            alm_cells_free(cells, n);
            return status;
        }
    }
    *out = cells;
    return ALM_OK;
}
