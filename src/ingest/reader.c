#include "ingest/reader.h"

#include "base/memory.h"
#include "ingest/block.h"
#include "ingest/utf8.h"

#include <stdlib.h>
#include <string.h>

struct alm_reader {
    struct alm_source *source;
    struct alm_dialect dialect;
    struct alm_parser *parser;
    struct alm_scan scan;
    bool lenient;
    bool blocks; /* plain lines are taken apart many at once */
    struct alm_block block;
};

enum alm_status alm_reader_create(struct alm_reader **out, struct alm_source *source,
                                  struct alm_dialect dialect, struct alm_error *error)
{
    struct alm_reader *reader;
    *out = NULL;
    ALM_TRY(ALM_NEW(&reader, 1, error));
    reader->source = source;
    reader->dialect = dialect;
    const enum alm_status status = alm_parser_create(&reader->parser, &reader->dialect, error);
    if (status != ALM_OK) {
        free(reader);
        return status;
    }
    alm_source_set_line_end(source, dialect.line_end);
    reader->blocks = alm_block_suits(&reader->dialect);
    *out = reader;
    return ALM_OK;
}

void alm_reader_free(struct alm_reader *reader)
{
    if (reader == NULL) return;
    alm_parser_free(reader->parser);
    alm_scan_clear(&reader->scan);
    alm_block_clear(&reader->block);
    free(reader);
}

void alm_reader_set_blocks(struct alm_reader *reader, bool on)
{
    reader->blocks = on && alm_block_suits(&reader->dialect);
}

void alm_reader_set_lenient(struct alm_reader *reader, bool lenient)
{
    reader->lenient = lenient;
}

static size_t content_of(const struct alm_reader *reader, const char *line, size_t n)
{
    return alm_line_content(line, n, reader->dialect.line_end);
}

static void refuse(struct alm_record *out, enum alm_record_fault fault, size_t at)
{
    out->fault = fault;
    out->fault_at = at;
}

/* Reads lines until the record is complete, or until it is known to be faulty; then only its first line is
 * taken. n is the length of the first one. */
static enum alm_status gather(struct alm_record *out, struct alm_reader *reader, size_t n,
                              struct alm_error *error)
{
    struct alm_scan *scan = &reader->scan;
    const char *line;
    size_t lines = 1, done = 0, opened_at = 0;
    bool cut = false, text_after = false; /* in the first line */
    alm_scan_begin(scan, &reader->dialect);
    for (;;) {
        alm_source_record(&out->raw, &out->raw_n, &out->line, reader->source);
        ALM_TRY(alm_scan_line(scan, out->raw, done, done + content_of(reader, out->raw + done, n), error));
        done += n;
        if (lines == 1) {
            opened_at = scan->opened_at;
            text_after = scan->text_after;
        }
        if (!scan->open || lines == ALM_READER_LINES_LIMIT || done > ALM_READER_FIELD_LIMIT) break;
        if (scan->text_after) break; /* nothing can make it good */
        ALM_TRY(alm_source_line(&line, &n, &cut, reader->source, error));
        if (n == 0 || cut) break;
        lines++;
    }
    const bool unclosed = scan->open || (scan->text_after && lines > 1) || cut;
    if (unclosed) alm_source_resume_after_first(reader->source);
    alm_source_record(&out->raw, &out->raw_n, &out->line, reader->source);
    if (text_after)
        refuse(out, ALM_RECORD_TEXT_AFTER_QUOTE, scan->text_after_at);
    else if (unclosed)
        refuse(out, ALM_RECORD_UNCLOSED_QUOTE, opened_at);
    out->stray_quote = scan->stray;
    return ALM_OK;
}

/* Takes the record apart where quotes or escapes are concerned. */
static enum alm_status read_quoted(struct alm_record *out, struct alm_reader *reader, size_t n,
                                   struct alm_error *error)
{
    ALM_TRY(gather(out, reader, n, error));
    const size_t content = content_of(reader, out->raw, out->raw_n);
    if (out->fault != ALM_RECORD_GOOD) {
        if (!reader->lenient) return ALM_OK;
        ALM_TRY(alm_scan_lenient(&reader->scan, &reader->dialect, out->raw, content, reader->dialect.width,
                                 error));
    }
    return alm_parser_parse(&out->fields, &out->n, reader->parser, out->raw, content, &reader->scan, error);
}

/* Faults that any bytes can have. */
static void check_bytes(struct alm_record *out, const struct alm_reader *reader)
{
    bool nul;
    const size_t bad = alm_utf8_find_bad(out->raw, out->raw_n, &nul);
    if (bad < out->raw_n) {
        refuse(out, nul ? ALM_RECORD_NUL : ALM_RECORD_NOT_UTF8, bad);
        return;
    }
    if (out->n > ALM_READER_FIELDS_LIMIT) {
        out->n = 0;
        refuse(out, ALM_RECORD_TOO_LONG, 0);
        return;
    }
    if (out->raw_n <= ALM_READER_FIELD_LIMIT) return;
    for (size_t i = 0; i < out->n; i++) {
        if (out->fields[i].n > ALM_READER_FIELD_LIMIT) {
            refuse(out, ALM_RECORD_TOO_LONG, alm_record_field_offset(out, reader->dialect, i));
            return;
        }
    }
}

/* Whether a line has to be followed quote by quote. */
static bool needs_scan(const struct alm_reader *reader, const char *line, size_t n)
{
    const struct alm_dialect *dialect = &reader->dialect;
    return (dialect->quote != 0 && memchr(line, dialect->quote, n) != NULL) ||
           (dialect->escape == ALM_ESCAPE_BACKSLASH && memchr(line, '\\', n) != NULL);
}

/* The next record of the block. */
static void take_plain(struct alm_record *out, struct alm_reader *reader)
{
    struct alm_block *block = &reader->block;
    const struct alm_block_row *row = &block->rows[block->at++];
    *out = (struct alm_record){.fields = block->fields + row->first,
                               .n = row[1].first - row->first,
                               .line_end = reader->dialect.line_end};
    out->blank = out->n == 1 && out->fields[0].n == 0;
    alm_source_take(reader->source, row->end - row->start);
    alm_source_record(&out->raw, &out->raw_n, &out->line, reader->source);
}

/* Starts a block where the last one has ended. */
static enum alm_status split_ahead(struct alm_reader *reader, struct alm_error *error)
{
    const char *text;
    size_t n;
    alm_source_peek(&text, &n, reader->source);
    return n == 0 ? ALM_OK : alm_block_split(&reader->block, &reader->dialect, text, n, error);
}

enum alm_status alm_reader_next(struct alm_record *out, bool *more, struct alm_reader *reader,
                                struct alm_error *error)
{
    static const struct alm_field empty = {"", 0};
    if (reader->block.at == reader->block.n && reader->blocks) ALM_TRY(split_ahead(reader, error));
    if (reader->block.at < reader->block.n) {
        *more = true;
        take_plain(out, reader);
        return ALM_OK;
    }
    const char *line;
    size_t n;
    bool cut;
    *more = false;
    alm_source_begin(reader->source);
    ALM_TRY(alm_source_line(&line, &n, &cut, reader->source, error));
    if (n == 0) return ALM_OK;
    *more = true;
    *out = (struct alm_record){.line_end = reader->dialect.line_end};
    alm_source_record(&out->raw, &out->raw_n, &out->line, reader->source);
    if (cut) {
        refuse(out, ALM_RECORD_TOO_LONG, 0);
        return ALM_OK;
    }
    const size_t content = content_of(reader, line, n);
    if (content == 0) {
        out->blank = true;
        out->fields = &empty;
        out->n = 1;
        return ALM_OK;
    }
    ALM_TRY(needs_scan(reader, line, n)
                ? read_quoted(out, reader, n, error)
                : alm_parser_split(&out->fields, &out->n, reader->parser, line, content, error));
    check_bytes(out, reader);
    return ALM_OK;
}

/* Whether a line of the file ends with the byte at i. */
static bool ends_line(const struct alm_record *record, size_t i)
{
    const bool before_lf = i + 1 < record->raw_n && record->raw[i + 1] == '\n';
    switch (record->raw[i]) {
    case '\n':
        return record->line_end != ALM_LINE_END_CR &&
               (record->line_end != ALM_LINE_END_CRLF || (i > 0 && record->raw[i - 1] == '\r'));
    case '\r':
        return record->line_end == ALM_LINE_END_CR || (record->line_end == ALM_LINE_END_AUTO && !before_lf);
    default:
        return false;
    }
}

void alm_record_place(size_t *line, size_t *column, const struct alm_record *record, size_t at)
{
    *line = record->line;
    *column = 1;
    for (size_t i = 0; i < at && i < record->raw_n; i++) {
        if (ends_line(record, i)) {
            ++*line;
            *column = 1;
        } else if (((unsigned char)record->raw[i] & 0xC0) != 0x80) {
            ++*column; /* continuation bytes belong to the character before */
        }
    }
}

size_t alm_record_field_offset(const struct alm_record *record, struct alm_dialect dialect, size_t index)
{
    struct alm_scan scan = {0};
    const size_t content = alm_line_content(record->raw, record->raw_n, dialect.line_end);
    alm_scan_begin(&scan, &dialect);
    const bool found = alm_scan_line(&scan, record->raw, 0, content, NULL) == ALM_OK && index < scan.n;
    const size_t offset = found ? scan.fields[index].start : 0;
    alm_scan_clear(&scan);
    return offset;
}
