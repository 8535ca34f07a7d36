#include "ingest/parser.h"

#include "base/memory.h"
#include "ingest/reader.h"
#include "ingest/source.h"

#include <csv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct alm_parser {
    const struct alm_dialect *dialect;
    size_t delimiter_n;
    struct csv_parser csv;
    struct alm_text rewritten;
    char *text; /* the fields' bytes, one after the other */
    size_t text_n, text_capacity;
    struct alm_field *fields; /* text is an offset until the record is complete */
    size_t n, capacity;
    bool failed; /* out of memory inside a callback */
};

/* libcsv trims what this calls space around unquoted fields: nothing. What ends a record is known before it
 * is parsed, so nothing inside does. */
static int never(unsigned char c)
{
    (void)c;
    return 0;
}

/* The field limit is kept where libcsv grows its buffer. */
static void *limited_realloc(void *block, size_t n)
{
    return n > 2 * ALM_SOURCE_RECORD_LIMIT ? NULL : realloc(block, n);
}

enum alm_status alm_parser_create(struct alm_parser **out, const struct alm_dialect *dialect,
                                  struct alm_error *error)
{
    struct alm_parser *parser;
    *out = NULL;
    ALM_TRY(ALM_NEW(&parser, 1, error));
    parser->dialect = dialect;
    parser->delimiter_n = strlen(dialect->delimiter);
    if (csv_init(&parser->csv, 0) != 0) {
        free(parser);
        return alm_fail(error, ALM_NOMEM, "cannot start the CSV parser");
    }
    csv_set_space_func(&parser->csv, never);
    csv_set_term_func(&parser->csv, never);
    csv_set_realloc_func(&parser->csv, limited_realloc);
    *out = parser;
    return ALM_OK;
}

void alm_parser_free(struct alm_parser *parser)
{
    if (parser == NULL) return;
    csv_free(&parser->csv);
    alm_text_clear(&parser->rewritten);
    free(parser->text);
    free(parser->fields);
    free(parser);
}

/* ---- without quotes ---- */

static enum alm_status add_field(struct alm_parser *parser, const char *from, const char *to,
                                 struct alm_error *error)
{
    if (parser->n > ALM_READER_FIELDS_LIMIT) return ALM_OK; /* the reader refuses the record */
    if (parser->n == parser->capacity)
        ALM_TRY(alm_grow((void **)&parser->fields, &parser->capacity, parser->n + 1, sizeof *parser->fields,
                         error));
    parser->fields[parser->n++] = (struct alm_field){from, (size_t)(to - from)};
    return ALM_OK;
}

static enum alm_status split_long(struct alm_parser *parser, const char *text, size_t n,
                                  struct alm_error *error)
{
    const char *at = text, *end = text + n, *found;
    while ((found = memmem(at, (size_t)(end - at), parser->dialect->delimiter, parser->delimiter_n)) !=
           NULL) {
        ALM_TRY(add_field(parser, at, found, error));
        at = found + parser->delimiter_n;
    }
    return add_field(parser, at, end, error);
}

/* Fields separated by runs of blanks, with none at the ends. */
static enum alm_status split_runs(struct alm_parser *parser, const char *text, size_t n,
                                  struct alm_error *error)
{
    const char *at = text, *end = text + n;
    do {
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (at == end && parser->n > 0) break;
        const char *start = at;
        while (at < end && *at != ' ' && *at != '\t')
            at++;
        ALM_TRY(add_field(parser, start, at, error));
    } while (at < end);
    return ALM_OK;
}

/* The way of most records of most files: no quote, one character between fields. */
static enum alm_status split_short(struct alm_parser *parser, const char *text, size_t n,
                                   struct alm_error *error)
{
    const char *at = text, *end = text + n;
    const char delimiter = parser->dialect->delimiter[0];
    for (const char *p = text;; p++) {
        if (p < end && *p != delimiter) continue;
        ALM_TRY(add_field(parser, at, p, error));
        if (p == end) return ALM_OK;
        at = p + 1;
    }
}

enum alm_status alm_parser_split(const struct alm_field **fields, size_t *count, struct alm_parser *parser,
                                 const char *text, size_t n, struct alm_error *error)
{
    parser->n = 0;
    ALM_TRY(parser->dialect->runs      ? split_runs(parser, text, n, error)
            : parser->delimiter_n == 1 ? split_short(parser, text, n, error)
                                       : split_long(parser, text, n, error));
    *fields = parser->fields;
    *count = parser->n;
    return ALM_OK;
}

/* ---- with quotes ---- */

static void on_field(void *text, size_t n, void *context)
{
    struct alm_parser *parser = context;
    if (parser->n > ALM_READER_FIELDS_LIMIT) return;
    if (parser->failed ||
        alm_grow((void **)&parser->fields, &parser->capacity, parser->n + 1, sizeof *parser->fields, NULL) !=
            ALM_OK ||
        alm_grow((void **)&parser->text, &parser->text_capacity, parser->text_n + n + 1, 1, NULL) != ALM_OK) {
        parser->failed = true;
        return;
    }
    if (n > 0) memcpy(parser->text + parser->text_n, text, n);
    parser->fields[parser->n++] = (struct alm_field){(const char *)(uintptr_t)parser->text_n, n};
    parser->text_n += n;
}

static void on_record(int c, void *context)
{
    (void)c;
    (void)context;
}

/* Has libcsv take a complete record apart. */
static enum alm_status run_libcsv(struct alm_parser *parser, const char *text, size_t n, char delimiter,
                                  char quote, struct alm_error *error)
{
    parser->n = parser->text_n = 0;
    parser->failed = false;
    csv_set_delim(&parser->csv, (unsigned char)delimiter);
    csv_set_quote(&parser->csv, (unsigned char)quote);
    const size_t taken = csv_parse(&parser->csv, text, n, on_field, on_record, parser);
    const int ended = csv_fini(&parser->csv, on_field, on_record, parser);
    if (taken != n || ended != 0 || parser->failed)
        return alm_fail(error, ALM_NOMEM, "out of memory in a CSV record of %zu bytes", n);
    for (size_t i = 0; i < parser->n; i++)
        parser->fields[i].text = parser->text + (uintptr_t)parser->fields[i].text;
    return ALM_OK;
}

/* How many bytes of the escape at text there are before the character that is meant: 0 when it is none. */
static size_t escape_length(const struct alm_parser *parser, const struct alm_scan_field *field,
                            const char *text, size_t n)
{
    const struct alm_dialect *dialect = parser->dialect;
    if (field->raw || n < 2) return 0;
    if (field->quoted && text[0] == dialect->quote && text[1] == dialect->quote) return 1;
    if (dialect->escape != ALM_ESCAPE_BACKSLASH || text[0] != '\\') return 0;
    if (text[1] == '\\' || (dialect->quote != '\0' && text[1] == dialect->quote)) return 1;
    return !field->quoted && n > parser->delimiter_n &&
           memcmp(text + 1, dialect->delimiter, parser->delimiter_n) == 0;
}

/* Rewrites a field as RFC 4180 has it. */
static void rewrite(struct alm_parser *parser, const char *text, const struct alm_scan_field *field)
{
    struct alm_text *out = &parser->rewritten;
    alm_text_append_bytes(out, "\"", 1);
    for (size_t i = field->content; i < field->end; i++) {
        i += escape_length(parser, field, text + i, field->end - i);
        if (text[i] == '"') alm_text_append_bytes(out, "\"", 1);
        alm_text_append_bytes(out, text + i, 1);
    }
    alm_text_append_bytes(out, "\"", 1);
}

enum alm_status alm_parser_parse(const struct alm_field **fields, size_t *count, struct alm_parser *parser,
                                 const char *text, size_t n, const struct alm_scan *scan,
                                 struct alm_error *error)
{
    const struct alm_dialect *dialect = parser->dialect;
    const bool known = parser->delimiter_n == 1 && !dialect->runs && dialect->quote != '\0' &&
                       !dialect->blanks && dialect->escape == ALM_ESCAPE_DOUBLE;
    if (known && !scan->lenient) {
        ALM_TRY(run_libcsv(parser, text, n, dialect->delimiter[0], dialect->quote, error));
    } else {
        alm_text_reset(&parser->rewritten);
        for (size_t i = 0; i < scan->n; i++) {
            if (i > 0) alm_text_append_bytes(&parser->rewritten, ",", 1);
            rewrite(parser, text, &scan->fields[i]);
        }
        ALM_TRY(alm_text_check(&parser->rewritten, error));
        ALM_TRY(run_libcsv(parser, parser->rewritten.data, parser->rewritten.length, ',', '"', error));
    }
    *fields = parser->fields;
    *count = parser->n;
    return ALM_OK;
}
