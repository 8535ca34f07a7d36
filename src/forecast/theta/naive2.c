/* The last value of the series without its season: what the M competitions measure by. */
#include "forecast/parameters.h"
#include "forecast/theta/adjustment.h"
#include "forecast/types.h"

#include <math.h>

enum { SIGMA };

static const struct alm_option options[] = {ALM_ADJUSTMENT_OPTIONS, {0}};

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 1;
}

/* sigma^2 = mean of squared changes of the adjusted series */
static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks;
    struct alm_parameters *p = self;
    struct alm_adjusted adjusted;
    double sum = 0;
    ALM_TRY(alm_adjusted_init(&adjusted, p->config, &history->series[0], error));
    for (size_t t = 1; t < adjusted.n; t++)
        sum += (adjusted.y[t] - adjusted.y[t - 1]) * (adjusted.y[t] - adjusted.y[t - 1]);
    p->value[SIGMA] = alm_residual_sd(sum, adjusted.n - 1, 0);
    alm_adjusted_clear(&adjusted);
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct alm_parameters *p = self;
    struct alm_adjusted adjusted;
    ALM_TRY(alm_adjusted_init(&adjusted, p->config, &history->series[0], error));
    for (size_t i = 0; i < out->horizon; i++)
        alm_adjusted_put(out, i, &adjusted, adjusted.y[adjusted.n - 1],
                         p->value[SIGMA] * sqrt((double)(i + 1)));
    alm_adjusted_clear(&adjusted);
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    alm_parameters_describe(out, "sigma", ((const struct alm_parameters *)self)->value[SIGMA]);
}

const struct alm_forecaster_type alm_naive2 = {
    .name = "naive2",
    .summary = "the last value without its season, with the season put back",
    .use = "The rival by which the M competitions measure (OWA): decomposition=multiplicative is theirs.",
    .reference = "Makridakis, Spiliotis & Assimakopoulos (2020), International Journal of Forecasting 36, "
                 "appendix A",
    .options = options,
    .traits = ALM_TRAIT_QUANTILES,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
    .describe = describe,
};
