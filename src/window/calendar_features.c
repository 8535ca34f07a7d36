#include "window/calendar_features.h"

#include "series/timestamp.h"

#include <math.h>

enum field { SECOND, MINUTE, HOUR, WEEKDAY, DAY, WEEK, MONTH, QUARTER, FIELDS };

/* Values that each field has. */
static const size_t sizes[FIELDS] = {60, 60, 24, 7, 31, 53, 12, 4};

static unsigned set(enum field a)
{
    return 1u << a;
}

unsigned alm_feature_fields(struct alm_frequency frequency)
{
    switch (frequency.unit) {
    case ALM_FREQUENCY_SECOND:
        return (frequency.multiple % 60 != 0 ? set(SECOND) : 0) | set(MINUTE) | set(HOUR);
    case ALM_FREQUENCY_MINUTE:
        return (frequency.multiple % 60 != 0 ? set(MINUTE) : 0) | set(HOUR) | set(WEEKDAY);
    case ALM_FREQUENCY_HOUR:
        return (frequency.multiple % 24 != 0 ? set(HOUR) : 0) | set(WEEKDAY) | set(MONTH);
    case ALM_FREQUENCY_IRREGULAR:
        return set(HOUR) | set(WEEKDAY) | set(MONTH);
    case ALM_FREQUENCY_DAY:
    case ALM_FREQUENCY_BUSINESS:
        return (frequency.multiple % 7 != 0 ? set(WEEKDAY) : 0) | set(DAY) | set(MONTH);
    case ALM_FREQUENCY_WEEK:
        return set(WEEK);
    case ALM_FREQUENCY_MONTH:
        return frequency.multiple % 12 != 0 ? set(MONTH) : 0;
    case ALM_FREQUENCY_QUARTER:
        return frequency.multiple % 4 != 0 ? set(QUARTER) : 0;
    case ALM_FREQUENCY_YEAR:
    case ALM_FREQUENCY_INDEX:
        break;
    }
    return 0;
}

size_t alm_feature_count(struct alm_features features)
{
    size_t n = 0;
    for (enum field f = 0; features.coding != ALM_FEATURES_NONE && f < FIELDS; f++)
        if ((features.fields & set(f)) != 0) n += features.coding == ALM_FEATURES_CYCLIC ? 2 : sizes[f];
    return n;
}

static size_t value_of(enum field field, const struct alm_civil *civil, int64_t local)
{
    switch (field) {
    case SECOND:
        return (size_t)(civil->second % 60);
    case MINUTE:
        return (size_t)civil->minute;
    case HOUR:
        return (size_t)civil->hour;
    case WEEKDAY:
        return (size_t)alm_weekday(local);
    case DAY:
        return (size_t)civil->day - 1;
    case WEEK: /* of seven days from the first of January on */
        return (size_t)(alm_days_from_date(civil->year, civil->month, civil->day) -
                        alm_days_from_date(civil->year, 1, 1)) /
               7;
    case MONTH:
        return (size_t)civil->month - 1;
    case QUARTER:
        return (size_t)(civil->month - 1) / 3;
    case FIELDS:
        break;
    }
    return 0;
}

void alm_feature_fill(double *out, struct alm_features features, const struct alm_zone *zone, int64_t ts)
{
    if (features.coding == ALM_FEATURES_NONE || features.fields == 0) return;
    const int64_t local = ts + alm_zone_offset(zone, ts);
    const struct alm_civil civil = alm_civil_from_ts(local);
    for (enum field f = 0; f < FIELDS; f++) {
        if ((features.fields & set(f)) == 0) continue;
        const size_t value = value_of(f, &civil, local);
        if (features.coding == ALM_FEATURES_CYCLIC) {
            const double angle = 2 * 3.14159265358979323846 * (double)value / (double)sizes[f];
            *out++ = sin(angle);
            *out++ = cos(angle);
        } else {
            for (size_t k = 0; k < sizes[f]; k++)
                *out++ = k == value ? 1 : 0;
        }
    }
}
