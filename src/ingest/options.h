/* What the user says about a file. */
#ifndef ALM_INGEST_OPTIONS_H
#define ALM_INGEST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* As on the command line; unset texts are NULL. */
struct alm_ingest_options {
    const char *path;        /* or "-" */
    const char *series;      /* NULL: the file's stem */
    const char *time;        /* column names joined with `,` (year,month,day or date,time); NULL: found */
    const char *value;       /* column names joined with `,`; NULL: every numeric column */
    const char *category;    /* column names joined with `,`: their texts are labels */
    const char *by;          /* column names joined with `,`: layout long */
    const char *layout;      /* auto | wide | long | rows | tsf | text */
    bool index;              /* no clock: rows are counted 0, 1, 2, ... */
    const char *time_format; /* see timeformat.h */
    const char *time_zone;   /* IANA name, of times without one; NULL: UTC */
    const char *dst;         /* error | earlier | later | skip, with a time zone */
    const char *encoding;    /* NULL: UTF-8, or UTF-16 by its mark; else a name iconv knows */
    const char *delimiter;   /* see dialect.h, as the next three; NULL: found */
    const char *quote;       /* a character or `none` */
    const char *escape;      /* double | backslash | none */
    const char *line_end;    /* auto | lf | crlf | cr */
    const char *header;      /* auto | yes | no | N (rows) | the names expected, joined with `,` */
    const char *columns;     /* names for a file without header, joined with `,`; or `binance` */
    const char *skip;        /* lines before the header; NULL: found */
    const char *ragged;      /* error | pad | skip: rows of another width than the header */
    const char *decimal;     /* `.` or `,` */
    const char *thousands;   /* a character that groups digits, or `space`; NULL: none */
    const char *percent;     /* points (5% is 5) | fraction (5% is 0.05); NULL: refused */
    const char *currency;    /* signs or codes taken off numbers, joined with `,`; NULL: none */
    const char *null_text;   /* more words for a missing value, joined with `,` */
    const char *frequency;   /* NULL: inferred */
    const char *resample;    /* FREQUENCY=mean|sum|first|last|min|max|count|ohlc; NULL: rows as they are */
    size_t memory;           /* bytes of rows that may wait in memory to be sorted; 0: 32 MB */
    bool last_wins;          /* of rows with the same time the last is kept, not the first */
    bool strict;             /* refuse the file on the first reject */
    bool max_rejects_given;  /* else 1 % of the rows, at least 10 */
    size_t max_rejects;
};

#endif
