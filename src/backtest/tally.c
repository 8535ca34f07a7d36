/* Scores of forecasts of classes. */
#include "backtest/metric.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A probability of 0 for what occurred is taken as this, so that one mistake does not make a sum infinite. */
#define LEAST_PROBABILITY 1e-15

size_t alm_cell_add_classes(struct alm_cell *cell, double *loss, const double *probability, size_t n,
                            size_t occurred)
{
    const double log_loss = -log(fmax(probability[occurred], LEAST_PROBABILITY));
    double brier = 0;
    size_t likeliest = 0;
    for (size_t k = 0; k < n; k++) {
        const double e = probability[k] - (k == occurred ? 1 : 0);
        brier += e * e;
        if (probability[k] > probability[likeliest]) likeliest = k;
    }
    cell->n_class++;
    cell->log_loss += log_loss;
    cell->brier += brier;
    cell->hits += likeliest == occurred;
    *loss += log_loss;
    return likeliest;
}

enum alm_status alm_tally_reserve(struct alm_tally *tally, size_t horizon, size_t n, struct alm_error *error)
{
    struct alm_tally wider = {.n = n, .horizon = horizon};
    size_t values;
    if (n <= tally->n) return ALM_OK;
    if (!alm_multiply(&values, horizon, n)) return alm_fail(error, ALM_NOMEM, "%zu classes are too many", n);
    enum alm_status status = ALM_NEW(&wider.occurred, values, error);
    if (status == ALM_OK) status = ALM_NEW(&wider.hit, values, error);
    if (status != ALM_OK) {
        alm_tally_clear(&wider);
        return status;
    }
    for (size_t h = 0; tally->n > 0 && h < horizon; h++) {
        memcpy(wider.occurred + h * n, tally->occurred + h * tally->n, tally->n * sizeof *tally->occurred);
        memcpy(wider.hit + h * n, tally->hit + h * tally->n, tally->n * sizeof *tally->hit);
    }
    alm_tally_clear(tally);
    *tally = wider;
    return ALM_OK;
}

void alm_tally_clear(struct alm_tally *tally)
{
    free(tally->occurred);
    free(tally->hit);
    *tally = (struct alm_tally){0};
}

double alm_tally_value(const struct alm_tally *tally, size_t from, size_t to, size_t *n)
{
    double sum = 0, values = 0;
    size_t classes = 0;
    for (size_t k = 0; k < tally->n; k++) {
        double occurred = 0, hit = 0;
        for (size_t h = from; h < to; h++) {
            occurred += tally->occurred[h * tally->n + k];
            hit += tally->hit[h * tally->n + k];
        }
        if (occurred == 0) continue;
        sum += hit / occurred;
        values += occurred;
        classes++;
    }
    *n = (size_t)values;
    return classes == 0 ? (double)NAN : sum / (double)classes;
}
