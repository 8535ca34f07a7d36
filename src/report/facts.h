/* Everything a report shows of one run, read from the store: rows of the named queries of
 * sql/queries/report.sql, whose columns the enumerations below name in their order. */
#ifndef ALM_REPORT_FACTS_H
#define ALM_REPORT_FACTS_H

#include "base/status.h"
#include "report/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_store;

enum {
    ALM_RUN_NAME,
    ALM_RUN_KIND,
    ALM_RUN_STATUS,
    ALM_RUN_MESSAGE,
    ALM_RUN_SEED,
    ALM_RUN_DIGEST,
    ALM_RUN_VERSION,
    ALM_RUN_KERNEL,
    ALM_RUN_STARTED,
    ALM_RUN_FINISHED,
    ALM_RUN_CPU,
    ALM_RUN_RSS,
    ALM_RUN_SPEC
};
enum { ALM_OPTION_KEY, ALM_OPTION_SCALAR, ALM_OPTION_ITEM };
enum {
    ALM_SERIES_NO,
    ALM_SERIES_NAME,
    ALM_SERIES_FREQUENCY,
    ALM_SERIES_SEASON,
    ALM_SERIES_KIND,
    ALM_SERIES_ZONE,
    ALM_SERIES_UNIT,
    ALM_SERIES_FIRST,
    ALM_SERIES_LAST,
    ALM_SERIES_N,
    ALM_SERIES_MISSING
};
enum {
    ALM_LEADER_NO,
    ALM_LEADER_LABEL,
    ALM_LEADER_SPEC,
    ALM_LEADER_RANK,
    ALM_LEADER_MAE,
    ALM_LEADER_RMSE,
    ALM_LEADER_SMAPE,
    ALM_LEADER_MASE,
    ALM_LEADER_RMSSE,
    ALM_LEADER_COVERAGE_80,
    ALM_LEADER_COVERAGE_95,
    ALM_LEADER_CRPS,
    ALM_LEADER_SKILL,
    ALM_LEADER_P,
    ALM_LEADER_P_TWO_SIDED,
    ALM_LEADER_TEST,
    ALM_LEADER_ORIGINS,
    ALM_LEADER_FIT_SECONDS,
    ALM_LEADER_FAILED,
    ALM_LEADER_VERDICT,
    ALM_LEADER_LOG_LOSS,
    ALM_LEADER_BRIER,
    ALM_LEADER_ACCURACY,
    ALM_LEADER_BALANCED
};
enum { ALM_DEFINITION_METRIC, ALM_DEFINITION_TEXT };
enum { ALM_METRIC_FORECASTER, ALM_METRIC_STEP, ALM_METRIC_CODE, ALM_METRIC_VALUE, ALM_METRIC_N };
enum { ALM_SCORE_SERIES, ALM_SCORE_FORECASTER, ALM_SCORE_CODE, ALM_SCORE_VALUE, ALM_SCORE_N };
enum {
    ALM_CONFUSION_FORECASTER,
    ALM_CONFUSION_OCCURRED,
    ALM_CONFUSION_OCCURRED_NO,
    ALM_CONFUSION_FORECAST,
    ALM_CONFUSION_FORECAST_NO,
    ALM_CONFUSION_N
};
enum { ALM_RELIABILITY_FORECASTER, ALM_RELIABILITY_PROBABILITY, ALM_RELIABILITY_SHARE, ALM_RELIABILITY_N };
enum {
    ALM_EPOCH_FORECASTER,
    ALM_EPOCH_FOLD,
    ALM_EPOCH_POSITION,
    ALM_EPOCH_EPOCH,
    ALM_EPOCH_TRAIN,
    ALM_EPOCH_VALIDATION
};
enum {
    ALM_FAILURE_LABEL,
    ALM_FAILURE_STATUS,
    ALM_FAILURE_REASON,
    ALM_FAILURE_COUNT,
    ALM_FAILURE_SERIES,
    ALM_FAILURE_FREQUENCY,
    ALM_FAILURE_ORIGIN
};
enum {
    ALM_EXTENT_FOLDS,
    ALM_EXTENT_FIRST,
    ALM_EXTENT_LAST,
    ALM_EXTENT_SCORED,
    ALM_EXTENT_FILLED,
    ALM_EXTENT_TASKS,
    ALM_EXTENT_FAILED,
    ALM_EXTENT_HORIZON
};
enum {
    ALM_TRIAL_NO,
    ALM_TRIAL_SPEC,
    ALM_TRIAL_LOSS,
    ALM_TRIAL_NAIVE,
    ALM_TRIAL_SKILL,
    ALM_TRIAL_BUDGET,
    ALM_TRIAL_SECONDS,
    ALM_TRIAL_EPOCH_SECONDS,
    ALM_TRIAL_TRAIN,
    ALM_TRIAL_VALIDATION,
    ALM_TRIAL_GAP,
    ALM_TRIAL_RUNG,
    ALM_TRIAL_LOOKBACK
};
enum {
    ALM_SENSITIVITY_OPTION,
    ALM_SENSITIVITY_SHARE,
    ALM_SENSITIVITY_RANK,
    ALM_SENSITIVITY_N,
    ALM_SENSITIVITY_GROUPS
};
enum {
    ALM_CHECK_LABEL,
    ALM_CHECK_NAME,
    ALM_CHECK_VERDICT,
    ALM_CHECK_EVIDENCE,
    ALM_CHECK_STATISTIC,
    ALM_CHECK_THRESHOLD
};
enum { ALM_ORIGIN_TS, ALM_ORIGIN_FOLD };
enum {
    ALM_FORECAST_FORECASTER,
    ALM_FORECAST_FOLD,
    ALM_FORECAST_ORIGIN,
    ALM_FORECAST_STEP,
    ALM_FORECAST_TS,
    ALM_FORECAST_FORECAST,
    ALM_FORECAST_ACTUAL
};
enum {
    ALM_PROBABILITY_TS,
    ALM_PROBABILITY_STEP,
    ALM_PROBABILITY_CLASS,
    ALM_PROBABILITY_VALUE,
    ALM_PROBABILITY_OCCURRED
};
enum { ALM_QUANTILE_FOLD, ALM_QUANTILE_STEP, ALM_QUANTILE_LEVEL, ALM_QUANTILE_VALUE };
enum { ALM_OBSERVATION_TS, ALM_OBSERVATION_VALUE };

#define ALM_FACTS_SERIES 60 /* rows of tables that have one per series */

struct alm_facts {
    int64_t run;
    struct alm_table run_row; /* one row */
    struct alm_table option, series, leader, definition, metric, score, confusion, reliability, epoch,
        failure, extent, check, trial, sensitivity;
    size_t horizon, n_folds;
    /* [series.rows] bars between first and last value that have none, be it that the database has a row
     * without a value or that the calendar has a bar without a row; -1 where it was not counted (see
     * facts.c). */
    int64_t *missing;
};

/* Reads the facts of a run. ALM_NOTFOUND when there is none with this number. Release with alm_facts_clear,
 * also after a failure. */
enum alm_status alm_facts_load(struct alm_facts *out, struct alm_store *store, int64_t run,
                               struct alm_error *error);
void alm_facts_clear(struct alm_facts *facts);

/* A metric over all series, for a step (0: all); NaN when there is none. n (may be NULL) is how many
 * forecasts went in. */
double alm_facts_metric(const struct alm_facts *facts, int64_t forecaster, size_t step, const char *code,
                        int64_t *n);
/* The same for one series over all steps; codes mae, mase and log_loss only. */
double alm_facts_score(const struct alm_facts *facts, int64_t series, int64_t forecaster, const char *code);

/* The row in leader of the forecaster others are compared with, naive or else majority, or leader.rows. */
size_t alm_facts_naive(const struct alm_facts *facts);
/* The row in leader of a forecaster by its number, or leader.rows. */
size_t alm_facts_leader(const struct alm_facts *facts, int64_t forecaster);
/* The class (see report/svg.h) and the mark of a forecaster, the same in every chart. */
const char *alm_facts_class(const struct alm_facts *facts, int64_t forecaster);
size_t alm_facts_mark(const struct alm_facts *facts, int64_t forecaster);
/* Whether a forecaster has a training curve. */
bool alm_facts_trained(const struct alm_facts *facts, int64_t forecaster);
/* Whether the run has scores of classes, and of numbers. */
bool alm_facts_classes(const struct alm_facts *facts);
bool alm_facts_numbers(const struct alm_facts *facts);
/* The metric that ranks: "log_loss" of classes, "mase" over several series, "mae" over one. */
const char *alm_facts_ranking(const struct alm_facts *facts);

#endif
