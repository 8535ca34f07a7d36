#include "cli/printer.h"

#include "base/memory.h"
#include "cli/meter.h"
#include "cli/printer_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Rows that a table lays out together; a longer one goes on under a new heading. */
enum { TABLE_ROWS = 1000, TEXT_ROWS = 64 };

enum alm_status alm_printer_open(struct alm_printer **out, const struct alm_call *call,
                                 const struct alm_printer_options *options, struct alm_error *error)
{
    struct alm_printer *printer;
    *out = NULL;
    ALM_TRY(ALM_NEW(&printer, 1, error));
    *printer = (struct alm_printer){.call = call, .record = options->record, .compact = options->compact};
    printer->terminal = isatty(STDOUT_FILENO) == 1;
    enum alm_status status = ALM_NEW(&printer->columns, options->n_columns, error);
    for (size_t i = 0; status == ALM_OK && i < options->n_columns; i++) {
        status = alm_copy_text(&printer->columns[i], options->columns[i], error);
        if (status == ALM_OK) printer->n_columns++;
    }
    size_t cells;
    const size_t rows =
        (call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD) ? TABLE_ROWS : TEXT_ROWS;
    if (status == ALM_OK && !alm_multiply(&cells, rows + 1, options->n_columns))
        status = alm_fail(error, ALM_NOMEM, "too many columns");
    if (status == ALM_OK) status = ALM_NEW(&printer->rows, cells, error);
    printer->capacity = rows;
    alm_meter_erase(call->meter);
    *out = printer;
    return status;
}

static struct alm_cell *next_cell(struct alm_printer *printer)
{
    struct alm_cell *row = printer->rows + printer->n_rows * printer->n_columns;
    return printer->next < printer->n_columns ? &row[printer->next++] : NULL;
}

void alm_printer_text(struct alm_printer *printer, const char *text)
{
    struct alm_cell *cell = next_cell(printer);
    if (cell == NULL) return;
    if (text == NULL) {
        cell->kind = ALM_CELL_MISSING;
        return;
    }
    cell->kind = ALM_CELL_TEXT;
    cell->text = strdup(text);
    if (cell->text == NULL) printer->line.failed = true;
}

void alm_printer_integer(struct alm_printer *printer, int64_t value)
{
    struct alm_cell *cell = next_cell(printer);
    if (cell != NULL) *cell = (struct alm_cell){.kind = ALM_CELL_INTEGER, .integer = value};
}

void alm_printer_number(struct alm_printer *printer, double value)
{
    struct alm_cell *cell = next_cell(printer);
    if (cell == NULL) return;
    *cell = (struct alm_cell){.kind = isfinite(value) ? ALM_CELL_NUMBER : ALM_CELL_MISSING, .number = value};
}

static void forget_rows(struct alm_printer *printer)
{
    /* the row under way counts too */
    for (size_t i = 0; i < (printer->n_rows + 1) * printer->n_columns; i++) {
        if (printer->rows[i].kind == ALM_CELL_TEXT) free(printer->rows[i].text);
        printer->rows[i] = (struct alm_cell){0};
    }
    printer->n_rows = 0;
    printer->next = 0;
}

static enum alm_status write_rows(struct alm_printer *printer, bool last, struct alm_error *error)
{
    static enum alm_status (*const writers[])(struct alm_printer *, bool, struct alm_error *) = {
        [ALM_FORMAT_TABLE] = alm_write_table, [ALM_FORMAT_CSV] = alm_write_csv,
        [ALM_FORMAT_JSON] = alm_write_json,   [ALM_FORMAT_JSONL] = alm_write_jsonl,
        [ALM_FORMAT_MD] = alm_write_md,
    };
    enum alm_status status = alm_text_check(&printer->line, error);
    if (status == ALM_OK) {
        if (printer->record && printer->call->format == ALM_FORMAT_TABLE)
            status = alm_write_record(printer, last, error);
        else
            status = writers[printer->call->format](printer, last, error);
    }
    if (status == ALM_OK) status = alm_text_check(&printer->line, error);
    printer->n_written += printer->n_rows;
    forget_rows(printer);
    if (status == ALM_OK && ferror(stdout))
        status = alm_fail(error, ALM_IO, "cannot write to standard output: %s", strerror(errno));
    return status;
}

enum alm_status alm_printer_row(struct alm_printer *printer, struct alm_error *error)
{
    printer->n_rows++;
    printer->next = 0;
    return printer->n_rows < printer->capacity ? ALM_OK : write_rows(printer, false, error);
}

enum alm_status alm_printer_close(struct alm_printer *printer, struct alm_error *error)
{
    if (printer == NULL) return ALM_OK;
    enum alm_status status = ALM_OK;
    if (printer->rows != NULL) {
        status = write_rows(printer, true, error);
        forget_rows(printer);
    }
    for (size_t i = 0; i < printer->n_columns; i++)
        free(printer->columns[i]);
    free(printer->columns);
    free(printer->rows);
    alm_text_clear(&printer->line);
    free(printer);
    return status;
}
