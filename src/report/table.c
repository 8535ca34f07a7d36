#include "report/table.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static enum alm_status read_cell(struct alm_cell *out, const struct alm_rows *rows, size_t column,
                                 struct alm_error *error)
{
    *out = (struct alm_cell){.number = NAN};
    switch (alm_rows_type(rows, column)) {
    case ALM_VALUE_TEXT:
        return alm_copy_text(&out->text, alm_rows_text(rows, column), error);
    case ALM_VALUE_INTEGER:
    case ALM_VALUE_REAL:
        out->number = alm_rows_real(rows, column);
        out->integer = alm_rows_integer(rows, column);
        return ALM_OK;
    default:
        return ALM_OK;
    }
}

static enum alm_status read_rows(struct alm_table *out, struct alm_rows *rows, struct alm_error *error)
{
    size_t capacity = 0;
    out->columns = alm_rows_n_columns(rows);
    for (;;) {
        bool row;
        ALM_TRY(alm_rows_step(rows, &row, error));
        if (!row) return ALM_OK;
        size_t needed;
        if (!alm_multiply(&needed, out->rows + 1, out->columns))
            return alm_fail(error, ALM_NOMEM, "too many rows for a report");
        ALM_TRY(alm_grow((void **)&out->cell, &capacity, needed, sizeof *out->cell, error));
        struct alm_cell *cell = out->cell + out->rows * out->columns;
        for (size_t i = 0; i < out->columns; i++)
            cell[i] = (struct alm_cell){.number = NAN};
        out->rows++;
        for (size_t i = 0; i < out->columns; i++)
            ALM_TRY(read_cell(&cell[i], rows, i, error));
    }
}

enum alm_status alm_table_load(struct alm_table *out, struct alm_store *store, const char *query,
                               const struct alm_binding *bindings, size_t n, struct alm_error *error)
{
    struct alm_rows *rows;
    alm_table_clear(out);
    ALM_TRY(alm_rows_open_query(&rows, store, query, bindings, n, error));
    const enum alm_status status = read_rows(out, rows, error);
    alm_rows_close(rows);
    return status;
}

double alm_table_number(const struct alm_table *table, size_t row, size_t column)
{
    return table->cell[row * table->columns + column].number;
}

int64_t alm_table_integer(const struct alm_table *table, size_t row, size_t column)
{
    return table->cell[row * table->columns + column].integer;
}

const char *alm_table_text(const struct alm_table *table, size_t row, size_t column)
{
    const char *text = table->cell[row * table->columns + column].text;
    return text == NULL ? "" : text;
}

bool alm_table_null(const struct alm_table *table, size_t row, size_t column)
{
    const struct alm_cell *cell = &table->cell[row * table->columns + column];
    return cell->text == NULL && isnan(cell->number);
}

void alm_table_clear(struct alm_table *table)
{
    for (size_t i = 0; i < table->rows * table->columns; i++)
        free(table->cell[i].text);
    free(table->cell);
    *table = (struct alm_table){0};
}
