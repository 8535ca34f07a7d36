#include "forecast/arima/forecast.h"

#include "base/memory.h"
#include "forecast/arima/fit.h"

#include <math.h>
#include <stdlib.h>

/* Takes what the constant makes off the values. */
static void take_off(struct alm_arima_series *s, double mu)
{
    for (size_t t = 0; t < s->n; t++)
        s->y[t] -= mu * s->regressor[t];
}

static enum alm_status predict(double *mean, double *sd, const struct alm_arima_model *model,
                               const struct alm_arima_series *s, struct alm_kalman *kalman, size_t horizon,
                               struct alm_error *error)
{
    const double mu = model->mu / s->scale, *y[] = {s->y, NULL};
    double log_determinant, *errors;
    size_t used;
    ALM_TRY(ALM_NEW(&errors, s->n, error));
    double *e[] = {errors, NULL};
    const bool filtered = alm_kalman_filter(kalman, e, &log_determinant, &used, y, s->n);
    free(errors);
    if (!filtered) return alm_fail(error, ALM_NUMERIC, "the arima model is at the edge of being stationary");
    for (size_t h = 0; h < horizon; h++) {
        double level, variance;
        alm_kalman_predict(kalman, &level, &variance);
        mean[h] = s->offset + s->scale * (level + mu * alm_arima_regressor(s, s->n + h));
        sd[h] = sqrt(variance * model->sigma2);
    }
    return ALM_OK;
}

enum alm_status alm_arima_forecast(double *mean, double *sd, const struct alm_arima_model *model,
                                   const double *y, size_t n, size_t horizon, struct alm_error *error)
{
    const struct alm_arima_order *o = &model->order;
    struct alm_arima_series series;
    struct alm_arma arma = {0};
    struct alm_kalman kalman = {0};
    ALM_TRY(alm_arima_series_init(&series, y, n, o->d, o->D, o->season, error));
    take_off(&series, model->mu / series.scale);
    enum alm_status status = alm_arma_init(&arma, o, error);
    if (status == ALM_OK) status = alm_kalman_init(&kalman, &arma, error);
    if (status == ALM_OK) {
        alm_arma_set(&arma, o, model->coefficient);
        status = predict(mean, sd, model, &series, &kalman, horizon, error);
    }
    alm_kalman_clear(&kalman);
    alm_arma_clear(&arma);
    alm_arima_series_clear(&series);
    return status;
}
