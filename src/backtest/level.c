#include "backtest/plan.h"

#include "base/order.h"

enum alm_status alm_levels_of_intervals(double *out, size_t *n, const double *interval, size_t n_intervals,
                                        struct alm_error *error)
{
    size_t count = 0;
    *n = 0;
    if (n_intervals == 0) return ALM_OK;
    for (size_t i = 0; i < n_intervals; i++) {
        if (!(interval[i] > 0 && interval[i] < 100))
            return alm_fail(error, ALM_USAGE,
                            "an interval of %g %% makes no sense: levels are above 0 and below 100",
                            interval[i]);
        /* one division each, so that 80 gives the numbers that print as 0.1 and 0.9 */
        out[count++] = (100 - interval[i]) / 200;
        out[count++] = (100 + interval[i]) / 200;
    }
    out[count++] = 0.5;
    alm_sort_numbers(out, count);
    *n = 1;
    for (size_t i = 1; i < count; i++)
        if (out[i] > out[*n - 1]) out[(*n)++] = out[i];
    return ALM_OK;
}
