#include "series/covariates.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

void alm_covariates_free(struct alm_covariates *covariates)
{
    if (covariates == NULL) return;
    for (size_t k = 0; covariates->y != NULL && k < covariates->n_past + covariates->n_future; k++)
        free(covariates->y[k]);
    free(covariates->y);
    free(covariates->statics);
    free(covariates);
}

static enum alm_status fill(struct alm_covariates *c, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&c->y, c->n_past + c->n_future + 1, error));
    ALM_TRY(ALM_NEW(&c->statics, c->n_statics + 1, error));
    for (size_t k = 0; k < c->n_statics; k++)
        c->statics[k] = (double)NAN;
    for (size_t k = 0; k < c->n_past + c->n_future; k++) {
        ALM_TRY(ALM_NEW(&c->y[k], alm_covariate_length(c, k) + 1, error));
        for (size_t i = 0; i < alm_covariate_length(c, k); i++)
            c->y[k][i] = (double)NAN;
    }
    return ALM_OK;
}

enum alm_status alm_covariates_create(struct alm_covariates **out, size_t n, size_t ahead, size_t n_past,
                                      size_t n_future, size_t n_statics, struct alm_error *error)
{
    *out = NULL;
    struct alm_covariates *c = NULL;
    ALM_TRY(ALM_NEW(&c, 1, error));
    *c = (struct alm_covariates){
        .n = n, .ahead = ahead, .n_past = n_past, .n_future = n_future, .n_statics = n_statics};
    const enum alm_status status = fill(c, error);
    if (status == ALM_OK)
        *out = c;
    else
        alm_covariates_free(c);
    return status;
}

void alm_covariate_align(double *out, const int64_t *ts, size_t n, struct alm_span source,
                         const struct alm_calendar *calendar)
{
    size_t at = 0; /* bars of source at or before ts[i] */
    int64_t end;   /* where the last bar of source is over */
    if (source.n == 0 || alm_calendar_step(&end, calendar, source.ts[source.n - 1], 1, NULL) != ALM_OK)
        end = source.n == 0 ? INT64_MIN : source.ts[source.n - 1] + 1;
    for (size_t i = 0; i < n; i++) {
        while (at < source.n && source.ts[at] <= ts[i])
            at++;
        out[i] = at == 0 || ts[i] >= end ? (double)NAN : source.y[at - 1];
    }
}
