/* The formats for people: tables as wide as the terminal, records, Markdown. */
#include "cli/printer_parts.h"

#include "base/memory.h"

#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* A text column is not cut below this width; blanks between columns. */
enum { NARROWEST = 12, BETWEEN = 2 };

/* Columns on the screen that text takes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    mbstate_t state = {0};
    while (*text != '\0') {
        wchar_t c;
        const size_t n = mbrtowc(&c, text, MB_CUR_MAX, &state);
        const int columns = n > 0 && n <= MB_CUR_MAX ? wcwidth(c) : -1;
        width += columns < 0 ? 1 : (size_t)columns;
        text += n > 0 && n <= MB_CUR_MAX ? n : 1;
    }
    return width;
}

/* Cuts text to width columns, the last of them `…`. */
static void cut(char *text, size_t width)
{
    static const char mark[] = "…";
    char *p = text, *fits = text;
    size_t used = 0;
    if (width_of(text) <= width) return;
    while (*p != '\0') {
        char *next = p + 1;
        while (((unsigned char)*next & 0xC0) == 0x80)
            next++;
        const char kept = *next;
        *next = '\0';
        used += width_of(p);
        *next = kept;
        if (used + 1 > width) break;
        p = fits = next;
    }
    /* what is dropped takes at least as many bytes as the mark, or is replaced by a dot */
    const char *end = strlen(fits) >= strlen(mark) ? mark : ".";
    memcpy(fits, end, strlen(end) + 1);
}

static size_t terminal_width(const struct alm_printer *printer)
{
    struct winsize size;
    if (!printer->terminal) return SIZE_MAX;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

struct layout {
    struct alm_printer *printer;
    char **cells;    /* [n_rows][n_columns] */
    size_t *width;   /* [n_columns] natural, later as laid out */
    bool *text;      /* [n_columns] may be cut */
    bool *shown;     /* [n_columns] */
    size_t terminal; /* width */
};

static size_t narrowest(const struct layout *l, size_t j)
{
    const size_t head = width_of(l->printer->columns[j]);
    if (!l->text[j]) return l->width[j];
    const size_t least = head > NARROWEST ? head : NARROWEST;
    return l->width[j] < least ? l->width[j] : least;
}

/* Cuts the widest text columns of [from, to) and the keys before until all fit. */
static void shrink(const struct layout *l, size_t keys, size_t from, size_t to, size_t *width)
{
    for (;;) {
        size_t total = 0, widest = SIZE_MAX;
        for (size_t j = 0; j < l->printer->n_columns; j++) {
            if (!l->shown[j] || !(j < keys || (j >= from && j < to))) continue;
            total += width[j] + BETWEEN;
            if (l->text[j] && width[j] > narrowest(l, j) && (widest == SIZE_MAX || width[j] > width[widest]))
                widest = j;
        }
        if (total - BETWEEN <= l->terminal || widest == SIZE_MAX) return;
        width[widest]--;
    }
}

static enum alm_status add_columns(struct libscols_table *table, const struct layout *l, size_t keys,
                                   size_t from, size_t to, struct alm_error *error)
{
    const struct alm_printer *p = l->printer;
    for (size_t j = 0; j < p->n_columns; j++) {
        if (!l->shown[j] || !(j < keys || (j >= from && j < to))) continue;
        struct libscols_column *column =
            scols_table_new_column(table, p->columns[j], 0, l->text[j] ? 0 : SCOLS_FL_RIGHT);
        if (column == NULL) return alm_fail(error, ALM_NOMEM, "out of memory for a table");
        if (p->call->color_out) scols_cell_set_color(scols_column_get_header(column), "bold");
    }
    return ALM_OK;
}

static enum alm_status add_lines(struct libscols_table *table, const struct layout *l, size_t keys,
                                 size_t from, size_t to, const size_t *width, struct alm_error *error)
{
    const struct alm_printer *p = l->printer;
    for (size_t i = 0; i < p->n_rows; i++) {
        struct libscols_line *line = scols_table_new_line(table, NULL);
        size_t at = 0;
        if (line == NULL) return alm_fail(error, ALM_NOMEM, "out of memory for a table");
        for (size_t j = 0; j < p->n_columns; j++) {
            if (!l->shown[j] || !(j < keys || (j >= from && j < to))) continue;
            char *cell = strdup(l->cells[i * p->n_columns + j]);
            if (cell == NULL) return alm_fail(error, ALM_NOMEM, "out of memory for a table");
            if (l->text[j]) cut(cell, width[j]);
            if (scols_line_refer_data(line, at++, cell) != 0) {
                free(cell);
                return alm_fail(error, ALM_NOMEM, "out of memory for a table");
            }
        }
    }
    return ALM_OK;
}

/* Prints the key columns [0, keys) and the columns [from, to). */
static enum alm_status print_block(const struct layout *l, size_t keys, size_t from, size_t to,
                                   struct alm_error *error)
{
    const size_t n = l->printer->n_columns;
    size_t *width;
    ALM_TRY(ALM_NEW(&width, n, error));
    memcpy(width, l->width, n * sizeof *width);
    shrink(l, keys, from, to, width);
    struct libscols_table *table = scols_new_table();
    enum alm_status status = table == NULL ? alm_fail(error, ALM_NOMEM, "out of memory for a table") : ALM_OK;
    if (status == ALM_OK) {
        scols_table_enable_noencoding(table, 1); /* cells are escaped already */
        scols_table_enable_colors(table, l->printer->call->color_out);
        scols_table_set_column_separator(table, "  ");
        scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER); /* the widths are settled here */
        status = add_columns(table, l, keys, from, to, error);
    }
    if (status == ALM_OK) status = add_lines(table, l, keys, from, to, width, error);
    if (status == ALM_OK && scols_print_table(table) != 0)
        status = alm_fail(error, ALM_IO, "cannot print a table");
    scols_unref_table(table);
    free(width);
    return status;
}

/* How many columns at the start name a row: up to the first text. */
static size_t count_keys(const struct layout *l)
{
    size_t used = 0, seen = 0;
    for (size_t j = 0; j < l->printer->n_columns; j++) {
        if (!l->shown[j]) continue;
        used += narrowest(l, j) + BETWEEN;
        if (used > l->terminal / 2 || ++seen > 3) return 0;
        if (l->text[j]) return j + 1;
    }
    return 0;
}

/* Columns that do not fit beside each other go on below, with the keys again. */
static enum alm_status print_blocks(const struct layout *l, struct alm_error *error)
{
    const size_t n = l->printer->n_columns, keys = count_keys(l);
    size_t key_width = 0;
    for (size_t j = 0; j < keys; j++)
        if (l->shown[j]) key_width += narrowest(l, j) + BETWEEN;
    for (size_t from = keys, to; from < n || from == keys; from = to) {
        size_t used = key_width;
        for (to = from; to < n; to++) {
            const size_t more = l->shown[to] ? narrowest(l, to) + BETWEEN : 0;
            if (to > from && used > key_width && used + more - BETWEEN > l->terminal) break;
            used += more;
        }
        if (from > keys) fputs("\n", stdout);
        ALM_TRY(print_block(l, keys, from, to, error));
        if (to == n) break;
    }
    return ALM_OK;
}

static void measure(struct layout *l)
{
    const struct alm_printer *p = l->printer;
    for (size_t j = 0; j < p->n_columns; j++) {
        l->shown[j] = !(p->compact && alm_column_is_empty(p, j));
        l->text[j] = !alm_column_is_numeric(p, j) && !alm_column_is_time(p, j);
        l->width[j] = width_of(p->columns[j]);
        for (size_t i = 0; i < p->n_rows; i++) {
            const size_t width = width_of(l->cells[i * p->n_columns + j]);
            if (width > l->width[j]) l->width[j] = width;
        }
    }
}

enum alm_status alm_write_table(struct alm_printer *printer, bool last, struct alm_error *error)
{
    const size_t n = printer->n_columns;
    struct layout l = {.printer = printer, .terminal = terminal_width(printer)};
    if (printer->n_rows == 0 || n == 0) {
        if (last && printer->n_written == 0) alm_call_say(printer->call, "(no rows)");
        return ALM_OK;
    }
    if (printer->n_written > 0) fputs("\n", stdout);
    enum alm_status status = alm_cells_show(&l.cells, printer, error);
    if (status == ALM_OK) status = ALM_NEW(&l.width, n, error);
    if (status == ALM_OK) status = ALM_NEW(&l.text, n, error);
    if (status == ALM_OK) status = ALM_NEW(&l.shown, n, error);
    if (status == ALM_OK) {
        measure(&l);
        status = print_blocks(&l, error);
    }
    alm_cells_free(l.cells, printer->n_rows * n);
    free(l.width);
    free(l.text);
    free(l.shown);
    return status;
}

enum alm_status alm_write_record(struct alm_printer *printer, bool last, struct alm_error *error)
{
    size_t widest = 0;
    char **cells;
    (void)last;
    if (printer->n_rows == 0) return ALM_OK;
    ALM_TRY(alm_cells_show(&cells, printer, error));
    for (size_t j = 0; j < printer->n_columns; j++)
        if (width_of(printer->columns[j]) > widest) widest = width_of(printer->columns[j]);
    for (size_t i = 0; i < printer->n_rows; i++) {
        if (printer->n_written + i > 0) fputs("\n", stdout);
        for (size_t j = 0; j < printer->n_columns; j++) {
            const char *cell = cells[i * printer->n_columns + j];
            if (printer->compact && *cell == '\0') continue;
            const int pad = (int)(widest - width_of(printer->columns[j]));
            const bool color = printer->call->color_out;
            printf("%s%s%s%*s  %s\n", color ? "\033[1m" : "", printer->columns[j], color ? "\033[0m" : "",
                   pad, "", *cell == '\0' ? "-" : cell);
        }
    }
    alm_cells_free(cells, printer->n_rows * printer->n_columns);
    return ALM_OK;
}

static void put_md(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("|\\`*_<", *text) != NULL) putchar('\\');
        putchar(*text);
    }
}

enum alm_status alm_write_md(struct alm_printer *printer, bool last, struct alm_error *error)
{
    char **cells;
    (void)last;
    if (printer->n_written == 0 && printer->n_columns > 0) {
        for (size_t j = 0; j < printer->n_columns; j++) {
            fputs(j == 0 ? "| " : " | ", stdout);
            put_md(printer->columns[j]);
        }
        fputs(" |\n", stdout);
        for (size_t j = 0; j < printer->n_columns; j++)
            fputs(alm_column_is_numeric(printer, j) ? "|---:" : "|---", stdout);
        fputs("|\n", stdout);
    }
    ALM_TRY(alm_cells_show(&cells, printer, error));
    for (size_t i = 0; i < printer->n_rows; i++) {
        for (size_t j = 0; j < printer->n_columns; j++) {
            fputs(j == 0 ? "| " : " | ", stdout);
            put_md(cells[i * printer->n_columns + j]);
        }
        fputs(" |\n", stdout);
    }
    alm_cells_free(cells, printer->n_rows * printer->n_columns);
    return ALM_OK;
}
