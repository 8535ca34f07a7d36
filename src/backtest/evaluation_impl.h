/* What evaluation.c gathers and leaderboard.c reads. Not for other rooms. */
#ifndef ALM_BACKTEST_EVALUATION_IMPL_H
#define ALM_BACKTEST_EVALUATION_IMPL_H

#include "backtest/evaluation.h"
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
    double *loss;   /* [n_forecasters][n_folds][n_series] mean absolute error, of classes mean log loss, over
                       the  steps; NaN = none */
    double *scale;  /* [n_folds][n_series] MASE scale; NaN = none */
    double *last;   /* [n_folds][n_series] last value up to the origin; NaN = none */
    double *actual; /* [n_folds][n_series][horizon] */
    double *forecast; /* [n_forecasters][n_folds][n_series][horizon]; NaN = none, or of classes */
    double *scratch;  /* [n_folds][n_series][horizon] */
    struct alm_forecaster_total *total; /* [n_forecasters] */
};

static inline size_t alm_evaluation_cell(const struct alm_evaluation *e, size_t forecaster, size_t series,
                                         size_t step)
{
    return (forecaster * e->n_series + series) * e->horizon + step;
}

/* [horizon] */
static inline const double *alm_evaluation_forecast(const struct alm_evaluation *e, size_t forecaster,
                                                    size_t fold, size_t series)
{
    return &e->forecast[((forecaster * e->n_folds + fold) * e->n_series + series) * e->horizon];
}

/* Whether a forecaster's loss is the log loss of classes. */
static inline bool alm_evaluation_is_of_classes(const struct alm_evaluation *evaluation, size_t forecaster)
{
    return evaluation->total[forecaster].n_class_rows > 0;
}

/* Fills evaluation's metric and rule; season is [n_series]. definition.c */
enum alm_status alm_evaluation_define(struct alm_evaluation *evaluation, const size_t *season,
                                      struct alm_error *error);

#endif
