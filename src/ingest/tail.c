#include "ingest/tail.h"

#include "base/memory.h"
#include "ingest/cells.h"
#include "ingest/job.h"

#include <stdlib.h>
#include <string.h>

static void clear_row(struct alm_tail_row *row)
{
    free(row->raw);
    free(row->fields);
    *row = (struct alm_tail_row){0};
}

void alm_tail_clear(struct alm_tail *tail)
{
    for (size_t i = 0; i < tail->n; i++)
        clear_row(&tail->rows[i]);
    tail->n = 0;
}

/* One block holds the raw bytes and the fields' texts behind them. */
static enum alm_status copy_record(struct alm_tail_row *out, const struct alm_record *record,
                                   struct alm_error *error)
{
    size_t n = record->raw_n + 1;
    for (size_t i = 0; i < record->n; i++)
        n += record->fields[i].n;
    ALM_TRY(alm_allocate((void **)&out->raw, n, 1, error));
    ALM_TRY(ALM_NEW(&out->fields, record->n + 1, error));
    char *at = out->raw + record->raw_n;
    memcpy(out->raw, record->raw, record->raw_n);
    for (size_t i = 0; i < record->n; i++) {
        if (record->fields[i].n > 0) memcpy(at, record->fields[i].text, record->fields[i].n);
        out->fields[i] = (struct alm_field){at, record->fields[i].n};
        at += record->fields[i].n;
    }
    out->record = *record;
    out->record.raw = out->raw;
    out->record.fields = out->fields;
    return ALM_OK;
}

static enum alm_status refuse_row(struct alm_ingest_job *job, const struct alm_record *record,
                                  enum alm_reject_reason reason, size_t index, struct alm_error *error)
{
    if (reason == ALM_REJECT_NUMBER) return alm_job_refuse_number(job, record, index, error);
    if (reason == ALM_REJECT_TIME) return alm_job_refuse_time(job, record, ALM_TIME_BAD, error);
    if (job->ragged != ALM_RAGGED_SKIP) return alm_job_refuse_fields(job, record, error);
    job->summary->rows_skipped++;
    return ALM_OK;
}

/* Rejects the first n rows held and forgets all. */
static enum alm_status refuse_rows(struct alm_ingest_job *job, size_t n, struct alm_error *error)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const struct alm_tail_row *row = &job->tail.rows[i];
        status = refuse_row(job, &row->record, row->reason, row->index, error);
    }
    alm_tail_clear(&job->tail);
    return status;
}

/* ---- a second table ---- */

static bool is_our_header(const struct alm_ingest_job *job, const struct alm_record *record)
{
    const struct alm_schema *schema = &job->schema;
    if (!schema->has_header || record->n < schema->n_columns) return false;
    for (size_t c = 0; c < schema->n_columns; c++) {
        const struct alm_field name = {schema->columns[c].header, strlen(schema->columns[c].header)};
        if (!alm_cells_equal(&record->fields[c], 1, &name, 1)) return false;
    }
    return true;
}

/* Whether the last row held is the header of the row that follows it, and not just a bad row. A row that fits
 * the table (good) needs more evidence: that it stands apart, or has the names of this table. */
static bool begins_table(const struct alm_ingest_job *job, const struct alm_record *next, bool good)
{
    const struct alm_tail *tail = &job->tail;
    const char *null_text = job->options->null_text;
    if (tail->n == 0) return false;
    const struct alm_tail_row *last = &tail->rows[tail->n - 1];
    const struct alm_record *heading = &last->record;
    if (!alm_cells_head(heading->fields, heading->n, next->fields, next->n, null_text)) return false;
    if (!good) return true;
    const bool titled = tail->n > 1 && alm_cells_filled(tail->rows[tail->n - 2].fields,
                                                        tail->rows[tail->n - 2].record.n) == 1;
    return last->after_gap || titled || is_our_header(job, heading);
}

static enum alm_status refuse_second(const struct alm_ingest_job *job, struct alm_error *error)
{
    const struct alm_tail_row *row = &job->tail.rows[job->tail.n - 1];
    return alm_ingest_table_refuse_second(job->file, row->record.line, row->fields, row->record.n, error);
}

/* ---- holding and letting go ---- */

enum alm_status alm_tail_hold(struct alm_ingest_job *job, const struct alm_record *record,
                              enum alm_reject_reason reason, size_t index, struct alm_error *error)
{
    struct alm_tail *tail = &job->tail;
    if (alm_cells_filled(record->fields, record->n) == 0) { /* `,,,` */
        job->summary->rows_read--;
        job->summary->blank_lines++;
        tail->blank_line = record->line;
        return ALM_OK;
    }
    if (begins_table(job, record, false)) return refuse_second(job, error);
    if (tail->closed) return refuse_row(job, record, reason, index, error);
    if (tail->n == ALM_TAIL_ROWS) {
        tail->closed = true;
        ALM_TRY(refuse_rows(job, tail->n, error));
        return refuse_row(job, record, reason, index, error);
    }
    struct alm_tail_row *row = &tail->rows[tail->n++];
    *row = (struct alm_tail_row){.reason = reason, .index = index};
    row->after_gap = tail->blank_line > 0 && tail->blank_line + 1 == record->line;
    return copy_record(row, record, error);
}

enum alm_status alm_tail_release(struct alm_ingest_job *job, const struct alm_record *good,
                                 struct alm_error *error)
{
    if (begins_table(job, good, true)) return refuse_second(job, error);
    job->tail.closed = false;
    return refuse_rows(job, job->tail.n, error);
}

enum alm_status alm_tail_end(struct alm_ingest_job *job, struct alm_error *error)
{
    struct alm_tail *tail = &job->tail;
    struct alm_ingest_summary *summary = job->summary;
    size_t bad = tail->n;
    while (bad > 0 && alm_cells_are_note(tail->rows[bad - 1].fields, tail->rows[bad - 1].record.n,
                                         job->options->null_text))
        bad--;
    summary->notes = tail->n - bad;
    summary->rows_read -= summary->notes;
    if (summary->notes > 0) summary->first_note_line = tail->rows[bad].record.line;
    return refuse_rows(job, bad, error);
}
