#include "ingest/timeformat.h"

#include "ingest/timepattern.h"
#include "series/timestamp.h"

#include <stdio.h>
#include <string.h>

/* ---- counts ---- */

/* A decimal number: digits, perhaps `.` or `,` and more digits. */
struct decimal {
    bool negative;
    int64_t whole;
    const char *fraction; /* [n_fraction] digits */
    size_t n_fraction;
};

static bool read_decimal(struct decimal *out, const char *text, size_t n)
{
    const char *p = text, *end = text + n;
    *out = (struct decimal){.negative = p < end && *p == '-'};
    p += out->negative;
    const char *from = p;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(out->whole, 10, &out->whole) ||
            __builtin_add_overflow(out->whole, *p - '0', &out->whole))
            return false;
    if (p == from) return false;
    if (p == end) return true;
    if (*p != '.' && *p != ',') return false;
    out->fraction = ++p;
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    out->n_fraction = (size_t)(p - out->fraction);
    return p == end && out->n_fraction > 0;
}

/* Microseconds, cut towards the past. */
static bool read_epoch(int64_t *out, bool *cut, int64_t units_per_second, const char *text, size_t n)
{
    struct decimal d;
    int64_t ts, unit = ALM_SECOND / units_per_second; /* 0 for nanoseconds */
    if (!read_decimal(&d, text, n)) return false;
    if (unit == 0) {
        const int64_t per = units_per_second / ALM_SECOND;
        ts = d.whole / per;
        *cut = d.whole % per != 0;
    } else if (__builtin_mul_overflow(d.whole, unit, &ts)) {
        return false;
    }
    for (size_t i = 0; i < d.n_fraction; i++) {
        const int digit = d.fraction[i] - '0';
        unit /= 10;
        if (unit == 0)
            *cut |= digit != 0;
        else if (__builtin_add_overflow(ts, digit * unit, &ts))
            return false;
    }
    *out = d.negative ? -ts - *cut : ts;
    return true;
}

/* Days, to the nearest millisecond. */
static bool read_excel(int64_t *out, bool since_1904, const char *text, size_t n)
{
    enum { DIGITS = 11, MILLISECONDS = 86400000 }; /* so many digits of a day are a microsecond */
    struct decimal d;
    uint64_t fraction = 0, one = 1;
    if (!read_decimal(&d, text, n) || d.negative || d.whole > 2958465) return false;
    if (!since_1904 && (d.whole == 0 || d.whole == 60)) return false;
    for (size_t i = 0; i < d.n_fraction && i < DIGITS; i++, one *= 10)
        fraction = fraction * 10 + (uint64_t)(d.fraction[i] - '0');
    const int64_t milliseconds = (int64_t)((fraction * MILLISECONDS + one / 2) / one);
    const int64_t start = since_1904     ? alm_days_from_date(1904, 1, 1)
                          : d.whole < 60 ? alm_days_from_date(1899, 12, 31)
                                         : alm_days_from_date(1899, 12, 30);
    *out = (start + d.whole) * ALM_DAY + milliseconds * (ALM_SECOND / 1000);
    return true;
}

/* ---- cells ---- */

static void trim(const char **text, size_t *n)
{
    while (*n > 0 && (**text == ' ' || **text == '\t')) {
        ++*text;
        --*n;
    }
    while (*n > 0 && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\t'))
        --*n;
}

static bool read_by_kind(int64_t *out, bool *zoned, bool *cut, const struct alm_time_format *format,
                         const char *text, size_t n)
{
    *cut = false;
    *zoned = format->kind == ALM_TIME_EPOCH;
    switch (format->kind) {
    case ALM_TIME_ISO:
        return alm_ts_parse_iso_cut(out, zoned, cut, text, n);
    case ALM_TIME_EPOCH:
        return read_epoch(out, cut, format->units_per_second, text, n);
    case ALM_TIME_EXCEL:
        return read_excel(out, format->since_1904, text, n);
    case ALM_TIME_PATTERN:
        return alm_time_pattern_read(out, zoned, cut, format->pattern, text, n);
    }
    return false;
}

enum alm_time_answer alm_time_format_read_local(int64_t *out, bool *zoned,
                                                const struct alm_time_format *format, const char *text,
                                                size_t n)
{
    int64_t ts;
    bool cut;
    trim(&text, &n);
    if (!read_by_kind(&ts, zoned, &cut, format, text, n) || !alm_ts_in_range(ts)) return ALM_TIME_BAD;
    if (cut && !format->cut) return ALM_TIME_FINE;
    *out = ts;
    return ALM_TIME_READ;
}

bool alm_time_format_read(int64_t *out, const struct alm_time_format *format, const char *text, size_t n)
{
    bool zoned;
    return alm_time_format_read_local(out, &zoned, format, text, n) == ALM_TIME_READ;
}

/* ---- formats ---- */

static const struct {
    const char *word, *name;
    struct alm_time_format format;
} words[] = {
    {"iso", "ISO 8601", {.kind = ALM_TIME_ISO}},
    {"s", "epoch seconds", {.kind = ALM_TIME_EPOCH, .units_per_second = 1}},
    {"ms", "epoch milliseconds", {.kind = ALM_TIME_EPOCH, .units_per_second = 1000}},
    {"us", "epoch microseconds", {.kind = ALM_TIME_EPOCH, .units_per_second = 1000000}},
    {"ns", "epoch nanoseconds", {.kind = ALM_TIME_EPOCH, .units_per_second = 1000000000}},
    {"excel", "Excel serial days", {.kind = ALM_TIME_EXCEL}},
    {"excel1904", "Excel serial days since 1904", {.kind = ALM_TIME_EXCEL, .since_1904 = true}},
};

enum { N_WORDS = sizeof words / sizeof *words };

/* The entry of a format that is no pattern. */
static size_t word_of(const struct alm_time_format *format)
{
    size_t i = 0;
    while (i + 1 < N_WORDS && (words[i].format.kind != format->kind ||
                               words[i].format.units_per_second != format->units_per_second ||
                               words[i].format.since_1904 != format->since_1904))
        i++;
    return i;
}

const char *alm_time_format_name(const struct alm_time_format *format)
{
    return format->kind == ALM_TIME_PATTERN ? format->pattern : words[word_of(format)].name;
}

enum alm_status alm_time_format_parse(struct alm_time_format *out, const char *text, struct alm_error *error)
{
    const bool cut = strncmp(text, "cut:", 4) == 0;
    if (cut) text += 4;
    for (size_t i = 0; i < N_WORDS; i++) {
        if (strcmp(text, words[i].word) != 0) continue;
        *out = words[i].format;
        out->cut = cut;
        return ALM_OK;
    }
    *out = (struct alm_time_format){.kind = ALM_TIME_PATTERN, .cut = cut};
    if (strlen(text) >= sizeof out->pattern)
        return alm_fail(error, ALM_USAGE, "time format \"%s\" is too long", text);
    memcpy(out->pattern, text, strlen(text) + 1);
    return alm_time_pattern_check(text, error);
}

/* ---- hints ---- */

/* As a user would state it. */
static const char *statement(const struct alm_time_format *format)
{
    return format->kind == ALM_TIME_PATTERN ? format->pattern : words[word_of(format)].word;
}

void alm_time_format_hint(char *hint, size_t size, const struct alm_time_format *format,
                          enum alm_time_answer answer, const char *text, size_t n)
{
    struct alm_time_format other = *format;
    int64_t ts;
    if (answer == ALM_TIME_FINE)
        snprintf(hint, size, "finer than a microsecond; --time-format 'cut:%s' cuts it", statement(format));
    else if (format->kind == ALM_TIME_PATTERN && alm_time_pattern_swap(other.pattern, format->pattern) &&
             alm_time_format_read(&ts, &other, text, n))
        snprintf(hint, size, "times here are written as %s, this one as %s; see --time-format",
                 format->pattern, other.pattern);
    else if (format->kind != ALM_TIME_EPOCH && n >= 8 && memmem(text, n, ":60", 3) != NULL)
        snprintf(hint, size, "a minute has seconds 0 to 59; leap seconds are not counted");
    else
        snprintf(hint, size, "times here are written as %s", alm_time_format_name(format));
}
