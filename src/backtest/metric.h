/* Metrics from sums. A cell gathers the scored values (forecast and actual both there) of one forecaster,
 * series and step; cells are merged for a series, a step or a run. e = actual - forecast. Used by
 * evaluation.c alone. */
#ifndef ALM_BACKTEST_METRIC_H
#define ALM_BACKTEST_METRIC_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Starts from zeros. */
struct alm_cell {
    size_t n;
    double error, absolute, squared, symmetric; /* sums of e, |e|, e^2, 200|e|/(|y|+|f|) */
    size_t n_percent;                           /* actuals that are not 0 */
    double percent;                             /* sum of 100|e/y| over them */
    size_t n_mase, n_rmsse;                     /* values whose scale is positive */
    double mase, rmsse;                         /* sums of |e|/scale and of e^2/scale */
    double mean, spread;                        /* of the actuals: mean, sum of squared distances from it */
    size_t n_quantile;                          /* values that have quantiles */
    size_t n_class;               /* values forecast as classes: none of the above counts them */
    double log_loss, brier, hits; /* sums over them */
};

/* The quantile levels of a run and what is counted for them: an array of alm_quantiles_width doubles a cell.
 */
struct alm_quantiles {
    double *level; /* [n_levels] rising; a copy */
    size_t n_levels;
    size_t n_intervals; /* central intervals: pairs of levels that add up to 1 */
    size_t *low, *high; /* [n_intervals] indices in level, widest interval first */
};

/* Release with alm_quantiles_clear, also after a failure. */
enum alm_status alm_quantiles_init(struct alm_quantiles *out, const double *level, size_t n_levels,
                                   struct alm_error *error);
void alm_quantiles_clear(struct alm_quantiles *quantiles);
/* Per cell: sums of pinball losses [n_levels], actuals at or below [n_levels], actuals inside [n_intervals].
 */
static inline size_t alm_quantiles_width(const struct alm_quantiles *quantiles)
{
    return 2 * quantiles->n_levels + quantiles->n_intervals;
}

/* One scored value. scales may be NaN or 0: then it does not count for mase or rmsse. */
void alm_cell_add(struct alm_cell *cell, double actual, double forecast, double mase_scale,
                  double rmsse_scale);
/* Its quantiles [n_levels]; counts is the cell's array. */
void alm_cell_add_quantiles(struct alm_cell *cell, double *counts, const struct alm_quantiles *quantiles,
                            double actual, const double *quantile);
/* One scored forecast of n classes, of which `occurred` did. Returns the most probable one (the first of
 * equals) and adds its log loss to *loss. */
size_t alm_cell_add_classes(struct alm_cell *cell, double *loss, const double *probability, size_t n,
                            size_t occurred);
/* Adds other to cell. */
void alm_cell_merge(struct alm_cell *cell, const struct alm_cell *other);

enum alm_metric_kind {
    ALM_METRIC_ME,
    ALM_METRIC_MAE,
    ALM_METRIC_RMSE,
    ALM_METRIC_MAPE,
    ALM_METRIC_SMAPE,
    ALM_METRIC_MASE,
    ALM_METRIC_RMSSE,
    ALM_METRIC_R2,
    ALM_METRIC_CRPS,
    ALM_METRIC_PINBALL,
    ALM_METRIC_COVERAGE,          /* of interval index */
    ALM_METRIC_COVERAGE_QUANTILE, /* of level index */
    ALM_METRIC_PINBALL_QUANTILE,  /* of level index */
    ALM_METRIC_LOG_LOSS,
    ALM_METRIC_BRIER,
    ALM_METRIC_ACCURACY,
    ALM_METRIC_BALANCED_ACCURACY, /* from tallies */
};

/* How often each class of one series occurred, and how often it was then the most probable one. Starts from
 * zeros. */
struct alm_tally {
    size_t n, horizon;
    double *occurred, *hit; /* [horizon][n] */
};
/* Room for at least n classes; what was counted stays. */
enum alm_status alm_tally_reserve(struct alm_tally *tally, size_t horizon, size_t n, struct alm_error *error);
void alm_tally_clear(struct alm_tally *tally);
/* Balanced accuracy over steps from .. to - 1 (from 0): mean over the classes that occurred of the share of
 * hits. *n is the number of values. */
double alm_tally_value(const struct alm_tally *tally, size_t from, size_t to, size_t *n);

/* Of classes, that is from n_class and tallies. */
bool alm_metric_of_classes(enum alm_metric_kind kind);

/* Relative measures are the mean over series; the others are pooled over all values. */
bool alm_metric_by_series(enum alm_metric_kind kind);

/* What a cell's counts contribute to a metric of quantiles; 0 for the others. Sums of it over cells are the
 * count of the merged cell. */
double alm_cell_count(const double *counts, const struct alm_quantiles *quantiles, enum alm_metric_kind kind,
                      size_t index);

/* The value of a metric for what cell gathered, count as above; NaN with *n = 0 when it is not defined there.
 */
double alm_cell_value(const struct alm_cell *cell, double count, enum alm_metric_kind kind, size_t *n);

#endif
