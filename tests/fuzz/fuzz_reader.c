/* Records, input: two bytes that choose a dialect, then the file. Records follow each other without a gap,
 * carry their line, and read the same twice. Fields of a record without quotes, joined, are the record;
 * fields in a dialect that libcsv knows are libcsv's, for each record alone and for the whole file. */
#include "fuzz.h"
#include "ingest/reader.h"

#include <csv.h>

/* Fields one after the other, as \x1F field, and \x1E behind a record: bytes that the reader does not touch.
 */
struct fields {
    struct alm_text text;
};

static void add_field(struct fields *fields, const char *text, size_t n)
{
    alm_text_append_bytes(&fields->text, "\x1F", 1);
    alm_text_append_bytes(&fields->text, text, n);
}

static void end_record(struct fields *fields)
{
    alm_text_append_bytes(&fields->text, "\x1E", 1);
}

static bool is_same(const struct fields *a, const struct fields *b)
{
    return a->text.length == b->text.length &&
           (a->text.length == 0 || memcmp(a->text.data, b->text.data, a->text.length) == 0);
}

/* ---- libcsv ---- */

static void on_field(void *text, size_t n, void *fields)
{
    add_field(fields, text, n);
}

static void on_record(int c, void *fields)
{
    (void)c;
    end_record(fields);
}

static int never(unsigned char c)
{
    (void)c;
    return 0;
}

static void ask_libcsv(struct fields *out, const struct alm_dialect *dialect, bool whole, const char *text,
                       size_t n)
{
    struct csv_parser csv;
    REQUIRE(csv_init(&csv, 0) == 0);
    csv_set_space_func(&csv, never);
    if (!whole) csv_set_term_func(&csv, never);
    csv_set_delim(&csv, (unsigned char)dialect->delimiter[0]);
    csv_set_quote(&csv, (unsigned char)dialect->quote);
    REQUIRE(csv_parse(&csv, text, n, on_field, on_record, out) == n);
    REQUIRE(csv_fini(&csv, on_field, on_record, out) == 0);
    csv_free(&csv);
}

static bool knows(const struct alm_dialect *dialect)
{
    return dialect->delimiter[1] == '\0' && !dialect->runs && dialect->escape == ALM_ESCAPE_DOUBLE &&
           !dialect->blanks && dialect->quote != '\0';
}

/* ---- records ---- */

static size_t count_lines(const char *text, size_t n, enum alm_line_end line_end)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++) {
        const bool lf = text[i] == '\n', cr = text[i] == '\r';
        const bool crlf = lf && i > 0 && text[i - 1] == '\r';
        const bool before_lf = cr && i + 1 < n && text[i + 1] == '\n';
        lines += line_end == ALM_LINE_END_AUTO   ? lf || (cr && !before_lf)
                 : line_end == ALM_LINE_END_LF   ? lf
                 : line_end == ALM_LINE_END_CRLF ? crlf
                                                 : cr;
    }
    return lines;
}

static void check_joined(const struct alm_record *record, const struct alm_dialect *dialect, size_t content)
{
    const size_t between = strlen(dialect->delimiter);
    size_t at = 0;
    if (dialect->runs) return;
    if (dialect->quote != '\0' && memchr(record->raw, dialect->quote, content) != NULL) return;
    if (dialect->escape == ALM_ESCAPE_BACKSLASH && memchr(record->raw, '\\', content) != NULL) return;
    for (size_t i = 0; i < record->n; i++) {
        if (i > 0) {
            REQUIRE(memcmp(record->raw + at, dialect->delimiter, between) == 0);
            at += between;
        }
        REQUIRE(at + record->fields[i].n <= content);
        REQUIRE(memcmp(record->raw + at, record->fields[i].text, record->fields[i].n) == 0);
        at += record->fields[i].n;
    }
    REQUIRE(at == content);
}

static void check_places(const struct alm_record *record, const struct alm_dialect *dialect)
{
    size_t line, column, before = 0;
    const size_t lines = count_lines(record->raw, record->raw_n, dialect->line_end);
    REQUIRE(record->raw_n > 0 && record->fault_at <= record->raw_n);
    alm_record_place(&line, &column, record, record->fault_at);
    REQUIRE(line >= record->line && line <= record->line + lines && column > 0);
    for (size_t i = 0; i < record->n && i < 20 && record->fault == ALM_RECORD_GOOD; i++) {
        const size_t at = alm_record_field_offset(record, *dialect, i);
        REQUIRE(at >= before && at <= record->raw_n);
        before = at;
    }
}

static void check_record(const struct alm_record *record, const struct alm_dialect *dialect, bool lenient)
{
    const size_t content = alm_line_content(record->raw, record->raw_n, dialect->line_end);
    check_places(record, dialect);
    if (record->fault != ALM_RECORD_GOOD) {
        REQUIRE(!lenient || record->n > 0 || record->fault == ALM_RECORD_TOO_LONG);
        return;
    }
    REQUIRE(record->n > 0 && (record->blank == (content == 0)));
    if (record->blank) return;
    check_joined(record, dialect, content);
    if (!knows(dialect)) return;
    struct fields ours = {0}, theirs = {0};
    for (size_t i = 0; i < record->n; i++)
        add_field(&ours, record->fields[i].text, record->fields[i].n);
    end_record(&ours);
    ask_libcsv(&theirs, dialect, false, record->raw, content);
    REQUIRE(is_same(&ours, &theirs));
    alm_text_clear(&ours.text);
    alm_text_clear(&theirs.text);
}

/* Reads all records; *good says that none has a fault. */
static void read_all(struct fields *fields, struct alm_text *raw, bool *good, struct alm_source *source,
                     const struct alm_dialect *dialect, bool lenient)
{
    struct alm_reader *reader;
    struct alm_error error = {0};
    struct alm_record record;
    size_t lines = 0;
    bool more = true;
    *good = true;
    REQUIRE(alm_reader_create(&reader, source, *dialect, &error) == ALM_OK);
    alm_reader_set_lenient(reader, lenient);
    while (alm_reader_next(&record, &more, reader, &error) == ALM_OK && more) {
        REQUIRE(record.line == lines + 1);
        check_record(&record, dialect, lenient);
        *good = *good && record.fault == ALM_RECORD_GOOD;
        lines += count_lines(record.raw, record.raw_n, dialect->line_end);
        alm_text_append_bytes(raw, record.raw, record.raw_n);
        for (size_t i = 0; i < record.n && !record.blank; i++)
            add_field(fields, record.fields[i].text, record.fields[i].n);
        if (!record.blank) end_record(fields);
    }
    REQUIRE(!more || error.text[0] != '\0');
    alm_reader_free(reader);
}

static void check_file(const struct alm_dialect *dialect, bool lenient, struct alm_source *source)
{
    struct fields first = {0}, second = {0}, theirs = {0};
    struct alm_text raw = {0}, raw_again = {0};
    bool good, good_again;
    const char *sample;
    size_t n;
    alm_source_sample(&sample, &n, source);
    /* a packed file can be long; this short the sample is all of it */
    if (n >= 1 << 16) return;
    alm_source_sampling(source, true);
    read_all(&first, &raw, &good, source, dialect, lenient);
    REQUIRE(raw.length == n && (n == 0 || memcmp(raw.data, sample, n) == 0));
    alm_source_sampling(source, false);
    alm_source_restart(source);
    read_all(&second, &raw_again, &good_again, source, dialect, lenient);
    REQUIRE(good == good_again && is_same(&first, &second) && raw.length == raw_again.length);
    if (good && knows(dialect) && dialect->line_end == ALM_LINE_END_AUTO) {
        ask_libcsv(&theirs, dialect, true, raw.data, raw.length);
        REQUIRE(is_same(&first, &theirs));
    }
    alm_text_clear(&first.text);
    alm_text_clear(&second.text);
    alm_text_clear(&theirs.text);
    alm_text_clear(&raw);
    alm_text_clear(&raw_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const delimiters[] = {",", ";", "tab", "|", "space", "||", ", ", "blanks"},
                             *const quotes[] = {"\"", "'", "none", "~"},
                             *const escapes[] = {"double", "double", "backslash", "none"},
                             *const line_ends[] = {"auto", "lf", "crlf", "cr"},
                             *const encodings[] = {NULL, NULL, NULL,       "latin1",
                                                   NULL, NULL, "utf-16le", "shift_jis"};
    struct alm_dialect dialect;
    struct alm_source *source;
    struct alm_error error = {0};
    char path[64];
    if (n < 2 || n > 8192) return 0;
    if (alm_dialect_state(&dialect, delimiters[data[0] & 7], quotes[data[0] >> 3 & 3],
                          escapes[data[0] >> 5 & 3], line_ends[data[1] & 3], &error) != ALM_OK)
        return 0;
    dialect.blanks = data[0] >> 7;
    dialect.width = data[1] >> 4 & 3;
    const int file = make_file(path, data + 2, n - 2);
    if (alm_source_open(&source, path, encodings[data[1] >> 4 & 7], NULL, &error) == ALM_OK) {
        if (alm_source_size(source) == n - 2) check_file(&dialect, data[1] >> 2 & 1, source);
        alm_source_close(source);
    } else {
        REQUIRE(error.text[0] != '\0');
    }
    close(file);
    return 0;
}
