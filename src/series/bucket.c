#include "series/bucket.h"

#include "series/timestamp.h"

enum { FIRST_MONDAY = 4 }; /* 1970-01-05, in days */

static int64_t floor_to(int64_t a, int64_t step)
{
    const int64_t r = a % step;
    return a - (r < 0 ? r + step : r);
}

static int64_t month_start(int64_t local, int64_t months)
{
    const struct alm_civil c = alm_civil_from_ts(local);
    const int64_t number = floor_to((int64_t)c.year * 12 + c.month - 1, months);
    const struct alm_civil first = {.year = (int)(number / 12), .month = (int)(number % 12) + 1, .day = 1};
    int64_t out;
    return alm_ts_from_civil(&out, &first) ? out : ALM_TS_MIN;
}

static int64_t business_start(int64_t local)
{
    const int weekday = alm_weekday(local);
    return floor_to(local, ALM_DAY) - (weekday > 4 ? weekday - 4 : 0) * ALM_DAY;
}

static int64_t local_start(int64_t local, struct alm_frequency frequency)
{
    const int64_t months = alm_frequency_months(frequency), length = alm_frequency_length(frequency);
    if (months > 0) return month_start(local, months);
    if (frequency.unit == ALM_FREQUENCY_BUSINESS) return business_start(local);
    if (frequency.unit == ALM_FREQUENCY_WEEK)
        return floor_to(local - FIRST_MONDAY * ALM_DAY, length) + FIRST_MONDAY * ALM_DAY;
    return length > 0 ? floor_to(local, length) : local;
}

int64_t alm_bucket_start(int64_t ts, struct alm_frequency frequency, const struct alm_zone *zone)
{
    if (alm_zone_is_utc(zone)) return local_start(ts, frequency);
    const int64_t offset = alm_zone_offset(zone, ts), local = local_start(ts + offset, frequency);
    const int64_t start = local - offset;
    int64_t before, after;
    if (alm_zone_offset(zone, start) == offset) return start;
    /* the clocks changed within the bar: it began by the old ones */
    alm_zone_moments(&before, &after, zone, local);
    return before;
}
