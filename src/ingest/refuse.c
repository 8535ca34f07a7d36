#include "ingest/job.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_LIMIT = 120 }; /* bytes of a rejected text that are kept */

enum alm_status alm_job_refuse(struct alm_ingest_job *job, const struct alm_ingest_reject *reject,
                               struct alm_error *error)
{
    struct alm_ingest_summary *summary = job->summary;
    summary->rows_rejected++;
    summary->rejected[reject->reason]++;
    ALM_TRY(job->sink->reject(job->sink->context, reject, error));
    const bool strict = job->options->strict;
    const size_t limit = job->options->max_rejects;
    if (!strict && (!job->options->max_rejects_given || summary->rows_rejected <= limit)) return ALM_OK;
    struct alm_text text = {0};
    alm_ingest_reject_write(&text, job->file, reject);
    if (strict)
        alm_fail(error, ALM_DATA, "%s", alm_text_string(&text));
    else
        alm_fail(error, ALM_DATA, "%s: more than %zu rejected rows; the last: %s", job->file, limit,
                 alm_text_string(&text));
    alm_text_clear(&text);
    return ALM_DATA;
}

/* Copies at most TEXT_LIMIT bytes, cut between characters and without line ends. */
static void shorten(char out[TEXT_LIMIT + 4], const char *text, size_t n)
{
    size_t keep = 0;
    while (keep < n && keep < TEXT_LIMIT && text[keep] != '\n' && text[keep] != '\r' && text[keep] != '\0')
        keep++;
    const bool cut = keep < n && keep == TEXT_LIMIT;
    while (cut && keep > 0 && ((unsigned char)text[keep] & 0xC0) == 0x80)
        keep--;
    memcpy(out, text, keep);
    memcpy(out + keep, cut ? "..." : "", cut ? 4 : 1);
}

/* Rejects a record at offset at of its raw bytes. */
static enum alm_status refuse_at(struct alm_ingest_job *job, const struct alm_record *record, size_t at,
                                 size_t field, enum alm_reject_reason reason, const char *where,
                                 const char *hint, const char *text, size_t n, struct alm_error *error)
{
    char shown[TEXT_LIMIT + 4];
    struct alm_ingest_reject reject = {
        .field = field, .reason = reason, .where = where, .hint = hint, .text = shown};
    shorten(shown, text, n);
    alm_record_place(&reject.line, &reject.column, record, at);
    return alm_job_refuse(job, &reject, error);
}

/* Rejects a record for the content of one field. */
enum alm_status alm_job_refuse_field(struct alm_ingest_job *job, const struct alm_record *record,
                                     size_t index, enum alm_reject_reason reason, const char *hint,
                                     struct alm_error *error)
{
    const bool named = job->schema.layout != ALM_LAYOUT_ROWS && index < job->schema.n_columns;
    const char *where = named ? job->schema.columns[index].header : NULL;
    const struct alm_field *field = &record->fields[index];
    return refuse_at(job, record, alm_record_field_offset(record, job->schema.dialect, index), index + 1,
                     reason, where != NULL && where[0] != '\0' ? where : NULL, hint, field->text, field->n,
                     error);
}

enum alm_status alm_job_refuse_number(struct alm_ingest_job *job, const struct alm_record *record,
                                      size_t index, struct alm_error *error)
{
    const struct alm_field *field = &record->fields[index];
    char shown[TEXT_LIMIT + 4], try[ALM_NUMBER_HINT_SIZE];
    shorten(shown, field->text, field->n);
    if (alm_number_hint(try, field->text, field->n, &job->schema.numbers))
        snprintf(job->hint, sizeof job->hint, "try %s", try);
    else if (field->n <= 12)
        snprintf(job->hint, sizeof job->hint, "try --null %s", shown);
    else
        job->hint[0] = '\0';
    return alm_job_refuse_field(job, record, index, ALM_REJECT_NUMBER,
                                job->hint[0] == '\0' ? NULL : job->hint, error);
}

/* Rejects a record for a time that its columns give together. */
static enum alm_status refuse_joined(struct alm_ingest_job *job, const struct alm_record *record,
                                     enum alm_reject_reason reason, struct alm_error *error)
{
    const struct alm_schema *schema = &job->schema;
    struct alm_text where = {0};
    alm_text_reset(&job->joined); /* it may be that of a later row */
    for (size_t t = 0; t < schema->n_times; t++) {
        const struct alm_field *part = &record->fields[schema->times[t]];
        alm_text_printf(&where, t == 0 ? "%s" : ",%s", schema->columns[schema->times[t]].header);
        alm_time_join(&job->joined, part->text, part->n);
    }
    enum alm_status status = alm_text_check(&where, error);
    if (status == ALM_OK) status = alm_text_check(&job->joined, error);
    const size_t at = alm_record_field_offset(record, schema->dialect, schema->times[0]);
    if (status == ALM_OK)
        status = refuse_at(job, record, at, schema->times[0] + 1, reason, alm_text_string(&where), job->hint,
                           alm_text_string(&job->joined), job->joined.length, error);
    alm_text_clear(&where);
    return status;
}

enum alm_status alm_job_refuse_time(struct alm_ingest_job *job, const struct alm_record *record,
                                    enum alm_time_answer answer, struct alm_error *error)
{
    const struct alm_time_format *format = &job->schema.time_format;
    enum alm_reject_reason reason = ALM_REJECT_TIME;
    if (answer == ALM_TIME_HOLE || answer == ALM_TIME_TWICE) {
        reason = answer == ALM_TIME_HOLE ? ALM_REJECT_HOLE : ALM_REJECT_TWICE;
        snprintf(job->hint, sizeof job->hint, "in %s; see --dst", alm_zone_name(job->zone));
    } else {
        const bool joined = job->schema.n_times > 1;
        const struct alm_field *field = &record->fields[job->schema.times[0]];
        alm_time_format_hint(job->hint, sizeof job->hint, format, answer,
                             joined ? alm_text_string(&job->joined) : field->text,
                             joined ? job->joined.length : field->n);
    }
    if (job->schema.n_times > 1) return refuse_joined(job, record, reason, error);
    return alm_job_refuse_field(job, record, job->schema.times[0], reason, job->hint, error);
}

enum alm_status alm_job_refuse_fields(struct alm_ingest_job *job, const struct alm_record *record,
                                      struct alm_error *error)
{
    snprintf(job->hint, sizeof job->hint, "expected %zu fields, got %zu", job->schema.n_columns, record->n);
    return refuse_at(job, record, 0, 0, ALM_REJECT_FIELDS, NULL, job->hint, record->raw, record->raw_n,
                     error);
}

/* What helps when many records have the fault; or NULL. */
static const char *find_fault_hint(enum alm_record_fault fault)
{
    switch (fault) {
    case ALM_RECORD_UNCLOSED_QUOTE:
        return "where quotes enclose nothing: --quote none";
    case ALM_RECORD_TEXT_AFTER_QUOTE:
        return "where quotes inside quotes are not doubled: --escape backslash or none";
    case ALM_RECORD_TOO_LONG:
        return "a field may have 1 MB, a line 16 MB and 262144 fields";
    default:
        return NULL;
    }
}

enum alm_status alm_job_refuse_fault(struct alm_ingest_job *job, const struct alm_record *record,
                                     struct alm_error *error)
{
    const size_t at = record->fault_at;
    const char *encoding = job->options->encoding;
    const char *hint = find_fault_hint(record->fault);
    if (record->fault == ALM_RECORD_NOT_UTF8) {
        snprintf(job->hint, sizeof job->hint, "%s %.100s",
                 encoding == NULL ? "try --encoding" : "no character of",
                 encoding == NULL ? "windows-1252" : encoding);
        hint = job->hint;
    }
    return refuse_at(job, record, at, 0, alm_record_fault_reason(record->fault), NULL, hint, record->raw + at,
                     record->raw_n - at, error);
}
