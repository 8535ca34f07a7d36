#include "series/timestamp.h"

#include <stddef.h>

enum { DAYS_BEFORE_EPOCH = 719468, DAYS_PER_ERA = 146097, DAYS_PER_4_YEARS = 1461, DAYS_PER_CENTURY = 36524 };

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t floor_remainder(int64_t a, int64_t b)
{
    const int64_t r = a % b;
    return r < 0 ? r + b : r;
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int alm_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

int alm_weekday(int64_t ts)
{
    /* 1970-01-01 was a Thursday */
    return (int)floor_remainder(floor_divide(ts, ALM_DAY) + 3, 7);
}

/* Years here begin on the 1st of March, so that the leap day ends one; then the days before month m (0 =
 * March) are (153 m + 2) / 5. An era is 400 years. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    if (month <= 2) year--;
    const int64_t era = floor_divide(year, 400), year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_EPOCH;
}

static void date_from_days(struct alm_civil *out, int64_t days)
{
    days += DAYS_BEFORE_EPOCH;
    const int64_t era = floor_divide(days, DAYS_PER_ERA), day_of_era = days - era * DAYS_PER_ERA;
    const int64_t year_of_era = (day_of_era - day_of_era / (DAYS_PER_4_YEARS - 1) +
                                 day_of_era / DAYS_PER_CENTURY - day_of_era / (DAYS_PER_ERA - 1)) /
                                365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153; /* 0 = March */
    out->day = (int)(day_of_year - (153 * month + 2) / 5) + 1;
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = (int)(year_of_era + era * 400 + (out->month <= 2));
}

struct alm_civil alm_civil_from_ts(int64_t ts)
{
    struct alm_civil civil;
    const int64_t rest = floor_remainder(ts, ALM_DAY);
    date_from_days(&civil, floor_divide(ts, ALM_DAY));
    civil.hour = (int)(rest / ALM_HOUR);
    civil.minute = (int)(rest % ALM_HOUR / ALM_MINUTE);
    civil.second = (int)(rest % ALM_MINUTE / ALM_SECOND);
    civil.microsecond = (int)(rest % ALM_SECOND);
    return civil;
}

static bool within(int value, int low, int high)
{
    return value >= low && value <= high;
}

bool alm_ts_from_civil(int64_t *out, const struct alm_civil *civil)
{
    if (!within(civil->year, 1, 9999) || !within(civil->month, 1, 12) ||
        !within(civil->day, 1, alm_days_in_month(civil->year, civil->month)) || !within(civil->hour, 0, 23) ||
        !within(civil->minute, 0, 59) || !within(civil->second, 0, 59) ||
        !within(civil->microsecond, 0, 999999))
        return false;
    *out = days_from_date(civil->year, civil->month, civil->day) * ALM_DAY + civil->hour * ALM_HOUR +
           civil->minute * ALM_MINUTE + civil->second * ALM_SECOND + civil->microsecond;
    return true;
}

bool alm_ts_in_range(int64_t ts)
{
    return ts >= ALM_TS_MIN && ts <= ALM_TS_MAX;
}

/* ---- reading ---- */

struct scan {
    const char *at, *end;
};

static bool take(struct scan *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c) return false;
    scan->at++;
    return true;
}

/* Exactly width digits. */
static bool take_digits(struct scan *scan, int *value, int width)
{
    *value = 0;
    for (int i = 0; i < width; i++) {
        if (scan->at == scan->end || *scan->at < '0' || *scan->at > '9') return false;
        *value = *value * 10 + (*scan->at++ - '0');
    }
    return true;
}

static bool take_fraction(struct scan *scan, int *microsecond)
{
    int digits = 0;
    *microsecond = 0;
    for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++, digits++) {
        if (digits < 6)
            *microsecond = *microsecond * 10 + (*scan->at - '0');
        else if (*scan->at != '0')
            return false;
    }
    for (int i = digits; i < 6; i++)
        *microsecond *= 10;
    return digits > 0;
}

/* Nothing, `Z`, ±HH, ±HHMM or ±HH:MM: what to subtract to get UTC. */
static bool take_zone(struct scan *scan, bool *zoned, int64_t *offset)
{
    int hour, minute = 0;
    *offset = 0;
    *zoned = scan->at < scan->end;
    if (!*zoned || take(scan, 'Z')) return true;
    const bool west = take(scan, '-');
    if (!west && !take(scan, '+')) return false;
    if (!take_digits(scan, &hour, 2)) return false;
    if (scan->at < scan->end) {
        take(scan, ':');
        if (!take_digits(scan, &minute, 2)) return false;
    }
    *offset = (west ? -1 : 1) * (hour * ALM_HOUR + minute * ALM_MINUTE);
    return hour <= 23 && minute <= 59;
}

bool alm_ts_parse_iso(int64_t *out, bool *zoned, const char *text, size_t n)
{
    struct scan scan = {text, text + n};
    struct alm_civil c = {0};
    int64_t ts, offset = 0;
    *zoned = false;
    if (!take_digits(&scan, &c.year, 4) || !take(&scan, '-') || !take_digits(&scan, &c.month, 2) ||
        !take(&scan, '-') || !take_digits(&scan, &c.day, 2))
        return false;
    if (scan.at < scan.end) {
        if (!take(&scan, 'T') && !take(&scan, ' ')) return false;
        if (!take_digits(&scan, &c.hour, 2) || !take(&scan, ':') || !take_digits(&scan, &c.minute, 2))
            return false;
        if (take(&scan, ':')) {
            if (!take_digits(&scan, &c.second, 2)) return false;
            if (take(&scan, '.') && !take_fraction(&scan, &c.microsecond)) return false;
        }
        if (!take_zone(&scan, zoned, &offset)) return false;
    }
    if (scan.at != scan.end || !alm_ts_from_civil(&ts, &c)) return false;
    if (!alm_ts_in_range(ts - offset)) return false;
    *out = ts - offset;
    return true;
}

/* ---- writing ---- */

/* Writes value with width digits and then mark; returns what follows. */
static char *put(char *at, int value, int width, char mark)
{
    for (int i = width; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
    at[width] = mark;
    return at + width + 1;
}

void alm_ts_write_iso(struct alm_text *out, int64_t ts)
{
    const struct alm_civil c = alm_civil_from_ts(ts);
    char text[32], *at = text;
    if (c.year < 0 || c.year > 9999) { /* no timestamp; but what is shown must not hide that */
        alm_text_printf(out, "%d-%02d-%02d", c.year, c.month, c.day);
        return;
    }
    at = put(put(put(at, c.year, 4, '-'), c.month, 2, '-'), c.day, 2, 'T');
    at = put(put(put(at, c.hour, 2, ':'), c.minute, 2, ':'), c.second, 2, c.microsecond != 0 ? '.' : 'Z');
    if (c.microsecond != 0) at = put(at, c.microsecond, 6, 'Z');
    alm_text_append_bytes(out, text, (size_t)(at - text));
}

void alm_ts_write_short(struct alm_text *out, int64_t ts)
{
    const struct alm_civil c = alm_civil_from_ts(ts);
    if (floor_remainder(ts, ALM_DAY) != 0)
        alm_ts_write_iso(out, ts);
    else
        alm_text_printf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
}
