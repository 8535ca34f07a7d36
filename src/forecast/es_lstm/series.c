/* Series as the forecaster `es-lstm` sees them: their seasons and scale, and rows of a batch. */
#include "forecast/es_lstm/es_lstm.h"

#include <math.h>

/* ---- seasons and scale ---- */

/* Seasons are those of which there are two cycles at least. */
static void add_season(struct alm_smoothing_shape *out, double period, size_t n)
{
    const size_t m = (size_t)period;
    if (m < 2 || m > n / 2 || out->n_seasons == ALM_SMOOTHING_SEASONS) return;
    if (out->n_seasons > 0 && m == out->period[0]) return;
    const bool below = out->n_seasons > 0 && m < out->period[0];
    if (below) out->period[1] = out->period[0];
    out->period[below ? 0 : out->n_seasons] = m;
    out->n_seasons++;
}

static struct alm_smoothing_shape seasons_of(const struct alm_es_lstm *es,
                                             const struct alm_history_series *series)
{
    struct alm_smoothing_shape out = {0};
    const size_t own = series->season_length, n = series->target.n;
    const int64_t day = (int64_t)24 * 3600 * 1000000;
    size_t count;
    if (alm_config_has(es->config, "seasons")) {
        const double *given = alm_config_numbers(es->config, "seasons", &count);
        for (size_t i = 0; i < count; i++)
            add_season(&out, given[i], n);
        return out;
    }
    add_season(&out, (double)own, n);
    if (own > 1 && alm_frequency_length(series->calendar.frequency) * (int64_t)own == day)
        add_season(&out, 7 * (double)own, n);
    return out;
}

/* Mean distance of neighbours, or what is there instead. */
static double unit_of(const double *y, size_t n)
{
    double sum = 0, size = 0;
    for (size_t t = 1; t < n; t++)
        sum += fabs(y[t] - y[t - 1]) / (double)(n - 1);
    for (size_t t = 0; t < n; t++)
        size += fabs(y[t]) / (double)n;
    return sum > 0 ? sum : size > 0 ? size : 1;
}

enum alm_status alm_es_series_learn(struct alm_es_series *out, const struct alm_es_lstm *es,
                                    const struct alm_history_series *series, struct alm_error *error)
{
    enum { AUTO, LOG, LINEAR };
    const size_t scale = alm_config_choice(es->config, "scale"), n = series->target.n;
    const double *y = series->target.y;
    bool positive = true;
    for (size_t t = 0; t < n; t++)
        positive = positive && y[t] > 0;
    if (scale == LOG && !positive)
        return alm_fail(
            error, ALM_USAGE,
            "es-lstm: %s has values that are not positive, which have no logarithm; use scale=auto",
            series->name);
    out->seasons = seasons_of(es, series);
    out->log = positive && scale != LINEAR;
    out->unit = out->log ? 1 : unit_of(y, n);
    return ALM_OK;
}

void alm_es_series_scale(double *z, const struct alm_es_series *series, const double *y, size_t n)
{
    for (size_t t = 0; t < n; t++)
        z[t] = !series->log ? y[t] / series->unit : y[t] > 0 ? log(y[t]) : (double)NAN;
}

double alm_es_series_value(const struct alm_es_series *series, double z)
{
    return series->log ? exp(z) : z * series->unit;
}

void alm_es_series_start(alm_real *parameters, const struct alm_es_lstm *es,
                         const struct alm_es_series *series, const double *z, size_t n)
{
    alm_smoothing_start(parameters, &series->seasons, alm_config_real(es->config, "alpha"),
                        alm_config_real(es->config, "gamma"), z, n);
}

/* ---- rows ---- */

size_t alm_es_row_fill(const struct alm_batch *batch, size_t row, const struct alm_es_lstm *es,
                       const struct alm_smoothing *smoothing, double weight)
{
    size_t counted = 0;
    for (size_t step = 0; step < es->steps; step++) {
        const size_t at = step * batch->rows + row, t = smoothing->n + step; /* less steps */
        alm_real *x = batch->x + at * es->inputs, *y = batch->y + at * es->horizon,
                 *counts = batch->weight + at * es->horizon;
        const bool there = t >= es->steps, known = t >= es->steps + es->inputs;
        for (size_t k = 0; k < es->inputs && !there; k++)
            x[k] = 0;
        if (there) alm_smoothing_inputs(x, smoothing, t - es->steps, es->inputs);
        if (weight == 0) continue;
        if (known) alm_smoothing_answers(y, counts, smoothing, t - es->steps, es->horizon);
        for (size_t h = 0; h < es->horizon; h++) {
            if (!known) y[h] = counts[h] = 0;
            counted += counts[h] > 0;
            counts[h] *= (alm_real)weight;
        }
    }
    return counted;
}

void alm_es_row_take(struct alm_smoothing *smoothing, const struct alm_batch *batch, size_t row,
                     const struct alm_es_lstm *es)
{
    for (size_t step = 0; step < es->steps; step++) {
        const size_t at = step * batch->rows + row, t = smoothing->n + step; /* less steps */
        if (t < es->steps) continue;
        alm_smoothing_take(smoothing, batch->d_x + at * es->inputs, es->inputs, batch->d_y + at * es->horizon,
                           es->horizon, t - es->steps);
    }
}
