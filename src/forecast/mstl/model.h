/* Several seasons taken out of one series: STL for each of them in turn, more than once (Bandara, Hyndman &
 * Bergmeir 2021, MSTL, algorithm 1). */
#ifndef ALM_FORECAST_MSTL_MODEL_H
#define ALM_FORECAST_MSTL_MODEL_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { ALM_MSTL_SEASONS = 8 };

struct alm_mstl_options {
    size_t n_periods;
    size_t period[ALM_MSTL_SEASONS]; /* rising, each >= 2 and below n / 2 */
    size_t window;                   /* of the shortest season; 4 more for each that follows */
    bool robust;                     /* outliers are weighed down */
};

/* seasonal [n_periods][n]; what y less all of them leaves is rest [n]. */
enum alm_status alm_mstl_split(double *seasonal, double *rest, const double *y, size_t n,
                               const struct alm_mstl_options *options, struct alm_error *error);

#endif
