/* One import under way: what the files of this room that carry it out share. */
#ifndef ALM_INGEST_JOB_H
#define ALM_INGEST_JOB_H

#include "ingest/group.h"
#include "ingest/ingest.h"
#include "ingest/reader.h"
#include "ingest/resample.h"
#include "ingest/table.h"
#include "ingest/tail.h"

/* One group and the key that leads to it. */
struct alm_ingest_entry {
    char *key; /* "" when there is only one */
    size_t key_n;
    uint64_t hash;
    struct alm_group *group;
    bool announced; /* to the caller's sink */
};

enum alm_ragged { ALM_RAGGED_ERROR, ALM_RAGGED_PAD, ALM_RAGGED_SKIP };

struct alm_ingest_job {
    const struct alm_ingest_options *options;
    const struct alm_ingest_sink *sink; /* the caller's, or the one of resample */
    struct alm_resample *resample;      /* NULL: rows stay as they are */
    struct alm_ingest_summary *summary;
    const char *file; /* for messages */
    struct alm_source *source;
    struct alm_reader *reader;
    struct alm_ingest_table found;
    struct alm_schema schema;
    struct alm_zone *zone; /* of times without one; NULL: UTC */
    struct alm_time_reader times;
    struct alm_tail tail;
    enum alm_ragged ragged;
    struct alm_field *padded;       /* [n_columns] a row filled up */
    const struct alm_record *whole; /* the row that is being taken filled or cut, as it stands */
    struct alm_group_room room;
    size_t memory;                  /* for rows that wait, bytes */
    struct alm_frequency frequency; /* stated */
    bool frequency_stated;
    struct alm_ingest_entry *entries; /* [n_entries] in order of their first row */
    size_t n_entries, entries_capacity;
    size_t *table, table_size; /* open addressing: entry index + 1 */
    size_t last;               /* entry of the last row */
    double *values;            /* one row */
    size_t values_capacity;
    struct alm_text key;
    struct alm_text joined; /* a time that is split over columns */
    char hint[160];
};

/* ---- refuse.c: rejects, told to the sink, counted, and limited ---- */

/* ALM_DATA with the reject as message when that was one too many. */
enum alm_status alm_job_refuse(struct alm_ingest_job *job, const struct alm_ingest_reject *reject,
                               struct alm_error *error);
/* Rejects a record for the content of field number index; hint may be NULL. */
enum alm_status alm_job_refuse_field(struct alm_ingest_job *job, const struct alm_record *record,
                                     size_t index, enum alm_reject_reason reason, const char *hint,
                                     struct alm_error *error);
/* The same for what should be a number, with a hint of its own. */
enum alm_status alm_job_refuse_number(struct alm_ingest_job *job, const struct alm_record *record,
                                      size_t index, struct alm_error *error);
/* The same for what should be a time; answer is neither READ nor SKIPPED. */
enum alm_status alm_job_refuse_time(struct alm_ingest_job *job, const struct alm_record *record,
                                    enum alm_time_answer answer, struct alm_error *error);
/* Rejects a record for its number of fields. */
enum alm_status alm_job_refuse_fields(struct alm_ingest_job *job, const struct alm_record *record,
                                      struct alm_error *error);
/* Rejects a record for its fault. */
enum alm_status alm_job_refuse_fault(struct alm_ingest_job *job, const struct alm_record *record,
                                     struct alm_error *error);

/* ---- row.c: a record becomes a row, or a reject ---- */

/* A record of layout long or wide. */
enum alm_status alm_job_take_row(struct alm_ingest_job *job, const struct alm_record *record,
                                 struct alm_error *error);
/* A record of layout rows, which is a whole series. */
enum alm_status alm_job_take_series(struct alm_ingest_job *job, const struct alm_record *record,
                                    struct alm_error *error);

/* ---- tsf_take.c: a .tsf file from its first to its last byte ---- */

enum alm_status alm_job_take_tsf(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                 const struct alm_progress *progress, struct alm_error *error);

/* ---- text_take.c: a text, character by character ---- */

enum alm_status alm_job_take_text(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                  const struct alm_progress *progress, struct alm_error *error);

/* ---- keys.c: the groups of an import, found by key ---- */

/* Once the schema is known. */
enum alm_status alm_job_start_groups(struct alm_ingest_job *job, struct alm_error *error);
void alm_job_clear_groups(struct alm_ingest_job *job);
/* The group of a key, made when it is new; job->last is its number. *out is valid until the next call. */
enum alm_status alm_job_find_group(struct alm_ingest_entry **out, bool *is_new, struct alm_ingest_job *job,
                                   const char *key, struct alm_error *error);
/* The group of the one key field of a row, when it is that of the last row or the one after it; else false.
 */
bool alm_job_guess_group(struct alm_ingest_job *job, const char *key, size_t n);
/* Tells the caller's sink of a group, once; a group is announced with its first rows at the latest. */
enum alm_status alm_job_announce(struct alm_ingest_job *job, size_t number, struct alm_error *error);
/* Hands on what is left of a group and frees it. */
enum alm_status alm_job_finish_group(struct alm_ingest_job *job, size_t number, struct alm_error *error);
/* Adds a row (job->values) to the last group, and keeps what waits in memory below the limit. */
enum alm_status alm_job_add_row(struct alm_ingest_job *job, int64_t ts, const double *values, size_t line,
                                struct alm_error *error);
/* Hands on what is left of all groups and frees them. */
enum alm_status alm_job_finish_groups(struct alm_ingest_job *job, const struct alm_cancel *cancel,
                                      struct alm_error *error);

#endif
