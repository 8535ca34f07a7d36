/* Frequencies and calendars: which bars a series has. A forecaster counts bars; the calendar turns a step
 * into a timestamp and says where a bar is missing. */
#ifndef ALM_SERIES_CALENDAR_H
#define ALM_SERIES_CALENDAR_H

#include "base/status.h"
#include "base/text.h"
#include "series/session.h"
#include "series/span.h"
#include "series/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alm_frequency_unit {
    ALM_FREQUENCY_IRREGULAR, /* timestamps without a rule */
    ALM_FREQUENCY_INDEX,     /* no clock: 0, 1, 2, ... */
    ALM_FREQUENCY_SECOND,    /* S */
    ALM_FREQUENCY_MINUTE,    /* T */
    ALM_FREQUENCY_HOUR,      /* H */
    ALM_FREQUENCY_DAY,       /* D */
    ALM_FREQUENCY_BUSINESS,  /* B: Monday to Friday; a missing one is a holiday, not a gap */
    ALM_FREQUENCY_WEEK,      /* W */
    ALM_FREQUENCY_MONTH,     /* M: same day of month, or the last day when the series stands on last days */
    ALM_FREQUENCY_QUARTER,   /* Q */
    ALM_FREQUENCY_YEAR,      /* Y */
};

struct alm_frequency {
    enum alm_frequency_unit unit;
    int64_t multiple; /* >= 1; 15T has 15 */
};

struct alm_calendar {
    struct alm_frequency frequency;
    const char *time_zone;       /* IANA name; "UTC" or NULL = UTC. Owned by the series */
    const struct alm_zone *zone; /* in which days, weeks, months ... are stepped: the local time of day stays.
                                    NULL: UTC. Owned by the series */
    struct alm_sessions sessions; /* {0}: bars around the clock; see alm_calendar_learn */
};

/* The most likely frequency of n strictly increasing timestamps: the unit and multiple that most neighbours
 * are apart (so that gaps do not hide it); business days when no bar falls on a weekend and the rest are
 * daily; months, quarters and years by calendar, not by seconds; where no distance is that of half of the
 * neighbours, a usual one (1, 2, 5, 10 … seconds, minutes, hours, a day, a week) that four in five are near
 * to; else irregular. Needs n >= 3, else irregular. The timestamps 0, 1, 2, ... of an index series are not
 * recognised here: the importer knows. */
struct alm_frequency alm_frequency_infer(const int64_t *ts, size_t n);

/* Text form: `H`, `15T`, `B`, `irregular`, `index`. */
void alm_frequency_write(struct alm_text *out, struct alm_frequency frequency);
enum alm_status alm_frequency_parse(struct alm_frequency *out, const char *text, struct alm_error *error);

/* The usual season length of a frequency (bars): minutes 1440/k, hours 24/k, days 7, business days 5, weeks
 * 52, months 12, quarters 4, years 1, seconds 60/k; 1 where k does not divide it, and for irregular and
 * index. */
size_t alm_frequency_season(struct alm_frequency frequency);

/* Microseconds from bar to bar; 0 where that is no fixed length (business days, months, quarters, years,
 * irregular, index). Months from bar to bar; 0 for everything shorter. */
int64_t alm_frequency_length(struct alm_frequency frequency);
int64_t alm_frequency_months(struct alm_frequency frequency);

/* What to add to a timestamp of daily bars to see its weekday: 0, or half a day when bars of span would
 * otherwise fall on a weekend, as local midnights east of Greenwich do in UTC. */
int64_t alm_business_shift(struct alm_span span);

/* Learns from n increasing timestamps what the frequency does not tell: the sessions of the calendar. */
void alm_calendar_learn(struct alm_calendar *calendar, const int64_t *ts, size_t n);

/* The timestamp steps bars after ts by the rule of the calendar. A single timestamp does not tell everything:
 * one on the last day of its month is taken for a last day; use alm_calendar_extend where there is a series.
 * ALM_DATA for irregular calendars and beyond the year 9999. */
enum alm_status alm_calendar_step(int64_t *out, const struct alm_calendar *calendar, int64_t ts, size_t steps,
                                  struct alm_error *error);

/* Fills out[0..steps) with the timestamps of the bars that follow span: by the calendar's rule, or, for an
 * irregular series, by the median distance of its last up to 100 bars. span.n >= 1. */
enum alm_status alm_calendar_extend(int64_t *out, const struct alm_calendar *calendar, struct alm_span span,
                                    size_t steps, struct alm_error *error);

/* Number of bars missing between two neighbouring bars a < b: their distance in bars, rounded, less one;
 * where the calendar rests between them, what lacks before and after the rest (whole sessions between are
 * holidays). Always 0 for irregular and index series and for business days. A bar that is off the grid counts
 * from where it stands, so that a shifted stretch or a clock that drifts leaves no holes. */
size_t alm_calendar_missing(const struct alm_calendar *calendar, int64_t a, int64_t b);

/* The k-th (from 0) of the bars that are missing between neighbouring bars a < b, of which there are bars
 * (see alm_calendar_missing), by the rule that span (the series they are of) tells. */
enum alm_status alm_calendar_missing_bar(int64_t *out, const struct alm_calendar *calendar,
                                         struct alm_span span, int64_t a, int64_t b, size_t bars, size_t k,
                                         struct alm_error *error);

#endif
