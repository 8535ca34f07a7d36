/* The distribution of what has been, at every place of a season. */
#include "base/memory.h"
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

static const struct alm_option options[] = {
    {.name = "window",
     .help = "how many of the latest values, or seasons with by=season; default: all",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 1e9},
    {.name = "by",
     .help = "all: one distribution for every step; season: one for every place of a season",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "season",
     .choices = "all|season"},
    {.name = "season",
     .help = "season length in bars; default: the series' own",
     .kind = ALM_OPTION_INTEGER,
     .minimum = 1,
     .maximum = 1e6},
    {0},
};

static size_t season_of(const struct alm_parameters *p, size_t season_length)
{
    if (alm_config_choice(p->config, "by") == 0) return 1;
    return alm_config_has(p->config, "season") ? alm_config_size(p->config, "season") : season_length;
}

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)horizon;
    return season_of(self, season_length);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The present values at index last and whole seasons before it, rising; all present ones where there are
 * none. */
static size_t collect(double *out, struct alm_span y, size_t last, size_t m, size_t window)
{
    size_t n = 0;
    for (size_t k = 0; k < window && k * m <= last; k++)
        if (!isnan(y.y[last - k * m])) out[n++] = y.y[last - k * m];
    for (size_t t = 0; n == 0 && m > 1 && t < y.n; t++)
        if (!isnan(y.y[t])) out[n++] = y.y[t];
    if (n == 0)
        for (size_t t = y.n; t-- > 0 && n == 0;)
            if (!isnan(y.y[t])) out[n++] = y.y[t];
    qsort(out, n, sizeof *out, rising);
    return n;
}

/* Quantiles by linear interpolation of the order statistics (definition 7 of Hyndman & Fan 1996). */
static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const size_t m = season_of(p, history->series[0].season_length);
    const size_t window = alm_config_has(p->config, "window") ? alm_config_size(p->config, "window") : y.n;
    const size_t levels = out->n_levels;
    double *values;
    ALM_TRY(ALM_NEW(&values, y.n, error));
    for (size_t i = 0; i < history->horizon && i < m; i++) {
        const size_t n = collect(values, y, y.n - m + i, m, window);
        for (size_t step = i; step < history->horizon; step += m) {
            out->mean[step] = gsl_stats_median_from_sorted_data(values, 1, n);
            for (size_t q = 0; q < levels; q++)
                out->quantile[step * levels + q] =
                    gsl_stats_quantile_from_sorted_data(values, 1, n, out->level[q]);
        }
    }
    out->has_quantiles[0] = levels > 0;
    free(values);
    return ALM_OK;
}

const struct alm_forecaster_type alm_historic_quantiles = {
    .name = "historic-quantiles",
    .summary = "the median and quantiles of what has been, at the same place of a season",
    .use = "The rival of every distribution forecast: intervals that do better than it have learnt something "
           "about the time they are for.",
    .reference =
        "Hyndman & Fan (1996), The American Statistician 50, definition 7; as climatology: Gneiting & "
        "Raftery (2007), Journal of the American Statistical Association 102",
    .options = options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_MISSING | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
};
