/* Reading times by a pattern of % directives; see timeformat.h for what they are. */
#ifndef ALM_INGEST_TIMEPATTERN_H
#define ALM_INGEST_TIMEPATTERN_H

#include "ingest/timeformat.h"

/* ALM_USAGE for a pattern with unknown directives or that does not give a time. */
enum alm_status alm_time_pattern_check(const char *pattern, struct alm_error *error);

/* Reads all of text (n bytes): local time, or UTC when *zoned. *cut says that digits finer than a microsecond
 * were cut off. */
bool alm_time_pattern_read(int64_t *out, bool *zoned, bool *cut, const char *pattern, const char *text,
                           size_t n);

/* Exchanges day and month where both are numbers and stand before the year; false when they do not. */
bool alm_time_pattern_swap(char out[ALM_TIME_PATTERN_SIZE], const char *pattern);

/* Index of the English name of a month (or weekday, 0 = Monday) at *text, in full or its first three letters,
 * no letter after it; -1 when there is none. Moves on behind it. */
int alm_time_month_name(const char **text, const char *end);
int alm_time_weekday_name(const char **text, const char *end);

/* Reads AM, PM, a.m. or p.m. at *text in any case and moves on behind it; whether it is PM, -1 when there is
 * neither. */
int alm_time_half_name(const char **text, const char *end);

#endif
