/* Imports a text: each character is a row of one categorical series. */
#include "base/memory.h"
#include "ingest/decode.h"
#include "ingest/job.h"
#include "ingest/number.h"
#include "ingest/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 65536 };

struct text {
    struct alm_ingest_job *job;
    struct alm_decoder *decoder;
    unsigned char buffer[BUFFER];
    size_t n;            /* bytes in buffer */
    bool at_end;         /* nothing comes after them */
    size_t line, column; /* of the next character, from 1 */
    size_t ascii[128];   /* code + 1 of characters that came already */
};

static enum alm_status check_options(const struct alm_ingest_options *options, struct alm_error *error)
{
    const struct {
        const char *name, *value;
    } none[] = {{"time", options->time},       {"value", options->value},
                {"by", options->by},           {"category", options->category},
                {"columns", options->columns}, {"time-format", options->time_format},
                {"freq", options->frequency},  {"delimiter", options->delimiter},
                {"header", options->header},   {"skip", options->skip}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (none[i].value != NULL && (i < 7 || strcmp(none[i].value, "auto") != 0))
            return alm_fail(error, ALM_USAGE, "--%s does not go with --layout text, which has no columns",
                            none[i].name);
    return ALM_OK;
}

/* One column of labels without a clock. */
static enum alm_status decide(struct alm_ingest_job *job, struct alm_error *error)
{
    struct alm_schema *schema = &job->schema;
    schema->layout = ALM_LAYOUT_TEXT;
    schema->index = true;
    ALM_TRY(alm_number_style_make(&schema->numbers, job->options, error));
    ALM_TRY(ALM_NEW(&schema->columns, 1, error));
    schema->n_columns = 1;
    schema->columns[0].role = ALM_COLUMN_CATEGORY;
    schema->columns[0].kind = "categorical";
    ALM_TRY(alm_copy_text(&schema->columns[0].header, "character", error));
    ALM_TRY(alm_copy_text(&schema->columns[0].name, "character", error));
    ALM_TRY(ALM_NEW(&schema->values, 1, error));
    schema->n_values = schema->n_categories = 1;
    ALM_TRY(alm_schema_decide_names(schema, job->options, error));
    job->frequency = (struct alm_frequency){ALM_FREQUENCY_INDEX, 1};
    job->frequency_stated = true;
    alm_text_append(&schema->assumptions,
                    "each character is a row: a label of one series, counted 0, 1, 2, ...\n");
    ALM_TRY(alm_text_check(&schema->assumptions, error));
    ALM_TRY(alm_job_start_groups(job, error));
    return job->sink->schema(job->sink->context, schema, error);
}

/* Bytes of the character that starts with byte; 1 also for those that start none. */
static size_t length_of(unsigned char byte)
{
    return byte >= 0xF0 && byte < 0xF8   ? 4
           : byte >= 0xE0 && byte < 0xF0 ? 3
           : byte >= 0xC0 && byte < 0xE0 ? 2
                                         : 1;
}

/* A character as a label: itself, or, where it cannot be printed, \n, \t, \r, or U+0007. */
static size_t write_label(char out[16], const unsigned char *at, size_t n)
{
    const unsigned code = n == 1 ? at[0] : n == 2 ? (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu) : 0x100;
    const char *word = code == '\n' ? "\\n" : code == '\t' ? "\\t" : code == '\r' ? "\\r" : NULL;
    if (word != NULL) return (size_t)snprintf(out, 16, "%s", word);
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return (size_t)snprintf(out, 16, "U+%04X", code);
    memcpy(out, at, n);
    return n;
}

static enum alm_status refuse(struct text *text, struct alm_error *error)
{
    const struct alm_ingest_reject reject = {.line = text->line,
                                             .column = text->column,
                                             .reason = ALM_REJECT_NOT_UTF8,
                                             .hint = "try --encoding latin1",
                                             .text = ""};
    return alm_job_refuse(text->job, &reject, error);
}

static enum alm_status code_of(size_t *code, struct text *text, const unsigned char *at, size_t n,
                               struct alm_error *error)
{
    const struct alm_ingest_sink *sink = text->job->sink;
    char label[16];
    if (n == 1 && text->ascii[at[0]] > 0) {
        *code = text->ascii[at[0]] - 1;
        return ALM_OK;
    }
    const size_t length = write_label(label, at, n);
    ALM_TRY(sink->label(sink->context, code, text->job->last, 0, label, length, error));
    if (n == 1) text->ascii[at[0]] = *code + 1;
    return ALM_OK;
}

static enum alm_status take_character(struct text *text, const unsigned char *at, size_t n,
                                      struct alm_error *error)
{
    struct alm_ingest_job *job = text->job;
    const bool line_end = at[0] == '\n';
    bool nul;
    size_t code;
    job->summary->rows_read++;
    if (at[0] >= 0x80 && alm_utf8_find_bad((const char *)at, n, &nul) < n) {
        ALM_TRY(refuse(text, error));
    } else {
        ALM_TRY(code_of(&code, text, at, n, error));
        const double value = (double)code;
        const int64_t ts = alm_group_next_index(job->entries[job->last].group);
        ALM_TRY(alm_job_add_row(job, ts, &value, text->line, error));
    }
    text->column = line_end ? 1 : text->column + 1;
    text->line += line_end;
    return ALM_OK;
}

/* Takes the characters of the buffer that are whole, and moves the rest to its beginning. */
static enum alm_status take_buffer(struct text *text, struct alm_error *error)
{
    size_t at = 0;
    while (at < text->n) {
        size_t n = length_of(text->buffer[at]);
        const size_t left = text->n - at;
        bool nul;
        if (n > left && !text->at_end) break;
        if (n > left || (n > 1 && alm_utf8_find_bad((const char *)text->buffer + at, n, &nul) < n)) n = 1;
        ALM_TRY(take_character(text, text->buffer + at, n, error));
        at += n;
    }
    memmove(text->buffer, text->buffer + at, text->n - at);
    text->n -= at;
    return ALM_OK;
}

static enum alm_status take_all(struct text *text, const struct alm_cancel *cancel,
                                const struct alm_progress *progress, struct alm_error *error)
{
    struct alm_ingest_job *job = text->job;
    struct alm_ingest_entry *entry;
    bool is_new;
    ALM_TRY(alm_job_find_group(&entry, &is_new, job, "", error));
    ALM_TRY(alm_job_announce(job, job->last, error));
    while (!text->at_end) {
        const struct alm_stream *stream = alm_decoder_stream(text->decoder);
        size_t n;
        if (alm_cancelled(cancel)) return alm_fail(error, ALM_INTERRUPTED, "%s: interrupted", job->file);
        ALM_TRY(alm_decoder_read(&n, text->decoder, text->buffer + text->n, BUFFER - text->n, error));
        text->n += n;
        text->at_end = n == 0;
        ALM_TRY(take_buffer(text, error));
        alm_progress_report(progress, "importing", (double)alm_stream_position(stream),
                            (double)alm_stream_size(stream), "bytes");
    }
    return alm_job_finish_group(job, job->last, error);
}

static enum alm_status run(struct text *text, const struct alm_cancel *cancel,
                           const struct alm_progress *progress, struct alm_error *error)
{
    struct alm_ingest_job *job = text->job;
    const struct alm_ingest_options *options = job->options;
    ALM_TRY(check_options(options, error));
    ALM_TRY(alm_decoder_open(&text->decoder, options->path, options->encoding, cancel, error));
    snprintf(job->summary->encoding, sizeof job->summary->encoding, "%s",
             alm_decoder_encoding(text->decoder));
    ALM_TRY(decide(job, error));
    ALM_TRY(take_all(text, cancel, progress, error));
    job->summary->bytes = alm_stream_position(alm_decoder_stream(text->decoder));
    alm_stream_digest(job->summary->digest, alm_decoder_stream(text->decoder));
    return ALM_OK;
}

enum alm_status alm_job_take_text(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                  const struct alm_progress *progress, struct alm_error *error)
{
    struct text *text;
    ALM_TRY(ALM_NEW(&text, 1, error));
    text->job = job;
    text->line = text->column = 1;
    const enum alm_status status = run(text, cancel, progress, error);
    alm_decoder_close(text->decoder);
    free(text);
    return status;
}
