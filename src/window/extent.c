#include "window/extent.h"

#include "series/timestamp.h"

#include <ctype.h>
#include <string.h>

enum alm_status alm_extent_parse(struct alm_extent *out, const char *text, const char *option,
                                 struct alm_error *error)
{
    char upper[16];
    long long bars;
    *out = (struct alm_extent){0};
    if (alm_text_to_integer(&bars, text) && bars >= 0) {
        out->bars = (size_t)bars;
        return ALM_OK;
    }
    size_t n = 0;
    for (; text[n] != '\0' && n + 1 < sizeof upper; n++)
        upper[n] = (char)toupper((unsigned char)text[n]);
    upper[n] = '\0';
    if (text[n] == '\0' && isdigit((unsigned char)upper[0]) &&
        alm_frequency_parse(&out->time, upper, NULL) == ALM_OK && out->time.unit != ALM_FREQUENCY_BUSINESS)
        return ALM_OK;
    *out = (struct alm_extent){0};
    return alm_fail(error, ALM_USAGE,
                    "%s %s: expected a number of bars, or a time such as 90T, 36H, 10D, 2W, 6M or 1Y "
                    "(minutes, hours, days, weeks, months, years)",
                    option, text);
}

void alm_extent_write(struct alm_text *out, struct alm_extent extent)
{
    if (!alm_extent_is_time(extent)) {
        alm_text_printf(out, "%zu", extent.bars);
        return;
    }
    if (extent.time.multiple == 1) alm_text_append(out, "1"); /* which a frequency leaves out */
    alm_frequency_write(out, extent.time);
}

static int64_t clamp(int64_t ts)
{
    return ts < ALM_TS_MIN ? ALM_TS_MIN : ts > ALM_TS_MAX ? ALM_TS_MAX : ts;
}

static int64_t add_months(int64_t ts, int64_t months)
{
    struct alm_civil c = alm_civil_from_ts(ts);
    const int64_t number = (int64_t)c.year * 12 + c.month - 1 + months;
    if (number < 12) return ALM_TS_MIN;
    if (number >= 120000) return ALM_TS_MAX;
    c.year = (int)(number / 12);
    c.month = (int)(number % 12) + 1;
    if (c.day > alm_days_in_month(c.year, c.month)) c.day = alm_days_in_month(c.year, c.month);
    return alm_ts_from_civil(&ts, &c) ? ts : ALM_TS_MAX;
}

int64_t alm_extent_moment(struct alm_extent extent, int64_t ts, int sign, const struct alm_zone *zone)
{
    int64_t length, before, after;
    const int64_t months = alm_frequency_months(extent.time);
    const bool local = extent.time.unit >= ALM_FREQUENCY_DAY && zone != NULL;
    if (__builtin_mul_overflow(alm_frequency_length(extent.time), sign, &length)) length = 0;
    if (local) ts += alm_zone_offset(zone, ts);
    ts = months > 0 ? add_months(ts, sign * months) : clamp(ts + length);
    if (!local) return ts;
    alm_zone_moments(&before, &after, zone, ts);
    return before;
}
