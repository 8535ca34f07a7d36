#include "forecast/fitting/minimise.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The simplex: n + 1 points, best first, and two trial points. */
struct simplex {
    const struct alm_objective *objective;
    size_t n, evaluations;
    double *memory;                        /* all numbers below */
    double *point, *value;                 /* [n + 1][n], [n + 1] */
    double *centre, *first, *second;       /* [n] each */
    double expand, contract, shrink_share; /* reflection is by 1 */
};

static double evaluate(struct simplex *s, double *x)
{
    const struct alm_objective *o = s->objective;
    for (size_t i = 0; i < s->n; i++) {
        if (o->lower != NULL) x[i] = fmax(x[i], o->lower[i]);
        if (o->upper != NULL) x[i] = fmin(x[i], o->upper[i]);
    }
    s->evaluations++;
    const double value = o->value(o->context, x);
    return isnan(value) ? (double)INFINITY : value;
}

/* Puts x with its value into the place of the worst point, and moves it up to where it belongs. */
static void replace_worst(struct simplex *s, const double *x, double value)
{
    const size_t n = s->n;
    size_t at = n;
    while (at > 0 && s->value[at - 1] > value)
        at--;
    memmove(s->value + at + 1, s->value + at, (n - at) * sizeof *s->value);
    memmove(s->point + (at + 1) * n, s->point + at * n, (n - at) * n * sizeof *s->point);
    memcpy(s->point + at * n, x, n * sizeof *x);
    s->value[at] = value;
}

/* Points 1 .. n in order of their values; few, so by insertion. */
static void sort_points(struct simplex *s)
{
    const size_t n = s->n;
    for (size_t last = 1; last <= n; last++) {
        const double value = s->value[last];
        size_t at = last;
        memcpy(s->first, s->point + last * n, n * sizeof *s->first);
        for (; at > 0 && s->value[at - 1] > value; at--) {
            s->value[at] = s->value[at - 1];
            memcpy(s->point + at * n, s->point + (at - 1) * n, n * sizeof *s->point);
        }
        s->value[at] = value;
        memcpy(s->point + at * n, s->first, n * sizeof *s->first);
    }
}

/* A step that would leave the bounds goes the other way. */
static void start(struct simplex *s, const double *x)
{
    const struct alm_objective *o = s->objective;
    const size_t n = s->n;
    for (size_t k = 0; k <= n; k++) {
        double *p = s->point + k * n;
        memcpy(p, x, n * sizeof *x);
        if (k > 0) {
            const size_t i = k - 1;
            const bool beyond = (o->upper != NULL && x[i] + o->step[i] > o->upper[i]) ||
                                (o->lower != NULL && x[i] + o->step[i] < o->lower[i]);
            p[i] += beyond ? -o->step[i] : o->step[i];
        }
        s->value[k] = evaluate(s, p);
    }
    sort_points(s);
}

/* out = centre + share (centre - worst) */
static double try_along(struct simplex *s, double *out, double share)
{
    const double *worst = s->point + s->n * s->n;
    for (size_t i = 0; i < s->n; i++)
        out[i] = s->centre[i] + share * (s->centre[i] - worst[i]);
    return evaluate(s, out);
}

static void shrink(struct simplex *s)
{
    for (size_t k = 1; k <= s->n; k++) {
        double *p = s->point + k * s->n;
        for (size_t i = 0; i < s->n; i++)
            p[i] = s->point[i] + s->shrink_share * (p[i] - s->point[i]);
        s->value[k] = evaluate(s, p);
    }
    sort_points(s);
}

static void iterate(struct simplex *s)
{
    const size_t n = s->n;
    memset(s->centre, 0, n * sizeof *s->centre);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++)
            s->centre[i] += s->point[k * n + i] / (double)n;
    const double reflected = try_along(s, s->first, 1);
    if (reflected < s->value[0]) {
        const double expanded = try_along(s, s->second, s->expand);
        const bool further = expanded < reflected;
        replace_worst(s, further ? s->second : s->first, further ? expanded : reflected);
    } else if (reflected < s->value[n - 1]) {
        replace_worst(s, s->first, reflected);
    } else {
        const bool outside = reflected < s->value[n];
        const double contracted = try_along(s, s->second, outside ? s->contract : -s->contract);
        if (contracted < (outside ? reflected : s->value[n]))
            replace_worst(s, s->second, contracted);
        else
            shrink(s);
    }
}

enum alm_status alm_minimise(double *x, struct alm_minimum *out, const struct alm_objective *objective,
                             struct alm_error *error)
{
    const size_t n = objective->n;
    const double d = n < 2 ? 2 : (double)n; /* in one dimension those of two, the classical ones */
    struct simplex s = {.objective = objective,
                        .n = n,
                        .expand = 1 + 2 / d,
                        .contract = 0.75 - 1 / (2 * d),
                        .shrink_share = 1 - 1 / d};
    ALM_TRY(ALM_NEW(&s.memory, (n + 1) * (n + 1) + 3 * n, error));
    s.point = s.memory;
    s.value = s.point + (n + 1) * n;
    s.centre = s.value + n + 1;
    s.first = s.centre + n;
    s.second = s.first + n;
    start(&s, x);
    bool converged = false;
    while (!converged && s.evaluations < objective->max_evaluations) {
        iterate(&s);
        /* infinity - infinity is NaN: a simplex without values goes on */
        converged = s.value[n] - s.value[0] <= objective->tolerance;
    }
    memcpy(x, s.point, n * sizeof *x);
    *out = (struct alm_minimum){s.value[0], s.evaluations, converged};
    free(s.memory);
    return ALM_OK;
}
