/* A table of a report, made once and written as HTML or Markdown. */
#ifndef ALM_REPORT_GRID_H
#define ALM_REPORT_GRID_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum alm_grid_kind {
    ALM_GRID_TEXT,   /* left */
    ALM_GRID_NAME,   /* left, of unknown origin: isolated from the direction of its surroundings */
    ALM_GRID_DATE,   /* left, never broken */
    ALM_GRID_NUMBER, /* right, decimals by column */
    ALM_GRID_LOW,    /* a number of which the lowest is the best */
    ALM_GRID_WORD,   /* right, shown as the text that was set */
};

struct alm_grid_cell {
    char *text;   /* NULL: the number */
    double value; /* NaN: none */
};

struct alm_grid_column {
    char *name;
    enum alm_grid_kind kind;
};

/* Release with alm_grid_clear. A failed allocation sets failed and later calls do nothing: alm_grid_check
 * says so. */
struct alm_grid {
    size_t rows, columns, capacity;
    struct alm_grid_column column[20];
    struct alm_grid_cell *cell; /* [rows][columns] */
    bool failed;
};

/* Columns first (at most 20; more are ignored), then rows. */
void alm_grid_column_add(struct alm_grid *grid, enum alm_grid_kind kind, const char *name);
void alm_grid_row_add(struct alm_grid *grid);
/* Cells of the last row. */
void alm_grid_set_text(struct alm_grid *grid, size_t column, const char *text);
void alm_grid_set_number(struct alm_grid *grid, size_t column, double value);
/* A number that is shown as text. */
void alm_grid_set_word(struct alm_grid *grid, size_t column, double value, const char *text);
enum alm_status alm_grid_check(const struct alm_grid *grid, struct alm_error *error);
void alm_grid_clear(struct alm_grid *grid);

/* <table>, or nothing without rows; columns without any value are left out. Numbers carry their exact value
 * in <data value>. caption may be NULL. */
void alm_grid_write_html(struct alm_text *out, const struct alm_grid *grid, const char *caption);
void alm_grid_write_md(struct alm_text *out, const struct alm_grid *grid);

#endif
