/* The last season goes on. */
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>

enum { SIGMA };

static const struct alm_option options[] = {
    {.name = "season",
     .help = "season length in bars; default: the series' own",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 1e6},
    {0},
};

static size_t season_of(const struct alm_parameters *p, size_t own)
{
    return alm_config_has(p->config, "season") ? alm_config_size(p->config, "season") : own;
}

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)horizon;
    return season_of(self, season_length);
}

/* sigma^2 = sum (y_t - y_{t-m})^2 / number of pairs that are present. */
static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks, (void)error;
    struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const size_t m = season_of(p, history->series[0].season_length);
    double sum = 0;
    size_t n = 0;
    for (size_t t = m; t < y.n; t++) {
        const double e = y.y[t] - y.y[t - m];
        if (isnan(e)) continue;
        sum += e * e;
        n++;
    }
    p->value[SIGMA] = alm_residual_sd(sum, n, 0);
    return ALM_OK;
}

/* The latest present value at the same place of a season as index t, which lies in the last season; where
 * there is none, the latest present value. */
static double same_place(struct alm_span y, size_t t, size_t m)
{
    while (isnan(y.y[t]) && t >= m)
        t -= m;
    if (!isnan(y.y[t])) return y.y[t];
    t = y.n - 1;
    while (t > 0 && isnan(y.y[t]))
        t--;
    return y.y[t];
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    (void)error;
    const struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const size_t m = season_of(p, history->series[0].season_length);
    /* yhat_{T+h} = y_{T+h-m(k+1)},  sd_h = sigma sqrt(k + 1),  k = floor((h - 1) / m) */
    for (size_t i = 0; i < history->horizon; i++)
        alm_put_normal(out, i, same_place(y, y.n - m + i % m, m),
                       p->value[SIGMA] * sqrt((double)(i / m) + 1));
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    alm_parameters_describe(out, "sigma", ((const struct alm_parameters *)self)->value[SIGMA]);
}

const struct alm_forecaster_type alm_seasonal_naive = {
    .name = "seasonal-naive",
    .summary = "the value one season ago",
    .use = "The rival for data with a day, a week or a year in them, such as loads, temperatures and counts.",
    .reference =
        "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., sections 5.2, 5.5",
    .options = options,
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
