/* What the tests of forecasters share: histories, and a fitted forecaster in one call. */
#ifndef ALM_TESTS_FORECAST_SUPPORT_H
#define ALM_TESTS_FORECAST_SUPPORT_H

#include "forecast/forecaster.h"

enum { SUPPORT_LEVELS = 3 };
extern const double support_levels[SUPPORT_LEVELS]; /* 0.1, 0.5, 0.9 */

/* A series of n values on index timestamps: level 100, trend, season 7, noise. Owns its arrays. */
struct sample {
    double *y;
    int64_t *ts;
    size_t n;
};
struct sample sample_create(size_t n, uint64_t key);
void sample_free(struct sample *sample);

/* The first n values as a history's series named `s`; season 7. */
struct alm_history_series history_of(const struct sample *sample, size_t n);

/* A forecaster for spec; default settings with this seed. */
struct alm_forecaster *make_forecaster(const char *spec, uint64_t seed, size_t conformal_folds);

/* Fits and forecasts; fails the test unless both return ALM_OK. out is made; outcome is [n_series]. */
void fit_on(struct alm_forecaster *forecaster, const struct alm_history *history,
            struct alm_series_outcome *outcome);
struct alm_forecast *forecast_on(const struct alm_forecaster *forecaster, const struct alm_history *history,
                                 struct alm_series_outcome *outcome);
/* Both, for one series of which a forecast must come. */
struct alm_forecast *fitted_forecast(const char *spec, struct alm_history_series series, size_t horizon);

/* Whether two forecasts have the same bits. */
bool same_forecast(const struct alm_forecast *a, const struct alm_forecast *b);

#endif
