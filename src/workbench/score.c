/* Actuals for earlier forecasts once data have come, and the errors that follow. */
#include "base/memory.h"
#include "store/task_table.h"
#include "workbench/evaluate.h"
#include "workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* The forecaster that others of the run are compared with. */
static size_t find_naive(const struct alm_run_row *row)
{
    for (size_t i = 0; i < row->n_forecasters; i++)
        if (strncmp(row->forecaster[i].spec, "majority", strlen("majority")) == 0) return i;
    for (size_t i = 0; i < row->n_forecasters; i++)
        if (strcmp(row->forecaster[i].spec, "naive") == 0) return i;
    return 0;
}

/* Metrics and leaderboard of a forecast run anew. */
static enum alm_status evaluate(struct alm_store *store, const struct alm_run_row *row,
                                struct alm_error *error)
{
    size_t horizon, n_levels, *seasons = NULL;
    const char **labels = NULL;
    double *level;
    ALM_TRY(alm_task_table_shape(&horizon, &level, &n_levels, store, row->run, error));
    enum alm_status status = ALM_NEW(&labels, row->n_forecasters, error);
    if (status == ALM_OK) status = ALM_NEW(&seasons, row->n_series, error);
    if (status == ALM_OK) {
        for (size_t i = 0; i < row->n_forecasters; i++)
            labels[i] = row->forecaster[i].label;
        for (size_t i = 0; i < row->n_series; i++)
            seasons[i] = row->series[i].season_length;
        struct alm_evaluation_settings settings = {
            .n_forecasters = row->n_forecasters,
            .n_series = row->n_series,
            .n_folds = 1,
            .horizon = horizon,
            .step = horizon,
            .naive = find_naive(row),
            .level = level,
            .n_levels = n_levels,
            .season = seasons,
        };
        for (size_t i = 0; !settings.has_naive2 && i < row->n_forecasters; i++) {
            settings.has_naive2 = alm_evaluation_is_naive2(row->forecaster[i].spec);
            settings.naive2 = i;
        }
        status = alm_evaluate_run(store, row->run, &settings, labels, NULL, NULL, NULL, error);
    }
    free(labels);
    free(seasons);
    free(level);
    return status;
}

static enum alm_status score_run(struct alm_workbench *workbench, int64_t run,
                                 struct alm_score_summary *summary, struct alm_error *error)
{
    struct alm_text id = {0};
    struct alm_run_row row = {0};
    size_t n_filled;
    ALM_TRY(alm_task_table_score(&n_filled, workbench->store, run, error));
    if (n_filled == 0) return ALM_OK;
    alm_text_printf(&id, "%lld", (long long)run);
    enum alm_status status = alm_run_table_find(&row, workbench->store, alm_text_string(&id), error);
    if (status == ALM_OK) status = evaluate(workbench->store, &row, error);
    if (status == ALM_OK) {
        summary->n_runs++;
        summary->n_filled += n_filled;
    }
    alm_run_row_clear(&row);
    alm_text_clear(&id);
    return status;
}

enum alm_status alm_score(struct alm_workbench *workbench, struct alm_score_summary *summary,
                          struct alm_error *error)
{
    int64_t *runs;
    size_t n;
    *summary = (struct alm_score_summary){0};
    ALM_TRY(alm_task_table_unscored(&runs, &n, workbench->store, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        status = score_run(workbench, runs[i], summary, error);
    free(runs);
    return status;
}
