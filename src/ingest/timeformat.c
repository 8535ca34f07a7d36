#include "ingest/timeformat.h"

#include "series/timestamp.h"

#include <string.h>
#include <strings.h>

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

/* A cell while it is read. */
struct cursor {
    const char *p, *end;
};

/* The fields read so far; -1 what was not given. */
struct fields {
    int year, month, day, yearday, hour, hour12, minute, second, pm;
    int64_t nanosecond, offset; /* offset east of UTC, microseconds */
};

/* Reads a number of up to most digits; exactly most when fixed. -1 when there is none. */
static int64_t read_digits(struct cursor *cursor, int most, bool fixed)
{
    int64_t value = 0;
    int n = 0;
    while (n < most && cursor->p < cursor->end && *cursor->p >= '0' && *cursor->p <= '9') {
        value = value * 10 + (*cursor->p++ - '0');
        n++;
    }
    return n == 0 || (fixed && n < most) ? -1 : value;
}

/* Index of the name in list (full, or its first three letters) at the cursor, or -1. */
static int read_name(struct cursor *cursor, const char *const *list, int n, bool full)
{
    for (int i = 0; i < n; i++) {
        const size_t length = full ? strlen(list[i]) : 3;
        if ((size_t)(cursor->end - cursor->p) >= length && strncasecmp(cursor->p, list[i], length) == 0) {
            cursor->p += length;
            return i;
        }
    }
    return -1;
}

static bool read_fraction(struct cursor *cursor, int64_t *nanosecond)
{
    int n = 0;
    int64_t value = 0;
    for (; n < 9 && cursor->p < cursor->end && *cursor->p >= '0' && *cursor->p <= '9'; n++)
        value = value * 10 + (*cursor->p++ - '0');
    if (n == 0) return false;
    for (; n < 9; n++)
        value *= 10;
    *nanosecond = value;
    return true;
}

static bool read_zone(struct cursor *cursor, int64_t *offset)
{
    if (cursor->p == cursor->end) return false;
    const char sign = *cursor->p++;
    *offset = 0;
    if (sign == 'Z') return true;
    if (sign != '+' && sign != '-') return false;
    const int64_t hours = read_digits(cursor, 2, true);
    if (cursor->p < cursor->end && *cursor->p == ':') cursor->p++;
    const bool more = cursor->p < cursor->end && *cursor->p >= '0' && *cursor->p <= '9';
    const int64_t minutes = more ? read_digits(cursor, 2, true) : 0;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    *offset = (hours * 60 + minutes) * ALM_MINUTE * (sign == '-' ? -1 : 1);
    return cursor->p[-1] != ':';
}

static bool put(int *field, int64_t value, int64_t low, int64_t high)
{
    if (value < low || value > high) return false;
    *field = (int)value;
    return true;
}

static bool read_half(struct cursor *cursor, int *pm)
{
    static const char *const halves[] = {"AM", "PM"};
    for (int i = 0; i < 2; i++) {
        if (cursor->end - cursor->p >= 2 && strncasecmp(cursor->p, halves[i], 2) == 0) {
            cursor->p += 2;
            *pm = i;
            return true;
        }
    }
    return false;
}

/* Reads what one directive stands for. fixed: another number stands right beside it, so all digits must be
 * there. */
static bool read_directive(struct fields *f, struct cursor *cursor, char directive, bool fixed)
{
    int64_t value;
    switch (directive) {
    case 'Y':
        return put(&f->year, read_digits(cursor, 4, true), 1, 9999);
    case 'y':
        value = read_digits(cursor, 2, true);
        return put(&f->year, value < 0 ? value : value + (value >= 69 ? 1900 : 2000), 1, 9999);
    case 'm':
        return put(&f->month, read_digits(cursor, 2, fixed), 1, 12);
    case 'b':
    case 'B':
        return put(&f->month, read_name(cursor, months, 12, directive == 'B') + 1, 1, 12);
    case 'd':
    case 'e':
        return put(&f->day, read_digits(cursor, 2, fixed), 1, 31);
    case 'j':
        return put(&f->yearday, read_digits(cursor, 3, fixed), 1, 366);
    case 'H':
        return put(&f->hour, read_digits(cursor, 2, fixed), 0, 23);
    case 'I':
        return put(&f->hour12, read_digits(cursor, 2, fixed), 1, 12);
    case 'p':
        return read_half(cursor, &f->pm);
    case 'M':
        return put(&f->minute, read_digits(cursor, 2, fixed), 0, 59);
    case 'S':
        return put(&f->second, read_digits(cursor, 2, fixed), 0, 59);
    case 'f':
        return read_fraction(cursor, &f->nanosecond);
    case 'z':
        return read_zone(cursor, &f->offset);
    case 'a':
    case 'A':
        return read_name(cursor, weekdays, 7, directive == 'A') >= 0;
    default:
        return false;
    }
}

static bool combine(int64_t *out, const struct fields *f)
{
    struct alm_civil civil = {.year = f->year, .month = 1, .day = 1};
    int64_t ts;
    if (f->yearday > 365 && alm_days_in_month(f->year, 2) == 28) return false;
    if (f->yearday < 0) {
        civil.month = f->month < 0 ? 1 : f->month;
        civil.day = f->day < 0 ? 1 : f->day;
    }
    if (f->hour12 >= 0)
        civil.hour = f->hour12 % 12 + (f->pm == 1 ? 12 : 0);
    else if (f->hour >= 0)
        civil.hour = f->hour;
    civil.minute = f->minute < 0 ? 0 : f->minute;
    civil.second = f->second < 0 ? 0 : f->second;
    if (f->nanosecond % 1000 != 0) return false;
    civil.microsecond = (int)(f->nanosecond / 1000);
    if (!alm_ts_from_civil(&ts, &civil)) return false;
    if (f->yearday > 0) ts += (f->yearday - 1) * ALM_DAY;
    *out = ts - f->offset;
    return true;
}

/* The directive that %F and %T stand for at their k-th character, or 0. */
static const char *expansion(char directive)
{
    return directive == 'F' ? "%Y-%m-%d" : directive == 'T' ? "%H:%M:%S" : NULL;
}

static bool is_numeric_directive(const char *p)
{
    return p[0] == '%' && p[1] != '\0' && strchr("YymdejHIMSfFT", p[1]) != NULL;
}

static bool read_pattern(struct fields *f, struct cursor *cursor, const char *pattern)
{
    bool beside = false; /* a number ended right before */
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '%' && p[1] != '%') {
            const bool numeric = is_numeric_directive(p), fixed = beside || is_numeric_directive(p + 2);
            const char directive = *++p;
            const char *inner = expansion(directive);
            beside = numeric;
            if (inner != NULL ? !read_pattern(f, cursor, inner)
                              : !read_directive(f, cursor, directive, fixed))
                return false;
            continue;
        }
        beside = false;
        p += *p == '%';
        if (cursor->p == cursor->end || *cursor->p++ != *p) return false;
    }
    return true;
}

static bool read_by_pattern(int64_t *out, bool *zoned, const char *pattern, const char *text, size_t n)
{
    struct cursor cursor = {text, text + n};
    struct fields f = {-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0};
    *zoned = strstr(pattern, "%z") != NULL;
    return read_pattern(&f, &cursor, pattern) && cursor.p == cursor.end && combine(out, &f);
}

/* A decimal count of units since 1970, exact: a fraction may go down to the microsecond. */
static bool read_epoch(int64_t *out, int64_t units_per_second, const char *text, size_t n)
{
    const char *p = text, *end = text + n;
    const bool negative = p < end && *p == '-';
    int64_t whole = 0, scale = units_per_second, fraction = 0;
    int digits = 0;
    p += negative;
    for (; p < end && *p >= '0' && *p <= '9'; p++, digits++)
        if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, *p - '0', &whole))
            return false;
    if (digits == 0) return false;
    if (p < end && *p == '.' && p + 1 < end) {
        for (p++; p < end && *p >= '0' && *p <= '9'; p++) {
            if (scale >= ALM_SECOND) {
                if (*p != '0') return false;
                continue;
            }
            scale *= 10;
            fraction = fraction * 10 + (*p - '0');
        }
    }
    if (p != end) return false;
    /* whole units and fraction as a count of 1/scale seconds */
    int64_t count;
    if (__builtin_mul_overflow(whole, scale / units_per_second, &count) ||
        __builtin_add_overflow(count, fraction, &count))
        return false;
    if (scale > ALM_SECOND) {
        if (count % (scale / ALM_SECOND) != 0) return false;
        count /= scale / ALM_SECOND;
    } else if (__builtin_mul_overflow(count, ALM_SECOND / scale, &count)) {
        return false;
    }
    *out = negative ? -count : count;
    return true;
}

static void trim(const char **text, size_t *n)
{
    while (*n > 0 && (**text == ' ' || **text == '\t')) {
        ++*text;
        --*n;
    }
    while (*n > 0 && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\t'))
        --*n;
}

enum alm_time_answer alm_time_format_read_local(int64_t *out, bool *zoned,
                                                const struct alm_time_format *format, const char *text,
                                                size_t n)
{
    bool good = false;
    int64_t ts;
    trim(&text, &n);
    *zoned = true;
    if (format->kind == ALM_TIME_ISO) good = alm_ts_parse_iso(&ts, zoned, text, n);
    if (format->kind == ALM_TIME_EPOCH) good = read_epoch(&ts, format->units_per_second, text, n);
    if (format->kind == ALM_TIME_PATTERN) good = read_by_pattern(&ts, zoned, format->pattern, text, n);
    if (!good || !alm_ts_in_range(ts)) return ALM_TIME_BAD;
    *out = ts;
    return ALM_TIME_READ;
}

bool alm_time_format_read(int64_t *out, const struct alm_time_format *format, const char *text, size_t n)
{
    bool zoned;
    return alm_time_format_read_local(out, &zoned, format, text, n) == ALM_TIME_READ;
}

static const struct {
    const char *word, *name;
    int64_t units_per_second;
} epochs[] = {{"s", "epoch seconds", 1},
              {"ms", "epoch milliseconds", 1000},
              {"us", "epoch microseconds", 1000000},
              {"ns", "epoch nanoseconds", 1000000000}};

enum { N_EPOCHS = 4 };

const char *alm_time_format_name(const struct alm_time_format *format)
{
    if (format->kind == ALM_TIME_ISO) return "ISO 8601";
    if (format->kind == ALM_TIME_PATTERN) return format->pattern;
    for (int i = 0; i < N_EPOCHS; i++)
        if (epochs[i].units_per_second == format->units_per_second) return epochs[i].name;
    return "epoch";
}

/* Which directives a pattern has, one bit a letter; 0 with the offender in *bad for an unknown one. */
static uint64_t directives(const char *pattern, char *bad)
{
    uint64_t seen = 0;
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '%') continue;
        const char c = *++p;
        if (c == '%') continue;
        if (c == '\0' || strchr("YymbBdejHIpMSfzaAFT", c) == NULL) {
            *bad = c;
            return 0;
        }
        const char *inner = expansion(c);
        seen |= inner != NULL ? directives(inner, bad) : UINT64_C(1) << (c - 'A');
    }
    return seen;
}

static bool has(uint64_t seen, const char *letters)
{
    for (; *letters != '\0'; letters++)
        if (seen & UINT64_C(1) << (*letters - 'A')) return true;
    return false;
}

enum alm_status alm_time_format_parse(struct alm_time_format *out, const char *text, struct alm_error *error)
{
    char bad = 0;
    *out = (struct alm_time_format){.kind = ALM_TIME_PATTERN};
    if (strcmp(text, "iso") == 0) {
        out->kind = ALM_TIME_ISO;
        return ALM_OK;
    }
    for (int i = 0; i < N_EPOCHS; i++) {
        if (strcmp(text, epochs[i].word) == 0) {
            out->kind = ALM_TIME_EPOCH;
            out->units_per_second = epochs[i].units_per_second;
            return ALM_OK;
        }
    }
    if (strlen(text) >= sizeof out->pattern)
        return alm_fail(error, ALM_USAGE, "time format \"%s\" is too long", text);
    memcpy(out->pattern, text, strlen(text) + 1);
    const uint64_t seen = directives(text, &bad);
    if (bad != 0)
        return alm_fail(error, ALM_USAGE,
                        "time format \"%s\": %%%c is not known; see `almanac help import` for those that are",
                        text, bad);
    if (!has(seen, "Yy"))
        return alm_fail(error, ALM_USAGE, "time format \"%s\" has no year (%%Y); or use iso, s, ms, us, ns",
                        text);
    const bool date = has(seen, "j") || (has(seen, "mbB") && has(seen, "de"));
    if ((has(seen, "de") && !has(seen, "mbB")) || (has(seen, "HIMSf") && !date))
        return alm_fail(error, ALM_USAGE, "time format \"%s\" leaves out the month or the day", text);
    if ((has(seen, "MSf") && !has(seen, "HI")) || has(seen, "I") != has(seen, "p"))
        return alm_fail(error, ALM_USAGE, "time format \"%s\" has no hour (%%H, or %%I with %%p)", text);
    return ALM_OK;
}
