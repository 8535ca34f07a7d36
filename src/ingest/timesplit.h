/* Times that stand in several columns: year, month, day, hour, ...; or date and time. */
#ifndef ALM_INGEST_TIMESPLIT_H
#define ALM_INGEST_TIMESPLIT_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define ALM_TIME_PARTS 6

struct alm_time_split {
    size_t columns[ALM_TIME_PARTS]; /* [n] indices of headers, in the order in which their cells are joined */
    size_t n;
    char
        pattern[32]; /* how the joined text is written, see timeformat.h; "": to be guessed from such texts */
};

/* Which of n headers hold the parts of one time, told by their names alone (whatever their case; signs at
 * their ends do not count): year with month or day of the year, then day, hour, minute, second, the larger
 * ones all present; else date with time, or with hour. False when there are none. Whether the cells bear it
 * out is the caller's to see: join a few and read them by the pattern, or guess. */
bool alm_time_split_find(struct alm_time_split *out, const char *const *headers, size_t n);

/* The parts of a time for columns that the user named (n of them, 2 .. ALM_TIME_PARTS, all used; short names
 * such as y, m, d, h are known here as well): put in order and with a pattern when all are known by name,
 * else in the order given and without pattern. columns are indices of the named headers, not of the file's
 * columns. */
void alm_time_split_name(struct alm_time_split *out, const char *const *headers, size_t n);

/* Adds one part's cell (n bytes, blanks around it left out) to the joined text, after one blank unless it is
 * the first. Reset joined before the first. An empty part leaves a text that no pattern reads. */
void alm_time_join(struct alm_text *joined, const char *text, size_t n);

#endif
