#include "ingest/timeformat.h"
#include "series/timestamp.h"

#include <stdio.h>
#include <string.h>

/* The dates that are tried, each alone and with every time of day. Day and month order: see FIRST_DAY. */
static const char *const dates[] = {"%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",    "%d/%m/%Y", "%m/%d/%Y",
                                    "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",  "%b %d %Y", "%b %d, %Y",
                                    "%d %b %Y", "%d-%b-%Y", "%B %d, %Y", "%d %B %Y", "%Y-%m-%d"};
static const char *const clocks[] = {"",          " %H:%M",       " %H:%M:%S", " %H:%M:%S.%f",
                                     " %I:%M %p", " %I:%M:%S %p", " %H%M%S"};
static const int64_t units[] = {1, 1000, 1000000, 1000000000};

enum {
    N_DATES = sizeof dates / sizeof *dates,
    N_CLOCKS = sizeof clocks / sizeof *clocks,
    N_UNITS = sizeof units / sizeof *units,
    ISO = 0,
    EPOCH = 1,
    MONTHS = EPOCH + N_UNITS, /* %Y-%m */
    PATTERN = MONTHS + 1,
    N_FORMATS = PATTERN + N_DATES * N_CLOCKS,
};
_Static_assert(N_FORMATS <= ALM_TIME_FORMATS, "a guess counts so many");

static void make(struct alm_time_format *out, int index)
{
    *out = (struct alm_time_format){.kind = ALM_TIME_ISO};
    if (index == ISO) return;
    if (index < MONTHS) {
        out->kind = ALM_TIME_EPOCH;
        out->units_per_second = units[index - EPOCH];
        return;
    }
    out->kind = ALM_TIME_PATTERN;
    if (index == MONTHS)
        memcpy(out->pattern, "%Y-%m", sizeof "%Y-%m");
    else
        snprintf(out->pattern, sizeof out->pattern, "%s%s", dates[(index - PATTERN) / N_CLOCKS],
                 clocks[(index - PATTERN) % N_CLOCKS]);
}

/* An epoch is believed between 1973 and 5138, where the four units cannot be taken for each other. */
static bool is_plausible(const struct alm_time_format *format, int64_t ts)
{
    return format->kind != ALM_TIME_EPOCH ||
           (ts >= 100000000 * ALM_SECOND && ts < INT64_C(100000000000) * ALM_SECOND);
}

/* YYYYMMDD is believed between 1800 and 2199: other numbers of eight digits are more likely counts. */
static bool is_plausible_date(const struct alm_time_format *format, int64_t ts)
{
    if (strncmp(format->pattern, "%Y%m%d", 6) != 0) return true;
    const int year = alm_civil_from_ts(ts).year;
    return year >= 1800 && year < 2200;
}

static bool is_given_up(const struct alm_time_guess *guess, int index)
{
    return guess->failed[index] > 5 + guess->n / 4;
}

void alm_time_guess_add(struct alm_time_guess *guess, const char *text, size_t n)
{
    guess->n++;
    for (int i = 0; i < N_FORMATS; i++) {
        struct alm_time_format format;
        int64_t ts;
        if (is_given_up(guess, i)) continue;
        make(&format, i);
        if (!alm_time_format_read(&ts, &format, text, n) || !is_plausible(&format, ts) ||
            !is_plausible_date(&format, ts))
            guess->failed[i]++;
    }
}

/* Whether a and b differ in the order of day and month alone. */
static bool is_swapped(const struct alm_time_format *a, const struct alm_time_format *b)
{
    return a->kind == ALM_TIME_PATTERN && b->kind == ALM_TIME_PATTERN &&
           (memcmp(a->pattern, "%d", 2) == 0 || memcmp(a->pattern, "%m", 2) == 0) &&
           memcmp(a->pattern, b->pattern, 2) != 0;
}

enum alm_time_verdict alm_time_guess_verdict(struct alm_time_format *out, struct alm_time_format *other,
                                             const struct alm_time_guess *guess)
{
    int best = 0;
    for (int i = 1; i < N_FORMATS; i++)
        if (guess->failed[i] < guess->failed[best]) best = i;
    if (guess->n == 0 || guess->failed[best] * 4 > guess->n - guess->failed[best]) return ALM_TIME_NONE;
    make(out, best);
    for (int i = best + 1; i < N_FORMATS; i++) {
        make(other, i);
        if (guess->failed[i] == guess->failed[best] && is_swapped(out, other)) return ALM_TIME_AMBIGUOUS;
    }
    const bool numeric = out->kind == ALM_TIME_EPOCH || strcmp(out->pattern, "%Y%m%d") == 0;
    return numeric ? ALM_TIME_NUMERIC : ALM_TIME_CERTAIN;
}
