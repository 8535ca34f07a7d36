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
    *out = (struct alm_quantiles){.n_levels = n_levels, .median = n_levels};
    ALM_TRY(ALM_NEW(&out->level, n_levels, error));
    if (n_levels > 0) memcpy(out->level, level, n_levels * sizeof *level);
    ALM_TRY(ALM_NEW(&out->low, n_levels, error));
    ALM_TRY(ALM_NEW(&out->high, n_levels, error));
    for (size_t low = 0; low < n_levels; low++) {
        if (is_central(level[low], level[low])) out->median = low;
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

/* ---- adding ---- */

static void spread_add(struct alm_spread *spread, double value)
{
    const double distance = value - spread->mean; /* Welford 1962 */
    spread->n++;
    spread->mean += distance / (double)spread->n;
    spread->spread += distance * (value - spread->mean);
}

/* What is measured against the last value up to the origin. */
static void add_move(struct alm_cell *cell, const struct alm_scored *v)
{
    const double move = v->actual - v->last, expected = v->forecast - v->last, e = v->actual - v->forecast;
    if (isnan(v->last)) return;
    cell->moved += e * e;
    cell->move_squared += move * move;
    spread_add(&cell->move, move);
    if (move == 0) return;
    cell->n_direction++;
    cell->right += expected == 0 ? 0.5 : (expected > 0) == (move > 0) ? 1 : 0;
}

void alm_cell_add(struct alm_cell *cell, const struct alm_scored *v)
{
    const double e = v->actual - v->forecast;
    cell->error += e;
    cell->absolute += fabs(e);
    cell->squared += e * e;
    cell->symmetric += alm_smape(v->actual, v->forecast);
    cell->size += fabs(v->actual);
    if (v->actual != 0) {
        cell->n_percent++;
        cell->percent += 100 * fabs(e / v->actual);
    }
    if (v->mase_scale > 0) {
        cell->n_mase++;
        cell->mase += fabs(e) / v->mase_scale;
    }
    if (v->rmsse_scale > 0) {
        cell->n_rmsse++;
        cell->rmsse += e * e / v->rmsse_scale;
    }
    spread_add(&cell->actual, v->actual);
    add_move(cell, v);
}

void alm_cell_add_quantiles(struct alm_cell *cell, double *counts, const struct alm_quantiles *quantiles,
                            const struct alm_scored *v, const double *quantile)
{
    const size_t n = quantiles->n_levels, intervals = quantiles->n_intervals;
    double *by_interval = counts + 2 * n, *median = by_interval + 5 * intervals;
    const double actual = v->actual;
    cell->n_quantile++;
    cell->n_scaled += v->mase_scale > 0;
    for (size_t i = 0; i < n; i++) {
        counts[i] += alm_pinball(actual, quantile[i], quantiles->level[i]);
        counts[n + i] += actual <= quantile[i];
    }
    for (size_t i = 0; i < intervals; i++) {
        const double low = quantile[quantiles->low[i]], high = quantile[quantiles->high[i]];
        const double above = fmax(actual - high, 0), below = fmax(low - actual, 0);
        const double score = high - low + 2 / alm_interval_miss(quantiles, i) * (above + below);
        by_interval[i] += low <= actual && actual <= high;
        by_interval[intervals + i] += high - low;
        by_interval[2 * intervals + i] += above;
        by_interval[3 * intervals + i] += below;
        by_interval[4 * intervals + i] += v->mase_scale > 0 ? score / v->mase_scale : 0;
    }
    if (quantiles->median == n) return;
    median[0] += fmax(actual - quantile[quantiles->median], 0);
    median[1] += fmax(quantile[quantiles->median] - actual, 0);
}

void alm_cell_add_variance(struct alm_cell *cell, double variance, double move)
{
    const double ratio = move * move / variance;
    if (!(variance > 0) || !(ratio > 0) || isinf(ratio)) return;
    cell->n_variance++;
    cell->qlike += ratio - log(ratio) - 1;
}

/* Chan, Golub & LeVeque 1983. */
static void spread_merge(struct alm_spread *spread, const struct alm_spread *other)
{
    const double a = (double)spread->n, b = (double)other->n, distance = other->mean - spread->mean;
    if (other->n == 0) return;
    if (spread->n == 0) {
        *spread = *other;
        return;
    }
    spread->spread += other->spread + distance * distance * a * b / (a + b);
    spread->mean += distance * b / (a + b);
    spread->n += other->n;
}

void alm_cell_merge(struct alm_cell *cell, const struct alm_cell *other)
{
#define X(name) cell->name += other->name;
    ALM_CELL_COUNTS(X)
    ALM_CELL_SUMS(X)
#undef X
    spread_merge(&cell->actual, &other->actual);
    spread_merge(&cell->move, &other->move);
}

/* ---- values ---- */

bool alm_metric_of_classes(enum alm_metric_kind kind)
{
    return kind == ALM_METRIC_LOG_LOSS || kind == ALM_METRIC_BRIER || kind == ALM_METRIC_ACCURACY ||
           kind == ALM_METRIC_BALANCED_ACCURACY;
}

bool alm_metric_by_series(enum alm_metric_kind kind)
{
    return kind == ALM_METRIC_MAPE || kind == ALM_METRIC_SMAPE || kind == ALM_METRIC_MASE ||
           kind == ALM_METRIC_RMSSE || kind == ALM_METRIC_R2 || kind == ALM_METRIC_R2_DIFF ||
           kind == ALM_METRIC_THEIL_U2 || kind == ALM_METRIC_MSIS || kind == ALM_METRIC_BALANCED_ACCURACY;
}

/* sum / count, or not defined. */
static double ratio(double sum, size_t count, size_t *n)
{
    *n = count;
    return count == 0 ? (double)NAN : sum / (double)count;
}

static double r_squared(double squared, const struct alm_spread *spread, size_t *n)
{
    const bool defined = spread->n > 1 && spread->spread > 0;
    *n = defined ? spread->n : 0;
    return defined ? 1 - squared / spread->spread : (double)NAN;
}

/* sum / size where size is above 0. */
static double share(double sum, double size, size_t count, size_t *n)
{
    *n = size > 0 ? count : 0;
    return size > 0 ? sum / size : (double)NAN;
}

/* A part of the weighted interval score (Bracher et al. 2021, PLOS Computational Biology 17, eq. 2): width by
 * width, misses by above and below. The median, if there is one, counts as an interval without width, by
 * half. */
static double weighted_score(const double *counts, const struct alm_quantiles *q, bool width, bool above,
                             bool below)
{
    const size_t n = q->n_intervals;
    const double *by_interval = counts + 2 * q->n_levels, *median = by_interval + 5 * n;
    double sum = (above ? 0.5 * median[0] : 0) + (below ? 0.5 * median[1] : 0);
    for (size_t i = 0; i < n; i++) {
        if (width) sum += 0.5 * alm_interval_miss(q, i) * by_interval[n + i];
        if (above) sum += by_interval[2 * n + i];
        if (below) sum += by_interval[3 * n + i];
    }
    return sum / ((double)n + (q->median < q->n_levels ? 0.5 : 0));
}

static double interval_count(const double *counts, const struct alm_quantiles *q, enum alm_metric_kind kind,
                             size_t i)
{
    const size_t n = q->n_intervals;
    const double *by_interval = counts + 2 * q->n_levels;
    switch (kind) {
    case ALM_METRIC_COVERAGE:
        return by_interval[i];
    case ALM_METRIC_WIDTH:
        return by_interval[n + i];
    case ALM_METRIC_WINKLER:
        return by_interval[n + i] +
               2 / alm_interval_miss(q, i) * (by_interval[2 * n + i] + by_interval[3 * n + i]);
    default: /* ALM_METRIC_MSIS */
        return by_interval[4 * n + i];
    }
}

static double mean_pinball(const double *counts, const struct alm_quantiles *quantiles)
{
    double sum = 0;
    for (size_t i = 0; i < quantiles->n_levels; i++)
        sum += counts[i];
    return sum / (double)quantiles->n_levels;
}

double alm_cell_count(const double *counts, const struct alm_quantiles *quantiles, enum alm_metric_kind kind,
                      size_t index)
{
    switch (kind) {
    case ALM_METRIC_COVERAGE:
    case ALM_METRIC_WIDTH:
    case ALM_METRIC_WINKLER:
    case ALM_METRIC_MSIS:
        return interval_count(counts, quantiles, kind, index);
    case ALM_METRIC_COVERAGE_QUANTILE:
        return counts[quantiles->n_levels + index];
    case ALM_METRIC_PINBALL_QUANTILE:
        return counts[index];
    case ALM_METRIC_CRPS:
        return 2 * mean_pinball(counts, quantiles);
    case ALM_METRIC_PINBALL:
        return mean_pinball(counts, quantiles);
    case ALM_METRIC_WIS:
        return weighted_score(counts, quantiles, true, true, true);
    case ALM_METRIC_WIS_DISPERSION:
        return weighted_score(counts, quantiles, true, false, false);
    case ALM_METRIC_WIS_UNDER:
        return weighted_score(counts, quantiles, false, true, false);
    case ALM_METRIC_WIS_OVER:
        return weighted_score(counts, quantiles, false, false, true);
    default:
        return 0;
    }
}

double alm_cell_value(const struct alm_cell *cell, double count, enum alm_metric_kind kind, size_t *n)
{
    const size_t scored = cell->actual.n;
    switch (kind) {
    case ALM_METRIC_ME:
        return ratio(cell->error, scored, n);
    case ALM_METRIC_MAE:
        return ratio(cell->absolute, scored, n);
    case ALM_METRIC_RMSE:
        return sqrt(ratio(cell->squared, scored, n));
    case ALM_METRIC_MAPE:
        return ratio(cell->percent, cell->n_percent, n);
    case ALM_METRIC_SMAPE:
        return ratio(cell->symmetric, scored, n);
    case ALM_METRIC_WAPE:
        return 100 * share(cell->absolute, cell->size, scored, n);
    case ALM_METRIC_MASE:
        return ratio(cell->mase, cell->n_mase, n);
    case ALM_METRIC_RMSSE:
        return sqrt(ratio(cell->rmsse, cell->n_rmsse, n));
    case ALM_METRIC_R2:
        return r_squared(cell->squared, &cell->actual, n);
    case ALM_METRIC_R2_DIFF:
        return r_squared(cell->moved, &cell->move, n);
    case ALM_METRIC_THEIL_U2:
        return sqrt(share(cell->moved, cell->move_squared, cell->move.n, n));
    case ALM_METRIC_DIRECTION:
        return ratio(cell->right, cell->n_direction, n);
    case ALM_METRIC_QLIKE:
        return ratio(cell->qlike, cell->n_variance, n);
    case ALM_METRIC_MSIS:
        return ratio(count, cell->n_scaled, n);
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
