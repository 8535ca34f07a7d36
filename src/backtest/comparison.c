#include "backtest/comparison.h"

#include "backtest/comparison_impl.h"
#include "base/memory.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct alm_comparison alm_comparison_blank = {.forecaster = ALM_ALL,
                                                    .other = ALM_ALL,
                                                    .step = ALM_ALL,
                                                    .statistic = NAN,
                                                    .p = NAN,
                                                    .p_better = NAN,
                                                    .p_holm = NAN,
                                                    .estimate = NAN,
                                                    .low = NAN,
                                                    .high = NAN};

enum alm_status alm_comparisons_add(struct alm_comparisons *out, const struct alm_comparison *row,
                                    struct alm_error *error)
{
    ALM_TRY(alm_grow((void **)&out->row, &out->capacity, out->n + 1, sizeof *out->row, error));
    out->row[out->n++] = *row;
    return ALM_OK;
}

enum alm_status alm_comparisons_correct(struct alm_comparisons *out, size_t first, struct alm_error *error)
{
    const size_t n = out->n - first;
    double *p;
    ALM_TRY(ALM_NEW(&p, n, error));
    for (size_t i = 0; i < n; i++)
        p[i] = out->row[first + i].p;
    const enum alm_status status = alm_holm(p, n, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        out->row[first + i].p_holm = p[i];
    free(p);
    return status;
}

double alm_comparison_loss(const struct alm_evaluation *e, size_t forecaster, size_t fold, size_t s,
                           size_t step)
{
    const bool scaled = e->n_series > 1 && !alm_evaluation_is_of_classes(e, forecaster);
    const double by = scaled ? e->scale[fold * e->n_series + s] : 1;
    if (!(by > 0)) return NAN;
    if (step == ALM_ALL) return e->loss[(forecaster * e->n_folds + fold) * e->n_series + s] / by;
    return fabs(e->actual[(fold * e->n_series + s) * e->horizon + step - 1] -
                alm_evaluation_forecast(e, forecaster, fold, s)[step - 1]) /
           by;
}

/* ---- pairs ---- */

/* Mean difference of losses over folds from .. to - 1 and series first .. last - 1; NaN where there is none.
 */
static double mean_difference(const struct alm_evaluation *e, size_t one, size_t other, size_t step,
                              size_t from, size_t to, size_t first, size_t last)
{
    double sum = 0;
    size_t pairs = 0;
    for (size_t fold = from; fold < to; fold++) {
        for (size_t s = first; s < last; s++) {
            const double d =
                alm_comparison_loss(e, one, fold, s, step) - alm_comparison_loss(e, other, fold, s, step);
            if (isnan(d)) continue;
            sum += d;
            pairs++;
        }
    }
    return pairs == 0 ? (double)NAN : sum / (double)pairs;
}

/* d: the mean difference at each origin [n_folds], or of each series [n_series], that has one. */
static size_t differences(double *d, const struct alm_evaluation *e, size_t one, size_t other, size_t step)
{
    size_t n = 0;
    for (size_t fold = 0; fold < e->n_folds; fold++) {
        d[n] = mean_difference(e, one, other, step, fold, fold + 1, 0, e->n_series);
        n += isnan(d[n]) ? 0 : 1;
    }
    return n;
}

static size_t differences_of_series(double *d, const struct alm_evaluation *e, size_t one, size_t other)
{
    size_t n = 0;
    for (size_t s = 0; s < e->n_series; s++) {
        d[n] = mean_difference(e, one, other, ALM_ALL, 0, e->n_folds, s, s + 1);
        n += isnan(d[n]) ? 0 : 1;
    }
    return n;
}

struct pair {
    const char *test;
    size_t one, other, step;
};

static enum alm_status compare(struct alm_comparisons *out, double *d, const struct alm_evaluation *e,
                               const struct pair *pair, struct alm_error *error)
{
    struct alm_test test;
    struct alm_comparison row = alm_comparison_blank;
    size_t n;
    if (strcmp(pair->test, "wilcoxon") == 0) {
        n = differences_of_series(d, e, pair->one, pair->other);
        if (n < ALM_COMPARISON_SERIES) return ALM_OK;
        ALM_TRY(alm_wilcoxon_test(&test, d, n, error));
    } else {
        n = differences(d, e, pair->one, pair->other, pair->step);
        test = alm_dm_test_of(d, n, alm_comparison_overlap(e, pair->step),
                              strcmp(pair->test, "dm-bartlett") == 0);
    }
    if (test.name == NULL) return ALM_OK;
    row.test = pair->test;
    row.forecaster = pair->one;
    row.other = pair->other;
    row.step = pair->step;
    row.statistic = test.statistic;
    row.p = test.p_two_sided;
    row.p_better = test.p_better;
    row.estimate = gsl_stats_mean(d, 1, n);
    row.n = n;
    return alm_comparisons_add(out, &row, error);
}

/* Each with each over all steps. */
static enum alm_status compare_pairs(struct alm_comparisons *out, double *d, const struct alm_evaluation *e,
                                     const char *test, struct alm_error *error)
{
    const size_t first = out->n;
    for (size_t i = 0; i < e->n_forecasters; i++) {
        for (size_t j = 0; j < e->n_forecasters; j++) {
            const struct pair pair = {test, i, j, ALM_ALL};
            if (alm_comparison_is_pair(e, i, j) && alm_comparison_alike(e, i, j))
                ALM_TRY(compare(out, d, e, &pair, error));
        }
    }
    return alm_comparisons_correct(out, first, error);
}

static enum alm_status compare_steps(struct alm_comparisons *out, double *d, const struct alm_evaluation *e,
                                     const char *test, struct alm_error *error)
{
    const size_t first = out->n;
    for (size_t step = 1; e->horizon > 1 && step <= e->horizon; step++) {
        for (size_t i = 0; i < e->n_forecasters; i++) {
            const struct pair pair = {test, i, e->naive, step};
            if (i != e->naive) ALM_TRY(compare(out, d, e, &pair, error));
        }
    }
    return alm_comparisons_correct(out, first, error);
}

enum alm_status alm_evaluation_compare(struct alm_comparisons *out, const struct alm_evaluation *evaluation,
                                       struct alm_error *error)
{
    const struct alm_evaluation *e = evaluation;
    double *d = NULL;
    enum alm_status status = ALM_NEW(&d, e->n_folds + e->n_series, error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "dm", error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "dm-bartlett", error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "wilcoxon", error);
    if (status == ALM_OK) status = compare_steps(out, d, e, "dm", error);
    if (status == ALM_OK) status = compare_steps(out, d, e, "dm-bartlett", error);
    if (status == ALM_OK) status = alm_compare_sets(out, e, error);
    if (status == ALM_OK) status = alm_compare_ranks(out, e, error);
    if (status == ALM_OK) status = alm_compare_directions(out, e, error);
    if (status == ALM_OK) status = alm_compare_regressions(out, e, error);
    free(d);
    return status;
}
