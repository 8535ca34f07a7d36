/* Where the fields of a record begin and end: quotes followed through one line after the other. What libcsv
 * does not know (delimiters of several characters, other escapes, where a quote went wrong) is seen here. */
#ifndef ALM_INGEST_SCAN_H
#define ALM_INGEST_SCAN_H

#include "ingest/dialect.h"

/* One field, as offsets into the record's text. */
struct alm_scan_field {
    size_t start;        /* of the field, with blanks and quote */
    size_t content, end; /* [content, end): without quotes, escapes still in it */
    bool quoted;
    bool raw;   /* quotes inside are text: nothing is to be unescaped */
    bool stray; /* unquoted, with a quote inside */
};

/* Begin with alm_scan_begin. Memory is kept from record to record; alm_scan_clear frees it. */
struct alm_scan {
    const struct alm_dialect *dialect;
    size_t delimiter_n;
    struct alm_scan_field *fields; /* [n]; the last one is unfinished while open */
    size_t n, capacity;
    bool open;             /* a quoted field goes on in the next line */
    bool stray;            /* some field has stray */
    bool text_after;       /* text after a closing quote, which is then read on as quoted, as libcsv does */
    size_t text_after_at;  /* the first such text */
    size_t opened_at;      /* the quote that opened the last quoted field */
    size_t quoted;         /* quoted fields that were closed */
    size_t pairs, singles; /* quotes inside quoted fields: doubled, alone */
    size_t backslashes;    /* quotes behind a backslash, unquoted delimiters, too */
    /* lenient: a line is read alone, whatever its quotes are like. A quote whose field is not closed, or
     * closed before text, has three readings, digits of choice to the base 3 in the order of these quotes: 0
     * as the dialect says if that closes, 1 quotes inside are text, 2 the quote itself is text. */
    bool lenient;
    unsigned choice;
    size_t doubtful; /* such quotes met */
};

void alm_scan_begin(struct alm_scan *scan, const struct alm_dialect *dialect);
void alm_scan_clear(struct alm_scan *scan);

/* Reads the line at [from, to) of the record's text; its end is no part of it. On a fresh scan it begins the
 * record, on an open one it goes on. */
enum alm_status alm_scan_line(struct alm_scan *scan, const char *text, size_t from, size_t to,
                              struct alm_error *error);

/* Reads one line ([0, n), without its end) leniently: of the readings of doubtful quotes the first that gives
 * width fields, or else the first of all. width 0: unknown. */
enum alm_status alm_scan_lenient(struct alm_scan *scan, const struct alm_dialect *dialect, const char *text,
                                 size_t n, size_t width, struct alm_error *error);

#endif
