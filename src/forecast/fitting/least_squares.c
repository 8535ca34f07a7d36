#include "forecast/fitting/least_squares.h"

#include "base/memory.h"
#include "forecast/fitting/marquardt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct search {
    const struct alm_least_squares *problem;
    double *residual, *last; /* [n] of the point that was asked last; [k] that point */
    double *jacobian;        /* [k][n] */
    double *x;               /* [k] */
};

static double dot(const double *a, const double *b, size_t n)
{
    double sum[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t j = 0; j < 4; j++)
            sum[j] += a[i + j] * b[i + j];
    for (; i < n; i++)
        sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Residuals at x into out, and their sum of squares; infinity where there are none. */
static double evaluate(const struct search *s, double *out, const double *x)
{
    if (!s->problem->residuals(s->problem->context, out, x)) return (double)INFINITY;
    const double sum = dot(out, out, s->problem->n);
    return isfinite(sum) ? sum : (double)INFINITY;
}

static double value(void *context, const double *x)
{
    struct search *s = context;
    memcpy(s->last, x, s->problem->n_parameters * sizeof *x);
    return evaluate(s, s->residual, x);
}

static bool enough(void *context, const double *x, double sum, double gain)
{
    const struct alm_least_squares *problem = ((const struct search *)context)->problem;
    return problem->enough(problem->context, x, sum, gain);
}

/* Derivatives at x. A parameter at the edge of where residuals exist is differenced the other way. */
static double normal(void *context, const double *x, double *jj, double *jr)
{
    struct search *s = context;
    const size_t k = s->problem->n_parameters, n = s->problem->n;
    if (memcmp(s->last, x, k * sizeof *x) != 0) value(s, x);
    memcpy(s->x, x, k * sizeof *x);
    for (size_t i = 0; i < k; i++) {
        double h = 1e-7 * fmax(1, fabs(x[i])), *column = s->jacobian + i * n;
        s->x[i] = x[i] + h;
        if (!isfinite(evaluate(s, column, s->x))) {
            h = -h;
            s->x[i] = x[i] + h;
            if (!isfinite(evaluate(s, column, s->x))) memcpy(column, s->residual, n * sizeof *column);
        }
        h = s->x[i] - x[i];
        s->x[i] = x[i];
        for (size_t t = 0; t < n; t++)
            column[t] = (column[t] - s->residual[t]) / h;
        jr[i] = dot(column, s->residual, n);
        for (size_t j = 0; j <= i; j++)
            jj[j * k + i] = dot(column, s->jacobian + j * n, n);
    }
    return dot(s->residual, s->residual, n);
}

enum alm_status alm_least_squares(double *x, double *sum, const struct alm_least_squares *problem,
                                  struct alm_error *error)
{
    const size_t k = problem->n_parameters, n = problem->n;
    struct search s = {.problem = problem};
    double *block;
    ALM_TRY(ALM_NEW(&block, n * (1 + k) + 4 * k, error));
    s.residual = block;
    s.jacobian = s.residual + n;
    s.last = s.jacobian + k * n;
    s.x = s.last + k;
    double *lower = s.x + k, *upper = lower + k;
    for (size_t i = 0; i < k; i++) {
        lower[i] = -(double)INFINITY;
        upper[i] = (double)INFINITY;
    }
    const struct alm_marquardt search = {.value = value,
                                         .normal = normal,
                                         .enough = problem->enough != NULL ? enough : NULL,
                                         .context = &s,
                                         .n = k,
                                         .lower = lower,
                                         .upper = upper,
                                         .tolerance = problem->tolerance,
                                         .max_steps = problem->max_iterations};
    struct alm_marquardt_minimum minimum = {.value = value(&s, x)};
    const enum alm_status status = k > 0 ? alm_marquardt(x, &minimum, &search, error) : ALM_OK;
    *sum = minimum.value;
    free(block);
    return status;
}
