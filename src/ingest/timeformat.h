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
    ALM_TIME_EXCEL, /* a count of days */
    ALM_TIME_PATTERN,
};

#define ALM_TIME_PATTERN_SIZE 64

struct alm_time_format {
    enum alm_time_kind kind;
    bool cut;                            /* what is finer than a microsecond is cut off, not refused */
    int64_t units_per_second;            /* of an epoch: 1, 1000, 1000000 or 1000000000 */
    bool since_1904;                     /* Excel's other calendar */
    char pattern[ALM_TIME_PATTERN_SIZE]; /* as strftime writes it */
};

/* Reads a format as a user states it:
 *
 * - `iso`: see alm_ts_parse_iso.
 * - `s`, `ms`, `us`, `ns`: decimal counts since 1970, with a fraction after `.` or `,`; no exponent, for such
 * numbers have mostly lost their last digits.
 * - `excel`: days since 1900, of which 60 is refused (Excel has 29 February 1900 there; days before it are
 *   one less) and what is below 1, too; `excel1904`: days since 1904. Fractions of a day are rounded to the
 *   nearest millisecond.
 * - a pattern of these directives: %Y year, 4 digits   %y year, 2 digits (69..99 are 1969..1999)   %m month
 *   %b %B English month name, in full or 3 letters   %d %e day (%e perhaps
 *   with blanks before it)   %j day of the year   %q quarter   %V week of
 *   ISO 8601 with %G or %Y its year and %u its weekday 1..7 (else Monday)   %H hour 0..23, or 24:00 for the
 *   end of the day   %I hour 1..12 with %p AM or PM   %M minute   %S second   %f fraction of a second, which
 *   may be absent with the sign before it   %z Z, UTC, +hh, +hhmm or +hh:mm   %a %A English weekday, not
 * checked against the date   %F is %Y-%m-%d   %T is %H:%M:%S   %% a percent sign. A blank stands for one or
 * more; other characters stand for themselves. Numbers may lack their leading zero unless another number
 * stands right beside them. What is not given is the first: a month its first day, a quarter its first month.
 *
 * Dates must exist and second 60 does not. A pattern needs a year and nothing smaller without the larger.
 * `cut:` before a format cuts off what is finer than a microsecond; else such cells are refused. */
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
 * stated its zone, or is a count since 1970: then it is UTC. Only READ, BAD and FINE. */
enum alm_time_answer alm_time_format_read_local(int64_t *out, bool *zoned,
                                                const struct alm_time_format *format, const char *text,
                                                size_t n);

/* The same, a time without a zone taken as UTC; false when it is not read. */
bool alm_time_format_read(int64_t *out, const struct alm_time_format *format, const char *text, size_t n);

/* For people: the pattern, "ISO 8601", "epoch seconds", ... */
const char *alm_time_format_name(const struct alm_time_format *format);

/* Writes into hint[size] what may help with a cell that was answered so: how times are written here, that day
 * and month seem to be exchanged, which option takes it. */
void alm_time_format_hint(char *hint, size_t size, const struct alm_time_format *format,
                          enum alm_time_answer answer, const char *text, size_t n);

/* Reads the cells of a column one after another. Caller's memory; all of it may be read, none written. */
struct alm_time_reader {
    struct alm_time_format format;
    const struct alm_zone *zone; /* of times without one; NULL: UTC. Borrowed */
    enum alm_dst dst;
    struct alm_zone_stretch stretch;
    char date[10]; /* YYYY-MM-DD of the last cell of that form; its midnight, local */
    int64_t midnight;
    bool has_date;
    size_t holes, folds; /* cells met whose local time does not exist, exists twice; whatever became of them
                          */
};
void alm_time_reader_init(struct alm_time_reader *out, const struct alm_time_format *format,
                          const struct alm_zone *zone, enum alm_dst dst);
/* *out is set only by ALM_TIME_READ. */
enum alm_time_answer alm_time_reader_read(int64_t *out, struct alm_time_reader *reader, const char *text,
                                          size_t n);

/* ---- finding a column's format ---- */

/* The formats that a single cell of a known form may be written in: format alone, or when two, format with
 * the day first and other with the month first. */
struct alm_time_candidate {
    struct alm_time_format format, other;
    bool two;
    size_t read, only_format, only_other; /* cells: by either; by one and not the other */
};

#define ALM_TIME_CANDIDATES 8

/* Tries the formats that one column's cells suggest on all of them. Start from {0}. */
struct alm_time_guess {
    size_t n;     /* cells seen */
    size_t plain; /* of them plain numbers */
    struct alm_time_candidate candidates[ALM_TIME_CANDIDATES];
    size_t n_candidates;
};
void alm_time_guess_add(struct alm_time_guess *guess, const char *text, size_t n);

enum alm_time_verdict {
    ALM_TIME_NONE,    /* no format reads four of five cells, nor, of texts, all but two and more than half */
    ALM_TIME_CERTAIN, /* one does, and the cells cannot be plain numbers */
    ALM_TIME_NUMERIC, /* one does, but the cells could be plain numbers (epochs, YYYYMMDD, years) */
    ALM_TIME_AMBIGUOUS, /* day and month cannot be told apart, or the cells contradict each other: it is *out
                           or *other. With dots (1.2.2020) the day is first unless the cells prove otherwise
                         */
};
enum alm_time_verdict alm_time_guess_verdict(struct alm_time_format *out, struct alm_time_format *other,
                                             const struct alm_time_guess *guess);

/* Fills out[0..*n), at most ALM_TIME_FORMS, with what one cell may be written in, the likelier first; counts
 * are 0. For alm_time_guess_add. */
#define ALM_TIME_FORMS 3
void alm_time_forms_of(struct alm_time_candidate out[ALM_TIME_FORMS], size_t *n, const char *text,
                       size_t length);

#endif
