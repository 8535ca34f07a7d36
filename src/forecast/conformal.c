#include "forecast/conformal.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum alm_status alm_conformal_init(struct alm_conformal *out, size_t horizon, size_t folds,
                                   struct alm_error *error)
{
    size_t scores;
    *out = (struct alm_conformal){0};
    if (!alm_multiply(&scores, horizon, folds))
        return alm_fail(error, ALM_NOMEM, "%zu folds of %zu steps do not fit into memory", folds, horizon);
    enum alm_status status = ALM_NEW(&out->count, horizon, error);
    if (status == ALM_OK) status = ALM_NEW(&out->score, scores, error);
    if (status != ALM_OK) {
        alm_conformal_clear(out);
        return status;
    }
    out->horizon = horizon;
    out->folds = folds;
    return ALM_OK;
}

void alm_conformal_clear(struct alm_conformal *conformal)
{
    free(conformal->count);
    free(conformal->score);
    *conformal = (struct alm_conformal){0};
}

void alm_conformal_add(struct alm_conformal *conformal, const double *actual, const double *mean)
{
    for (size_t step = 0; step < conformal->horizon; step++) {
        double *sorted = conformal->score + step * conformal->folds;
        const double score = fabs(actual[step] - mean[step]);
        size_t at = conformal->count[step];
        if (isnan(score) || at == conformal->folds) continue;
        for (; at > 0 && sorted[at - 1] > score; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = score;
        conformal->count[step]++;
    }
}

/* Share of the actuals that the interval from level p to 1 - p should hold. */
static double coverage(double level)
{
    return fabs(2 * level - 1);
}

/* ceil, but for what rounding has put a hair above a whole number. */
static size_t ceil_rank(double x)
{
    return (size_t)ceil(x - 1e-9);
}

size_t alm_conformal_folds(const double *level, size_t n)
{
    double widest = 0;
    for (size_t i = 0; i < n; i++)
        widest = fmax(widest, coverage(level[i]));
    if (n == 0) return 0;
    const size_t folds = ceil_rank(widest / (1 - widest));
    return folds == 0 ? 1 : folds;
}

bool alm_conformal_quantiles(double *quantile, const struct alm_conformal *conformal, const double *mean,
                             size_t horizon, const double *level, size_t n)
{
    if (n == 0 || horizon > conformal->horizon) return false;
    for (size_t step = 0; step < horizon; step++) {
        for (size_t q = 0; q < n; q++) {
            const size_t rank = ceil_rank((double)(conformal->count[step] + 1) * coverage(level[q]));
            if (rank > conformal->count[step]) return false;
            const double score = rank == 0 ? 0 : conformal->score[step * conformal->folds + rank - 1];
            quantile[step * n + q] = level[q] < 0.5 ? mean[step] - score : mean[step] + score;
        }
    }
    return true;
}

void alm_conformal_save(const struct alm_conformal *conformal, struct alm_bytes *out)
{
    alm_bytes_put_u64(out, conformal->horizon);
    alm_bytes_put_u64(out, conformal->folds);
    for (size_t step = 0; step < conformal->horizon; step++) {
        alm_bytes_put_u64(out, conformal->count[step]);
        alm_bytes_put_f64s(out, conformal->score + step * conformal->folds, conformal->count[step]);
    }
}

enum alm_status alm_conformal_load(struct alm_conformal *out, struct alm_bytes_reader *in,
                                   struct alm_error *error)
{
    const uint64_t horizon = alm_bytes_get_u64(in), folds = alm_bytes_get_u64(in);
    *out = (struct alm_conformal){0};
    /* every step takes at least its count, and no more scores than there are bytes */
    if (in->failed || horizon > in->length / 8 || folds > in->length / 8)
        return alm_fail(error, ALM_PARSE, "the scores of the intervals are damaged");
    if (horizon == 0) return ALM_OK;
    ALM_TRY(alm_conformal_init(out, (size_t)horizon, (size_t)folds, error));
    for (size_t step = 0; step < horizon && !in->failed; step++) {
        const uint64_t count = alm_bytes_get_u64(in);
        if (count > folds) in->failed = true;
        if (in->failed) break;
        out->count[step] = (size_t)count;
        alm_bytes_get_f64s(in, out->score + step * (size_t)folds, (size_t)count);
    }
    if (!in->failed) return ALM_OK;
    alm_conformal_clear(out);
    return alm_fail(error, ALM_PARSE, "the scores of the intervals are damaged");
}
