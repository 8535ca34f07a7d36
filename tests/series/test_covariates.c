/* Covariates brought onto the bars of a series. */
#include "series/covariates.h"
#include "series/timestamp.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static void check(const double *expected, const int64_t *ts, size_t n, struct alm_span source,
                  enum alm_frequency_unit unit)
{
    const struct alm_calendar calendar = {.frequency = {unit, 1}};
    double out[16];
    alm_covariate_align(out, ts, n, source, &calendar);
    for (size_t i = 0; i < n; i++)
        cr_assert(isnan(expected[i]) ? isnan(out[i]) : out[i] == expected[i], "bar %zu: %g, expected %g", i,
                  out[i], expected[i]);
}

Test(covariates, values_hold_for_the_bar_they_stand_for)
{
    const int64_t days[] = {0, ALM_DAY, 2 * ALM_DAY};
    const double y[] = {1, NAN, 3};
    const int64_t hours[] = {-ALM_HOUR,    0, 23 * ALM_HOUR, 24 * ALM_HOUR, 48 * ALM_HOUR, 71 * ALM_HOUR,
                             72 * ALM_HOUR};
    const double expected[] = {NAN, 1, 1, NAN, 3, 3, NAN};
    check(expected, hours, 7, (struct alm_span){y, days, 3}, ALM_FREQUENCY_DAY);
}

Test(covariates, bars_without_a_clock_meet_bar_by_bar)
{
    const int64_t at[] = {2, 3, 4}, ts[] = {0, 2, 3, 4, 5};
    const double y[] = {7, 8, 9}, expected[] = {NAN, 7, 8, 9, NAN};
    check(expected, ts, 5, (struct alm_span){y, at, 3}, ALM_FREQUENCY_INDEX);
    check((const double[]){NAN, NAN, NAN}, ts, 3, (struct alm_span){y, at, 0}, ALM_FREQUENCY_INDEX);
}

/* What a covariate says at a bar never depends on its later values. */
Test(covariates, nothing_later_is_looked_at)
{
    enum { N = 12 };
    int64_t ts[N];
    double y[N], poisoned[N], a[N], b[N];
    const struct alm_calendar calendar = {.frequency = {ALM_FREQUENCY_HOUR, 1}};
    for (size_t i = 0; i < N; i++) {
        ts[i] = (int64_t)i * ALM_HOUR;
        y[i] = (double)i;
    }
    for (size_t cut = 0; cut < N; cut++) {
        for (size_t i = 0; i < N; i++)
            poisoned[i] = i < cut ? y[i] : 1e30;
        alm_covariate_align(a, ts, cut, (struct alm_span){y, ts, N}, &calendar);
        alm_covariate_align(b, ts, cut, (struct alm_span){poisoned, ts, N}, &calendar);
        for (size_t i = 0; i < cut; i++)
            cr_assert(a[i] == b[i]);
    }
}

Test(covariates, lengths_and_starting_values)
{
    struct alm_covariates *c;
    cr_assert(eq(int, alm_covariates_create(&c, 5, 2, 1, 1, 1, NULL), ALM_OK));
    cr_assert(eq(sz, alm_covariate_length(c, 0), 5));
    cr_assert(eq(sz, alm_covariate_length(c, 1), 7));
    cr_assert(isnan(c->y[0][4]) && isnan(c->y[1][6]) && isnan(c->statics[0]));
    alm_covariates_free(c);
    alm_covariates_free(NULL);
}
