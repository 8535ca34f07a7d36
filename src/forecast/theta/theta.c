/* The theta method and its optimised and dynamic kin. */
#include "base/memory.h"
#include "forecast/parameters.h"
#include "forecast/theta/adjustment.h"
#include "forecast/theta/model.h"
#include "forecast/types.h"

#include <math.h>
#include <stdlib.h>

enum { ALPHA, THETA, LEVEL, SIGMA, DYNAMIC };
enum kind { STD, OTM, DSTM, DOTM, AUTO };
enum { FEWEST = 6 };

static const struct alm_option options[] = {
    {.name = "kind",
     .help = "std: the theta method; otm: with the best theta; dstm, dotm: the same with a line through what "
             "came before each value; auto: the one with the least squared error",
     .kind = ALM_OPTION_CHOICE,
     .fallback = "std",
     .choices = "std|otm|dstm|dotm|auto"},
    {.name = "alpha",
     .help = "smoothing of the level; default: by least squares",
     .kind = ALM_OPTION_REAL,
     .minimum = ALM_THETA_LOWEST_ALPHA,
     .maximum = ALM_THETA_HIGHEST_ALPHA},
    {.name = "theta",
     .help = "how much of the curvature is kept, of which 1 is all; default: 2 (std, dstm), by least squares "
             "(otm, dotm)",
     .kind = ALM_OPTION_REAL,
     .minimum = 1,
     .maximum = ALM_THETA_HIGHEST},
    ALM_ADJUSTMENT_OPTIONS,
    {0},
};

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    (void)self, (void)season_length, (void)horizon;
    return FEWEST;
}

/* Fits one kind to y, which has no season. */
static enum alm_status fit_kind(struct alm_theta *model, double *criterion, const struct alm_config *config,
                                enum kind kind, const double *y, size_t n, struct alm_error *error)
{
    const bool free_theta = kind == OTM || kind == DOTM;
    *model = (struct alm_theta){.dynamic = kind == DSTM || kind == DOTM,
                                .alpha = alm_config_has(config, "alpha") ? alm_config_real(config, "alpha")
                                                                         : (double)NAN,
                                .theta = alm_config_has(config, "theta") ? alm_config_real(config, "theta")
                                         : free_theta                    ? (double)NAN
                                                                         : 2};
    ALM_TRY(alm_theta_fit(model, y, n, error));
    *criterion = alm_theta_criterion(NULL, NULL, model, y, n);
    return ALM_OK;
}

/* Standard deviation of the errors from the fourth on, around their mean. */
static double sigma_of(const double *e, size_t n)
{
    double mean = 0, sum = 0;
    for (size_t t = 3; t < n; t++)
        mean += e[t] / (double)(n - 3);
    for (size_t t = 3; t < n; t++)
        sum += (e[t] - mean) * (e[t] - mean);
    return alm_residual_sd(sum, n - 3, 1);
}

static enum alm_status fit_adjusted(struct alm_parameters *p, double *y, size_t n, struct alm_error *error)
{
    const enum kind asked = (enum kind)alm_config_choice(p->config, "kind");
    struct alm_theta best = {0};
    double least = (double)INFINITY, *e;
    for (enum kind kind = asked == AUTO ? STD : asked; kind <= (asked == AUTO ? DOTM : asked); kind++) {
        struct alm_theta model;
        double criterion;
        ALM_TRY(fit_kind(&model, &criterion, p->config, kind, y, n, error));
        if (kind != STD && kind != asked && !(criterion < least)) continue;
        best = model;
        least = criterion;
    }
    ALM_TRY(ALM_NEW(&e, n, error));
    alm_theta_criterion(NULL, e, &best, y, n);
    p->value[ALPHA] = best.alpha;
    p->value[THETA] = best.theta;
    p->value[LEVEL] = best.level;
    p->value[SIGMA] = sigma_of(e, n);
    p->value[DYNAMIC] = best.dynamic;
    free(e);
    return ALM_OK;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    (void)hooks;
    struct alm_parameters *p = self;
    struct alm_adjusted adjusted;
    ALM_TRY(alm_adjusted_init(&adjusted, p->config, &history->series[0], error));
    const enum alm_status status = fit_adjusted(p, adjusted.y, adjusted.n, error);
    alm_adjusted_clear(&adjusted);
    return status;
}

/* ---- forecast ---- */

/* The forecasts that follow end, each taken in as if it had come. In the dynamic models a shock moves the
 * line, too. */
static void run_on(double *out, struct alm_theta_state end, const struct alm_theta *model, size_t horizon)
{
    for (size_t i = 0; i < horizon; i++) {
        out[i] = alm_theta_next(&end, model);
        alm_theta_add(&end, model, out[i]);
    }
}

/* variance [horizon] of the forecasts for errors of variance 1. They are linear in the errors: the error of
 * each step moves those after it by what it does to a path of zeros. */
static enum alm_status find_variances(double *variance, const struct alm_theta_state *end,
                                      const struct alm_theta *model, size_t horizon, struct alm_error *error)
{
    double *path;
    ALM_TRY(ALM_NEW(&path, horizon, error));
    for (size_t i = 0; i < horizon; i++)
        variance[i] = 0;
    struct alm_theta_state zero = {.power = end->power, .t = end->t};
    for (size_t j = 0; j < horizon; j++) {
        struct alm_theta_state struck = zero;
        variance[j] += 1;
        alm_theta_add(&struck, model, 1);
        run_on(path, struck, model, horizon - j - 1);
        for (size_t i = j + 1; i < horizon; i++)
            variance[i] += path[i - j - 1] * path[i - j - 1];
        alm_theta_add(&zero, model, 0);
    }
    free(path);
    return ALM_OK;
}

static enum alm_status put(struct alm_forecast *out, const struct alm_parameters *p,
                           const struct alm_adjusted *adjusted, struct alm_error *error)
{
    const struct alm_theta model = {p->value[DYNAMIC] != 0, p->value[ALPHA], p->value[THETA],
                                    p->value[LEVEL]};
    const size_t horizon = out->horizon;
    struct alm_theta_state end;
    double *mean, *variance;
    ALM_TRY(ALM_NEW(&mean, 2 * horizon, error));
    variance = mean + horizon;
    alm_theta_criterion(&end, NULL, &model, adjusted->y, adjusted->n);
    run_on(mean, end, &model, horizon);
    const enum alm_status status = find_variances(variance, &end, &model, horizon, error);
    for (size_t i = 0; status == ALM_OK && i < horizon; i++)
        alm_adjusted_put(out, i, adjusted, mean[i], p->value[SIGMA] * sqrt(variance[i]));
    free(mean);
    return status;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct alm_parameters *p = self;
    struct alm_adjusted adjusted;
    ALM_TRY(alm_adjusted_init(&adjusted, p->config, &history->series[0], error));
    const enum alm_status status = put(out, p, &adjusted, error);
    alm_adjusted_clear(&adjusted);
    return status;
}

static void describe(const void *self, struct alm_text *out)
{
    const double *p = ((const struct alm_parameters *)self)->value;
    alm_parameters_describe(out, "alpha", p[ALPHA]);
    alm_parameters_describe(out, "theta", p[THETA]);
    alm_parameters_describe(out, "first_level", p[LEVEL]);
    alm_parameters_describe(out, "sigma", p[SIGMA]);
    alm_parameters_describe(out, "dynamic", p[DYNAMIC]);
}

const struct alm_forecaster_type alm_theta = {
    .name = "theta",
    .summary = "smoothing with half the slope as drift, the season taken out before and put back after",
    .use = "A strong plain forecaster for series with trend or season, first in the M3 competition; "
           "kind=dotm or "
           "auto where the trend bends.",
    .reference =
        "Assimakopoulos & Nikolopoulos (2000), International Journal of Forecasting 16; Fiorucci et al. "
        "(2016), International Journal of Forecasting 32",
    .options = options,
    .traits = ALM_TRAIT_QUANTILES,
    .create = alm_parameters_create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = alm_parameters_save,
    .load = alm_parameters_load,
    .free = alm_parameters_free,
    .describe = describe,
};
