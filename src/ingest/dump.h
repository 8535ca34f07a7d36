/* A CSV file's records as they were read, for looking at: leniently, without a header, times or values. */
#ifndef ALM_INGEST_DUMP_H
#define ALM_INGEST_DUMP_H

#include "base/hooks.h"
#include "ingest/options.h"

struct alm_dump_counts {
    size_t records;   /* written */
    size_t irregular; /* of them */
};

/* Writes every record of a file as RFC 4180 with LF (fields are quoted only where they must be; a lone empty
 * field is `""`). Blank lines are left out, except in a file of one column, where they are empty fields. A
 * record is irregular when its quotes are not in order, it has another number of fields than most of the
 * file's start, or bytes that are NUL or not UTF-8, which are kept: each goes to remarks as one piece
 * `file:line:column: reason`. Of the options those about source and dialect are used, and the names that
 * --header states: a first record that is not they is irregular. */
enum alm_status alm_dump_records(struct alm_dump_counts *out, const struct alm_ingest_options *options,
                                 const struct alm_output *records, const struct alm_output *remarks,
                                 const struct alm_cancel *cancel, const struct alm_progress *progress,
                                 struct alm_error *error);

#endif
