#include "forecast/ets/forecast.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is the same in all steps. */
struct ahead {
    double alpha, beta, gamma, phi, variance; /* of one error */
    const struct alm_ets_model *model;
};

/* ---- classes 1 and 2: the season adds ---- */

static void mean_of_sums(double *mean, size_t horizon, const struct ahead *a,
                         const struct alm_ets_state *state, size_t n)
{
    double damped = 0, power = 1; /* phi + ... + phi^h */
    for (size_t h = 0; h < horizon; h++) {
        power *= a->phi;
        damped += power;
        mean[h] = state->level + (a->model->trend == ALM_ETS_NO_TREND ? 0 : damped * state->slope) +
                  (a->model->season == ALM_ETS_NO_SEASON ? 0 : state->season[(n + h) % a->model->m]);
    }
}

/* cc [horizon]: the squares of c_j = alpha + beta (phi + ... + phi^j) + gamma if j is a multiple of m, for j
 * = h + 1. */
static void squared_weights(double *cc, size_t horizon, const struct ahead *a)
{
    double damped = 0, power = 1;
    for (size_t h = 0; h < horizon; h++) {
        power *= a->phi;
        damped += power;
        const bool season = a->model->season != ALM_ETS_NO_SEASON && (h + 1) % a->model->m == 0;
        const double c = a->alpha + a->beta * damped + (season ? a->gamma : 0);
        cc[h] = c * c;
    }
}

/* v_h = sigma^2 (1 + sum_{j<h} c_j^2) */
static void absolute_variances(double *variance, size_t horizon, const double *cc, const struct ahead *a)
{
    double sum = 1;
    for (size_t h = 0; h < horizon; h++) {
        variance[h] = a->variance * sum;
        sum += cc[h];
    }
}

/* theta_h = mu_h^2 + sigma^2 sum_{j<h} c_j^2 theta_{h-j},  v_h = (1 + sigma^2) theta_h - mu_h^2 */
static void relative_variances(double *variance, const double *mean, size_t horizon, const double *cc,
                               const struct ahead *a)
{
    double *theta = variance; /* v_h takes its place when no later one needs it */
    for (size_t h = 0; h < horizon; h++) {
        double sum = 0;
        for (size_t j = 1; j <= h; j++)
            sum += cc[j - 1] * theta[h - j];
        theta[h] = mean[h] * mean[h] + a->variance * sum;
    }
    for (size_t h = 0; h < horizon; h++)
        variance[h] = (1 + a->variance) * theta[h] - mean[h] * mean[h];
}

/* ---- class 3: the season multiplies ---- */

/* Expectations of level and slope times the seasonal state of one place, and of their products times its
 * square. */
struct moments {
    double l, b, ll, lb, bb;
};

/* One step of F = (1 phi; 0 phi) for the first moments, F V F' for the second. */
static struct moments go_on(const struct moments *v, double phi)
{
    return (struct moments){v->l + phi * v->b, phi * v->b, v->ll + 2 * phi * v->lb + phi * phi * v->bb,
                            phi * v->lb + phi * phi * v->bb, phi * phi * v->bb};
}

/* The same after an error e ~ N(0, sigma^2) that moves level and slope to (F + e K) x, K = (alpha; beta) (1
 * phi), and, in the place whose turn it is, the season to s (1 + gamma e). */
static struct moments expect(const struct moments *before, const struct ahead *a, bool turn)
{
    const struct moments v = go_on(before, a->phi);
    const double gamma = turn ? a->gamma : 0, s2 = a->variance;
    const double once = 2 * gamma * s2, twice = s2 + 3 * gamma * gamma * s2 * s2,
                 kept = 1 + gamma * gamma * s2;
    /* K V K' = w' V w g g' with w' V w = v.ll,  F V K' = F V w g' with F V w = (v.ll, v.lb) */
    return (struct moments){
        v.l + gamma * s2 * a->alpha * v.l,
        v.b + gamma * s2 * a->beta * v.l,
        kept * v.ll + twice * a->alpha * a->alpha * v.ll + 2 * once * a->alpha * v.ll,
        kept * v.lb + twice * a->alpha * a->beta * v.ll + once * (a->beta * v.ll + a->alpha * v.lb),
        kept * v.bb + twice * a->beta * a->beta * v.ll + 2 * once * a->beta * v.lb,
    };
}

static enum alm_status products(double *mean, double *variance, size_t horizon, const struct ahead *a,
                                const struct alm_ets_state *state, size_t n, struct alm_error *error)
{
    const size_t m = a->model->m;
    struct moments *place;
    ALM_TRY(ALM_NEW(&place, m, error));
    for (size_t j = 0; j < m; j++) {
        const double s = state->season[j], l = s * state->level, b = s * state->slope;
        place[j] = (struct moments){l, b, l * l, l * b, b * b};
    }
    for (size_t h = 0; h < horizon; h++) {
        const size_t now = (n + h) % m;
        const struct moments f = go_on(&place[now], a->phi);
        mean[h] = f.l;
        variance[h] = (1 + a->variance) * f.ll - f.l * f.l;
        for (size_t j = 0; j < m; j++)
            place[j] = expect(&place[j], a, j == now);
    }
    free(place);
    return ALM_OK;
}

/* ---- */

enum alm_status alm_ets_moments(double *mean, double *variance, size_t horizon,
                                const struct alm_ets_model *model, const struct alm_ets_weights *weights,
                                const struct alm_ets_state *state, size_t n, double sigma,
                                struct alm_error *error)
{
    const bool trend = model->trend != ALM_ETS_NO_TREND;
    const struct ahead a = {weights->alpha, trend ? weights->beta : 0,
                            weights->gamma, model->trend == ALM_ETS_DAMPED ? weights->phi : 1,
                            sigma * sigma,  model};
    if (model->season == ALM_ETS_MULTIPLICATIVE) {
        const struct alm_ets_state now = {state->level, trend ? state->slope : 0, state->season};
        return products(mean, variance, horizon, &a, &now, n, error);
    }
    double *cc;
    ALM_TRY(ALM_NEW(&cc, horizon, error));
    mean_of_sums(mean, horizon, &a, state, n);
    squared_weights(cc, horizon, &a);
    if (model->relative)
        relative_variances(variance, mean, horizon, cc, &a);
    else
        absolute_variances(variance, horizon, cc, &a);
    free(cc);
    return ALM_OK;
}

/* The first states of fit at the scale of series, in memory of their own. */
static enum alm_status enter(struct alm_ets_state *state, const struct alm_ets_fit *fit,
                             const struct alm_ets_series *series, struct alm_error *error)
{
    const size_t m = fit->model.m;
    *state = fit->first;
    ALM_TRY(ALM_NEW(&state->season, m, error));
    memcpy(state->season, fit->first.season, m * sizeof *state->season);
    alm_ets_series_enter(state, series, &fit->model);
    return ALM_OK;
}

enum alm_status alm_ets_forecast(double *mean, double *sd, size_t horizon, const struct alm_ets_fit *fit,
                                 const struct alm_ets_series *series, struct alm_error *error)
{
    const struct alm_ets_model *model = &fit->model;
    struct alm_ets_state state;
    struct alm_ets_sums sums;
    /* a standard deviation that is not known must not hide the mean of class 3 */
    const double known = isnan(fit->sigma) ? 0 : fit->sigma;
    const double sigma = model->relative ? known : ldexp(known, -series->exponent);
    const double shift = model->relative ? 0 : series->scaled[0];
    ALM_TRY(enter(&state, fit, series, error));
    enum alm_status status = ALM_OK;
    if (!alm_ets_filter(&sums, NULL, &state, model, &fit->weights, alm_ets_series_values(series, model),
                        series->n))
        status =
            alm_fail(error, ALM_NUMERIC, "the fitted model is not defined on these values: fit it again");
    if (status == ALM_OK)
        status = alm_ets_moments(mean, sd, horizon, model, &fit->weights, &state, series->n, sigma, error);
    for (size_t h = 0; status == ALM_OK && h < horizon; h++) {
        mean[h] = ldexp(mean[h] + shift, series->exponent);
        sd[h] = isnan(fit->sigma) ? (double)NAN : ldexp(sqrt(sd[h]), series->exponent);
    }
    free(state.season);
    return status;
}

/* At most so many origins, whole seasons apart: the filter begins a season with every call. */
enum { ORIGINS = 50 };

enum alm_status alm_ets_horizon_error(double *out, const struct alm_ets_fit *fit,
                                      const struct alm_ets_series *series, size_t horizon,
                                      struct alm_error *error)
{
    const size_t n = series->n, m = fit->model.m, stride = m * (1 + n / 2 / m / ORIGINS);
    const double *y = alm_ets_series_values(series, &fit->model);
    struct alm_ets_state state = {0};
    double *mean = NULL, sum = 0;
    size_t count = 0;
    enum alm_status status = ALM_NEW(&mean, 2 * horizon, error);
    if (status == ALM_OK) status = enter(&state, fit, series, error);
    for (size_t t = 0; status == ALM_OK && t < n; t += stride) {
        struct alm_ets_sums sums;
        if (t >= n / 2) {
            status = alm_ets_moments(mean, mean + horizon, horizon, &fit->model, &fit->weights, &state, t, 0,
                                     error);
            for (size_t h = 0; h < horizon && t + h < n; h++, count++)
                sum += fabs(y[t + h] - mean[h]);
        }
        if (!alm_ets_filter(&sums, NULL, &state, &fit->model, &fit->weights, y + t,
                            n - t < stride ? n - t : stride))
            sum = (double)INFINITY;
    }
    *out = isfinite(sum) && count > 0 ? sum / (double)count : (double)INFINITY;
    free(state.season);
    free(mean);
    return status;
}
