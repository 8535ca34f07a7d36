/* The rows of one query, read whole. */
#ifndef ALM_REPORT_TABLE_H
#define ALM_REPORT_TABLE_H

#include "base/status.h"
#include "store/rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One value: numbers have integer and number, texts have text. SQL NULL is NaN, 0 and NULL. */
struct alm_cell {
    char *text;
    double number;
    int64_t integer;
};

/* Start from {0}. Release with alm_table_clear. */
struct alm_table {
    size_t rows, columns;
    struct alm_cell *cell; /* [rows][columns] */
};

/* Runs a named query and reads all its rows into out, which is cleared first. */
enum alm_status alm_table_load(struct alm_table *out, struct alm_store *store, const char *query,
                               const struct alm_binding *bindings, size_t n, struct alm_error *error);
void alm_table_clear(struct alm_table *table);

/* Cells by row and column, both within the table. */
double alm_table_number(const struct alm_table *table, size_t row, size_t column);
int64_t alm_table_integer(const struct alm_table *table, size_t row, size_t column);
/* "" for NULL and for numbers. */
const char *alm_table_text(const struct alm_table *table, size_t row, size_t column);
bool alm_table_null(const struct alm_table *table, size_t row, size_t column);

#endif
