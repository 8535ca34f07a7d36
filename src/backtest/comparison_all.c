/* Tests of all forecasters of a run at once: which may be the best, how sure a skill is, who ranks where. */
#include "backtest/comparison_impl.h"

#include "backtest/bootstrap.h"
#include "backtest/friedman.h"
#include "base/memory.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* Mean losses of the forecasters that answer as naive does, where all of them have one. */
struct common {
    double *loss; /* [n][k] a row an origin, or a series */
    size_t *who;  /* [k] */
    size_t n, k;
    size_t naive; /* which of who it is; k: none */
};

static void clear(struct common *c)
{
    free(c->loss);
    free(c->who);
}

static void choose(struct common *c, const struct alm_evaluation *e)
{
    for (size_t i = 0; i < e->n_forecasters; i++)
        if (e->total[i].n_rows > 0 && alm_comparison_alike(e, i, e->naive)) c->who[c->k++] = i;
    while (c->naive < c->k && c->who[c->naive] != e->naive)
        c->naive++;
}

static enum alm_status begin(struct common *c, const struct alm_evaluation *e, size_t rows,
                             struct alm_error *error)
{
    *c = (struct common){0};
    ALM_TRY(ALM_NEW(&c->loss, rows * e->n_forecasters, error)); /* fits: the losses have as many */
    ALM_TRY(ALM_NEW(&c->who, e->n_forecasters, error));
    choose(c, e);
    return ALM_OK;
}

/* Adds a row of losses [n_forecasters], divided by `by`. */
static void add_row(struct common *c, const double *losses, double by)
{
    for (size_t j = 0; j < c->k; j++)
        c->loss[c->n * c->k + j] = losses[c->who[j]] / by;
    c->n++;
}

static enum alm_status gather_origins(struct common *c, const struct alm_evaluation *e,
                                      struct alm_error *error)
{
    const struct alm_fold_losses *l = e->losses;
    ALM_TRY(begin(c, e, l->n_common, error));
    for (size_t i = 0; i < l->n_common; i++)
        add_row(c, l->common + i * e->n_forecasters, 1);
    return ALM_OK;
}

static enum alm_status gather_series(struct common *c, const struct alm_evaluation *e,
                                     struct alm_error *error)
{
    const struct alm_fold_losses *l = e->losses;
    ALM_TRY(begin(c, e, e->n_series, error));
    for (size_t s = 0; s < e->n_series; s++)
        if (l->common_series_count[s] > 0)
            add_row(c, l->common_of_series + s * e->n_forecasters, (double)l->common_series_count[s]);
    return ALM_OK;
}

/* ---- over origins ---- */

static enum alm_status write_set(struct alm_comparisons *out, const struct common *c, size_t block,
                                 struct alm_error *error)
{
    double *p;
    ALM_TRY(ALM_NEW(&p, c->k, error));
    enum alm_status status = alm_confidence_set(p, c->loss, c->n, c->k, block, error);
    for (size_t j = 0; status == ALM_OK && j < c->k; j++) {
        struct alm_comparison row = alm_comparison_blank;
        row.test = "mcs";
        row.forecaster = c->who[j];
        row.p = p[j];
        row.estimate = gsl_stats_mean(c->loss + j, c->k, c->n);
        row.n = c->n;
        status = alm_comparisons_add(out, &row, error);
    }
    free(p);
    return status;
}

static enum alm_status write_skill(struct alm_comparisons *out, const double *draws, const struct common *c,
                                   struct alm_error *error)
{
    const size_t k = c->k, naive = c->naive;
    const double base = gsl_stats_mean(c->loss + naive, k, c->n);
    double value[ALM_DRAWS];
    for (size_t j = 0; base > 0 && j < k; j++) {
        struct alm_comparison row = alm_comparison_blank;
        if (j == naive) continue;
        for (size_t d = 0; d < ALM_DRAWS; d++)
            value[d] = draws[d * k + naive] > 0 ? 1 - draws[d * k + j] / draws[d * k + naive] : 0;
        gsl_sort(value, 1, ALM_DRAWS);
        row.test = "skill";
        row.forecaster = c->who[j];
        row.other = c->who[naive];
        row.estimate = 1 - gsl_stats_mean(c->loss + j, k, c->n) / base;
        row.low = gsl_stats_quantile_from_sorted_data(value, 1, ALM_DRAWS, 0.025);
        row.high = gsl_stats_quantile_from_sorted_data(value, 1, ALM_DRAWS, 0.975);
        row.n = c->n;
        ALM_TRY(alm_comparisons_add(out, &row, error));
    }
    return ALM_OK;
}

static enum alm_status resample(struct alm_comparisons *out, const struct common *c, size_t h,
                                struct alm_error *error)
{
    const size_t block = alm_block_length(c->n, h);
    double *draws = NULL;
    if (c->n < alm_dm_minimum(h) || c->k < 2) return ALM_OK;
    ALM_TRY(write_set(out, c, block, error));
    if (c->naive == c->k) return ALM_OK;
    enum alm_status status = alm_bootstrap_means(&draws, c->loss, c->n, c->k, block, error);
    if (status == ALM_OK) status = write_skill(out, draws, c, error);
    free(draws);
    return status;
}

enum alm_status alm_compare_sets(struct alm_comparisons *out, const struct alm_evaluation *e,
                                 struct alm_error *error)
{
    struct common c;
    enum alm_status status = gather_origins(&c, e, error);
    if (status == ALM_OK) status = resample(out, &c, alm_comparison_overlap(e, ALM_ALL), error);
    clear(&c);
    return status;
}

/* ---- over series ---- */

static enum alm_status write_ranks(struct alm_comparisons *out, const struct common *c, const double *rank,
                                   struct alm_error *error)
{
    for (size_t j = 0; j < c->k; j++) {
        struct alm_comparison row = alm_comparison_blank;
        row.test = "rank";
        row.forecaster = c->who[j];
        row.estimate = rank[j];
        row.n = c->n;
        ALM_TRY(alm_comparisons_add(out, &row, error));
    }
    return ALM_OK;
}

/* All pairs; the interval is that in which differences lie that all hold at once with 95 %. */
static enum alm_status write_nemenyi(struct alm_comparisons *out, const struct common *c, const double *rank,
                                     const struct alm_evaluation *e, struct alm_error *error)
{
    const double unit = alm_nemenyi_error(c->n, c->k), critical = alm_normal_range_inverse(0.05, c->k) * unit;
    for (size_t i = 0; i < c->k; i++) {
        for (size_t j = 0; j < c->k; j++) {
            struct alm_comparison row = alm_comparison_blank;
            if (!alm_comparison_is_pair(e, c->who[i], c->who[j])) continue;
            row.test = "nemenyi";
            row.forecaster = c->who[i];
            row.other = c->who[j];
            row.estimate = rank[i] - rank[j];
            row.statistic = row.estimate / unit;
            row.p_holm = alm_normal_range(fabs(row.statistic), c->k);
            row.low = row.estimate - critical;
            row.high = row.estimate + critical;
            row.n = c->n;
            ALM_TRY(alm_comparisons_add(out, &row, error));
        }
    }
    return ALM_OK;
}

static enum alm_status rank(struct alm_comparisons *out, double *mean, const struct common *c,
                            const struct alm_evaluation *e, struct alm_error *error)
{
    struct alm_comparison row = alm_comparison_blank;
    struct alm_test test;
    if (c->n < ALM_COMPARISON_SERIES) return ALM_OK;
    ALM_TRY(alm_friedman_test(&test, mean, c->loss, c->n, c->k, error));
    if (test.name == NULL) return ALM_OK;
    row.test = test.name;
    row.statistic = test.statistic;
    row.p = test.p_two_sided;
    row.n = test.n;
    ALM_TRY(alm_comparisons_add(out, &row, error));
    ALM_TRY(write_ranks(out, c, mean, error));
    return write_nemenyi(out, c, mean, e, error);
}

enum alm_status alm_compare_ranks(struct alm_comparisons *out, const struct alm_evaluation *e,
                                  struct alm_error *error)
{
    struct common c;
    double *mean = NULL;
    enum alm_status status = gather_series(&c, e, error);
    if (status == ALM_OK) status = ALM_NEW(&mean, c.k, error);
    if (status == ALM_OK) status = rank(out, mean, &c, e, error);
    free(mean);
    clear(&c);
    return status;
}
