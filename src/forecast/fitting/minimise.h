/* Minimum of a function of a few numbers within bounds, without derivatives: Nelder & Mead (1965), Computer
 * Journal 7, with the coefficients of Gao & Han (2012), Computational Optimization and Applications 51, which
 * depend on the number of dimensions. A point beyond a bound is moved onto it. Deterministic. */
#ifndef ALM_FORECAST_MINIMISE_H
#define ALM_FORECAST_MINIMISE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct alm_objective {
    /* What is made small at x [n]; NaN and infinity stand for "not here". */
    double (*value)(void *context, const double *x);
    void *context;
    size_t n;                    /* >= 1 */
    const double *lower, *upper; /* [n] bounds, which may be infinite; NULL: none */
    const double *step;          /* [n] size of the first simplex along each axis; not 0 */
    double tolerance;            /* ends when the values of the simplex differ by at most that */
    size_t max_evaluations;
};

struct alm_minimum {
    double value;       /* infinity when no point that was tried has a value */
    size_t evaluations; /* calls of value */
    bool converged;     /* by tolerance, not by max_evaluations */
};

/* x [n] is where to start and, at the end, the best point seen. A second call from there, with a fresh
 * simplex, often gains where the first one had collapsed early. ALM_NOMEM alone fails. */
enum alm_status alm_minimise(double *x, struct alm_minimum *out, const struct alm_objective *objective,
                             struct alm_error *error);

#endif
