/* ARIMA, with a search for its orders. */
#include "base/memory.h"
#include "forecast/arima/forecast.h"
#include "forecast/arima/options.h"
#include "forecast/arima/unit_root.h"
#include "forecast/parameters.h"
#include "forecast/types.h"

#include <math.h>
#include <stdlib.h>

/* Longer ones take no seasonal terms in a search, which would have states of that length; and a search of
 * more than LONG values is approximate. */
enum { LONGEST_SEASON = 350, LONG = 5000 };

struct arima {
    struct alm_arima_options options;
    struct alm_arima_fit fit;
};

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    struct arima *arima;
    struct alm_arima_options options;
    (void)seed;
    *self = NULL;
    ALM_TRY(alm_arima_options_read(&options, config, error));
    ALM_TRY(ALM_NEW(&arima, 1, error));
    arima->options = options;
    arima->fit.model.sigma2 = (double)NAN; /* until learnt */
    *self = arima;
    return ALM_OK;
}

/* The season of a model: 1 where no seasonal term can be estimated. */
static size_t season_of(const struct arima *arima, size_t own)
{
    const size_t season = arima->options.season != 0 ? arima->options.season : own;
    return !arima->options.fixed && season > LONGEST_SEASON ? 1 : season;
}

/* The model that the options fix. */
static struct alm_arima_order fixed_order(const struct arima *arima, size_t own)
{
    const struct alm_arima_options *options = &arima->options;
    struct alm_arima_order order = options->order;
    order.season = season_of(arima, own);
    if (order.season == 1) order.P = order.D = order.Q = 0; /* a series without a season */
    order.constant = options->limits.constant == ALM_ARIMA_MAYBE ? order.d + order.D == 0
                                                                 : options->limits.constant == ALM_ARIMA_WITH;
    return order;
}

static size_t minimum_history(const void *self, size_t season_length, size_t horizon)
{
    const struct arima *arima = self;
    (void)horizon;
    if (!arima->options.fixed) return 3;
    const struct alm_arima_order order = fixed_order(arima, season_length);
    return alm_arima_lost(&order) + alm_arima_coefficients(&order) + (order.constant ? 1 : 0) + 2;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Limits of a search over n values: terms of at most a third of them, and within a season fewer than its
 * bars. */
static struct alm_arima_limits limits_for(const struct arima *arima, size_t n, size_t season)
{
    struct alm_arima_limits l = arima->options.limits;
    l.max_p = least(l.max_p, season > 1 ? least(n / 3, season - 1) : n / 3);
    l.max_q = least(l.max_q, season > 1 ? least(n / 3, season - 1) : n / 3);
    l.max_P = season > 1 ? least(l.max_P, n / 3 / season) : 0;
    l.max_Q = season > 1 ? least(l.max_Q, n / 3 / season) : 0;
    l.approximate = arima->options.approximation == ALM_ARIMA_APPROXIMATE ||
                    (arima->options.approximation == ALM_ARIMA_APPROXIMATE_LONG && n > LONG);
    return l;
}

/* The differences that a search stands on. */
static enum alm_status choose_differences(struct alm_differences *out, const struct arima *arima,
                                          struct alm_span y, size_t season, struct alm_error *error)
{
    const struct alm_arima_options *options = &arima->options;
    const struct alm_differences max = {options->has_d ? 0 : options->d, options->has_D ? 0 : options->D};
    struct alm_arima_series levels;
    ALM_TRY(alm_arima_series_init(&levels, y.y, y.n, 0, options->has_D && season > 1 ? options->D : 0, season,
                                  error));
    const enum alm_status status = alm_differences_choose(out, levels.z, levels.n_z, season, max, error);
    alm_arima_series_clear(&levels);
    if (options->has_d) out->d = options->d;
    if (options->has_D) out->D = season > 1 ? options->D : 0;
    return status;
}

static enum alm_status search(struct arima *arima, struct alm_span y, size_t season,
                              const struct alm_cancel *cancel, struct alm_error *error)
{
    struct alm_differences differences;
    struct alm_arima_series series;
    ALM_TRY(choose_differences(&differences, arima, y, season, error));
    ALM_TRY(alm_arima_series_init(&series, y.y, y.n, differences.d, differences.D, season, error));
    const struct alm_arima_limits limits = limits_for(arima, y.n, season);
    const enum alm_status status = alm_arima_search(&arima->fit, &series, &limits, cancel, error);
    alm_arima_series_clear(&series);
    return status;
}

static enum alm_status estimate(struct arima *arima, struct alm_span y, size_t season,
                                struct alm_error *error)
{
    const struct alm_arima_order order = fixed_order(arima, season);
    const struct alm_arima_aim aim = {.method = arima->options.limits.method, .ceiling = (double)INFINITY};
    struct alm_arima_series series;
    ALM_TRY(alm_arima_series_init(&series, y.y, y.n, order.d, order.D, order.season, error));
    const enum alm_status status = alm_arima_fit(&arima->fit, NULL, &series, &order, &aim, error);
    alm_arima_series_clear(&series);
    return status;
}

static enum alm_status fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                           struct alm_error *error)
{
    struct arima *arima = self;
    const struct alm_history_series *s = &history->series[0];
    const size_t season = season_of(arima, s->season_length);
    ALM_TRY(arima->options.fixed
                ? estimate(arima, s->target, season, error)
                : search(arima, s->target, season, hooks == NULL ? NULL : hooks->cancel, error));
    if (!arima->fit.exists || !isfinite(arima->fit.model.sigma2))
        return alm_fail(error, ALM_NUMERIC,
                        "arima: no likelihood could be computed; the values may be too large");
    return ALM_OK;
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct arima *arima = self;
    const struct alm_span y = history->series[0].target;
    const size_t horizon = history->horizon;
    double *mean;
    ALM_TRY(ALM_NEW(&mean, 2 * horizon, error));
    double *sd = mean + horizon;
    const enum alm_status status = alm_arima_forecast(mean, sd, &arima->fit.model, y.y, y.n, horizon, error);
    for (size_t h = 0; status == ALM_OK && h < horizon; h++)
        alm_put_normal(out, h, mean[h], sd[h]);
    free(mean);
    return status;
}

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_arima_fit *fit = &((const struct arima *)self)->fit;
    const struct alm_arima_order *o = &fit->model.order;
    const size_t orders[] = {o->p, o->d, o->q, o->P, o->D, o->Q, o->season, o->constant, fit->n_used};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        alm_bytes_put_u64(out, orders[i]);
    alm_bytes_put_f64s(out, fit->model.coefficient, alm_arima_coefficients(o));
    const double values[] = {fit->model.mu, fit->model.sigma2, fit->log_likelihood, fit->aicc};
    alm_bytes_put_f64s(out, values, sizeof values / sizeof *values);
    return alm_bytes_check(out, error);
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_arima_fit *fit = &((struct arima *)self)->fit;
    size_t orders[9];
    double values[4];
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        orders[i] = (size_t)alm_bytes_get_u64(in);
    fit->model.order = (struct alm_arima_order){orders[0], orders[1], orders[2], orders[3],
                                                orders[4], orders[5], orders[6], orders[7] != 0};
    fit->n_used = orders[8];
    if (alm_arima_order_too_large(&fit->model.order) && orders[6] != 0)
        return alm_fail(error, ALM_PARSE, "the orders of the arima model are too large");
    alm_bytes_get_f64s(in, fit->model.coefficient, alm_arima_coefficients(&fit->model.order));
    alm_bytes_get_f64s(in, values, sizeof values / sizeof *values);
    fit->model.mu = values[0];
    fit->model.sigma2 = values[1];
    fit->log_likelihood = values[2];
    fit->aicc = values[3];
    return in->failed ? alm_fail(error, ALM_PARSE, "the arima model is cut off") : ALM_OK;
}

static void describe_terms(struct alm_text *out, const char *name, const double *coefficient, size_t n)
{
    for (size_t i = 0; i < n; i++)
        alm_text_printf(out, "%s%zu=%.6g\n", name, i + 1, coefficient[i]);
}

static void describe(const void *self, struct alm_text *out)
{
    const struct alm_arima_fit *fit = &((const struct arima *)self)->fit;
    const struct alm_arima_order *o = &fit->model.order;
    const double *c = fit->model.coefficient;
    if (isnan(fit->model.sigma2)) return;
    alm_text_printf(out, "order=%zu/%zu/%zu\n", o->p, o->d, o->q);
    if (o->P + o->D + o->Q > 0)
        alm_text_printf(out, "seasonal=%zu/%zu/%zu/%zu\n", o->P, o->D, o->Q, o->season);
    describe_terms(out, "ar", c, o->p);
    describe_terms(out, "ma", c + o->p, o->q);
    describe_terms(out, "seasonal_ar", c + o->p + o->q, o->P);
    describe_terms(out, "seasonal_ma", c + o->p + o->q + o->P, o->Q);
    if (o->constant)
        alm_parameters_describe(out, o->d + o->D == 0 ? "mean" : "drift",
                                fit->model.mu / (o->D > 0 ? (double)o->season : 1));
    alm_parameters_describe(out, "sigma", sqrt(fit->model.sigma2));
    alm_text_printf(out, "log_likelihood=%.10g\naicc=%.10g\n", fit->log_likelihood, fit->aicc);
}

const struct alm_forecaster_type alm_arima = {
    .name = "arima",
    .summary = "differences of the series as a sum of earlier ones and of earlier errors, with a season",
    .use = "For series whose changes depend on recent changes and errors, with or without one short season; "
           "orders are "
           "searched unless order= or seasonal= fix them. Missing values are stepped over.",
    .reference =
        "Box & Jenkins (1970), Time Series Analysis; Hyndman & Khandakar (2008), Journal of Statistical "
        "Software 27(3); Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., "
        "chapter 9",
    .options = alm_arima_option_table,
    .traits = ALM_TRAIT_QUANTILES | ALM_TRAIT_MISSING | ALM_TRAIT_SCALE,
    .create = create,
    .minimum_history = minimum_history,
    .fit = fit,
    .forecast = forecast,
    .save = save,
    .load = load,
    .free = free,
    .describe = describe,
};
