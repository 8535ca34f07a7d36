/* STL: a series as the sum of a seasonal pattern that may change, a trend and a remainder, by repeated local
 * regression (Cleveland, Cleveland, McRae & Terpenning 1990, Journal of Official Statistics 6(1)). */
#ifndef ALM_FORECAST_STL_H
#define ALM_FORECAST_STL_H

#include "base/status.h"

#include <stddef.h>

enum { ALM_STL_PERIODIC = 0 };

/* Windows are numbers of values and odd (an even one is raised by 1); 0 takes the default in parentheses.
 * Curves are fitted at every tenth of their window and drawn straight in between. */
struct alm_stl_options {
    size_t period;   /* values in a season; >= 2 */
    size_t s_window; /* of the same season in several years; ALM_STL_PERIODIC: the pattern never changes */
    size_t t_window; /* trend (the least odd one >= 1.5 period / (1 - 1.5 / s_window)) */
    size_t l_window; /* low-pass filter (the least odd one >= period) */
    int s_degree;    /* of the seasonal polynomials: 0 or 1 */
    size_t inner;    /* passes (2) */
    size_t outer; /* passes that weigh outliers down; 0 = none, 15 with inner = 1 is the usual robust fit */
};

/* Decomposes y [n]: seasonal, trend and remainder are [n] and add up to it. n >= 2 period and no NaN, else
 * ALM_DATA; a period below 2 or a degree that is not 0 or 1 is ALM_USAGE. */
enum alm_status alm_stl(double *seasonal, double *trend, double *remainder, const double *y, size_t n,
                        const struct alm_stl_options *options, struct alm_error *error);

#endif
