#include "backtest/mincer_zarnowitz.h"

#include "backtest/significance.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Symmetric: a 11, b 12 and 21, d 22. */
struct matrix {
    double a, b, d;
};

struct problem {
    const double *x, *y;
    const size_t *origin;
    size_t n, h;
    double centre, intercept, slope; /* y = intercept + slope (x - centre) */
};

/* The first value of another origin after i. */
static size_t end_of_origin(const struct problem *p, size_t i)
{
    const size_t origin = p->origin[i];
    while (i < p->n && p->origin[i] == origin)
        i++;
    return i;
}

/* Sum of the scores of the origin that begins at *i, which is moved to the next. */
static void take_score(double score[2], const struct problem *p, size_t *i)
{
    const size_t end = end_of_origin(p, *i);
    score[0] = score[1] = 0;
    for (; *i < end; (*i)++) {
        const double x = p->x[*i] - p->centre, residual = p->y[*i] - p->intercept - p->slope * x;
        score[0] += residual;
        score[1] += residual * x;
    }
}

/* Adds weight times the products of scores that lie lag origins apart, both ways. */
static void add_lag(struct matrix *sum, const struct problem *p, size_t lag, double weight)
{
    size_t early = 0, late = 0;
    double a[2], b[2];
    for (size_t i = 0; i < lag && late < p->n; i++)
        late = end_of_origin(p, late);
    while (late < p->n) {
        take_score(a, p, &early);
        take_score(b, p, &late);
        sum->a += weight * a[0] * b[0];
        sum->b += weight * (a[0] * b[1] + a[1] * b[0]) / 2;
        sum->d += weight * a[1] * b[1];
    }
}

static void fit_line(struct problem *p, double *spread)
{
    double x = 0, y = 0, both = 0;
    const double n = (double)p->n;
    for (size_t i = 0; i < p->n; i++)
        x += p->x[i] / n, y += p->y[i] / n;
    *spread = 0;
    for (size_t i = 0; i < p->n; i++) {
        *spread += (p->x[i] - x) * (p->x[i] - x);
        both += (p->x[i] - x) * (p->y[i] - y);
    }
    p->centre = x;
    p->intercept = y;
    p->slope = both / *spread;
}

/* Covariance of the centred intercept and the slope; with centred x, X'X is diag(n, spread). */
static struct matrix covariance_of(const struct problem *p, double spread)
{
    struct matrix s = {0, 0, 0};
    const double n = (double)p->n;
    add_lag(&s, p, 0, 1);
    for (size_t k = 1; k < p->h; k++)
        add_lag(&s, p, k, 2 * (1 - (double)k / (double)p->h));
    return (struct matrix){s.a / (n * n), s.b / (n * spread), s.d / (spread * spread)};
}

static size_t count_origins(const struct problem *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i = end_of_origin(p, i))
        n++;
    return n;
}

struct alm_mincer_zarnowitz alm_mincer_zarnowitz_fit(const double *forecast, const double *actual,
                                                     const size_t *origin, size_t n, size_t h)
{
    struct problem p = {.x = forecast, .y = actual, .origin = origin, .n = n, .h = h};
    struct alm_mincer_zarnowitz out = {NAN, NAN, NAN, NAN, NAN, NAN, n, count_origins(&p)};
    double spread, size = 0;
    if (h < 1 || out.origins < alm_dm_minimum(h)) return out;
    fit_line(&p, &spread);
    for (size_t i = 0; i < n; i++)
        size += forecast[i] * forecast[i];
    if (!(spread > 1e-24 * size) || !isfinite(p.slope)) return out;
    const struct matrix v = covariance_of(&p, spread);
    const double determinant = v.a * v.d - v.b * v.b;
    if (!(determinant > 0) || !isfinite(determinant)) return out;
    /* the hypothesis in the centred form: the line goes through (centre, centre) with slope 1 */
    const double e = p.intercept - p.centre, f = p.slope - 1;
    out.slope = p.slope;
    out.intercept = p.intercept - p.slope * p.centre;
    out.slope_error = sqrt(v.d);
    out.intercept_error = sqrt(fmax(0, v.a - 2 * p.centre * v.b + p.centre * p.centre * v.d));
    out.statistic = (e * e * v.d - 2 * e * f * v.b + f * f * v.a) / determinant / 2;
    out.p = gsl_cdf_fdist_Q(out.statistic, 2, (double)out.origins - 2);
    return out;
}

double alm_mincer_zarnowitz_reach(const struct alm_mincer_zarnowitz *fit, double standard_error)
{
    return standard_error * gsl_cdf_tdist_Pinv(0.975, (double)fit->origins - 2);
}
