#include "forecast/fitting/marquardt.h"

#include "base/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double first_damping = 1e-3, least_damping = 1e-10, most_damping = 1e10;

struct search {
    const struct alm_marquardt *problem;
    size_t n, n_free;
    double *memory;           /* all numbers below */
    double *jj, *jr;          /* [n][n], [n] */
    double *factor, *step;    /* [n_free][n_free], [n] */
    double *trial, *solution; /* [n], [n_free] */
    size_t *free;             /* [n_free] numbers that move in this step */
};

/* Solves a x = b in place for a positive definite a [n][n], whose lower triangle becomes its Cholesky factor.
 * False when it is not positive definite. */
static bool solve(double *a, double *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i > j) {
                a[i * n + j] = sum / a[j * n + j];
            } else {
                if (!(sum > 0)) return false;
                a[i * n + i] = sqrt(sum);
            }
        }
        for (size_t k = 0; k < i; k++)
            b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        b[i] /= a[i * n + i];
        for (size_t k = 0; k < i; k++)
            b[k] -= a[i * n + k] * b[i];
    }
    return true;
}

/* J'J between any two numbers. */
static double product(const struct search *s, size_t a, size_t b)
{
    return a <= b ? s->jj[a * s->n + b] : s->jj[b * s->n + a];
}

static void find_free(struct search *s, const double *x)
{
    const struct alm_marquardt *p = s->problem;
    s->n_free = 0;
    for (size_t i = 0; i < s->n; i++) {
        const bool held = p->lower[i] >= p->upper[i] || (x[i] <= p->lower[i] && s->jr[i] > 0) ||
                          (x[i] >= p->upper[i] && s->jr[i] < 0);
        if (!held) s->free[s->n_free++] = i;
    }
}

/* trial = x + step, cut at the bounds. False when the damped normal equations have no solution. */
static bool propose(struct search *s, const double *x, double damping)
{
    const struct alm_marquardt *p = s->problem;
    const size_t n = s->n_free;
    double largest = 0;
    for (size_t a = 0; a < n; a++)
        largest = fmax(largest, s->jj[s->free[a] * s->n + s->free[a]]);
    for (size_t a = 0; a < n; a++) {
        for (size_t b = 0; b <= a; b++)
            s->factor[a * n + b] = s->jj[s->free[b] * s->n + s->free[a]];
        /* a number without influence stays where it is */
        s->factor[a * n + a] += damping * s->factor[a * n + a] + largest * DBL_EPSILON;
        s->solution[a] = -s->jr[s->free[a]];
    }
    if (!solve(s->factor, s->solution, n)) return false;
    memcpy(s->trial, x, s->n * sizeof *x);
    memset(s->step, 0, s->n * sizeof *s->step);
    for (size_t a = 0; a < n; a++) {
        const size_t i = s->free[a];
        s->trial[i] = fmin(fmax(x[i] + s->solution[a], p->lower[i]), p->upper[i]);
        s->step[i] = s->trial[i] - x[i];
    }
    return true;
}

/* By how much the step lowers the sum of squares if the residuals are linear. */
static double promised(const struct search *s)
{
    double sum = 0;
    for (size_t a = 0; a < s->n_free; a++) {
        const size_t i = s->free[a];
        double row = 2 * s->jr[i];
        for (size_t b = 0; b < s->n_free; b++)
            row += product(s, i, s->free[b]) * s->step[s->free[b]];
        sum -= row * s->step[i];
    }
    return sum;
}

/* Damps more and more until a step lowers the sum of squares. False when none does, or it is not worth while.
 */
static bool descend(struct search *s, double *x, double *value, double *damping)
{
    const struct alm_marquardt *p = s->problem;
    find_free(s, x);
    for (double grow = 2; s->n_free > 0 && *damping < most_damping; grow *= 2) {
        if (propose(s, x, *damping)) {
            const double promise = promised(s), there = p->value(p->context, s->trial);
            const bool last = fabs(promise) <= p->tolerance * *value;
            if (last ? there <= *value : there < *value) {
                const double gain = promise > 0 ? (*value - there) / promise : 0;
                *damping = fmax(*damping * fmax(1.0 / 3, 1 - pow(2 * gain - 1, 3)), least_damping);
                *value = there;
                memcpy(x, s->trial, s->n * sizeof *x);
                return !last;
            }
            if (last) return false;
        }
        *damping *= grow;
    }
    return false;
}

enum alm_status alm_marquardt(double *x, struct alm_marquardt_minimum *out,
                              const struct alm_marquardt *problem, struct alm_error *error)
{
    const size_t n = problem->n;
    struct search s = {.problem = problem, .n = n};
    ALM_TRY(ALM_NEW(&s.memory, 2 * n * n + 4 * n, error));
    s.jj = s.memory;
    s.factor = s.jj + n * n;
    s.jr = s.factor + n * n;
    s.step = s.jr + n;
    s.trial = s.step + n;
    s.solution = s.trial + n;
    enum alm_status status = ALM_NEW(&s.free, n, error);
    double damping = first_damping, value = (double)INFINITY;
    *out = (struct alm_marquardt_minimum){value, 0, false};
    if (status == ALM_OK) value = problem->value(problem->context, x);
    bool going = isfinite(value), enough = false;
    while (going && !enough && out->steps < problem->max_steps) {
        const double before = value;
        problem->normal(problem->context, x, s.jj, s.jr);
        going = descend(&s, x, &value, &damping);
        out->steps += going;
        enough =
            going && problem->enough != NULL && problem->enough(problem->context, x, value, before - value);
    }
    out->converged = isfinite(value) && !going;
    out->value = isfinite(value) ? value : (double)INFINITY;
    free(s.memory);
    free(s.free);
    return status;
}
