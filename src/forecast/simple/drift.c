/* The line through the first value and the last goes on. */
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>

enum { SIGMA, SLOPE, LENGTH };

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 2;
}

/* slope = (y_T - y_1) / (T - 1), the mean of the differences; sigma from what they leave. */
static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks, (void)error;
    struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const double slope = (y.y[y.n - 1] - y.y[0]) / (double)(y.n - 1);
    double sum = 0;
    for (size_t t = 1; t < y.n; t++) {
        const double e = y.y[t] - y.y[t - 1] - slope;
        sum += e * e;
    }
    p->value[SIGMA] = alm_residual_sd(sum, y.n - 1, 1);
    p->value[SLOPE] = slope;
    p->value[LENGTH] = (double)y.n;
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    (void)error;
    const double *p = ((const struct alm_parameters *)self)->value;
    const struct alm_span y = history->series[0].target;
    /* yhat_{T+h} = y_T + h slope,  sd_h = sigma sqrt(h (1 + h / (T - 1))) */
    for (size_t i = 0; i < history->horizon; i++) {
        const double h = (double)i + 1;
        alm_put_normal(out, i, y.y[y.n - 1] + h * p[SLOPE], p[SIGMA] * sqrt(h * (1 + h / (p[LENGTH] - 1))));
    }
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const double *p = ((const struct alm_parameters *)self)->value;
    alm_parameters_describe(out, "slope", p[SLOPE]);
    alm_parameters_describe(out, "sigma", p[SIGMA]);
}

const struct alm_forecaster_type alm_drift = {
    .name = "drift",
    .summary = "the last value and the mean change from bar to bar",
    .use =
        "For a random walk that goes somewhere, such as an index over years. Its slope hangs on two values.",
    .reference =
        "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., sections 5.2, 5.5",
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
    .describe = describe,
};
