/* Where the bars of a calendar stand. */
#include "series/calendar.h"

#include "series/timestamp.h"

enum { LAST_DAY = 32, MEDIAN_BARS = 100, MONTH_BARS = 48 };

/* What a single timestamp does not tell about a calendar and the bars before it do. */
struct rule {
    int day;       /* day of the month that months are stepped to, LAST_DAY for the last one */
    int64_t shift; /* what to add so that a business day is seen as the weekday that it is locally */
};

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Days and what is longer are stepped by the local clock, everything shorter by moments. */
static const struct alm_zone *zone_of(const struct alm_calendar *calendar)
{
    return calendar->frequency.unit >= ALM_FREQUENCY_DAY ? calendar->zone : NULL;
}

static int64_t to_local(const struct alm_zone *zone, int64_t ts)
{
    return ts + alm_zone_offset(zone, ts);
}

/* In a fold the first moment; in a hole the time that the clock would show without the change. */
static int64_t from_local(const struct alm_zone *zone, int64_t local)
{
    int64_t before, after;
    alm_zone_moments(&before, &after, zone, local);
    return before;
}

/* The last bars of a series tell on which day of the month it stands: 28 February may be a 28th or a last. */
static struct rule rule_of(const struct alm_calendar *calendar, struct alm_span span)
{
    struct rule rule = {.day = 0, .shift = 0};
    bool all_last = true;
    int64_t local[MONTH_BARS];
    const struct alm_span tail = {.ts = local, .n = span.n < MONTH_BARS ? span.n : MONTH_BARS};
    for (size_t i = 0; i < tail.n; i++) {
        local[i] = to_local(zone_of(calendar), span.ts[span.n - tail.n + i]);
        const struct alm_civil c = alm_civil_from_ts(local[i]);
        if (c.day != alm_days_in_month(c.year, c.month)) all_last = false;
        if (c.day > rule.day) rule.day = c.day;
    }
    if (all_last) rule.day = LAST_DAY;
    rule.shift = alm_business_shift(tail);
    return rule;
}

static bool step_months(int64_t *out, int64_t ts, int64_t months, int day)
{
    struct alm_civil c = alm_civil_from_ts(ts);
    const int64_t number = (int64_t)c.year * 12 + c.month - 1 + months;
    if (number < 12 || number >= 120000) return false;
    c.year = (int)(number / 12);
    c.month = (int)(number % 12) + 1;
    c.day = min_int(day, alm_days_in_month(c.year, c.month));
    return alm_ts_from_civil(out, &c);
}

static bool step_business(int64_t *out, int64_t ts, int64_t days, int64_t shift)
{
    const int weekday = alm_weekday(ts + shift);
    *out = ts;
    if (days == 0) return true;
    /* from a weekend, steps are counted as from the Friday before it */
    const int64_t late = weekday > 4 ? weekday - 4 : 0;
    const int64_t from = weekday - late, to = from + days;
    *out = ts + (to / 5 * 7 + to % 5 - from - late) * ALM_DAY;
    return alm_ts_in_range(*out);
}

/* The bar steps after ts by a clock without summer time; false when it leaves the years 1 .. 9999 or the
 * calendar has no rule. */
static bool step_plainly(int64_t *out, struct alm_frequency frequency, struct rule rule, int64_t ts,
                         int64_t steps)
{
    int64_t distance;
    if (__builtin_mul_overflow(steps, frequency.multiple, &distance) || distance > ALM_TS_MAX) return false;
    const int64_t length = alm_frequency_length(frequency), months = alm_frequency_months(frequency);
    if (frequency.unit == ALM_FREQUENCY_INDEX) return !__builtin_add_overflow(ts, steps, out);
    if (frequency.unit == ALM_FREQUENCY_BUSINESS)
        return distance < 3700000 && step_business(out, ts, distance, rule.shift);
    if (months > 0) return distance < 120000 && step_months(out, ts, steps * months, rule.day);
    return length > 0 && !__builtin_mul_overflow(steps, length, &distance) &&
           !__builtin_add_overflow(ts, distance, out) && alm_ts_in_range(*out);
}

static bool step_by(int64_t *out, const struct alm_calendar *calendar, struct rule rule, int64_t ts,
                    int64_t steps)
{
    const struct alm_zone *zone = zone_of(calendar);
    if (steps == 0) return *out = ts, true;
    if (!step_plainly(out, calendar->frequency, rule, to_local(zone, ts), steps)) return false;
    *out = from_local(zone, *out);
    return calendar->frequency.unit == ALM_FREQUENCY_INDEX || alm_ts_in_range(*out);
}

static enum alm_status out_of_range(struct alm_error *error, size_t steps)
{
    return alm_fail(error, ALM_DATA, "%zu steps lead out of the years 1 to 9999", steps);
}

enum alm_status alm_calendar_step(int64_t *out, const struct alm_calendar *calendar, int64_t ts, size_t steps,
                                  struct alm_error *error)
{
    if (calendar->frequency.unit == ALM_FREQUENCY_IRREGULAR)
        return alm_fail(error, ALM_DATA, "an irregular series has no rule for its next timestamp");
    const struct rule rule = rule_of(calendar, (struct alm_span){.ts = &ts, .n = 1});
    if (steps > INT64_MAX || !step_by(out, calendar, rule, ts, (int64_t)steps))
        return out_of_range(error, steps);
    return ALM_OK;
}

/* Median distance of the last up to MEDIAN_BARS bars (the lower of two); 1 with a single bar. */
static int64_t median_distance(struct alm_span span)
{
    int64_t sorted[MEDIAN_BARS];
    const size_t n = span.n - 1 < MEDIAN_BARS ? span.n - 1 : MEDIAN_BARS;
    for (size_t i = 0; i < n; i++) {
        const int64_t d = span.ts[span.n - n + i] - span.ts[span.n - n + i - 1];
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > d; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = d;
    }
    return n == 0 ? 1 : sorted[(n - 1) / 2];
}

enum alm_status alm_calendar_extend(int64_t *out, const struct alm_calendar *calendar, struct alm_span span,
                                    size_t steps, struct alm_error *error)
{
    const int64_t last = span.ts[span.n - 1], length = alm_frequency_length(calendar->frequency);
    const bool irregular = calendar->frequency.unit == ALM_FREQUENCY_IRREGULAR;
    const int64_t median = irregular ? median_distance(span) : 0;
    const struct rule rule = rule_of(calendar, span);
    for (size_t i = 0; i < steps; i++) {
        const int64_t step = (int64_t)i + 1;
        int64_t distance;
        bool ok;
        if (irregular)
            ok = !__builtin_mul_overflow(step, median, &distance) &&
                 !__builtin_add_overflow(last, distance, &out[i]) && alm_ts_in_range(out[i]);
        else if (calendar->sessions.n > 0)
            ok = alm_ts_in_range(
                out[i] = alm_sessions_next(&calendar->sessions, length, i > 0 ? out[i - 1] : last));
        else
            ok = step_by(&out[i], calendar, rule, last, step);
        if (!ok) return out_of_range(error, i + 1);
    }
    return ALM_OK;
}

void alm_calendar_learn(struct alm_calendar *calendar, const int64_t *ts, size_t n)
{
    alm_sessions_find(&calendar->sessions, alm_frequency_length(calendar->frequency), ts, n);
}

/* Bars from a to b, rounded. */
static int64_t bars_apart(int64_t length, int64_t a, int64_t b)
{
    return (b - a + length / 2) / length;
}

size_t alm_calendar_missing(const struct alm_calendar *calendar, int64_t a, int64_t b)
{
    const int64_t length = alm_frequency_length(calendar->frequency);
    const int64_t months = alm_frequency_months(calendar->frequency);
    int64_t steps = 0, close, open;
    if (length > 0) steps = bars_apart(length, a, b);
    if (steps > 1 && alm_sessions_between(&close, &open, &calendar->sessions, length, a, b))
        return (size_t)(bars_apart(length, a, close) + bars_apart(length, open, b));
    if (months > 0) {
        const struct alm_civil first = alm_civil_from_ts(to_local(calendar->zone, a)),
                               second = alm_civil_from_ts(to_local(calendar->zone, b));
        steps = ((second.year - first.year) * 12 + second.month - first.month + months / 2) / months;
    }
    return steps > 1 ? (size_t)(steps - 1) : 0;
}

enum alm_status alm_calendar_missing_bar(int64_t *out, const struct alm_calendar *calendar,
                                         struct alm_span span, int64_t a, int64_t b, size_t bars, size_t k,
                                         struct alm_error *error)
{
    const int64_t length = alm_frequency_length(calendar->frequency);
    int64_t close, open;
    if (length > 0 && alm_sessions_between(&close, &open, &calendar->sessions, length, a, b) &&
        (int64_t)k >= bars_apart(length, a, close)) {
        *out = b - (int64_t)(bars - k) * length; /* after the rest; counted back from b */
        return ALM_OK;
    }
    if (!step_by(out, calendar, rule_of(calendar, span), a, (int64_t)k + 1))
        return out_of_range(error, k + 1);
    return ALM_OK;
}
