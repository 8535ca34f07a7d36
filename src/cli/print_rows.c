#include "cli/printer.h"
#include "cli/printer_parts.h"

#include "base/memory.h"
#include "store/rows.h"

#include <stdlib.h>

static void push(struct alm_printer *printer, const struct alm_rows *rows, size_t column)
{
    const enum alm_value_type type = column == ALM_NO_COLUMN ? ALM_VALUE_NULL : alm_rows_type(rows, column);
    struct alm_text text = {0};
    size_t n;
    switch (type) {
    case ALM_VALUE_NULL:
        alm_printer_text(printer, NULL);
        break;
    case ALM_VALUE_INTEGER:
        alm_printer_integer(printer, alm_rows_integer(rows, column));
        break;
    case ALM_VALUE_REAL:
        alm_printer_number(printer, alm_rows_real(rows, column));
        break;
    case ALM_VALUE_TEXT:
        alm_printer_text(printer, alm_rows_text(rows, column));
        break;
    case ALM_VALUE_BLOB: /* bytes are of no use on a screen or in a CSV file */
        alm_rows_blob(rows, column, &n);
        alm_text_printf(&text, "(%zu bytes)", n);
        alm_printer_text(printer, alm_text_string(&text));
        alm_text_clear(&text);
        break;
    }
}

enum alm_status alm_printer_rows(struct alm_printer *printer, struct alm_rows *rows, size_t *n,
                                 struct alm_error *error)
{
    size_t *source;
    bool row;
    *n = 0;
    ALM_TRY(ALM_NEW(&source, printer->n_columns, error));
    for (size_t j = 0; j < printer->n_columns; j++)
        source[j] = alm_rows_find_column(rows, printer->columns[j]);
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        for (size_t j = 0; j < printer->n_columns; j++)
            push(printer, rows, source[j]);
        ++*n;
        status = alm_printer_row(printer, error);
        if (status == ALM_OK && alm_cancelled(printer->call->cancel))
            status = alm_fail(error, ALM_INTERRUPTED, "interrupted");
        if (status == ALM_OK) status = alm_rows_step(rows, &row, error);
    }
    free(source);
    return status;
}

/* Columns of a query may bear the same name: then they are taken by position. */
static enum alm_status push_in_place(struct alm_printer *printer, struct alm_rows *rows, size_t *n,
                                     struct alm_error *error)
{
    bool row;
    *n = 0;
    ALM_TRY(alm_rows_step(rows, &row, error));
    while (row) {
        for (size_t j = 0; j < printer->n_columns; j++)
            push(printer, rows, j);
        ++*n;
        ALM_TRY(alm_printer_row(printer, error));
        if (alm_cancelled(printer->call->cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
        ALM_TRY(alm_rows_step(rows, &row, error));
    }
    return ALM_OK;
}

enum alm_status alm_print_rows(const struct alm_call *call, struct alm_rows *rows,
                               const struct alm_rows_view *view, size_t *n, struct alm_error *error)
{
    const char **names = NULL;
    size_t n_columns = 0, printed = 0;
    struct alm_printer *printer = NULL;
    if (view->columns != NULL)
        while (view->columns[n_columns] != NULL)
            n_columns++;
    else
        n_columns = alm_rows_n_columns(rows);
    enum alm_status status = ALM_NEW(&names, n_columns, error);
    for (size_t j = 0; status == ALM_OK && j < n_columns; j++)
        names[j] = view->columns != NULL ? view->columns[j] : alm_rows_column_name(rows, j);
    if (status == ALM_OK)
        status = alm_printer_open(
            &printer, call,
            &(struct alm_printer_options){
                .columns = names, .n_columns = n_columns, .record = view->record, .compact = view->compact},
            error);
    if (status == ALM_OK)
        status = view->columns != NULL ? alm_printer_rows(printer, rows, &printed, error)
                                       : push_in_place(printer, rows, &printed, error);
    /* after a failure what was read is still written, and the first failure counts */
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    free(names);
    alm_query_close(rows);
    if (n != NULL) *n = printed;
    return status == ALM_OK ? closed : status;
}
