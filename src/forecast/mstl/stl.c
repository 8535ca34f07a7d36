#include "forecast/mstl/stl.h"

#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One loess smoother: a polynomial of degree 0 or 1 over the nearest window values. */
struct smoother {
    size_t window, jump;
    int degree;
};

struct stl {
    size_t n, period, inner, outer;
    struct smoother season, trend, low;
    const double *y;
    double *seasonal, *smooth; /* [n], the results */
    double *robust;            /* [n] weights; NULL until outliers are known */
    double *rest;              /* [n] what is smoothed */
    double *cycle, *filtered;  /* [n + 2 period] the seasonal curves, and moving averages of them */
    double *part, *part_robust, *part_smooth; /* [n / period + 3] every period-th value */
    double *weight;                           /* [n] of one regression */
    double *block;
};

/* The local regression at x, in places counted from 1, over the values from..to (counted from 1, both
 * included). false when all weights are 0. */
static bool regress(double *out, const double *y, size_t n, const struct smoother *s, double x, size_t from,
                    size_t to, const double *robust, double *weight)
{
    double reach = fmax(x - (double)from, (double)to - x), total = 0;
    if (s->window > n) reach += (double)((s->window - n) / 2);
    for (size_t j = from; j <= to; j++) {
        const double distance = fabs((double)j - x), u = distance / reach;
        const double v = 1 - u * u * u;
        const double w = distance <= 0.001 * reach ? 1 : distance <= 0.999 * reach ? v * v * v : 0;
        weight[j - 1] = robust == NULL ? w : w * robust[j - 1];
        total += weight[j - 1];
    }
    if (!(total > 0)) return false;
    for (size_t j = from; j <= to; j++)
        weight[j - 1] /= total;
    if (reach > 0 && s->degree > 0) {
        double centre = 0, spread = 0;
        for (size_t j = from; j <= to; j++)
            centre += weight[j - 1] * (double)j;
        for (size_t j = from; j <= to; j++)
            spread += weight[j - 1] * ((double)j - centre) * ((double)j - centre);
        const bool sloped = sqrt(spread) > 0.001 * ((double)n - 1);
        for (size_t j = from; sloped && j <= to; j++)
            weight[j - 1] *= (x - centre) / spread * ((double)j - centre) + 1;
    }
    *out = 0;
    for (size_t j = from; j <= to; j++)
        *out += weight[j - 1] * y[j - 1];
    return true;
}

/* The window values nearest to place i (from 1), counted from 1. */
static void neighbours(size_t *from, size_t *to, size_t i, size_t n, size_t window)
{
    const size_t half = (window + 1) / 2;
    if (window >= n)
        *from = 1, *to = n;
    else if (i < half)
        *from = 1, *to = window;
    else if (i > n - half)
        *from = n - window + 1, *to = n;
    else
        *from = i - half + 1, *to = i + window - half;
}

static void draw_line(double *out, size_t from, size_t to)
{
    const double slope = (out[to] - out[from]) / (double)(to - from);
    for (size_t i = from + 1; i < to; i++)
        out[i] = out[from] + slope * (double)(i - from);
}

/* The curve through y [n]: regressions at every jump-th place and at the last one, straight lines between. */
static void smooth(double *out, const double *y, size_t n, const struct smoother *s, const double *robust,
                   double *weight)
{
    if (n < 2) {
        out[0] = y[0];
        return;
    }
    const size_t jump = s->jump < n - 1 ? s->jump : n - 1;
    size_t from, to, last = 0;
    for (size_t i = 0; i < n; i += jump) {
        neighbours(&from, &to, i + 1, n, s->window);
        if (!regress(&out[i], y, n, s, (double)(i + 1), from, to, robust, weight)) out[i] = y[i];
        if (i > 0) draw_line(out, last, i);
        last = i;
    }
    if (last == n - 1) return;
    /* the neighbours of the last regression serve the end of the curve */
    if (!regress(&out[n - 1], y, n, s, (double)n, from, to, robust, weight)) out[n - 1] = y[n - 1];
    draw_line(out, last, n - 1);
}

/* Each season of the year by itself, extended by one year on both sides, into cycle. */
static void smooth_seasons(struct stl *stl)
{
    for (size_t season = 0; season < stl->period; season++) {
        const size_t k = (stl->n - season - 1) / stl->period + 1;
        const double *robust = stl->robust == NULL ? NULL : stl->part_robust;
        for (size_t i = 0; i < k; i++) {
            stl->part[i] = stl->rest[i * stl->period + season];
            if (robust != NULL) stl->part_robust[i] = stl->robust[i * stl->period + season];
        }
        double *out = stl->part_smooth;
        const size_t window = stl->season.window < k ? stl->season.window : k;
        smooth(out + 1, stl->part, k, &stl->season, robust, stl->weight);
        if (!regress(&out[0], stl->part, k, &stl->season, 0, 1, window, robust, stl->weight)) out[0] = out[1];
        if (!regress(&out[k + 1], stl->part, k, &stl->season, (double)(k + 1), k - window + 1, k, robust,
                     stl->weight))
            out[k + 1] = out[k];
        for (size_t i = 0; i < k + 2; i++)
            stl->cycle[i * stl->period + season] = out[i];
    }
}

/* Means of window neighbouring values: out [n - window + 1]. */
static void average(double *out, const double *in, size_t n, size_t window)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += in[i];
        if (i + 1 < window) continue;
        out[i + 1 - window] = sum / (double)window;
        sum -= in[i + 1 - window];
    }
}

/* One pass of the inner loop: season from what the trend leaves, trend from what the season leaves. */
static void pass(struct stl *stl)
{
    const size_t n = stl->n, period = stl->period;
    for (size_t i = 0; i < n; i++)
        stl->rest[i] = stl->y[i] - stl->smooth[i];
    smooth_seasons(stl);
    average(stl->filtered, stl->cycle, n + 2 * period, period);
    average(stl->rest, stl->filtered, n + period + 1, period);
    average(stl->filtered, stl->rest, n + 2, 3);
    smooth(stl->rest, stl->filtered, n, &stl->low, NULL, stl->weight);
    for (size_t i = 0; i < n; i++) {
        stl->seasonal[i] = stl->cycle[period + i] - stl->rest[i];
        stl->rest[i] = stl->y[i] - stl->seasonal[i];
    }
    smooth(stl->smooth, stl->rest, n, &stl->trend, stl->robust, stl->weight);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Bisquare weights of the remainders, against six times their median size. */
static void weigh_outliers(struct stl *stl, double *robust)
{
    for (size_t i = 0; i < stl->n; i++)
        robust[i] = stl->rest[i] = fabs(stl->y[i] - stl->smooth[i] - stl->seasonal[i]);
    qsort(stl->rest, stl->n, sizeof *stl->rest, compare);
    const double limit = 3 * (stl->rest[stl->n / 2] + stl->rest[stl->n - stl->n / 2 - 1]);
    for (size_t i = 0; i < stl->n; i++) {
        const double r = robust[i], u = r / limit;
        robust[i] = r <= 0.001 * limit ? 1 : r <= 0.999 * limit ? (1 - u * u) * (1 - u * u) : 0;
    }
    stl->robust = robust;
}

/* Each season becomes its mean. */
static void make_periodic(double *seasonal, size_t n, size_t period)
{
    for (size_t season = 0; season < period; season++) {
        double sum = 0;
        size_t count = 0;
        for (size_t i = season; i < n; i += period, count++)
            sum += seasonal[i];
        for (size_t i = season; i < n; i += period)
            seasonal[i] = sum / (double)count;
    }
}

static size_t odd(double least)
{
    const size_t window = (size_t)ceil(least);
    return window % 2 == 1 ? window : window + 1;
}

static struct smoother make_smoother(size_t window, int degree)
{
    const size_t at_least = window < 3 ? 3 : odd((double)window);
    return (struct smoother){at_least, (size_t)ceil((double)at_least / 10), degree};
}

static void plan(struct stl *stl, const struct alm_stl_options *o, size_t n)
{
    /* a window that reaches far beyond the data makes plain means of a season */
    const size_t s_window = o->s_window == ALM_STL_PERIODIC ? 10 * n + 1 : o->s_window;
    const double period = (double)o->period;
    stl->n = n;
    stl->period = o->period;
    stl->inner = o->inner == 0 ? 2 : o->inner;
    stl->outer = o->outer;
    stl->season = make_smoother(s_window, o->s_window == ALM_STL_PERIODIC ? 0 : o->s_degree);
    stl->trend = make_smoother(
        o->t_window != 0 ? o->t_window : odd(1.5 * period / (1 - 1.5 / (double)stl->season.window)), 1);
    stl->low = make_smoother(o->l_window != 0 ? o->l_window : o->period, 1);
}

static enum alm_status allocate(struct stl *stl, double **robust, struct alm_error *error)
{
    const size_t n = stl->n, wide = n + 2 * stl->period, part = n / stl->period + 3;
    ALM_TRY(ALM_NEW(&stl->block, 2 * n + 3 * wide + 3 * part, error));
    double *at = stl->block;
    stl->cycle = at, at += wide;
    stl->filtered = at, at += wide;
    stl->rest = at, at += wide;
    stl->part = at, at += part;
    stl->part_robust = at, at += part;
    stl->part_smooth = at, at += part;
    stl->weight = at, at += n;
    *robust = at;
    return ALM_OK;
}

static enum alm_status check(const double *y, size_t n, const struct alm_stl_options *o,
                             struct alm_error *error)
{
    if (o->period < 2) return alm_fail(error, ALM_USAGE, "stl needs a period of at least 2 values");
    if (o->s_degree != 0 && o->s_degree != 1)
        return alm_fail(error, ALM_USAGE, "the seasonal degree of stl is 0 or 1");
    if (n / 2 < o->period)
        return alm_fail(error, ALM_DATA, "stl needs two periods (%zu values), there are %zu", 2 * o->period,
                        n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(y[i])) return alm_fail(error, ALM_DATA, "stl takes no missing values");
    return ALM_OK;
}

enum alm_status alm_stl(double *seasonal, double *trend, double *remainder, const double *y, size_t n,
                        const struct alm_stl_options *options, struct alm_error *error)
{
    struct stl stl = {.y = y, .seasonal = seasonal, .smooth = trend};
    double *robust;
    ALM_TRY(check(y, n, options, error));
    plan(&stl, options, n);
    ALM_TRY(allocate(&stl, &robust, error));
    memset(trend, 0, n * sizeof *trend);
    for (size_t k = 0; k <= stl.outer; k++) {
        for (size_t i = 0; i < stl.inner; i++)
            pass(&stl);
        if (k < stl.outer) weigh_outliers(&stl, robust);
    }
    free(stl.block);
    if (options->s_window == ALM_STL_PERIODIC) make_periodic(seasonal, n, options->period);
    for (size_t i = 0; i < n; i++)
        remainder[i] = y[i] - seasonal[i] - trend[i];
    return ALM_OK;
}
