/* Simple exponential smoothing. */
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <math.h>

enum { SIGMA, ALPHA, LEVEL };
enum { GRID = 24, ITERATIONS = 100 };

static const double smallest = 1e-4, largest = 0.9999;

static const struct alm_option options[] = {
    {.name = "alpha",
     .help = "smoothing: 1 keeps only the last value, 0 the level it started from; default: by maximum "
             "likelihood",
     .kind = ALM_OPTION_REAL,
     .minimum = 0,
     .maximum = 1},
    {0},
};

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return 3;
}

/* One pass with smoothing alpha from the level first. */
struct pass {
    double first, last, sum_squares;
};

/* e_t = y_t - l_{t-1},  l_t = l_{t-1} + alpha e_t; everything relative to y_1. */
static void run(struct pass *pass, struct alm_span y, double alpha)
{
    double level = pass->first, sum = 0;
    for (size_t t = 0; t < y.n; t++) {
        const double e = y.y[t] - y.y[0] - level;
        sum += e * e;
        level += alpha * e;
    }
    pass->last = level;
    pass->sum_squares = sum;
}

/* The pass from the most likely first level. The errors are linear in it, e_t = a_t - (1 - alpha)^{t-1} l_0
 * with a_t the errors from level 0, so that it is a least squares estimate: sum a_t b_t / sum b_t^2. It is
 * found again for every history, so that a fit can be used on one that begins elsewhere. */
static struct pass best_pass(struct alm_span y, double alpha)
{
    double level = 0, b = 1, ab = 0, bb = 0;
    for (size_t t = 0; t < y.n; t++) {
        const double a = y.y[t] - y.y[0] - level;
        ab += a * b;
        bb += b * b;
        level += alpha * a;
        b *= 1 - alpha;
    }
    struct pass pass = {.first = ab / bb};
    run(&pass, y, alpha);
    return pass;
}

/* With Gaussian errors the likelihood is largest where the sum of squares is least. */
static double criterion(double alpha, void *params)
{
    return best_pass(*(const struct alm_span *)params, alpha).sum_squares;
}

/* Brent's method within a bracket whose middle is strictly below its ends. */
static double refine(gsl_function *f, double low, double middle, double high)
{
    gsl_min_fminimizer *minimizer = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    if (minimizer == NULL) return (double)NAN;
    int status = gsl_min_fminimizer_set(minimizer, f, middle, low, high);
    for (int i = 0; status == GSL_SUCCESS && i < ITERATIONS; i++) {
        status = gsl_min_fminimizer_iterate(minimizer);
        if (gsl_min_test_interval(gsl_min_fminimizer_x_lower(minimizer),
                                  gsl_min_fminimizer_x_upper(minimizer), 1e-10, 1e-10) != GSL_CONTINUE)
            break;
    }
    const double best = gsl_min_fminimizer_x_minimum(minimizer);
    gsl_min_fminimizer_free(minimizer);
    return best;
}

/* The sum of squares may have several minima: a grid, denser towards both ends, finds the basin. Of equals
 * the largest alpha is taken, as a constant series may move later. NaN when out of memory. */
static double find_alpha(struct alm_span y)
{
    gsl_function f = {.function = criterion, .params = &y};
    double alpha[GRID], value[GRID];
    size_t best = GRID - 1;
    for (size_t k = GRID; k-- > 0;) {
        const double x = log(largest / smallest) * (2.0 * (double)k / (GRID - 1) - 1);
        alpha[k] = fmin(fmax(1 / (1 + exp(-x)), smallest), largest);
        value[k] = criterion(alpha[k], &y);
        if (value[k] < value[best]) best = k;
    }
    if (best == 0 || best == GRID - 1 || !(value[best] < value[best - 1] && value[best] < value[best + 1]))
        return alpha[best];
    return refine(&f, alpha[best - 1], alpha[best], alpha[best + 1]);
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks;
    struct alm_parameters *p = self;
    const struct alm_span y = history->series[0].target;
    const bool given = alm_config_has(p->config, "alpha");
    const double alpha = given ? alm_config_real(p->config, "alpha") : find_alpha(y);
    if (isnan(alpha)) return alm_fail(error, ALM_NOMEM, "out of memory in ses");
    const struct pass pass = best_pass(y, alpha);
    if (!isfinite(pass.sum_squares))
        return alm_fail(error, ALM_NUMERIC, "the values are too large: their squares overflow");
    p->value[ALPHA] = alpha;
    p->value[LEVEL] = y.y[0] + pass.first;
    p->value[SIGMA] = alm_residual_sd(pass.sum_squares, y.n, given ? 1 : 2);
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    (void)error;
    const double *p = ((const struct alm_parameters *)self)->value;
    const struct alm_span y = history->series[0].target;
    const double level = y.y[0] + best_pass(y, p[ALPHA]).last;
    /* yhat_{T+h} = l_T,  sd_h = sigma sqrt(1 + (h - 1) alpha^2) */
    for (size_t i = 0; i < history->horizon; i++)
        alm_put_normal(out, i, level, p[SIGMA] * sqrt(1 + (double)i * p[ALPHA] * p[ALPHA]));
    return ALM_OK;
}

static void describe(const void *self, struct alm_text *out)
{
    const double *p = ((const struct alm_parameters *)self)->value;
    alm_parameters_describe(out, "alpha", p[ALPHA]);
    alm_parameters_describe(out, "first_level", p[LEVEL]);
    alm_parameters_describe(out, "sigma", p[SIGMA]);
}

const struct alm_forecaster_type alm_ses = {
    .name = "ses",
    .summary = "a level that follows the values by a share alpha of each error",
    .use = "For data without trend or season whose level wanders. With alpha near 1 it is naive, near 0 the "
           "mean.",
    .reference = "Brown (1959), Statistical Forecasting for Inventory Control; as ETS(A,N,N): Hyndman & "
                 "Athanasopoulos "
                 "(2021), Forecasting: Principles and Practice, 3rd ed., sections 8.1, 8.7",
    .options = options,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_SCALE | ALM_TRAIT_SHIFT,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
    .describe = describe,
};
