#include "backtest/bootstrap.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

size_t alm_block_length(size_t n, size_t h)
{
    const size_t root = (size_t)ceil(cbrt((double)n));
    return h > root ? h : root;
}

enum alm_status alm_bootstrap_means(double **out, const double *loss, size_t n, size_t k, size_t block,
                                    struct alm_error *error)
{
    struct alm_random *random;
    size_t size;
    if (!alm_multiply(&size, ALM_DRAWS, k)) return alm_fail(error, ALM_NOMEM, "out of memory");
    ALM_TRY(alm_random_create(&random, alm_random_key(1, "bootstrap", n), error));
    const enum alm_status status = ALM_NEW(out, size, error);
    for (size_t draw = 0; status == ALM_OK && draw < ALM_DRAWS; draw++) {
        double *mean = *out + draw * k;
        for (size_t i = 0, at = 0; i < n; i++, at++) {
            if (i % block == 0) at = alm_random_below(random, n);
            for (size_t j = 0; j < k; j++)
                mean[j] += loss[at % n * k + j] / (double)n;
        }
    }
    alm_random_free(random);
    return status;
}

static double mean_within(const double *mean, const bool *in, size_t k)
{
    double sum = 0, n = 0;
    for (size_t j = 0; j < k; j++) {
        sum += in[j] ? mean[j] : 0;
        n += in[j];
    }
    return sum / n;
}

/* Spread of the distance of each mean from that of the set, over draws. */
static void measure(double *sd, const double *mean, const double *draws, const bool *in, size_t k)
{
    const double centre = mean_within(mean, in, k);
    for (size_t j = 0; j < k; j++)
        sd[j] = 0;
    for (size_t d = 0; d < ALM_DRAWS; d++) {
        const double at = mean_within(draws + d * k, in, k);
        for (size_t j = 0; j < k; j++) {
            const double off = draws[d * k + j] - at - (mean[j] - centre);
            sd[j] += off * off / ALM_DRAWS;
        }
    }
    for (size_t j = 0; j < k; j++)
        sd[j] = sqrt(sd[j]);
}

/* Largest standardised distance above the set's mean, less that of `from` unless NULL; *worst is where. */
static double largest(const double *mean, const double *from, const double *sd, const bool *in, size_t k,
                      size_t *worst)
{
    const double centre = mean_within(mean, in, k), centre_from = from == NULL ? 0 : mean_within(from, in, k);
    double most = -INFINITY;
    for (size_t j = 0; j < k; j++) {
        const double off = mean[j] - centre - (from == NULL ? 0 : from[j] - centre_from);
        const double t = sd[j] > 0 ? off / sd[j] : off > 0 ? (double)INFINITY : 0;
        if (!in[j] || t <= most) continue;
        most = t;
        *worst = j;
    }
    return most;
}

static void eliminate(double *p, bool *in, double *sd, const double *mean, const double *draws, size_t k)
{
    double least = 0;
    for (size_t left = k; left > 1; left--) {
        size_t worst = 0, ignored, beyond = 0;
        measure(sd, mean, draws, in, k);
        const double statistic = largest(mean, NULL, sd, in, k, &worst);
        for (size_t d = 0; d < ALM_DRAWS; d++)
            beyond += largest(draws + d * k, mean, sd, in, k, &ignored) >= statistic;
        least = fmax(least, (double)beyond / ALM_DRAWS);
        p[worst] = least;
        in[worst] = false;
    }
    for (size_t j = 0; j < k; j++)
        if (in[j]) p[j] = 1;
}

enum alm_status alm_confidence_set(double *p, const double *loss, size_t n, size_t k, size_t block,
                                   struct alm_error *error)
{
    double *draws = NULL, *mean = NULL, *sd = NULL;
    bool *in = NULL;
    enum alm_status status = alm_bootstrap_means(&draws, loss, n, k, block, error);
    if (status == ALM_OK) status = ALM_NEW(&mean, k, error);
    if (status == ALM_OK) status = ALM_NEW(&sd, k, error);
    if (status == ALM_OK) status = ALM_NEW(&in, k, error);
    if (status == ALM_OK) {
        for (size_t i = 0; i < n * k; i++)
            mean[i % k] += loss[i] / (double)n;
        for (size_t j = 0; j < k; j++)
            in[j] = true;
        eliminate(p, in, sd, mean, draws, k);
    }
    free(draws);
    free(mean);
    free(sd);
    free(in);
    return status;
}
