#include "backtest/evaluation_fold.h"

#include "backtest/evaluation.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t count_pairs(size_t n)
{
    return n * (n - 1) / 2 + 1;
}

static enum alm_status allocate(struct alm_fold_losses *l, struct alm_error *error)
{
    const size_t n = l->n_forecasters, pairs = count_pairs(n);
    size_t rows, by_fold, by_series, common, common_of_series;
    if (!alm_multiply(&rows, n, l->n_series) || !alm_multiply(&by_fold, pairs, l->n_folds) ||
        !alm_multiply(&by_series, pairs, l->n_series) || !alm_multiply(&common, n, l->n_folds + 1) ||
        !alm_multiply(&common_of_series, n, l->n_series))
        return alm_fail(error, ALM_NOMEM, "a comparison of %zu forecasters is too large", n);
    ALM_TRY(ALM_NEW(&l->loss, rows, error));
    ALM_TRY(ALM_NEW(&l->of_classes, n, error));
    ALM_TRY(ALM_NEW(&l->known, n, error));
    ALM_TRY(ALM_NEW(&l->counted, n, error));
    ALM_TRY(ALM_NEW(&l->difference, by_fold, error));
    ALM_TRY(ALM_NEW(&l->series_difference, by_series, error));
    ALM_TRY(ALM_NEW(&l->series_count, by_series, error));
    ALM_TRY(ALM_NEW(&l->own_sum, n, error));
    ALM_TRY(ALM_NEW(&l->rival_sum, n, error));
    ALM_TRY(ALM_NEW(&l->common, common, error));
    ALM_TRY(ALM_NEW(&l->common_of_series, common_of_series, error));
    ALM_TRY(ALM_NEW(&l->common_series_count, l->n_series, error));
    for (size_t i = 0; i < by_fold; i++)
        l->difference[i] = NAN;
    return ALM_OK;
}

enum alm_status alm_fold_losses_create(struct alm_fold_losses **out, size_t n_forecasters, size_t n_series,
                                       size_t n_folds, size_t naive, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    **out = (struct alm_fold_losses){.n_forecasters = n_forecasters,
                                     .n_series = n_series,
                                     .n_folds = n_folds,
                                     .naive = naive,
                                     .fold = ALM_ALL};
    const enum alm_status status = allocate(*out, error);
    if (status == ALM_OK) return ALM_OK;
    alm_fold_losses_free(*out);
    *out = NULL;
    return status;
}

void alm_fold_losses_free(struct alm_fold_losses *losses)
{
    if (losses == NULL) return;
    free(losses->loss);
    free(losses->of_classes);
    free(losses->known);
    free(losses->counted);
    free(losses->difference);
    free(losses->series_difference);
    free(losses->series_count);
    free(losses->own_sum);
    free(losses->rival_sum);
    free(losses->common);
    free(losses->common_of_series);
    free(losses->common_series_count);
    free(losses);
}

/* Number of a pair, by which arrays are indexed. */
static size_t pair_of(const struct alm_fold_losses *l, size_t one, size_t other)
{
    const size_t low = one < other ? one : other, high = one < other ? other : one;
    if (low == high) return count_pairs(l->n_forecasters) - 1;
    return low * (2 * l->n_forecasters - low - 1) / 2 + high - low - 1;
}

size_t alm_fold_losses_by_fold(double *d, const struct alm_fold_losses *losses, size_t one, size_t other)
{
    const double *difference = losses->difference + pair_of(losses, one, other) * losses->n_folds;
    size_t n = 0;
    for (size_t fold = 0; fold < losses->n_folds; fold++)
        if (!isnan(difference[fold])) d[n++] = one < other ? difference[fold] : -difference[fold];
    return n;
}

size_t alm_fold_losses_by_series(double *d, const struct alm_fold_losses *losses, size_t one, size_t other)
{
    const size_t first = pair_of(losses, one, other) * losses->n_series;
    size_t n = 0;
    for (size_t s = first; s < first + losses->n_series; s++) {
        if (losses->series_count[s] == 0) continue;
        const double mean = losses->series_difference[s] / (double)losses->series_count[s];
        d[n++] = one < other ? mean : -mean;
    }
    return n;
}

static bool are_alike(const struct alm_fold_losses *l, size_t one, size_t other)
{
    return l->of_classes[one] == l->of_classes[other];
}

/* ---- closing a fold ---- */

static void close_pair(struct alm_fold_losses *l, size_t one, size_t other)
{
    const size_t pair = pair_of(l, one, other);
    const double *a = l->loss + one * l->n_series, *b = l->loss + other * l->n_series;
    double one_sum = 0, other_sum = 0, sum = 0;
    size_t n = 0;
    for (size_t s = 0; s < l->n_series; s++) {
        if (isnan(a[s]) || isnan(b[s])) continue;
        one_sum += a[s];
        other_sum += b[s];
        sum += a[s] - b[s];
        l->series_difference[pair * l->n_series + s] += a[s] - b[s];
        l->series_count[pair * l->n_series + s]++;
        n++;
    }
    if (n == 0) return;
    l->difference[pair * l->n_folds + l->fold] = sum / (double)n;
    if (one != l->naive && other != l->naive) return;
    const size_t own = one == l->naive ? other : one;
    l->own_sum[own] += (one == own ? one_sum : other_sum) / (double)n;
    l->rival_sum[own] += (one == own ? other_sum : one_sum) / (double)n;
}

/* Whether a forecaster counts among those of which a loss is asked for. */
static bool is_common(const struct alm_fold_losses *l, size_t forecaster)
{
    return l->known[forecaster] && are_alike(l, forecaster, l->naive);
}

/* A forecaster that makes its first forecast in this fold had none before, so that no earlier origin is one
 * that all have. */
static void restart_common(struct alm_fold_losses *l)
{
    bool newcomer = false;
    for (size_t i = 0; i < l->n_forecasters; i++) {
        newcomer |= is_common(l, i) && !l->counted[i];
        l->counted[i] = l->known[i];
    }
    if (!newcomer) return;
    l->n_common = 0;
    memset(l->common_of_series, 0, l->n_series * l->n_forecasters * sizeof *l->common_of_series);
    memset(l->common_series_count, 0, l->n_series * sizeof *l->common_series_count);
}

static bool all_have(const struct alm_fold_losses *l, size_t series)
{
    for (size_t i = 0; i < l->n_forecasters; i++)
        if (is_common(l, i) && isnan(l->loss[i * l->n_series + series])) return false;
    return true;
}

static void close_common(struct alm_fold_losses *l)
{
    const size_t n = l->n_forecasters;
    double *row = l->common + l->n_common * n, series = 0;
    for (size_t i = 0; i < n; i++)
        row[i] = 0;
    for (size_t s = 0; s < l->n_series; s++) {
        if (!all_have(l, s)) continue;
        for (size_t i = 0; i < n; i++) {
            const double loss = is_common(l, i) ? l->loss[i * l->n_series + s] : 0;
            row[i] += loss;
            l->common_of_series[s * n + i] += loss;
        }
        l->common_series_count[s]++;
        series++;
    }
    for (size_t i = 0; i < n; i++)
        row[i] /= series;
    l->n_common += series > 0;
}

void alm_fold_losses_close(struct alm_fold_losses *losses)
{
    struct alm_fold_losses *l = losses;
    if (l->fold == ALM_ALL) return;
    for (size_t i = 0; i < l->n_forecasters; i++)
        for (size_t j = i + 1; j < l->n_forecasters; j++)
            if (are_alike(l, i, j)) close_pair(l, i, j);
    close_pair(l, l->naive, l->naive);
    restart_common(l);
    close_common(l);
    l->fold = ALM_ALL;
}

enum alm_status alm_fold_losses_add(struct alm_fold_losses *losses, size_t forecaster, size_t fold,
                                    size_t series, double loss, bool of_classes, struct alm_error *error)
{
    struct alm_fold_losses *l = losses;
    if (l->fold != fold) {
        if (fold < l->next)
            return alm_fail(error, ALM_INTERNAL, "a row of fold %zu comes after those of later ones", fold);
        alm_fold_losses_close(l);
        l->fold = fold;
        l->next = fold + 1;
        for (size_t i = 0; i < l->n_forecasters * l->n_series; i++)
            l->loss[i] = NAN;
    }
    l->known[forecaster] = true;
    l->of_classes[forecaster] |= of_classes;
    l->loss[forecaster * l->n_series + series] = loss;
    return ALM_OK;
}
