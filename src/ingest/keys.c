#include "base/memory.h"
#include "ingest/job.h"
#include "series/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING_LIMIT = 24 << 20 }; /* bytes in groups that wait, before all that can are flushed */

/* The series of a group: one where a file has no columns. */
static size_t width_of(const struct alm_ingest_job *job)
{
    return job->schema.n_values == 0 ? 1 : job->schema.n_values;
}

enum alm_status alm_job_announce(struct alm_ingest_job *job, size_t number, struct alm_error *error)
{
    struct alm_ingest_entry *entry = &job->entries[number];
    if (entry->announced) return ALM_OK;
    const size_t width = width_of(job);
    const char *key = job->schema.layout == ALM_LAYOUT_WIDE ? NULL : entry->key;
    char **names;
    enum alm_status status = ALM_OK;
    ALM_TRY(ALM_NEW(&names, width, error));
    for (size_t v = 0; v < width && status == ALM_OK; v++)
        status = alm_schema_series_name(&names[v], &job->schema, key, v, error);
    if (status == ALM_OK)
        status = job->sink->group(job->sink->context, number, (const char *const *)names, width, error);
    for (size_t v = 0; v < width; v++)
        free(names[v]);
    free(names);
    entry->announced = true;
    return status;
}

static enum alm_status on_rows(void *context, size_t group, const int64_t *ts, const double *values,
                               const size_t *lines, size_t n, struct alm_error *error)
{
    struct alm_ingest_job *job = context;
    ALM_TRY(alm_job_announce(job, group, error));
    return job->sink->rows(job->sink->context, group, ts, values, lines, n, error);
}

static enum alm_status on_duplicate(void *context, size_t group, int64_t ts, size_t line,
                                    struct alm_error *error)
{
    struct alm_ingest_job *job = context;
    struct alm_text time = {0};
    (void)group;
    alm_ts_write_short(&time, ts);
    ALM_TRY(alm_text_check(&time, error));
    if (job->schema.label != NULL) snprintf(job->hint, sizeof job->hint, "try --by %s", job->schema.label);
    const struct alm_ingest_reject reject = {.line = line,
                                             .column = 1,
                                             .reason = ALM_REJECT_DUPLICATE,
                                             .hint = job->schema.label == NULL ? NULL : job->hint,
                                             .text = alm_text_string(&time)};
    const enum alm_status status = alm_job_refuse(job, &reject, error);
    alm_text_clear(&time);
    return status;
}

static uint64_t hash_of(const char *text, size_t n)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return hash;
}

static size_t *find_slot(struct alm_ingest_job *job, const char *key, uint64_t hash)
{
    size_t at = (size_t)hash & (job->table_size - 1);
    for (;; at = (at + 1) & (job->table_size - 1)) {
        size_t *slot = &job->table[at];
        if (*slot == 0) return slot;
        const struct alm_ingest_entry *entry = &job->entries[*slot - 1];
        if (entry->hash == hash && strcmp(entry->key, key) == 0) return slot;
    }
}

/* Keeps the table at most half full. */
static enum alm_status make_room(struct alm_ingest_job *job, struct alm_error *error)
{
    if (job->n_entries * 2 + 2 <= job->table_size) return ALM_OK;
    free(job->table);
    job->table_size = job->table_size == 0 ? 64 : job->table_size * 2;
    ALM_TRY(ALM_NEW(&job->table, job->table_size, error));
    for (size_t e = 0; e < job->n_entries; e++)
        *find_slot(job, job->entries[e].key, job->entries[e].hash) = e + 1;
    return ALM_OK;
}

enum alm_status alm_job_find_group(struct alm_ingest_entry **out, bool *is_new, struct alm_ingest_job *job,
                                   const char *key, struct alm_error *error)
{
    *is_new = false;
    if (job->last < job->n_entries && strcmp(job->entries[job->last].key, key) == 0) {
        *out = &job->entries[job->last];
        return ALM_OK;
    }
    const uint64_t hash = hash_of(key, strlen(key));
    ALM_TRY(make_room(job, error));
    size_t *slot = find_slot(job, key, hash);
    if (*slot == 0) {
        const size_t number = job->n_entries;
        const size_t width = width_of(job);
        ALM_TRY(alm_grow((void **)&job->entries, &job->entries_capacity, number + 1, sizeof *job->entries,
                         error));
        struct alm_ingest_entry *entry = &job->entries[number];
        *entry = (struct alm_ingest_entry){.hash = hash};
        ALM_TRY(alm_copy_text(&entry->key, key, error));
        job->n_entries++;
        ALM_TRY(
            alm_group_create(&entry->group, number, width, job->options->last_wins, &job->group_sink, error));
        *slot = number + 1;
        *is_new = true;
    }
    job->last = *slot - 1;
    *out = &job->entries[job->last];
    return ALM_OK;
}

enum alm_status alm_job_finish_group(struct alm_ingest_job *job, size_t number, struct alm_error *error)
{
    struct alm_ingest_entry *entry = &job->entries[number];
    struct alm_ingest_extent extent;
    const struct alm_frequency *frequency = job->frequency_stated ? &job->frequency : NULL;
    if (entry->group == NULL) return ALM_OK;
    const enum alm_status status = alm_group_finish(&extent, entry->group, frequency, error);
    alm_group_free(entry->group);
    entry->group = NULL;
    if (status != ALM_OK || !entry->announced) return status;
    return job->sink->end(job->sink->context, number, &extent, error);
}

enum alm_status alm_job_bound_waiting(struct alm_ingest_job *job, struct alm_error *error)
{
    size_t waiting = 0;
    for (size_t e = 0; e < job->n_entries; e++)
        if (job->entries[e].group != NULL) waiting += alm_group_waiting(job->entries[e].group);
    if (waiting < WAITING_LIMIT) return ALM_OK;
    for (size_t e = 0; e < job->n_entries; e++)
        if (job->entries[e].group != NULL) ALM_TRY(alm_group_flush(job->entries[e].group, error));
    return ALM_OK;
}

void alm_job_start_groups(struct alm_ingest_job *job)
{
    job->last = SIZE_MAX;
    job->group_sink = (struct alm_group_sink){job, on_rows, on_duplicate};
}

void alm_job_clear_groups(struct alm_ingest_job *job)
{
    for (size_t e = 0; e < job->n_entries; e++) {
        alm_group_free(job->entries[e].group);
        free(job->entries[e].key);
    }
    free(job->entries);
    free(job->table);
}
