#include "forecast/garch/model.h"

#include "forecast/fitting/minimise.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

enum { BACKCAST = 75, OMEGA = 0, ALPHA, BETA, NU, MU, N };

double alm_garch_backcast(const double *r, size_t n, double mean)
{
    double sum = 0, weights = 0, weight = 1;
    for (size_t t = 0; t < n && t < BACKCAST; t++, weight *= 0.94) {
        sum += weight * (r[t] - mean) * (r[t] - mean);
        weights += weight;
    }
    return sum / weights;
}

/* log f(e) = c - log(h) / 2 - e^2 / (2 h), or with Student's errors
 * c - log(h) / 2 - (nu + 1) / 2 log(1 + e^2 / (h (nu - 2))) */
static double constant(double nu)
{
    if (isinf(nu)) return -0.5 * log(2 * M_PI);
    return gsl_sf_lngamma((nu + 1) / 2) - gsl_sf_lngamma(nu / 2) - 0.5 * log(M_PI * (nu - 2));
}

double alm_garch_likelihood(double *next, double *h, const struct alm_garch *model, const double *r, size_t n,
                            double backcast)
{
    const double nu = model->nu;
    double variance = model->omega + (model->alpha + model->beta) * backcast, logs = 0, tails = 0;
    for (size_t t = 0; t < n; t++) {
        const double e = r[t] - model->mu, square = e * e;
        if (!(variance > 0)) return -(double)INFINITY;
        if (h != NULL) h[t] = variance;
        logs += log(variance);
        tails += isinf(nu) ? square / variance : log1p(square / (variance * (nu - 2)));
        variance = model->omega + model->alpha * square + model->beta * variance;
    }
    if (next != NULL) *next = variance;
    return (double)n * constant(nu) - 0.5 * logs - 0.5 * (isinf(nu) ? 1 : nu + 1) * tails;
}

/* What the optimiser moves: the numbers of a model that are not given, in the order of the enum. */
struct search {
    const double *r;
    size_t n, n_free;
    double backcast;
    struct alm_garch given;
    int free[N];
};

static double *number(struct alm_garch *model, int which)
{
    double *const numbers[N] = {[OMEGA] = &model->omega,
                                [ALPHA] = &model->alpha,
                                [BETA] = &model->beta,
                                [NU] = &model->nu,
                                [MU] = &model->mu};
    return numbers[which];
}

static struct alm_garch model_of(const struct search *search, const double *x)
{
    struct alm_garch model = search->given;
    for (size_t i = 0; i < search->n_free; i++)
        *number(&model, search->free[i]) = x[i];
    return model;
}

static double criterion(void *context, const double *x)
{
    const struct search *search = context;
    const struct alm_garch model = model_of(search, x);
    if (model.alpha + model.beta >= 1) return (double)INFINITY;
    return -alm_garch_likelihood(NULL, NULL, &model, search->r, search->n, search->backcast);
}

/* The likelihood has a ridge along alpha + beta = const: the best of a grid is where the search begins. */
static void start(double *x, struct search *search, double mean, double variance)
{
    static const double alphas[] = {0.02, 0.05, 0.1, 0.2}, sums[] = {0.5, 0.8, 0.95, 0.99};
    double best = (double)INFINITY;
    for (size_t i = 0; i < 16; i++) {
        const double alpha = alphas[i / 4], sum = sums[i % 4];
        struct alm_garch guess = {mean, variance * (1 - sum), alpha, sum - alpha, 8};
        double trial[N];
        for (size_t k = 0; k < search->n_free; k++)
            trial[k] = *number(&guess, search->free[k]);
        const double value = criterion(search, trial);
        if (i > 0 && !(value < best)) continue;
        best = value;
        for (size_t k = 0; k < search->n_free; k++)
            x[k] = trial[k];
    }
}

enum alm_status alm_garch_fit(struct alm_garch *model, const double *r, size_t n, struct alm_error *error)
{
    static const double lowest[N] = {[NU] = 2.05, [MU] = -HUGE_VAL},
                        highest[N] = {HUGE_VAL, 1, 1, 500, HUGE_VAL}, first[N] = {0.01, 0.03, 0.03, 1, 0.01};
    struct search search = {.r = r, .n = n, .given = *model};
    double x[N], lower[N], upper[N], step[N];
    const double mean = gsl_stats_mean(r, 1, n);
    for (int i = 0; i < N; i++) {
        if (!isnan(*number(model, i))) continue;
        const size_t k = search.n_free++;
        search.free[k] = i;
        lower[k] = lowest[i];
        upper[k] = highest[i];
        step[k] = first[i];
    }
    search.backcast = alm_garch_backcast(r, n, isnan(model->mu) ? mean : model->mu);
    if (search.n_free == 0 || !(search.backcast > 0)) return ALM_OK;
    const struct alm_objective objective = {criterion, &search, search.n_free, lower,
                                            upper,     step,    1e-10,         3000};
    struct alm_minimum minimum = {.value = (double)INFINITY};
    start(x, &search, mean, gsl_stats_variance_m(r, 1, n, mean));
    for (int round = 0; round < 5; round++) { /* a fresh simplex, until it gains no more */
        const double before = minimum.value;
        ALM_TRY(alm_minimise(x, &minimum, &objective, error));
        if (before - minimum.value <= 1e-8) break;
    }
    *model = model_of(&search, x);
    if (!isfinite(minimum.value))
        return alm_fail(error, ALM_NUMERIC, "no GARCH(1,1) model has a finite likelihood for these returns");
    return ALM_OK;
}
