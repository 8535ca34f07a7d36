/* The Box-Cox parameter by Guerrero's method. */
#include "base/memory.h"
#include "series/transform.h"

#include <math.h>
#include <stdlib.h>

enum { GRID = 20, ITERATIONS = 60 };

struct stretches {
    size_t n;
    double *mean, *sd; /* [n] */
};

/* Coefficient of variation of sd / mean^(1 - lambda) over the stretches. */
static double criterion(const struct stretches *s, double lambda)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->sd[i] / pow(s->mean[i], 1 - lambda);
    const double mean = sum / (double)s->n;
    for (size_t i = 0; i < s->n; i++) {
        const double d = s->sd[i] / pow(s->mean[i], 1 - lambda) - mean;
        squares += d * d;
    }
    return sqrt(squares / (double)(s->n - 1)) / mean;
}

/* Mean and standard deviation of length values; false when one is missing. */
static bool measure(double *mean, double *sd, const double *y, size_t length)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < length; i++)
        sum += y[i];
    *mean = sum / (double)length;
    for (size_t i = 0; i < length; i++)
        squares += (y[i] - *mean) * (y[i] - *mean);
    *sd = sqrt(squares / (double)(length - 1));
    return isfinite(*mean) && isfinite(*sd);
}

/* Golden section between low and high, where the smallest value of a grid lies. */
static double narrow(const struct stretches *s, double low, double high)
{
    const double share = 0.6180339887498949;
    double a = high - share * (high - low), b = low + share * (high - low);
    double at_a = criterion(s, a), at_b = criterion(s, b);
    for (size_t i = 0; i < ITERATIONS; i++) {
        if (at_a <= at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - share * (high - low);
            at_a = criterion(s, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + share * (high - low);
            at_b = criterion(s, b);
        }
    }
    return at_a <= at_b ? a : b;
}

static double find(const struct stretches *s)
{
    size_t best = GRID;
    for (size_t i = GRID; i-- > 0;)
        if (criterion(s, (double)i / GRID) < criterion(s, (double)best / GRID)) best = i;
    const double low = best == 0 ? 0 : (double)(best - 1) / GRID,
                 high = best == GRID ? 1 : (double)(best + 1) / GRID, inside = narrow(s, low, high);
    const double end = best == 0 ? 0 : 1; /* exact at the ends of the range */
    return (best == 0 || best == GRID) && criterion(s, end) <= criterion(s, inside) ? end : inside;
}

enum alm_status alm_guerrero(double *lambda, struct alm_span y, size_t season, struct alm_error *error)
{
    const size_t length = season < 2 ? 2 : season, most = y.n / length;
    struct stretches s = {0};
    double spread = 0;
    *lambda = 1;
    if (most < 2) return ALM_OK;
    enum alm_status status = ALM_NEW(&s.mean, most, error);
    if (status == ALM_OK) status = ALM_NEW(&s.sd, most, error);
    /* whole stretches, the last one at the end */
    for (size_t i = 0; status == ALM_OK && i < most; i++)
        if (measure(&s.mean[s.n], &s.sd[s.n], y.y + y.n - (most - i) * length, length)) {
            spread += s.sd[s.n];
            s.n++;
        }
    if (status == ALM_OK && s.n >= 2 && spread > 0) *lambda = find(&s);
    free(s.mean);
    free(s.sd);
    return status;
}
