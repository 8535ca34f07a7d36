#include "window/scaler.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static const double y[] = {3, 5, 4, 8, 5, 7, 6, 10};
enum { N = sizeof y / sizeof *y };
static double scratch[N];

static void check(enum alm_scaler_kind kind, size_t season, double centre, double scale)
{
    const struct alm_scaler s = alm_scaler_fit(kind, y, N, season, scratch);
    cr_assert(epsilon_eq(dbl, s.centre, centre, 1e-12));
    cr_assert(epsilon_eq(dbl, s.scale, scale, 1e-12));
}

Test(scaler, takes_the_stated_centre_and_scale)
{
    check(ALM_SCALER_NONE, 4, 0, 1);
    check(ALM_SCALER_LAST, 4, 10, sqrt(4.5));
    check(ALM_SCALER_STANDARD, 4, 6, sqrt(4.5));
    check(ALM_SCALER_SEASON, 4, 7, 2);
    check(ALM_SCALER_ROBUST, 4, 5.5, 2.5);
    check(ALM_SCALER_REVIN, 4, 6, sqrt(4.5));
    check(ALM_SCALER_SHIFT, 4, 10, 1);
    check(ALM_SCALER_SEASON, 100, 10, 17 / 7.0); /* too long a season counts as 1 */
}

Test(scaler, inverts_and_follows_a_change_of_unit)
{
    for (int kind = ALM_SCALER_NONE; kind <= ALM_SCALER_REVIN; kind++) {
        double moved[N];
        for (size_t i = 0; i < N; i++)
            moved[i] = 1e3 * y[i] - 2e6;
        const struct alm_scaler s = alm_scaler_fit((enum alm_scaler_kind)kind, y, N, 4, scratch),
                                m = alm_scaler_fit((enum alm_scaler_kind)kind, moved, N, 4, scratch);
        for (size_t i = 0; i < N; i++) {
            cr_assert(epsilon_eq(dbl, alm_scaler_invert(s, alm_scaler_apply(s, y[i])), y[i], 1e-12));
            if (kind != ALM_SCALER_NONE)
                cr_assert(epsilon_eq(dbl, alm_scaler_apply(s, y[i]), alm_scaler_apply(m, moved[i]), 1e-8));
        }
    }
}

Test(scaler, constant_inputs_have_no_unit)
{
    const double flat[] = {0.1, 0.1, 0.1, 0.1, 0.1}, one[] = {7};
    for (int kind = ALM_SCALER_LAST; kind <= ALM_SCALER_REVIN; kind++) {
        const struct alm_scaler s = alm_scaler_fit((enum alm_scaler_kind)kind, flat, 5, 2, scratch);
        cr_assert(s.scale == 0 && alm_scaler_apply(s, 3) == 0);
        cr_assert(epsilon_eq(dbl, alm_scaler_invert(s, 1), 0.1, 1e-15));
        cr_assert(alm_scaler_fit((enum alm_scaler_kind)kind, one, 1, 1, scratch).centre == 7);
    }
}

Test(scaler, missing_values_do_not_count)
{
    const double gaps[] = {NAN, 3, 5, NAN, 4, 8, 5, 7, 6, 10, NAN}, nothing[] = {NAN, NAN};
    double room[11];
    for (int kind = ALM_SCALER_LAST; kind <= ALM_SCALER_REVIN; kind++) {
        if (kind == ALM_SCALER_SEASON) continue; /* differences depend on where the gaps are */
        const struct alm_scaler a = alm_scaler_fit((enum alm_scaler_kind)kind, y, N, 4, scratch),
                                b = alm_scaler_fit((enum alm_scaler_kind)kind, gaps, 11, 4, room);
        cr_assert(a.centre == b.centre && a.scale == b.scale, "kind %d", kind);
        cr_assert(alm_scaler_fit((enum alm_scaler_kind)kind, nothing, 2, 1, room).scale == 0);
    }
    cr_assert(epsilon_eq(dbl, alm_scaler_fit(ALM_SCALER_SEASON, gaps, 11, 4, room).scale, 2.25, 1e-12));
    cr_assert(epsilon_eq(dbl, alm_mean_size(gaps, 11), 6, 1e-12));
}
