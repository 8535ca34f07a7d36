/* Rows that do not fit the table, held back until it is known what they are: bad rows, notes below the table,
 * or the header of a second table. */
#ifndef ALM_INGEST_TAIL_H
#define ALM_INGEST_TAIL_H

#include "base/status.h"
#include "ingest/reader.h"
#include "ingest/reject.h"

#include <stdbool.h>
#include <stddef.h>

struct alm_ingest_job;

enum { ALM_TAIL_ROWS = 32 }; /* notes below a table are not longer */

struct alm_tail_row {
    struct alm_record record; /* a copy */
    struct alm_field *fields;
    char *raw;
    enum alm_reject_reason reason;
    size_t index;   /* of the field concerned; none for ALM_REJECT_FIELDS */
    bool after_gap; /* a blank line stands before it */
};

struct alm_tail {
    struct alm_tail_row rows[ALM_TAIL_ROWS]; /* [n] as they followed each other */
    size_t n;
    bool closed;       /* there were more: all are bad until a good one comes */
    size_t blank_line; /* the last blank line */
};

/* A row that does not fit: for its number of fields (ALM_REJECT_FIELDS), or for field number index. It is
 * rejected as soon as a good row follows, or at the end of the file when it is no note; under --ragged skip
 * one of another width is left out instead. A row without any text counts as a blank line. ALM_DATA when it
 * turns out that a second table starts here or right before it. */
enum alm_status alm_tail_hold(struct alm_ingest_job *job, const struct alm_record *record,
                              enum alm_reject_reason reason, size_t index, struct alm_error *error);
/* A good row follows the ones held: they are rejected. To be called when tail.n > 0. */
enum alm_status alm_tail_release(struct alm_ingest_job *job, const struct alm_record *good,
                                 struct alm_error *error);
/* The file is over: the last rows held may be notes. */
enum alm_status alm_tail_end(struct alm_ingest_job *job, struct alm_error *error);
void alm_tail_clear(struct alm_tail *tail);

#endif
