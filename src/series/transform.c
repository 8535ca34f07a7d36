#include "series/transform.h"

#include "base/memory.h"
#include "base/order.h"
#include "series/fill.h"
#include "series/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the curve ---- */

static double curve(const struct alm_transform *t, const struct alm_transform_fit *fit, double y)
{
    switch (t->curve) {
    case ALM_CURVE_BOXCOX:
        return fit->lambda == 0 ? log(y) : expm1(fit->lambda * log(y)) / fit->lambda;
    case ALM_CURVE_ARCSINH:
        return asinh(y / fit->unit);
    case ALM_CURVE_NONE:
        break;
    }
    return y;
}

static double uncurve(const struct alm_transform *t, const struct alm_transform_fit *fit, double w)
{
    switch (t->curve) {
    case ALM_CURVE_BOXCOX:
        if (fit->lambda == 0) return exp(w);
        if (fit->lambda * w <= -1) return fit->lambda > 0 ? 0 : (double)INFINITY;
        return exp(log1p(fit->lambda * w) / fit->lambda);
    case ALM_CURVE_ARCSINH:
        return fit->unit * sinh(w);
    case ALM_CURVE_NONE:
        break;
    }
    return w;
}

double alm_transform_value(const struct alm_transform *t, const struct alm_transform_fit *fit, double z)
{
    return uncurve(t, fit, fit->shift + fit->scale * z);
}

double alm_transform_mean(const struct alm_transform *t, const struct alm_transform_fit *fit, double z,
                          double sd)
{
    const double w = fit->shift + fit->scale * z, y = uncurve(t, fit, w);
    const double half = 0.5 * fit->scale * sd * fit->scale * sd;
    const double base = fit->lambda * w + 1;
    switch (t->curve) {
    case ALM_CURVE_BOXCOX:
        return fit->lambda == 0 ? y * (1 + half)
               : base <= 0      ? y
                                : y * (1 + half * (1 - fit->lambda) / (base * base));
    case ALM_CURVE_ARCSINH:
        return y * (1 + half);
    case ALM_CURVE_NONE:
        break;
    }
    return y;
}

bool alm_transform_takes(const struct alm_transform *t, struct alm_span y, size_t *at)
{
    for (*at = 0; t->curve == ALM_CURVE_BOXCOX && *at < y.n; ++*at)
        if (y.y[*at] <= 0) return false;
    return true;
}

/* ---- differences ---- */

size_t alm_transform_lost(const struct alm_transform *t, size_t season)
{
    return t->seasonal_differences * season + t->differences;
}

/* The lags, seasonal ones first. */
static size_t lag_of(const struct alm_transform *t, size_t season, size_t k)
{
    return k < t->seasonal_differences ? season : 1;
}

/* In place: y[i + lag] - y[i] for all i; returns how many there are. */
static size_t difference(double *y, size_t n, size_t lag)
{
    for (size_t i = 0; i + lag < n; i++)
        y[i] = y[i + lag] - y[i];
    return n > lag ? n - lag : 0;
}

static size_t differences(double *y, size_t n, const struct alm_transform *t, size_t season, size_t most)
{
    for (size_t k = 0; k < most; k++)
        n = difference(y, n, lag_of(t, season, k));
    return n;
}

static enum alm_status curve_and_difference(double *out, const struct alm_transform *t,
                                            const struct alm_transform_fit *fit, struct alm_span y,
                                            size_t season, struct alm_error *error)
{
    double *values;
    ALM_TRY(ALM_NEW(&values, y.n, error));
    for (size_t i = 0; i < y.n; i++)
        values[i] = curve(t, fit, y.y[i]);
    const size_t n = differences(values, y.n, t, season, t->seasonal_differences + t->differences);
    memcpy(out, values, n * sizeof *out);
    free(values);
    return ALM_OK;
}

enum alm_status alm_transform_apply(double *out, const struct alm_transform *t,
                                    const struct alm_transform_fit *fit, struct alm_span y, size_t season,
                                    struct alm_error *error)
{
    ALM_TRY(curve_and_difference(out, t, fit, y, season, error));
    for (size_t i = 0; i + alm_transform_lost(t, season) < y.n; i++)
        out[i] = (out[i] - fit->shift) / fit->scale;
    return ALM_OK;
}

/* Undoes difference k of the horizon values that follow a tail of n curved ones; room is [n]. */
static void integrate(double *forecast, size_t horizon, const double *tail, double *room, size_t n,
                      const struct alm_transform *t, size_t season, size_t k)
{
    const size_t lag = lag_of(t, season, k);
    memcpy(room, tail, n * sizeof *room);
    n = differences(room, n, t, season, k);
    for (size_t h = 0; h < horizon; h++)
        forecast[h] += h < lag ? room[n - lag + h] : forecast[h - lag];
}

static enum alm_status undo_differences(double *forecast, size_t horizon, const struct alm_transform *t,
                                        const struct alm_transform_fit *fit, struct alm_span y, size_t season,
                                        struct alm_error *error)
{
    const size_t lost = alm_transform_lost(t, season);
    double *filled, *room = NULL;
    size_t first, n_filled;
    ALM_TRY(ALM_NEW(&filled, y.n, error));
    const size_t n = alm_fill_last(filled, &first, &n_filled, y);
    enum alm_status status = ALM_NEW(&room, lost, error);
    if (status == ALM_OK && n < lost)
        status = alm_fail(error, ALM_DATA, "%zu values are too few to undo differences of %zu", n, lost);
    double *tail = filled + (n < lost ? 0 : n - lost);
    for (size_t i = 0; status == ALM_OK && i < lost; i++)
        tail[i] = curve(t, fit, tail[i]);
    for (size_t k = t->seasonal_differences + t->differences; status == ALM_OK && k-- > 0;)
        integrate(forecast, horizon, tail, room, lost, t, season, k);
    free(filled);
    free(room);
    return status;
}

enum alm_status alm_transform_invert(double *forecast, size_t horizon, const struct alm_transform *t,
                                     const struct alm_transform_fit *fit, struct alm_span y, size_t season,
                                     struct alm_error *error)
{
    for (size_t h = 0; h < horizon; h++)
        forecast[h] = fit->shift + fit->scale * forecast[h];
    if (alm_transform_lost(t, season) > 0)
        ALM_TRY(undo_differences(forecast, horizon, t, fit, y, season, error));
    for (size_t h = 0; h < horizon; h++)
        forecast[h] = uncurve(t, fit, forecast[h]);
    return ALM_OK;
}

/* ---- learning ---- */

static double usable(double scale)
{
    return scale > 0 && isfinite(scale) ? scale : 1;
}

/* Relative to the largest, so that squares do not overflow. */
static double deviation(const double *x, size_t n, double mean)
{
    double largest = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i] - mean));
    for (size_t i = 0; largest > 0 && i < n; i++)
        sum += (x[i] - mean) / largest * ((x[i] - mean) / largest);
    return n < 2 ? 0 : largest * sqrt(sum / (double)(n - 1));
}

static double mean_of(const double *x, size_t n)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += (x[i] - mean) / (double)(i + 1);
    return mean;
}

/* x holds the n present values in their order; sorted afterwards where that is needed. */
static void normalise(struct alm_transform_fit *out, enum alm_normalisation how, double *x, size_t n,
                      double season_scale)
{
    if (n == 0) return;
    switch (how) {
    case ALM_NORMALISE_NONE:
        break;
    case ALM_NORMALISE_STANDARD:
        out->shift = mean_of(x, n);
        out->scale = usable(deviation(x, n, out->shift));
        break;
    case ALM_NORMALISE_ROBUST:
        alm_sort_numbers(x, n);
        out->shift = alm_sorted_quantile(x, n, 0.5);
        out->scale = usable(alm_sorted_quantile(x, n, 0.75) - alm_sorted_quantile(x, n, 0.25));
        break;
    case ALM_NORMALISE_LAST:
        out->scale = usable(fabs(x[n - 1]));
        break;
    case ALM_NORMALISE_SEASON:
        out->scale = usable(season_scale);
        break;
    }
}

/* Leaves the present ones of n values in front. */
static size_t pack(double *x, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) x[kept++] = x[i];
    return kept;
}

static double median_size(double *x, const struct alm_span y)
{
    for (size_t i = 0; i < y.n; i++)
        x[i] = fabs(y.y[i]);
    const size_t n = pack(x, y.n);
    if (n == 0) return 1;
    alm_sort_numbers(x, n);
    return usable(alm_sorted_quantile(x, n, 0.5));
}

enum alm_status alm_transform_learn(struct alm_transform_fit *out, const struct alm_transform *t,
                                    struct alm_span y, size_t season, struct alm_error *error)
{
    const size_t lost = alm_transform_lost(t, season);
    double *x;
    *out = (struct alm_transform_fit){.lambda = t->lambda, .unit = 1, .scale = 1};
    out->n = y.n - alm_missing_count(y);
    if (y.ts != NULL && y.n > 0) {
        out->first = y.ts[0];
        out->last = y.ts[y.n - 1];
    }
    if (t->curve == ALM_CURVE_BOXCOX && t->guerrero) ALM_TRY(alm_guerrero(&out->lambda, y, season, error));
    ALM_TRY(ALM_NEW(&x, y.n, error));
    if (t->curve == ALM_CURVE_ARCSINH) out->unit = median_size(x, y);
    enum alm_status status = ALM_OK;
    if (t->normalisation != ALM_NORMALISE_NONE && y.n > lost) {
        status = curve_and_difference(x, t, out, y, season, error);
        const double scale = alm_scale_absolute((struct alm_span){.y = x, .n = y.n - lost}, season);
        if (status == ALM_OK) normalise(out, t->normalisation, x, pack(x, y.n - lost), scale);
    }
    free(x);
    return status;
}
