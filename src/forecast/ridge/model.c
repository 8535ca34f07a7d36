/* How the forecaster `ridge` sees a window, and its forecasts. */
#include "forecast/ridge/model.h"

#include "base/memory.h"
#include "window/window.h"

#include <math.h>
#include <stdlib.h>

size_t alm_ridge_lookback(const struct alm_ridge_model *model, size_t season, size_t horizon)
{
    if (alm_config_has(model->config, "lookback")) return alm_config_size(model->config, "lookback");
    const size_t n = alm_lookback(season, horizon);
    return model->centre == ALM_RIDGE_SEASON && n < season ? season : n;
}

bool alm_ridge_holds_season(const struct alm_ridge_model *model, size_t season)
{
    return model->centre != ALM_RIDGE_SEASON || season <= model->lookback;
}

double alm_ridge_unit(const struct alm_ridge_model *model, const struct alm_history_series *series)
{
    return alm_scaler_fit(model->unit, series->target.y, series->target.n, series->season_length, NULL).scale;
}

double alm_ridge_inputs(double *x, const struct alm_ridge_model *model, const double *y, size_t season,
                        double unit)
{
    static const enum alm_scaler_kind kinds[] = {[ALM_RIDGE_LAST] = ALM_SCALER_SHIFT,
                                                 [ALM_RIDGE_SEASON] = ALM_SCALER_SEASON,
                                                 [ALM_RIDGE_MEAN] = ALM_SCALER_STANDARD};
    const size_t n = model->lookback;
    const double centre = alm_scaler_fit(kinds[model->centre], y, n, season, NULL).centre;
    for (size_t i = 0; i < n; i++)
        x[i] = (y[i] - centre) / unit;
    return centre;
}

double alm_ridge_base(const struct alm_ridge_model *model, const double *y, size_t season, double centre,
                      size_t h)
{
    return model->centre == ALM_RIDGE_SEASON ? y[model->lookback - season + h % season] : centre;
}

enum alm_status alm_ridge_make_room(struct alm_ridge_model *model, struct alm_error *error)
{
    const size_t lookback = model->lookback, horizon = model->horizon;
    alm_ridge_drop(model);
    model->lookback = lookback;
    model->horizon = horizon;
    ALM_TRY(ALM_NEW(&model->w, lookback * horizon, error));
    return ALM_NEW(&model->b, horizon, error);
}

void alm_ridge_drop(struct alm_ridge_model *model)
{
    free(model->w);
    free(model->b);
    model->w = model->b = NULL;
    model->lookback = model->horizon = model->windows = 0;
    model->penalty = model->validation_loss = (double)NAN;
}

/* mean [horizon] = base + unit (Wᵀx + b); x [lookback] is scratch. */
static void forecast_series(double *mean, double *x, const struct alm_ridge_model *model,
                            const struct alm_history_series *series, size_t horizon)
{
    const size_t season = series->season_length, n = series->target.n, q = model->horizon;
    const double unit = model->drift ? alm_ridge_unit(model, series) : 1;
    const double *y = series->target.y + (n - model->lookback);
    const double centre = alm_ridge_inputs(x, model, y, season, 1); /* a linear map needs no unit */
    for (size_t h = 0; h < horizon; h++)
        mean[h] = unit * model->b[h];
    for (size_t i = 0; i < model->lookback; i++)
        for (size_t h = 0; h < horizon; h++)
            mean[h] += x[i] * model->w[i * q + h];
    for (size_t h = 0; h < horizon; h++)
        mean[h] += alm_ridge_base(model, y, season, centre, h);
}

enum alm_status alm_ridge_forecast(const void *self, const struct alm_history *history,
                                   struct alm_forecast *out, struct alm_error *error)
{
    const struct alm_ridge_model *model = self;
    double *x;
    if (model->w == NULL)
        return alm_fail(error, ALM_INTERNAL, "ridge: asked to forecast before it was fitted");
    if (history->horizon > model->horizon)
        return alm_fail(error, ALM_DATA,
                        "this ridge was fitted for a horizon of %zu and cannot forecast %zu steps",
                        model->horizon, history->horizon);
    ALM_TRY(ALM_NEW(&x, model->lookback, error));
    for (size_t i = 0; i < history->n_series; i++) {
        const struct alm_history_series *series = &history->series[i];
        double *mean = out->mean + i * history->horizon;
        if (series->target.n >= model->lookback && alm_ridge_holds_season(model, series->season_length))
            forecast_series(mean, x, model, series, history->horizon);
        else
            for (size_t h = 0; h < history->horizon; h++)
                mean[h] = (double)NAN; /* which the wrapper reports */
    }
    free(x);
    return ALM_OK;
}
