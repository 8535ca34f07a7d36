#include "forecast/ets/fit.h"

#include "base/memory.h"
#include "forecast/ets/normal.h"
#include "forecast/fitting/marquardt.h"
#include "nn/denormals.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bounds of what is estimated; beta and gamma as shares of alpha and of 1 - alpha. */
static const double least_alpha = 1e-4, least_share = 1e-4, least_phi = 0.8, most_phi = 0.98;
/* A step of the search that lowers -2 log likelihood by less than n times that is the last. */
static const double tolerance = 1e-9,
                    fine_tolerance = 1e-17; /* the latter where a step costs little: no season */
enum { MOST_STEPS = 100 };
/* Seasons up to that length have their first states estimated; longer ones keep those of the decomposition.
 */
enum { MOST_SEASON = 64 };
/* Errors below that share of the largest value are rounding errors, and a smaller one says nothing. */
static const double least_error = 4 * DBL_EPSILON;

void alm_ets_fit_clear(struct alm_ets_fit *fit)
{
    free(fit->first.season);
    *fit = (struct alm_ets_fit){0};
}

/* One model of one series while it is estimated. */
struct problem {
    const struct alm_ets_model *model;
    const struct alm_ets_weights *given;
    const double *y; /* [n] */
    size_t n, width;
    bool free_season;
    double most_alpha;
    double *season, *guess; /* [m] as x has it, and as first guessed */
    double *scratch;        /* [m + 2] */
    struct alm_ets_tangents *tangents;
    double *x, *trial, *lower, *upper, *best; /* [width] */
};

static double either(double given, double estimate)
{
    return isnan(given) ? estimate : given;
}

static struct alm_ets_weights weights_of(const struct problem *p, const double *x)
{
    const double alpha = either(p->given->alpha, x[ALM_ETS_ALPHA]);
    return (struct alm_ets_weights){alpha, either(p->given->beta, alpha * x[ALM_ETS_BETA]),
                                    either(p->given->gamma, (1 - alpha) * x[ALM_ETS_GAMMA]),
                                    either(p->given->phi, x[ALM_ETS_PHI])};
}

static struct alm_ets_rates rates_of(const struct problem *p, const double *x)
{
    struct alm_ets_rates r = {0};
    const double alpha = either(p->given->alpha, x[ALM_ETS_ALPHA]);
    r.alpha[ALM_ETS_ALPHA] = 1;
    if (isnan(p->given->beta)) {
        r.beta[ALM_ETS_ALPHA] = x[ALM_ETS_BETA];
        r.beta[ALM_ETS_BETA] = alpha;
    }
    if (isnan(p->given->gamma)) {
        r.gamma[ALM_ETS_ALPHA] = -x[ALM_ETS_GAMMA];
        r.gamma[ALM_ETS_GAMMA] = 1 - alpha;
    }
    r.phi[ALM_ETS_PHI] = 1;
    return r;
}

/* The first states that x stands for; their seasonal ones are put into p->season. */
static struct alm_ets_state state_of(struct problem *p, const double *x)
{
    const struct alm_ets_model *model = p->model;
    if (model->season != ALM_ETS_NO_SEASON && !p->free_season)
        memcpy(p->season, p->guess, model->m * sizeof *p->season);
    if (p->free_season) {
        double last = model->season == ALM_ETS_ADDITIVE ? 0 : (double)model->m;
        for (size_t j = 0; j + 1 < model->m; j++)
            last -= p->season[j] = x[ALM_ETS_SEASON + j];
        p->season[model->m - 1] = last;
    }
    return (struct alm_ets_state){x[ALM_ETS_LEVEL], x[ALM_ETS_SLOPE], p->season};
}

static double sum_of_squares(void *context, const double *x)
{
    struct problem *p = context;
    struct alm_ets_state state = state_of(p, x);
    const struct alm_ets_weights weights = weights_of(p, x);
    struct alm_ets_sums sums;
    if (!alm_ets_admissible(p->model, &weights, p->scratch) ||
        !alm_ets_filter(&sums, NULL, &state, p->model, &weights, p->y, p->n))
        return (double)INFINITY;
    return sums.squares * exp(2 * sums.logs / (double)p->n);
}

static double normal_equations(void *context, const double *x, double *jj, double *jr)
{
    struct problem *p = context;
    struct alm_ets_state state = state_of(p, x);
    const struct alm_ets_weights weights = weights_of(p, x);
    const struct alm_ets_rates rates = rates_of(p, x);
    return alm_ets_normal(jj, jr, p->tangents, &state, &weights, &rates, p->y, p->n);
}

/* A number within bounds, or one that is held if it is given or the model has none. */
static void bound(struct problem *p, size_t i, bool is_free, double lower, double upper)
{
    p->lower[i] = is_free ? lower : p->x[i];
    p->upper[i] = is_free ? upper : p->x[i];
}

static void set_bounds(struct problem *p, bool with_weights)
{
    const struct alm_ets_model *model = p->model;
    const struct alm_ets_weights *given = p->given;
    const bool trend = model->trend != ALM_ETS_NO_TREND, season = model->season != ALM_ETS_NO_SEASON;
    for (size_t i = 0; i < p->width; i++)
        bound(p, i, false, 0, 0);
    if (with_weights) {
        bound(p, ALM_ETS_ALPHA, isnan(given->alpha),
              trend ? fmax(least_alpha, either(given->beta, 0)) : least_alpha,
              season ? fmin(p->most_alpha, 1 - either(given->gamma, 0)) : p->most_alpha);
        bound(p, ALM_ETS_BETA, trend && isnan(given->beta), least_share, 1);
        bound(p, ALM_ETS_GAMMA, season && isnan(given->gamma), least_share, 1);
        bound(p, ALM_ETS_PHI, model->trend == ALM_ETS_DAMPED && isnan(given->phi), least_phi, most_phi);
    }
    bound(p, ALM_ETS_LEVEL, true, -(double)INFINITY, (double)INFINITY);
    bound(p, ALM_ETS_SLOPE, trend, -(double)INFINITY, (double)INFINITY);
    for (size_t j = 0; p->free_season && j + 1 < model->m; j++)
        bound(p, ALM_ETS_SEASON + j, true, -(double)INFINITY, (double)INFINITY);
}

static void problem_clear(struct problem *p)
{
    alm_ets_tangents_free(p->tangents);
    free(p->season);
    free(p->x);
}

/* Everything but weights and bounds; safe to clear after a failure. */
static enum alm_status problem_init(struct problem *p, const struct alm_ets_series *series,
                                    const struct alm_ets_model *model, const struct alm_ets_weights *given,
                                    struct alm_error *error)
{
    *p = (struct problem){.model = model,
                          .given = given,
                          .y = alm_ets_series_values(series, model),
                          .n = series->n,
                          .free_season = model->season != ALM_ETS_NO_SEASON && model->m <= MOST_SEASON};
    p->width = alm_ets_width(model, p->free_season);
    enum alm_status status = alm_ets_tangents_create(&p->tangents, model, p->free_season, error);
    if (status == ALM_OK) status = ALM_NEW(&p->season, 3 * model->m + 2, error);
    if (status == ALM_OK) status = ALM_NEW(&p->x, 6 * p->width, error);
    if (status != ALM_OK) {
        problem_clear(p);
        return status;
    }
    p->guess = p->season + model->m;
    p->scratch = p->guess + model->m;
    p->trial = p->x + p->width;
    p->lower = p->trial + p->width;
    p->upper = p->lower + p->width;
    p->best = p->upper + p->width;
    struct alm_ets_state state = {.season = p->guess};
    alm_ets_series_guess(&state, series, model);
    p->x[ALM_ETS_LEVEL] = state.level;
    p->x[ALM_ETS_SLOPE] = state.slope;
    for (size_t j = 0; p->free_season && j + 1 < model->m; j++)
        p->x[ALM_ETS_SEASON + j] = p->guess[j];
    return ALM_OK;
}

/* The likelihood has several maxima, most often one where the level follows every error and one where it
 * hardly moves: the search begins at the best point of a grid in each region. */
enum { REGIONS = 2, ALPHAS = 3 };
static const double alphas[REGIONS][ALPHAS] = {{0.95, 0.6, 0.35}, {0.15, 0.03, 0.005}};

/* First states from which the forecasts of positive data are most often positive: no slope, and the first
 * value. */
static void hold_still(struct problem *p)
{
    const double season = p->guess[0];
    p->x[ALM_ETS_SLOPE] = 0;
    p->x[ALM_ETS_LEVEL] = p->model->season == ALM_ETS_NO_SEASON  ? p->y[0]
                          : p->model->season == ALM_ETS_ADDITIVE ? p->y[0] - season
                                                                 : p->y[0] / season;
}

/* The best of the grid of weights within a region, with the states as they are; false when the model is not
 * defined at any point of it. */
static bool choose_start(struct problem *p, const double *alpha)
{
    static const double shares[] = {0.005, 0.1, 0.8}, phis[] = {0.97, 0.85};
    const bool trend = p->model->trend != ALM_ETS_NO_TREND, season = p->model->season != ALM_ETS_NO_SEASON;
    double best = (double)INFINITY;
    double chosen[ALM_ETS_LEVEL] = {alpha[0], shares[0], shares[0], phis[0]};
    for (size_t a = 0; a < ALPHAS; a++)
        for (size_t b = 0; b < (trend ? 3 : 1); b++)
            for (size_t c = 0; c < (season ? 3 : 1); c++)
                for (size_t d = 0; d < (p->model->trend == ALM_ETS_DAMPED ? 2 : 1); d++) {
                    const double x[] = {fmin(fmax(alpha[a], p->lower[0]), p->upper[0]), shares[b], shares[c],
                                        phis[d]};
                    memcpy(p->trial, p->x, p->width * sizeof *p->x);
                    memcpy(p->trial, x, sizeof x);
                    const double value = sum_of_squares(p, p->trial);
                    if (value < best) {
                        best = value;
                        memcpy(chosen, x, sizeof x);
                    }
                }
    memcpy(p->x, chosen, sizeof chosen);
    return isfinite(best);
}

static size_t count_given(const struct alm_ets_model *model, const struct alm_ets_weights *given)
{
    return (size_t)!isnan(given->alpha) + (model->trend != ALM_ETS_NO_TREND && !isnan(given->beta)) +
           (model->season != ALM_ETS_NO_SEASON && !isnan(given->gamma)) +
           (model->trend == ALM_ETS_DAMPED && !isnan(given->phi));
}

static enum alm_status search(struct problem *p, double *value, struct alm_error *error)
{
    struct alm_marquardt_minimum found;
    const double least_gain = p->free_season ? tolerance : fine_tolerance;
    const struct alm_marquardt ls = {.value = sum_of_squares,
                                     .normal = normal_equations,
                                     .context = p,
                                     .n = p->width,
                                     .lower = p->lower,
                                     .upper = p->upper,
                                     .tolerance = least_gain,
                                     .max_steps = MOST_STEPS};
    const unsigned before = alm_denormals_flush();
    const enum alm_status status = alm_marquardt(p->x, &found, &ls, error);
    alm_denormals_restore(before);
    *value = found.value;
    return status;
}

/* The best of the searches from all regions. */
static enum alm_status search_regions(struct problem *p, double *value, struct alm_error *error)
{
    double *first = p->best + p->width; /* where all begin */
    memcpy(first, p->x, p->width * sizeof *first);
    memcpy(p->best, first, p->width * sizeof *first);
    *value = (double)INFINITY;
    for (size_t r = 0; r < REGIONS; r++) {
        double here;
        if (r + 1 < REGIONS && alphas[r][ALPHAS - 1] > p->most_alpha) continue;
        memcpy(p->x, first, p->width * sizeof *first);
        set_bounds(p, true);
        if (!choose_start(p, alphas[r])) {
            hold_still(p);
            choose_start(p, alphas[r]);
        }
        set_bounds(p, true);
        ALM_TRY(search(p, &here, error));
        if (!(here < *value)) continue;
        *value = here;
        memcpy(p->best, p->x, p->width * sizeof *first);
    }
    memcpy(p->x, p->best, p->width * sizeof *first);
    return ALM_OK;
}

/* Takes what x stands for back to the scale of the data. */
static enum alm_status keep_states(struct alm_ets_fit *out, struct problem *p,
                                   const struct alm_ets_series *series, struct alm_error *error)
{
    const struct alm_ets_model *model = p->model;
    if (out->first.season == NULL) ALM_TRY(ALM_NEW(&out->first.season, model->m, error));
    const struct alm_ets_state state = state_of(p, p->x);
    if (model->season != ALM_ETS_NO_SEASON)
        memcpy(out->first.season, state.season, model->m * sizeof(double));
    out->first.level = state.level;
    out->first.slope = state.slope;
    alm_ets_series_leave(&out->first, series, model);
    return ALM_OK;
}

static void keep_likelihood(struct alm_ets_fit *out, struct problem *p, const struct alm_ets_series *series,
                            double value)
{
    const double n = (double)p->n;
    struct alm_ets_state state = state_of(p, p->x);
    struct alm_ets_sums sums = {0};
    alm_ets_filter(&sums, NULL, &state, p->model, &out->weights, p->y, p->n);
    const double scale = p->model->relative ? 1 : ldexp(1, series->exponent);
    out->sigma =
        p->n > out->parameters ? scale * sqrt(sums.squares / (n - (double)out->parameters)) : (double)NAN;
    out->likelihood = n * log(fmax(value, n * least_error * least_error)) + 2 * n * series->exponent * log(2);
}

enum alm_status alm_ets_fit_model(struct alm_ets_fit *out, const struct alm_ets_series *series,
                                  const struct alm_ets_model *model, const struct alm_ets_weights *given,
                                  double most_alpha, struct alm_error *error)
{
    struct problem p;
    double value = (double)INFINITY;
    *out = (struct alm_ets_fit){.model = *model, .likelihood = (double)INFINITY, .sigma = (double)NAN};
    ALM_TRY(problem_init(&p, series, model, given, error));
    p.most_alpha = most_alpha;
    enum alm_status status = search_regions(&p, &value, error);
    out->weights = weights_of(&p, p.x);
    out->parameters = alm_ets_model_size(model) - count_given(model, given);
    if (status == ALM_OK) status = keep_states(out, &p, series, error);
    if (status == ALM_OK && isfinite(value)) keep_likelihood(out, &p, series, value);
    problem_clear(&p);
    if (status != ALM_OK) alm_ets_fit_clear(out);
    return status;
}

enum alm_status alm_ets_fit_states(struct alm_ets_fit *fit, const struct alm_ets_series *series,
                                   struct alm_error *error)
{
    struct problem p;
    double value;
    ALM_TRY(problem_init(&p, series, &fit->model, &fit->weights, error));
    set_bounds(&p, false);
    enum alm_status status = search(&p, &value, error);
    if (status == ALM_OK) status = keep_states(fit, &p, series, error);
    problem_clear(&p);
    return status;
}

double alm_ets_criterion(const struct alm_ets_fit *fit, size_t n, enum alm_ets_criterion criterion)
{
    const double k = (double)fit->parameters + 1, left = (double)n - k - 1;
    if (left <= 0) return (double)INFINITY;
    if (criterion == ALM_ETS_BIC) return fit->likelihood + k * log((double)n);
    return fit->likelihood + 2 * k + (criterion == ALM_ETS_AICC ? 2 * k * (k + 1) / left : 0);
}
