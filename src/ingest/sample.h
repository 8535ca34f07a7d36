/* The first records of a file, kept for looking at. */
#ifndef ALM_INGEST_SAMPLE_H
#define ALM_INGEST_SAMPLE_H

#include "base/status.h"
#include "ingest/reader.h"

#include <stdbool.h>
#include <stddef.h>

struct alm_sample_record {
    char **cells; /* [n], terminated */
    size_t n;
    size_t line;    /* in the file, from 1 */
    bool after_gap; /* a blank line stands before it */
};

struct alm_sample {
    struct alm_sample_record *records; /* [n] */
    size_t n, capacity;
    size_t bad_line; /* of the first record with a fault, 0: none */
    enum alm_record_fault bad_fault;
    bool has_header;                /* the first record names the columns: see table.h */
    struct alm_sample_record units; /* a row below the names that holds units, without brackets; else n = 0 */
};

/* Copies up to limit good records that are not blank. */
enum alm_status alm_sample_read(struct alm_sample *out, struct alm_reader *reader, size_t limit,
                                struct alm_error *error);
/* Removes n records from first on. */
void alm_sample_remove(struct alm_sample *sample, size_t first, size_t n);
void alm_sample_record_clear(struct alm_sample_record *record);
void alm_sample_clear(struct alm_sample *sample);

#endif
