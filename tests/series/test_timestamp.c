#include "series/timestamp.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/random.h"
#include "series/calendar.h"
#include "series_time.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

Test(timestamp, agrees_with_python_on_fields_weekday_and_text)
{
    for (size_t i = 0; i < COUNT(golden_moments); i++) {
        const struct golden_moment *g = &golden_moments[i];
        const struct alm_civil c = alm_civil_from_ts(g->ts);
        struct alm_text text = {0};
        int64_t back;
        cr_assert(c.year == g->year && c.month == g->month && c.day == g->day && c.hour == g->hour &&
                      c.minute == g->minute && c.second == g->second && c.microsecond == g->microsecond,
                  "%s", g->iso);
        cr_assert(eq(int, alm_weekday(g->ts), g->weekday), "%s", g->iso);
        cr_assert(alm_ts_from_civil(&back, &c));
        cr_assert(eq(i64, back, g->ts));
        alm_ts_write_iso(&text, g->ts);
        cr_assert(eq(str, text.data, (char *)g->iso));
        alm_text_clear(&text);
    }
}

Test(timestamp, reads_what_python_reads)
{
    for (size_t i = 0; i < COUNT(golden_texts); i++) {
        int64_t ts;
        bool zoned;
        const struct golden_text *g = &golden_texts[i];
        cr_assert(alm_ts_parse_iso(&ts, &zoned, g->text, strlen(g->text)), "%s", g->text);
        cr_assert(eq(i64, ts, g->ts), "%s", g->text);
        cr_assert(zoned == g->zoned, "%s", g->text);
    }
}

Test(timestamp, refuses_everything_else)
{
    static const char *const bad[] = {
        "",
        "2024",
        "2024-02",
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-01-00",
        "2024-04-31",
        "24-01-01",
        "2024-1-1",
        "2024/01/01",
        "2024-01-01 ",
        " 2024-01-01",
        "2024-01-01T",
        "2024-01-01T23:60",
        "2024-01-01T23:59:60",
        "2024-01-01T23:5",
        "2024-01-01T23:59:5",
        "2024-01-01T23:59:59.",
        "2024-01-01T23:59:59.1234567",
        "2024-01-01  23:59",
        "2024-01-01T24:01",
        "2024-01-01T24:00:00.000001",
        "2024-01-01T25:00",
        "2024-01-01T23:59  Z",
        "2024-01-01T23:59 CET",
        "2024-01-01T2359",
        "20240101",
        "20240101 2359",
        "20240101T23:59",
        "20240101T235",
        "20240101T235959.",
        "20240230T00",
        "9999-12-31T24:00",
        "2024-01-01T23:59+1",
        "2024-01-01T23:59+24:00",
        "2024-01-01T23:59+01:60",
        "2024-01-01T23:59+01:0",
        "2024-01-01T23:59Z ",
        "2024-01-01Z",
        "0000-01-01",
        "0001-01-01T00:00+00:01",
        "9999-12-31T23:59-00:01",
        "+2024-01-01",
        "2024-01-01T-1:00",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t ts = 42;
        bool zoned;
        cr_assert_not(alm_ts_parse_iso(&ts, &zoned, bad[i], strlen(bad[i])), "%s", bad[i]);
        cr_assert(eq(i64, ts, 42), "%s changed the result", bad[i]);
    }
    int64_t ts;
    bool zoned;
    cr_assert(alm_ts_parse_iso(&ts, &zoned, "2024-01-01T00:00:00.1230000", 27));
    cr_assert_not(alm_ts_parse_iso(&ts, &zoned, "2024-01-01\0", 11));
}

Test(timestamp, reads_the_other_forms_of_the_standard)
{
    static const char *const pairs[][2] = {
        {"2024-01-01T24:00", "2024-01-02T00:00:00Z"},
        {"2024-12-31 24:00:00.000", "2025-01-01T00:00:00Z"},
        {"2024-02-28T24:00:00+01:00", "2024-02-28T23:00:00Z"},
        {"2024-01-01T23", "2024-01-01T23:00:00Z"},
        {"2024-01-01 05Z", "2024-01-01T05:00:00Z"},
        {"2024-01-01T23:59:59,5", "2024-01-01T23:59:59.500000Z"},
        {"2024-01-01t23:59z", "2024-01-01T23:59:00Z"},
        {"2024-01-01 23:59:00 +0530", "2024-01-01T18:29:00Z"},
        {"2024-01-01 23:59:00 UTC", "2024-01-01T23:59:00Z"},
        {"20240101T01", "2024-01-01T01:00:00Z"},
        {"20240101T0102", "2024-01-01T01:02:00Z"},
        {"20240101T010203Z", "2024-01-01T01:02:03Z"},
        {"20240101T010203.25-0500", "2024-01-01T06:02:03.250000Z"},
        {"20240101T2400", "2024-01-02T00:00:00Z"},
        {"2024-01-01T00:00:00.123456000", "2024-01-01T00:00:00.123456Z"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct alm_text text = {0};
        int64_t ts;
        bool zoned;
        cr_assert(alm_ts_parse_iso(&ts, &zoned, pairs[i][0], strlen(pairs[i][0])), "%s", pairs[i][0]);
        alm_ts_write_iso(&text, ts);
        cr_assert(eq(str, text.data, (char *)pairs[i][1]), "%s", pairs[i][0]);
        alm_text_clear(&text);
    }
}

Test(timestamp, says_when_digits_are_cut)
{
    int64_t ts, whole;
    bool zoned, cut;
    const char fine[] = "2024-01-01T00:00:00.1234567Z";
    cr_assert(alm_ts_parse_iso_cut(&ts, &zoned, &cut, fine, strlen(fine)) && cut);
    cr_assert(alm_ts_parse_iso(&whole, &zoned, "2024-01-01T00:00:00.123456Z", 27));
    cr_assert(eq(i64, ts, whole));
    cr_assert_not(alm_ts_parse_iso(&ts, &zoned, fine, strlen(fine)));
}

static int64_t random_ts(struct alm_random *random)
{
    return ALM_TS_MIN + (int64_t)(alm_random_uniform(random) * (double)(ALM_TS_MAX - ALM_TS_MIN)) +
           (int64_t)alm_random_below(random, 1000);
}

Test(timestamp, survives_fields_and_text_and_back_over_all_years)
{
    struct alm_random *random;
    struct alm_text text = {0};
    cr_assert(alm_random_create(&random, 1, NULL) == ALM_OK);
    for (int i = 0; i < 20000; i++) {
        const int64_t ts = i % 3 == 0 ? random_ts(random) / ALM_DAY * ALM_DAY : random_ts(random);
        const struct alm_civil c = alm_civil_from_ts(ts);
        int64_t back;
        bool zoned;
        if (!alm_ts_in_range(ts)) continue;
        cr_assert(alm_ts_from_civil(&back, &c) && back == ts, "%lld", (long long)ts);
        alm_text_reset(&text);
        alm_ts_write_iso(&text, ts);
        cr_assert(alm_ts_parse_iso(&back, &zoned, text.data, text.length) && back == ts && zoned, "%s",
                  text.data);
        alm_text_reset(&text);
        alm_ts_write_short(&text, ts);
        cr_assert(alm_ts_parse_iso(&back, &zoned, text.data, text.length) && back == ts, "%s", text.data);
    }
    alm_text_clear(&text);
    alm_random_free(random);
}

Test(timestamp, consecutive_days_are_consecutive_dates)
{
    struct alm_civil before = alm_civil_from_ts(ALM_TS_MIN);
    for (int64_t ts = ALM_TS_MIN + ALM_DAY; ts < ALM_TS_MAX; ts += ALM_DAY) {
        const struct alm_civil c = alm_civil_from_ts(ts);
        const bool month_ends = before.day == alm_days_in_month(before.year, before.month);
        if (month_ends)
            cr_assert(c.day == 1 && c.month == before.month % 12 + 1);
        else
            cr_assert(c.day == before.day + 1 && c.month == before.month && c.year == before.year);
        before = c;
    }
}

Test(timestamp, fields_out_of_range_are_no_timestamp)
{
    static const struct alm_civil bad[] = {
        {0, 1, 1, 0, 0, 0, 0},     {10000, 1, 1, 0, 0, 0, 0}, {2024, 2, 30, 0, 0, 0, 0},
        {2024, 1, 1, -1, 0, 0, 0}, {2024, 1, 1, 0, 60, 0, 0}, {2024, 1, 1, 0, 0, 0, 1000000},
    };
    int64_t ts;
    for (size_t i = 0; i < COUNT(bad); i++)
        cr_assert_not(alm_ts_from_civil(&ts, &bad[i]));
}

Test(timestamp, the_far_ends_of_int64_have_fields_too)
{
    cr_assert(eq(int, alm_civil_from_ts(INT64_MIN).year, -290308));
    cr_assert(eq(int, alm_civil_from_ts(INT64_MAX).year, 294247));
}

Test(calendar, steps_where_pandas_steps)
{
    for (size_t i = 0; i < COUNT(golden_steps); i++) {
        const struct golden_step *g = &golden_steps[i];
        struct alm_calendar calendar = {.time_zone = "UTC"};
        int64_t to;
        cr_assert(alm_frequency_parse(&calendar.frequency, g->frequency, NULL) == ALM_OK);
        cr_assert(alm_calendar_step(&to, &calendar, g->from, g->steps, NULL) == ALM_OK);
        cr_assert(eq(i64, to, g->to), "%s %zu steps from %lld", g->frequency, g->steps, (long long)g->from);
    }
}
