#include "series/timestamp.h"

#include <stddef.h>
#include <string.h>

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
int64_t alm_days_from_date(int year, int month, int day)
{
    /* 400 years more, so that nothing is negative */
    const unsigned y = (unsigned)year + 400 - (month <= 2),
                   m = (unsigned)(month <= 2 ? month + 9 : month - 3);
    const unsigned days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + (unsigned)day - 1;
    return (int64_t)days - DAYS_PER_ERA - DAYS_BEFORE_EPOCH;
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
    *out = alm_days_from_date(civil->year, civil->month, civil->day) * ALM_DAY + civil->hour * ALM_HOUR +
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

/* The number of n digits at p, or something above 9999. */
static unsigned digits(const char *p, int n)
{
    unsigned value = 0, bad = 0;
    for (int i = 0; i < n; i++) {
        const unsigned digit = (unsigned)(unsigned char)p[i] - '0';
        bad |= digit > 9;
        value = value * 10 + digit;
    }
    return value | (bad ? 0x80000000U : 0);
}

static bool take_two(struct scan *scan, int *value)
{
    if (scan->end - scan->at < 2) return false;
    const unsigned number = digits(scan->at, 2);
    *value = (int)number;
    scan->at += 2;
    return number <= 99;
}

static bool take_fraction(struct scan *scan, int *microsecond, bool *cut)
{
    int n = 0, value = 0;
    for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++, n++) {
        if (n < 6)
            value = value * 10 + (*scan->at - '0');
        else
            *cut |= *scan->at != '0';
    }
    if (n == 0) return false;
    for (; n < 6; n++)
        value *= 10;
    *microsecond = value;
    return true;
}

static bool take_word(const char **text, const char *end, const char *word)
{
    const size_t n = strlen(word);
    if ((size_t)(end - *text) < n || memcmp(*text, word, n) != 0) return false;
    *text += n;
    return true;
}

bool alm_ts_parse_offset(int64_t *offset, const char **text, const char *end)
{
    struct scan scan = {*text, end};
    int hour, minute = 0;
    *offset = 0;
    if (take_word(text, end, "Z") || take_word(text, end, "z") || take_word(text, end, "UTC") ||
        take_word(text, end, "GMT"))
        return true;
    const bool west = take(&scan, '-');
    if ((!west && !take(&scan, '+')) || !take_two(&scan, &hour)) return false;
    const bool colon = take(&scan, ':');
    const bool more = scan.at < end && *scan.at >= '0' && *scan.at <= '9';
    if (colon || more) {
        if (!take_two(&scan, &minute)) return false;
    }
    *text = scan.at;
    *offset = (west ? -1 : 1) * (hour * ALM_HOUR + minute * ALM_MINUTE);
    return hour <= 23 && minute <= 59;
}

/* HH, then minutes and seconds with or without colons, a fraction. */
static bool take_clock(struct scan *scan, struct alm_civil *c, bool colons, bool *cut)
{
    if (!take_two(scan, &c->hour)) return false;
    if (scan->at == scan->end) return true;
    if (colons ? !take(scan, ':') : *scan->at < '0' || *scan->at > '9') return true;
    if (!take_two(scan, &c->minute)) return false;
    if (scan->at == scan->end) return true;
    if (colons ? !take(scan, ':') : *scan->at < '0' || *scan->at > '9') return true;
    if (!take_two(scan, &c->second)) return false;
    return (!take(scan, '.') && !take(scan, ',')) || take_fraction(scan, &c->microsecond, cut);
}

static bool is_date(const struct alm_civil *c)
{
    const unsigned year = (unsigned)c->year, month = (unsigned)c->month, day = (unsigned)c->day;
    if (year - 1 > 9998 || month - 1 > 11 || day - 1 > 30) return false;
    return day <= 28 || c->day <= alm_days_in_month(c->year, c->month);
}

static bool take_date(struct scan *scan, struct alm_civil *c, bool *colons)
{
    const char *p = scan->at;
    if (scan->end - p < 8) return false;
    *colons = p[4] == '-';
    const int more = *colons;
    if (*colons && (scan->end - p < 10 || p[7] != '-')) return false;
    const unsigned year = digits(p, 4), month = digits(p + 4 + more, 2), day = digits(p + 6 + 2 * more, 2);
    *c = (struct alm_civil){.year = (int)year, .month = (int)month, .day = (int)day};
    scan->at += 8 + 2 * more;
    return is_date(c);
}

static bool take_fields(struct scan *scan, struct alm_civil *c, bool *cut)
{
    bool colons;
    if (!take_date(scan, c, &colons)) return false;
    if (scan->at == scan->end) return colons;
    const char between = *scan->at++;
    if (between != 'T' && between != 't' && (between != ' ' || !colons)) return false;
    return take_clock(scan, c, colons, cut);
}

static bool is_clock(const struct alm_civil *c, bool cut)
{
    if (c->hour <= 23 && c->minute <= 59 && c->second <= 59) return true;
    return c->hour == 24 && c->minute == 0 && c->second == 0 && c->microsecond == 0 && !cut;
}

bool alm_ts_parse_iso_cut(int64_t *out, bool *zoned, bool *cut, const char *text, size_t n)
{
    struct scan scan = {text, text + n};
    struct alm_civil c;
    int64_t offset = 0;
    *zoned = *cut = false;
    if (!take_fields(&scan, &c, cut)) return false;
    if (!is_clock(&c, *cut)) return false;
    if (scan.at < scan.end) {
        take(&scan, ' ');
        *zoned = true;
        if (!alm_ts_parse_offset(&offset, &scan.at, scan.end) || scan.at != scan.end) return false;
    }
    const int64_t seconds = c.hour * 3600 + c.minute * 60 + c.second;
    const int64_t ts =
        alm_days_from_date(c.year, c.month, c.day) * ALM_DAY + seconds * ALM_SECOND + c.microsecond - offset;
    if (!alm_ts_in_range(ts)) return false;
    *out = ts;
    return true;
}

bool alm_ts_parse_iso(int64_t *out, bool *zoned, const char *text, size_t n)
{
    bool cut;
    int64_t ts;
    if (!alm_ts_parse_iso_cut(&ts, zoned, &cut, text, n) || cut) return false;
    *out = ts;
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
