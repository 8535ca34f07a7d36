#include "ingest/table.h"

#include "base/memory.h"
#include "ingest/cells.h"
#include "ingest/name.h"

#include <stdlib.h>
#include <string.h>

enum {
    BODY_ROWS = 200,     /* looked at to know what columns hold */
    TRAILING_NOTES = 32, /* rows at the sample's end that may be left out of it */
};

/* What is at hand while looking. */
struct search {
    struct alm_ingest_table *out;
    struct alm_sample *sample;
    const struct alm_ingest_options *options;
    const char *file;
    struct alm_ingest_table_row *rows; /* [n] */
    size_t n;
    struct alm_field *fields; /* the rows' cells */
    size_t names;             /* the row of names above data; SIZE_MAX: none */
    size_t width;
    bool *typed; /* [width] columns of numbers or times */
    size_t time; /* the first column of times; SIZE_MAX: none */
    size_t data; /* row number */
    size_t header_rows;
};

static enum alm_cell_kind kind_of(const struct search *s, size_t row, size_t column)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    if (column >= r->n) return ALM_KIND_MISSING;
    return alm_cell_kind(r->cells[column].text, r->cells[column].n, s->options->null_text);
}

static bool is_value(enum alm_cell_kind kind)
{
    return kind == ALM_KIND_NUMBER || kind == ALM_KIND_TIME;
}

static enum alm_status make_rows(struct search *s, struct alm_error *error)
{
    const struct alm_sample *sample = s->sample;
    size_t cells = 1, at = 0;
    for (size_t r = 0; r < sample->n; r++)
        cells += sample->records[r].n;
    ALM_TRY(ALM_NEW(&s->rows, sample->n + 1, error));
    ALM_TRY(ALM_NEW(&s->fields, cells, error));
    for (size_t r = 0; r < sample->n; r++) {
        const struct alm_sample_record *record = &sample->records[r];
        s->rows[r] =
            (struct alm_ingest_table_row){&s->fields[at], record->n, record->line, record->after_gap};
        for (size_t c = 0; c < record->n; c++)
            s->fields[at++] = (struct alm_field){record->cells[c], strlen(record->cells[c])};
    }
    s->n = sample->n;
    return ALM_OK;
}

/* ---- names above data ---- */

static bool heads(const struct search *s, size_t row)
{
    const struct alm_ingest_table_row *a = &s->rows[row], *b = a + 1;
    return row + 1 < s->n && alm_cells_head(a->cells, a->n, b->cells, b->n, s->options->null_text);
}

/* Whether names that stand above data below a table start another one, rather than be a bad row. */
static bool starts_second(const struct search *s, size_t row)
{
    const struct alm_ingest_table_row *first = &s->rows[s->names], *other = &s->rows[row];
    const bool gap = other->after_gap || alm_cells_filled(other[-1].cells, other[-1].n) == 1;
    return gap || other->n != first->n || alm_cells_equal(first->cells, first->n, other->cells, other->n);
}

static enum alm_status find_names(struct search *s, struct alm_error *error)
{
    s->names = SIZE_MAX;
    for (size_t r = 0; r < s->n; r++) {
        if (!heads(s, r)) continue;
        if (s->names == SIZE_MAX)
            s->names = r;
        else if (starts_second(s, r))
            return alm_ingest_table_refuse_second(s->file, s->rows[r].line, s->rows[r].cells, s->rows[r].n,
                                                  error);
    }
    return ALM_OK;
}

enum alm_status alm_ingest_table_refuse_second(const char *file, size_t line, const struct alm_field *cells,
                                               size_t n, struct alm_error *error)
{
    struct alm_text names = {0};
    for (size_t i = 0; i < n && names.length < 60; i++) {
        if (i > 0) alm_text_append(&names, ",");
        alm_text_append_bytes(&names, cells[i].text, cells[i].n);
    }
    alm_fail(error, ALM_DATA,
             "%s:%zu: a second table starts here (%.80s), and nothing was stored: take this one with --skip "
             "%zu, and "
             "the first one from a file of its own (head -n %zu)",
             file, line, alm_text_string(&names), line - 1, line - 1);
    alm_text_clear(&names);
    return ALM_DATA;
}

/* ---- what the columns hold ---- */

static size_t common_width(const struct search *s)
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
static size_t body_start(const struct search *s)
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

static enum alm_status look_at_columns(struct search *s, struct alm_error *error)
{
    s->width = s->names != SIZE_MAX ? s->rows[s->names].n : common_width(s);
    s->time = SIZE_MAX;
    ALM_TRY(ALM_NEW(&s->typed, s->width + 1, error));
    const size_t start = body_start(s);
    for (size_t c = 0; c < s->width; c++) {
        size_t numbers = 0, times = 0, words = 0, seen = 0;
        for (size_t r = start; r < s->n && seen < BODY_ROWS; r++) {
            if (s->rows[r].n != s->width) continue;
            const enum alm_cell_kind kind = kind_of(s, r, c);
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

/* How many of a row's cells are of their column's kind, and how many are words instead. */
static void compare(size_t *fits, size_t *misfits, const struct search *s, size_t row)
{
    *fits = *misfits = 0;
    for (size_t c = 0; c < s->width; c++) {
        if (!s->typed[c]) continue;
        const enum alm_cell_kind kind = kind_of(s, row, c);
        *fits += is_value(kind);
        *misfits += kind == ALM_KIND_WORD;
    }
}

static bool is_data(const struct search *s, size_t row)
{
    size_t fits, misfits;
    compare(&fits, &misfits, s, row);
    return s->rows[row].n == s->width && fits > 0 && misfits == 0;
}

/* A row with bad cells, as far as can be told. */
static bool may_be_data(const struct search *s, size_t row)
{
    size_t fits, misfits;
    compare(&fits, &misfits, s, row);
    if (s->rows[row].n != s->width) return false;
    return s->time == SIZE_MAX ? fits > 0 : is_value(kind_of(s, row, s->time));
}

/* One cell where there are several columns: a title, or an empty line of a spreadsheet. */
static bool is_lonely(const struct search *s, size_t row)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    const size_t filled = alm_cells_filled(r->cells, r->n);
    return s->width > 1 && (filled == 0 || (filled == 1 && r->cells[0].n > 0));
}

static bool find_data(struct search *s)
{
    if (s->names != SIZE_MAX) {
        s->data = s->names + 1;
        return true;
    }
    for (s->data = 0; s->data < s->n && !is_data(s, s->data); s->data++)
        ;
    if (s->data == s->n) return false;
    while (s->data > 0 && may_be_data(s, s->data - 1))
        s->data--;
    return true;
}

/* ---- the rows of the header ---- */

/* Whether a row right above the data names the columns. */
static bool is_lowest_header(const struct search *s, size_t row)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    const bool clock = s->time != SIZE_MAX && kind_of(s, row, s->time) == ALM_KIND_WORD;
    bool words = false;
    if (s->width > 1 && r->n < 2) return false;
    for (size_t c = 0; c < r->n; c++) {
        const enum alm_cell_kind kind = kind_of(s, row, c);
        words = words || kind == ALM_KIND_WORD;
        /* years may name columns, where it is clear that no time stands here */
        if (c < s->width && s->typed[c] && is_value(kind) && !clock) return false;
    }
    if (words && is_lonely(s, row)) /* `Date,,` below `Price,Close,Volume` */
        return row > 0 && !r->after_gap && r[-1].n == r->n && !is_lonely(s, row - 1) &&
               alm_cells_are_heading(r[-1].cells, r[-1].n, s->options->null_text);
    return words;
}

static bool has_repeats_or_holes(const struct alm_ingest_table_row *row)
{
    for (size_t c = 1; c < row->n; c++)
        if (row->cells[c].n == 0 || alm_cells_equal(&row->cells[c], 1, &row->cells[c - 1], 1)) return true;
    return false;
}

static bool names_a_time(const struct search *s, size_t row)
{
    char name[64];
    if (s->time == SIZE_MAX || s->time >= s->rows[row].n) return false;
    const struct alm_field *cell = &s->rows[row].cells[s->time];
    if (cell->n >= sizeof name) return false;
    memcpy(name, cell->text, cell->n);
    name[cell->n] = '\0';
    return alm_name_is_time(name);
}

/* Whether row belongs to the header that goes on below it, down to row lowest. */
static bool is_upper_header(const struct search *s, size_t row, size_t lowest)
{
    const struct alm_ingest_table_row *r = &s->rows[row];
    size_t fits, misfits;
    if (r[1].after_gap || r->n != s->rows[lowest].n || s->width < 2) return false;
    if (is_lonely(s, row) || alm_cells_filled(r->cells, r->n) == 0) return false;
    compare(&fits, &misfits, s, row);
    if (fits > 0) return false;
    bool complete = true, words = true;
    for (size_t c = 0; c < r->n; c++) {
        bool named = false;
        for (size_t k = row + 1; k <= lowest; k++)
            named = named || s->rows[k].cells[c].n > 0;
        complete = complete && (named || r->cells[c].n == 0);
        words = words && kind_of(s, row, c) == ALM_KIND_WORD;
    }
    if (!complete || is_lonely(s, lowest) || alm_ingest_table_holds_units(&s->rows[lowest]) ||
        names_a_time(s, row))
        return true;
    if (alm_cells_equal(r->cells, r->n, r[1].cells, r[1].n)) return true;
    return s->width > 2 && (words || has_repeats_or_holes(r));
}

static size_t count_header_rows(const struct search *s)
{
    size_t n = 0;
    if (s->data == 0 || !is_lowest_header(s, s->data - 1)) return 0;
    for (n = 1; n < ALM_INGEST_HEADER_ROWS && n < s->data; n++)
        if (!is_upper_header(s, s->data - n - 1, s->data - 1)) break;
    return n;
}

/* Nothing tells the rows of this file apart: all are text. */
static void decide_by_words(struct search *s)
{
    size_t r = 0;
    while (r + 1 < s->n && is_lonely(s, r))
        r++;
    bool words = r < s->n;
    for (size_t c = 0; words && c < s->rows[r].n; c++)
        words = kind_of(s, r, c) == ALM_KIND_WORD;
    s->header_rows = words;
    s->data = r + words;
}

/* ---- what the user says ---- */

static bool read_count(size_t *out, const char *text)
{
    long long value;
    if (strspn(text, "0123456789") != strlen(text) || !alm_text_to_integer(&value, text)) return false;
    *out = (size_t)value;
    return value < 1000000000;
}

static bool states_names(const struct search *s)
{
    const char *header = s->options->header;
    size_t n;
    return header != NULL && strcmp(header, "auto") != 0 && strcmp(header, "yes") != 0 &&
           strcmp(header, "no") != 0 && !read_count(&n, header);
}

static enum alm_status find_stated_names(struct search *s, const char *names, struct alm_error *error)
{
    if (s->n == 0) return alm_fail(error, ALM_DATA, "%s is empty, expected the header %s", s->file, names);
    const size_t end = s->data < s->n ? s->data : s->n;
    size_t best = s->header_rows > 0 && s->data > 0 ? s->data - 1 : 0;
    for (size_t r = 0; r < end; r++)
        if (alm_ingest_table_check_names(s->file, &s->rows[r], names, NULL) == ALM_OK) best = r;
    ALM_TRY(alm_ingest_table_check_names(s->file, &s->rows[best], names, error));
    s->header_rows = 1;
    s->data = best + 1;
    return ALM_OK;
}

static enum alm_status obey_header(struct search *s, struct alm_error *error)
{
    const char *header = s->options->header == NULL ? "auto" : s->options->header;
    if (strcmp(header, "auto") == 0) return ALM_OK;
    if (strcmp(header, "yes") == 0) {
        if (s->header_rows > 0) return ALM_OK;
        s->header_rows = 1;
        if (s->data == 0) s->data = 1;
        return ALM_OK;
    }
    if (states_names(s)) return find_stated_names(s, header, error);
    size_t n = 0;
    if (!read_count(&n, header) || n == 0) { /* then all rows of the right width are data */
        s->header_rows = 0;
        for (s->data = 0; s->data < s->n; s->data++)
            if (s->rows[s->data].n == s->width && !is_lonely(s, s->data)) break;
        return ALM_OK;
    }
    if (n > s->n)
        return alm_fail(error, ALM_USAGE, "%s: --header %zu: there are only %zu rows", s->file, n, s->n);
    if (s->data < n) s->data = n;
    s->header_rows = n;
    return ALM_OK;
}

/* Takes what stands above the stated line out of the sample. */
static enum alm_status obey_skip(struct search *s, struct alm_error *error)
{
    const char *skip = s->options->skip;
    size_t n = 0;
    if (skip == NULL) return ALM_OK;
    if (!read_count(&s->out->preamble, skip))
        return alm_fail(error, ALM_USAGE, "--skip is a number of lines, not \"%s\"", skip);
    while (n < s->sample->n && s->sample->records[n].line <= s->out->preamble)
        n++;
    alm_sample_remove(s->sample, 0, n);
    if (s->sample->n == 0 && n > 0)
        return alm_fail(error, ALM_USAGE, "%s: --skip %s leaves nothing of the first %zu rows", s->file, skip,
                        n);
    return ALM_OK;
}

/* ---- the result ---- */

static void describe(struct search *s, size_t header)
{
    struct alm_ingest_table *out = s->out;
    const size_t lines = out->preamble;
    if (s->options->skip == NULL && header > 0)
        alm_text_printf(&out->said, "line%s 1%s%.0zu %s passed over: the table begins at line %zu\n",
                        lines == 1 ? "" : "s", lines == 1 ? "" : " to ", lines == 1 ? 0 : lines,
                        lines == 1 ? "was" : "were", lines + 1);
    if (s->header_rows > 1)
        alm_text_printf(&out->said, "the header is lines %zu to %zu\n", out->header_line,
                        s->rows[s->data - 1].line);
}

/* Rows at the end of the sample that do not fit, such as notes below the table, would spoil the look at its
 * columns. */
static void drop_misfits(struct search *s)
{
    size_t n = 0;
    while (n < TRAILING_NOTES && s->n > s->data + 1) {
        const struct alm_ingest_table_row *row = &s->rows[s->n - 1];
        if (row->n == s->width && (s->time == SIZE_MAX || may_be_data(s, s->n - 1))) break;
        s->n--;
        n++;
    }
    alm_sample_remove(s->sample, s->n, n);
}

static enum alm_status finish(struct search *s, struct alm_error *error)
{
    struct alm_ingest_table *out = s->out;
    struct alm_sample *sample = s->sample;
    const size_t header = s->data - s->header_rows; /* row number */
    out->header_rows = s->header_rows;
    out->data_line = s->data < s->n ? s->rows[s->data].line : s->rows[s->n - 1].line + 1;
    out->header_line = s->header_rows > 0 ? s->rows[header].line : 0;
    if (s->options->skip == NULL)
        out->preamble = (out->header_line > 0 ? out->header_line : out->data_line) - 1;
    describe(s, header);
    drop_misfits(s);
    sample->has_header = s->header_rows > 0;
    if (s->header_rows > 1) {
        struct alm_sample_record joined;
        const enum alm_status status =
            alm_ingest_table_join(&joined, &out->said, &s->rows[header], s->header_rows, s->time, error);
        if (status != ALM_OK) {
            alm_sample_record_clear(&joined);
            return status;
        }
        alm_sample_record_clear(&sample->records[header]);
        sample->records[header] = joined;
        alm_sample_remove(sample, header + 1, s->header_rows - 1);
    }
    alm_sample_remove(sample, 0, header);
    return alm_text_check(&out->said, error);
}

/* In layout rows each row is a series of its own length: nothing stands above them but one row of names. */
static bool is_layout_rows(const struct search *s)
{
    return s->options->layout != NULL && strcmp(s->options->layout, "rows") == 0;
}

static enum alm_status find(struct search *s, struct alm_error *error)
{
    ALM_TRY(obey_skip(s, error));
    ALM_TRY(make_rows(s, error));
    if (s->n == 0) return states_names(s) ? find_stated_names(s, s->options->header, error) : ALM_OK;
    if (is_layout_rows(s)) {
        decide_by_words(s);
        ALM_TRY(obey_header(s, error));
        return finish(s, error);
    }
    ALM_TRY(find_names(s, error));
    ALM_TRY(look_at_columns(s, error));
    if (find_data(s))
        s->header_rows = count_header_rows(s);
    else
        decide_by_words(s);
    ALM_TRY(obey_header(s, error));
    return finish(s, error);
}

enum alm_status alm_ingest_table_find(struct alm_ingest_table *out, struct alm_sample *sample,
                                      const struct alm_ingest_options *options, const char *file,
                                      struct alm_error *error)
{
    struct search s = {.out = out, .sample = sample, .options = options, .file = file};
    *out = (struct alm_ingest_table){0};
    sample->has_header = false;
    const enum alm_status status = find(&s, error);
    free(s.rows);
    free(s.fields);
    free(s.typed);
    return status;
}

void alm_ingest_table_clear(struct alm_ingest_table *table)
{
    alm_text_clear(&table->said);
    *table = (struct alm_ingest_table){0};
}
