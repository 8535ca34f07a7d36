/* A series as exponential smoothing takes it, and first guesses at its states. */
#ifndef ALM_FORECAST_ETS_SERIES_H
#define ALM_FORECAST_ETS_SERIES_H

#include "forecast/ets/model.h"

/* Values are divided by the power of two above their largest magnitude, so that no scale overflows or
 * vanishes and the bits of a result do not depend on it. Models with absolute errors see them relative to the
 * first one: adding a number to the data adds it to their forecasts. */
struct alm_ets_series {
    size_t n, m;     /* m: season length, 1 where there are fewer than two seasons of values */
    double *scaled;  /* [n] in [-1, 1] */
    double *centred; /* [n] scaled, less the first */
    int exponent;    /* y = scaled 2^exponent */
    bool positive;   /* all values are above 0 */
    bool constant;   /* all values are the same */
    double *additive, *multiplicative; /* [m] seasonal states of scaled by classical decomposition, sum 0 or
                                          m; NULL if m is 1, and multiplicative unless positive */
};

enum alm_status alm_ets_series_init(struct alm_ets_series *out, const double *y, size_t n, size_t m,
                                    struct alm_error *error);
void alm_ets_series_clear(struct alm_ets_series *series); /* safe on {0} */

/* What a model of the series sees: scaled or centred. */
const double *alm_ets_series_values(const struct alm_ets_series *series, const struct alm_ets_model *model);

/* First states of a model as alm_ets_series_values has them: seasonal ones by classical decomposition
 * (Hyndman & Athanasopoulos 2021, section 3.4), level and slope from a line through the first values without
 * them, as Hyndman, Koehler, Ord & Snyder (2008), section 2.6, begin. state->season [m] is the caller's. */
void alm_ets_series_guess(struct alm_ets_state *state, const struct alm_ets_series *series,
                          const struct alm_ets_model *model);

/* Takes first states from the scale of the data to that of alm_ets_series_values, and back, in place. */
void alm_ets_series_enter(struct alm_ets_state *state, const struct alm_ets_series *series,
                          const struct alm_ets_model *model);
void alm_ets_series_leave(struct alm_ets_state *state, const struct alm_ets_series *series,
                          const struct alm_ets_model *model);

#endif
