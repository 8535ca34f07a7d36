/* A forecaster behind a transform: it is shown transformed series, and what it forecasts comes out in the
 * unit of the series. The one place where fits and forecasts of a type are called. */
#ifndef ALM_FORECAST_TRANSFORMED_H
#define ALM_FORECAST_TRANSFORMED_H

#include "forecast/forecaster.h"
#include "forecast/transform_options.h"

/* What makes and uses fitted states. */
struct alm_maker {
    const struct alm_forecaster_type *type;
    const struct alm_config *config;
    struct alm_transform_choice choice;
};

/* The season length of a series for this forecaster and its transforms: as its option `season` says, if it
 * has one and that is given, else the series' own. */
size_t alm_maker_season(const struct alm_maker *maker, size_t own);

/* type->minimum_history, and what differences take. */
size_t alm_maker_minimum_history(const struct alm_maker *maker, const void *self, size_t season_length,
                                 size_t horizon);

/* Learns a transform of every series, into learnt [history->n_series], and fits self to what they become. */
enum alm_status alm_maker_fit(const struct alm_maker *maker, void *self, struct alm_transform_fit *learnt,
                              const struct alm_history *history, const struct alm_fit_hooks *hooks,
                              struct alm_error *error);

/* learnt [history->n_series] is what the fit left of each series; one that the fit did not see (NULL) is
 * transformed by what its own history tells. Quantiles go through the curve one by one; where differences are
 * undone there are none, as theirs would need the joint distribution of the steps. */
enum alm_status alm_maker_forecast(const struct alm_maker *maker, const void *self,
                                   const struct alm_transform_fit *const *learnt,
                                   const struct alm_history *history, struct alm_forecast *out,
                                   struct alm_error *error);

/* Appends what was learnt of a series, as `name=value` lines; nothing without a transform. */
void alm_transform_describe(struct alm_text *out, const struct alm_transform_choice *choice,
                            const struct alm_transform_fit *learnt);

#endif
