/* The theta models as one recursion (Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler 2016, International
 * Journal of Forecasting 32, eq. 8 to 13), t from 0, a = alpha:
 *
 *     mu_t = l_t + (1 - 1 / theta) g_t,   g_t = A_t (1 - a)^t + B_t (1 - (1 - a)^{t+1}) / a
 *     y_t = mu_t + e_t,   l_{t+1} = a y_t + (1 - a) l_t
 *
 * A and B are intercept and slope of a straight line: through all of the series in the static models, through
 * what came before t in the dynamic ones. theta = 2 of the static model is the theta method of Assimakopoulos
 * & Nikolopoulos (2000): exponential smoothing with half the slope as drift (Hyndman & Billah 2003). */
#ifndef ALM_FORECAST_THETA_MODEL_H
#define ALM_FORECAST_THETA_MODEL_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define ALM_THETA_LOWEST_ALPHA 0.1
#define ALM_THETA_HIGHEST_ALPHA 0.99
/* theta is at most this: (1 - 1 / theta) is 1 then. */
#define ALM_THETA_HIGHEST 1e10

struct alm_theta {
    bool dynamic;
    double alpha, theta, level; /* level: l_0 */
};

/* Where a model stands after some values. Start from alm_theta_begin. */
struct alm_theta_state {
    double level, mean, intercept, slope; /* l_t; mean of the values so far; A_t, B_t */
    double power;                         /* (1 - alpha)^t */
    size_t t;
};

/* intercept and slope are those of all values for a static model. */
void alm_theta_begin(struct alm_theta_state *state, const struct alm_theta *model, double intercept,
                     double slope);
/* mu_t of the next value. */
double alm_theta_next(const struct alm_theta_state *state, const struct alm_theta *model);
/* Takes the next value in. */
void alm_theta_add(struct alm_theta_state *state, const struct alm_theta *model, double value);

/* Least squares line y_t = *intercept + *slope (t + 1). n >= 2. */
void alm_theta_line(double *intercept, double *slope, const double *y, size_t n);

/* The errors of y [n], from the fourth on, squared, summed and divided by mean |y|: what is made small. *end
 * is the state after y, NULL if not wanted; e [n] gets the errors, NULL if not wanted. */
double alm_theta_criterion(struct alm_theta_state *end, double *e, const struct alm_theta *model,
                           const double *y, size_t n);

/* Finds the alpha within its bounds, the theta >= 1 and the first level that make the criterion least; a
 * theta or alpha that is not NaN is kept. n >= 6. The errors are linear in level and 1 - 1 / theta, so these
 * are found by least squares for each alpha. */
enum alm_status alm_theta_fit(struct alm_theta *model, const double *y, size_t n, struct alm_error *error);

#endif
