/* The form of one cell: which patterns it may be written in, told by its shape. */
#include "ingest/timeformat.h"
#include "ingest/timepattern.h"
#include "series/timestamp.h"

#include <ctype.h>
#include <string.h>

/* A cell while its pattern is made. */
struct shape {
    const char *p, *end;
    char pattern[ALM_TIME_PATTERN_SIZE];
    size_t length;
    bool failed;
    size_t small[2]; /* places in the pattern of numbers that are day or month */
    size_t n_small;
    bool year, year_first, month, whole_day; /* whole_day: no day or month can follow */
    int clock;                               /* how much of it there was: 1 hour, 2 minute, 3 second */
    bool zone;
};

static void put(struct shape *s, const char *text)
{
    const size_t n = strlen(text);
    if (s->length + n >= sizeof s->pattern) {
        s->failed = true;
        return;
    }
    memcpy(s->pattern + s->length, text, n + 1);
    s->length += n;
}

static bool is_digit(const struct shape *s, size_t ahead)
{
    return (size_t)(s->end - s->p) > ahead && s->p[ahead] >= '0' && s->p[ahead] <= '9';
}

static size_t count_digits(const struct shape *s)
{
    size_t n = 0;
    while (is_digit(s, n))
        n++;
    return n;
}

static bool has_date(const struct shape *s)
{
    return s->year && (s->whole_day || s->n_small + s->month >= 2);
}

static void take_fraction(struct shape *s)
{
    if (s->p == s->end || (*s->p != '.' && *s->p != ',') || !is_digit(s, 1)) return;
    put(s, *s->p == '.' ? ".%f" : ",%f");
    s->p++;
    s->p += count_digits(s);
}

/* h:mm, hh:mm:ss.f, with AM or PM. */
static void take_colon_clock(struct shape *s)
{
    const size_t hour = s->length + 1;
    put(s, "%H:%M");
    s->clock = 2;
    s->p += count_digits(s) + 1;
    s->p += count_digits(s);
    if (s->p < s->end && *s->p == ':' && is_digit(s, 1)) {
        put(s, ":%S");
        s->clock = 3;
        s->p++;
        s->p += count_digits(s);
        take_fraction(s);
    }
    const char *ahead = s->p;
    while (ahead < s->end && *ahead == ' ')
        ahead++;
    const bool blank = ahead > s->p;
    if (alm_time_half_name(&ahead, s->end) < 0 || s->failed) return;
    put(s, blank ? " %p" : "%p");
    s->pattern[hour] = 'I';
    s->p = ahead;
}

/* A number in the date. */
static void take_date_number(struct shape *s, size_t n)
{
    if (n == 4 && !s->year) {
        put(s, "%Y");
        s->year = true;
        s->year_first = s->n_small == 0;
    } else if (n == 8 && !s->year && s->n_small == 0 && !s->month) {
        put(s, "%Y%m%d");
        s->year = s->whole_day = true;
    } else if (n == 3 && s->year && s->n_small == 0 && !s->month) {
        put(s, "%j");
        s->whole_day = true;
    } else if (n <= 2 && s->n_small < 2 && s->n_small + s->month < 2) {
        s->small[s->n_small++] = s->length + 1;
        put(s, "%d");
    } else {
        s->failed = true;
    }
    s->p += n;
}

/* A number after the date, without colons. */
static void take_clock_number(struct shape *s, size_t n)
{
    if (s->zone) { /* nothing of the clock stands behind it */
        s->failed = true;
    } else if (s->clock == 0 && (n == 4 || n == 6)) {
        put(s, n == 4 ? "%H%M" : "%H%M%S");
        s->clock = n == 4 ? 2 : 3;
    } else if (s->clock < 3 && n <= 2) {
        put(s, s->clock == 0 ? "%H" : s->clock == 1 ? "%M" : "%S");
        s->clock++;
    } else {
        s->failed = true;
    }
    s->p += n;
    if (s->clock == 3) take_fraction(s);
}

static void take_number(struct shape *s)
{
    const size_t n = count_digits(s);
    if (s->clock == 0 && n <= 2 && (size_t)(s->end - s->p) > n && s->p[n] == ':' && is_digit(s, n + 1))
        take_colon_clock(s);
    else if (has_date(s))
        take_clock_number(s, n);
    else
        take_date_number(s, n);
}

/* A letter that says what the number after it is: a quarter, a week, a month. False when it is none. */
static bool take_period(struct shape *s)
{
    const int letter = toupper((unsigned char)*s->p);
    const char copy[] = {*s->p, '\0'};
    if (s->n_small > 0 || s->month || s->whole_day || !is_digit(s, 1)) return false;
    if (letter == 'Q' && !is_digit(s, 2)) {
        put(s, copy);
        put(s, "%q");
        s->p += 2;
    } else if (letter == 'W' && s->year && is_digit(s, 2)) {
        put(s, copy);
        put(s, "%V");
        s->p += 3;
        if (s->p < s->end && *s->p == '-' && is_digit(s, 1)) {
            put(s, "-");
            s->p++;
        }
        if (is_digit(s, 0)) {
            put(s, "%u");
            s->p++;
        }
    } else if (letter == 'M' && s->year && is_digit(s, 2)) {
        put(s, copy);
        put(s, "%m");
        s->p += 3;
    } else {
        return false;
    }
    s->whole_day = s->month = true;
    return true;
}

static void take_word(struct shape *s)
{
    const char *p = s->p;
    int64_t offset;
    if (s->clock > 0 && !s->zone && alm_ts_parse_offset(&offset, &p, s->end)) {
        put(s, "%z");
        s->zone = true;
    } else if (!s->month && alm_time_month_name(&p, s->end) >= 0) {
        put(s, "%b");
        s->month = true;
    } else if (alm_time_weekday_name(&p, s->end) >= 0) {
        put(s, "%a");
    } else if (toupper((unsigned char)*p) == 'T' && has_date(s) && is_digit(s, 1)) {
        const char copy[] = {*p++, '\0'};
        put(s, copy);
    } else if (take_period(s)) {
        return;
    } else {
        s->failed = true;
    }
    s->p = p;
}

static void take_sign(struct shape *s)
{
    const char *p = s->p;
    int64_t offset;
    const char copy[] = {*s->p, '\0'};
    if ((*p == '+' || *p == '-') && s->clock > 0 && !s->zone && alm_ts_parse_offset(&offset, &p, s->end)) {
        put(s, "%z");
        s->zone = true;
        s->p = p;
        return;
    }
    if (strchr(" /-.,:()[]", *s->p) == NULL) s->failed = true;
    if (*s->p == '/' && has_date(s)) s->failed = true; /* two days with a slash between are a span */
    put(s, copy);
    do
        s->p++;
    while (*copy == ' ' && s->p < s->end && *s->p == ' ');
}

/* Fills in which small number is the day and which the month. */
static bool settle(struct alm_time_candidate *out, struct shape *s)
{
    if (s->failed || !s->year || (s->n_small == 2 && s->month)) return false;
    /* years with a decimal month (2020.5) are more likely to be numbers */
    if (s->n_small == 1 && !s->month && memchr(s->pattern, '.', s->length) != NULL) return false;
    if (s->n_small > 0 && !s->month)
        s->pattern[s->small[s->n_small == 2 && s->year_first ? 0 : s->n_small - 1]] = 'm';
    *out = (struct alm_time_candidate){.format = {.kind = ALM_TIME_PATTERN}};
    memcpy(out->format.pattern, s->pattern, s->length + 1);
    out->other = out->format;
    out->two =
        s->n_small == 2 && !s->year_first && alm_time_pattern_swap(out->other.pattern, out->format.pattern);
    return alm_time_pattern_check(out->format.pattern, NULL) == ALM_OK;
}

static bool find_pattern(struct alm_time_candidate *out, const char *text, size_t n)
{
    struct shape s = {.p = text, .end = text + n};
    while (s.p < s.end && !s.failed) {
        const unsigned char c = (unsigned char)*s.p;
        if (isdigit(c))
            take_number(&s);
        else if (isalpha(c))
            take_word(&s);
        else if (c >= ' ')
            take_sign(&s);
        else
            return false;
    }
    return settle(out, &s);
}

/* ---- plain numbers ---- */

static void add_number(struct alm_time_candidate *out, size_t *n, const char *pattern, int64_t units)
{
    struct alm_time_format *format = &out[*n].format;
    out[*n] = (struct alm_time_candidate){.format = {.kind = ALM_TIME_EPOCH, .units_per_second = units}};
    if (pattern != NULL) {
        *format = (struct alm_time_format){.kind = ALM_TIME_PATTERN};
        memcpy(format->pattern, pattern, strlen(pattern) + 1);
    }
    ++*n;
}

/* By the number of digits before the fraction: dates run together, then counts since 1970. */
static void find_numbers(struct alm_time_candidate *out, size_t *n, size_t digits, bool fraction)
{
    static const char *const dates[] = {
        [4] = "%Y",          [6] = "%Y%m",          [8] = "%Y%m%d",         [10] = "%Y%m%d%H",
        [12] = "%Y%m%d%H%M", [14] = "%Y%m%d%H%M%S", [17] = "%Y%m%d%H%M%S%f"};
    if (digits < sizeof dates / sizeof *dates && dates[digits] != NULL && !fraction)
        add_number(out, n, dates[digits], 0);
    if (digits == 14 && fraction) add_number(out, n, "%Y%m%d%H%M%S.%f", 0);
    if (digits == 9 || digits == 10) add_number(out, n, NULL, 1);
    if (digits >= 12 && digits <= 13) add_number(out, n, NULL, 1000);
    if (digits >= 15 && digits <= 16) add_number(out, n, NULL, 1000000);
    if (digits >= 18 && digits <= 19) add_number(out, n, NULL, 1000000000);
}

static bool are_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return n > 0;
}

void alm_time_forms_of(struct alm_time_candidate out[ALM_TIME_FORMS], size_t *n, const char *text,
                       size_t length)
{
    int64_t ts;
    bool zoned, cut;
    size_t digits = 0;
    *n = 0;
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length == 0 || length >= ALM_TIME_PATTERN_SIZE) return;
    while (digits < length && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    const bool fraction = digits < length && (text[digits] == '.' || text[digits] == ',') &&
                          are_digits(text + digits + 1, length - digits - 1);
    if (digits == length || (fraction && digits >= 9)) {
        find_numbers(out, n, digits, fraction);
        return;
    }
    if (alm_ts_parse_iso_cut(&ts, &zoned, &cut, text, length))
        out[(*n)++] = (struct alm_time_candidate){.format = {.kind = ALM_TIME_ISO}};
    if (find_pattern(&out[*n], text, length)) ++*n;
}
