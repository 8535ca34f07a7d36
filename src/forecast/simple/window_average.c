/* Means of the latest values: of a window, and of the same place in the latest seasons. */
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>

static const struct alm_option window_options[] = {
    {.name = "window",
     .help = "how many of the latest values; default: a season, or 7 where there is none",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 1e9},
    {0},
};

static const struct alm_option season_options[] = {
    {.name = "window",
     .help = "how many of the latest seasons",
     .kind = ALM_OPTION_INTEGER,
     .fallback = "4",
     .minimum = 1,
     .maximum = 1e6},
    {.name = "season",
     .help = "season length in bars; default: the series' own",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 1e6},
    {0},
};

static size_t window_of(const struct alm_parameters *p, size_t season_length)
{
    if (alm_config_has(p->config, "window")) return alm_config_size(p->config, "window");
    return season_length > 1 ? season_length : 7;
}

static size_t season_of(const struct alm_parameters *p, size_t season_length)
{
    return alm_config_has(p->config, "season") ? alm_config_size(p->config, "season") : season_length;
}

static size_t one_value(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 1;
}

static size_t one_season(const void *self, size_t season_length, size_t horizon)
{
    (void)horizon;
    return season_of(self, season_length);
}

/* The mean of the present ones of up to count values that lie stride bars apart, the last of them at index
 * last, relative to the latest present one; when none is present, that of all values one by one before. */
static double mean_before(struct alm_span y, size_t last, size_t stride, size_t count)
{
    double origin = (double)NAN, sum = 0;
    size_t n = 0;
    for (size_t k = 0; k < count && k * stride <= last; k++) {
        const double value = y.y[last - k * stride];
        if (isnan(value)) continue;
        if (n++ == 0) origin = value;
        sum += value - origin;
    }
    if (n > 0) return origin + sum / (double)n;
    size_t t = y.n - 1;
    while (t > 0 && isnan(y.y[t]))
        t--;
    return y.y[t];
}

static enum alm_status forecast_window(const void *self, const struct alm_history *history,
                                       struct alm_forecast *out, struct alm_error *error)
{
    (void)error;
    const struct alm_history_series *series = &history->series[0];
    const double mean =
        mean_before(series->target, series->target.n - 1, 1, window_of(self, series->season_length));
    for (size_t i = 0; i < history->horizon; i++)
        out->mean[i] = mean;
    return ALM_OK;
}

static enum alm_status forecast_seasons(const void *self, const struct alm_history *history,
                                        struct alm_forecast *out, struct alm_error *error)
{
    (void)error;
    const struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const size_t m = season_of(p, history->series[0].season_length);
    const size_t window = alm_config_size(p->config, "window");
    for (size_t i = 0; i < history->horizon; i++)
        out->mean[i] = mean_before(y, y.n - m + i % m, m, window);
    return ALM_OK;
}

const struct alm_forecaster_type alm_window_average = {
    .name = "window-average",
    .summary = "the mean of the latest values",
    .use = "For a level that moves slowly under much noise; wider windows are calmer and later.",
    .reference =
        "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 5.2 "
        "(mean method, of a window)",
    .options = window_options,
    .traits = ALM_TRAIT_MISSING | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = alm_parameters_create,
    .minimum_history = one_value,
    .forecast = forecast_window,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
};

const struct alm_forecaster_type alm_seasonal_window_average = {
    .name = "seasonal-window-average",
    .summary = "the mean of the same place in the latest seasons",
    .use = "Where seasonal-naive is right but copies the noise of one season.",
    .reference =
        "Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 5.2 "
        "(seasonal naive method, of several seasons)",
    .options = season_options,
    .traits = ALM_TRAIT_MISSING | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = alm_parameters_create,
    .minimum_history = one_season,
    .forecast = forecast_seasons,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
};
