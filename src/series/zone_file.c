/* TZif files: a table of changes, and a rule for the years after it. */
#include "series/zone_file.h"

#include "base/memory.h"
#include "series/timestamp.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER = 44,
    MOST_OFFSET = 26 * 3600, /* seconds, RFC 8536 section 3.2 */
    MOST_RULE_HOURS = 167,   /* section 3.3.1 */
    RULE_YEARS = 402,        /* one cycle and a year at each end */
};

/* ---- changes ---- */

static bool is_offset(int64_t offset)
{
    return offset >= -MOST_OFFSET * ALM_SECOND && offset <= MOST_OFFSET * ALM_SECOND;
}

/* Adds a change; one that changes nothing is left out, those that are not before it give way. */
static enum alm_status add_change(struct alm_zone_changes *out, int64_t at, int64_t offset,
                                  struct alm_error *error)
{
    while (out->n > 0 && out->at[out->n - 1] >= at)
        out->n--;
    if (out->offset[out->n] == offset) return ALM_OK;
    ALM_TRY(alm_grow((void **)&out->at, &out->at_capacity, out->n + 1, sizeof *out->at, error));
    ALM_TRY(alm_grow((void **)&out->offset, &out->offset_capacity, out->n + 2, sizeof *out->offset, error));
    out->at[out->n++] = at;
    out->offset[out->n] = offset;
    return ALM_OK;
}

void alm_zone_changes_clear(struct alm_zone_changes *changes)
{
    free(changes->at);
    free(changes->offset);
    *changes = (struct alm_zone_changes){0};
}

/* ---- the table ---- */

struct header {
    int version;
    size_t n_ut, n_standard, n_leap, n_times, n_types, n_chars;
    size_t size; /* of the data after it */
};

static int64_t read_big_endian(const unsigned char *p, size_t width)
{
    uint64_t value = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | p[i];
    return (int64_t)value;
}

/* width: bytes of a time. */
static bool read_header(struct header *out, const unsigned char *p, size_t n, size_t width)
{
    size_t *const counts[] = {&out->n_ut,    &out->n_standard, &out->n_leap,
                              &out->n_times, &out->n_types,    &out->n_chars};
    if (n < HEADER || memcmp(p, "TZif", 4) != 0) return false;
    out->version = p[4] == 0 ? 1 : p[4] - '0';
    for (size_t i = 0; i < 6; i++) {
        const int64_t count = read_big_endian(p + 20 + 4 * i, 4);
        if (count < 0 || count > 1000000) return false;
        *counts[i] = (size_t)count;
    }
    out->size = out->n_times * (width + 1) + out->n_types * 6 + out->n_chars + out->n_leap * (width + 4) +
                out->n_standard + out->n_ut;
    return out->version >= 1 && out->n_types > 0 && n - HEADER >= out->size;
}

static bool read_table(struct alm_zone_changes *out, const unsigned char *p, const struct header *header,
                       size_t width, enum alm_status *status, struct alm_error *error)
{
    const unsigned char *kinds = p + header->n_times * width, *types = kinds + header->n_times;
    int64_t last = INT64_MIN;
    for (size_t t = 0; t < header->n_types; t++) {
        const int64_t seconds = read_big_endian(types + 6 * t, 4);
        if (!is_offset(seconds * ALM_SECOND)) return false;
    }
    out->offset[0] = read_big_endian(types, 4) * ALM_SECOND;
    for (size_t i = 0; i < header->n_times; i++) {
        const int64_t seconds = read_big_endian(p + i * width, width);
        if (kinds[i] >= header->n_types || (i > 0 && seconds <= last)) return false;
        last = seconds;
        const int64_t offset = read_big_endian(types + (size_t)6 * kinds[i], 4) * ALM_SECOND;
        if (seconds > ALM_TS_MAX / ALM_SECOND) break;
        if (seconds < ALM_TS_MIN / ALM_SECOND)
            out->offset[0] = offset;
        else
            *status = add_change(out, seconds * ALM_SECOND, offset, error);
        if (*status != ALM_OK) return true;
    }
    return true;
}

/* ---- the rule after it: a TZ string (POSIX.1, with the extensions of RFC 8536) ---- */

struct rule_day {
    char kind; /* M: weekday of a month; J: day 1..365 without 29 February; 0: day 0..365 */
    int month, week, day;
    int64_t time; /* after midnight by the clock before the change */
};

struct rule {
    int64_t standard, summer; /* offsets */
    bool changes;
    struct rule_day start, end;
};

static bool read_count(int *out, const char **p, int most)
{
    int value = 0;
    const char *from = *p;
    while (**p >= '0' && **p <= '9' && *p - from < 4)
        value = value * 10 + (*(*p)++ - '0');
    *out = value;
    return *p > from && value <= most;
}

/* [+-]h[h[h]][:mm[:ss]] */
static bool read_clock(int64_t *out, const char **p)
{
    int hour, minute = 0, second = 0;
    const int64_t sign = **p == '-' ? -1 : 1;
    *p += **p == '-' || **p == '+';
    if (!read_count(&hour, p, MOST_RULE_HOURS)) return false;
    if (**p == ':') {
        ++*p;
        if (!read_count(&minute, p, 59)) return false;
        if (**p == ':') {
            ++*p;
            if (!read_count(&second, p, 59)) return false;
        }
    }
    *out = sign * (hour * ALM_HOUR + minute * ALM_MINUTE + second * ALM_SECOND);
    return true;
}

static bool read_abbreviation(const char **p)
{
    const char *from = *p;
    if (**p == '<') {
        *p += strcspn(*p, ">");
        return *(*p)++ == '>';
    }
    while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
        ++*p;
    return *p - from >= 3;
}

static bool read_rule_day(struct rule_day *out, const char **p)
{
    *out = (struct rule_day){.time = 2 * ALM_HOUR};
    if (*(*p)++ != ',') return false;
    if (**p == 'M') {
        out->kind = *(*p)++;
        if (!read_count(&out->month, p, 12) || out->month < 1 || *(*p)++ != '.' ||
            !read_count(&out->week, p, 5) || out->week < 1 || *(*p)++ != '.' || !read_count(&out->day, p, 6))
            return false;
    } else {
        if (**p == 'J') out->kind = *(*p)++;
        if (!read_count(&out->day, p, 365) || (out->kind == 'J' && out->day == 0)) return false;
    }
    if (**p != '/') return true;
    ++*p;
    return read_clock(&out->time, p);
}

/* The text is terminated. Signs are those of POSIX: positive is west. */
static bool read_rule(struct rule *out, const char *p)
{
    *out = (struct rule){0};
    if (!read_abbreviation(&p) || !read_clock(&out->standard, &p) || !is_offset(out->standard)) return false;
    out->standard = -out->standard;
    out->summer = out->standard + ALM_HOUR;
    if (*p == '\0') return true;
    out->changes = true;
    if (!read_abbreviation(&p)) return false;
    if (*p != ',') {
        if (!read_clock(&out->summer, &p) || !is_offset(out->summer)) return false;
        out->summer = -out->summer;
    }
    return read_rule_day(&out->start, &p) && read_rule_day(&out->end, &p) && *p == '\0';
}

static int64_t start_of_month(int year, int month)
{
    const struct alm_civil civil = {.year = year, .month = month, .day = 1};
    int64_t ts = 0;
    alm_ts_from_civil(&ts, &civil);
    return ts;
}

/* When a rule's day begins, by the local clock, and its time of change after that. */
static int64_t local_change(const struct rule_day *rule, int year)
{
    if (rule->kind != 'M') {
        const bool after_leap_day = rule->kind == 'J' && rule->day >= 60 && alm_days_in_month(year, 2) == 29;
        const int day = rule->day - (rule->kind == 'J') + after_leap_day;
        return start_of_month(year, 1) + day * ALM_DAY + rule->time;
    }
    const int64_t first = start_of_month(year, rule->month);
    int day = (rule->day - (alm_weekday(first) + 1) % 7 + 7) % 7; /* Sunday is 0 there */
    day += 7 * (rule->week - 1);
    if (day >= alm_days_in_month(year, rule->month)) day -= 7;
    return first + day * ALM_DAY + rule->time;
}

/* Adds the changes of a rule after the table's last, for one cycle. */
static enum alm_status apply_rule(struct alm_zone_changes *out, const struct rule *rule,
                                  struct alm_error *error)
{
    if (!rule->changes) return ALM_OK;
    const int64_t last = out->n > 0 ? out->at[out->n - 1] : INT64_MIN;
    const int first = out->n > 0 ? alm_civil_from_ts(last).year : 1970;
    if (first + RULE_YEARS > 9998)
        return alm_fail(error, ALM_DATA, "its table of changes goes on until the year %d", first);
    for (int year = first; year < first + RULE_YEARS; year++) {
        const int64_t start = local_change(&rule->start, year) - rule->standard;
        const int64_t end = local_change(&rule->end, year) - rule->summer;
        const bool start_first = start < end;
        const int64_t at[] = {start_first ? start : end, start_first ? end : start};
        const int64_t to[] = {start_first ? rule->summer : rule->standard,
                              start_first ? rule->standard : rule->summer};
        for (int i = 0; i < 2; i++)
            if (at[i] > last) ALM_TRY(add_change(out, at[i], to[i], error));
    }
    out->cycle = start_of_month(first + RULE_YEARS - 1, 1);
    return ALM_OK;
}

/* ---- the file ---- */

static enum alm_status fail_damaged(struct alm_error *error)
{
    return alm_fail(error, ALM_DATA, "it is no time zone file, or a damaged one");
}

/* The line between two line feeds at the end of a file of version 2 or later. */
static enum alm_status read_footer(struct alm_zone_changes *out, const unsigned char *p, size_t n,
                                   struct alm_error *error)
{
    struct rule rule;
    char text[128];
    if (n < 2 || p[0] != '\n') return fail_damaged(error);
    const unsigned char *end = memchr(p + 1, '\n', n - 1);
    if (end == NULL || (size_t)(end - p - 1) >= sizeof text) return fail_damaged(error);
    const size_t length = (size_t)(end - p - 1);
    memcpy(text, p + 1, length);
    text[length] = '\0';
    if (length == 0) return ALM_OK;
    if (memchr(text, '\0', length) != NULL || !read_rule(&rule, text)) return fail_damaged(error);
    return apply_rule(out, &rule, error);
}

enum alm_status alm_zone_changes_read(struct alm_zone_changes *out, const unsigned char *bytes, size_t n,
                                      struct alm_error *error)
{
    struct header header;
    size_t width = 4;
    enum alm_status status = ALM_OK;
    *out = (struct alm_zone_changes){.cycle = INT64_MAX};
    if (!read_header(&header, bytes, n, width)) return fail_damaged(error);
    const bool has_footer = header.version >= 2;
    if (has_footer) {
        /* the table comes again with times of 64 bits */
        bytes += HEADER + header.size;
        n -= HEADER + header.size;
        width = 8;
        if (!read_header(&header, bytes, n, width)) return fail_damaged(error);
    }
    if (header.n_leap > 0) return alm_fail(error, ALM_DATA, "it counts leap seconds");
    ALM_TRY(alm_grow((void **)&out->offset, &out->offset_capacity, 1, sizeof *out->offset, error));
    if (!read_table(out, bytes + HEADER, &header, width, &status, error)) return fail_damaged(error);
    if (status != ALM_OK || !has_footer) return status;
    return read_footer(out, bytes + HEADER + header.size, n - HEADER - header.size, error);
}
