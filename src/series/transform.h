/* Transforms of one series, with exact inverses: a curve (Box-Cox, of which log is one, or arcsinh), then
 * seasonal differences, then differences, then a shift and a division. What has to be learnt of the values is
 * learnt from the part that the caller shows. */
#ifndef ALM_SERIES_TRANSFORM_H
#define ALM_SERIES_TRANSFORM_H

#include "base/status.h"
#include "series/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alm_curve {
    ALM_CURVE_NONE,
    ALM_CURVE_BOXCOX,  /* (y^lambda - 1) / lambda, log y for lambda 0, of y > 0 (Box & Cox 1964) */
    ALM_CURVE_ARCSINH, /* arcsinh(y / unit), unit the median of |y| */
};

/* What the values, curved and differenced, are moved by and divided by. */
enum alm_normalisation {
    ALM_NORMALISE_NONE,
    ALM_NORMALISE_STANDARD, /* their mean; their standard deviation */
    ALM_NORMALISE_ROBUST,   /* their median; their interquartile range */
    ALM_NORMALISE_LAST,     /* nothing; the size of the last one */
    ALM_NORMALISE_SEASON,   /* nothing; their mean absolute seasonal difference */
};

struct alm_transform {
    enum alm_curve curve;
    bool guerrero; /* lambda is learnt; else it is given */
    double lambda;
    size_t seasonal_differences, differences;
    enum alm_normalisation normalisation;
};

/* What was learnt of one series. */
struct alm_transform_fit {
    double lambda, unit, shift, scale;
    int64_t first, last; /* timestamps of the part it was learnt from (0 without timestamps) */
    size_t n;            /* present values in it */
};

static inline bool alm_transform_is_on(const struct alm_transform *t)
{
    return t->curve != ALM_CURVE_NONE || t->seasonal_differences > 0 || t->differences > 0 ||
           t->normalisation != ALM_NORMALISE_NONE;
}

/* Values at the start of a series that differences take. */
size_t alm_transform_lost(const struct alm_transform *t, size_t season);

/* Whether all present values can be transformed; *at is the first that cannot. */
bool alm_transform_takes(const struct alm_transform *t, struct alm_span y, size_t *at);

/* Learns from y, whose missing values are left out. A scale that would be 0 or is not finite is 1. */
enum alm_status alm_transform_learn(struct alm_transform_fit *out, const struct alm_transform *t,
                                    struct alm_span y, size_t season, struct alm_error *error);

/* out[y.n - lost] from y, which must have more than lost values; a value that needs a missing one is missing.
 */
enum alm_status alm_transform_apply(double *out, const struct alm_transform *t,
                                    const struct alm_transform_fit *fit, struct alm_span y, size_t season,
                                    struct alm_error *error);

/* Forecasts of the horizon steps that follow y, in place: from the transformed scale to that of y. Where
 * differences are undone, a missing value of y counts as the last present one before it. */
enum alm_status alm_transform_invert(double *forecast, size_t horizon, const struct alm_transform *t,
                                     const struct alm_transform_fit *fit, struct alm_span y, size_t season,
                                     struct alm_error *error);

/* One value, for transforms without differences: monotone, so that quantiles go through it by themselves. A
 * value that no y has (Box-Cox) becomes the nearest end of the range: 0, or infinity for lambda < 0. */
double alm_transform_value(const struct alm_transform *t, const struct alm_transform_fit *fit, double z);

/* The mean of y whose transform has mean z and standard deviation sd, to second order in sd: g(w) + g''(w)
 * v / 2 with g the inverse of the curve, w and v mean and variance on its scale (Hyndman & Athanasopoulos
 * 2021, section 5.6, for Box-Cox). Without differences. */
double alm_transform_mean(const struct alm_transform *t, const struct alm_transform_fit *fit, double z,
                          double sd);

/* Lambda within 0 .. 1 for which spread and level of neighbouring stretches of max(2, season) values are
 * related least: the coefficient of variation of sd / mean^(1 - lambda) is smallest (Guerrero 1993, Journal
 * of Forecasting 12). Within 0 .. 1 every forecast has an inverse. 1 where there are fewer than two stretches
 * without missing values or nothing varies. */
enum alm_status alm_guerrero(double *lambda, struct alm_span y, size_t season, struct alm_error *error);

#endif
