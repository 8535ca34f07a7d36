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

static struct alm_span cut(struct alm_span span, size_t first)
{
    return alm_span_suffix(span, span.n > first ? span.n - first : 0);
}

struct alm_span *alm_history_cut(struct alm_history_series *series, struct alm_span *spans, size_t first)
{
    const struct alm_span *past = series->past, *future = series->future;
    series->target = cut(series->target, first);
    if (series->n_past > 0) series->past = spans;
    for (size_t k = 0; k < series->n_past; k++)
        *spans++ = cut(past[k], first);
    if (series->n_future > 0) series->future = spans;
    for (size_t k = 0; k < series->n_future; k++)
        *spans++ = cut(future[k], first);
    return spans;
}

static struct alm_span prefix(struct alm_span span, size_t n)
{
    return alm_span_prefix(span, span.n < n ? span.n : n);
}

struct alm_span *alm_history_prefix(struct alm_history_series *series, struct alm_span *spans, size_t n,
                                    size_t horizon)
{
    const struct alm_span *past = series->past, *future = series->future;
    series->target = prefix(series->target, n);
    series->past = spans;
    for (size_t k = 0; k < series->n_past; k++)
        *spans++ = prefix(past[k], n);
    series->future = spans;
    for (size_t k = 0; k < series->n_future; k++)
        *spans++ = prefix(future[k], n + horizon);
    return spans;
}
