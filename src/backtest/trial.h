/* One trial of a search: a spec on the last folds of the series, beside naive. */
#ifndef ALM_BACKTEST_TRIAL_H
#define ALM_BACKTEST_TRIAL_H

#include "backtest/plan.h"
#include "base/hooks.h"
#include "base/status.h"

#include <stddef.h>

/* Numbers are NaN where there are none. */
struct alm_trial_result {
    enum alm_status status;  /* ALM_OK, or why there is no loss */
    char reason[256];        /* empty when ALM_OK */
    double loss, naive_loss; /* the metric over all folds, series and steps; naive on the same ones */
    double seconds;          /* CPU of fitting, before a checkpoint too */
    /* Of the trainings' epochs, when the forecaster has any. The losses are those of training itself (in its
     * own scale) at the epoch of least validation loss, else at the last one; means over the trainings. */
    size_t n_epochs;
    double seconds_per_epoch; /* CPU of fitting / n_epochs */
    double train_loss, validation_loss;
    double gap; /* validation_loss - train_loss */
};

struct alm_trial_request {
    const struct alm_backtest_settings *settings;
    const struct alm_series *const *series; /* [n_series] */
    size_t n_series;
    const char *spec, *metric; /* metric: a code of alm_evaluation_metrics */
    size_t folds;              /* only the last ones of the settings'; 0: all */
    size_t jobs;
    const struct alm_cancel *cancel;           /* may be NULL */
    const struct alm_progress *progress;       /* may be NULL; counts tasks */
    const struct alm_checkpoints *checkpoints; /* may be NULL; of the spec's fits, the same for more folds */
};

/* Fits and forecasts the request's spec on its folds, jobs of them at the same time, and computes the metric.
 * What has to do with the spec or the data is in out->status; a series that cannot be forecast at an origin
 * makes the trial fail, as its loss would stand for other data than the rest's. Returns ALM_INTERRUPTED,
 * ALM_NOMEM and the like otherwise. */
enum alm_status alm_trial_run(struct alm_trial_result *out, const struct alm_trial_request *request,
                              struct alm_error *error);

#endif
