/* What the errors of each series count for when the forecaster `es-lstm` learns. */
#include "forecast/es_lstm/es_lstm.h"

#include "window/scaler.h"

#include <math.h>

/* A weight is at most this many times the mean of all. */
static const double MOST = 10;

static size_t season_of(const struct alm_history_series *series)
{
    return series->season_length > 1 && series->season_length < series->target.n ? series->season_length : 1;
}

/* sMAPE in percent of the value one season before. */
static double naive_smape(const struct alm_history_series *series)
{
    const size_t season = season_of(series);
    const double *y = series->target.y;
    double sum = 0;
    for (size_t t = season; t < series->target.n; t++)
        if (y[t] != y[t - season])
            sum += 200 * fabs(y[t] - y[t - season]) / (fabs(y[t]) + fabs(y[t - season]));
    return series->target.n > season ? sum / (double)(series->target.n - season) : 0;
}

/* Infinite where the series has no level or no differences. */
static double owa_weight(const struct alm_es_series *own, const struct alm_history_series *series,
                         double smape)
{
    const double *y = series->target.y, level = alm_mean_size(y, series->target.n),
                 difference = alm_seasonal_difference(y, series->target.n, season_of(series)),
                 unit = own->log ? level : own->unit;
    return unit / difference + 100 * unit / (smape * level);
}

void alm_es_series_weigh(double *weight, const struct alm_es_lstm *es, const struct alm_history *history)
{
    enum { NONE, OWA };
    const size_t n = history->n_series;
    double smape = 0, mean = 0;
    size_t finite = 0;
    for (size_t i = 0; i < n; i++) {
        weight[i] = 1;
        smape += naive_smape(&history->series[i]) / (double)n;
    }
    if (alm_config_choice(es->config, "weight") == NONE || !(smape > 0)) return;
    for (size_t i = 0; i < n; i++) {
        weight[i] = owa_weight(&es->series[i], &history->series[i], smape);
        if (!isfinite(weight[i])) continue;
        mean += weight[i];
        finite++;
    }
    mean = finite > 0 ? mean / (double)finite : 1;
    for (size_t i = 0; i < n; i++)
        weight[i] = isfinite(weight[i]) ? fmin(weight[i] / mean, MOST) : MOST;
}
