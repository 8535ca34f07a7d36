/* What a task leaves behind, and where it goes. */
#ifndef ALM_BACKTEST_RESULT_H
#define ALM_BACKTEST_RESULT_H

#include "base/status.h"
#include "forecast/forecaster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One forecaster, one fold, one series. Without an origin (has_origin false: the series has none in this
 * fold) only status and reason mean anything. With an origin and a status other than ALM_OK, forecast and
 * quantile are NULL: there is no forecast, for this reason. */
struct alm_series_result {
    size_t series; /* index in the plan */
    enum alm_status status;
    char reason[200];   /* empty when ALM_OK */
    char fallback[200]; /* what stood in for something that could not be done; empty when nothing did */
    bool has_origin;
    size_t origin_bar; /* index in the series */
    int64_t origin_ts;
    int64_t train_first, train_last; /* first and last timestamp the fit could use */
    size_t n_train;                  /* values the fit used (after causal filling) */
    size_t purged;                   /* bars before the fit's origin that the gap kept from it */
    size_t filled;                   /* missing values filled causally, of the fit's history */
    /* CPU seconds of the worker's thread. 0 when an earlier fold's fit was used. A fit over many series is
     * split equally over them, and a member that no row is about is borne by the first combination that names
     * it, so that sums over rows are the time spent. */
    double fit_seconds;
    /* Mean absolute and mean squared seasonal difference of all bars up to the origin, whatever the scheme,
     * at the series' season length. NaN when there is no pair, 0 for a constant series. */
    double mase_scale, rmsse_scale;
    double last;            /* the last value up to the origin that is not missing; NaN: none, or not known */
    const int64_t *time;    /* [horizon] */
    const double *actual;   /* [horizon]; NaN = missing */
    const double *forecast; /* [horizon], finite, but NaN with classes; or NULL */
    const double *quantile; /* [horizon][n_levels], finite; NULL when the forecaster gave none */
    const double *variance; /* [horizon] of variance_kind, finite; NULL when the forecaster knows none */
    enum alm_variance_kind variance_kind;
    const struct alm_class_forecast *classes; /* NULL when the forecast is a number */
};

/* One epoch of a training, with its time. */
struct alm_task_epoch {
    struct alm_epoch epoch;
    double seconds; /* CPU seconds of the worker's thread since the fit began */
};

/* Epochs belong to the task of the fold that was fitted, never to the folds that share its fit. A local
 * forecaster's epochs over several series follow one another in series order. */
struct alm_task_result {
    size_t task, forecaster, fold;
    size_t n_series, horizon, n_levels;
    const struct alm_series_result *series; /* [n_series], one for every series of the plan */
    size_t n_epochs;
    const struct alm_task_epoch *epoch; /* [n_epochs] */
};

/* Where results go. Called on the thread that runs the backtest, in plan order; what result points to is gone
 * afterwards. A status other than ALM_OK stops the run. */
struct alm_sink {
    void *context;
    enum alm_status (*deliver)(void *context, const struct alm_task_result *result, struct alm_error *error);
};

/* Where the results of a run can be had again, in plan order, as often as needed. */
struct alm_task_source {
    void *context;
    /* Hands each to sink, without its quantiles unless they are wanted. */
    enum alm_status (*each)(void *context, bool quantiles, const struct alm_sink *sink,
                            struct alm_error *error);
};

#endif
