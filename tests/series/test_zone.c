#include "series/zone.h"

#include "base/memory.h"
#include "base/random.h"
#include "series/calendar.h"
#include "series/series.h"
#include "series/timestamp.h"
#include "series/zone_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series_zone.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The zone; the test is skipped on machines without zone files. */
static struct alm_zone *open_zone(const char *name)
{
    struct alm_zone *zone;
    struct alm_error error = {0};
    const enum alm_status status = alm_zone_create(&zone, name, &error);
    if (status != ALM_OK && strstr(error.text, "no zone files") != NULL) cr_skip_test("%s", error.text);
    cr_assert(eq(int, (int)status, ALM_OK), "%s", error.text);
    return zone;
}

Test(zone, local_times_are_the_moments_that_python_says)
{
    struct alm_zone *zone = NULL;
    struct alm_zone_stretch stretch = {0};
    for (size_t i = 0; i < COUNT(golden_locals); i++) {
        const struct golden_local *g = &golden_locals[i];
        int64_t before, after, again, later;
        if (i == 0 || strcmp(g->zone, golden_locals[i - 1].zone) != 0) {
            alm_zone_free(zone);
            zone = open_zone(g->zone);
            stretch = (struct alm_zone_stretch){0};
        }
        const enum alm_zone_case found = alm_zone_moments(&before, &after, zone, g->local);
        cr_assert(before == g->before && after == g->after, "%s %lld: %lld %lld", g->zone,
                  (long long)g->local, (long long)before, (long long)after);
        cr_assert(found == (g->before < g->after   ? ALM_ZONE_FOLD
                            : g->before > g->after ? ALM_ZONE_HOLE
                                                   : ALM_ZONE_PLAIN));
        cr_assert(alm_zone_moments_near(&again, &later, &stretch, zone, g->local) == found);
        cr_assert(again == before && later == after, "%s: what was remembered is wrong", g->zone);
    }
    alm_zone_free(zone);
}

/* What is no hole comes back; the remembered stretch never makes a difference. */
Test(zone, moments_and_local_times_agree_over_all_years)
{
    static const char *const names[] = {
        "UTC",           "Europe/Berlin", "America/New_York",  "Australia/Lord_Howe",
        "Europe/Dublin", "Pacific/Apia",  "America/Sao_Paulo", "Africa/Casablanca"};
    struct alm_random *random;
    cr_assert(alm_random_create(&random, 7, NULL) == ALM_OK);
    for (size_t z = 0; z < COUNT(names); z++) {
        struct alm_zone *zone = open_zone(names[z]);
        struct alm_zone_stretch stretch = {0};
        int64_t ts = 0;
        for (int i = 0; i < 100000; i++) {
            int64_t before, after, first, second;
            /* near the last one mostly, as in files */
            ts = i % 100 == 0
                     ? ALM_TS_MIN + (int64_t)(alm_random_uniform(random) * (double)(ALM_TS_MAX - ALM_TS_MIN))
                     : ts + (int64_t)alm_random_below(random, 86400) * ALM_SECOND * 5;
            if (ts > ALM_TS_MAX) ts = 0;
            const int64_t local = ts + alm_zone_offset(zone, ts);
            const enum alm_zone_case found = alm_zone_moments(&before, &after, zone, local);
            cr_assert(found != ALM_ZONE_HOLE, "%s %lld", names[z], (long long)ts);
            cr_assert(before == ts || after == ts, "%s %lld", names[z], (long long)ts);
            cr_assert(alm_zone_moments_near(&first, &second, &stretch, zone, local) == found &&
                      first == before && second == after);
        }
        alm_zone_free(zone);
    }
    alm_random_free(random);
}

Test(zone, utc_needs_no_file)
{
    struct alm_zone *zone;
    int64_t before, after;
    cr_assert(alm_zone_create(&zone, "UTC", NULL) == ALM_OK);
    cr_assert(alm_zone_is_utc(zone) && alm_zone_is_utc(NULL));
    cr_assert(alm_zone_offset(zone, 12345) == 0 && alm_zone_offset(NULL, 12345) == 0);
    cr_assert(alm_zone_moments(&before, &after, NULL, 5) == ALM_ZONE_PLAIN && before == 5 && after == 5);
    cr_assert(eq(str, (char *)alm_zone_name(NULL), "UTC"));
    alm_zone_free(zone);
}

static void unknown(const char *name, const char *part)
{
    struct alm_zone *zone;
    struct alm_error error = {0};
    cr_assert(eq(int, (int)alm_zone_create(&zone, name, &error), ALM_USAGE), "%s", name);
    cr_assert(zone == NULL);
    cr_assert(strstr(error.text, part) != NULL, "%s", error.text);
}

Test(zone, names_are_checked_and_the_nearest_is_suggested)
{
    alm_zone_free(open_zone("Europe/Berlin"));
    unknown("Europe/Berlim", "did you mean \"Europe/Berlin\"");
    unknown("europe/berlin", "did you mean \"Europe/Berlin\"");
    unknown("berlin", "did you mean \"Europe/Berlin\"");
    unknown("New York", "did you mean \"America/New_York\"");
    unknown("Middle-earth/Hobbiton", "names are like");
    static const char *const bad[] = {
        "",       "/etc/passwd",  "../../etc/passwd", "Europe/../Europe/Berlin", "right/UTC",
        "Europe", "zone1970.tab", "posix/UTC",        "Europe//Berlin",          "Europe/Berlin/",
        "a\nb"};
    for (size_t i = 0; i < COUNT(bad); i++)
        unknown(bad[i], "time zone \"");
}

Test(zone, policies_are_words)
{
    enum alm_dst dst;
    struct alm_error error = {0};
    cr_assert(alm_dst_parse(&dst, NULL, NULL) == ALM_OK && dst == ALM_DST_ERROR);
    cr_assert(alm_dst_parse(&dst, "later", NULL) == ALM_OK && dst == ALM_DST_LATER);
    cr_assert(alm_dst_parse(&dst, "late", &error) == ALM_USAGE);
}

/* ---- files ---- */

static void append_number(struct alm_text *out, int64_t value, size_t width)
{
    for (size_t i = width; i-- > 0;) {
        const char byte = (char)(i < 8 ? value >> (8 * i) : 0);
        alm_text_append_bytes(out, &byte, 1);
    }
}

static void append_block(struct alm_text *out, char version, size_t width, const int64_t *times,
                         size_t n_times, const char *kinds, const int64_t *offsets, size_t n_types,
                         size_t n_leap)
{
    const size_t counts[] = {0, 0, n_leap, n_times, n_types, 4};
    alm_text_append(out, "TZif");
    alm_text_append_bytes(out, &version, 1);
    append_number(out, 0, 15);
    for (size_t i = 0; i < 6; i++)
        append_number(out, (int64_t)counts[i], 4);
    for (size_t i = 0; i < n_times; i++)
        append_number(out, times[i], width);
    alm_text_append_bytes(out, kinds, n_times);
    for (size_t i = 0; i < n_types; i++) {
        append_number(out, offsets[i], 4);
        append_number(out, 0, 2);
    }
    alm_text_append_bytes(out, "ABC", 4);
    append_number(out, 0, n_leap * (width + 4));
}

/* A file of version 2 with one change to +1 h in 1980 and the rule given. */
static void make_file(struct alm_text *out, const char *rule)
{
    const int64_t time = 315532800, offsets[] = {0, 3600};
    append_block(out, '2', 4, NULL, 0, "", offsets, 1, 0);
    append_block(out, '2', 8, &time, 1, "\1", offsets, 2, 0);
    alm_text_printf(out, "\n%s\n", rule);
}

static enum alm_status read_bytes(struct alm_zone_changes *out, const struct alm_text *file, size_t n)
{
    /* exactly n bytes, so that a sanitizer sees reads beyond them */
    unsigned char *copy = malloc(n + (n == 0));
    cr_assert(copy != NULL);
    if (n > 0) memcpy(copy, file->data, n);
    struct alm_error error = {0};
    const enum alm_status status = alm_zone_changes_read(out, copy, n, &error);
    const bool good = status == ALM_OK;
    cr_assert(good == (error.text[0] == '\0'));
    free(copy);
    return status;
}

static enum alm_status read_rule(struct alm_zone_changes *out, const char *rule)
{
    struct alm_text file = {0};
    make_file(&file, rule);
    const enum alm_status status = read_bytes(out, &file, file.length);
    alm_text_clear(&file);
    return status;
}

Test(zone_file, a_damaged_file_is_refused_wherever_it_ends)
{
    struct alm_text file = {0};
    make_file(&file, "STD-1DST,M3.5.0,M10.5.0/3");
    for (size_t n = 0; n <= file.length; n++) {
        struct alm_zone_changes changes;
        cr_assert(eq(int, (int)read_bytes(&changes, &file, n), n == file.length ? ALM_OK : ALM_DATA),
                  "%zu bytes", n);
        alm_zone_changes_clear(&changes);
    }
    /* whatever byte is wrong, it ends well */
    for (size_t i = 0; i < file.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct alm_zone_changes changes;
            file.data[i] = (char)(file.data[i] ^ (1 << bit));
            read_bytes(&changes, &file, file.length);
            alm_zone_changes_clear(&changes);
            file.data[i] = (char)(file.data[i] ^ (1 << bit));
        }
    }
    alm_text_clear(&file);
}

Test(zone_file, leap_seconds_are_refused)
{
    struct alm_text file = {0};
    struct alm_zone_changes changes;
    const int64_t offset = 0;
    append_block(&file, 0, 4, NULL, 0, "", &offset, 1, 2);
    cr_assert(eq(int, (int)read_bytes(&changes, &file, file.length), ALM_DATA));
    alm_zone_changes_clear(&changes);
    alm_text_clear(&file);
}

/* The first changes of a rule after 1980, as minutes of the year 1981. */
static void rule_changes(const char *rule, int64_t first, int64_t second, int64_t offset)
{
    struct alm_zone_changes c;
    int64_t start;
    cr_assert(alm_ts_from_civil(&start, &(struct alm_civil){.year = 1981, .month = 1, .day = 1}));
    cr_assert(read_rule(&c, rule) == ALM_OK, "%s", rule);
    size_t i = 0;
    while (i < c.n && c.at[i] < start)
        i++;
    cr_assert(i + 1 < c.n, "%s", rule);
    cr_assert(eq(i64, (c.at[i] - start) / ALM_MINUTE, first), "%s", rule);
    cr_assert(eq(i64, (c.at[i + 1] - start) / ALM_MINUTE, second), "%s", rule);
    cr_assert(eq(i64, c.offset[i + 1] / ALM_MINUTE, offset), "%s", rule);
    alm_zone_changes_clear(&c);
}

Test(zone_file, rules_are_those_of_posix_and_their_extensions)
{
    enum { DAY = 1440 };
    rule_changes("STD-1DST,M3.5.0,M10.5.0/3", 87 * DAY + 60, 297 * DAY + 60, 120);
    rule_changes("STD5DST,M3.2.0,M11.1.0", 66 * DAY + 420, 304 * DAY + 360, -240);
    rule_changes("IST-1GMT0,M10.5.0,M3.5.0/1", 87 * DAY + 60, 297 * DAY + 60, 60);
    rule_changes("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 93 * DAY + 900, 275 * DAY + 930, 630);
    rule_changes("STD0DST-1:20:00,J60,J300/4:30", 59 * DAY + 120, 299 * DAY + 190, 80);
    rule_changes("STD0DST,59/0,299/-1", 59 * DAY, 298 * DAY + 1320, 60);
    rule_changes("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 87 * DAY + 60, 297 * DAY + 60, -60);
    struct alm_zone_changes c;
    cr_assert(read_rule(&c, "STD-1") == ALM_OK && c.n == 1 && c.cycle == INT64_MAX);
    alm_zone_changes_clear(&c);
    cr_assert(read_rule(&c, "XXX-2YYY-3,0/0,J365/25") == ALM_OK); /* summer all year */
    cr_assert(c.n == 3 && c.offset[2] == 3 * ALM_HOUR && c.at[2] > c.cycle, "%zu", c.n);
    alm_zone_changes_clear(&c);
    static const char *const bad[] = {"ST-1",
                                      "STD",
                                      "STD-1DST",
                                      "STD-1DST,M3.5.0",
                                      "STD-200",
                                      "STD-1DST,M0.1.0,M3.1.0",
                                      "STD-1DST,M3.6.0,M10.5.0",
                                      "STD-1DST,J0,J1",
                                      "STD-1DST,M3.5.0,M10.5.0x",
                                      "<A-1",
                                      "STD-1:60"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_assert(eq(int, (int)read_rule(&c, bad[i]), ALM_DATA), "%s", bad[i]);
        alm_zone_changes_clear(&c);
    }
}

/* ---- calendars in a zone ---- */

Test(zone, bars_keep_their_local_time_of_day)
{
    for (size_t i = 0; i < COUNT(golden_bars); i++) {
        const struct golden_bars *g = &golden_bars[i];
        struct alm_zone *zone = open_zone(g->zone);
        enum { N = COUNT(g->ts), KNOWN = 20 };
        struct alm_text found = {0};
        alm_frequency_write(&found, alm_frequency_infer(g->ts, N));
        cr_assert(eq(str, found.data, (char *)g->frequency), "%s row %zu", g->zone, i);
        alm_text_clear(&found);
        struct alm_calendar calendar = {.zone = zone};
        int64_t next[N];
        cr_assert(alm_frequency_parse(&calendar.frequency, g->frequency, NULL) == ALM_OK);
        const struct alm_span span = {.ts = g->ts, .n = KNOWN};
        cr_assert(alm_calendar_extend(next, &calendar, span, N - KNOWN, NULL) == ALM_OK);
        for (size_t k = 0; k < N - KNOWN; k++)
            cr_assert(eq(i64, next[k], g->ts[KNOWN + k]), "%s %s row %zu step %zu", g->zone, g->frequency, i,
                      k + 1);
        for (size_t k = 1; k < N; k++)
            cr_assert(eq(sz, alm_calendar_missing(&calendar, g->ts[k - 1], g->ts[k]), 0), "%s row %zu",
                      g->zone, i);
        if (calendar.frequency.unit != ALM_FREQUENCY_BUSINESS) {
            int64_t bar;
            cr_assert(eq(sz, alm_calendar_missing(&calendar, g->ts[5], g->ts[30]), 24), "%s row %zu", g->zone,
                      i);
            for (size_t k = 0; k < 24; k++) {
                cr_assert(alm_calendar_missing_bar(&bar, &calendar, (struct alm_span){.ts = g->ts, .n = N},
                                                   g->ts[5], g->ts[30], 24, k, NULL) == ALM_OK);
                cr_assert(eq(i64, bar, g->ts[6 + k]), "%s %s row %zu bar %zu", g->zone, g->frequency, i, k);
            }
        }
        alm_zone_free(zone);
    }
}

Test(zone, a_series_fills_its_days_by_the_local_clock)
{
    const struct golden_bars *g = &golden_bars[0]; /* days of Berlin over the change of 29 March 2020 */
    enum { N = COUNT(g->ts) };
    int64_t ts[N];
    double y[N];
    size_t n = 0;
    struct alm_series *series;
    alm_zone_free(open_zone(g->zone));
    for (size_t k = 0; k < N; k++) {
        if (k % 10 > 6) continue;
        ts[n] = g->ts[k];
        y[n++] = (double)k;
    }
    cr_assert(alm_series_create(&series, "s", (struct alm_frequency){ALM_FREQUENCY_DAY, 1}, g->zone, 0, ts, y,
                                n, NULL) == ALM_OK);
    cr_assert(eq(sz, series->n, 37));
    for (size_t k = 0; k < series->n; k++)
        cr_assert(eq(i64, series->ts[k], g->ts[k]));
    alm_series_free(series);
    struct alm_error error = {0};
    cr_assert(alm_series_create(&series, "s", (struct alm_frequency){ALM_FREQUENCY_DAY, 1}, "Europe/Berlim",
                                0, ts, y, n, &error) == ALM_USAGE);
}
