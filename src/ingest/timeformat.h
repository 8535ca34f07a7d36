/* Times in cells: formats, and finding a column's format from its content. No strptime, no locale. */
#ifndef ALM_INGEST_TIMEFORMAT_H
#define ALM_INGEST_TIMEFORMAT_H

#include "base/status.h"
#include "series/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alm_time_kind {
    ALM_TIME_ISO,   /* alm_ts_parse_iso */
    ALM_TIME_EPOCH, /* a count of units since 1970 */
    ALM_TIME_PATTERN,
};

struct alm_time_format {
    enum alm_time_kind kind;
    int64_t units_per_second; /* of an epoch: 1, 1000, 1000000 or 1000000000 */
    char pattern[64];         /* as strftime writes it */
};

/* Reads a format as a user states it: `iso`, `s`, `ms`, `us`, `ns` (epochs), or a pattern of these
 * directives, other characters standing for themselves: %Y year, 4 digits   %y year, 2 digits (69..99 are
 * 1969..1999)   %m month   %b %B English month name %d %e day   %j day of the year   %H hour 0..23   %I
 * hour 1..12 with %p AM or PM   %M minute   %S second %f fraction of a second, 1 to 9 digits   %z Z, +hh,
 * +hhmm or +hh:mm   %a %A English weekday, not checked against the date   %F is %Y-%m-%d   %T is %H:%M:%S %%
 * a percent sign Numbers may lack their leading zero unless another number stands right beside them. Dates
 * must exist; 24:00 and second 60 do not. Without %z times are UTC. A pattern needs a year and, unless it has
 * %j, nothing smaller without the larger (a day needs a month). */
enum alm_status alm_time_format_parse(struct alm_time_format *out, const char *text, struct alm_error *error);

enum alm_time_answer {
    ALM_TIME_READ,    /* there it is */
    ALM_TIME_BAD,     /* no such time */
    ALM_TIME_FINE,    /* finer than a microsecond */
    ALM_TIME_HOLE,    /* its local time does not exist in the zone */
    ALM_TIME_TWICE,   /* its local time exists twice in the zone */
    ALM_TIME_SKIPPED, /* either, and those are to be left out */
};

/* Reads a cell (blanks around it ignored) as its clock shows it, microseconds since 1970; *zoned says that it
 * stated its zone, or is a count since then: then it is UTC. Only READ, BAD and FINE. */
enum alm_time_answer alm_time_format_read_local(int64_t *out, bool *zoned,
                                                const struct alm_time_format *format, const char *text,
                                                size_t n);

/* The same, a time without a zone taken as UTC; false when it is not read. */
bool alm_time_format_read(int64_t *out, const struct alm_time_format *format, const char *text, size_t n);

/* Reads the cells of a column one after another. Caller's memory; all of it may be read, none written. */
struct alm_time_reader {
    struct alm_time_format format;
    const struct alm_zone *zone; /* of times without one; NULL: UTC. Borrowed */
    enum alm_dst dst;
    struct alm_zone_stretch stretch;
    size_t holes,
        folds; /* cells met whose local time does not exist, exists twice; whatever became of them */
};
void alm_time_reader_init(struct alm_time_reader *out, const struct alm_time_format *format,
                          const struct alm_zone *zone, enum alm_dst dst);
/* *out is set only by ALM_TIME_READ. */
enum alm_time_answer alm_time_reader_read(int64_t *out, struct alm_time_reader *reader, const char *text,
                                          size_t n);

/* For people: the pattern, "ISO 8601", "epoch seconds", ... */
const char *alm_time_format_name(const struct alm_time_format *format);

/* Tries all known formats on one column's cells. Start from {0}. */
#define ALM_TIME_FORMATS 128
struct alm_time_guess {
    size_t n;                          /* cells seen */
    uint32_t failed[ALM_TIME_FORMATS]; /* cells that a format could not read; it is given up after many */
};
void alm_time_guess_add(struct alm_time_guess *guess, const char *text, size_t n);

enum alm_time_verdict {
    ALM_TIME_NONE,      /* no format reads four of five cells */
    ALM_TIME_CERTAIN,   /* one does, and the cells cannot be plain numbers */
    ALM_TIME_NUMERIC,   /* one does, but the cells could be plain numbers (epochs, YYYYMMDD) */
    ALM_TIME_AMBIGUOUS, /* day and month cannot be told apart: *out and *other both fit */
};
enum alm_time_verdict alm_time_guess_verdict(struct alm_time_format *out, struct alm_time_format *other,
                                             const struct alm_time_guess *guess);

#endif
