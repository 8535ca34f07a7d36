/* The mean of all values. */
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>

enum { SIGMA, MEAN, LENGTH };

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 1;
}

/* Mean of the present values; taken relative to the first one, so that a large level costs no digits. */
static double mean_of(struct alm_span y, size_t *n)
{
    double sum = 0;
    *n = 0;
    for (size_t t = 0; t < y.n; t++) {
        if (isnan(y.y[t])) continue;
        sum += y.y[t] - y.y[0];
        ++*n;
    }
    return y.y[0] + sum / (double)*n;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks, (void)error;
    struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    size_t n;
    const double mean = mean_of(y, &n);
    double sum = 0;
    for (size_t t = 0; t < y.n; t++)
        if (!isnan(y.y[t])) sum += (y.y[t] - mean) * (y.y[t] - mean);
    p->value[SIGMA] = alm_residual_sd(sum, n, 1);
    p->value[MEAN] = mean;
    p->value[LENGTH] = (double)n;
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    (void)error;
    const double *p = ((const struct alm_parameters *)self)->value;
    /* yhat_{T+h} = (y_1 + ... + y_T) / T,  sd_h = sigma sqrt(1 + 1 / T) */
    for (size_t i = 0; i < history->horizon; i++)
        alm_put_normal(out, i, p[MEAN], p[SIGMA] * sqrt(1 + 1 / p[LENGTH]));
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const double *p = ((const struct alm_parameters *)self)->value;
    alm_parameters_describe(out, "mean", p[MEAN]);
    alm_parameters_describe(out, "sigma", p[SIGMA]);
}

const struct alm_forecaster_type alm_mean = {
    .name = "mean",
    .summary = "the mean of all values",
    .use = "For noise around a level that does not move, such as returns.",
    .reference =
        "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., sections 5.2, 5.5",
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_MISSING | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
    .describe = describe,
};
