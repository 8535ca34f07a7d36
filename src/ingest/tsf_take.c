/* Imports a .tsf file: each value is a row. */
#include "base/memory.h"
#include "ingest/job.h"
#include "ingest/name.h"
#include "ingest/tsf.h"
#include "ingest/utf8.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_EVERY = 65536 }; /* values between looks at cancel and progress */

struct tsf {
    struct alm_ingest_job *job;
    struct alm_decoder *decoder;
    struct alm_tsf_scan scan;
    struct alm_tsf_header header;
    const struct alm_cancel *cancel;
    const struct alm_progress *progress;
    struct alm_time_format start_format;
    int64_t start; /* of the series */
    size_t seen;   /* values of the file */
};

static enum alm_status look_around(struct tsf *tsf, struct alm_error *error)
{
    const struct alm_stream *stream = alm_decoder_stream(tsf->decoder);
    if (alm_cancelled(tsf->cancel))
        return alm_fail(error, ALM_INTERRUPTED, "%s: interrupted", tsf->job->file);
    alm_progress_report(tsf->progress, "importing", (double)alm_stream_position(stream),
                        (double)alm_stream_size(stream), "bytes");
    return ALM_OK;
}

/* ---- the header ---- */

static enum alm_status read_header(struct tsf *tsf, struct alm_error *error)
{
    bool data = false;
    while (!data) {
        ALM_TRY(alm_tsf_scan_next(&tsf->scan, '\0', '\0', error));
        const char *line = tsf->scan.token + strspn(tsf->scan.token, " \t");
        const enum alm_status status = line[0] == '\0' || line[0] == '#'
                                           ? ALM_OK
                                           : alm_tsf_header_take(&tsf->header, &data, line, error);
        if (status != ALM_OK) {
            alm_fail_in(error, "%s:%zu:1", tsf->job->file, tsf->scan.token_line);
            return status;
        }
        if (!data && tsf->scan.stop == '\0')
            return alm_fail(error, ALM_DATA, "%s: there is no @data: this is no .tsf file", tsf->job->file);
    }
    if (tsf->header.n_attributes > 0) return ALM_OK;
    return alm_fail(error, ALM_DATA, "%s: there is no @attribute that names the series", tsf->job->file);
}

static enum alm_status check_options(const struct alm_ingest_options *options, struct alm_error *error)
{
    const struct {
        const char *name, *value;
    } none[] = {{"time", options->time},
                {"value", options->value},
                {"by", options->by},
                {"category", options->category},
                {"columns", options->columns},
                {"time-format", options->time_format},
                {"delimiter", options->delimiter},
                {"header", options->header},
                {"tz", options->time_zone},
                {"skip", options->skip}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (none[i].value != NULL && (i < 7 || strcmp(none[i].value, "auto") != 0))
            return alm_fail(error, ALM_USAGE, "--%s does not go with a .tsf file, which says it itself",
                            none[i].name);
    return ALM_OK;
}

/* What the header says becomes the schema. */
static enum alm_status decide(struct tsf *tsf, struct alm_error *error)
{
    struct alm_ingest_job *job = tsf->job;
    struct alm_schema *schema = &job->schema;
    const struct alm_tsf_header *header = &tsf->header;
    schema->layout = ALM_LAYOUT_TSF;
    schema->has_header = true;
    schema->index = job->options->index || header->date == SIZE_MAX;
    ALM_TRY(alm_number_style_make(&schema->numbers, job->options, error));
    ALM_TRY(alm_schema_decide_names(schema, job->options, error));
    ALM_TRY(alm_time_format_parse(&tsf->start_format, "%Y-%m-%d %H-%M-%S", error));
    schema->time_format = tsf->start_format;
    if (schema->index && job->frequency_stated && job->frequency.unit != ALM_FREQUENCY_INDEX)
        return alm_fail(error, ALM_USAGE,
                        "--freq: the series of this file have no start, or --index leaves it out");
    if (schema->index)
        job->frequency = (struct alm_frequency){ALM_FREQUENCY_INDEX, 1};
    else if (!job->frequency_stated && !header->has_frequency)
        return alm_fail(error, ALM_USAGE, "%s: there is no @frequency; say --freq", job->file);
    else if (!job->frequency_stated)
        job->frequency = header->frequency;
    job->frequency_stated = true;
    alm_text_append(&schema->assumptions,
                    "the file is in the .tsf format: a series a line, a row is one value\n");
    if (schema->index && !job->options->index)
        alm_text_append(&schema->assumptions,
                        "series have no start: their values are counted 0, 1, 2, ...\n");
    if (header->horizon[0] != '\0')
        alm_text_printf(&schema->assumptions, "the file's horizon is %s\n", header->horizon);
    ALM_TRY(alm_text_check(&schema->assumptions, error));
    ALM_TRY(alm_job_start_groups(job, error));
    return job->sink->schema(job->sink->context, schema, error);
}

/* ---- series ---- */

/* Rejects what the scanner has just read. */
static enum alm_status refuse(struct tsf *tsf, enum alm_reject_reason reason, const char *where,
                              const char *hint, struct alm_error *error)
{
    char shown[124];
    const struct alm_tsf_scan *scan = &tsf->scan;
    size_t n = scan->length < 120 ? scan->length : 120;
    while (n < scan->length && n > 0 && ((unsigned char)scan->token[n] & 0xC0) == 0x80)
        n--;
    snprintf(shown, sizeof shown, "%.*s%s", (int)n, scan->token, n < scan->length ? "..." : "");
    const struct alm_ingest_reject reject = {.line = scan->token_line,
                                             .column = scan->token_column,
                                             .reason = reason,
                                             .where = where,
                                             .hint = hint,
                                             .text = shown};
    return alm_job_refuse(tsf->job, &reject, error);
}

static enum alm_status skip_line(struct tsf *tsf, struct alm_error *error)
{
    while (tsf->scan.stop != '\n' && tsf->scan.stop != '\0')
        ALM_TRY(alm_tsf_scan_next(&tsf->scan, '\0', '\0', error));
    return ALM_OK;
}

/* Rejects a series for what was read of it. */
static enum alm_status refuse_series(struct tsf *tsf, enum alm_reject_reason reason, const char *where,
                                     const char *hint, struct alm_error *error)
{
    tsf->job->summary->rows_read++;
    ALM_TRY(refuse(tsf, reason, where, hint, error));
    return skip_line(tsf, error);
}

static bool read_start(struct tsf *tsf, const char *text, size_t n)
{
    static const struct alm_time_format iso = {.kind = ALM_TIME_ISO};
    return alm_time_format_read(&tsf->start, &tsf->start_format, text, n) ||
           alm_time_format_read(&tsf->start, &iso, text, n);
}

/* Reads the attributes of a line: the start, and the others, joined with `.`, as key. The scanner has read
 * the first of them up to a colon. *good false when the series was rejected. */
static enum alm_status read_attributes(bool *good, struct tsf *tsf, struct alm_error *error)
{
    struct alm_ingest_job *job = tsf->job;
    const struct alm_tsf_scan *scan = &tsf->scan;
    alm_text_reset(&job->key);
    *good = false;
    for (size_t a = 0; a < tsf->header.n_attributes; a++) {
        const struct alm_tsf_attribute *attribute = &tsf->header.attributes[a];
        bool nul;
        if (a > 0) ALM_TRY(alm_tsf_scan_next(&tsf->scan, ':', '\0', error));
        if (scan->cut) return refuse_series(tsf, ALM_REJECT_TOO_LONG, attribute->name, NULL, error);
        if (scan->stop != ':')
            return refuse_series(tsf, ALM_REJECT_FIELDS, NULL, "a series has its attributes, then values",
                                 error);
        if (attribute->kind == ALM_TSF_DATE) {
            if (!job->schema.index && !read_start(tsf, scan->token, scan->length))
                return refuse_series(tsf, ALM_REJECT_TIME, attribute->name, "as in 1979-01-31 23-59-59",
                                     error);
            continue;
        }
        if (alm_utf8_find_bad(scan->token, scan->length, &nul) < scan->length)
            return refuse_series(tsf, ALM_REJECT_NOT_UTF8, attribute->name, "try --encoding latin1", error);
        if (!alm_name_is_usable(scan->token, scan->length))
            return refuse_series(tsf, ALM_REJECT_KEY, attribute->name, NULL, error);
        if (job->key.length > 0) alm_text_append(&job->key, ".");
        alm_text_append_bytes(&job->key, scan->token, scan->length);
    }
    *good = true;
    return alm_text_check(&job->key, error);
}

/* The time of value i. */
static enum alm_status time_of(int64_t *out, const struct tsf *tsf, size_t i, struct alm_error *error)
{
    const struct alm_calendar calendar = {.frequency = tsf->job->frequency};
    *out = (int64_t)i;
    if (tsf->job->schema.index) return ALM_OK;
    return alm_calendar_step(out, &calendar, tsf->start, i, error);
}

static enum alm_status take_value(struct tsf *tsf, struct alm_ingest_entry *entry, size_t i,
                                  struct alm_error *error)
{
    struct alm_ingest_job *job = tsf->job;
    const struct alm_tsf_scan *scan = &tsf->scan;
    double value = NAN;
    int64_t ts;
    job->summary->rows_read++;
    if (++tsf->seen % CHECK_EVERY == 0) ALM_TRY(look_around(tsf, error));
    if (scan->cut) return refuse(tsf, ALM_REJECT_TOO_LONG, entry->key, NULL, error);
    if (strcmp(scan->token, "?") != 0 &&
        alm_number_read(&value, scan->token, scan->length, &job->schema.numbers) == ALM_CELL_BAD)
        return refuse(tsf, ALM_REJECT_NUMBER, entry->key, NULL, error);
    if (time_of(&ts, tsf, i, NULL) != ALM_OK)
        return refuse(tsf, ALM_REJECT_TIME, entry->key, "after 9999", error);
    return alm_job_add_row(job, ts, &value, scan->token_line, error);
}

static enum alm_status take_series(struct tsf *tsf, struct alm_error *error)
{
    struct alm_ingest_job *job = tsf->job;
    struct alm_ingest_entry *entry;
    bool good, is_new;
    ALM_TRY(read_attributes(&good, tsf, error));
    if (!good) return ALM_OK;
    ALM_TRY(alm_tsf_scan_next(&tsf->scan, ',', ':', error));
    if (tsf->scan.stop == ':')
        return refuse_series(tsf, ALM_REJECT_FIELDS, NULL, "more attributes than the header has", error);
    if (tsf->scan.stop != ',' && tsf->scan.length == 0)
        return refuse_series(tsf, ALM_REJECT_FIELDS, NULL, "a series without values", error);
    ALM_TRY(alm_job_find_group(&entry, &is_new, job, alm_text_string(&job->key), error));
    if (!is_new) return refuse_series(tsf, ALM_REJECT_DUPLICATE, entry->key, "series of one name", error);
    for (size_t i = 0;; i++) {
        ALM_TRY(take_value(tsf, entry, i, error));
        if (tsf->scan.stop != ',') break;
        ALM_TRY(alm_tsf_scan_next(&tsf->scan, ',', '\0', error));
    }
    return alm_job_finish_group(job, job->last, error);
}

static enum alm_status take_lines(struct tsf *tsf, struct alm_error *error)
{
    do {
        ALM_TRY(look_around(tsf, error));
        ALM_TRY(alm_tsf_scan_next(&tsf->scan, ':', '\0', error));
        const char *first = tsf->scan.token + strspn(tsf->scan.token, " \t");
        if (*first == '#')
            ALM_TRY(skip_line(tsf, error));
        else if (*first != '\0' || tsf->scan.stop == ':')
            ALM_TRY(take_series(tsf, error));
        else if (tsf->scan.stop == '\n')
            tsf->job->summary->blank_lines++;
    } while (tsf->scan.stop != '\0');
    return look_around(tsf, error);
}

static enum alm_status run(struct tsf *tsf, struct alm_error *error)
{
    const struct alm_ingest_options *options = tsf->job->options;
    ALM_TRY(check_options(options, error));
    ALM_TRY(alm_decoder_open(&tsf->decoder, options->path, options->encoding, tsf->cancel, error));
    ALM_TRY(alm_tsf_scan_init(&tsf->scan, tsf->decoder, error));
    ALM_TRY(read_header(tsf, error));
    ALM_TRY(decide(tsf, error));
    ALM_TRY(take_lines(tsf, error));
    tsf->job->summary->bytes = alm_stream_position(alm_decoder_stream(tsf->decoder));
    alm_stream_digest(tsf->job->summary->digest, alm_decoder_stream(tsf->decoder));
    return ALM_OK;
}

enum alm_status alm_job_take_tsf(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                 const struct alm_progress *progress, struct alm_error *error)
{
    struct tsf tsf = {.job = job, .cancel = cancel, .progress = progress};
    alm_tsf_header_init(&tsf.header);
    const enum alm_status status = run(&tsf, error);
    alm_tsf_header_clear(&tsf.header);
    alm_tsf_scan_clear(&tsf.scan);
    alm_decoder_close(tsf.decoder);
    return status;
}
