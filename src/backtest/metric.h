/* Metrics from sums. A cell gathers the scored values (forecast and actual both there) of one forecaster,
 * series and step; cells are merged for a series, a step or a run. e = actual - forecast. Used by
 * evaluation.c alone. */
#ifndef ALM_BACKTEST_METRIC_H
#define ALM_BACKTEST_METRIC_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Sums that are merged by adding. */
#define ALM_CELL_COUNTS(X)                                                                                   \
    X(n_percent)   /* actuals that are not 0 */                                                              \
    X(n_mase)      /* values whose MASE scale is positive */                                                 \
    X(n_rmsse)     /* values whose RMSSE scale is positive */                                                \
    X(n_direction) /* values that moved from the last one before the origin */                               \
    X(n_quantile)  /* values that have quantiles */                                                          \
    X(n_scaled)    /* of them, those whose MASE scale is positive */                                         \
    X(n_variance)  /* values whose variance was forecast and whose move is known and not 0 */                \
    X(n_class)     /* values forecast as classes: none of the others counts them */
#define ALM_CELL_SUMS(X)                                                                                     \
    X(error)        /* e */                                                                                  \
    X(absolute)     /* |e| */                                                                                \
    X(squared)      /* e^2 */                                                                                \
    X(symmetric)    /* 200|e|/(|y|+|f|) */                                                                   \
    X(size)         /* |y| */                                                                                \
    X(percent)      /* 100|e/y|, of n_percent */                                                             \
    X(mase)         /* |e|/scale, of n_mase */                                                               \
    X(rmsse)        /* e^2/scale, of n_rmsse */                                                              \
    X(moved)        /* e^2 where the last value before the origin is known */                                \
    X(move_squared) /* (y - last)^2 there */                                                                 \
    X(right)        /* moves whose direction was forecast, of n_direction; half where no move was */         \
    X(qlike)        /* of n_variance */                                                                      \
    X(log_loss)     /* of n_class, like the next */                                                          \
    X(brier)                                                                                                 \
    X(hits)

/* Mean and sum of squared distances from it (Welford 1962). */
struct alm_spread {
    size_t n;
    double mean, spread;
};

/* Starts from zeros. */
struct alm_cell {
#define X(name) size_t name;
    ALM_CELL_COUNTS(X)
#undef X
#define X(name) double name;
    ALM_CELL_SUMS(X)
#undef X
    struct alm_spread actual; /* its n is the number of scored numbers */
    struct alm_spread move;   /* y - last */
};

/* One scored number. Scales may be NaN or 0, last may be NaN: then it does not count where they are needed.
 */
struct alm_scored {
    double actual, forecast, mase_scale, rmsse_scale;
    double last; /* the last value up to the origin */
};

/* The quantile levels of a run and what is counted for them: an array of alm_quantiles_width doubles a cell.
 */
struct alm_quantiles {
    double *level; /* [n_levels] rising; a copy */
    size_t n_levels;
    size_t n_intervals; /* central intervals: pairs of levels that add up to 1 */
    size_t *low, *high; /* [n_intervals] indices in level, widest interval first */
    size_t median;      /* index of level 0.5; n_levels: none */
};

/* Release with alm_quantiles_clear, also after a failure. */
enum alm_status alm_quantiles_init(struct alm_quantiles *out, const double *level, size_t n_levels,
                                   struct alm_error *error);
void alm_quantiles_clear(struct alm_quantiles *quantiles);
/* Per cell: sums of pinball losses [n_levels], actuals at or below [n_levels]; by interval actuals inside,
 * widths, how far actuals lie above, below, and interval scores by MASE scale [5][n_intervals]; how far
 * actuals lie above and below the median [2]. */
static inline size_t alm_quantiles_width(const struct alm_quantiles *quantiles)
{
    return 2 * quantiles->n_levels + 5 * quantiles->n_intervals + 2;
}

/* Probability that an actual misses interval i, if it is right: 1 - (high - low). */
static inline double alm_interval_miss(const struct alm_quantiles *quantiles, size_t i)
{
    return 1 - (quantiles->level[quantiles->high[i]] - quantiles->level[quantiles->low[i]]);
}

void alm_cell_add(struct alm_cell *cell, const struct alm_scored *value);
/* Its quantiles [n_levels]; counts is the cell's array. */
void alm_cell_add_quantiles(struct alm_cell *cell, double *counts, const struct alm_quantiles *quantiles,
                            const struct alm_scored *value, const double *quantile);
/* QLIKE (Patton 2011, Journal of Econometrics 160) of a variance where the step moved by `move`: x / h - ln(x
 * / h)
 * - 1, x = move^2. Not defined, and not counted, where move is 0 or NaN or the variance is not above 0. */
void alm_cell_add_variance(struct alm_cell *cell, double variance, double move);
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
    ALM_METRIC_R2_DIFF,
    ALM_METRIC_MDAE, /* from all errors, not from sums */
    ALM_METRIC_WAPE,
    ALM_METRIC_OWA, /* from those of naive2 */
    ALM_METRIC_THEIL_U2,
    ALM_METRIC_DIRECTION,
    ALM_METRIC_QLIKE,
    ALM_METRIC_CRPS,
    ALM_METRIC_PINBALL,
    ALM_METRIC_WIS,
    ALM_METRIC_WIS_DISPERSION,
    ALM_METRIC_WIS_UNDER,
    ALM_METRIC_WIS_OVER,
    ALM_METRIC_COVERAGE, /* of interval index, like the next */
    ALM_METRIC_WIDTH,
    ALM_METRIC_WINKLER,
    ALM_METRIC_MSIS,
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
