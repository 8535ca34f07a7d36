#include "ingest/table_search.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { TRAILING_NOTES = 32 }; /* rows at the sample's end that may be left out of it */

static enum alm_status make_rows(struct alm_table_search *s, struct alm_error *error)
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

/* Nothing tells the rows of this file apart: all are text. */
static void decide_by_words(struct alm_table_search *s)
{
    size_t r = 0;
    while (r + 1 < s->n && alm_table_is_lonely(s, r))
        r++;
    bool words = r < s->n;
    for (size_t c = 0; words && c < s->rows[r].n; c++)
        words = alm_table_kind(s, r, c) == ALM_KIND_WORD;
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

bool alm_ingest_table_states_names(const char *header)
{
    size_t n;
    return header != NULL && strcmp(header, "auto") != 0 && strcmp(header, "yes") != 0 &&
           strcmp(header, "no") != 0 && !read_count(&n, header);
}

static enum alm_status find_stated_names(struct alm_table_search *s, const char *names,
                                         struct alm_error *error)
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

static enum alm_status obey_header(struct alm_table_search *s, struct alm_error *error)
{
    const char *header = s->options->header == NULL ? "auto" : s->options->header;
    if (strcmp(header, "auto") == 0) return ALM_OK;
    if (strcmp(header, "yes") == 0) {
        if (s->header_rows > 0) return ALM_OK;
        s->header_rows = 1;
        if (s->data == 0) s->data = 1;
        return ALM_OK;
    }
    if (alm_ingest_table_states_names(header)) return find_stated_names(s, header, error);
    size_t n = 0;
    if (!read_count(&n, header) || n == 0) { /* then all rows of the right width are data */
        s->header_rows = 0;
        for (s->data = 0; s->data < s->n; s->data++)
            if (s->rows[s->data].n == s->width && !alm_table_is_lonely(s, s->data)) break;
        return ALM_OK;
    }
    if (n > s->n)
        return alm_fail(error, ALM_USAGE, "%s: --header %zu: there are only %zu rows", s->file, n, s->n);
    if (s->data < n) s->data = n;
    s->header_rows = n;
    return ALM_OK;
}

/* Takes what stands above the stated line out of the sample. */
static enum alm_status obey_skip(struct alm_table_search *s, struct alm_error *error)
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

static void describe(struct alm_table_search *s, size_t header)
{
    struct alm_ingest_table *out = s->out;
    const size_t lines = out->preamble;
    /* what is no good record is not in the sample */
    const bool passed = header > 0 || (lines > 0 && !s->rows[header].after_gap);
    if (s->options->skip == NULL && passed)
        alm_text_printf(&out->said, "line%s 1%s%.0zu %s passed over: the table begins at line %zu\n",
                        lines == 1 ? "" : "s", lines == 1 ? "" : " to ", lines == 1 ? 0 : lines,
                        lines == 1 ? "was" : "were", lines + 1);
    if (s->header_rows > 1)
        alm_text_printf(&out->said, "the header is lines %zu to %zu\n", out->header_line,
                        s->rows[s->data - 1].line);
}

/* Rows at the end of the sample that do not fit, such as notes below the table, would spoil the look at its
 * columns. */
static void drop_misfits(struct alm_table_search *s)
{
    size_t n = 0;
    while (n < TRAILING_NOTES && s->n > s->data + 1) {
        const struct alm_ingest_table_row *row = &s->rows[s->n - 1];
        if (row->n == s->width && (s->time == SIZE_MAX || alm_table_may_be_data(s, s->n - 1))) break;
        s->n--;
        n++;
    }
    alm_sample_remove(s->sample, s->n, n);
}

/* `a,b,` above rows of two cells has two columns. */
static void cut_header(const struct alm_table_search *s)
{
    struct alm_sample *sample = s->sample;
    if (!sample->has_header || sample->n < 2) return;
    struct alm_sample_record *header = &sample->records[0];
    size_t widest = 0;
    for (size_t r = 1; r < sample->n; r++)
        if (sample->records[r].n > widest) widest = sample->records[r].n;
    while (header->n > widest && header->cells[header->n - 1][0] == '\0')
        free(header->cells[--header->n]);
}

static enum alm_status finish(struct alm_table_search *s, struct alm_error *error)
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
        const enum alm_status status = alm_ingest_table_join(
            &joined, &sample->units, &out->said, &s->rows[header], s->header_rows, s->time, error);
        if (status != ALM_OK) {
            alm_sample_record_clear(&joined);
            return status;
        }
        alm_sample_record_clear(&sample->records[header]);
        sample->records[header] = joined;
        alm_sample_remove(sample, header + 1, s->header_rows - 1);
    }
    alm_sample_remove(sample, 0, header);
    cut_header(s);
    return alm_text_check(&out->said, error);
}

/* In layout rows each row is a series of its own length: nothing stands above them but one row of names. */
static bool is_layout_rows(const struct alm_table_search *s)
{
    return s->options->layout != NULL && strcmp(s->options->layout, "rows") == 0;
}

static enum alm_status find(struct alm_table_search *s, struct alm_error *error)
{
    ALM_TRY(obey_skip(s, error));
    ALM_TRY(make_rows(s, error));
    if (s->n == 0)
        return alm_ingest_table_states_names(s->options->header)
                   ? find_stated_names(s, s->options->header, error)
                   : ALM_OK;
    if (is_layout_rows(s)) {
        decide_by_words(s);
        ALM_TRY(obey_header(s, error));
        return finish(s, error);
    }
    ALM_TRY(alm_table_find_names(s, error));
    ALM_TRY(alm_table_look_at_columns(s, error));
    if (alm_table_find_data(s))
        s->header_rows = alm_table_count_header_rows(s);
    else
        decide_by_words(s);
    ALM_TRY(obey_header(s, error));
    return finish(s, error);
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

enum alm_status alm_ingest_table_find(struct alm_ingest_table *out, struct alm_sample *sample,
                                      const struct alm_ingest_options *options, const char *file,
                                      struct alm_error *error)
{
    struct alm_table_search s = {.out = out, .sample = sample, .options = options, .file = file};
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
