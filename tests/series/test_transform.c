#include "series/transform.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 80, SEASON = 7, HORIZON = 17 };

static const struct alm_transform kinds[] = {
    {.curve = ALM_CURVE_NONE, .normalisation = ALM_NORMALISE_STANDARD},
    {.curve = ALM_CURVE_NONE, .normalisation = ALM_NORMALISE_ROBUST},
    {.curve = ALM_CURVE_NONE, .normalisation = ALM_NORMALISE_LAST},
    {.curve = ALM_CURVE_NONE, .normalisation = ALM_NORMALISE_SEASON},
    {.curve = ALM_CURVE_BOXCOX, .lambda = 0},
    {.curve = ALM_CURVE_BOXCOX, .lambda = 0.3},
    {.curve = ALM_CURVE_BOXCOX, .lambda = -0.7},
    {.curve = ALM_CURVE_BOXCOX, .lambda = 1.6, .normalisation = ALM_NORMALISE_ROBUST},
    {.curve = ALM_CURVE_BOXCOX, .guerrero = true},
    {.curve = ALM_CURVE_ARCSINH, .normalisation = ALM_NORMALISE_STANDARD},
    {.curve = ALM_CURVE_NONE, .differences = 1},
    {.curve = ALM_CURVE_NONE, .differences = 2},
    {.curve = ALM_CURVE_NONE, .seasonal_differences = 1},
    {.curve = ALM_CURVE_NONE, .seasonal_differences = 2, .differences = 2},
    {.curve = ALM_CURVE_BOXCOX, .differences = 1, .normalisation = ALM_NORMALISE_STANDARD},
    {.curve = ALM_CURVE_BOXCOX, .seasonal_differences = 1, .differences = 1},
    {.curve = ALM_CURVE_ARCSINH, .seasonal_differences = 1, .normalisation = ALM_NORMALISE_SEASON},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void fill(double *y, double size)
{
    for (size_t i = 0; i < N + HORIZON; i++)
        y[i] = size * (30 + 0.2 * (double)i + 8 * sin(0.9 * (double)i) + 3 * cos(1.7 * (double)(i * i)));
}

/* Transforms all, and takes what follows the first N values back: it must be what it was. */
Test(transform, what_follows_a_series_comes_back)
{
    static const double sizes[] = {1, 1e-12, 1e12};
    for (size_t k = 0; k < KINDS; k++)
        for (size_t s = 0; s < 3; s++) {
            double y[N + HORIZON], all[N + HORIZON], back[HORIZON];
            struct alm_transform_fit fit;
            const struct alm_transform *t = &kinds[k];
            const size_t lost = alm_transform_lost(t, SEASON);
            fill(y, sizes[s]);
            const struct alm_span whole = {y, NULL, N + HORIZON}, part = alm_span_prefix(whole, N);
            /* a power of something tiny is lost beside the 1 of Box-Cox */
            if ((t->lambda != 0 || t->guerrero) && s > 0) continue;
            cr_assert(alm_transform_learn(&fit, t, part, SEASON, NULL) == ALM_OK);
            cr_assert(alm_transform_apply(all, t, &fit, whole, SEASON, NULL) == ALM_OK);
            memcpy(back, all + N - lost, sizeof back);
            cr_assert(alm_transform_invert(back, HORIZON, t, &fit, part, SEASON, NULL) == ALM_OK);
            for (size_t h = 0; h < HORIZON; h++)
                cr_assert(fabs(back[h] - y[N + h]) < 1e-7 * fabs(y[N + h]),
                          "kind %zu, size %g, step %zu: %g for %g", k, sizes[s], h + 1, back[h], y[N + h]);
            for (size_t h = 0; lost == 0 && h < HORIZON; h++)
                cr_assert(fabs(alm_transform_value(t, &fit, all[N + h]) - y[N + h]) < 1e-7 * fabs(y[N + h]));
        }
}

Test(transform, nothing_behind_the_part_that_is_shown_is_learnt)
{
    for (size_t k = 0; k < KINDS; k++) {
        double y[N + HORIZON];
        struct alm_transform_fit a, b;
        fill(y, 1);
        const struct alm_span part = {y, NULL, N};
        cr_assert(alm_transform_learn(&a, &kinds[k], part, SEASON, NULL) == ALM_OK);
        for (size_t i = N; i < N + HORIZON; i++)
            y[i] = i % 2 == 0 ? (double)NAN : -1e30;
        cr_assert(alm_transform_learn(&b, &kinds[k], part, SEASON, NULL) == ALM_OK);
        cr_assert(memcmp(&a, &b, sizeof a) == 0);
    }
}

Test(transform, curves_rise_and_missing_values_stay_missing)
{
    for (size_t k = 0; k < KINDS; k++) {
        double y[N + HORIZON], z[N];
        struct alm_transform_fit fit;
        fill(y, 1);
        y[20] = y[21] = (double)NAN;
        const struct alm_span part = {y, NULL, N};
        const size_t lost = alm_transform_lost(&kinds[k], SEASON);
        cr_assert(alm_transform_learn(&fit, &kinds[k], part, SEASON, NULL) == ALM_OK);
        cr_assert(alm_transform_apply(z, &kinds[k], &fit, part, SEASON, NULL) == ALM_OK);
        cr_assert(eq(sz, fit.n, N - 2));
        cr_assert(isfinite(fit.shift) && fit.scale > 0 && isfinite(fit.scale));
        for (size_t i = 0; i + lost < N; i++)
            if (lost == 0) cr_assert(isnan(z[i]) == isnan(y[i]));
        for (double x = -3; lost == 0 && x < 3; x += 0.25) {
            const double low = alm_transform_value(&kinds[k], &fit, x),
                         high = alm_transform_value(&kinds[k], &fit, x + 0.25);
            cr_assert(low <= high && !isnan(low), "kind %zu at %g", k, x);
        }
    }
}

Test(transform, undoing_differences_passes_over_missing_values)
{
    double y[] = {3, 5, 4, (double)NAN, (double)NAN}, step[] = {1, 1};
    const struct alm_transform t = {.differences = 1};
    struct alm_transform_fit fit;
    const struct alm_span span = {y, NULL, 5};
    cr_assert(alm_transform_learn(&fit, &t, span, 1, NULL) == ALM_OK);
    cr_assert(alm_transform_invert(step, 2, &t, &fit, span, 1, NULL) == ALM_OK);
    cr_assert(eq(dbl, step[0], 5));
    cr_assert(eq(dbl, step[1], 6));
}

Test(transform, values_that_have_no_logarithm_are_found)
{
    const double y[] = {1, 2, (double)NAN, 0, -4};
    const struct alm_span span = {y, NULL, 5};
    const struct alm_transform log = {.curve = ALM_CURVE_BOXCOX}, arcsinh = {.curve = ALM_CURVE_ARCSINH};
    size_t at;
    cr_assert(not(alm_transform_takes(&log, span, &at)));
    cr_assert(eq(sz, at, 3));
    cr_assert(alm_transform_takes(&log, alm_span_prefix(span, 3), &at));
    cr_assert(alm_transform_takes(&arcsinh, span, &at));
}

/* tests/golden/guerrero_r.R; R's minimiser stops at 1.2e-4. */
Test(transform, guerreros_lambda_is_that_of_r)
{
    double x[144], y[200], z[151], lambda;
    for (size_t i = 0; i < 144; i++) {
        const double t = (double)i;
        x[i] = (20 + 0.5 * t) * (1 + 0.2 * sin(2 * 3.14159265358979323846 * t / 12) + 0.05 * cos(1.7 * t));
    }
    for (size_t i = 0; i < 200; i++) {
        const double t = (double)i;
        y[i] = 5 + 0.1 * t + sqrt(5 + 0.1 * t) * sin(2 * 3.14159265358979323846 * t / 7);
    }
    for (size_t i = 0; i < 151; i++) {
        const double t = (double)i;
        z[i] = pow(3 + 0.02 * t + 0.4 * sin(t * t), 2);
    }
    const struct {
        struct alm_span span;
        size_t season;
        double lambda;
    } cases[] = {{{x, NULL, 144}, 12, 0.0000661070},
                 {{y, NULL, 200}, 7, 0.5307780047},
                 {{z, NULL, 151}, 1, 0.5509374113},
                 {{z, NULL, 151}, 10, 0.5623850938}};
    for (size_t i = 0; i < 4; i++) {
        cr_assert(alm_guerrero(&lambda, cases[i].span, cases[i].season, NULL) == ALM_OK);
        cr_assert(fabs(lambda - cases[i].lambda) < 2e-4, "%zu: %.6f", i, lambda);
    }
    for (size_t i = 0; i < 144; i++)
        x[i] = 5;
    cr_assert(alm_guerrero(&lambda, cases[0].span, 12, NULL) == ALM_OK);
    cr_assert(eq(dbl, lambda, 1));
}

Test(transform, box_cox_and_its_adjusted_mean_are_those_of_r)
{
    static const double lambda[] = {-0.5, 0, 0.3, 1.5},
                        there[] = {1.259766789802, 1.987874348154, 2.718341760733, 12.482342590477},
                        back[] = {1.562500000000, 1.491824697641, 1.459016070705, 1.367980757341};
    const double y = 7.3;
    for (size_t i = 0; i < 4; i++) {
        const struct alm_transform t = {.curve = ALM_CURVE_BOXCOX, .lambda = lambda[i]};
        struct alm_transform_fit fit;
        double z;
        cr_assert(alm_transform_learn(&fit, &t, (struct alm_span){&y, NULL, 1}, 1, NULL) == ALM_OK);
        cr_assert(alm_transform_apply(&z, &t, &fit, (struct alm_span){&y, NULL, 1}, 1, NULL) == ALM_OK);
        cr_assert(fabs(z - there[i]) < 1e-11);
        cr_assert(fabs(alm_transform_value(&t, &fit, 0.4) - back[i]) < 1e-11);
        if (i == 1) cr_assert(fabs(alm_transform_mean(&t, &fit, 1.2, 0.5) - 3.735131538079) < 1e-11);
        if (i == 2) cr_assert(fabs(alm_transform_mean(&t, &fit, 1.2, 0.5) - 2.918797186491) < 1e-11);
    }
}
