#include "backtest/comparison.h"

#include "backtest/bootstrap.h"
#include "backtest/evaluation_impl.h"
#include "base/memory.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MINIMUM = 5 };

static const struct alm_comparison blank = {.other = ALM_ALL,
                                            .step = ALM_ALL,
                                            .statistic = NAN,
                                            .p = NAN,
                                            .p_better = NAN,
                                            .p_holm = NAN,
                                            .estimate = NAN,
                                            .low = NAN,
                                            .high = NAN};

static enum alm_status add(struct alm_comparisons *out, const struct alm_comparison *row,
                           struct alm_error *error)
{
    ALM_TRY(alm_grow((void **)&out->row, &out->capacity, out->n + 1, sizeof *out->row, error));
    out->row[out->n++] = *row;
    return ALM_OK;
}

static size_t overlap(const struct alm_evaluation *e, size_t step)
{
    return ((step == ALM_ALL ? e->horizon : step) - 1) / e->step + 1;
}

/* The loss of the leaderboard, or of one step; NaN where there is none. */
static double loss_at(const struct alm_evaluation *e, size_t forecaster, size_t fold, size_t s, size_t step)
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
            const double d = loss_at(e, one, fold, s, step) - loss_at(e, other, fold, s, step);
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
    struct alm_comparison row = blank;
    size_t n;
    if (strcmp(pair->test, "wilcoxon") == 0) {
        n = differences_of_series(d, e, pair->one, pair->other);
        if (n < SERIES_MINIMUM) return ALM_OK;
        ALM_TRY(alm_wilcoxon_test(&test, d, n, error));
    } else {
        n = differences(d, e, pair->one, pair->other, pair->step);
        test = alm_dm_test_of(d, n, overlap(e, pair->step), strcmp(pair->test, "dm-bartlett") == 0);
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
    return add(out, &row, error);
}

/* Holm over the rows from first on. */
static enum alm_status correct(struct alm_comparisons *out, size_t first, struct alm_error *error)
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

static bool are_alike(const struct alm_evaluation *e, size_t one, size_t other)
{
    return alm_evaluation_is_of_classes(e, one) == alm_evaluation_is_of_classes(e, other);
}

/* Each with each over all steps; naive is never the first of a pair. */
static enum alm_status compare_pairs(struct alm_comparisons *out, double *d, const struct alm_evaluation *e,
                                     const char *test, struct alm_error *error)
{
    const size_t first = out->n;
    for (size_t i = 0; i < e->n_forecasters; i++) {
        for (size_t j = 0; j < e->n_forecasters; j++) {
            const bool once = i != e->naive && (j == e->naive || i < j);
            const struct pair pair = {test, i, j, ALM_ALL};
            if (i != j && once && are_alike(e, i, j)) ALM_TRY(compare(out, d, e, &pair, error));
        }
    }
    return correct(out, first, error);
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
    return correct(out, first, error);
}

/* ---- of all at once ---- */

/* loss [n_folds][*k] of the forecasters that answer as naive does, at origins and series that all of them
 * have. */
static size_t common_losses(double *loss, size_t *who, size_t *k, const struct alm_evaluation *e)
{
    size_t n = 0;
    *k = 0;
    for (size_t i = 0; i < e->n_forecasters; i++)
        if (e->total[i].n_rows > 0 && are_alike(e, i, e->naive)) who[(*k)++] = i;
    for (size_t fold = 0; fold < e->n_folds; fold++) {
        double *row = loss + n * *k, series = 0;
        for (size_t j = 0; j < *k; j++)
            row[j] = 0;
        for (size_t s = 0; s < e->n_series; s++) {
            bool all = true;
            for (size_t j = 0; all && j < *k; j++)
                all = !isnan(loss_at(e, who[j], fold, s, ALM_ALL));
            for (size_t j = 0; all && j < *k; j++)
                row[j] += loss_at(e, who[j], fold, s, ALM_ALL);
            series += all;
        }
        for (size_t j = 0; j < *k; j++)
            row[j] /= series;
        n += series > 0;
    }
    return n;
}

static enum alm_status write_set(struct alm_comparisons *out, double *p, const double *loss, size_t n,
                                 const size_t *who, size_t k, size_t block, struct alm_error *error)
{
    ALM_TRY(alm_confidence_set(p, loss, n, k, block, error));
    for (size_t j = 0; j < k; j++) {
        struct alm_comparison row = blank;
        row.test = "mcs";
        row.forecaster = who[j];
        row.p = p[j];
        row.estimate = gsl_stats_mean(loss + j, k, n);
        row.n = n;
        ALM_TRY(add(out, &row, error));
    }
    return ALM_OK;
}

static enum alm_status write_skill(struct alm_comparisons *out, double *draws, const double *loss, size_t n,
                                   const size_t *who, size_t k, size_t naive, struct alm_error *error)
{
    double value[ALM_DRAWS];
    const double base = gsl_stats_mean(loss + naive, k, n);
    for (size_t j = 0; base > 0 && j < k; j++) {
        struct alm_comparison row = blank;
        if (j == naive) continue;
        for (size_t d = 0; d < ALM_DRAWS; d++)
            value[d] = draws[d * k + naive] > 0 ? 1 - draws[d * k + j] / draws[d * k + naive] : 0;
        gsl_sort(value, 1, ALM_DRAWS);
        row.test = "skill";
        row.forecaster = who[j];
        row.other = who[naive];
        row.estimate = 1 - gsl_stats_mean(loss + j, k, n) / base;
        row.low = gsl_stats_quantile_from_sorted_data(value, 1, ALM_DRAWS, 0.025);
        row.high = gsl_stats_quantile_from_sorted_data(value, 1, ALM_DRAWS, 0.975);
        row.n = n;
        ALM_TRY(add(out, &row, error));
    }
    return ALM_OK;
}

static enum alm_status resample(struct alm_comparisons *out, double *loss, double *p, size_t *who,
                                const struct alm_evaluation *e, struct alm_error *error)
{
    size_t k, naive = 0;
    const size_t n = common_losses(loss, who, &k, e), h = overlap(e, ALM_ALL);
    double *draws = NULL;
    if (n < alm_dm_minimum(h) || k < 2) return ALM_OK;
    while (naive < k && who[naive] != e->naive)
        naive++;
    ALM_TRY(write_set(out, p, loss, n, who, k, alm_block_length(n, h), error));
    if (naive == k) return ALM_OK;
    enum alm_status status = alm_bootstrap_means(&draws, loss, n, k, alm_block_length(n, h), error);
    if (status == ALM_OK) status = write_skill(out, draws, loss, n, who, k, naive, error);
    free(draws);
    return status;
}

/* ---- directions ---- */

static enum alm_status test_direction(struct alm_comparisons *out, bool *up, const struct alm_evaluation *e,
                                      size_t forecaster, size_t step, struct alm_error *error)
{
    const size_t most = e->n_folds * e->n_series;
    struct alm_comparison row = blank;
    size_t n = 0, hits = 0;
    for (size_t i = 0; i < most; i++) {
        const double forecast =
            alm_evaluation_forecast(e, forecaster, i / e->n_series, i % e->n_series)[step - 1];
        const double to = forecast - e->last[i], moved = e->actual[i * e->horizon + step - 1] - e->last[i];
        if (isnan(to) || isnan(moved) || to == 0 || moved == 0) continue;
        up[n] = to > 0;
        up[most + n] = moved > 0;
        hits += up[n] == up[most + n];
        n++;
    }
    const struct alm_test test = alm_direction_test(up, up + most, n);
    if (test.name == NULL) return ALM_OK;
    row.test = test.name;
    row.forecaster = forecaster;
    row.step = step;
    row.statistic = test.statistic;
    row.p = test.p_two_sided;
    row.p_better = test.p_better;
    row.estimate = (double)hits / (double)n;
    row.n = n;
    return add(out, &row, error);
}

static enum alm_status test_directions(struct alm_comparisons *out, const struct alm_evaluation *e,
                                       struct alm_error *error)
{
    const size_t first = out->n;
    bool *up;
    ALM_TRY(ALM_NEW(&up, 2 * e->n_folds * e->n_series, error));
    enum alm_status status = ALM_OK;
    for (size_t step = 1; step <= e->horizon && step <= e->step; step++)
        for (size_t i = 0; status == ALM_OK && i < e->n_forecasters; i++)
            status = test_direction(out, up, e, i, step, error);
    free(up);
    return status == ALM_OK ? correct(out, first, error) : status;
}

enum alm_status alm_evaluation_compare(struct alm_comparisons *out, const struct alm_evaluation *evaluation,
                                       struct alm_error *error)
{
    const struct alm_evaluation *e = evaluation;
    double *d = NULL, *loss = NULL, *p = NULL;
    size_t *who = NULL;
    enum alm_status status = ALM_NEW(&d, e->n_folds + e->n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&loss, (e->n_folds + 1) * e->n_forecasters, error);
    if (status == ALM_OK) status = ALM_NEW(&p, e->n_forecasters, error);
    if (status == ALM_OK) status = ALM_NEW(&who, e->n_forecasters, error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "dm", error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "dm-bartlett", error);
    if (status == ALM_OK) status = compare_pairs(out, d, e, "wilcoxon", error);
    if (status == ALM_OK) status = compare_steps(out, d, e, "dm", error);
    if (status == ALM_OK) status = compare_steps(out, d, e, "dm-bartlett", error);
    if (status == ALM_OK) status = resample(out, loss, p, who, e, error);
    if (status == ALM_OK) status = test_directions(out, e, error);
    free(d);
    free(loss);
    free(p);
    free(who);
    return status;
}
