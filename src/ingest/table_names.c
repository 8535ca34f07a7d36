#include "ingest/table_search.h"

#include "ingest/name.h"

#include <string.h>

/* `,2019,2020`: different whole numbers, as columns of years are called. */
static bool counts_columns(const struct alm_ingest_table_row *row)
{
    size_t n = 0;
    for (size_t c = 0; c < row->n; c++) {
        const struct alm_field *cell = &row->cells[c];
        if (cell->n == 0) continue;
        if (strspn(cell->text, "0123456789") != cell->n) return false;
        if (n++ > 0 && alm_cells_equal(cell, 1, cell - 1, 1)) return false;
    }
    return n > 0;
}

/* Whether a row right above the data names the columns. */
static bool is_lowest_header(const struct alm_table_search *s, size_t row)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    const bool clock = s->time != SIZE_MAX && !alm_table_is_value(alm_table_kind(s, row, s->time));
    bool words = false;
    if (s->width > 1 && r->n < 2) return false;
    for (size_t c = 0; c < r->n; c++) {
        const enum alm_cell_kind kind = alm_table_kind(s, row, c);
        words = words || kind == ALM_KIND_WORD;
        /* years may name columns, where it is clear that no time stands here */
        if (c < s->width && s->typed[c] && alm_table_is_value(kind) && !clock) return false;
    }
    if (words && alm_table_is_lonely(s, row)) /* `Date,,` below `Price,Close,Volume` */
        return row > 0 && !r->after_gap && r[-1].n == r->n && !alm_table_is_lonely(s, row - 1) &&
               alm_cells_are_heading(r[-1].cells, r[-1].n, s->options->null_text);
    return words || (clock && counts_columns(r));
}

static bool has_repeats_or_holes(const struct alm_ingest_table_row *row)
{
    for (size_t c = 1; c < row->n; c++)
        if (row->cells[c].n == 0 || alm_cells_equal(&row->cells[c], 1, &row->cells[c - 1], 1)) return true;
    return false;
}

static bool names_a_time(const struct alm_table_search *s, size_t row)
{
    char name[64];
    if (s->time == SIZE_MAX || s->time >= s->rows[row].n) return false;
    const struct alm_field *cell = &s->rows[row].cells[s->time];
    if (cell->n >= sizeof name) return false;
    memcpy(name, cell->text, cell->n);
    name[cell->n] = '\0';
    return alm_name_is_time(name);
}

static bool is_comment(const struct alm_ingest_table_row *row)
{
    return row->n > 0 && row->cells[0].n > 0 && row->cells[0].text[0] == '#';
}

/* Whether row belongs to the header that goes on below it, down to row lowest. */
static bool is_upper_header(const struct alm_table_search *s, size_t row, size_t lowest)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    size_t fits, misfits;
    if (r[1].after_gap || r->n != s->rows[lowest].n || s->width < 2) return false;
    if (is_comment(r) && !is_comment(&s->rows[lowest])) return false; /* as above tables of InfluxDB */
    if (alm_table_is_lonely(s, row) || alm_cells_filled(r->cells, r->n) == 0) return false;
    alm_table_compare(&fits, &misfits, s, row);
    if (fits > 0) return false;
    bool complete = true, words = true;
    for (size_t c = 0; c < r->n; c++) {
        bool named = false;
        for (size_t k = row + 1; k <= lowest; k++)
            named = named || s->rows[k].cells[c].n > 0;
        complete = complete && (named || r->cells[c].n == 0);
        words = words && alm_table_kind(s, row, c) == ALM_KIND_WORD;
    }
    if (!complete || alm_table_is_lonely(s, lowest) || alm_ingest_table_holds_units(&s->rows[lowest]) ||
        names_a_time(s, row))
        return true;
    if (alm_cells_equal(r->cells, r->n, r[1].cells, r[1].n)) return true;
    return s->width > 2 && (words || has_repeats_or_holes(r));
}

size_t alm_table_count_header_rows(const struct alm_table_search *s)
{
    size_t n = 0;
    if (s->data == 0 || !is_lowest_header(s, s->data - 1)) return 0;
    for (n = 1; n < ALM_INGEST_HEADER_ROWS && n < s->data; n++)
        if (!is_upper_header(s, s->data - n - 1, s->data - 1)) break;
    return n;
}
