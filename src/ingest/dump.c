#include "ingest/dump.h"

#include "ingest/reader.h"
#include "ingest/reject.h"
#include "ingest/table.h"

#include <string.h>

enum {
    BLOCK = 64 * 1024,  /* bytes written at once */
    CHECK_EVERY = 1024, /* records between looks at cancel */
};

struct dump {
    const char *file;
    const struct alm_output *records, *remarks;
    struct alm_dialect dialect;
    struct alm_source *source;
    struct alm_reader *reader;
    struct alm_text block;
    const char *names; /* that the first record must be; NULL: any */
};

static void append_field(struct alm_text *out, const struct alm_field *field, bool alone)
{
    bool quotes = alone && field->n == 0;
    for (size_t i = 0; i < field->n && !quotes; i++)
        quotes = memchr("\",\r\n", field->text[i], 4) != NULL;
    if (!quotes) {
        alm_text_append_bytes(out, field->text, field->n);
        return;
    }
    alm_text_append_bytes(out, "\"", 1);
    for (const char *p = field->text, *end = p + field->n; p < end;) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        const char *stop = quote == NULL ? end : quote + 1;
        alm_text_append_bytes(out, p, (size_t)(stop - p));
        if (quote != NULL) alm_text_append_bytes(out, "\"", 1);
        p = stop;
    }
    alm_text_append_bytes(out, "\"", 1);
}

static enum alm_status flush(struct dump *dump, struct alm_error *error)
{
    ALM_TRY(alm_text_check(&dump->block, error));
    if (dump->block.length > 0)
        ALM_TRY(dump->records->write(dump->records->context, dump->block.data, dump->block.length, error));
    alm_text_reset(&dump->block);
    return ALM_OK;
}

static enum alm_status write_record(struct dump *dump, const struct alm_record *record,
                                    struct alm_error *error)
{
    for (size_t i = 0; i < record->n; i++) {
        if (i > 0) alm_text_append_bytes(&dump->block, ",", 1);
        append_field(&dump->block, &record->fields[i], record->n == 1);
    }
    alm_text_append_bytes(&dump->block, "\n", 1);
    return dump->block.length < BLOCK ? ALM_OK : flush(dump, error);
}

static enum alm_status remark(struct dump *dump, const struct alm_record *record, size_t at,
                              const char *reason, struct alm_error *error)
{
    struct alm_text line = {0};
    size_t line_number, column;
    alm_record_place(&line_number, &column, record, at);
    alm_text_append_visible(&line, dump->file);
    alm_text_printf(&line, ":%zu:%zu: %s", line_number, column, reason);
    enum alm_status status = alm_text_check(&line, error);
    if (status == ALM_OK)
        status = dump->remarks->write(dump->remarks->context, line.data, line.length, error);
    alm_text_clear(&line);
    return status;
}

/* The words for what is wrong with a record; NULL when nothing is. */
static const char *find_reason(struct alm_text *words, size_t *at, const struct dump *dump,
                               const struct alm_record *record)
{
    *at = record->fault_at;
    if (record->fault != ALM_RECORD_GOOD)
        return alm_ingest_reject_words(alm_record_fault_reason(record->fault));
    *at = 0;
    if (record->stray_quote) {
        const char *quote = memchr(record->raw, dump->dialect.quote, record->raw_n);
        *at = quote == NULL ? 0 : (size_t)(quote - record->raw);
        return "quote inside an unquoted field";
    }
    if (dump->dialect.width == 0 || record->n == dump->dialect.width) return NULL;
    alm_text_reset(words);
    alm_text_printf(words, "expected %zu field%s, got %zu", dump->dialect.width,
                    dump->dialect.width == 1 ? "" : "s", record->n);
    return alm_text_string(words);
}

/* Says what is wrong with the header; *good when nothing is. */
static enum alm_status check_header(bool *good, const struct dump *dump, const struct alm_record *record,
                                    struct alm_error *error)
{
    const struct alm_ingest_table_row row = {(struct alm_field *)record->fields, record->n, record->line,
                                             false};
    struct alm_error wrong = {0};
    *good = alm_ingest_table_check_names(dump->file, &row, dump->names, &wrong) == ALM_OK;
    return *good ? ALM_OK
                 : dump->remarks->write(dump->remarks->context, wrong.text, strlen(wrong.text), error);
}

static enum alm_status take(struct alm_dump_counts *out, struct dump *dump, struct alm_text *words,
                            const struct alm_record *record, struct alm_error *error)
{
    size_t at;
    if (record->blank && dump->dialect.width > 1) return ALM_OK;
    out->records++;
    if (record->n > 0) ALM_TRY(write_record(dump, record, error)); /* else it was too long to keep */
    const char *reason = find_reason(words, &at, dump, record);
    if (reason == NULL && out->records == 1 && dump->names != NULL) {
        bool good;
        ALM_TRY(check_header(&good, dump, record, error));
        out->irregular += !good;
    }
    if (reason == NULL) return ALM_OK;
    out->irregular++;
    return remark(dump, record, at, reason, error);
}

static enum alm_status take_all(struct alm_dump_counts *out, struct dump *dump, struct alm_text *words,
                                const struct alm_cancel *cancel, const struct alm_progress *progress,
                                struct alm_error *error)
{
    for (size_t i = 0;; i++) {
        struct alm_record record;
        bool more;
        if (i % CHECK_EVERY == 0) {
            if (alm_cancelled(cancel)) return alm_fail(error, ALM_INTERRUPTED, "%s: interrupted", dump->file);
            alm_progress_report(progress, "reading", (double)alm_source_position(dump->source),
                                (double)alm_source_size(dump->source), "bytes");
        }
        ALM_TRY(alm_reader_next(&record, &more, dump->reader, error));
        if (!more && out->records == 0 && dump->names != NULL)
            return alm_fail(error, ALM_DATA, "%s is empty, expected the header %s", dump->file, dump->names);
        if (!more) return flush(dump, error);
        ALM_TRY(take(out, dump, words, &record, error));
    }
}

static enum alm_status open_file(struct dump *dump, const struct alm_ingest_options *options,
                                 const struct alm_cancel *cancel, struct alm_error *error)
{
    const char *sample;
    size_t n;
    ALM_TRY(alm_dialect_state(&dump->dialect, options->delimiter, options->quote, options->escape,
                              options->line_end, error));
    ALM_TRY(alm_source_open(&dump->source, options->path, options->encoding, cancel, error));
    alm_source_sample(&sample, &n, dump->source);
    alm_dialect_detect(&dump->dialect, sample, n);
    ALM_TRY(alm_reader_create(&dump->reader, dump->source, dump->dialect, error));
    alm_reader_set_lenient(dump->reader, true);
    return ALM_OK;
}

enum alm_status alm_dump_records(struct alm_dump_counts *out, const struct alm_ingest_options *options,
                                 const struct alm_output *records, const struct alm_output *remarks,
                                 const struct alm_cancel *cancel, const struct alm_progress *progress,
                                 struct alm_error *error)
{
    const bool standard = strcmp(options->path, "-") == 0;
    struct dump dump = {.file = standard ? "standard input" : options->path, records, remarks};
    struct alm_text words = {0};
    if (alm_ingest_table_states_names(options->header)) dump.names = options->header;
    *out = (struct alm_dump_counts){0};
    enum alm_status status = open_file(&dump, options, cancel, error);
    if (status == ALM_OK) status = take_all(out, &dump, &words, cancel, progress, error);
    alm_text_clear(&words);
    alm_text_clear(&dump.block);
    alm_reader_free(dump.reader);
    alm_source_close(dump.source);
    return status;
}
