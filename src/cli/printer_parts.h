/* What the printer's files share: buffered cells, and one writer per format. */
#ifndef ALM_CLI_PRINTER_PARTS_H
#define ALM_CLI_PRINTER_PARTS_H

#include "cli/printer.h"

enum alm_cell_kind { ALM_CELL_MISSING, ALM_CELL_TEXT, ALM_CELL_INTEGER, ALM_CELL_NUMBER };

struct alm_cell {
    enum alm_cell_kind kind;
    char *text; /* owned; TEXT only */
    int64_t integer;
    double number;
};

struct alm_printer {
    const struct alm_call *call;
    char **columns; /* [n_columns] */
    size_t n_columns;
    bool record, compact;
    bool terminal;         /* stdout is one: control characters are made visible in every format */
    size_t n_written;      /* rows */
    struct alm_cell *rows; /* [n_rows + 1][n_columns]; the last row is being filled */
    size_t n_rows, next, capacity;
    struct alm_text line; /* scratch */
};

/* Each writes the n_rows buffered rows to stdout; n_written says how many rows went before. last: no more
 * follow, also called without rows. */
enum alm_status alm_write_csv(struct alm_printer *printer, bool last, struct alm_error *error);
enum alm_status alm_write_json(struct alm_printer *printer, bool last, struct alm_error *error);
enum alm_status alm_write_jsonl(struct alm_printer *printer, bool last, struct alm_error *error);
enum alm_status alm_write_table(struct alm_printer *printer, bool last, struct alm_error *error);
enum alm_status alm_write_md(struct alm_printer *printer, bool last, struct alm_error *error);
enum alm_status alm_write_record(struct alm_printer *printer, bool last, struct alm_error *error);

/* Cells as people read them: texts [n_rows][n_columns], each owned by *out; numbers of a column share their
 * decimals, times at midnight are dates and others lose fractions that tell nothing. Released with
 * alm_cells_free. */
enum alm_status alm_cells_show(char ***out, const struct alm_printer *printer, struct alm_error *error);
void alm_cells_free(char **cells, size_t n);
/* Whether column holds numbers only (and missing cells). */
bool alm_column_is_numeric(const struct alm_printer *printer, size_t column);
/* Whether column holds times only (and missing cells). */
bool alm_column_is_time(const struct alm_printer *printer, size_t column);
/* Whether column has no cell with content. */
bool alm_column_is_empty(const struct alm_printer *printer, size_t column);

#endif
