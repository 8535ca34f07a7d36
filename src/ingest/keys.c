#include "base/memory.h"
#include "ingest/job.h"
#include "series/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 32 << 20, LEAST_MEMORY = 64 << 10 }; /* for rows that wait, bytes */

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
    const enum alm_layout layout = job->schema.layout;
    const char *key = layout == ALM_LAYOUT_WIDE || layout == ALM_LAYOUT_TEXT ? NULL : entry->key;
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
    int64_t stored = INT64_MIN;
    if (status == ALM_OK && job->sink->stored != NULL)
        status = job->sink->stored(job->sink->context, &stored, number, error);
    alm_group_set_stored(entry->group, stored);
    return status;
}

static enum alm_status on_duplicate(void *context, int64_t ts, size_t line, struct alm_error *error)
{
    struct alm_ingest_job *job = context;
    struct alm_text time = {0};
    alm_ts_write_short(&time, ts);
    ALM_TRY(alm_text_check(&time, error));
    if (job->schema.by_hint != NULL)
        snprintf(job->hint, sizeof job->hint, "try --by %s", job->schema.by_hint);
    const struct alm_ingest_reject reject = {.line = line,
                                             .column = 1,
                                             .reason = ALM_REJECT_DUPLICATE,
                                             .hint = job->schema.by_hint == NULL ? NULL : job->hint,
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

bool alm_job_guess_group(struct alm_ingest_job *job, const char *key, size_t n)
{
    size_t number = job->last;
    for (int i = 0; i < 2 && number < job->n_entries; i++) {
        const struct alm_ingest_entry *entry = &job->entries[number];
        if (entry->key_n == n && memcmp(entry->key, key, n) == 0) {
            job->last = number;
            return true;
        }
        number = number + 1 == job->n_entries ? 0 : number + 1;
    }
    return false;
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
        entry->key_n = strlen(key);
        job->n_entries++;
        ALM_TRY(alm_group_create(&entry->group, number, width, &job->room,
                                 job->frequency_stated ? &job->frequency : NULL, error));
        *slot = number + 1;
        *is_new = true;
    }
    job->last = *slot - 1;
    *out = &job->entries[job->last];
    return ALM_OK;
}

/* What waits is put elsewhere, so that its memory serves again. */
static enum alm_status make_memory(struct alm_ingest_job *job, struct alm_error *error)
{
    if (job->room.waiting <= job->memory / 2 && alm_stage_bytes(job->room.stage) > job->memory / 4)
        return alm_stage_spill(job->room.stage, error);
    for (size_t e = 0; e < job->n_entries; e++)
        if (job->entries[e].group != NULL) ALM_TRY(alm_group_flush(job->entries[e].group, error));
    return ALM_OK;
}

enum alm_status alm_job_add_row(struct alm_ingest_job *job, int64_t ts, const double *values, size_t line,
                                struct alm_error *error)
{
    ALM_TRY(alm_job_announce(job, job->last, error));
    ALM_TRY(alm_group_add(job->entries[job->last].group, ts, values, line, error));
    /* blocks that fill slowly get half of it at most */
    const bool enough = job->room.waiting <= job->memory / 2 &&
                        job->room.waiting + alm_stage_bytes(job->room.stage) <= job->memory;
    return enough ? ALM_OK : make_memory(job, error);
}

enum alm_status alm_job_finish_group(struct alm_ingest_job *job, size_t number, struct alm_error *error)
{
    struct alm_ingest_entry *entry = &job->entries[number];
    struct alm_ingest_extent extent;
    if (entry->group == NULL) return ALM_OK;
    const enum alm_status status = alm_group_finish(&extent, entry->group, error);
    job->summary->out_of_order += alm_group_out_of_order(entry->group);
    alm_group_free(entry->group);
    entry->group = NULL;
    if (status != ALM_OK || !entry->announced) return status;
    return job->sink->end(job->sink->context, number, &extent, error);
}

enum alm_status alm_job_finish_groups(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                      struct alm_error *error)
{
    for (size_t e = 0; e < job->n_entries; e++)
        if (job->entries[e].group != NULL) ALM_TRY(alm_group_flush(job->entries[e].group, error));
    for (size_t e = 0; e < job->n_entries; e++) {
        if (alm_cancelled(cancel)) return alm_fail(error, ALM_INTERRUPTED, "%s: interrupted", job->file);
        ALM_TRY(alm_job_finish_group(job, e, error));
    }
    return ALM_OK;
}

enum alm_status alm_job_start_groups(struct alm_ingest_job *job, struct alm_error *error)
{
    const enum alm_layout layout = job->schema.layout;
    job->memory = job->options->memory == 0 ? MEMORY : job->options->memory;
    if (job->memory < LEAST_MEMORY) job->memory = LEAST_MEMORY;
    job->last = SIZE_MAX;
    job->room = (struct alm_group_room){.context = job,
                                        .sink = job->sink,
                                        .sorted = job->schema.index || layout == ALM_LAYOUT_ROWS ||
                                                  layout == ALM_LAYOUT_TSF,
                                        .all = job->options->last_wins || job->options->resample != NULL,
                                        .last_wins = job->options->last_wins,
                                        .duplicate = on_duplicate};
    return alm_stage_create(&job->room.stage, width_of(job), job->sink, error);
}

void alm_job_clear_groups(struct alm_ingest_job *job)
{
    for (size_t e = 0; e < job->n_entries; e++) {
        alm_group_free(job->entries[e].group);
        free(job->entries[e].key);
    }
    free(job->entries);
    free(job->table);
    alm_stage_free(job->room.stage);
}
