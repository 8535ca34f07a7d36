#include "backtest/friedman.h"

#include "base/memory.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

struct placed {
    double loss;
    size_t forecaster;
};

static int compare_losses(const void *a, const void *b)
{
    const double x = ((const struct placed *)a)->loss, y = ((const struct placed *)b)->loss;
    return (x > y) - (x < y);
}

/* Adds the ranks of one row to sum; returns the sum of t^3 - t over its groups of t equals. */
static double add_ranks(double *sum, struct placed *place, const double *loss, size_t k)
{
    double ties = 0;
    for (size_t j = 0; j < k; j++)
        place[j] = (struct placed){loss[j], j};
    qsort(place, k, sizeof *place, compare_losses);
    for (size_t i = 0, end; i < k; i = end) {
        for (end = i + 1; end < k && !(place[end].loss > place[i].loss); end++) {
        }
        const double t = (double)(end - i);
        ties += t * t * t - t;
        for (size_t j = i; j < end; j++)
            sum[place[j].forecaster] += (double)(i + 1 + end) / 2;
    }
    return ties;
}

enum alm_status alm_friedman_test(struct alm_test *out, double *mean_rank, const double *loss, size_t n,
                                  size_t k, struct alm_error *error)
{
    const double rows = (double)n, columns = (double)k;
    struct placed *place;
    double ties = 0, spread = 0;
    *out = (struct alm_test){.statistic = NAN, .p_better = NAN, .p_two_sided = NAN, .n = n};
    ALM_TRY(ALM_NEW(&place, k, error));
    for (size_t j = 0; j < k; j++)
        mean_rank[j] = 0;
    for (size_t i = 0; i < n; i++)
        ties += add_ranks(mean_rank, place, loss + i * k, k);
    free(place);
    for (size_t j = 0; n > 0 && j < k; j++) {
        mean_rank[j] /= rows;
        spread += (mean_rank[j] - (columns + 1) / 2) * (mean_rank[j] - (columns + 1) / 2);
    }
    const double untied = 1 - ties / (rows * columns * (columns * columns - 1));
    if (n < 2 || k < 3 || !(untied > 0)) return ALM_OK;
    out->statistic = 12 * rows / (columns * (columns + 1)) * spread / untied;
    out->p_two_sided = gsl_cdf_chisq_Q(out->statistic, columns - 1);
    out->name = "friedman";
    return ALM_OK;
}

double alm_nemenyi_error(size_t n, size_t k)
{
    return sqrt((double)k * ((double)k + 1) / (12 * (double)n));
}

/* k times the integral of phi(z) (Phi(z) - Phi(z - q))^(k-1) by Simpson's rule; the integrand is smooth and
 * vanishes at both ends. */
double alm_normal_range(double q, size_t k)
{
    enum { PIECES = 2000 };
    const double from = -8.5, to = 8.5 + fmin(q, 20), width = (to - from) / PIECES;
    double sum = 0;
    if (!(q > 0)) return 1;
    for (size_t i = 0; i <= PIECES; i++) {
        const double z = from + (double)i * width, weight = i == 0 || i == PIECES ? 1 : i % 2 ? 4 : 2;
        const double within = gsl_cdf_ugaussian_P(z) - gsl_cdf_ugaussian_P(z - q);
        sum += weight * gsl_ran_ugaussian_pdf(z) * pow(within, (double)k - 1);
    }
    return fmin(1, fmax(0, 1 - (double)k * sum * width / 3));
}

double alm_normal_range_inverse(double p, size_t k)
{
    double low = 0, high = 20;
    for (size_t i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;
        if (alm_normal_range(middle, k) > p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
