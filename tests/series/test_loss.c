#include "series/loss.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

Test(loss, pinball_weighs_the_two_sides)
{
    cr_assert(ieee_ulp_eq(dbl, alm_pinball(3, 1, 0.9), 1.8, 4));
    cr_assert(ieee_ulp_eq(dbl, alm_pinball(1, 3, 0.9), 0.2, 4));
    cr_assert(eq(dbl, alm_pinball(2, 2, 0.5), 0));
}

Test(loss, pinball_is_least_at_the_quantile)
{
    /* of 0 .. 100 at level 0.8 the 81st value */
    double best = INFINITY, where = 0;
    for (int q = 0; q <= 100; q++) {
        double sum = 0;
        for (int y = 0; y <= 100; y++)
            sum += alm_pinball(y, q, 0.8);
        if (sum < best) {
            best = sum;
            where = q;
        }
    }
    cr_assert(eq(dbl, where, 80));
}

Test(loss, smape_runs_from_0_to_200)
{
    cr_assert(eq(dbl, alm_smape(0, 0), 0));
    cr_assert(eq(dbl, alm_smape(0, 5), 200));
    cr_assert(eq(dbl, alm_smape(-1, 1), 200));
    cr_assert(ieee_ulp_eq(dbl, alm_smape(100, 110), 200.0 * 10 / 210, 4));
    cr_assert(eq(dbl, alm_smape(3, 7), alm_smape(7, 3)));
}

Test(loss, scales_use_the_pairs_that_are_there)
{
    const double y[] = {1, 4, NAN, 2, 8, 3};
    const struct alm_span span = {y, NULL, 6};
    cr_assert(ieee_ulp_eq(dbl, alm_scale_absolute(span, 1), (3.0 + 6 + 5) / 3, 4));
    cr_assert(ieee_ulp_eq(dbl, alm_scale_squared(span, 1), (9.0 + 36 + 25) / 3, 4));
    cr_assert(ieee_ulp_eq(dbl, alm_scale_absolute(span, 3), (1.0 + 4) / 2, 4));
    cr_assert(isnan(alm_scale_absolute(span, 6)));
    cr_assert(isnan(alm_scale_absolute((struct alm_span){0}, 1)));
}
