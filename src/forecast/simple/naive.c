/* The last value goes on. */
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>

enum { SIGMA };

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 1;
}

/* sigma^2 = sum (y_t - y_{t-1})^2 / number of pairs that are present. */
static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks, (void)error;
    struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    double sum = 0;
    size_t n = 0;
    for (size_t t = 1; t < y.n; t++) {
        const double e = y.y[t] - y.y[t - 1];
        if (isnan(e)) continue;
        sum += e * e;
        n++;
    }
    p->value[SIGMA] = alm_residual_sd(sum, n, 0);
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    (void)error;
    const struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    size_t last = y.n - 1;
    while (last > 0 && isnan(y.y[last]))
        last--;
    /* yhat_{T+h} = y_T,  sd_h = sigma sqrt(h) */
    for (size_t i = 0; i < history->horizon; i++)
        alm_put_normal(out, i, y.y[last], p->value[SIGMA] * sqrt((double)i + 1));
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    alm_parameters_describe(out, "sigma", ((const struct alm_parameters *)self)->value[SIGMA]);
}

const struct alm_forecaster_type alm_naive = {
    .name = "naive",
    .summary = "the last value",
    .use = "The rival that every other forecaster must beat; for prices and other random walks the best "
           "there is.",
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
