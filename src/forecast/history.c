#include "forecast/history.h"

void alm_history_show(struct alm_history_series *out, struct alm_span *spans,
                      const struct alm_covariates *covariates, const double *const *y, size_t first,
                      size_t end, size_t horizon)
{
    if (covariates == NULL) return;
    const size_t n = covariates->n_past + covariates->n_future;
    for (size_t k = 0; k < n; k++) {
        const size_t known = k < covariates->n_past ? end : end + horizon,
                     length = alm_covariate_length(covariates, k);
        spans[k] = (struct alm_span){.y = y[k] + first, .n = (known < length ? known : length) - first};
    }
    out->past = spans;
    out->future = spans + covariates->n_past;
    out->n_past = covariates->n_past;
    out->n_future = covariates->n_future;
    out->statics = covariates->statics;
    out->n_statics = covariates->n_statics;
}
