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

static enum alm_status add_test(struct alm_comparisons *out, struct alm_comparison row,
                                const struct alm_test *test, const double *d, size_t n,
                                struct alm_error *error)
{
    if (test->name == NULL) return ALM_OK;
    row.statistic = test->statistic;
    row.p = test->p_two_sided;
    row.p_better = test->p_better;
    row.estimate = gsl_stats_mean(d, 1, n);
    row.n = n;
    return alm_comparisons_add(out, &row, error);
}

enum alm_status alm_comparisons_add_dm(struct alm_comparisons *out, const struct alm_comparison *about,
                                       const double *d, size_t n, size_t h, struct alm_error *error)
{
    const struct alm_test test = alm_dm_test_of(d, n, h, strcmp(about->test, "dm-bartlett") == 0);
    return add_test(out, *about, &test, d, n, error);
}

/* The test of a pair that row names, with d for its differences. */
static enum alm_status compare(struct alm_comparisons *out, double *d, const struct alm_evaluation *e,
                               const struct alm_comparison *row, struct alm_error *error)
{
    struct alm_test test;
    if (strcmp(row->test, "wilcoxon") != 0) {
        const size_t n = alm_fold_losses_by_fold(d, e->losses, row->forecaster, row->other);
        return alm_comparisons_add_dm(out, row, d, n, alm_comparison_overlap(e, ALM_ALL), error);
    }
    const size_t n = alm_fold_losses_by_series(d, e->losses, row->forecaster, row->other);
    if (n < ALM_COMPARISON_SERIES) return ALM_OK;
    ALM_TRY(alm_wilcoxon_test(&test, d, n, error));
    return add_test(out, *row, &test, d, n, error);
}

/* Each with each over all steps. */
static enum alm_status compare_pairs(struct alm_comparisons *out, double *d, const struct alm_evaluation *e,
                                     const char *test, struct alm_error *error)
{
    const size_t first = out->n;
    for (size_t i = 0; i < e->n_forecasters; i++) {
        for (size_t j = 0; j < e->n_forecasters; j++) {
            struct alm_comparison row = alm_comparison_blank;
            row.test = test;
            row.forecaster = i;
            row.other = j;
            if (alm_comparison_is_pair(e, i, j) && alm_comparison_alike(e, i, j))
                ALM_TRY(compare(out, d, e, &row, error));
        }
    }
    return alm_comparisons_correct(out, first, error);
}

enum alm_status alm_evaluation_compare(struct alm_comparisons *out, struct alm_evaluation *evaluation,
                                       const struct alm_task_source *source, struct alm_error *error)
{
    const struct alm_evaluation *e = evaluation;
    double *d = NULL;
    alm_fold_losses_close(evaluation->losses);
    enum alm_status status = ALM_NEW(&d, e->n_folds + e->n_series, error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "dm", error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "dm-bartlett", error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "wilcoxon", error);
    if (status == ALM_OK) status = alm_compare_sets(out, e, error);
    if (status == ALM_OK) status = alm_compare_ranks(out, e, error);
    if (status == ALM_OK) status = alm_compare_steps(out, e, source, error);
    free(d);
    return status;
}
