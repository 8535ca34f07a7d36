#include "series/loss.h"

#include <math.h>

double alm_pinball(double y, double q, double level)
{
    return y < q ? (q - y) * (1 - level) : (y - q) * level;
}

double alm_smape(double y, double f)
{
    const double size = fabs(y) + fabs(f);
    return size == 0 ? 0 : 200 * fabs(y - f) / size;
}

static double mean_difference(struct alm_span span, size_t season, int power)
{
    double sum = 0;
    size_t pairs = 0;
    for (size_t i = season; i < span.n; i++) {
        const double d = span.y[i] - span.y[i - season];
        if (isnan(d)) continue;
        sum += power == 1 ? fabs(d) : d * d;
        pairs++;
    }
    return pairs == 0 ? (double)NAN : sum / (double)pairs;
}

double alm_scale_absolute(struct alm_span span, size_t season)
{
    return mean_difference(span, season, 1);
}

double alm_scale_squared(struct alm_span span, size_t season)
{
    return mean_difference(span, season, 2);
}
