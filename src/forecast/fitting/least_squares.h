/* Parameters that make a sum of squares least, by marquardt.h with derivatives by forward differences.
 * Deterministic. */
#ifndef ALM_FORECAST_LEAST_SQUARES_H
#define ALM_FORECAST_LEAST_SQUARES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct alm_least_squares {
    /* Fills residual [n] at x; false where there is none. */
    bool (*residuals)(void *context, double *residual, const double *x);
    /* As in marquardt.h; may be NULL. */
    bool (*enough)(void *context, const double *x, double sum, double gain);
    void *context;
    size_t n_parameters, n;
    double tolerance;      /* ends when a step promises to gain less than this share of the sum */
    size_t max_iterations; /* steps that lower the sum */
};

/* x [n_parameters] is where to start and, at the end, the best point seen; *sum is its sum of squares,
 * infinity when there are no residuals where it starts. ALM_NOMEM alone fails. */
enum alm_status alm_least_squares(double *x, double *sum, const struct alm_least_squares *problem,
                                  struct alm_error *error);

#endif
