#include "series/calendar.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "series/timestamp.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int64_t at(const char *text)
{
    int64_t ts;
    bool zoned;
    cr_assert(alm_ts_parse_iso(&ts, &zoned, text, strlen(text)), "%s", text);
    return ts;
}

static struct alm_calendar calendar_of(const char *frequency)
{
    struct alm_calendar calendar = {.time_zone = "UTC"};
    cr_assert(alm_frequency_parse(&calendar.frequency, frequency, NULL) == ALM_OK, "%s", frequency);
    return calendar;
}

static void assert_infers(const int64_t *ts, size_t n, const char *expected, const char *what)
{
    struct alm_text text = {0};
    alm_frequency_write(&text, alm_frequency_infer(ts, n));
    cr_assert(eq(str, text.data, (char *)expected), "%s", what);
    alm_text_clear(&text);
}

/* n bars of frequency from start on, start included. */
static int64_t *bars_from(const char *frequency, int64_t start, size_t n)
{
    const struct alm_calendar calendar = calendar_of(frequency);
    int64_t *ts = malloc(n * sizeof *ts);
    ts[0] = start;
    const struct alm_span span = {.ts = ts, .n = 1};
    cr_assert(alm_calendar_extend(ts + 1, &calendar, span, n - 1, NULL) == ALM_OK);
    return ts;
}

/* Keeps each bar but the ends with probability 1 - share. */
static size_t drop_some(int64_t *ts, size_t n, double share, uint64_t key)
{
    struct alm_random *random;
    size_t kept = 0;
    cr_assert(alm_random_create(&random, key, NULL) == ALM_OK);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || i == n - 1 || alm_random_uniform(random) >= share) ts[kept++] = ts[i];
    alm_random_free(random);
    return kept;
}

static const char *const frequencies[] = {"S", "5S", "T",  "5T", "15T", "H", "6H", "D", "10D",
                                          "B", "W",  "2W", "M",  "2M",  "Q", "2Q", "Y", "5Y"};

Test(calendar, frequencies_survive_text_and_back)
{
    for (size_t i = 0; i < COUNT(frequencies); i++) {
        struct alm_text text = {0};
        alm_frequency_write(&text, calendar_of(frequencies[i]).frequency);
        cr_assert(eq(str, text.data, (char *)frequencies[i]));
        alm_text_clear(&text);
    }
    cr_assert(calendar_of("index").frequency.unit == ALM_FREQUENCY_INDEX);
    cr_assert(calendar_of("irregular").frequency.unit == ALM_FREQUENCY_IRREGULAR);
    cr_assert(calendar_of("01H").frequency.multiple == 1);
}

Test(calendar, refuses_what_is_no_frequency)
{
    static const char *const bad[] = {"",  "h",     "0H", "H1",       "-1H",
                                      "1", "15min", "HH", "1234567H", "Irregular"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct alm_frequency frequency;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_frequency_parse(&frequency, bad[i], &error), ALM_USAGE), "%s", bad[i]);
        cr_assert(strstr(error.text, "15T") != NULL);
    }
}

Test(calendar, infers_the_frequency_of_what_it_extends)
{
    static const char *const starts[] = {"2021-03-05T06:30", "1965-11-30", "1999-12-31T23:59:59",
                                         "2024-02-29"};
    for (size_t i = 0; i < COUNT(frequencies); i++) {
        for (size_t k = 0; k < COUNT(starts); k++) {
            int64_t *ts = bars_from(frequencies[i], at(starts[k]), 60);
            assert_infers(ts, 60, frequencies[i], starts[k]);
            free(ts);
        }
    }
}

Test(calendar, gaps_do_not_hide_a_frequency)
{
    for (size_t i = 0; i < COUNT(frequencies); i++) {
        int64_t *ts = bars_from(frequencies[i], at("1968-05-06T07:00"), 400);
        const size_t n = drop_some(ts, 400, 0.1, 7 + i);
        cr_assert(n < 380);
        assert_infers(ts, n, frequencies[i], frequencies[i]);
        free(ts);
    }
}

/* Timestamps from texts, ends with NULL. */
static void assert_texts_infer(const char *const *texts, const char *expected)
{
    int64_t ts[64];
    size_t n = 0;
    for (; texts[n] != NULL; n++)
        ts[n] = at(texts[n]);
    assert_infers(ts, n, expected, texts[0]);
}

Test(calendar, knows_the_ways_in_which_periods_are_dated)
{
    static const struct {
        const char *expected, *texts[12];
    } cases[] = {
        {"M", {"2023-01-01", "2023-02-01", "2023-03-01", "2023-04-01", "2023-05-01", NULL}},
        {"M", {"2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", NULL}},
        {"M", {"2023-10-15", "2023-11-15", "2023-12-15", "2024-01-15", "2024-02-15", NULL}},
        /* last trading days */
        {"M",
         {"2023-03-31", "2023-04-28", "2023-05-31", "2023-06-30", "2023-07-31", "2023-08-31", "2023-09-29",
          NULL}},
        {"Q", {"2022-03-31", "2022-06-30", "2022-09-30", "2022-12-31", "2023-03-31", NULL}},
        {"Q", {"2022-01-01", "2022-04-01", "2022-07-01", "2022-10-01", "2023-01-01", NULL}},
        {"Y", {"2018-12-31", "2019-12-31", "2020-12-31", "2021-12-31", "2022-12-31", NULL}},
        {"W", {"2023-01-06", "2023-01-13", "2023-01-20", "2023-02-03", "2023-02-10", NULL}},
        {"15T", {"2023-01-06T09:00", "2023-01-06T09:15", "2023-01-06T09:30", "2023-01-06T10:00", NULL}},
        {"4H", {"2023-01-06T00:00", "2023-01-06T04:00", "2023-01-06T08:00", "2023-01-06T12:00", NULL}},
        /* weeks with Monday holidays, closes at 21:00 in winter and 20:00 in summer */
        {"B",
         {"2023-02-16T21:00", "2023-02-17T21:00", "2023-02-21T21:00", "2023-02-22T21:00", "2023-02-23T21:00",
          "2023-02-24T21:00", "2023-02-27T21:00", "2023-02-28T21:00", "2023-03-13T20:00", NULL}},
        /* midnights of Berlin over the change to summer time */
        {"D",
         {"2023-03-23T23:00", "2023-03-24T23:00", "2023-03-25T23:00", "2023-03-26T22:00", "2023-03-27T22:00",
          "2023-03-28T22:00", NULL}},
        /* a clock that is a little off */
        {"T",
         {"2023-01-06T09:00:01", "2023-01-06T09:01:03", "2023-01-06T09:02:00", "2023-01-06T09:02:59",
          "2023-01-06T09:04:02", "2023-01-06T09:05:01.5", NULL}},
        {"irregular",
         {"2023-01-06T09:00:01", "2023-01-06T09:01:03", "2023-01-06T09:12:00", "2023-01-06T10:02:59",
          "2023-01-06T10:04:32", NULL}},
        {"irregular", {"2023-01-06", "2023-01-07", NULL}},
        {"irregular", {"2023-01-06", NULL}},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_texts_infer(cases[i].texts, cases[i].expected);
}

Test(calendar, tells_business_days_from_days)
{
    int64_t *days = bars_from("D", at("2023-01-02"), 30), *business = bars_from("B", at("2023-01-02"), 30);
    assert_infers(business, 5, "D", "one week, no weekend between: nothing says B");
    assert_infers(business, 6, "B", "a weekend was left out");
    assert_infers(days, 30, "D", "every day");
    /* weekends are there, single days are not */
    const size_t n = drop_some(days, 30, 0.1, 3);
    assert_infers(days, n, "D", "a few missing days");
    /* midnights of Berlin lie on the day before in UTC */
    for (size_t i = 0; i < 30; i++)
        business[i] -= ALM_HOUR;
    assert_infers(business, 30, "B", "local midnight");
    int64_t next[5];
    const struct alm_calendar calendar = calendar_of("B");
    cr_assert(alm_calendar_extend(next, &calendar, (struct alm_span){.ts = business, .n = 30}, 5, NULL) ==
              ALM_OK);
    int64_t *straight = bars_from("B", at("2023-01-02"), 35);
    for (size_t i = 0; i < 5; i++)
        cr_assert(eq(i64, next[i], straight[30 + i] - ALM_HOUR));
    free(straight);
    free(days);
    free(business);
}

Test(calendar, month_ends_stay_month_ends_and_28ths_stay_28ths)
{
    static const char *const ends[] = {"2022-12-31", "2023-01-31", "2023-02-28"};
    static const char *const eights[] = {"2022-12-28", "2023-01-28", "2023-02-28"};
    static const char *const thirties[] = {"2022-12-30", "2023-01-30", "2023-02-28"};
    static const struct {
        const char *const *bars;
        const char *next[3];
    } cases[] = {{ends, {"2023-03-31", "2023-04-30", "2023-05-31"}},
                 {eights, {"2023-03-28", "2023-04-28", "2023-05-28"}},
                 {thirties, {"2023-03-30", "2023-04-30", "2023-05-30"}}};
    const struct alm_calendar calendar = calendar_of("M");
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ts[3], next[3];
        for (size_t k = 0; k < 3; k++)
            ts[k] = at(cases[i].bars[k]);
        assert_infers(ts, 3, "M", cases[i].bars[0]);
        cr_assert(alm_calendar_extend(next, &calendar, (struct alm_span){.ts = ts, .n = 3}, 3, NULL) ==
                  ALM_OK);
        for (size_t k = 0; k < 3; k++)
            cr_assert(eq(i64, next[k], at(cases[i].next[k])), "%s", cases[i].next[k]);
    }
}

Test(calendar, a_single_last_day_is_taken_for_a_last_day)
{
    const struct alm_calendar months = calendar_of("M"), quarters = calendar_of("Q");
    const int64_t ts[] = {at("2023-06-30"), at("2023-09-30")};
    int64_t to;
    cr_assert(alm_calendar_step(&to, &months, at("2023-02-28"), 1, NULL) == ALM_OK);
    cr_assert(eq(i64, to, at("2023-03-31")));
    cr_assert(alm_calendar_step(&to, &months, at("2024-02-28"), 1, NULL) == ALM_OK);
    cr_assert(eq(i64, to, at("2024-03-28")));
    cr_assert(alm_calendar_extend(&to, &quarters, (struct alm_span){.ts = ts, .n = 2}, 1, NULL) == ALM_OK);
    cr_assert(eq(i64, to, at("2023-12-31")));
}

Test(calendar, last_trading_days_are_months_and_four_weeks_are_not)
{
    static const char *const last[] = {"2022-11-30", "2022-12-30", "2023-01-31", "2023-02-28",
                                       "2023-03-31", "2023-04-28", "2023-05-31", "2023-06-30",
                                       "2023-07-31", "2023-08-31", "2023-09-29"};
    int64_t ts[COUNT(last)];
    for (size_t i = 0; i < COUNT(last); i++)
        ts[i] = at(last[i]);
    assert_infers(ts, COUNT(last), "M", "last trading days");
    int64_t *weeks = bars_from("4W", at("2022-01-31"), 40);
    assert_infers(weeks, 40, "4W", "four weeks");
    free(weeks);
}

Test(calendar, timestamps_without_a_rule_are_irregular)
{
    struct alm_random *random;
    int64_t ts[200] = {0};
    cr_assert(alm_random_create(&random, 5, NULL) == ALM_OK);
    for (size_t i = 1; i < 200; i++)
        ts[i] = ts[i - 1] + 1 + (int64_t)alm_random_below(random, (size_t)ALM_HOUR);
    assert_infers(ts, 200, "irregular", "random seconds");
    assert_infers(ts, 2, "irregular", "two bars");
    assert_infers(ts, 0, "irregular", "none");
    alm_random_free(random);
}

Test(calendar, a_shifted_stretch_of_five_minute_data_is_not_missing)
{
    /* two recordings overlap for an hour, the second two minutes off the grid */
    int64_t ts[400];
    size_t n = 0, missing = 0;
    for (int64_t t = 0; t < 24 * 60; t++)
        if ((t <= 720 && t % 5 == 0) || (t >= 660 && t % 5 == 2)) ts[n++] = t * ALM_MINUTE;
    assert_infers(ts, n, "5T", "overlap");
    const struct alm_calendar calendar = calendar_of("5T");
    for (size_t i = 1; i < n; i++)
        missing += alm_calendar_missing(&calendar, ts[i - 1], ts[i]);
    cr_assert(eq(sz, missing, 0));
    cr_assert(eq(sz, alm_calendar_missing(&calendar, 0, 17 * ALM_MINUTE), 2));
}

Test(calendar, counts_the_bars_that_were_dropped)
{
    for (size_t i = 0; i < COUNT(frequencies); i++) {
        const struct alm_calendar calendar = calendar_of(frequencies[i]);
        int64_t *ts = bars_from(frequencies[i], at("1950-01-31"), 300);
        const size_t n = drop_some(ts, 300, 0.3, i);
        size_t missing = 0;
        for (size_t k = 1; k < n; k++)
            missing += alm_calendar_missing(&calendar, ts[k - 1], ts[k]);
        cr_assert(eq(sz, missing, strcmp(frequencies[i], "B") == 0 ? 0 : 300 - n), "%s", frequencies[i]);
        free(ts);
    }
}

Test(calendar, a_step_from_the_weekend_is_monday)
{
    const struct alm_calendar calendar = calendar_of("B");
    int64_t to;
    cr_assert(alm_calendar_step(&to, &calendar, at("2024-06-01"), 1, NULL) == ALM_OK);
    cr_assert(eq(i64, to, at("2024-06-03")));
    cr_assert(alm_calendar_step(&to, &calendar, at("2024-06-02"), 6, NULL) == ALM_OK);
    cr_assert(eq(i64, to, at("2024-06-10")));
    cr_assert(alm_calendar_step(&to, &calendar, at("2024-06-02"), 0, NULL) == ALM_OK);
    cr_assert(eq(i64, to, at("2024-06-02")));
}

Test(calendar, irregular_series_go_on_by_their_median_distance)
{
    const struct alm_calendar calendar = calendar_of("irregular");
    const int64_t ts[] = {0, 1, 11, 21, 1000, 1010};
    int64_t next[2];
    struct alm_error error = {0};
    cr_assert(alm_calendar_extend(next, &calendar, (struct alm_span){.ts = ts, .n = 6}, 2, &error) == ALM_OK);
    cr_assert(next[0] == 1020 && next[1] == 1030);
    cr_assert(eq(int, alm_calendar_step(next, &calendar, 0, 1, &error), ALM_DATA));
    cr_assert(alm_calendar_extend(next, &calendar, (struct alm_span){.ts = ts, .n = 1}, 2, &error) == ALM_OK);
}

Test(calendar, an_index_counts_on)
{
    const struct alm_calendar calendar = calendar_of("index");
    const int64_t ts[] = {3, 4, 5};
    int64_t next[2];
    cr_assert(alm_calendar_extend(next, &calendar, (struct alm_span){.ts = ts, .n = 3}, 2, NULL) == ALM_OK);
    cr_assert(next[0] == 6 && next[1] == 7);
    cr_assert(eq(sz, alm_calendar_missing(&calendar, 0, 100), 0));
}

Test(calendar, refuses_to_leave_the_years_1_to_9999)
{
    for (size_t i = 0; i < COUNT(frequencies); i++) {
        const struct alm_calendar calendar = calendar_of(frequencies[i]);
        int64_t to;
        struct alm_error error = {0};
        cr_assert(eq(int, alm_calendar_step(&to, &calendar, at("9999-12-31T23:59:59"), 1, &error), ALM_DATA));
        cr_assert(eq(int, alm_calendar_step(&to, &calendar, 0, SIZE_MAX, &error), ALM_DATA));
        cr_assert(eq(int, alm_calendar_step(&to, &calendar, 0, SIZE_MAX / 4, &error), ALM_DATA));
    }
}

Test(calendar, knows_usual_seasons)
{
    static const struct {
        const char *frequency;
        size_t season;
    } cases[] = {{"T", 1440}, {"15T", 96}, {"7T", 1},        {"H", 24},    {"6H", 4},
                 {"D", 7},    {"B", 5},    {"W", 52},        {"M", 12},    {"Q", 4},
                 {"2Q", 2},   {"Y", 1},    {"irregular", 1}, {"index", 1}, {"S", 60}};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_assert(eq(sz, alm_frequency_season(calendar_of(cases[i].frequency).frequency), cases[i].season),
                  "%s", cases[i].frequency);
}
