#include "ingest/table_search.h"

#include "base/memory.h"

enum {
    ABOUT_ROWS = 20, /* before the table that may look like one */
    BODY_ROWS = 200, /* looked at to know what columns hold */
};

enum alm_cell_kind alm_table_kind(const struct alm_table_search *s, size_t row, size_t column)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    if (column >= r->n) return ALM_KIND_MISSING;
    return alm_cell_kind(r->cells[column].text, r->cells[column].n, s->options->null_text);
}

/* ---- names above data ---- */

static bool heads(const struct alm_table_search *s, size_t row)
{
    const struct alm_ingest_table_row *a = &s->rows[row], *b = a + 1;
    return row + 1 < s->n && alm_cells_head(a->cells, a->n, b->cells, b->n, s->options->null_text);
}

/* Whether names that stand above data below a table start another one, rather than be a bad row. */
static bool starts_second(const struct alm_table_search *s, size_t row)
{
    const struct alm_ingest_table_row *first = &s->rows[s->names], *other = &s->rows[row];
    const bool gap = other->after_gap || alm_cells_filled(other[-1].cells, other[-1].n) == 1;
    return gap || other->n != first->n || alm_cells_equal(first->cells, first->n, other->cells, other->n);
}

static bool has_time(const struct alm_table_search *s, size_t first, size_t end)
{
    for (size_t r = first; r < end; r++)
        for (size_t c = 0; c < s->rows[r].n; c++)
            if (alm_table_kind(s, r, c) == ALM_KIND_TIME) return true;
    return false;
}

/* A few lines about a station or a request may look like a table, but have no times, as the one below has. */
static bool is_about(const struct alm_table_search *s, size_t other)
{
    return !s->options->index && other - s->names <= ABOUT_ROWS && !has_time(s, s->names + 1, other) &&
           has_time(s, other + 1, other + 2);
}

enum alm_status alm_table_find_names(struct alm_table_search *s, struct alm_error *error)
{
    s->names = SIZE_MAX;
    for (size_t r = 0; r < s->n; r++) {
        if (!heads(s, r)) continue;
        if (s->names == SIZE_MAX || is_about(s, r))
            s->names = r;
        else if (starts_second(s, r))
            return alm_ingest_table_refuse_second(s->file, s->rows[r].line, s->rows[r].cells, s->rows[r].n,
                                                  error);
    }
    return ALM_OK;
}

/* ---- what the columns hold ---- */

static size_t common_width(const struct alm_table_search *s)
{
    size_t width = 0, times = 0;
    for (size_t r = 0; r < s->n; r++) {
        size_t same = 0;
        if (s->rows[r].n == width) continue;
        for (size_t k = r; k < s->n; k++)
            same += s->rows[k].n == s->rows[r].n;
        if (same > times || (same == times && s->rows[r].n > width)) {
            width = s->rows[r].n;
            times = same;
        }
    }
    return width;
}

/* The rows to judge by: those below the names, or the second half of those of the common width. */
static size_t body_start(const struct alm_table_search *s)
{
    size_t n = 0, half = 0;
    if (s->names != SIZE_MAX) return s->names + 1;
    for (size_t r = 0; r < s->n; r++)
        n += s->rows[r].n == s->width;
    for (size_t r = 0; r < s->n; r++) {
        if (s->rows[r].n == s->width && half++ == (n + 1) / 2) return r;
    }
    return s->n;
}

enum alm_status alm_table_look_at_columns(struct alm_table_search *s, struct alm_error *error)
{
    s->width = s->names != SIZE_MAX ? s->rows[s->names].n : common_width(s);
    s->time = SIZE_MAX;
    ALM_TRY(ALM_NEW(&s->typed, s->width + 1, error));
    const size_t start = body_start(s);
    for (size_t c = 0; c < s->width; c++) {
        size_t numbers = 0, times = 0, words = 0, seen = 0;
        for (size_t r = start; r < s->n && seen < BODY_ROWS; r++) {
            if (s->rows[r].n != s->width) continue;
            const enum alm_cell_kind kind = alm_table_kind(s, r, c);
            numbers += kind == ALM_KIND_NUMBER;
            times += kind == ALM_KIND_TIME;
            words += kind == ALM_KIND_WORD;
            seen++;
        }
        s->typed[c] = numbers + times > 0 && words * 4 <= numbers + times;
        if (s->typed[c] && times > numbers && s->time == SIZE_MAX) s->time = c;
    }
    return ALM_OK;
}

/* ---- the first row of data ---- */

void alm_table_compare(size_t *fits, size_t *misfits, const struct alm_table_search *s, size_t row)
{
    *fits = *misfits = 0;
    for (size_t c = 0; c < s->width; c++) {
        if (!s->typed[c]) continue;
        const enum alm_cell_kind kind = alm_table_kind(s, row, c);
        *fits += alm_table_is_value(kind);
        *misfits += kind == ALM_KIND_WORD;
    }
}

static bool is_data(const struct alm_table_search *s, size_t row)
{
    size_t fits, misfits;
    alm_table_compare(&fits, &misfits, s, row);
    if (s->time != SIZE_MAX && !alm_table_is_value(alm_table_kind(s, row, s->time))) return false;
    return s->rows[row].n == s->width && fits > 0 && misfits == 0;
}

bool alm_table_may_be_data(const struct alm_table_search *s, size_t row)
{
    size_t fits, misfits;
    alm_table_compare(&fits, &misfits, s, row);
    if (s->rows[row].n != s->width) return false;
    return s->time == SIZE_MAX ? fits > 0 : alm_table_is_value(alm_table_kind(s, row, s->time));
}

bool alm_table_is_lonely(const struct alm_table_search *s, size_t row)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    const size_t filled = alm_cells_filled(r->cells, r->n);
    return s->width > 1 && (filled == 0 || (filled == 1 && r->cells[0].n > 0));
}

bool alm_table_find_data(struct alm_table_search *s)
{
    if (s->names != SIZE_MAX) {
        s->data = s->names + 1;
        return true;
    }
    for (s->data = 0; s->data < s->n && !is_data(s, s->data); s->data++)
        ;
    if (s->data == s->n) return false;
    while (s->data > 0 && alm_table_may_be_data(s, s->data - 1))
        s->data--;
    return true;
}
