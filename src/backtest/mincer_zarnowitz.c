#include "backtest/mincer_zarnowitz.h"

#include "backtest/significance.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Symmetric: a 11, b 12 and 21, d 22. */
struct matrix {
    double a, b, d;
};

struct problem {
    const struct alm_origin_moments *origin; /* [n] */
    size_t n, h;
    double values;                   /* of all origins */
    double centre, intercept, slope; /* y = intercept + slope (x - centre) */
};

void alm_origin_moments_add(struct alm_origin_moments *moments, double forecast, double actual)
{
    const double before = forecast - moments->x; /* Welford 1962 */
    moments->n++;
    moments->x += before / (double)moments->n;
    moments->y += (actual - moments->y) / (double)moments->n;
    moments->xx += before * (forecast - moments->x);
    moments->xy += before * (actual - moments->y);
}

/* Sum of the scores of an origin. */
static void find_score(double score[2], const struct problem *p, size_t i)
{
    const struct alm_origin_moments *o = &p->origin[i];
    const double x = o->x - p->centre;
    score[0] = (double)o->n * (o->y - p->intercept - p->slope * x);
    score[1] = x * score[0] + o->xy - p->slope * o->xx;
}

/* Adds weight times the products of scores that lie lag origins apart, both ways. */
static void add_lag(struct matrix *sum, const struct problem *p, size_t lag, double weight)
{
    double a[2], b[2];
    for (size_t i = lag; i < p->n; i++) {
        find_score(a, p, i - lag);
        find_score(b, p, i);
        sum->a += weight * a[0] * b[0];
        sum->b += weight * (a[0] * b[1] + a[1] * b[0]) / 2;
        sum->d += weight * a[1] * b[1];
    }
}

static void fit_line(struct problem *p, double *spread)
{
    double x = 0, y = 0, both = 0;
    for (size_t i = 0; i < p->n; i++) {
        x += (double)p->origin[i].n * p->origin[i].x / p->values;
        y += (double)p->origin[i].n * p->origin[i].y / p->values;
    }
    *spread = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct alm_origin_moments *o = &p->origin[i];
        *spread += o->xx + (double)o->n * (o->x - x) * (o->x - x);
        both += o->xy + (double)o->n * (o->x - x) * (o->y - y);
    }
    p->centre = x;
    p->intercept = y;
    p->slope = both / *spread;
}

/* Covariance of the centred intercept and the slope; with centred x, X'X is diag(n, spread). */
static struct matrix covariance_of(const struct problem *p, double spread)
{
    struct matrix s = {0, 0, 0};
    const double n = p->values;
    add_lag(&s, p, 0, 1);
    for (size_t k = 1; k < p->h; k++)
        add_lag(&s, p, k, 2 * (1 - (double)k / (double)p->h));
    return (struct matrix){s.a / (n * n), s.b / (n * spread), s.d / (spread * spread)};
}

struct alm_mincer_zarnowitz alm_mincer_zarnowitz_fit(const struct alm_origin_moments *origin, size_t n,
                                                     size_t h)
{
    struct problem p = {.origin = origin, .n = n, .h = h};
    struct alm_mincer_zarnowitz out = {NAN, NAN, NAN, NAN, NAN, NAN, 0, n};
    double spread, size = 0;
    for (size_t i = 0; i < n; i++) {
        out.n += origin[i].n;
        size += origin[i].xx + (double)origin[i].n * origin[i].x * origin[i].x;
    }
    if (h < 1 || n < alm_dm_minimum(h)) return out;
    p.values = (double)out.n;
    fit_line(&p, &spread);
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
