/* Minimum of a sum of squares over numbers within bounds: Gauss-Newton steps damped by Levenberg (1944) and
 * Marquardt (1963), SIAM Journal 11; damping after Nielsen (1999), report IMM-REP-1999-05. Numbers on a bound
 * whose slope points outward stay there for a step. Deterministic. */
#ifndef ALM_FORECAST_MARQUARDT_H
#define ALM_FORECAST_MARQUARDT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* r(x) are the residuals, J their derivatives. */
struct alm_marquardt {
    /* r'r at x [n]; NaN and infinity stand for "not here". */
    double (*value)(void *context, const double *x);
    /* r'r, and J'J [n][n] (its upper triangle is read) and J'r [n]. */
    double (*normal)(void *context, const double *x, double *jj, double *jr);
    /* May be NULL. Asked behind each step, which lowered r'r to value by gain: true ends the search there. */
    bool (*enough)(void *context, const double *x, double value, double gain);
    void *context;
    size_t n;
    const double *lower, *upper; /* [n] bounds, which may be infinite; equal ones hold a number where it is */
    double tolerance;            /* ends when a step promises less than this share of r'r */
    size_t max_steps;
};

struct alm_marquardt_minimum {
    double value; /* r'r; infinity when x has none */
    size_t steps;
    bool converged; /* false when it ran out of steps, or had enough */
};

/* x [n] is where to start, and at the end the minimum. ALM_NOMEM alone fails. */
enum alm_status alm_marquardt(double *x, struct alm_marquardt_minimum *out,
                              const struct alm_marquardt *problem, struct alm_error *error);

#endif
