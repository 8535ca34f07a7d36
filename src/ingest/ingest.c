#include "ingest/ingest.h"

#include "base/memory.h"
#include "ingest/job.h"
#include "ingest/tsf.h"
#include "ingest/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_RECORDS = 1000,
    CHECK_EVERY = 4096, /* records between looks at cancel and progress */
};

/* ---- records ---- */

static enum alm_status look_around(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                   const struct alm_progress *progress, struct alm_error *error)
{
    if (alm_cancelled(cancel)) return alm_fail(error, ALM_INTERRUPTED, "%s: interrupted", job->file);
    /* rows, and how many there would be if all of the file were as what was read */
    const double rows = (double)job->summary->rows_read, position = (double)alm_source_position(job->source);
    const double size = (double)alm_source_size(job->source);
    alm_progress_report(progress, "importing", rows, position > 0 ? round(rows * size / position) : 0,
                        "rows");
    return ALM_OK;
}

static enum alm_status take_records(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                    const struct alm_progress *progress, struct alm_error *error)
{
    struct alm_ingest_summary *summary = job->summary;
    for (size_t i = 0;; i++) {
        struct alm_record record;
        bool more;
        if (i % CHECK_EVERY == 0) ALM_TRY(look_around(job, cancel, progress, error));
        ALM_TRY(alm_reader_next(&record, &more, job->reader, error));
        if (!more) break;
        if (record.blank) {
            summary->blank_lines++;
            job->tail.blank_line = record.line;
            continue;
        }
        if (record.line < job->found.data_line) continue;
        summary->rows_read++;
        if (record.stray_quote && summary->stray_quotes++ == 0) summary->stray_line = record.line;
        if (record.fault != ALM_RECORD_GOOD)
            ALM_TRY(alm_job_refuse_fault(job, &record, error));
        else if (job->schema.layout == ALM_LAYOUT_ROWS)
            ALM_TRY(alm_job_take_series(job, &record, error));
        else
            ALM_TRY(alm_job_take_row(job, &record, error));
    }
    ALM_TRY(alm_tail_end(job, error));
    /* who interrupts a pipe ends its writer, too: that is no end of the file */
    return look_around(job, cancel, progress, error);
}

/* ---- the whole ---- */

static enum alm_status read_ragged(enum alm_ragged *out, const char *text, struct alm_error *error)
{
    static const char *const names[] = {
        [ALM_RAGGED_ERROR] = "error", [ALM_RAGGED_PAD] = "pad", [ALM_RAGGED_SKIP] = "skip", NULL};
    for (int i = 0; names[i] != NULL; i++) {
        if (text == NULL || strcmp(text, names[i]) == 0) {
            *out = (enum alm_ragged)i;
            return ALM_OK;
        }
    }
    return alm_fail(error, ALM_USAGE, "--ragged is error, pad or skip, not \"%s\"", text);
}

static enum alm_status check_options(struct alm_ingest_job *job, struct alm_error *error)
{
    const struct alm_ingest_options *options = job->options;
    ALM_TRY(read_ragged(&job->ragged, options->ragged, error));
    ALM_TRY(alm_dst_parse(&job->times.dst, options->dst, error));
    if (options->dst != NULL && options->time_zone == NULL)
        return alm_fail(error, ALM_USAGE, "--dst goes with --tz ZONE, the zone of the times in the file");
    if (options->time_zone != NULL) {
        if (options->index) return alm_fail(error, ALM_USAGE, "--tz and --index exclude each other");
        ALM_TRY(alm_zone_create(&job->zone, options->time_zone, error));
    }
    if (options->frequency == NULL) return ALM_OK;
    if (options->resample != NULL)
        return alm_fail(error, ALM_USAGE, "--resample states the frequency; --freq beside it says nothing");
    job->frequency_stated = true;
    return alm_frequency_parse(&job->frequency, options->frequency, error);
}

/* Where the table stands, then what its columns mean. */
static enum alm_status decide(struct alm_ingest_job *job, struct alm_sample *sample,
                              struct alm_dialect dialect, struct alm_error *error)
{
    struct alm_ingest_table *found = &job->found;
    struct alm_schema *schema = &job->schema;
    ALM_TRY(alm_ingest_table_find(found, sample, job->options, job->file, error));
    job->summary->preamble = found->preamble;
    job->summary->header_rows = found->header_rows;
    job->summary->header_line = found->header_line;
    const enum alm_status status = alm_schema_decide(schema, sample, dialect, job->options, error);
    if (status != ALM_OK) {
        alm_fail_in(error, "%s", job->file);
        return status;
    }
    alm_text_append(&found->said, alm_text_string(&schema->assumptions));
    alm_text_clear(&schema->assumptions);
    schema->assumptions = found->said;
    found->said = (struct alm_text){0};
    return alm_text_check(&schema->assumptions, error);
}

/* Puts the bars between the rows and the caller's sink. */
static enum alm_status start_resampling(struct alm_ingest_job *job, struct alm_error *error)
{
    struct alm_resample_spec spec;
    if (job->options->resample == NULL) return ALM_OK;
    ALM_TRY(alm_resample_parse(&spec, job->options->resample, error));
    ALM_TRY(alm_resample_create(&job->resample, &spec, job->zone, job->sink, error));
    job->sink = alm_resample_sink(job->resample);
    return ALM_OK;
}

/* A first line that is not UTF-8 is no line to reject: it may be the header, and the rest will be alike. */
static enum alm_status check_first_line(const struct alm_ingest_job *job, const char *text, size_t n,
                                        struct alm_error *error)
{
    bool nul;
    size_t line = 0, column = 1;
    while (line < n && text[line] != '\n' && text[line] != '\r')
        line++;
    const size_t bad = alm_utf8_find_bad(text, line, &nul);
    if (bad == line || nul) return ALM_OK;
    for (size_t i = 0; i < bad; i++)
        column += ((unsigned char)text[i] & 0xC0) != 0x80;
    if (job->options->encoding == NULL)
        return alm_fail(error, ALM_PARSE,
                        "%s:1:%zu: the first line is not UTF-8; say what the file is, such as --encoding "
                        "windows-1252",
                        job->file, column);
    return alm_fail(error, ALM_PARSE, "%s:1:%zu: the first line is not %s; try another --encoding", job->file,
                    column, job->options->encoding);
}

static enum alm_status find_out(struct alm_ingest_job *job, struct alm_error *error)
{
    struct alm_dialect dialect;
    struct alm_sample sample = {0};
    const char *text;
    size_t n;
    alm_source_sample(&text, &n, job->source);
    ALM_TRY(check_first_line(job, text, n, error));
    ALM_TRY(alm_dialect_state(&dialect, job->options->delimiter, job->options->quote, job->options->escape,
                              job->options->line_end, error));
    alm_dialect_detect(&dialect, text, n);
    job->summary->dialect = dialect;
    snprintf(job->summary->encoding, sizeof job->summary->encoding, "%s", alm_source_encoding(job->source));
    ALM_TRY(alm_reader_create(&job->reader, job->source, dialect, error));
    alm_source_sampling(job->source, true);
    enum alm_status status = alm_sample_read(&sample, job->reader, SAMPLE_RECORDS, error);
    alm_source_sampling(job->source, false);
    alm_source_restart(job->source);
    if (status != ALM_OK) alm_fail_in(error, "%s", job->file);
    if (status == ALM_OK) status = decide(job, &sample, dialect, error);
    alm_sample_clear(&sample);
    if (status != ALM_OK) return status;
    if (job->schema.index) {
        job->frequency = (struct alm_frequency){ALM_FREQUENCY_INDEX, 1};
        job->frequency_stated = true;
    }
    alm_time_reader_init(&job->times, &job->schema.time_format, job->zone, job->times.dst);
    ALM_TRY(alm_grow((void **)&job->values, &job->values_capacity, job->schema.n_values + 1,
                     sizeof *job->values, error));
    return job->sink->schema(job->sink->context, &job->schema, error);
}

/* At most 1 % of the rows, but ten always may be rejected, unless the user said otherwise. */
static enum alm_status judge(const struct alm_ingest_job *job, struct alm_error *error)
{
    const struct alm_ingest_summary *summary = job->summary;
    const size_t allowed = summary->rows_read / 100 > 10 ? summary->rows_read / 100 : 10;
    const size_t shared = summary->rejected[ALM_REJECT_DUPLICATE];
    if (!job->options->max_rejects_given && (shared > allowed || shared * 2 >= summary->rows_read) &&
        job->schema.by_hint != NULL)
        return alm_fail(
            error, ALM_DATA,
            "%s: %zu of %zu rows have a time that another row has: nothing was stored; if %s tells "
            "them apart, say --by %s",
            job->file, shared, summary->rows_read, job->schema.by_hint, job->schema.by_hint);
    if (!job->options->max_rejects_given && summary->rows_rejected > allowed)
        return alm_fail(
            error, ALM_DATA,
            "%s: %zu of %zu rows are no good, more than 1 %%: nothing was stored; --max-rejects %zu "
            "takes the rest",
            job->file, summary->rows_rejected, summary->rows_read, summary->rows_rejected);
    if (summary->rows_read == summary->rows_rejected + summary->rows_skipped + summary->dst_skipped)
        return alm_fail(error, ALM_DATA, "%s: there are no good rows", job->file);
    return ALM_OK;
}

/* As stated, or by its name. */
static bool is_tsf(const struct alm_ingest_options *options)
{
    if (options->layout != NULL && strcmp(options->layout, "auto") != 0)
        return strcmp(options->layout, "tsf") == 0;
    return alm_tsf_is_path(options->path);
}

static enum alm_status run(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                           const struct alm_progress *progress, struct alm_error *error)
{
    ALM_TRY(check_options(job, error));
    ALM_TRY(start_resampling(job, error));
    if (is_tsf(job->options)) {
        ALM_TRY(alm_job_take_tsf(job, cancel, progress, error));
        return judge(job, error);
    }
    if (job->options->layout != NULL && strcmp(job->options->layout, "text") == 0) {
        ALM_TRY(alm_job_take_text(job, cancel, progress, error));
        return judge(job, error);
    }
    ALM_TRY(alm_source_open(&job->source, job->options->path, job->options->encoding, cancel, error));
    ALM_TRY(find_out(job, error));
    ALM_TRY(alm_job_start_groups(job, error));
    ALM_TRY(take_records(job, cancel, progress, error));
    ALM_TRY(alm_job_finish_groups(job, cancel, error));
    job->summary->bytes = alm_source_position(job->source);
    alm_source_digest(job->summary->digest, job->source);
    return judge(job, error);
}

enum alm_status alm_ingest(const struct alm_ingest_options *options, const struct alm_ingest_sink *sink,
                           const struct alm_cancel *cancel, const struct alm_progress *progress,
                           struct alm_ingest_summary *summary, struct alm_error *error)
{
    struct alm_ingest_job job = {.options = options, .sink = sink, .summary = summary, .file = options->path};
    if (strcmp(options->path, "-") == 0) job.file = "standard input";
    *summary = (struct alm_ingest_summary){0};
    const enum alm_status status = run(&job, cancel, progress, error);
    summary->dst_holes = job.times.holes;
    summary->dst_folds = job.times.folds;
    alm_resample_free(job.resample);
    alm_zone_free(job.zone);
    alm_job_clear_groups(&job);
    free(job.values);
    free(job.padded);
    alm_tail_clear(&job.tail);
    alm_ingest_table_clear(&job.found);
    alm_text_clear(&job.key);
    alm_text_clear(&job.joined);
    alm_reader_free(job.reader);
    alm_source_close(job.source);
    alm_schema_clear(&job.schema);
    return status;
}
