/* How the errors of a model depend on what is estimated: the normal equations of the least squares problem
 * that its likelihood is. With e the errors of n steps and G the geometric mean of |f| where they are
 * relative (else 1), -2 log likelihood = n log sum (G e)^2. */
#ifndef ALM_FORECAST_ETS_NORMAL_H
#define ALM_FORECAST_ETS_NORMAL_H

#include "forecast/ets/model.h"

/* Where things stand among the numbers that are estimated. beta = alpha BETA and gamma = (1 - alpha) GAMMA,
 * so that bounds between 0 and 1 keep 0 <= beta <= alpha and 0 <= gamma <= 1 - alpha; a beta or gamma that is
 * given is fixed and no share of anything. */
enum {
    ALM_ETS_ALPHA,
    ALM_ETS_BETA,
    ALM_ETS_GAMMA,
    ALM_ETS_PHI,
    ALM_ETS_LEVEL,
    ALM_ETS_SLOPE,
    ALM_ETS_SEASON =
        8, /* the first m - 1 seasonal states; the last makes their sum 0, or m under multiplication */
    ALM_ETS_LANES = 8,
};

/* Columns of the derivatives, a multiple of ALM_ETS_LANES; the seasonal states take part if free_season. */
size_t alm_ets_width(const struct alm_ets_model *model, bool free_season);

/* Derivatives of the weights with respect to ALM_ETS_ALPHA .. ALM_ETS_PHI. */
struct alm_ets_rates {
    double alpha[ALM_ETS_LANES], beta[ALM_ETS_LANES], gamma[ALM_ETS_LANES], phi[ALM_ETS_LANES];
};

/* Memory of one problem, for series of any length. */
struct alm_ets_tangents;
enum alm_status alm_ets_tangents_create(struct alm_ets_tangents **out, const struct alm_ets_model *model,
                                        bool free_season, struct alm_error *error);
void alm_ets_tangents_free(struct alm_ets_tangents *tangents);

/* r'r, J'J [width][width] (its upper triangle) and J'r [width] of r = G e over y [n], from state, which is
 * overwritten as by alm_ets_filter. Not finite where the model is not defined. Denormals should be flushed:
 * derivatives fade. */
double alm_ets_normal(double *jj, double *jr, struct alm_ets_tangents *tangents, struct alm_ets_state *state,
                      const struct alm_ets_weights *weights, const struct alm_ets_rates *rates,
                      const double *y, size_t n);

#endif
