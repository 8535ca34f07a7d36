/* Budgets of a search, who goes on to the next one, and what mattered. */
#include "backtest/search.h"

#include "base/memory.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rungs ---- */

size_t alm_search_rungs(struct alm_rung *out, enum alm_search_method method, size_t n_configurations,
                        size_t full, size_t reduction)
{
    const size_t most = n_configurations < full ? n_configurations : full;
    size_t last = 0, first = 0;
    double power = 1;
    if (method == ALM_SEARCH_HALVING)
        while (last + 1 < ALM_SEARCH_MAX_RUNGS && power * (double)reduction <= (double)most) {
            power *= (double)reduction;
            last++;
        }
    for (size_t k = 0; k <= last; k++) {
        const double kept = floor((double)n_configurations / pow((double)reduction, (double)k));
        const double budget = round((double)full / pow((double)reduction, (double)(last - k)));
        out[k] = (struct alm_rung){first, kept < 1 ? 1 : (size_t)kept, budget < 1 ? 1 : (size_t)budget};
        first += out[k].n;
    }
    return last + 1;
}

size_t alm_search_promote(size_t *out, size_t wanted, const size_t *configuration, const double *loss,
                          size_t n)
{
    size_t chosen = 0;
    /* a trial goes on when fewer than wanted others stand before it */
    for (size_t i = 0; i < n; i++) {
        size_t better = 0;
        if (isnan(loss[i])) continue;
        for (size_t j = 0; j < n; j++)
            better += loss[j] < loss[i] || (loss[j] == loss[i] && configuration[j] < configuration[i]);
        if (better < wanted) out[chosen++] = configuration[i];
    }
    return chosen;
}

/* ---- sensitivity ---- */

/* A trial that counts. */
struct point {
    double value, loss; /* value: a number, or the index in the list */
    size_t group;
};

static int compare_points(const void *a, const void *b)
{
    const double x = ((const struct point *)a)->value, y = ((const struct point *)b)->value;
    return (x > y) - (x < y);
}

/* Index of text in the dimension's list. */
static size_t index_of(const struct alm_dimension *d, const char *text)
{
    size_t i = 0;
    while (i + 1 < d->n_values && strcmp(d->value[i], text) != 0)
        i++;
    return i;
}

/* Four groups of equal count when there are at least three trials for each, else fewer. */
static void group_range(struct point *point, size_t n)
{
    const size_t groups = n / 3 < 1 ? 1 : n / 3 < 4 ? n / 3 : 4;
    qsort(point, n, sizeof *point, compare_points);
    for (size_t i = 0; i < n; i++) {
        point[i].group = i * groups / n;
        if (i > 0 && point[i].value == point[i - 1].value) point[i].group = point[i - 1].group;
    }
}

static double share_of(const struct point *point, size_t n, size_t *n_groups, size_t most)
{
    double mean = 0, total = 0, within = 0;
    *n_groups = 0;
    for (size_t i = 0; i < n; i++)
        mean += log(point[i].loss) / (double)n;
    for (size_t i = 0; i < n; i++)
        total += (log(point[i].loss) - mean) * (log(point[i].loss) - mean);
    for (size_t g = 0; g < most; g++) {
        double sum = 0, squares = 0;
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            if (point[i].group == g) {
                sum += log(point[i].loss);
                count++;
            }
        for (size_t i = 0; i < n; i++)
            if (point[i].group == g) squares += pow(log(point[i].loss) - sum / (double)count, 2);
        within += squares;
        *n_groups += count > 0;
    }
    if (n <= *n_groups || *n_groups < 2 || !(total > 0)) return NAN;
    return fmax(0, 1 - within / (double)(n - *n_groups) / (total / (double)(n - 1)));
}

/* Spearman's rank correlation; NaN when all values or all losses are equal. */
static enum alm_status correlate(double *out, const struct point *point, size_t n, struct alm_error *error)
{
    double *block;
    *out = NAN;
    if (n < 3) return ALM_OK;
    ALM_TRY(ALM_NEW(&block, 4 * n, error));
    for (size_t i = 0; i < n; i++) {
        block[i] = point[i].value;
        block[n + i] = point[i].loss;
    }
    *out = gsl_stats_spearman(block, 1, block + n, 1, n, block + 2 * n);
    free(block);
    return ALM_OK;
}

enum alm_status alm_search_sensitivity(struct alm_sensitivity *out, const struct alm_dimension *dimension,
                                       const char *const *value, const double *loss, size_t n,
                                       struct alm_error *error)
{
    const bool list = dimension->kind == ALM_DIMENSION_LIST;
    bool numbers = true;
    struct point *point;
    *out = (struct alm_sensitivity){0, 0, NAN, NAN};
    ALM_TRY(ALM_NEW(&point, n, error));
    for (size_t i = 0; i < n; i++) {
        if (value[i] == NULL || !(loss[i] > 0) || isinf(loss[i])) continue;
        struct point *p = &point[out->n++];
        *p = (struct point){.loss = loss[i]};
        numbers = alm_text_to_number(&p->value, value[i], strlen(value[i])) && numbers;
        if (list) p->group = index_of(dimension, value[i]);
    }
    if (!list) group_range(point, out->n);
    out->share = share_of(point, out->n, &out->n_groups, list ? dimension->n_values : 4);
    const enum alm_status status = numbers ? correlate(&out->rank_correlation, point, out->n, error) : ALM_OK;
    free(point);
    return status;
}
