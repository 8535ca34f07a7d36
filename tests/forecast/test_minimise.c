#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "forecast/fitting/minimise.h"

/* Rosenbrock (1960): a bent valley with its minimum 0 at (1, 1). */
static double rosenbrock(void *context, const double *x)
{
    (void)context;
    return 100 * pow(x[1] - x[0] * x[0], 2) + pow(1 - x[0], 2);
}

/* Defined left of 2 alone; its minimum without bounds lies at (1, 2, … n). */
static double bowl(void *context, const double *x)
{
    const size_t n = *(const size_t *)context;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)(i + 1) * pow(x[i] - (double)(i + 1), 2);
    return x[0] > 2 ? (double)NAN : sum;
}

Test(minimise, follows_a_bent_valley_to_its_end)
{
    double x[] = {-1.2, 1}, step[] = {0.5, 0.5};
    struct alm_minimum found;
    const struct alm_objective o = {
        .value = rosenbrock, .n = 2, .step = step, .tolerance = 1e-14, .max_evaluations = 1000};
    cr_assert(alm_minimise(x, &found, &o, NULL) == ALM_OK);
    cr_assert(found.converged && found.evaluations < 400, "%zu", found.evaluations);
    cr_assert(fabs(x[0] - 1) < 1e-5 && fabs(x[1] - 1) < 1e-5, "%g %g", x[0], x[1]);
    cr_assert(eq(dbl, found.value, rosenbrock(NULL, x)));
}

Test(minimise, stays_within_bounds_and_finds_a_minimum_on_one)
{
    size_t n = 3;
    double x[] = {0, 0, 0}, step[] = {0.3, 0.3, 0.3}, lower[] = {-1, -1, -1}, upper[] = {5, 1.5, 5};
    struct alm_minimum found;
    const struct alm_objective o = {bowl, &n, 3, lower, upper, step, 1e-13, 5000};
    cr_assert(alm_minimise(x, &found, &o, NULL) == ALM_OK);
    cr_assert(found.converged);
    cr_assert(fabs(x[0] - 1) < 1e-5 && fabs(x[1] - 1.5) < 1e-12 && fabs(x[2] - 3) < 1e-5);
}

Test(minimise, one_dimension_and_eight)
{
    double x[8] = {0}, step[8];
    for (size_t i = 0; i < 8; i++)
        step[i] = 0.5;
    for (size_t n = 1; n <= 8; n += 7) {
        struct alm_minimum found;
        const struct alm_objective o = {bowl, &n, n, NULL, NULL, step, 1e-13, 20000};
        for (size_t i = 0; i < n; i++)
            x[i] = 0;
        cr_assert(alm_minimise(x, &found, &o, NULL) == ALM_OK);
        for (size_t i = 0; i < n; i++)
            cr_assert(fabs(x[i] - (double)(i + 1)) < 1e-4, "%zu of %zu: %g", i, n, x[i]);
    }
}

Test(minimise, says_when_it_gave_up_or_found_nothing)
{
    size_t n = 2;
    double x[] = {0, 0}, nowhere[] = {10, 0}, step[] = {0.1, 0.1};
    struct alm_minimum found;
    struct alm_objective o = {bowl, &n, 2, NULL, NULL, step, 1e-13, 10};
    cr_assert(alm_minimise(x, &found, &o, NULL) == ALM_OK);
    cr_assert(found.evaluations < 15 && !found.converged);
    o.max_evaluations = 200;
    cr_assert(alm_minimise(nowhere, &found, &o, NULL) == ALM_OK);
    cr_assert(isinf(found.value) && !found.converged);
}
