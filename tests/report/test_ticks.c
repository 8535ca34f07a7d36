#include "report/ticks.h"

#include "base/random.h"
#include "series/timestamp.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

Test(ticks, round_numbers_are_chosen)
{
    struct alm_ticks ticks;
    alm_ticks_linear(&ticks, 0, 1, 6);
    const double fifths[] = {0, 0.2, 0.4, 0.6, 0.8, 1};
    cr_assert(eq(sz, ticks.n, 6));
    cr_assert(eq(int, ticks.decimals, 1));
    for (size_t i = 0; i < 6; i++)
        cr_assert(eq(dbl, ticks.at[i], fifths[i]));
    alm_ticks_linear(&ticks, -37, 212, 6);
    cr_assert(eq(sz, ticks.n, 5));
    cr_assert(eq(dbl, ticks.at[0], 0));
    cr_assert(eq(dbl, ticks.at[4], 200));
    cr_assert(eq(int, ticks.decimals, 0));
}

static void holds(double low, double high, size_t wanted)
{
    struct alm_ticks ticks;
    alm_ticks_linear(&ticks, low, high, wanted);
    cr_assert(ticks.n <= wanted, "%g %g %zu", low, high, wanted);
    cr_assert(wanted < 3 || ticks.n >= 1, "%g %g %zu", low, high, wanted);
    /* with room for 5 there are at least 2: the steps grow by at most 2.5 */
    cr_assert(wanted < 5 || ticks.n >= 2, "%g %g %zu: %zu", low, high, wanted, ticks.n);
    for (size_t i = 0; i < ticks.n; i++) {
        cr_assert(ticks.at[i] >= low && ticks.at[i] <= high, "%g outside %g %g", ticks.at[i], low, high);
        if (i == 0) continue;
        const double step = ticks.at[1] - ticks.at[0];
        cr_assert(ticks.at[i] > ticks.at[i - 1]);
        cr_assert(fabs(ticks.at[i] - ticks.at[i - 1] - step) <= 1e-6 * step + 1e-12 * fabs(ticks.at[i]));
    }
}

Test(ticks, linear_ticks_are_rising_even_and_inside_for_any_range)
{
    struct alm_random *random;
    cr_assert(eq(int, alm_random_create(&random, 5, NULL), ALM_OK));
    for (int i = 0; i < 20000; i++) {
        const double size = pow(10, 16 * alm_random_uniform(random) - 8);
        const double low = size * 10 * (alm_random_uniform(random) - 0.5);
        holds(low, low + size * (0.1 + alm_random_uniform(random)), 1 + alm_random_below(random, 12));
    }
    alm_random_free(random);
}

Test(ticks, a_range_that_is_empty_or_not_finite_has_none)
{
    struct alm_ticks ticks;
    const double bad[][2] = {{1, 1}, {2, 1}, {NAN, 1}, {0, INFINITY}, {-1e308, 1e308 * 1.7}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        alm_ticks_linear(&ticks, bad[i][0], bad[i][1], 6);
        cr_assert(eq(sz, ticks.n, 0));
    }
    alm_ticks_log(&ticks, 0, 1, 6);
    cr_assert(eq(sz, ticks.n, 0));
}

Test(ticks, whole_ticks_have_no_fractions)
{
    struct alm_ticks ticks;
    for (double high = 2; high < 400; high++) {
        alm_ticks_whole(&ticks, 1, high, 10);
        cr_assert(ticks.n >= 1 && ticks.n <= 10);
        for (size_t i = 0; i < ticks.n; i++)
            cr_assert(eq(dbl, ticks.at[i], floor(ticks.at[i])));
    }
}

Test(ticks, a_logarithmic_axis_stays_within_its_number_over_any_span)
{
    struct alm_ticks ticks;
    for (int decades = 1; decades < 60; decades++) {
        const double low = 0.8 * pow(10, -decades / 2), high = 1.3 * pow(10, decades - decades / 2);
        alm_ticks_log(&ticks, low, high, 6);
        cr_assert(ticks.n >= 1 && ticks.n <= 6, "%d decades: %zu", decades, ticks.n);
        for (size_t i = 0; i < ticks.n; i++) {
            cr_assert(ticks.at[i] >= low && ticks.at[i] <= high);
            cr_assert(i == 0 || ticks.at[i] > ticks.at[i - 1]);
        }
    }
}

Test(ticks, widening_keeps_the_values_inside_and_does_not_cross_zero)
{
    double low = 3, high = 10;
    alm_range_widen(&low, &high, 1);
    cr_assert(eq(dbl, low, 0));
    cr_assert(eq(dbl, high, 17));
    low = high = 5;
    alm_range_widen(&low, &high, 0.1);
    cr_assert(low < 5 && high > 5);
    low = high = 0;
    alm_range_widen(&low, &high, 0.1);
    cr_assert(low < 0 && high > 0);
}

/* ---- time ---- */

static int64_t at(int year, int month, int day, int hour)
{
    int64_t ts = 0;
    const struct alm_civil civil = {.year = year, .month = month, .day = day, .hour = hour};
    cr_assert(alm_ts_from_civil(&ts, &civil));
    return ts;
}

Test(ticks, months_begin_on_their_first_day_and_years_are_named_once)
{
    struct alm_time_ticks ticks;
    alm_ticks_time(&ticks, at(2019, 10, 20, 0), at(2020, 4, 3, 0), 8);
    static const char *const labels[] = {"Nov", "Dec", "Jan", "Feb", "Mar", "Apr"};
    cr_assert(eq(sz, ticks.n, 6));
    for (size_t i = 0; i < 6; i++) {
        cr_assert(eq(str, ticks.tick[i].label, (char *)labels[i]));
        cr_assert(eq(int, alm_civil_from_ts(ticks.tick[i].at).day, 1));
    }
    cr_assert(eq(str, ticks.tick[0].context, "2019"));
    cr_assert(eq(str, ticks.tick[1].context, ""));
    cr_assert(eq(str, ticks.tick[2].context, "2020"));
}

Test(ticks, hours_carry_the_day_where_it_changes)
{
    struct alm_time_ticks ticks;
    alm_ticks_time(&ticks, at(2024, 2, 28, 20), at(2024, 2, 29, 14), 8);
    cr_assert(eq(sz, ticks.n, 6)); /* every three hours */
    cr_assert(eq(str, ticks.tick[0].label, "21:00"));
    cr_assert(eq(str, ticks.tick[0].context, "28 Feb 2024"));
    cr_assert(eq(str, ticks.tick[1].label, "00:00"));
    cr_assert(eq(str, ticks.tick[1].context, "29 Feb 2024"));
}

Test(ticks, weeks_begin_on_monday_also_before_1970)
{
    struct alm_time_ticks ticks;
    alm_ticks_time(&ticks, at(1962, 3, 1, 0), at(1962, 4, 10, 0), 8);
    cr_assert(ticks.n >= 3);
    for (size_t i = 0; i < ticks.n; i++)
        cr_assert(eq(int, alm_weekday(ticks.tick[i].at), 0));
}

Test(ticks, time_ticks_are_rising_inside_and_not_too_many_for_any_span)
{
    struct alm_random *random;
    struct alm_time_ticks ticks;
    cr_assert(eq(int, alm_random_create(&random, 6, NULL), ALM_OK));
    for (int i = 0; i < 5000; i++) {
        const int64_t low = (int64_t)((alm_random_uniform(random) - 0.5) * 6e15);
        const int64_t span = (int64_t)pow(10, 7 + 9 * alm_random_uniform(random));
        const size_t wanted = 3 + alm_random_below(random, 8);
        alm_ticks_time(&ticks, low, low + span, wanted);
        cr_assert(ticks.n <= wanted);
        for (size_t k = 0; k < ticks.n; k++) {
            cr_assert(ticks.tick[k].at >= low && ticks.tick[k].at <= low + span);
            cr_assert(k == 0 || ticks.tick[k].at > ticks.tick[k - 1].at);
            cr_assert(ticks.tick[k].label[0] != '\0');
        }
    }
    alm_random_free(random);
}
