/* Turns one CSV file into series: rows of times and values leave through a sink, and what is not stored
 * leaves as rejects. */
#ifndef ALM_INGEST_INGEST_H
#define ALM_INGEST_INGEST_H

#include "base/digest.h"
#include "base/hooks.h"
#include "base/status.h"
#include "ingest/options.h"
#include "ingest/reject.h"
#include "ingest/schema.h"
#include "series/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became known of a group of series when its last row was delivered. */
struct alm_ingest_extent {
    struct alm_frequency frequency; /* stated, index, or inferred from the first 524,288 rows */
    int64_t first, last;
    size_t n;       /* rows delivered */
    size_t gaps;    /* places where the calendar has bars and the rows do not */
    size_t missing; /* the bars there */
    bool rests;     /* regularly, as markets do: that is no gap (series/session.h) */
};

/* Receives the result. Series come in groups that share one time axis: all value columns of a wide file, or
 * those of one key. Groups are numbered from 0 in the order of their first row. Any status but ALM_OK stops
 * the import. */
struct alm_ingest_sink {
    void *context;
    /* Once, before anything else: what was found out about the file. */
    enum alm_status (*schema)(void *context, const struct alm_schema *schema, struct alm_error *error);
    /* A new group of width series with these names; series number c is value column c of the schema (in
     * layouts without columns there is one). */
    enum alm_status (*group)(void *context, size_t group, const char *const *names, size_t width,
                             struct alm_error *error);
    /* n rows of a group: ts[n] strictly increasing, values[n][width] (NaN = missing), lines[n] in the file.
     * No time comes twice; a later call goes on after the earlier ones but, with late, for rows at times that
     * were stored before this import. */
    enum alm_status (*rows)(void *context, size_t group, const int64_t *ts, const double *values,
                            const size_t *lines, size_t n, struct alm_error *error);
    /* No more rows of a group. */
    enum alm_status (*end)(void *context, size_t group, const struct alm_ingest_extent *extent,
                           struct alm_error *error);
    enum alm_status (*reject)(void *context, const struct alm_ingest_reject *reject, struct alm_error *error);
    /* The code of a label (n bytes) of a group's series number column, which is categorical; a new label gets
     * one. Only for groups that have been announced, before the row that has it. */
    enum alm_status (*label)(void *context, size_t *code, size_t group, size_t column, const char *text,
                             size_t n, struct alm_error *error);

    /* The rest may be NULL. Without stage and unstage all rows that wait do so in memory; without late and
     * times a group that has to be sorted is kept until the end of the file. */

    /* After group: the last time at which the group holds rows from before this import; INT64_MIN for none.
     */
    enum alm_status (*stored)(void *context, int64_t *until, size_t group, struct alm_error *error);
    /* As rows, for rows that stand before others of this file: those whose time is there already are not
     * taken, taken[i] says so. They are later than what stored said. */
    enum alm_status (*late)(void *context, size_t group, const int64_t *ts, const double *values,
                            const size_t *lines, size_t n, bool *taken, struct alm_error *error);
    /* The times that the group has now, in order: up to capacity of them that are later than after. */
    enum alm_status (*times)(void *context, int64_t *ts, size_t *n, size_t capacity, size_t group,
                             int64_t after, struct alm_error *error);
    /* Puts a row of width values into temporary storage; and takes the next one out, in order of group, ts
     * and line, after the last one has been put in. */
    enum alm_status (*stage)(void *context, size_t group, int64_t ts, size_t line, const double *values,
                             size_t width, struct alm_error *error);
    enum alm_status (*unstage)(void *context, bool *more, size_t *group, int64_t *ts, size_t *line,
                               double *values, size_t width, struct alm_error *error);
};

struct alm_ingest_summary {
    char digest[ALM_DIGEST_SIZE]; /* SHA-256 of the file */
    size_t bytes;
    size_t rows_read;     /* records of data: no header, no blank lines */
    size_t rows_rejected; /* each once */
    size_t rejected[ALM_REJECT_REASONS];
    size_t rows_skipped; /* of another width than the header, left out as --ragged skip says */
    size_t rows_padded;  /* the same, filled or cut as --ragged pad says */
    size_t out_of_order; /* rows before which a later one of their series stands */
    size_t blank_lines;
    size_t stray_quotes,
        stray_line; /* rows with a quote inside an unquoted field, and the first one's line */
    size_t dst_holes,
        dst_folds;      /* rows whose local time does not exist, exists twice; whatever became of them */
    size_t dst_skipped; /* those of them left out by --dst skip: neither stored nor rejected */
    struct alm_dialect dialect;
    char encoding[64];             /* "" when the file was not looked at */
    size_t preamble;               /* lines before the header */
    size_t header_rows;            /* 0: none */
    size_t header_line;            /* of the first of them */
    size_t notes, first_note_line; /* lines below the table that are no rows of it */
};

/* Reads the file once from beginning to end. ALM_USAGE for options that do not fit the file, ALM_DATA when
 * there are too many rejects or nothing to store, ALM_INTERRUPTED. A row is stored whole or rejected whole.
 * cancel and progress may be NULL. */
enum alm_status alm_ingest(const struct alm_ingest_options *options, const struct alm_ingest_sink *sink,
                           const struct alm_cancel *cancel, const struct alm_progress *progress,
                           struct alm_ingest_summary *summary, struct alm_error *error);

#endif
