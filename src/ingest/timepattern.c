#include "ingest/timepattern.h"

#include "series/timestamp.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
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
    int year, month, day, yearday, quarter, week, weekday, hour, hour12, minute, second, pm;
    int microsecond;
    int64_t offset; /* to subtract to get UTC */
    bool zoned, cut;
};

/* ---- words ---- */

static int read_name(const char **text, const char *end, const char *const *list, int n)
{
    size_t length = 0;
    while (*text + length < end && isalpha((unsigned char)(*text)[length]))
        length++;
    for (int i = 0; i < n && length >= 3; i++) {
        if (((*text)[0] | 0x20) != (list[i][0] | 0x20)) continue;
        const bool sept = i == 8 && n == 12 && length == 4;
        if ((length == 3 || length == strlen(list[i]) || sept) && strncasecmp(*text, list[i], length) == 0) {
            *text += length;
            return i;
        }
    }
    return -1;
}

int alm_time_month_name(const char **text, const char *end)
{
    return read_name(text, end, months, 12);
}

int alm_time_weekday_name(const char **text, const char *end)
{
    return read_name(text, end, weekdays, 7);
}

int alm_time_half_name(const char **text, const char *end)
{
    static const char *const halves[] = {"a.m.", "p.m.", "am", "pm"};
    for (int i = 0; i < 4; i++) {
        const size_t n = strlen(halves[i]);
        if ((size_t)(end - *text) < n || strncasecmp(*text, halves[i], n) != 0) continue;
        if (*text + n < end && isalnum((unsigned char)(*text)[n])) continue;
        *text += n;
        return i % 2;
    }
    return -1;
}

/* ---- numbers ---- */

/* Reads a number of up to most digits; exactly most when fixed. -1 when there is none. */
static int read_digits(struct cursor *cursor, int most, bool fixed)
{
    int value = 0, n = 0;
    while (n < most && cursor->p < cursor->end && *cursor->p >= '0' && *cursor->p <= '9') {
        value = value * 10 + (*cursor->p++ - '0');
        n++;
    }
    return n == 0 || (fixed && n < most) ? -1 : value;
}

static bool read_fraction(struct cursor *cursor, struct fields *f)
{
    int n = 0;
    f->microsecond = 0;
    for (; cursor->p < cursor->end && *cursor->p >= '0' && *cursor->p <= '9'; cursor->p++, n++) {
        if (n < 6)
            f->microsecond = f->microsecond * 10 + (*cursor->p - '0');
        else
            f->cut |= *cursor->p != '0';
    }
    for (int i = n; i < 6; i++)
        f->microsecond *= 10;
    return n > 0;
}

static bool skip_blanks(struct cursor *cursor)
{
    const char *from = cursor->p;
    while (cursor->p < cursor->end && *cursor->p == ' ')
        cursor->p++;
    return cursor->p > from;
}

static bool put(int *field, int value, int low, int high)
{
    *field = value;
    return value >= low && value <= high;
}

/* Reads what one directive stands for. fixed: another number stands right beside it, so all digits must be
 * there. */
static bool read_directive(struct fields *f, struct cursor *cursor, char directive, bool fixed)
{
    int value;
    switch (directive) {
    case 'Y':
    case 'G':
        return put(&f->year, read_digits(cursor, 4, true), 1, 9999);
    case 'y':
        value = read_digits(cursor, 2, true);
        return put(&f->year, value < 0 ? value : value + (value >= 69 ? 1900 : 2000), 1, 9999);
    case 'm':
        return put(&f->month, read_digits(cursor, 2, fixed), 1, 12);
    case 'b':
    case 'B':
        return put(&f->month, alm_time_month_name(&cursor->p, cursor->end) + 1, 1, 12);
    case 'e':
        skip_blanks(cursor);
        return put(&f->day, read_digits(cursor, 2, fixed), 1, 31);
    case 'd':
        return put(&f->day, read_digits(cursor, 2, fixed), 1, 31);
    case 'j':
        return put(&f->yearday, read_digits(cursor, 3, fixed), 1, 366);
    case 'q':
        return put(&f->quarter, read_digits(cursor, 1, true), 1, 4);
    case 'V':
        return put(&f->week, read_digits(cursor, 2, fixed), 1, 53);
    case 'u':
        return put(&f->weekday, read_digits(cursor, 1, true), 1, 7);
    case 'H':
        return put(&f->hour, read_digits(cursor, 2, fixed), 0, 24);
    case 'I':
        return put(&f->hour12, read_digits(cursor, 2, fixed), 1, 12);
    case 'p':
        return put(&f->pm, alm_time_half_name(&cursor->p, cursor->end), 0, 1);
    case 'M':
        return put(&f->minute, read_digits(cursor, 2, fixed), 0, 59);
    case 'S':
        return put(&f->second, read_digits(cursor, 2, fixed), 0, 59);
    case 'f':
        return read_fraction(cursor, f);
    case 'z':
        f->zoned = true;
        return alm_ts_parse_offset(&f->offset, &cursor->p, cursor->end);
    case 'a':
    case 'A':
        return alm_time_weekday_name(&cursor->p, cursor->end) >= 0;
    default:
        return false;
    }
}

/* ---- fields to a time ---- */

/* The Monday of a year's first ISO week, as days since 1970: the week with 4 January in it. */
static int64_t first_week(int year)
{
    const int64_t fourth = alm_days_from_date(year, 1, 4);
    return fourth - alm_weekday(fourth * ALM_DAY);
}

static bool find_day(int64_t *days, const struct fields *f)
{
    if (f->week > 0) {
        *days = first_week(f->year) + 7 * (f->week - 1) + (f->weekday > 0 ? f->weekday - 1 : 0);
        return first_week(f->year) + 7 * (f->week - 1) < first_week(f->year + 1);
    }
    if (f->yearday > 0) {
        *days = alm_days_from_date(f->year, 1, 1) + f->yearday - 1;
        return f->yearday <= 365 || alm_days_in_month(f->year, 2) == 29;
    }
    const int month = f->quarter > 0 ? 3 * f->quarter - 2 : f->month > 0 ? f->month : 1;
    const int day = f->day > 0 ? f->day : 1;
    *days = alm_days_from_date(f->year, month, day);
    return day <= alm_days_in_month(f->year, month);
}

static int or_zero(int field)
{
    return field < 0 ? 0 : field;
}

static bool combine(int64_t *out, const struct fields *f)
{
    int64_t days;
    const int hour = f->hour12 > 0 ? f->hour12 % 12 + 12 * f->pm : or_zero(f->hour);
    const int seconds = or_zero(f->minute) * 60 + or_zero(f->second);
    if (hour == 24 && (seconds > 0 || f->microsecond > 0 || f->cut)) return false;
    if (!find_day(&days, f)) return false;
    *out = days * ALM_DAY + hour * ALM_HOUR + seconds * ALM_SECOND + f->microsecond - f->offset;
    return true;
}

/* ---- patterns ---- */

/* What %F and %T stand for. */
static const char *expansion(char directive)
{
    return directive == 'F' ? "%Y-%m-%d" : directive == 'T' ? "%H:%M:%S" : NULL;
}

static bool is_numeric_directive(const char *p)
{
    /* most cells of a file come here several times: no strchr */
    static const bool numeric[128] = {
        ['Y'] = true, ['y'] = true, ['G'] = true, ['m'] = true, ['d'] = true, ['e'] = true,
        ['j'] = true, ['q'] = true, ['V'] = true, ['u'] = true, ['H'] = true, ['I'] = true,
        ['M'] = true, ['S'] = true, ['f'] = true, ['F'] = true, ['T'] = true};
    return p[0] == '%' && numeric[p[1] & 127];
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
        const bool there = *p == ' ' ? skip_blanks(cursor) : cursor->p < cursor->end && *cursor->p == *p;
        if (!there && (*p == '.' || *p == ',') && strncmp(p + 1, "%f", 2) == 0) {
            p += 2; /* a fraction may be absent */
            continue;
        }
        if (!there) return false;
        cursor->p += *p != ' ';
    }
    return true;
}

bool alm_time_pattern_read(int64_t *out, bool *zoned, bool *cut, const char *pattern, const char *text,
                           size_t n)
{
    struct cursor cursor = {text, text + n};
    struct fields f = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, false, false};
    if (!read_pattern(&f, &cursor, pattern) || cursor.p != cursor.end || !combine(out, &f)) return false;
    *zoned = f.zoned;
    *cut = f.cut;
    return true;
}

/* Which directives a pattern has, one bit a letter; 0 with the offender in *bad for an unknown one. */
static uint64_t directives(const char *pattern, char *bad)
{
    uint64_t seen = 0;
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '%') continue;
        const char c = *++p;
        if (c == '%') continue;
        if (c == '\0' || strchr("YyGmbBdejqVuHIpMSfzaAFT", c) == NULL) {
            *bad = c == '\0' ? '%' : c;
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

enum alm_status alm_time_pattern_check(const char *pattern, struct alm_error *error)
{
    char bad = 0;
    const uint64_t seen = directives(pattern, &bad);
    if (bad != 0)
        return alm_fail(error, ALM_USAGE,
                        "time format \"%s\": %%%c is not known; see `almanac help import` for those that are",
                        pattern, bad);
    if (!has(seen, "YyG"))
        return alm_fail(error, ALM_USAGE,
                        "time format \"%s\" has no year (%%Y); or use iso, s, ms, us, ns, excel", pattern);
    const bool month = has(seen, "mbB"), day = has(seen, "de");
    const bool date = has(seen, "jV") || (month && day);
    if ((day && !month) || (has(seen, "HIMSf") && !date) || (has(seen, "u") && !has(seen, "V")))
        return alm_fail(error, ALM_USAGE, "time format \"%s\" leaves out the month or the day", pattern);
    if ((month ? 1 : 0) + has(seen, "j") + has(seen, "q") + has(seen, "V") > 1)
        return alm_fail(error, ALM_USAGE, "time format \"%s\" gives the day twice", pattern);
    if ((has(seen, "MSf") && !has(seen, "HI")) || has(seen, "I") != has(seen, "p") ||
        (has(seen, "I") && has(seen, "H")))
        return alm_fail(error, ALM_USAGE, "time format \"%s\" has no hour (%%H, or %%I with %%p)", pattern);
    if ((has(seen, "S") && !has(seen, "M")) || (has(seen, "f") && !has(seen, "S")))
        return alm_fail(error, ALM_USAGE, "time format \"%s\" leaves out the minute or the second", pattern);
    return ALM_OK;
}

bool alm_time_pattern_swap(char out[ALM_TIME_PATTERN_SIZE], const char *pattern)
{
    char *day = NULL, *month = NULL;
    bool year = false;
    snprintf(out, ALM_TIME_PATTERN_SIZE, "%s", pattern);
    for (char *p = out; *p != '\0'; p++) {
        if (*p != '%' || p[1] == '\0') continue;
        p++;
        year |= strchr("YyGF", *p) != NULL && (day == NULL || month == NULL);
        if (*p == 'd' || *p == 'e') day = p;
        if (*p == 'm') month = p;
    }
    if (year || day == NULL || month == NULL) return false;
    *month = *day;
    *day = 'm';
    return true;
}
