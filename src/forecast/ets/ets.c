/* Exponential smoothing as a forecaster: fit, forecast, save, load. */
#include "forecast/ets/ets.h"

#include "base/memory.h"
#include "forecast/ets/forecast.h"
#include "forecast/parameters.h"

#include <math.h>
#include <stdlib.h>

void alm_ets_free(void *self)
{
    if (self == NULL) return;
    alm_ets_fit_clear(&((struct alm_ets_self *)self)->fit);
    free(self);
}

/* ---- fit and forecast ---- */

static size_t season_of(const struct alm_ets_self *e, const struct alm_history_series *series)
{
    return e->season > 0 ? e->season : series->season_length;
}

/* A fitted season needs two of them where its first states must be found anew. */
size_t alm_ets_minimum_history(const void *self, size_t season_length, size_t horizon)
{
    const struct alm_ets_self *e = self;
    (void)season_length, (void)horizon;
    if (e->n > 0 && e->fit.model.season != ALM_ETS_NO_SEASON) return 2 * e->fit.model.m;
    return alm_ets_minimum(e->search.models);
}

enum alm_status alm_ets_fit_history(void *self, const struct alm_history *history,
                                    const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct alm_ets_self *e = self;
    const struct alm_span y = history->series[0].target;
    struct alm_ets_series series;
    (void)hooks;
    alm_ets_fit_clear(&e->fit);
    e->n = 0;
    ALM_TRY(alm_ets_series_init(&series, y.y, y.n, season_of(e, &history->series[0]), error));
    struct alm_ets_search search = e->search;
    if (search.horizon == 0) search.horizon = history->horizon;
    const enum alm_status status = alm_ets_select(&e->fit, &series, &search, error);
    alm_ets_series_clear(&series);
    if (status != ALM_OK) return status;
    e->value = alm_ets_criterion(&e->fit, y.n, e->search.criterion);
    e->n = y.n;
    e->first = y.y[0];
    e->last = y.y[y.n - 1];
    return ALM_OK;
}

/* A history that goes on from the fitted one keeps its first states; for another one, such as a window that
 * has moved, they are found anew. */
static bool goes_on(const struct alm_ets_self *e, struct alm_span y)
{
    return y.n >= e->n && y.y[0] == e->first && y.y[e->n - 1] == e->last;
}

static enum alm_status copy_fit(struct alm_ets_fit *out, const struct alm_ets_fit *from,
                                struct alm_error *error)
{
    *out = *from;
    ALM_TRY(ALM_NEW(&out->first.season, from->model.m, error));
    for (size_t j = 0; j < from->model.m; j++)
        out->first.season[j] = from->first.season[j];
    return ALM_OK;
}

static enum alm_status moments(double *mean, double *sd, const struct alm_ets_self *e,
                               const struct alm_history *history, struct alm_error *error)
{
    const struct alm_span y = history->series[0].target;
    struct alm_ets_series series = {0};
    struct alm_ets_fit own = {0};
    const bool same = goes_on(e, y);
    enum alm_status status = alm_ets_series_init(&series, y.y, y.n, e->fit.model.m, error);
    if (status == ALM_OK) status = copy_fit(&own, &e->fit, error);
    if (status == ALM_OK && !same) status = alm_ets_fit_states(&own, &series, error);
    if (status == ALM_OK) status = alm_ets_forecast(mean, sd, history->horizon, &own, &series, error);
    alm_ets_fit_clear(&own);
    alm_ets_series_clear(&series);
    return status;
}

enum alm_status alm_ets_forecast_history(const void *self, const struct alm_history *history,
                                         struct alm_forecast *out, struct alm_error *error)
{
    double *mean;
    ALM_TRY(ALM_NEW(&mean, 2 * history->horizon, error));
    double *sd = mean + history->horizon;
    const enum alm_status status = moments(mean, sd, self, history, error);
    for (size_t i = 0; status == ALM_OK && i < history->horizon; i++)
        alm_put_normal(out, i, mean[i], sd[i]);
    free(mean);
    return status;
}

/* ---- what was learnt ---- */

enum alm_status alm_ets_save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    const struct alm_ets_self *e = self;
    const struct alm_ets_fit *f = &e->fit;
    alm_bytes_put_u32(out,
                      ALM_ETS_CODE((uint32_t)f->model.trend, (uint32_t)f->model.season, f->model.relative));
    alm_bytes_put_u64(out, f->model.m);
    alm_bytes_put_u64(out, f->parameters);
    alm_bytes_put_u64(out, e->n);
    const double numbers[] = {f->weights.alpha, f->weights.beta, f->weights.gamma, f->weights.phi,
                              f->first.level,   f->first.slope,  f->likelihood,    f->sigma,
                              e->value,         e->first,        e->last};
    alm_bytes_put_f64s(out, numbers, sizeof numbers / sizeof *numbers);
    alm_bytes_put_f64s(out, f->first.season, f->model.m);
    return alm_bytes_check(out, error);
}

enum alm_status alm_ets_load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    struct alm_ets_self *e = self;
    struct alm_ets_fit *f = &e->fit;
    double numbers[11];
    alm_ets_fit_clear(f);
    const uint32_t code = alm_bytes_get_u32(in);
    const size_t m = alm_bytes_get_u64(in);
    f->parameters = alm_bytes_get_u64(in);
    e->n = alm_bytes_get_u64(in);
    alm_bytes_get_f64s(in, numbers, sizeof numbers / sizeof *numbers);
    const size_t left = in->failed ? 0 : (in->length - in->offset) / sizeof(double);
    if (code > ALM_ETS_CODE(ALM_ETS_DAMPED, ALM_ETS_MULTIPLICATIVE, 1) || m == 0 || m > left || e->n == 0)
        return alm_fail(error, ALM_PARSE, "the model of exponential smoothing is damaged");
    f->model = (struct alm_ets_model){code % 2 == 1, (enum alm_ets_trend)(code / 6),
                                      (enum alm_ets_season)(code / 2 % 3), m};
    f->weights = (struct alm_ets_weights){numbers[0], numbers[1], numbers[2], numbers[3]};
    f->first = (struct alm_ets_state){numbers[4], numbers[5], NULL};
    f->likelihood = numbers[6];
    f->sigma = numbers[7];
    e->value = numbers[8];
    e->first = numbers[9];
    e->last = numbers[10];
    ALM_TRY(ALM_NEW(&f->first.season, m, error));
    alm_bytes_get_f64s(in, f->first.season, m);
    return in->failed ? alm_fail(error, ALM_PARSE, "the model of exponential smoothing is cut off") : ALM_OK;
}

void alm_ets_describe(const void *self, struct alm_text *out)
{
    const struct alm_ets_self *e = self;
    const struct alm_ets_fit *f = &e->fit;
    const bool trend = f->model.trend != ALM_ETS_NO_TREND, season = f->model.season != ALM_ETS_NO_SEASON;
    if (e->n == 0) return;
    alm_text_append(out, "model=");
    alm_ets_model_write(&f->model, out);
    alm_text_append(out, "\n");
    if (season) alm_text_printf(out, "season=%zu\n", f->model.m);
    alm_parameters_describe(out, "alpha", f->weights.alpha);
    if (trend) alm_parameters_describe(out, "beta", f->weights.beta);
    if (season) alm_parameters_describe(out, "gamma", f->weights.gamma);
    if (f->model.trend == ALM_ETS_DAMPED) alm_parameters_describe(out, "phi", f->weights.phi);
    alm_parameters_describe(out, "first_level", f->first.level);
    if (trend) alm_parameters_describe(out, "first_slope", f->first.slope);
    alm_parameters_describe(out, "sigma", f->sigma);
    static const char *const criteria[] = {"aicc", "aic", "bic"};
    if (isfinite(e->value)) alm_text_printf(out, "%s=%.10g\n", criteria[e->search.criterion], e->value);
}
