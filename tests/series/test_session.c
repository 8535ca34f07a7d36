#include "series/session.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "series/calendar.h"
#include "series/timestamp.h"

enum { MOST = 400000 };

struct bars {
    int64_t *ts;
    size_t n;
};

static int64_t at(const char *text)
{
    int64_t ts;
    bool zoned;
    cr_assert(alm_ts_parse_iso(&ts, &zoned, text, strlen(text)), "%s", text);
    return ts;
}

static struct bars bars_create(void)
{
    return (struct bars){.ts = calloc(MOST, sizeof(int64_t))};
}

static void add(struct bars *bars, int64_t from, int64_t until, int64_t length)
{
    for (int64_t ts = from; ts < until; ts += length)
        bars->ts[bars->n++] = ts;
}

/* Minutes from 9:30 to 16:00 on weekdays, in winter or summer time of UTC - 5 when moving; every 40th day
 * ends at 13:00, every 50th is a holiday. */
static struct bars market(const char *first, int days, bool moving)
{
    struct bars bars = bars_create();
    for (int d = 0; d < days; d++) {
        const int64_t day = at(first) + d * ALM_DAY;
        const int64_t open =
            day + 9 * ALM_HOUR + 30 * ALM_MINUTE + (moving ? (d % 360 < 180 ? 5 : 4) * ALM_HOUR : 0);
        if (alm_weekday(day) >= 5 || d % 50 == 7) continue;
        add(&bars, open, open + (d % 40 == 9 ? 210 : 390) * ALM_MINUTE, ALM_MINUTE);
    }
    return bars;
}

static struct alm_calendar learn(const struct bars *bars)
{
    struct alm_calendar calendar = {.frequency = alm_frequency_infer(bars->ts, bars->n)};
    alm_calendar_learn(&calendar, bars->ts, bars->n);
    return calendar;
}

static size_t missing(const struct alm_calendar *calendar, const struct bars *bars, size_t *gaps)
{
    size_t all = 0;
    *gaps = 0;
    for (size_t i = 1; i < bars->n; i++) {
        const size_t here = alm_calendar_missing(calendar, bars->ts[i - 1], bars->ts[i]);
        *gaps += here > 0;
        all += here;
    }
    return all;
}

static void cut(struct bars *bars, int64_t from, int64_t until)
{
    size_t kept = 0;
    for (size_t i = 0; i < bars->n; i++)
        if (bars->ts[i] < from || bars->ts[i] >= until) bars->ts[kept++] = bars->ts[i];
    bars->n = kept;
}

Test(session, nights_weekends_holidays_and_early_closes_are_no_gaps)
{
    size_t gaps;
    struct bars bars = market("2023-01-02", 360, false);
    struct alm_calendar calendar = learn(&bars);
    cr_assert(calendar.frequency.unit == ALM_FREQUENCY_MINUTE && calendar.frequency.multiple == 1);
    cr_assert(eq(sz, missing(&calendar, &bars, &gaps), 0));

    cut(&bars, at("2023-03-01T11:00"), at("2023-03-01T11:20")); /* within a session */
    cut(&bars, at("2023-03-02T15:50"), at("2023-03-03T09:40")); /* over a night */
    calendar = learn(&bars);
    cr_assert(eq(sz, missing(&calendar, &bars, &gaps), 20 + 10 + 10));
    cr_assert(eq(sz, gaps, 2));
    free(bars.ts);
}

Test(session, summer_time_moves_a_session_and_makes_no_gaps)
{
    size_t gaps;
    struct bars bars = market("2023-01-02", 720, true);
    struct alm_calendar calendar = learn(&bars);
    missing(&calendar, &bars, &gaps);
    cr_assert(le(sz, gaps, 8), "%zu: no more than days that close early", gaps);
    free(bars.ts);
}

Test(session, three_days_are_enough_for_nights_and_two_are_not)
{
    size_t gaps;
    struct bars three = market("2023-01-02", 3, false), two = market("2023-01-02", 2, false);
    struct alm_calendar calendar = learn(&three);
    cr_assert(eq(sz, missing(&calendar, &three, &gaps), 0));
    calendar = learn(&two);
    cr_assert(eq(sz, missing(&calendar, &two, &gaps), 1440 - 390));
    free(three.ts);
    free(two.ts);
}

Test(session, a_break_at_noon_and_a_week_that_ends_on_friday_are_rests)
{
    size_t gaps;
    struct bars noon = bars_create(), week = bars_create();
    for (int d = 0; d < 60; d++) {
        const int64_t day = at("2024-01-01") + d * ALM_DAY;
        if (alm_weekday(day) >= 5) continue;
        add(&noon, day + 9 * ALM_HOUR, day + 11 * ALM_HOUR + 30 * ALM_MINUTE, ALM_MINUTE);
        add(&noon, day + 12 * ALM_HOUR + 30 * ALM_MINUTE, day + 15 * ALM_HOUR, ALM_MINUTE);
    }
    struct alm_calendar calendar = learn(&noon);
    cr_assert(eq(sz, missing(&calendar, &noon, &gaps), 0));
    for (int w = 0; w < 20; w++) /* Sunday 22:00 to Friday 22:00 */
        add(&week, at("2024-01-07T22:00") + w * 7 * ALM_DAY, at("2024-01-12T22:00") + w * 7 * ALM_DAY,
            5 * ALM_MINUTE);
    cut(&week, at("2024-02-06T10:00"), at("2024-02-08T10:00"));
    calendar = learn(&week);
    cr_assert(eq(sz, missing(&calendar, &week, &gaps), 2 * 288));
    cr_assert(eq(sz, gaps, 1));
    free(noon.ts);
    free(week.ts);
}

Test(session, what_runs_around_the_clock_has_no_rests_whatever_it_skips)
{
    struct bars bars = bars_create();
    struct alm_random *random;
    size_t gaps, kept = 0;
    add(&bars, at("2022-01-01"), at("2023-06-01"), ALM_HOUR);
    const size_t all = bars.n;
    cr_assert(alm_random_create(&random, 3, NULL) == ALM_OK);
    for (size_t i = 0; i < all; i++)
        if (i == 0 || i == all - 1 || alm_random_uniform(random) > 0.05) bars.ts[kept++] = bars.ts[i];
    bars.n = kept;
    const struct alm_calendar calendar = learn(&bars);
    cr_assert(eq(sz, calendar.sessions.n, 0));
    cr_assert(eq(sz, missing(&calendar, &bars, &gaps), all - kept));
    alm_random_free(random);
    free(bars.ts);
}

Test(session, the_calendar_goes_on_after_the_rest)
{
    struct bars bars = market("2023-01-02", 187, true); /* ends on Friday, 7 July, in summer time */
    const struct alm_calendar calendar = learn(&bars);
    int64_t next[391];
    cr_assert(eq(i64, bars.ts[bars.n - 1], at("2023-07-07T19:59")));
    cr_assert(alm_calendar_extend(next, &calendar, (struct alm_span){.ts = bars.ts, .n = bars.n}, 391,
                                  NULL) == ALM_OK);
    cr_assert(eq(i64, next[0], at("2023-07-10T13:30")));
    cr_assert(eq(i64, next[389], at("2023-07-10T19:59")));
    cr_assert(eq(i64, next[390], at("2023-07-11T13:30")));
    free(bars.ts);
}

Test(session, the_missing_bars_stand_where_they_should)
{
    struct bars bars = market("2023-01-02", 60, false);
    const int64_t a = at("2023-01-10T15:57"), b = at("2023-01-11T09:32");
    const struct alm_calendar calendar = learn(&bars);
    const char *const expected[] = {"2023-01-10T15:58", "2023-01-10T15:59", "2023-01-11T09:30",
                                    "2023-01-11T09:31"};
    cr_assert(eq(sz, alm_calendar_missing(&calendar, a, b), 4));
    for (size_t k = 0; k < 4; k++) {
        int64_t ts;
        cr_assert(alm_calendar_missing_bar(&ts, &calendar, (struct alm_span){.ts = bars.ts, .n = bars.n}, a,
                                           b, 4, k, NULL) == ALM_OK);
        cr_assert(eq(i64, ts, at(expected[k])));
    }
    free(bars.ts);
}
