/* Metrics and the leaderboard of a run, from the rows of its tasks. Rows are added in plan order, from the
 * sink or re-read from the store: the same rows give the same bits. Nothing is kept of a row: memory is that
 * of a sum by forecaster, series and step, and of a few numbers a fold (evaluation_fold.h). */
#ifndef ALM_BACKTEST_EVALUATION_H
#define ALM_BACKTEST_EVALUATION_H

#include "backtest/plan.h"
#include "backtest/result.h"
#include "backtest/significance.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* What must be known beside the rows. Arrays are copied. */
struct alm_evaluation_settings {
    size_t n_forecasters, n_series, n_folds, horizon, step; /* step: bars between origins */
    size_t naive;                                           /* the forecaster others are compared with */
    bool has_naive2;
    size_t naive2;       /* the forecaster that OWA refers to, if there is one */
    const double *level; /* [n_levels] rising */
    size_t n_levels;
    const size_t *season; /* [n_series] season lengths, for the texts of the definitions */
    bool keeps_errors;    /* for mdae, where the rows cannot be had again: see alm_evaluation_find_medians */
};

struct alm_evaluation;

enum alm_status alm_evaluation_create(struct alm_evaluation **out,
                                      const struct alm_evaluation_settings *settings,
                                      struct alm_error *error);
/* The settings that belong to plan; season [plan->n_series] is filled and stays the caller's. */
void alm_evaluation_settings_for(struct alm_evaluation_settings *out, size_t *season,
                                 const struct alm_plan *plan);
/* Whether a forecaster is the one that OWA refers to. */
bool alm_evaluation_is_naive2(const char *spec);
/* The same with everything taken from plan, and keeps_errors. */
enum alm_status alm_evaluation_create_for(struct alm_evaluation **out, const struct alm_plan *plan,
                                          bool keeps_errors, struct alm_error *error);
void alm_evaluation_free(struct alm_evaluation *evaluation);

/* Adds one row. Of row these fields are used: series, status, has_origin, fit_seconds, mase_scale,
 * rmsse_scale, last, actual, forecast, quantile, classes, variance, variance_kind. Each (forecaster, fold,
 * series) at most once, all of a fold before those of the next: ALM_INTERNAL. */
enum alm_status alm_evaluation_add(struct alm_evaluation *evaluation, size_t forecaster, size_t fold,
                                   const struct alm_series_result *row, struct alm_error *error);
/* Adds all rows of a task. */
enum alm_status alm_evaluation_add_task(struct alm_evaluation *evaluation,
                                        const struct alm_task_result *result, struct alm_error *error);
/* Once all rows are added: makes mdae from source, which has the same rows; before, it is not defined.
 * Afterwards it is for all, by step and by series. Not needed where errors are kept. */
enum alm_status alm_evaluation_find_medians(struct alm_evaluation *evaluation,
                                            const struct alm_task_source *source, struct alm_error *error);

/* ---- metrics ---- */

/* One metric as it is computed and stored. Codes: me mae mdae rmse mape smape wape mase rmsse r2 r2_diff
 * theil_u2 direction qlike owa crps pinball wis wis_dispersion wis_under wis_over, for each central interval
 * `coverage_80` (percent), `width_80`, `winkler_80` and `msis_80`, for each level `coverage_q0.1` and
 * `pinball_q0.1`; of classes log_loss brier accuracy balanced_accuracy. */
struct alm_metric {
    char code[32];
    const char *unit; /* "value" (the series' own), "percent", "ratio" */
    char *definition; /* formula, range, season length, order of averaging, what is left out */
};

/* The metrics of this evaluation, in a fixed order. */
const struct alm_metric *alm_evaluation_metrics(const struct alm_evaluation *evaluation, size_t *n);

/* Whether a metric (index) has anything to say about the rows that were added: those of classes nothing about
 * numbers, and the other way round. */
bool alm_evaluation_applies(const struct alm_evaluation *evaluation, size_t metric);

#define ALM_ALL ((size_t)-1)

/* The value of a metric (index in alm_evaluation_metrics) for one forecaster, for one series or ALM_ALL, for
 * one step (1 .. horizon) or ALM_ALL. *n is the number of scored values
 * behind it (rows with a forecast and an actual, less those the definition leaves out). NaN and n 0 when it
 * is not defined. */
double alm_evaluation_value(const struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                            size_t step, size_t metric, size_t *n);
/* The same by code; NaN for an unknown code. */
double alm_evaluation_find(const struct alm_evaluation *evaluation, size_t forecaster, size_t series,
                           size_t step, const char *code, size_t *n);

/* ---- leaderboard ---- */

/* NaN = not defined (NULL in the store). */
struct alm_leader {
    size_t forecaster;
    /* From 1; by mae for one series, by mase over several, classes by log_loss; complete forecasters first.
     * Those that forecast something else than naive does, classes or numbers, come last. */
    size_t rank;
    double mae, rmse, smape, mase, rmsse, coverage_80, coverage_95, crps;
    double log_loss, brier, accuracy, balanced_accuracy;
    /* 1 - loss / loss of naive on the origins and series that both have; loss as below. */
    double skill;
    /* Test against naive (which is majority where classes are forecast: d is then the log loss, not scaled).
     * d: absolute error averaged over the steps of an origin, over several series each
     * scaled by its MASE scale and averaged over the series of that origin that both forecast.
     * Diebold-Mariano with h = ceil(horizon / step); with too few origins and at least 20 series, Wilcoxon
     * over the series' mean d. */
    struct alm_test test;
    size_t h;         /* origins whose forecasts overlap */
    size_t n_origins; /* folds compared with naive */
    size_t n_series;  /* series compared with naive */
    size_t n_failed;  /* (series, fold) with an origin but without forecast; > 0: incomplete */
    size_t n_rows;    /* (series, fold) with a forecast */
    double fit_seconds;
};

/* Fills out[0..n_forecasters), best first, once all rows are added. */
enum alm_status alm_evaluation_leaderboard(struct alm_evaluation *evaluation, struct alm_leader *out,
                                           struct alm_error *error);

/* Appends the verdict on leader against naive in words, e.g. "no evidence that lstm beats naive (p = 0.41,
 * Diebold-Mariano, 50 origins)", "too few origins to test lstm against naive (6 of at least 10)". label and
 * naive_label are the forecasters' labels; for naive itself: "the baseline". Nothing but leader's numbers is
 * used, so rows read back from the store say the same. */
void alm_verdict_write(struct alm_text *out, const struct alm_leader *leader, const char *label,
                       const char *naive_label);

#endif
