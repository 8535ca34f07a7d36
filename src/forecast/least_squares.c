#include "forecast/least_squares.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct search {
    const struct alm_least_squares *problem;
    double *residual, *other; /* [n] at x, and at a point that is tried */
    double *jacobian;         /* [k][n] */
    double *normal, *factor;  /* [k][k] J'J, and the root of it damped */
    double *gradient;         /* [k] J'r */
    double *step, *x;         /* [k] */
    double sum;
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

/* Sum of squares at x into out; infinity where there is none. */
static double evaluate(const struct search *s, double *out, const double *x)
{
    if (!s->problem->residuals(s->problem->context, out, x)) return (double)INFINITY;
    const double sum = dot(out, out, s->problem->n);
    return isfinite(sum) ? sum : (double)INFINITY;
}

/* Derivatives at x. A parameter at the edge of where residuals exist is differenced the other way. */
static void differentiate(struct search *s, double *x)
{
    const size_t k = s->problem->n_parameters, n = s->problem->n;
    for (size_t i = 0; i < k; i++) {
        const double at = x[i];
        double h = 1e-7 * fmax(1, fabs(at)), *column = s->jacobian + i * n;
        x[i] = at + h;
        if (!isfinite(evaluate(s, column, x))) {
            h = -h;
            x[i] = at + h;
            if (!isfinite(evaluate(s, column, x))) memcpy(column, s->residual, n * sizeof *column);
        }
        h = x[i] - at;
        x[i] = at;
        for (size_t t = 0; t < n; t++)
            column[t] = (column[t] - s->residual[t]) / h;
        s->gradient[i] = dot(column, s->residual, n);
        for (size_t j = 0; j <= i; j++)
            s->normal[i * k + j] = s->normal[j * k + i] = dot(column, s->jacobian + j * n, n);
    }
}

/* Solves (J'J + damping diag(J'J)) step = -J'r by Cholesky's method; false when it cannot be. */
static bool solve(struct search *s, double damping)
{
    const size_t k = s->problem->n_parameters;
    double *a = s->factor, *x = s->step, largest = 0;
    memcpy(a, s->normal, k * k * sizeof *a);
    for (size_t i = 0; i < k; i++)
        largest = fmax(largest, a[i * k + i]);
    for (size_t i = 0; i < k; i++)
        a[i * k + i] += damping * (a[i * k + i] + 1e-10 * largest);
    for (size_t j = 0; j < k; j++) {
        a[j * k + j] -= dot(a + j * k, a + j * k, j);
        if (!(a[j * k + j] > 0)) return false;
        a[j * k + j] = sqrt(a[j * k + j]);
        for (size_t i = j + 1; i < k; i++)
            a[i * k + j] = (a[i * k + j] - dot(a + i * k, a + j * k, j)) / a[j * k + j];
    }
    for (size_t i = 0; i < k; i++)
        x[i] = (-s->gradient[i] - dot(a + i * k, x, i)) / a[i * k + i];
    for (size_t i = k; i-- > 0;) {
        for (size_t j = i + 1; j < k; j++)
            x[i] -= a[j * k + i] * x[j];
        x[i] /= a[i * k + i];
    }
    return true;
}

/* By how much the sum falls along step if residuals are linear: damping adds to what J'J says. */
static double promise(const struct search *s, double damping)
{
    const size_t k = s->problem->n_parameters;
    double gain = 0;
    for (size_t i = 0; i < k; i++)
        gain += s->step[i] * (damping * s->normal[i * k + i] * s->step[i] - s->gradient[i]);
    return gain;
}

static void descend(struct search *s, double *x)
{
    const size_t k = s->problem->n_parameters, n = s->problem->n;
    double damping = 1e-3, growth = 2;
    bool fresh = true;
    for (size_t i = 0; i < s->problem->max_iterations && damping < 1e12; i++) {
        if (fresh) differentiate(s, x);
        fresh = false;
        const bool solved = solve(s, damping);
        const double gain = solved ? promise(s, damping) : 0;
        if (solved && gain <= s->problem->tolerance * s->sum) return;
        for (size_t j = 0; j < k; j++)
            s->x[j] = x[j] + s->step[j];
        const double sum = solved ? evaluate(s, s->other, s->x) : (double)INFINITY;
        if (sum < s->sum) {
            const double quality = (s->sum - sum) / gain, u = 2 * quality - 1;
            damping *= fmax(1.0 / 3, 1 - u * u * u);
            growth = 2;
            memcpy(x, s->x, k * sizeof *x);
            memcpy(s->residual, s->other, n * sizeof *s->residual);
            s->sum = sum;
            fresh = true;
        } else {
            damping *= growth;
            growth *= 2;
        }
    }
}

enum alm_status alm_least_squares(double *x, double *sum, const struct alm_least_squares *problem,
                                  struct alm_error *error)
{
    const size_t k = problem->n_parameters, n = problem->n;
    struct search s = {.problem = problem};
    double *block;
    ALM_TRY(ALM_NEW(&block, n * (2 + k) + 2 * k * k + 3 * k, error));
    s.residual = block;
    s.other = s.residual + n;
    s.jacobian = s.other + n;
    s.normal = s.jacobian + k * n;
    s.factor = s.normal + k * k;
    s.gradient = s.factor + k * k;
    s.step = s.gradient + k;
    s.x = s.step + k;
    s.sum = evaluate(&s, s.residual, x);
    if (isfinite(s.sum) && k > 0) descend(&s, x);
    *sum = s.sum;
    free(block);
    return ALM_OK;
}
