/* Inside of the forecaster `ridge`: what it learns, and how it sees a window. */
#ifndef ALM_FORECAST_RIDGE_MODEL_H
#define ALM_FORECAST_RIDGE_MODEL_H

#include "forecast/forecaster.h"
#include "window/scaler.h"

/* What is taken from every value of a window. */
enum alm_ridge_centre { ALM_RIDGE_LAST, ALM_RIDGE_SEASON, ALM_RIDGE_MEAN };

struct alm_ridge_model {
    const struct alm_config *config;
    enum alm_ridge_centre centre;
    enum alm_scaler_kind unit; /* that a series' errors are counted in */
    bool drift;

    /* Learnt. */
    size_t lookback, horizon, windows;
    double penalty, validation_loss; /* the loss is a mean of squares in units; NaN: none was held out */
    double *w, *b;                   /* [lookback][horizon], [horizon]; NULL before a fit */
};

/* Values that a window has for a series of this season length: as the option says, else alm_lookback, but at
 * least a season with centre=season. */
size_t alm_ridge_lookback(const struct alm_ridge_model *model, size_t season, size_t horizon);

/* Whether windows of the learnt lookback can be centred for this season length. */
bool alm_ridge_holds_season(const struct alm_ridge_model *model, size_t season);

/* The unit of a series; 0 when it does not vary. */
double alm_ridge_unit(const struct alm_ridge_model *model, const struct alm_history_series *series);

/* x [lookback] = (y - centre) / unit of a window y [lookback] without missing values; returns the centre. */
double alm_ridge_inputs(double *x, const struct alm_ridge_model *model, const double *y, size_t season,
                        double unit);

/* What the answer for step h (from 0) is added to: the centre or, with centre=season, the window's last value
 * a whole number of seasons before. */
double alm_ridge_base(const struct alm_ridge_model *model, const double *y, size_t season, double centre,
                      size_t h);

/* fit and forecast of the type; a fit drops the one before. */
enum alm_status alm_ridge_fit(void *self, const struct alm_history *history,
                              const struct alm_fit_hooks *hooks, struct alm_error *error);
enum alm_status alm_ridge_forecast(const void *self, const struct alm_history *history,
                                   struct alm_forecast *out, struct alm_error *error);

/* Makes room for w and b of the model's lookback and horizon, dropping what was there. */
enum alm_status alm_ridge_make_room(struct alm_ridge_model *model, struct alm_error *error);
void alm_ridge_drop(struct alm_ridge_model *model);

#endif
