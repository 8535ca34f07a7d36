#include "ingest/ingest.h"

#include "base/memory.h"
#include "ingest/job.h"
#include "ingest/labels.h"
#include "ingest/name.h"
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

/* Joins the key fields with `.` into job->key. *good false when it was rejected. */
static enum alm_status read_key(bool *good, struct alm_ingest_job *job, const struct alm_record *record,
                                struct alm_error *error)
{
    alm_text_reset(&job->key);
    *good = true;
    for (size_t k = 0; k < job->schema.n_keys; k++) {
        const struct alm_field *field = &record->fields[job->schema.keys[k]];
        if (!alm_name_is_usable(field->text, field->n)) {
            *good = false;
            return alm_job_refuse_field(job, record, job->schema.keys[k], ALM_REJECT_KEY, NULL, error);
        }
        if (k > 0) alm_text_append_bytes(&job->key, ".", 1);
        alm_text_append_bytes(&job->key, field->text, field->n);
    }
    return alm_text_check(&job->key, error);
}

/* A row may have empty fields more than the header, not other ones. */
static bool has_right_width(const struct alm_ingest_job *job, const struct alm_record *record)
{
    if (record->n < job->schema.n_columns) return false;
    for (size_t i = job->schema.n_columns; i < record->n; i++)
        if (record->fields[i].n > 0) return false;
    return true;
}

/* Rejects a row with a text that cannot be a label. */
static enum alm_status check_labels(bool *good, struct alm_ingest_job *job, const struct alm_record *record,
                                    struct alm_error *error)
{
    const struct alm_schema *schema = &job->schema;
    for (size_t v = schema->n_values - schema->n_categories; v < schema->n_values; v++) {
        const struct alm_field *field = &record->fields[schema->values[v]];
        *good = alm_number_is_missing(field->text, field->n, &schema->numbers) ||
                (field->n <= ALM_LABEL_LIMIT && alm_name_is_usable(field->text, field->n));
        if (!*good)
            return alm_job_refuse_field(job, record, schema->values[v], ALM_REJECT_LABEL, NULL, error);
    }
    return ALM_OK;
}

/* The codes of a row of the last group, which is stored whatever else comes: a group begins with it. */
static enum alm_status read_labels(struct alm_ingest_job *job, const struct alm_record *record,
                                   struct alm_error *error)
{
    const struct alm_schema *schema = &job->schema;
    ALM_TRY(alm_job_announce(job, job->last, error));
    for (size_t v = schema->n_values - schema->n_categories; v < schema->n_values; v++) {
        const struct alm_field *field = &record->fields[schema->values[v]];
        size_t code;
        job->values[v] = NAN;
        if (alm_number_is_missing(field->text, field->n, &schema->numbers)) continue;
        ALM_TRY(job->sink->label(job->sink->context, &code, job->last, v, field->text, field->n, error));
        job->values[v] = (double)code;
    }
    return ALM_OK;
}

/* The parts of a time in one text. */
static enum alm_status join_time(struct alm_field *out, struct alm_ingest_job *job,
                                 const struct alm_record *record, struct alm_error *error)
{
    alm_text_reset(&job->joined);
    for (size_t t = 0; t < job->schema.n_times; t++) {
        const struct alm_field *part = &record->fields[job->schema.times[t]];
        alm_time_join(&job->joined, part->text, part->n);
    }
    *out = (struct alm_field){alm_text_string(&job->joined), job->joined.length};
    return alm_text_check(&job->joined, error);
}

static enum alm_status take_row(struct alm_ingest_job *job, const struct alm_record *record,
                                struct alm_error *error);

/* A row that is no row of the table, as it seems. One that was filled or cut is held as it stands. */
static enum alm_status hold(struct alm_ingest_job *job, const struct alm_record *record,
                            enum alm_reject_reason reason, size_t index, struct alm_error *error)
{
    if (job->whole == NULL) return alm_tail_hold(job, record, reason, index, error);
    if (index >= job->whole->n) reason = ALM_REJECT_FIELDS;
    return alm_tail_hold(job, job->whole, reason, index, error);
}

static size_t last_time(const struct alm_schema *schema)
{
    size_t last = 0;
    for (size_t i = 0; i < schema->n_times; i++)
        if (schema->times[i] > last) last = schema->times[i];
    return last;
}

static inline bool is_after_held(const struct alm_ingest_job *job)
{
    return job->tail.n > 0 || job->tail.closed;
}

/* A row of another width than the header. */
static enum alm_status take_ragged(struct alm_ingest_job *job, const struct alm_record *record,
                                   struct alm_error *error)
{
    const size_t width = job->schema.n_columns;
    if (job->ragged != ALM_RAGGED_PAD) return alm_tail_hold(job, record, ALM_REJECT_FIELDS, 0, error);
    struct alm_record filled = *record;
    if (job->padded == NULL) ALM_TRY(ALM_NEW(&job->padded, width + 1, error));
    for (size_t c = 0; c < width; c++)
        job->padded[c] = c < record->n ? record->fields[c] : (struct alm_field){"", 0};
    filled.fields = job->padded;
    filled.n = width;
    job->whole = record;
    const enum alm_status status = take_row(job, &filled, error);
    job->whole = NULL;
    return status;
}

static enum alm_status take_row(struct alm_ingest_job *job, const struct alm_record *record,
                                struct alm_error *error)
{
    const struct alm_schema *schema = &job->schema;
    int64_t ts = 0;
    bool good = true, is_new;
    struct alm_ingest_entry *entry;
    if (!has_right_width(job, record)) return take_ragged(job, record, error);
    if (schema->n_times > 0) {
        struct alm_field split;
        const struct alm_field *time = &record->fields[schema->times[0]];
        if (schema->n_times > 1) {
            ALM_TRY(join_time(&split, job, record, error));
            time = &split;
        }
        const enum alm_time_answer answer = alm_time_reader_read(&ts, &job->times, time->text, time->n);
        if (answer == ALM_TIME_BAD) return hold(job, record, ALM_REJECT_TIME, last_time(schema), error);
        if (is_after_held(job)) ALM_TRY(alm_tail_release(job, record, error));
        if (answer == ALM_TIME_SKIPPED) {
            job->summary->dst_skipped++;
            return ALM_OK;
        }
        if (answer != ALM_TIME_READ) return alm_job_refuse_time(job, record, answer, error);
    }
    for (size_t v = 0; v < schema->n_values - schema->n_categories; v++) {
        const struct alm_field *field = &record->fields[schema->values[v]];
        if (alm_number_read(&job->values[v], field->text, field->n, &schema->numbers) == ALM_CELL_BAD)
            return schema->index ? hold(job, record, ALM_REJECT_NUMBER, schema->values[v], error)
                                 : alm_job_refuse_number(job, record, schema->values[v], error);
    }
    if (schema->index && is_after_held(job)) ALM_TRY(alm_tail_release(job, record, error));
    const struct alm_field none = {"", 0};
    const struct alm_field *key = schema->n_keys == 1 ? &record->fields[schema->keys[0]] : &none;
    const bool known = schema->n_keys <= 1 && alm_job_guess_group(job, key->text, key->n);
    if (!known) ALM_TRY(read_key(&good, job, record, error));
    if (!good) return ALM_OK;
    if (schema->n_categories > 0) ALM_TRY(check_labels(&good, job, record, error));
    if (!good) return ALM_OK;
    if (!known) ALM_TRY(alm_job_find_group(&entry, &is_new, job, alm_text_string(&job->key), error));
    if (schema->n_categories > 0) ALM_TRY(read_labels(job, record, error));
    if (schema->index) ts = alm_group_next_index(job->entries[job->last].group);
    job->summary->rows_padded += job->whole != NULL;
    return alm_job_add_row(job, ts, job->values, record->line, error);
}

/* Layout rows: the record is a whole series, its name first. */
static enum alm_status take_series(struct alm_ingest_job *job, const struct alm_record *record,
                                   struct alm_error *error)
{
    size_t n = record->n;
    struct alm_ingest_entry *entry;
    bool is_new;
    while (n > 1 && record->fields[n - 1].n == 0)
        n--;
    if (!alm_name_is_usable(record->fields[0].text, record->fields[0].n))
        return alm_job_refuse_field(job, record, 0, ALM_REJECT_KEY, NULL, error);
    ALM_TRY(alm_grow((void **)&job->values, &job->values_capacity, n, sizeof *job->values, error));
    for (size_t i = 1; i < n; i++)
        if (alm_number_read(&job->values[i - 1], record->fields[i].text, record->fields[i].n,
                            &job->schema.numbers) == ALM_CELL_BAD)
            return alm_job_refuse_number(job, record, i, error);
    alm_text_reset(&job->key);
    alm_text_append_bytes(&job->key, record->fields[0].text, record->fields[0].n);
    ALM_TRY(alm_text_check(&job->key, error));
    ALM_TRY(alm_job_find_group(&entry, &is_new, job, alm_text_string(&job->key), error));
    if (!is_new) return alm_job_refuse_field(job, record, 0, ALM_REJECT_DUPLICATE, NULL, error);
    for (size_t i = 0; i + 1 < n; i++)
        ALM_TRY(alm_job_add_row(job, (int64_t)i, &job->values[i], record->line, error));
    return alm_job_finish_group(job, job->last, error);
}

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
            ALM_TRY(take_series(job, &record, error));
        else
            ALM_TRY(take_row(job, &record, error));
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
