/* What a run amounts to: metrics with their definitions, the leaderboard, checks. Written when a run ends,
 * all in the caller's transaction: clear, then write. */
#ifndef ALM_STORE_VERDICT_TABLE_H
#define ALM_STORE_VERDICT_TABLE_H

#include "backtest/comparison.h"
#include "base/status.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

#define ALM_OVER_ALL ((size_t)-1)

/* Removes metrics, definitions, leaderboard, tests and checks of a run. */
enum alm_status alm_verdict_table_clear(struct alm_store *store, int64_t run, struct alm_error *error);

/* Before the metrics of that code. unit: value (the series' own), percent or ratio. */
enum alm_status alm_metric_table_define(struct alm_store *store, int64_t run, const char *metric,
                                        const char *definition, const char *unit, struct alm_error *error);

struct alm_metric_row {
    size_t forecaster, series, step; /* series, step: ALM_OVER_ALL for all; step from 1 */
    const char *metric;
    double value; /* NaN: not defined */
    size_t n;     /* forecasts that went in */
};
enum alm_status alm_metric_table_write(struct alm_store *store, int64_t run, const struct alm_metric_row *row,
                                       struct alm_error *error);

/* NaN: not defined. Texts may be NULL. */
struct alm_leaderboard_row {
    size_t forecaster, rank;
    double mae, rmse, smape, mase, rmsse, coverage_80, coverage_95, crps, skill, p_naive, p_two_sided;
    double log_loss, brier, accuracy, balanced_accuracy;
    double fit_seconds;
    const char *test, *verdict;
    size_t n_origins, n_series, n_rows, n_failed;
};
enum alm_status alm_leaderboard_table_write(struct alm_store *store, int64_t run,
                                            const struct alm_leaderboard_row *row, struct alm_error *error);

enum alm_status alm_significance_table_write(struct alm_store *store, int64_t run,
                                             const struct alm_comparison *row, struct alm_error *error);

struct alm_check_row {
    size_t forecaster;                      /* ALM_OVER_ALL: the whole run */
    const char *check, *verdict, *evidence; /* verdict: pass, warn, fail, skip */
    double statistic, threshold;            /* NaN: none */
};
enum alm_status alm_check_table_write(struct alm_store *store, int64_t run, const struct alm_check_row *row,
                                      struct alm_error *error);

#endif
