#include "forecast/combination/residual_errors.h"

#include "base/memory.h"
#include "forecast/history.h"

#include <math.h>
#include <stdlib.h>

size_t alm_base_errors_first(size_t n, size_t horizon, size_t base_needs, size_t model_needs)
{
    const size_t errors = (model_needs + horizon - 1) / horizon * horizon;
    size_t first = n / 3;
    if (first + errors > n) first = n > errors ? n - errors : 0;
    if (first < base_needs) first = base_needs;
    if (first > n) first = n;
    return first + (n - first) % horizon; /* whole horizons up to the end */
}

void alm_base_errors_clear(struct alm_base_errors *errors)
{
    for (size_t i = 0; errors->values != NULL && i < errors->n; i++)
        free(errors->values[i]);
    free(errors->values);
    free(errors->series);
    free(errors->covariates);
}

static size_t count_covariates(const struct alm_history *history)
{
    size_t n = 1;
    for (size_t i = 0; i < history->n_series; i++)
        n += history->series[i].n_past + history->series[i].n_future;
    return n;
}

/* Everything that forecasts from one round of origins need. */
struct round {
    const struct alm_forecaster *base;
    struct alm_history_series *series;  /* [n] */
    struct alm_span *covariates;        /* of all */
    struct alm_series_outcome *outcome; /* [n] */
};

static void clear_round(struct round *r)
{
    free(r->series);
    free(r->covariates);
    free(r->outcome);
}

/* The origin of round j; those of a series with fewer of them stay at its first one. */
static size_t origin_of(size_t first, size_t n, size_t horizon, size_t j)
{
    const size_t origin = first + j * horizon;
    return origin + horizon <= n ? origin : first;
}

static enum alm_status forecast_round(struct alm_base_errors *out, struct round *r,
                                      const struct alm_history *history, const size_t *first, size_t j,
                                      struct alm_error *error)
{
    const size_t horizon = history->horizon;
    struct alm_span *covariates = r->covariates;
    struct alm_forecast *f;
    for (size_t i = 0; i < out->n; i++) {
        r->series[i] = history->series[i];
        covariates = alm_history_prefix(
            &r->series[i], covariates, origin_of(first[i], history->series[i].target.n, horizon, j), horizon);
    }
    const struct alm_history seen = {out->n, r->series, horizon};
    ALM_TRY(alm_forecast_create(&f, out->n, horizon, NULL, 0, error));
    const enum alm_status status = alm_forecaster_forecast(r->base, &seen, f, r->outcome, error);
    for (size_t i = 0; status == ALM_OK && i < out->n; i++) {
        const struct alm_span y = history->series[i].target;
        if (first[i] + (j + 1) * horizon > y.n) continue;
        for (size_t h = 0; h < horizon; h++)
            out->values[i][j * horizon + h] = r->outcome[i].status == ALM_OK
                                                  ? y.y[first[i] + j * horizon + h] - f->mean[i * horizon + h]
                                                  : (double)NAN;
    }
    alm_forecast_free(f);
    return status;
}

static enum alm_status make_rounds(struct alm_base_errors *out, const struct alm_forecaster *base,
                                   const struct alm_history *history, const size_t *first, size_t rounds,
                                   struct alm_error *error)
{
    struct round r = {.base = base};
    enum alm_status status = ALM_NEW(&r.series, out->n, error);
    if (status == ALM_OK) status = ALM_NEW(&r.outcome, out->n, error);
    if (status == ALM_OK) status = ALM_NEW(&r.covariates, count_covariates(history), error);
    for (size_t j = 0; status == ALM_OK && j < rounds; j++)
        status = forecast_round(out, &r, history, first, j, error);
    clear_round(&r);
    return status;
}

enum alm_status alm_base_errors_make(struct alm_base_errors *out, const struct alm_forecaster *base,
                                     const struct alm_history *history, const size_t *first,
                                     struct alm_error *error)
{
    size_t rounds = 0;
    *out = (struct alm_base_errors){.n = history->n_series};
    ALM_TRY(ALM_NEW(&out->series, out->n, error));
    ALM_TRY(ALM_NEW(&out->values, out->n, error));
    ALM_TRY(ALM_NEW(&out->covariates, count_covariates(history), error));
    struct alm_span *covariates = out->covariates;
    for (size_t i = 0; i < out->n; i++) {
        struct alm_history_series *s = &out->series[i];
        *s = history->series[i];
        covariates = alm_history_cut(s, covariates, first[i]);
        ALM_TRY(ALM_NEW(&out->values[i], s->target.n, error));
        if (s->target.n / history->horizon > rounds) rounds = s->target.n / history->horizon;
        s->target.y = out->values[i];
    }
    return make_rounds(out, base, history, first, rounds, error);
}
