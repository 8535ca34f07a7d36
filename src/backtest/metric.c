#include "backtest/metric.h"

#include "base/memory.h"
#include "series/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Levels that are meant to add up to 1 may miss it by rounding. */
static bool is_central(double low, double high)
{
    return fabs(low + high - 1) < 1e-9;
}

enum alm_status alm_quantiles_init(struct alm_quantiles *out, const double *level, size_t n_levels,
                                   struct alm_error *error)
{
    *out = (struct alm_quantiles){.n_levels = n_levels};
    ALM_TRY(ALM_NEW(&out->level, n_levels, error));
    if (n_levels > 0) memcpy(out->level, level, n_levels * sizeof *level);
    ALM_TRY(ALM_NEW(&out->low, n_levels, error));
    ALM_TRY(ALM_NEW(&out->high, n_levels, error));
    for (size_t low = 0; low < n_levels; low++) {
        for (size_t high = low + 1; high < n_levels; high++) {
            if (!is_central(level[low], level[high])) continue;
            out->low[out->n_intervals] = low;
            out->high[out->n_intervals++] = high;
        }
    }
    return ALM_OK;
}

void alm_quantiles_clear(struct alm_quantiles *quantiles)
{
    free(quantiles->level);
    free(quantiles->low);
    free(quantiles->high);
    *quantiles = (struct alm_quantiles){0};
}

void alm_cell_add(struct alm_cell *cell, double actual, double forecast, double mase_scale,
                  double rmsse_scale)
{
    const double e = actual - forecast;
    cell->n++;
    cell->error += e;
    cell->absolute += fabs(e);
    cell->squared += e * e;
    cell->symmetric += alm_smape(actual, forecast);
    if (actual != 0) {
        cell->n_percent++;
        cell->percent += 100 * fabs(e / actual);
    }
    if (mase_scale > 0) {
        cell->n_mase++;
        cell->mase += fabs(e) / mase_scale;
    }
    if (rmsse_scale > 0) {
        cell->n_rmsse++;
        cell->rmsse += e * e / rmsse_scale;
    }
    const double distance = actual - cell->mean; /* Welford 1962 */
    cell->mean += distance / (double)cell->n;
    cell->spread += distance * (actual - cell->mean);
}

void alm_cell_add_quantiles(struct alm_cell *cell, double *counts, const struct alm_quantiles *quantiles,
                            double actual, const double *quantile)
{
    const size_t n = quantiles->n_levels;
    cell->n_quantile++;
    for (size_t i = 0; i < n; i++) {
        counts[i] += alm_pinball(actual, quantile[i], quantiles->level[i]);
        counts[n + i] += actual <= quantile[i];
    }
    for (size_t i = 0; i < quantiles->n_intervals; i++)
        counts[2 * n + i] += quantile[quantiles->low[i]] <= actual && actual <= quantile[quantiles->high[i]];
}

static void merge_classes(struct alm_cell *cell, const struct alm_cell *other)
{
    cell->n_class += other->n_class;
    cell->log_loss += other->log_loss;
    cell->brier += other->brier;
    cell->hits += other->hits;
}

void alm_cell_merge(struct alm_cell *cell, const struct alm_cell *other)
{
    if (cell->n == 0 && other->n > 0) {
        struct alm_cell sum = *other;
        merge_classes(&sum, cell);
        *cell = sum;
        return;
    }
    merge_classes(cell, other);
    if (other->n == 0) return;
    const double a = (double)cell->n, b = (double)other->n, distance = other->mean - cell->mean;
    cell->spread += other->spread + distance * distance * a * b / (a + b); /* Chan, Golub & LeVeque 1983 */
    cell->mean += distance * b / (a + b);
    cell->n += other->n;
    cell->error += other->error;
    cell->absolute += other->absolute;
    cell->squared += other->squared;
    cell->symmetric += other->symmetric;
    cell->n_percent += other->n_percent;
    cell->percent += other->percent;
    cell->n_mase += other->n_mase;
    cell->mase += other->mase;
    cell->n_rmsse += other->n_rmsse;
    cell->rmsse += other->rmsse;
    cell->n_quantile += other->n_quantile;
}

bool alm_metric_of_classes(enum alm_metric_kind kind)
{
    return kind == ALM_METRIC_LOG_LOSS || kind == ALM_METRIC_BRIER || kind == ALM_METRIC_ACCURACY ||
           kind == ALM_METRIC_BALANCED_ACCURACY;
}

bool alm_metric_by_series(enum alm_metric_kind kind)
{
    return kind == ALM_METRIC_MAPE || kind == ALM_METRIC_SMAPE || kind == ALM_METRIC_MASE ||
           kind == ALM_METRIC_RMSSE || kind == ALM_METRIC_R2 || kind == ALM_METRIC_BALANCED_ACCURACY;
}

/* sum / count, or not defined. */
static double ratio(double sum, size_t count, size_t *n)
{
    *n = count;
    return count == 0 ? (double)NAN : sum / (double)count;
}

static double r_squared(const struct alm_cell *cell, size_t *n)
{
    const bool defined = cell->n > 1 && cell->spread > 0;
    *n = defined ? cell->n : 0;
    return defined ? 1 - cell->squared / cell->spread : (double)NAN;
}

double alm_cell_count(const double *counts, const struct alm_quantiles *quantiles, enum alm_metric_kind kind,
                      size_t index)
{
    const size_t levels = quantiles->n_levels;
    double sum = 0;
    switch (kind) {
    case ALM_METRIC_COVERAGE:
        return counts[2 * levels + index];
    case ALM_METRIC_COVERAGE_QUANTILE:
        return counts[levels + index];
    case ALM_METRIC_PINBALL_QUANTILE:
        return counts[index];
    case ALM_METRIC_CRPS:
    case ALM_METRIC_PINBALL:
        for (size_t i = 0; i < levels; i++)
            sum += counts[i];
        return (kind == ALM_METRIC_CRPS ? 2 * sum : sum) / (double)levels;
    default:
        return 0;
    }
}

double alm_cell_value(const struct alm_cell *cell, double count, enum alm_metric_kind kind, size_t *n)
{
    switch (kind) {
    case ALM_METRIC_ME:
        return ratio(cell->error, cell->n, n);
    case ALM_METRIC_MAE:
        return ratio(cell->absolute, cell->n, n);
    case ALM_METRIC_RMSE:
        return sqrt(ratio(cell->squared, cell->n, n));
    case ALM_METRIC_MAPE:
        return ratio(cell->percent, cell->n_percent, n);
    case ALM_METRIC_SMAPE:
        return ratio(cell->symmetric, cell->n, n);
    case ALM_METRIC_MASE:
        return ratio(cell->mase, cell->n_mase, n);
    case ALM_METRIC_RMSSE:
        return sqrt(ratio(cell->rmsse, cell->n_rmsse, n));
    case ALM_METRIC_R2:
        return r_squared(cell, n);
    case ALM_METRIC_LOG_LOSS:
        return ratio(cell->log_loss, cell->n_class, n);
    case ALM_METRIC_BRIER:
        return ratio(cell->brier, cell->n_class, n);
    case ALM_METRIC_ACCURACY:
        return ratio(cell->hits, cell->n_class, n);
    default:
        return ratio(count, cell->n_quantile, n);
    }
}
