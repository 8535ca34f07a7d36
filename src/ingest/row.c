/* A record of a table becomes a row of its group, or a reject. */
#include "ingest/job.h"
#include "ingest/labels.h"
#include "ingest/name.h"

#include "base/memory.h"

#include <math.h>

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
    const enum alm_status status = alm_job_take_row(job, &filled, error);
    job->whole = NULL;
    return status;
}

enum alm_status alm_job_take_row(struct alm_ingest_job *job, const struct alm_record *record,
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
enum alm_status alm_job_take_series(struct alm_ingest_job *job, const struct alm_record *record,
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
