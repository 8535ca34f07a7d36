/* A sample counted under one dialect; for dialect detection. */
#ifndef ALM_INGEST_DETECT_H
#define ALM_INGEST_DETECT_H

#include "ingest/scan.h"

enum { ALM_DETECT_RECORDS = 300 };

/* What the records of a sample are like when they are read in a dialect. Blank lines are left out. */
struct alm_detect_count {
    size_t records;
    size_t width;        /* commonest number of fields */
    double agreement;    /* share of records with it; a faulty one counts half */
    double plausibility; /* mean over cells */
    size_t proper;       /* quoted fields as they should be */
    size_t faulty;       /* records with a quote that is not closed, or closed before text */
    size_t spread;       /* records of several lines */
    size_t stray;        /* records with a quote inside an unquoted field */
    size_t backslashed;  /* records with an escaped quote or delimiter */
    size_t single;       /* records with a quote alone inside a quoted field */
    size_t paired;       /* records with a doubled one */
};

/* scan is only working memory. ALM_NOMEM alone can go wrong. */
enum alm_status alm_detect_count(struct alm_detect_count *out, struct alm_scan *scan,
                                 const struct alm_dialect *dialect, const char *sample, size_t n);

#endif
