/* Estimation: weights and first states together, by maximum likelihood, and the choice among models. */
#ifndef ALM_FORECAST_ETS_FIT_H
#define ALM_FORECAST_ETS_FIT_H

#include "forecast/ets/series.h"

/* A model and what is known of it. All numbers belong to the data as they are, whatever their scale. */
struct alm_ets_fit {
    struct alm_ets_model model;
    struct alm_ets_weights weights;
    struct alm_ets_state first; /* before the first value; first.season belongs to the fit */
    size_t parameters; /* numbers that were estimated: weights that were not given, and first states */
    double likelihood; /* -2 log likelihood without constants, see alm_ets_likelihood */
    double sigma;      /* sqrt(sum e^2 / (n - parameters)); NaN when that is not above 0 */
};

void alm_ets_fit_clear(struct alm_ets_fit *fit); /* safe on {0} */

/* Weights that are not NaN in given are kept; the others are found within .0001 <= alpha <= most_alpha,
 * 0 < beta <= alpha, 0 < gamma <= 1 - alpha, .8 <= phi <= .98, and where alm_ets_admissible: with
 * ALM_ETS_MOST_ALPHA the region that R's ets() calls both. likelihood is infinite when the model is not
 * defined on the data. */
enum alm_status alm_ets_fit_model(struct alm_ets_fit *out, const struct alm_ets_series *series,
                                  const struct alm_ets_model *model, const struct alm_ets_weights *given,
                                  double most_alpha, struct alm_error *error);
#define ALM_ETS_MOST_ALPHA 0.9999

/* First states anew, for another history: the weights, sigma and model of fit stay. */
enum alm_status alm_ets_fit_states(struct alm_ets_fit *fit, const struct alm_ets_series *series,
                                   struct alm_error *error);

enum alm_ets_criterion { ALM_ETS_AICC, ALM_ETS_AIC, ALM_ETS_BIC };

/* With one more parameter, the variance; infinite where there are too few values for it. */
double alm_ets_criterion(const struct alm_ets_fit *fit, size_t n, enum alm_ets_criterion criterion);

#endif
