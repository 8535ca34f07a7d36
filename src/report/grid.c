#include "report/grid.h"

#include "base/memory.h"
#include "report/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS (sizeof((struct alm_grid *)0)->column / sizeof *((struct alm_grid *)0)->column)
#define DASH "\xE2\x80\x93"

void alm_grid_column_add(struct alm_grid *grid, enum alm_grid_kind kind, const char *name)
{
    if (grid->columns == MOST_COLUMNS || grid->rows > 0) return;
    struct alm_grid_column *column = &grid->column[grid->columns++];
    column->kind = kind;
    if (alm_copy_text(&column->name, name, NULL) != ALM_OK) grid->failed = true;
}

void alm_grid_row_add(struct alm_grid *grid)
{
    size_t needed;
    if (grid->failed) return;
    if (!alm_multiply(&needed, grid->rows + 1, grid->columns) ||
        alm_grow((void **)&grid->cell, &grid->capacity, needed, sizeof *grid->cell, NULL) != ALM_OK) {
        grid->failed = true;
        return;
    }
    for (size_t i = 0; i < grid->columns; i++)
        grid->cell[grid->rows * grid->columns + i] = (struct alm_grid_cell){.value = NAN};
    grid->rows++;
}

void alm_grid_set_word(struct alm_grid *grid, size_t column, double value, const char *text)
{
    if (grid->failed || grid->rows == 0 || column >= grid->columns) return;
    struct alm_grid_cell *cell = &grid->cell[(grid->rows - 1) * grid->columns + column];
    free(cell->text);
    cell->value = value;
    if (alm_copy_text(&cell->text, text, NULL) != ALM_OK) grid->failed = true;
}

void alm_grid_set_text(struct alm_grid *grid, size_t column, const char *text)
{
    alm_grid_set_word(grid, column, NAN, text[0] == '\0' ? NULL : text);
}

void alm_grid_set_number(struct alm_grid *grid, size_t column, double value)
{
    alm_grid_set_word(grid, column, value, NULL);
}

enum alm_status alm_grid_check(const struct alm_grid *grid, struct alm_error *error)
{
    return grid->failed ? alm_fail(error, ALM_NOMEM, "out of memory") : ALM_OK;
}

void alm_grid_clear(struct alm_grid *grid)
{
    for (size_t i = 0; i < grid->rows * grid->columns; i++)
        free(grid->cell[i].text);
    for (size_t i = 0; i < grid->columns; i++)
        free(grid->column[i].name);
    free(grid->cell);
    *grid = (struct alm_grid){0};
}

/* ---- writing ---- */

static const struct alm_grid_cell *cell_at(const struct alm_grid *grid, size_t row, size_t column)
{
    return &grid->cell[row * grid->columns + column];
}

static bool column_empty(const struct alm_grid *grid, size_t column)
{
    for (size_t row = 0; row < grid->rows; row++) {
        const struct alm_grid_cell *cell = cell_at(grid, row, column);
        if (cell->text != NULL || !isnan(cell->value)) return false;
    }
    return true;
}

static bool is_number(enum alm_grid_kind kind)
{
    return kind == ALM_GRID_NUMBER || kind == ALM_GRID_LOW;
}

/* Decimals of a column of numbers, and its lowest value (NaN when there are not two to compare). */
static int column_decimals(double *lowest, const struct alm_grid *grid, size_t column)
{
    int decimals = 0;
    size_t n = 0;
    *lowest = NAN;
    double least = INFINITY, most = 0;
    for (size_t row = 0; row < grid->rows; row++) {
        const double value = cell_at(grid, row, column)->value;
        if (isnan(value)) continue;
        n++;
        if (!(value >= *lowest)) *lowest = value;
        if (value != 0 && fabs(value) < least) least = fabs(value);
        if (fabs(value) > most) most = fabs(value);
    }
    const double ends[] = {least, most};
    decimals = alm_number_decimals(ends, 2);
    bool whole = true;
    for (size_t row = 0; whole && row < grid->rows; row++) {
        const double value = cell_at(grid, row, column)->value;
        whole = isnan(value) || floor(value) == value;
    }
    if (n < 2) *lowest = NAN;
    return whole ? 0 : decimals;
}

static void html_cell(struct alm_text *out, const struct alm_grid_cell *cell, enum alm_grid_kind kind,
                      int decimals, bool best)
{
    const bool right = is_number(kind) || kind == ALM_GRID_WORD;
    alm_text_append(out, kind == ALM_GRID_DATE ? "<td class=\"d\">"
                         : !right              ? "<td>"
                         : best                ? "<td class=\"n best\">"
                                               : "<td class=\"n\">");
    if (!isnan(cell->value)) {
        alm_text_append(out, "<data value=\"");
        alm_text_append_number(out, cell->value);
        alm_text_append(out, "\">");
    }
    if (kind == ALM_GRID_NAME) alm_text_append(out, "<bdi>");
    if (cell->text != NULL)
        alm_text_append_safe(out, cell->text);
    else if (is_number(kind))
        alm_number_fixed(out, cell->value, decimals);
    else
        alm_text_append(out, DASH);
    if (kind == ALM_GRID_NAME) alm_text_append(out, "</bdi>");
    if (!isnan(cell->value)) alm_text_append(out, "</data>");
    alm_text_append(out, "</td>");
}

static void html_head(struct alm_text *out, const struct alm_grid *grid, const bool *skip)
{
    alm_text_append(out, "<thead><tr>");
    for (size_t i = 0; i < grid->columns; i++) {
        if (skip[i]) continue;
        const enum alm_grid_kind kind = grid->column[i].kind;
        alm_text_append(out, is_number(kind) || kind == ALM_GRID_WORD ? "<th scope=\"col\" class=\"n\">"
                                                                      : "<th scope=\"col\">");
        alm_text_append_safe(out, grid->column[i].name);
        alm_text_append(out, "</th>");
    }
    alm_text_append(out, "</tr></thead>\n<tbody>\n");
}

void alm_grid_write_html(struct alm_text *out, const struct alm_grid *grid, const char *caption)
{
    bool skip[MOST_COLUMNS];
    int decimals[MOST_COLUMNS];
    double lowest[MOST_COLUMNS];
    if (grid->rows == 0 || grid->failed) return;
    for (size_t i = 0; i < grid->columns; i++) {
        skip[i] = column_empty(grid, i);
        decimals[i] = column_decimals(&lowest[i], grid, i);
    }
    alm_text_append(out, "<div class=\"scroll\" tabindex=\"0\"><table>\n");
    if (caption != NULL) {
        alm_text_append(out, "<caption>");
        alm_text_append_safe(out, caption);
        alm_text_append(out, "</caption>\n");
    }
    html_head(out, grid, skip);
    for (size_t row = 0; row < grid->rows; row++) {
        alm_text_append(out, "<tr>");
        for (size_t i = 0; i < grid->columns; i++) {
            const struct alm_grid_cell *cell = cell_at(grid, row, i);
            if (skip[i]) continue;
            html_cell(out, cell, grid->column[i].kind, decimals[i],
                      grid->column[i].kind == ALM_GRID_LOW && cell->value <= lowest[i]);
        }
        alm_text_append(out, "</tr>\n");
    }
    alm_text_append(out, "</tbody></table></div>\n");
}

/* Text within a Markdown table: no cell can end it, start markup or become HTML. */
static void md_text(struct alm_text *out, const char *text)
{
    struct alm_text visible = {0};
    alm_text_append_visible(&visible, text);
    for (const char *p = alm_text_string(&visible); *p != '\0'; p++) {
        if (*p == '<') {
            alm_text_append(out, "&lt;");
            continue;
        }
        if (*p == '&') {
            alm_text_append(out, "&amp;");
            continue;
        }
        if (strchr("|\\`*[]", *p) != NULL) alm_text_append(out, "\\");
        alm_text_append_bytes(out, p, 1);
    }
    if (visible.failed) out->failed = true;
    alm_text_clear(&visible);
}

void alm_grid_write_md(struct alm_text *out, const struct alm_grid *grid)
{
    bool skip[MOST_COLUMNS];
    int decimals[MOST_COLUMNS];
    double lowest;
    if (grid->rows == 0 || grid->failed) return;
    for (size_t i = 0; i < grid->columns; i++) {
        skip[i] = column_empty(grid, i);
        decimals[i] = column_decimals(&lowest, grid, i);
        if (skip[i]) continue;
        alm_text_append(out, "| ");
        md_text(out, grid->column[i].name);
        alm_text_append(out, " ");
    }
    alm_text_append(out, "|\n");
    for (size_t i = 0; i < grid->columns; i++)
        if (!skip[i])
            alm_text_append(out, is_number(grid->column[i].kind) || grid->column[i].kind == ALM_GRID_WORD
                                     ? "|---:"
                                     : "|---");
    alm_text_append(out, "|\n");
    for (size_t row = 0; row < grid->rows; row++) {
        for (size_t i = 0; i < grid->columns; i++) {
            const struct alm_grid_cell *cell = cell_at(grid, row, i);
            if (skip[i]) continue;
            alm_text_append(out, "| ");
            if (cell->text != NULL)
                md_text(out, cell->text);
            else if (is_number(grid->column[i].kind))
                alm_number_fixed(out, cell->value, decimals[i]);
            else
                alm_text_append(out, DASH);
            alm_text_append(out, " ");
        }
        alm_text_append(out, "|\n");
    }
}
