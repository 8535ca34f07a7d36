/* STL against R's stl (tests/golden/stl.R). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "forecast/mstl/stl.h"
#include "stl.h"

enum { N = sizeof stl_y / sizeof *stl_y };

static void assert_decomposed(const char *what, const double *y, size_t n, struct alm_stl_options options,
                              const double *seasonal, const double *trend)
{
    double parts[3][N];
    cr_assert(alm_stl(parts[0], parts[1], parts[2], y, n, &options, NULL) == ALM_OK, "%s", what);
    for (size_t i = 0; i < n; i++) {
        cr_assert(fabs(parts[0][i] - seasonal[i]) < 1e-11, "%s, season at %zu: %.17g, expected %.17g", what,
                  i, parts[0][i], seasonal[i]);
        cr_assert(fabs(parts[1][i] - trend[i]) < 1e-11, "%s, trend at %zu: %.17g, expected %.17g", what, i,
                  parts[1][i], trend[i]);
        cr_assert(fabs(parts[0][i] + parts[1][i] + parts[2][i] - y[i]) < 1e-14, "%s", what);
    }
}

Test(stl, agrees_with_an_independent_implementation)
{
    assert_decomposed("periodic", stl_y, N, (struct alm_stl_options){.period = 12}, stl_periodic_seasonal,
                      stl_periodic_trend);
    assert_decomposed("window 11", stl_y, N, (struct alm_stl_options){.period = 12, .s_window = 11},
                      stl_window11_seasonal, stl_window11_trend);
    assert_decomposed(
        "degree 1", stl_y, N,
        (struct alm_stl_options){.period = 12, .s_window = 7, .s_degree = 1, .t_window = 25, .l_window = 15},
        stl_degree1_seasonal, stl_degree1_trend);
    assert_decomposed("two seasons", stl_outliers, 50, (struct alm_stl_options){.period = 24, .s_window = 11},
                      stl_short_seasonal, stl_short_trend);
}

Test(stl, weighs_outliers_down_as_an_independent_implementation_does)
{
    assert_decomposed("robust", stl_outliers, N,
                      (struct alm_stl_options){.period = 12, .s_window = 7, .inner = 1, .outer = 15},
                      stl_robust_seasonal, stl_robust_trend);
}

Test(stl, refuses_what_it_cannot_decompose)
{
    double y[N], out[3][N];
    struct alm_error error;
    memcpy(y, stl_y, sizeof y);
    const struct alm_stl_options options = {.period = 12}, one = {.period = 1};
    cr_assert(alm_stl(out[0], out[1], out[2], y, 23, &options, &error) == ALM_DATA);
    cr_assert(strstr(error.text, "24 values") != NULL);
    cr_assert(alm_stl(out[0], out[1], out[2], y, N, &one, NULL) == ALM_USAGE);
    y[7] = (double)NAN;
    cr_assert(alm_stl(out[0], out[1], out[2], y, N, &options, NULL) == ALM_DATA);
}
