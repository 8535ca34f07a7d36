#include "ingest/sample.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static enum alm_status copy_record(struct alm_sample *out, const struct alm_record *record, bool after_gap,
                                   struct alm_error *error)
{
    ALM_TRY(alm_grow((void **)&out->records, &out->capacity, out->n + 1, sizeof *out->records, error));
    struct alm_sample_record *copy = &out->records[out->n];
    *copy = (struct alm_sample_record){.line = record->line, .after_gap = after_gap};
    ALM_TRY(ALM_NEW(&copy->cells, record->n, error));
    copy->n = record->n;
    out->n++;
    for (size_t i = 0; i < record->n; i++) {
        ALM_TRY(alm_allocate((void **)&copy->cells[i], record->fields[i].n + 1, 1, error));
        if (record->fields[i].n > 0) memcpy(copy->cells[i], record->fields[i].text, record->fields[i].n);
    }
    return ALM_OK;
}

enum alm_status alm_sample_read(struct alm_sample *out, struct alm_reader *reader, size_t limit,
                                struct alm_error *error)
{
    struct alm_record record;
    bool more = true, after_gap = false;
    while (out->n < limit) {
        ALM_TRY(alm_reader_next(&record, &more, reader, error));
        if (!more) break;
        if (!record.blank && record.fault == ALM_RECORD_GOOD)
            ALM_TRY(copy_record(out, &record, after_gap, error));
        if (record.fault != ALM_RECORD_GOOD && out->bad_line == 0) {
            out->bad_line = record.line;
            out->bad_fault = record.fault;
        }
        after_gap = record.blank;
    }
    return ALM_OK;
}

void alm_sample_record_clear(struct alm_sample_record *record)
{
    for (size_t i = 0; record->cells != NULL && i < record->n; i++)
        free(record->cells[i]);
    free(record->cells);
    *record = (struct alm_sample_record){0};
}

void alm_sample_remove(struct alm_sample *sample, size_t first, size_t n)
{
    for (size_t r = first; r < first + n; r++)
        alm_sample_record_clear(&sample->records[r]);
    memmove(sample->records + first, sample->records + first + n,
            (sample->n - first - n) * sizeof *sample->records);
    sample->n -= n;
}

void alm_sample_clear(struct alm_sample *sample)
{
    for (size_t r = 0; r < sample->n; r++)
        alm_sample_record_clear(&sample->records[r]);
    alm_sample_record_clear(&sample->units);
    free(sample->records);
    *sample = (struct alm_sample){0};
}
