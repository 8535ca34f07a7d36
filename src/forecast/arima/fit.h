/* Fitting one ARIMA model, and what it is worth. */
#ifndef ALM_FORECAST_ARIMA_FIT_H
#define ALM_FORECAST_ARIMA_FIT_H

#include "forecast/arima/kalman.h"

enum alm_arima_method {
    ALM_ARIMA_CSS_ML, /* exact likelihood, climbed from where CSS ends and from 0; the larger is taken */
    ALM_ARIMA_ML,     /* exact likelihood, climbed from coefficients of 0 */
    ALM_ARIMA_CSS,    /* conditional least squares alone */
};

enum alm_arima_criterion { ALM_ARIMA_AICC, ALM_ARIMA_AIC, ALM_ARIMA_BIC };

/* A series made ready for models with the same differences. Values are scaled by a power of 2 and, with
 * differences, counted from the first one, so that huge, tiny and far away values fit as well as others; what
 * models say is in the series' own units. */
struct alm_arima_series {
    size_t d, D, season;
    size_t n;            /* from the first value that is there */
    double *y;           /* [n] y_own = offset + scale y; NaN = missing */
    double *z, *centred; /* [n_z] differenced, and from its mean; missing values are interpolated */
    double *ones;        /* [n_z] */
    double *regressor;   /* [n] whose differences are 1: 1 (d + D = 0), t (d = 1) or t / m (D = 1) */
    size_t n_z, n_missing;
    double offset, scale, mean; /* mean of z, scaled */
    double *block;
};

/* y [n] may have NaN. ALM_DATA when it has no value or too few for the differences, ALM_NUMERIC when values
 * are not finite. Release with alm_arima_series_clear. */
enum alm_status alm_arima_series_init(struct alm_arima_series *series, const double *y, size_t n, size_t d,
                                      size_t D, size_t season, struct alm_error *error);
void alm_arima_series_clear(struct alm_arima_series *series);
/* The regressor at bar t, which may lie behind the end. */
double alm_arima_regressor(const struct alm_arima_series *series, size_t t);

struct alm_arima_fit {
    struct alm_arima_model model;
    bool exists;           /* false: nothing could be fitted, all criteria are infinite */
    double log_likelihood; /* exact, or of the conditional sum of squares */
    double aic, aicc,
        bic;            /* counting coefficients, constant and variance, over the n_used differenced values */
    double sum_squares; /* of standardised errors */
    size_t n_used;
};

double alm_arima_criterion(const struct alm_arima_fit *fit, enum alm_arima_criterion criterion);

/* What a fit is for: one that is of no use may end before its likelihood is largest. */
struct alm_arima_aim {
    enum alm_arima_method method;
    enum alm_arima_criterion criterion;
    double ceiling;    /* of no use with a criterion above; infinity: there is none */
    double least_root; /* of no use with a root below; 0: none is */
};

/* Estimates the model of these orders; its d, D and season are the series'. rough, which may be NULL, becomes
 * what conditional least squares found on the way. */
enum alm_status alm_arima_fit(struct alm_arima_fit *out, struct alm_arima_fit *rough,
                              const struct alm_arima_series *series, const struct alm_arima_order *order,
                              const struct alm_arima_aim *aim, struct alm_error *error);

/* The exact likelihood of a model whose coefficients and mu are given; sigma2 is estimated. */
enum alm_status alm_arima_evaluate(struct alm_arima_fit *out, const struct alm_arima_series *series,
                                   const struct alm_arima_model *model, struct alm_error *error);

#endif
