/* What the user says about a file. */
#ifndef ALM_INGEST_OPTIONS_H
#define ALM_INGEST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* As on the command line; unset texts are NULL. */
struct alm_ingest_options {
    const char *path;        /* or "-" */
    const char *series;      /* NULL: the file's stem */
    const char *time;        /* column name; NULL: found */
    const char *value;       /* column names joined with `,`; NULL: every numeric column */
    const char *by;          /* column names joined with `,`: layout long */
    const char *layout;      /* auto | wide | long | rows */
    bool index;              /* no clock: rows are counted 0, 1, 2, ... */
    const char *time_format; /* see timeformat.h */
    const char *time_zone;   /* of times without one; UTC only so far */
    const char *dst;         /* with a time zone */
    const char *delimiter;   /* see dialect.h */
    const char *decimal;     /* `.` or `,` */
    const char *null_text;   /* one more word for a missing value */
    const char *header;      /* auto | yes | no */
    const char *frequency;   /* NULL: inferred */
    bool last_wins;          /* of rows with the same time the last is kept, not the first */
    bool strict;             /* refuse the file on the first reject */
    bool max_rejects_given;  /* else 1 % of the rows, at least 10 */
    size_t max_rejects;
};

#endif
