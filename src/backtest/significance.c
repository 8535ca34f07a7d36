#include "backtest/significance.h"

#include "base/memory.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define EXACT_MAXIMUM 50

size_t alm_dm_minimum(size_t h)
{
    return h > 3 ? 3 * h : 10;
}

static double mean_of(const double *d, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += d[i];
    return sum / (double)n;
}

/* Autocovariance at lag, divisor n. */
static double autocovariance(const double *d, size_t n, double mean, size_t lag)
{
    double sum = 0;
    for (size_t i = lag; i < n; i++)
        sum += (d[i] - mean) * (d[i - lag] - mean);
    return sum / (double)n;
}

/* Variance of the mean; with bartlett it cannot be negative (Newey & West 1987). */
static double mean_variance(const double *d, size_t n, size_t h, bool bartlett)
{
    const double mean = mean_of(d, n);
    double sum = autocovariance(d, n, mean, 0);
    for (size_t k = 1; k < h; k++) {
        const double weight = bartlett ? 1 - (double)k / (double)h : 1;
        sum += 2 * weight * autocovariance(d, n, mean, k);
    }
    return sum / (double)n;
}

static struct alm_test no_test(size_t n)
{
    return (struct alm_test){.statistic = NAN, .p_better = NAN, .p_two_sided = NAN, .n = n};
}

static bool all_equal(const double *d, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (d[i] != d[0]) return false;
    return true;
}

struct alm_test alm_dm_test_of(const double *d, size_t n, size_t h, bool bartlett)
{
    struct alm_test test = no_test(n);
    if (h < 1 || n < alm_dm_minimum(h) || all_equal(d, n)) return test;
    const double variance = mean_variance(d, n, h, bartlett);
    if (!(variance > 0) || !isfinite(variance)) return test;
    const double count = (double)n, overlap = (double)h;
    const double factor = sqrt((count + 1 - 2 * overlap + overlap * (overlap - 1) / count) / count);
    test.statistic = factor * mean_of(d, n) / sqrt(variance);
    test.p_better = gsl_cdf_tdist_P(test.statistic, count - 1);
    test.p_two_sided = 2 * gsl_cdf_tdist_P(-fabs(test.statistic), count - 1);
    test.name = bartlett ? "dm-bartlett" : "dm";
    return test;
}

struct alm_test alm_dm_test(const double *d, size_t n, size_t h)
{
    const struct alm_test test = alm_dm_test_of(d, n, h, false);
    return test.name != NULL ? test : alm_dm_test_of(d, n, h, true);
}

struct alm_test alm_direction_test(size_t hits, size_t forecasts_up, size_t actuals_up, size_t n)
{
    struct alm_test test = no_test(n);
    const double count = (double)n, right = (double)hits / count, x = (double)forecasts_up / count,
                 y = (double)actuals_up / count;
    if (n == 0 || forecasts_up == 0 || actuals_up == 0 || forecasts_up == n || actuals_up == n) return test;
    const double chance = x * y + (1 - x) * (1 - y);
    const double variance = chance * (1 - chance) / count;
    const double of_chance =
        ((2 * y - 1) * (2 * y - 1) * x * (1 - x) + (2 * x - 1) * (2 * x - 1) * y * (1 - y)) / count +
        4 * x * y * (1 - x) * (1 - y) / (count * count);
    if (!(variance > of_chance)) return test;
    test.statistic = (right - chance) / sqrt(variance - of_chance);
    test.p_better = gsl_cdf_ugaussian_Q(test.statistic);
    test.p_two_sided = 2 * gsl_cdf_ugaussian_Q(fabs(test.statistic));
    test.name = "pesaran-timmermann";
    return test;
}

enum alm_status alm_holm(double *p, size_t n, struct alm_error *error)
{
    size_t *order, known = 0;
    double least = 0;
    ALM_TRY(ALM_NEW(&order, n, error));
    for (size_t i = 0; i < n; i++) { /* those that are known, rising (insertion sort: they are few) */
        size_t at = known;
        if (isnan(p[i])) continue;
        for (; at > 0 && p[order[at - 1]] > p[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
        known++;
    }
    for (size_t rank = 0; rank < known; rank++) {
        least = fmax(least, fmin(1, p[order[rank]] * (double)(known - rank)));
        p[order[rank]] = least;
    }
    free(order);
    return ALM_OK;
}

struct ranked {
    double size; /* |d| */
    bool positive;
};

static int compare_sizes(const void *a, const void *b)
{
    const double x = ((const struct ranked *)a)->size, y = ((const struct ranked *)b)->size;
    return (x > y) - (x < y);
}

/* Number of subsets of {1, ..., n} with sum <= limit, divided by 2^n. count has room for limit + 1. */
static double subset_share(double *count, size_t n, size_t limit)
{
    count[0] = 1;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t sum = limit; sum + 1 > rank; sum--)
            count[sum] += count[sum - rank];
    double total = 0;
    for (size_t sum = 0; sum <= limit; sum++)
        total += count[sum];
    return ldexp(total, -(int)n);
}

/* P(rank sum <= w) without ties. w may be any whole number from 0 to n (n + 1) / 2. */
static enum alm_status exact_share(double *out, size_t n, double w, struct alm_error *error)
{
    const size_t limit = (size_t)w;
    double *count;
    ALM_TRY(ALM_NEW(&count, limit + 1, error));
    *out = subset_share(count, n, limit);
    free(count);
    return ALM_OK;
}

/* Sum of the ranks of positive differences; *ties is the sum of t^3 - t over groups of t equal sizes. */
static double rank_sum(const struct ranked *sorted, size_t n, double *ties)
{
    double sum = 0;
    *ties = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end].size == sorted[i].size; end++) {
        }
        const double rank = (double)(i + 1 + end) / 2, t = (double)(end - i);
        *ties += t * t * t - t;
        for (size_t j = i; j < end; j++)
            sum += sorted[j].positive ? rank : 0;
    }
    return sum;
}

static enum alm_status wilcoxon(struct alm_test *out, const struct ranked *sorted, size_t n, bool zeros,
                                struct alm_error *error)
{
    const double count = (double)n, most = count * (count + 1) / 2;
    double ties;
    const double w = rank_sum(sorted, n, &ties);
    out->statistic = w;
    if (n <= EXACT_MAXIMUM && ties == 0 && !zeros) {
        double lower, upper; /* P(W <= w) and P(W >= w) = P(W <= most - w) */
        ALM_TRY(exact_share(&lower, n, w, error));
        ALM_TRY(exact_share(&upper, n, most - w, error));
        out->p_better = lower;
        out->p_two_sided = fmin(1, 2 * fmin(lower, upper));
        out->name = "wilcoxon-exact";
        return ALM_OK;
    }
    const double variance = count * (count + 1) * (2 * count + 1) / 24 - ties / 48;
    const double z = (w - most / 2) / sqrt(variance);
    out->p_better = gsl_cdf_ugaussian_P(z);
    out->p_two_sided = 2 * gsl_cdf_ugaussian_P(-fabs(z));
    out->name = "wilcoxon-normal";
    return ALM_OK;
}

enum alm_status alm_wilcoxon_test(struct alm_test *out, const double *d, size_t n, struct alm_error *error)
{
    struct ranked *sorted;
    size_t kept = 0;
    *out = no_test(0);
    ALM_TRY(ALM_NEW(&sorted, n, error));
    for (size_t i = 0; i < n; i++)
        if (d[i] != 0) sorted[kept++] = (struct ranked){fabs(d[i]), d[i] > 0};
    out->n = kept;
    qsort(sorted, kept, sizeof *sorted, compare_sizes);
    enum alm_status status = kept == 0 ? ALM_OK : wilcoxon(out, sorted, kept, kept < n, error);
    free(sorted);
    return status;
}
