#include "series/series.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "series/fill.h"
#include "series/timestamp.h"

static const struct alm_frequency hourly = {ALM_FREQUENCY_HOUR, 1}, monthly = {ALM_FREQUENCY_MONTH, 1},
                                  business = {ALM_FREQUENCY_BUSINESS, 1}, counted = {ALM_FREQUENCY_INDEX, 1};

static enum alm_status make(struct alm_series **out, struct alm_frequency frequency, const int64_t *ts,
                            const double *y, size_t n, struct alm_error *error)
{
    return alm_series_create(out, "s", frequency, NULL, 0, ts, y, n, error);
}

Test(series, puts_missing_bars_in_as_nan)
{
    const int64_t ts[] = {-2 * ALM_HOUR, -ALM_HOUR, 2 * ALM_HOUR, 3 * ALM_HOUR};
    const double y[] = {1, 2, 3, 4};
    struct alm_series *series;
    cr_assert(make(&series, hourly, ts, y, 4, NULL) == ALM_OK);
    cr_assert(eq(sz, series->n, 6));
    cr_assert(eq(sz, series->season_length, 24));
    cr_assert(eq(str, series->time_zone, "UTC"));
    for (size_t i = 0; i < 6; i++)
        cr_assert(eq(i64, series->ts[i], ((int64_t)i - 2) * ALM_HOUR));
    cr_assert(isnan(series->y[2]) && isnan(series->y[3]));
    cr_assert(series->y[1] == 2 && series->y[4] == 3);
    alm_series_free(series);
}

Test(series, gets_back_what_was_dropped_at_random)
{
    for (uint64_t key = 0; key < 20; key++) {
        struct alm_random *random;
        int64_t all[200], ts[200];
        double y[200];
        size_t n = 0;
        const struct alm_frequency frequency =
            key % 2 == 0 ? monthly : (struct alm_frequency){ALM_FREQUENCY_WEEK, 2};
        const struct alm_calendar calendar = {.frequency = frequency};
        cr_assert(alm_random_create(&random, key, NULL) == ALM_OK);
        for (size_t i = 0; i < 200; i++)
            cr_assert(alm_calendar_step(&all[i], &calendar, -300 * 30 * ALM_DAY + 6 * ALM_DAY, i, NULL) ==
                      ALM_OK);
        for (size_t i = 0; i < 200; i++) {
            if (i != 0 && i != 199 && alm_random_uniform(random) < 0.4) continue;
            ts[n] = all[i];
            y[n++] = (double)i;
        }
        struct alm_series *series;
        cr_assert(make(&series, frequency, ts, y, n, NULL) == ALM_OK);
        cr_assert(eq(sz, series->n, 200));
        cr_assert(memcmp(series->ts, all, sizeof all) == 0);
        for (size_t i = 0; i < 200; i++)
            cr_assert(isnan(series->y[i]) || series->y[i] == (double)i);
        cr_assert(eq(sz, alm_missing_count(alm_series_span(series)), 200 - n));
        alm_series_free(series);
        alm_random_free(random);
    }
}

Test(series, has_no_bars_on_holidays_nor_in_an_index)
{
    const int64_t ts[] = {0, ALM_DAY, 7 * ALM_DAY};
    const double y[] = {1, 2, 3};
    struct alm_series *series;
    cr_assert(make(&series, business, ts, y, 3, NULL) == ALM_OK);
    cr_assert(eq(sz, series->n, 3));
    alm_series_free(series);
    cr_assert(make(&series, counted, ts, y, 3, NULL) == ALM_OK);
    cr_assert(eq(sz, series->n, 3));
    alm_series_free(series);
}

Test(series, cuts_missing_ends)
{
    const int64_t ts[] = {0, ALM_HOUR, 2 * ALM_HOUR, 3 * ALM_HOUR, 4 * ALM_HOUR};
    const double y[] = {NAN, 1, NAN, 2, NAN};
    const double none[] = {NAN, NAN};
    struct alm_series *series;
    cr_assert(make(&series, hourly, ts, y, 5, NULL) == ALM_OK);
    cr_assert(eq(sz, series->n, 3));
    cr_assert(eq(i64, series->ts[0], ALM_HOUR));
    alm_series_free(series);
    cr_assert(make(&series, hourly, ts, none, 2, NULL) == ALM_OK);
    cr_assert(eq(sz, series->n, 0));
    alm_series_free(series);
    cr_assert(make(&series, hourly, NULL, NULL, 0, NULL) == ALM_OK);
    alm_series_free(series);
}

Test(series, refuses_disorder_infinity_and_a_wrong_frequency)
{
    const int64_t twice[] = {0, ALM_HOUR, ALM_HOUR}, far[] = {0, ALM_HOUR, 1000 * ALM_HOUR};
    const double y[] = {1, 2, 3}, infinite[] = {1, INFINITY, 3};
    struct alm_series *series;
    struct alm_error error;
    cr_assert(eq(int, make(&series, hourly, twice, y, 3, &error), ALM_DATA));
    cr_assert(strstr(error.text, "1970-01-01T01:00:00Z") != NULL, "%s", error.text);
    cr_assert(series == NULL);
    cr_assert(eq(int, make(&series, hourly, far, infinite, 3, &error), ALM_DATA));
    cr_assert(strstr(error.text, "infinite") != NULL, "%s", error.text);
    cr_assert(eq(int, make(&series, hourly, far, y, 3, &error), ALM_DATA));
    cr_assert(strstr(error.text, "frequency H") != NULL, "%s", error.text);
}

Test(fill, carries_the_last_value_on_and_never_back)
{
    const double y[] = {NAN, NAN, 1, NAN, 2, NAN, NAN};
    double out[7];
    size_t first, filled;
    cr_assert(eq(sz, alm_fill_last(out, &first, &filled, (struct alm_span){y, NULL, 7}), 5));
    cr_assert(first == 2 && filled == 3);
    const double expected[] = {1, 1, 2, 2, 2};
    cr_assert(memcmp(out, expected, sizeof expected) == 0);
    cr_assert(eq(sz, alm_fill_last(out, &first, &filled, (struct alm_span){y, NULL, 2}), 0));
    cr_assert(filled == 0);
}

Test(fill, of_a_prefix_is_the_prefix_of_the_fill)
{
    struct alm_random *random;
    double y[100], whole[100], part[100];
    size_t first, filled;
    cr_assert(alm_random_create(&random, 9, NULL) == ALM_OK);
    for (size_t i = 0; i < 100; i++)
        y[i] = i > 0 && alm_random_uniform(random) < 0.4 ? (double)NAN : alm_random_normal(random);
    alm_fill_last(whole, &first, &filled, (struct alm_span){y, NULL, 100});
    for (size_t n = 1; n <= 100; n++) {
        cr_assert(eq(sz, alm_fill_last(part, &first, &filled, (struct alm_span){y, NULL, n}), n));
        cr_assert(memcmp(part, whole, n * sizeof *part) == 0);
    }
    alm_random_free(random);
}

Test(series, have_their_times_in_common_only_where_these_are_neighbours)
{
    const int64_t all[] = {0, 1, 2, 3, 4, 5}, some[] = {2, 3, 4}, apart[] = {1, 3, 5};
    const double y[] = {1, 2, 3, 4, 5, 6};
    struct alm_series *longest, *inner, *other;
    cr_assert(make(&longest, counted, all, y, 6, NULL) == ALM_OK);
    cr_assert(make(&inner, counted, some, y, 3, NULL) == ALM_OK);
    cr_assert(make(&other, counted, apart, y, 3, NULL) == ALM_OK);
    alm_series_share_times(inner, longest);
    alm_series_share_times(other, longest);
    alm_series_share_times(longest, inner);
    cr_assert(inner->ts == longest->ts + 2 && inner->times == longest->times);
    cr_assert(other->times != longest->times && other->ts[1] == 3);
    alm_series_free(longest);
    cr_assert(inner->ts[0] == 2 && inner->ts[2] == 4, "times live as long as a series that has them");
    alm_series_free(inner);
    alm_series_free(other);
}
