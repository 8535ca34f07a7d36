/* What evaluation.c gathers and leaderboard.c reads. Not for other rooms. */
#ifndef ALM_BACKTEST_EVALUATION_IMPL_H
#define ALM_BACKTEST_EVALUATION_IMPL_H

#include "backtest/evaluation.h"
#include "backtest/evaluation_fold.h"
#include "backtest/metric.h"

struct alm_metric_rule {
    enum alm_metric_kind kind;
    size_t index; /* interval or level */
};

struct alm_forecaster_total {
    size_t n_rows, n_failed;
    size_t n_class_rows; /* of n_rows: forecasts of classes */
    size_t n_variance_rows;
    double fit_seconds;
};

/* An absolute error that is kept for medians. */
struct alm_kept_error {
    size_t series, step; /* step from 0 */
    double size;
};
struct alm_kept_errors {
    struct alm_kept_error *error; /* [n] */
    size_t n, capacity;
};

struct alm_evaluation {
    size_t n_forecasters, n_series, n_folds, horizon, step, naive;
    bool has_naive2;
    size_t naive2;
    struct alm_quantiles quantiles;
    size_t n_metrics;
    struct alm_metric *metric;    /* [n_metrics] */
    struct alm_metric_rule *rule; /* [n_metrics] */
    struct alm_cell *cell;        /* [n_forecasters][n_series][horizon] */
    double *counts;               /* [n_forecasters][n_series][horizon][alm_quantiles_width] */
    struct alm_tally *tally;      /* [n_forecasters][n_series] of classes */
    struct alm_fold_losses *losses;
    struct alm_kept_errors *kept; /* [n_forecasters] where errors are kept; else NULL */
    double *median; /* [n_forecasters][1 + horizon + n_series]: of all, by step, by series; NULL: not found */
    struct alm_forecaster_total *total; /* [n_forecasters] */
};

static inline size_t alm_evaluation_cell(const struct alm_evaluation *e, size_t forecaster, size_t series,
                                         size_t step)
{
    return (forecaster * e->n_series + series) * e->horizon + step;
}

/* Whether a forecaster's loss is the log loss of classes. */
static inline bool alm_evaluation_is_of_classes(const struct alm_evaluation *evaluation, size_t forecaster)
{
    return evaluation->total[forecaster].n_class_rows > 0;
}

/* Keeps an absolute error for medians (step from 0), where errors are kept. evaluation_median.c */
enum alm_status alm_evaluation_keep_error(struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                                          size_t step, double size, struct alm_error *error);
/* The median for one series or ALM_ALL, one step from 1 or ALM_ALL. */
double alm_evaluation_median(const struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                             size_t step, size_t *n);

/* Fills evaluation's metric and rule; season is [n_series]. definition.c */
enum alm_status alm_evaluation_define(struct alm_evaluation *evaluation, const size_t *season,
                                      struct alm_error *error);

#endif
