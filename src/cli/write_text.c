/* The formats for programs: numbers in the fewest digits that read back to the same bits, no locale. */
#include "cli/printer_parts.h"

#include <inttypes.h>
#include <stdio.h>

static void put(struct alm_printer *printer)
{
    fwrite(alm_text_string(&printer->line), 1, printer->line.length, stdout);
    alm_text_reset(&printer->line);
}

/* Text as it is, but never with control characters onto a terminal. */
static void append_csv(struct alm_printer *printer, const char *text)
{
    struct alm_text visible = {0};
    if (printer->terminal) alm_text_append_visible(&visible, text);
    alm_text_append_csv(&printer->line, printer->terminal ? alm_text_string(&visible) : text);
    if (visible.failed) printer->line.failed = true;
    alm_text_clear(&visible);
}

static void append_csv_cell(struct alm_printer *printer, const struct alm_cell *cell)
{
    switch (cell->kind) {
    case ALM_CELL_MISSING:
        break;
    case ALM_CELL_TEXT:
        /* an empty text is not a missing one */
        if (cell->text[0] == '\0')
            alm_text_append(&printer->line, "\"\"");
        else
            append_csv(printer, cell->text);
        break;
    case ALM_CELL_INTEGER:
        alm_text_printf(&printer->line, "%" PRId64, cell->integer);
        break;
    case ALM_CELL_NUMBER:
        alm_text_append_number(&printer->line, cell->number);
        break;
    }
}

enum alm_status alm_write_csv(struct alm_printer *printer, bool last, struct alm_error *error)
{
    struct alm_text *line = &printer->line;
    (void)last;
    if (printer->n_written == 0) {
        for (size_t j = 0; j < printer->n_columns; j++) {
            if (j > 0) alm_text_append(line, ",");
            append_csv(printer, printer->columns[j]);
        }
        alm_text_append(line, "\n");
    }
    for (size_t i = 0; i < printer->n_rows; i++) {
        const size_t start = line->length;
        for (size_t j = 0; j < printer->n_columns; j++) {
            if (j > 0) alm_text_append(line, ",");
            append_csv_cell(printer, &printer->rows[i * printer->n_columns + j]);
        }
        /* a missing value alone would be an empty line, which readers skip */
        if (line->length == start) alm_text_append(line, "\"\"");
        alm_text_append(line, "\n");
    }
    put(printer);
    return alm_text_check(line, error);
}

static void append_json_row(struct alm_printer *printer, size_t i)
{
    struct alm_text *line = &printer->line;
    alm_text_append(line, "{");
    for (size_t j = 0; j < printer->n_columns; j++) {
        const struct alm_cell *cell = &printer->rows[i * printer->n_columns + j];
        if (j > 0) alm_text_append(line, ",");
        alm_text_append_json(line, printer->columns[j]);
        alm_text_append(line, ":");
        if (cell->kind == ALM_CELL_MISSING)
            alm_text_append(line, "null");
        else if (cell->kind == ALM_CELL_TEXT)
            alm_text_append_json(line, cell->text);
        else if (cell->kind == ALM_CELL_INTEGER)
            alm_text_printf(line, "%" PRId64, cell->integer);
        else
            alm_text_append_number(line, cell->number);
    }
    alm_text_append(line, "}");
}

enum alm_status alm_write_json(struct alm_printer *printer, bool last, struct alm_error *error)
{
    if (printer->n_written == 0 && (printer->n_rows > 0 || last)) alm_text_append(&printer->line, "[");
    for (size_t i = 0; i < printer->n_rows; i++) {
        alm_text_append(&printer->line, printer->n_written + i == 0 ? "\n" : ",\n");
        append_json_row(printer, i);
    }
    if (last) alm_text_append(&printer->line, printer->n_written + printer->n_rows == 0 ? "]\n" : "\n]\n");
    put(printer);
    return alm_text_check(&printer->line, error);
}

enum alm_status alm_write_jsonl(struct alm_printer *printer, bool last, struct alm_error *error)
{
    (void)last;
    for (size_t i = 0; i < printer->n_rows; i++) {
        append_json_row(printer, i);
        alm_text_append(&printer->line, "\n");
    }
    put(printer);
    return alm_text_check(&printer->line, error);
}
