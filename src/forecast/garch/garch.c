/* How far a price may move: the last value, with the variance of GARCH(1,1) around it. */
#include "base/memory.h"
#include "base/random.h"
#include "forecast/garch/model.h"
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

enum { OMEGA, ALPHA, BETA, NU, MU, ON_VALUE };
enum { PATHS = 4000, FEWEST = 30 };

#define OF_LIKELIHOOD "; default: by maximum likelihood"

static const struct alm_option options[] = {
    {.name = "on",
     .help =
         "logreturn: the series is a level, its log returns have the variance; value: the series is one of "
         "returns itself; default: logreturn where all values are above 0",
     .kind = ALM_OPTION_CHOICE,
     .choices = "logreturn|value"},
    {.name = "errors",
     .help = "what returns are, given their variance: normal, or Student's t with heavier tails",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "normal",
     .choices = "normal|t"},
    {.name = "mean",
     .help = "of returns: zero, so that the forecast of a level is its last value, or a constant; default: "
             "zero for logreturn, constant for value",
     .kind = ALM_OPTION_CHOICE,
     .choices = "zero|constant"},
    {.name = "omega",
     .help = "the part of the variance that is always there" OF_LIKELIHOOD,
     .kind = ALM_OPTION_REAL,
     .minimum = 0,
     .maximum = 1e300},
    {.name = "alpha",
     .help = "what the last squared return adds" OF_LIKELIHOOD,
     .kind = ALM_OPTION_REAL,
     .minimum = 0,
     .maximum = 1},
    {.name = "beta",
     .help = "what is kept of the last variance" OF_LIKELIHOOD,
     .kind = ALM_OPTION_REAL,
     .minimum = 0,
     .maximum = 1},
    {.name = "nu",
     .help = "degrees of freedom with errors=t" OF_LIKELIHOOD,
     .kind = ALM_OPTION_REAL,
     .minimum = 2.01,
     .maximum = 1e6},
    {0},
};

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return FEWEST;
}

/* ---- returns ---- */

static bool is_on_value(const struct alm_config *config, struct alm_span y)
{
    if (alm_config_has(config, "on")) return alm_config_choice(config, "on") == 1;
    for (size_t t = 0; t < y.n; t++)
        if (!(y.y[t] > 0)) return true;
    return false;
}

/* *r [*n] is to be freed. */
static enum alm_status make_returns(double **r, size_t *n, struct alm_span y, bool on_value,
                                    struct alm_error *error)
{
    *n = on_value ? y.n : y.n - 1;
    ALM_TRY(ALM_NEW(r, *n, error));
    for (size_t t = 0; t < *n; t++)
        (*r)[t] = on_value ? y.y[t] : log(y.y[t + 1]) - log(y.y[t]);
    return ALM_OK;
}

static enum alm_status check_levels(struct alm_span y, bool on_value, struct alm_error *error)
{
    for (size_t t = 0; !on_value && t < y.n; t++)
        if (!(y.y[t] > 0))
            return alm_fail(error, ALM_DATA,
                            "log returns need values above 0; on=value takes others as returns");
    return ALM_OK;
}

/* ---- fit ---- */

static double given(const struct alm_config *config, const char *name)
{
    return alm_config_has(config, name) ? alm_config_real(config, name) : (double)NAN;
}

/* Returns are brought to variance 1 before the fit, so that any scale goes. */
static enum alm_status fit_returns(struct alm_parameters *p, double *r, size_t n, struct alm_error *error)
{
    const bool constant = alm_config_has(p->config, "mean") ? alm_config_choice(p->config, "mean") == 1
                                                            : p->value[ON_VALUE] != 0;
    const bool normal = alm_config_choice(p->config, "errors") == 0;
    const double scale = gsl_stats_sd(r, 1, n);
    struct alm_garch model = {.mu = constant ? (double)NAN : 0,
                              .omega = given(p->config, "omega") / (scale * scale),
                              .alpha = given(p->config, "alpha"),
                              .beta = given(p->config, "beta"),
                              .nu = normal ? (double)INFINITY : given(p->config, "nu")};
    if (!isfinite(scale))
        return alm_fail(error, ALM_NUMERIC, "the returns are too large: their squares overflow");
    if (model.alpha + model.beta >= 1)
        return alm_fail(error, ALM_USAGE,
                        "alpha + beta is to be below 1: else no variance would be expected");
    if (scale > 0) {
        for (size_t t = 0; t < n; t++)
            r[t] /= scale;
        ALM_TRY(alm_garch_fit(&model, r, n, error));
    } else { /* nothing has ever moved */
        model = (struct alm_garch){constant ? r[0] : 0, 0, 0, 0, model.nu};
    }
    const double unit = scale > 0 ? scale : 1;
    p->value[MU] = model.mu * unit;
    p->value[OMEGA] = model.omega * unit * unit;
    p->value[ALPHA] = model.alpha;
    p->value[BETA] = model.beta;
    p->value[NU] = model.nu;
    return ALM_OK;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks;
    struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const bool on_value = is_on_value(p->config, y);
    double *r;
    size_t n;
    ALM_TRY(check_levels(y, on_value, error));
    p->value[ON_VALUE] = on_value;
    ALM_TRY(make_returns(&r, &n, y, on_value, error));
    const enum alm_status status = fit_returns(p, r, n, error);
    free(r);
    return status;
}

/* ---- forecast ---- */

static struct alm_garch model_of(const struct alm_parameters *p)
{
    const double *v = p->value;
    return (struct alm_garch){v[MU], v[OMEGA], v[ALPHA], v[BETA], v[NU]};
}

/* z of variance 1. Student's by Bailey's polar method (1994, Mathematics of Computation 62). */
static double draw(struct alm_random *random, double nu)
{
    if (isinf(nu)) return alm_random_normal(random);
    const double u = 1 - alm_random_uniform(random), v = alm_random_uniform(random);
    return sqrt((nu - 2) * (pow(u, -2 / nu) - 1)) * cos(2 * M_PI * v);
}

/* moves [horizon][PATHS]: sizes of the move from now (of the step alone for a series of returns) on paths of
 * the model, less its mean. A path and its mirror image have the same variances, so only one of them is made.
 */
static enum alm_status simulate(double *moves, const struct alm_parameters *p, double next, size_t horizon,
                                struct alm_error *error)
{
    const struct alm_garch model = model_of(p);
    struct alm_random *random;
    ALM_TRY(alm_random_create(&random, alm_random_key(p->seed, "garch", horizon), error));
    for (size_t k = 0; k < PATHS; k++) {
        double variance = next, sum = 0;
        for (size_t i = 0; i < horizon; i++) {
            const double e = sqrt(variance) * draw(random, model.nu);
            sum = p->value[ON_VALUE] != 0 ? e : sum + e;
            moves[i * PATHS + k] = fabs(sum);
            variance = model.omega + model.alpha * e * e + model.beta * variance;
        }
    }
    alm_random_free(random);
    return ALM_OK;
}

/* Where the move of a step stays below with probability level: exact for the first step, from paths after it.
 */
static double move_at(const double *moves, size_t step, double level, double next, double nu)
{
    if (step == 0) {
        const double z =
            isinf(nu) ? gsl_cdf_ugaussian_Pinv(level) : gsl_cdf_tdist_Pinv(level, nu) * sqrt((nu - 2) / nu);
        return sqrt(next) * z;
    }
    if (level == 0.5) return 0; /* between the two mirror images */
    const double size =
        gsl_stats_quantile_from_sorted_data(moves + step * PATHS, 1, PATHS, fabs(2 * level - 1));
    return level < 0.5 ? -size : size;
}

static void put(struct alm_forecast *out, const struct alm_parameters *p, const double *moves, double last,
                double next)
{
    const bool on_value = p->value[ON_VALUE] != 0;
    for (size_t i = 0; i < out->horizon; i++) {
        const double mean = p->value[MU] * (on_value ? 1 : (double)(i + 1));
        out->mean[i] = on_value ? mean : last * exp(mean);
        for (size_t q = 0; q < out->n_levels; q++) {
            const double move = mean + move_at(moves, i, out->level[q], next, p->value[NU]);
            out->quantile[i * out->n_levels + q] = on_value ? move : last * exp(move);
        }
    }
    out->has_quantiles[0] = out->n_levels > 0;
    out->variance_kind[0] = on_value ? ALM_VARIANCE_VALUE : ALM_VARIANCE_LOG_RETURN;
    /* E[h of step k + 1] = omega + (alpha + beta) E[h of step k]: Bollerslev 1986 */
    for (size_t i = 0; i < out->horizon; i++) {
        out->variance[i] = next;
        next = p->value[OMEGA] + (p->value[ALPHA] + p->value[BETA]) * next;
    }
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const struct alm_garch model = model_of(p);
    double *r, *moves = NULL, next = 0;
    size_t n, size;
    ALM_TRY(check_levels(y, p->value[ON_VALUE] != 0, error));
    ALM_TRY(make_returns(&r, &n, y, p->value[ON_VALUE] != 0, error));
    alm_garch_likelihood(&next, NULL, &model, r, n, alm_garch_backcast(r, n, model.mu));
    free(r);
    if (!alm_multiply(&size, history->horizon, PATHS)) return alm_fail(error, ALM_NOMEM, "out of memory");
    if (history->horizon > 1 && out->n_levels > 0) {
        ALM_TRY(ALM_NEW(&moves, size, error));
        const enum alm_status status = simulate(moves, p, next, history->horizon, error);
        if (status != ALM_OK) free(moves);
        ALM_TRY(status);
        for (size_t i = 1; i < history->horizon; i++)
            gsl_sort(moves + i * PATHS, 1, PATHS);
    }
    put(out, p, moves, y.y[y.n - 1], next);
    free(moves);
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const double *p = ((const struct alm_parameters *)self)->value;
    alm_parameters_describe(out, "omega", p[OMEGA]);
    alm_parameters_describe(out, "alpha", p[ALPHA]);
    alm_parameters_describe(out, "beta", p[BETA]);
    if (isfinite(p[NU])) alm_parameters_describe(out, "nu", p[NU]);
    alm_parameters_describe(out, "mu", p[MU]);
}

const struct alm_forecaster_type alm_garch = {
    .name = "garch",
    .summary = "the last value, with a variance that follows the size of the latest moves",
    .use = "For daily prices and returns: where they go cannot be told, how far they may go can. Judge it by "
           "its "
           "intervals and quantile loss.",
    .reference = "Bollerslev (1986), Journal of Econometrics 31; Bollerslev (1987), Review of Economics and "
                 "Statistics 69 (errors=t)",
    .options = options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_RANDOM,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
    .describe = describe,
};
