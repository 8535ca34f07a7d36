/* Timestamps: int64 microseconds since the Unix epoch, UTC (proleptic Gregorian calendar, no leap seconds).
 */
#ifndef ALM_SERIES_TIMESTAMP_H
#define ALM_SERIES_TIMESTAMP_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALM_SECOND INT64_C(1000000)
#define ALM_MINUTE (60 * ALM_SECOND)
#define ALM_HOUR (60 * ALM_MINUTE)
#define ALM_DAY (24 * ALM_HOUR)

/* 0001-01-01T00:00:00 and 9999-12-31T23:59:59.999999: what can be read, stored and stepped to. */
#define ALM_TS_MIN (INT64_C(-719162) * ALM_DAY)
#define ALM_TS_MAX (INT64_C(2932897) * ALM_DAY - 1)

struct alm_civil {
    int year;                 /* astronomical: year 0 exists */
    int month, day;           /* 1 .. 12, 1 .. 31 */
    int hour, minute, second; /* 0 .. 23, 0 .. 59, 0 .. 59 */
    int microsecond;          /* 0 .. 999999 */
};

/* Days in a month, 28 .. 31. */
int alm_days_in_month(int year, int month);
/* Weekday of a timestamp: 0 = Monday .. 6 = Sunday. */
int alm_weekday(int64_t ts);
/* The fields of ts, by floor division (also before 1970). */
struct alm_civil alm_civil_from_ts(int64_t ts);
/* The timestamp of civil; false when a field is out of range or the result does not fit (years 1 .. 9999
 * only). */
bool alm_ts_from_civil(int64_t *out, const struct alm_civil *civil);

/* Whether ts lies in the years 1 .. 9999. */
bool alm_ts_in_range(int64_t ts);

/* Days from 1970-01-01 to a date that exists (years 0 .. 9999). */
int64_t alm_days_from_date(int year, int month, int day);

/* Reads all of text (n bytes) as ISO 8601: YYYY-MM-DD, or with `T` or one blank and a time of day HH, HH:MM
 * or HH:MM:SS; or YYYYMMDD, `T` and HH, HHMM or HHMMSS. After seconds a fraction may follow `.` or `,`; after
 * a time of day its zone, perhaps after a blank: Z, UTC, ±HH:MM, ±HHMM or ±HH. Small t and z are taken, too.
 * Strict: real days of month, no leap second; 24:00:00 alone is the beginning of the next day. Fractions
 * beyond microseconds must be zeros. *zoned says whether a zone was written; without one the fields are taken
 * as UTC. False on anything else. */
bool alm_ts_parse_iso(int64_t *out, bool *zoned, const char *text, size_t n);
/* The same, but digits beyond microseconds are cut off and *cut says that one was not zero. */
bool alm_ts_parse_iso_cut(int64_t *out, bool *zoned, bool *cut, const char *text, size_t n);

/* Reads a zone at *text: Z, z, UTC, GMT, ±HH:MM, ±HHMM or ±HH (up to 23:59), and moves on behind it. *offset
 * is what to subtract from local time to get UTC. */
bool alm_ts_parse_offset(int64_t *offset, const char **text, const char *end);

/* Appends YYYY-MM-DDTHH:MM:SS[.ffffff]Z, as the views of the database write it. */
void alm_ts_write_iso(struct alm_text *out, int64_t ts);
/* The same, shorter for people: the date alone when the time of day is midnight. */
void alm_ts_write_short(struct alm_text *out, int64_t ts);

#endif
