#include "base/memory.h"
#include "forecast/forecaster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum alm_status check_levels(const double *levels, size_t n, struct alm_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (!(levels[i] > 0 && levels[i] < 1) || (i > 0 && levels[i] <= levels[i - 1]))
            return alm_fail(error, ALM_USAGE, "quantile levels must rise within (0, 1), got %g", levels[i]);
    return ALM_OK;
}

enum alm_status alm_forecast_create(struct alm_forecast **out, size_t n_series, size_t horizon,
                                    const double *levels, size_t n_levels, struct alm_error *error)
{
    struct alm_forecast *f;
    double *own_levels = NULL;
    size_t n, m;
    *out = NULL;
    ALM_TRY(check_levels(levels, n_levels, error));
    if (!alm_multiply(&n, n_series, horizon) || !alm_multiply(&m, n, n_levels))
        return alm_fail(error, ALM_NOMEM, "%zu series of %zu steps do not fit into memory", n_series,
                        horizon);
    ALM_TRY(ALM_NEW(&f, 1, error));
    *f = (struct alm_forecast){.n_series = n_series, .horizon = horizon, .n_levels = n_levels};
    enum alm_status status = ALM_NEW(&own_levels, n_levels, error);
    if (status == ALM_OK && n_levels > 0) memcpy(own_levels, levels, n_levels * sizeof *levels);
    f->level = own_levels;
    if (status == ALM_OK) status = ALM_NEW(&f->mean, n, error);
    if (status == ALM_OK) status = ALM_NEW(&f->quantile, m, error);
    if (status == ALM_OK) status = ALM_NEW(&f->has_quantiles, n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&f->fallback, n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&f->classes, n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&f->variance, n, error);
    if (status == ALM_OK) status = ALM_NEW(&f->variance_kind, n_series, error);
    if (status != ALM_OK) {
        alm_forecast_free(f);
        return status;
    }
    for (size_t i = 0; i < n; i++)
        f->variance[i] = NAN;
    *out = f;
    return ALM_OK;
}

void alm_forecast_free(struct alm_forecast *forecast)
{
    if (forecast == NULL) return;
    free((void *)(uintptr_t)forecast->level);
    free(forecast->mean);
    free(forecast->quantile);
    free(forecast->has_quantiles);
    free(forecast->fallback);
    for (size_t i = 0; forecast->classes != NULL && i < forecast->n_series; i++)
        alm_class_forecast_clear(&forecast->classes[i]);
    free(forecast->classes);
    free(forecast->variance);
    free(forecast->variance_kind);
    free(forecast);
}
