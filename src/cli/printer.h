/* Prints results on stdout in the format that the call asks for. Cells are pushed one by one, row by row. */
#ifndef ALM_CLI_PRINTER_H
#define ALM_CLI_PRINTER_H

#include "cli/command.h"

struct alm_printer;

struct alm_printer_options {
    const char *const *columns; /* [n_columns]; copied */
    size_t n_columns;
    bool record;  /* table format: one `name  value` line per column, for single things */
    bool compact; /* table format: leave out columns that are empty in all rows */
};

/* Writes what precedes the first row. Release with alm_printer_close, also after failures. */
enum alm_status alm_printer_open(struct alm_printer **out, const struct alm_call *call,
                                 const struct alm_printer_options *options, struct alm_error *error);

/* The next cell of the current row. Texts are copied, NULL is a missing value; a number that is not finite
 * too. */
void alm_printer_text(struct alm_printer *printer, const char *text);
void alm_printer_integer(struct alm_printer *printer, int64_t value);
void alm_printer_number(struct alm_printer *printer, double value);

/* Ends the current row; cells that were not pushed are missing. ALM_IO when stdout cannot be written. */
enum alm_status alm_printer_row(struct alm_printer *printer, struct alm_error *error);

/* Writes what is left and frees the printer, which may be NULL. */
enum alm_status alm_printer_close(struct alm_printer *printer, struct alm_error *error);

/* Pushes all rows of a cursor: its columns in the order of the printer's, by name; a column that the cursor
 * does not have is missing. The cursor stays open. ALM_INTERRUPTED when the call was cancelled. */
enum alm_status alm_printer_rows(struct alm_printer *printer, struct alm_rows *rows, size_t *n,
                                 struct alm_error *error);

struct alm_rows_view {
    const char *const *columns; /* ends with NULL: these only; NULL: all */
    bool record, compact;       /* as in alm_printer_options */
};

/* Prints all rows of a cursor and closes it, also after failures. *n (may be NULL): rows printed. */
enum alm_status alm_print_rows(const struct alm_call *call, struct alm_rows *rows,
                               const struct alm_rows_view *view, size_t *n, struct alm_error *error);

#endif
