#include "forecast/ets/model.h"

#include <math.h>

void alm_ets_model_write(const struct alm_ets_model *model, struct alm_text *out)
{
    static const char *const trend[] = {"N", "A", "Ad"}, *const season[] = {"N", "A", "M"};
    alm_text_printf(out, "%s%s%s", model->relative ? "M" : "A", trend[model->trend], season[model->season]);
}

size_t alm_ets_model_size(const struct alm_ets_model *model)
{
    const size_t trend[] = {0, 2, 3};
    return 2 + trend[model->trend] + (model->season == ALM_ETS_NO_SEASON ? 0 : model->m);
}

/* The product of LOGS forecasts above least does not underflow, and one logarithm is taken of all of them. */
enum { LOGS = 8 };
static const double least = 1e-30;

/* One body for all classes: trend, season and relative are constants where it is called. */
static inline __attribute__((always_inline)) bool
filter(struct alm_ets_sums *sums, double *fitted, struct alm_ets_state *state, enum alm_ets_trend trend,
       enum alm_ets_season season, bool relative, size_t m, const struct alm_ets_weights *w, const double *y,
       size_t n)
{
    const double alpha = w->alpha, beta = w->beta, gamma = w->gamma,
                 phi = trend == ALM_ETS_DAMPED ? w->phi : 1;
    double l = state->level, b = state->slope, squares = 0, logs = 0, product = 1, lowest = (double)INFINITY;
    size_t j = 0;
    for (size_t t = 0; t < n; t++) {
        const double phib = trend == ALM_ETS_NO_TREND ? 0 : phi * b;
        const double q = trend == ALM_ETS_NO_TREND ? l : l + phib;
        const double s = season == ALM_ETS_NO_SEASON ? 0 : state->season[j];
        const double f = season == ALM_ETS_NO_SEASON ? q : season == ALM_ETS_ADDITIVE ? q + s : q * s;
        const double e = y[t] - f, part = season == ALM_ETS_MULTIPLICATIVE ? y[t] / s - q : e;
        const double error = relative ? e / f : e;
        squares += error * error;
        if (relative) {
            lowest = f < lowest ? f : lowest;
            if (season == ALM_ETS_MULTIPLICATIVE) lowest = s < lowest ? s : lowest;
            product *= f;
            if ((t + 1) % LOGS == 0) {
                logs += log(product);
                product = 1;
            }
        }
        if (fitted != NULL) fitted[t] = f;
        l = q + alpha * part;
        if (trend != ALM_ETS_NO_TREND) b = phib + beta * part;
        if (season != ALM_ETS_NO_SEASON) {
            state->season[j] = s + gamma * (season == ALM_ETS_MULTIPLICATIVE ? y[t] / q - s : e);
            j = j + 1 == m ? 0 : j + 1;
        }
    }
    state->level = l;
    state->slope = b;
    *sums = (struct alm_ets_sums){squares, relative ? logs + log(product) : 0};
    return isfinite(squares + sums->logs) && (!relative || lowest > least);
}

bool alm_ets_filter(struct alm_ets_sums *sums, double *fitted, struct alm_ets_state *state,
                    const struct alm_ets_model *model, const struct alm_ets_weights *weights, const double *y,
                    size_t n)
{
    switch (ALM_ETS_CODE(model->trend, model->season, model->relative)) {
#define X(trend, season, relative)                                                                           \
    case ALM_ETS_CODE(trend, season, relative):                                                              \
        return filter(sums, fitted, state, trend, season, relative, model->m, weights, y, n);
        ALM_ETS_MODELS(X)
#undef X
    }
    return false;
}

double alm_ets_likelihood(const struct alm_ets_sums *sums, size_t n)
{
    return (double)n * log(sums->squares) + 2 * sums->logs;
}

bool alm_ets_admissible(const struct alm_ets_model *model, const struct alm_ets_weights *w, double *scratch)
{
    static const double radius = 1.00001;
    if (model->trend == ALM_ETS_NO_TREND || model->season == ALM_ETS_NO_SEASON) return true;
    const size_t m = model->m;
    const double phi = model->trend == ALM_ETS_DAMPED ? w->phi : 1,
                 middle = w->alpha + w->beta - w->alpha * phi;
    double power = 1, *p = scratch;
    for (size_t i = 0; i <= m + 1; i++, power *= radius)
        p[i] = power * (i == 0       ? phi * (1 - w->alpha - w->gamma)
                        : i == m + 1 ? 1
                        : i == m     ? w->alpha + w->beta - phi
                        : i == 1     ? middle + w->gamma - 1
                                     : middle);
    /* all roots lie inside the circle if |p_0 / p_d| < 1, and the same holds of the polynomial of degree d -
     * 1 with the coefficients p_i - p_0 / p_d p_{d-i} */
    for (size_t d = m + 1; d > 0; d--, p++) {
        const double k = p[0] / p[d];
        if (!(fabs(k) < 1)) return false;
        for (size_t i = 1; i <= d / 2; i++) {
            const double a = p[i], b = p[d - i];
            p[i] = a - k * b;
            p[d - i] = b - k * a;
        }
        p[d] -= k * p[0];
    }
    return true;
}
