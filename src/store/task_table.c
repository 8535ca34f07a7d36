#include "store/task_table.h"

#include "base/clock.h"
#include "base/memory.h"
#include "store/score_table.h"
#include "store/statement.h"

#include <math.h>
#include <stdlib.h>

/* ---- one task's rows ---- */

static enum alm_status insert_task(int64_t *task_id, struct alm_store *store, int64_t run,
                                   const struct alm_task_result *result, struct alm_error *error)
{
    struct alm_statement s;
    double seconds = 0;
    bool row;
    for (size_t i = 0; i < result->n_series; i++)
        if (result->series[i].has_origin) seconds += result->series[i].fit_seconds;
    ALM_TRY(alm_statement_begin(&s, store, "task_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":task_no", result->task);
    alm_bind_size(&s, ":forecaster_no", result->forecaster);
    alm_bind_size(&s, ":fold", result->fold);
    alm_bind_real(&s, ":fit_seconds", seconds);
    alm_bind_integer(&s, ":now", alm_clock_now());
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) *task_id = alm_column_integer(&s, 0);
    if (status == ALM_OK) return alm_statement_finish(&s, error);
    alm_statement_end(&s);
    return status;
}

/* Mean absolute error over the steps that have an actual; NaN when none has. */
static double mean_absolute_error(size_t *n, const struct alm_series_result *x, size_t horizon)
{
    double sum = 0;
    *n = 0;
    for (size_t h = 0; x->forecast != NULL && h < horizon; h++) {
        if (isnan(x->actual[h])) continue;
        sum += fabs(x->actual[h] - x->forecast[h]);
        (*n)++;
    }
    return *n == 0 ? (double)NAN : sum / (double)*n; /* NaN with classes */
}

static enum alm_status check_forecasts(const struct alm_series_result *x, size_t horizon,
                                       struct alm_error *error)
{
    for (size_t h = 0; x->classes == NULL && h < horizon; h++)
        if (isnan(x->forecast[h]))
            return alm_fail(error, ALM_NUMERIC, "the forecast of step %zu is not a number", h + 1);
    return ALM_OK;
}

static enum alm_status insert_outcome(struct alm_store *store, int64_t task_id,
                                      const struct alm_series_result *x, size_t horizon,
                                      struct alm_error *error)
{
    struct alm_statement s;
    size_t n_scored;
    const double mae = mean_absolute_error(&n_scored, x, horizon);
    ALM_TRY(alm_statement_begin(&s, store, "task_series_insert", error));
    alm_bind_integer(&s, ":task", task_id);
    alm_bind_size(&s, ":series_no", x->series);
    alm_bind_text(&s, ":status", alm_status_name(x->status));
    if (x->reason[0] != '\0') alm_bind_text(&s, ":reason", x->reason);
    if (x->fallback[0] != '\0') alm_bind_text(&s, ":fallback", x->fallback);
    alm_bind_size(&s, ":n_train", x->n_train);
    alm_bind_size(&s, ":filled", x->filled);
    alm_bind_size(&s, ":purged", x->purged);
    alm_bind_size(&s, ":n_scored", n_scored);
    alm_bind_real(&s, ":mae", mae);
    if (x->variance_kind != ALM_VARIANCE_NONE)
        alm_bind_text(&s, ":variance_of", x->variance_kind == ALM_VARIANCE_VALUE ? "value" : "logreturn");
    if (x->has_origin) {
        alm_bind_real(&s, ":last", x->last);
        alm_bind_integer(&s, ":origin", x->origin_ts);
        alm_bind_integer(&s, ":train_first", x->train_first);
        alm_bind_integer(&s, ":train_last", x->train_last);
        alm_bind_real(&s, ":fit_seconds", x->fit_seconds);
        alm_bind_real(&s, ":mase_scale", x->mase_scale);
        alm_bind_real(&s, ":rmsse_scale", x->rmsse_scale);
    }
    return alm_statement_finish(&s, error);
}

static enum alm_status insert_forecasts(struct alm_store *store, int64_t task_id,
                                        const struct alm_series_result *x, size_t horizon,
                                        struct alm_error *error)
{
    struct alm_statement s;
    enum alm_status status = ALM_OK;
    ALM_TRY(check_forecasts(x, horizon, error));
    ALM_TRY(alm_statement_begin(&s, store, "forecast_insert", error));
    alm_bind_integer_at(&s, 1, task_id);
    alm_bind_integer_at(&s, 2, (int64_t)x->series);
    for (size_t h = 0; status == ALM_OK && h < horizon; h++) {
        alm_bind_integer_at(&s, 3, (int64_t)h + 1);
        alm_bind_integer_at(&s, 4, x->time[h]);
        alm_bind_real_at(&s, 5, x->forecast[h]);
        alm_bind_real_at(&s, 6, x->actual[h]);
        alm_bind_real_at(&s, 7, x->variance == NULL ? (double)NAN : x->variance[h]);
        status = alm_statement_step(&s, NULL, error);
        alm_statement_reset(&s);
    }
    alm_statement_end(&s);
    return status;
}

static enum alm_status insert_class_names(struct alm_store *store, int64_t task_id,
                                          const struct alm_series_result *x, struct alm_error *error)
{
    const struct alm_class_forecast *classes = x->classes;
    struct alm_statement s;
    struct alm_text name = {0};
    enum alm_status status = ALM_OK;
    ALM_TRY(alm_statement_begin(&s, store, "class_insert", error));
    alm_bind_integer_at(&s, 1, task_id);
    alm_bind_integer_at(&s, 2, (int64_t)x->series);
    for (size_t k = 0; status == ALM_OK && k < classes->n; k++) {
        alm_text_reset(&name);
        alm_class_write_name(&name, classes, k);
        alm_bind_integer_at(&s, 3, (int64_t)k);
        alm_bind_text(&s, ":name", alm_text_string(&name));
        alm_bind_real_at(&s, 5, k == 0 ? (double)NAN : classes->edge[k - 1]);
        alm_bind_real_at(&s, 6, k + 1 == classes->n ? (double)NAN : classes->edge[k]);
        status = alm_text_check(&name, error);
        if (status == ALM_OK) status = alm_statement_step(&s, NULL, error);
        alm_statement_reset(&s);
    }
    alm_statement_end(&s);
    alm_text_clear(&name);
    return status;
}

static enum alm_status insert_classes(struct alm_store *store, int64_t task_id,
                                      const struct alm_series_result *x, size_t horizon,
                                      struct alm_error *error)
{
    const size_t n = x->classes->n;
    struct alm_statement s;
    enum alm_status status = ALM_OK;
    ALM_TRY(insert_class_names(store, task_id, x, error));
    ALM_TRY(alm_statement_begin(&s, store, "probability_insert", error));
    alm_bind_integer_at(&s, 1, task_id);
    alm_bind_integer_at(&s, 2, (int64_t)x->series);
    for (size_t i = 0; status == ALM_OK && i < horizon * n; i++) {
        alm_bind_integer_at(&s, 3, (int64_t)(i / n) + 1);
        alm_bind_integer_at(&s, 4, (int64_t)(i % n));
        alm_bind_real_at(&s, 5, fmin(x->classes->probability[i], 1)); /* rounding may make it more */
        status = alm_statement_step(&s, NULL, error);
        alm_statement_reset(&s);
    }
    alm_statement_end(&s);
    return status;
}

static enum alm_status insert_quantiles(struct alm_store *store, int64_t task_id,
                                        const struct alm_series_result *x, size_t horizon,
                                        const double *level, size_t n_levels, struct alm_error *error)
{
    struct alm_statement s;
    enum alm_status status = ALM_OK;
    ALM_TRY(alm_statement_begin(&s, store, "quantile_insert", error));
    alm_bind_integer_at(&s, 1, task_id);
    alm_bind_integer_at(&s, 2, (int64_t)x->series);
    for (size_t i = 0; status == ALM_OK && i < horizon * n_levels; i++) {
        alm_bind_integer_at(&s, 3, (int64_t)(i / n_levels) + 1);
        alm_bind_real_at(&s, 4, level[i % n_levels]);
        alm_bind_real_at(&s, 5, x->quantile[i]);
        status = alm_statement_step(&s, NULL, error);
        alm_statement_reset(&s);
    }
    alm_statement_end(&s);
    return status;
}

static enum alm_status insert_epoch(struct alm_store *store, int64_t task_id, size_t number,
                                    const struct alm_task_epoch *epoch, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "epoch_insert", error));
    alm_bind_integer(&s, ":task", task_id);
    alm_bind_size(&s, ":epoch_no", number);
    alm_bind_size(&s, ":epoch", epoch->epoch.epoch);
    alm_bind_real(&s, ":train_loss", epoch->epoch.train_loss);
    alm_bind_real(&s, ":validation_loss", epoch->epoch.validation_loss);
    alm_bind_real(&s, ":learning_rate", epoch->epoch.learning_rate);
    alm_bind_real(&s, ":gradient_norm", epoch->epoch.gradient_norm);
    alm_bind_real(&s, ":seconds", epoch->seconds);
    return alm_statement_finish(&s, error);
}

static enum alm_status insert_rows(struct alm_store *store, const struct alm_run_owner *owner,
                                   const struct alm_task_result *result, const double *level,
                                   struct alm_error *error)
{
    int64_t task_id = 0;
    ALM_TRY(alm_run_table_heartbeat(store, owner, error)); /* the check of ownership */
    ALM_TRY(insert_task(&task_id, store, owner->run, result, error));
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *x = &result->series[i];
        ALM_TRY(insert_outcome(store, task_id, x, result->horizon, error));
        if (x->forecast == NULL) continue;
        ALM_TRY(insert_forecasts(store, task_id, x, result->horizon, error));
        if (x->classes != NULL) ALM_TRY(insert_classes(store, task_id, x, result->horizon, error));
        if (x->quantile == NULL) continue;
        ALM_TRY(insert_quantiles(store, task_id, x, result->horizon, level, result->n_levels, error));
    }
    for (size_t i = 0; i < result->n_epochs; i++)
        ALM_TRY(insert_epoch(store, task_id, i, &result->epoch[i], error));
    return alm_score_table_add(store, owner->run, result, error);
}

enum alm_status alm_task_table_commit(struct alm_store *store, const struct alm_run_owner *owner,
                                      const struct alm_task_result *result, const double *level,
                                      struct alm_error *error)
{
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, insert_rows(store, owner, result, level, error), error);
}

enum alm_status alm_task_table_done(bool *done, size_t *n_done, size_t n_tasks, struct alm_store *store,
                                    int64_t run, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    enum alm_status status;
    *n_done = 0;
    for (size_t i = 0; i < n_tasks; i++)
        done[i] = false;
    ALM_TRY(alm_statement_begin(&s, store, "task_done", error));
    alm_bind_integer(&s, ":run", run);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        const size_t task = (size_t)alm_column_integer(&s, 0);
        if (task >= n_tasks) continue;
        done[task] = true;
        (*n_done)++;
    }
    alm_statement_end(&s);
    return status;
}

/* ---- scoring ---- */

static enum alm_status run_on_run(int64_t *changes, struct alm_store *store, const char *query, int64_t run,
                                  struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, query, error));
    alm_bind_integer(&s, ":run", run);
    ALM_TRY(alm_statement_finish(&s, error));
    *changes = alm_statement_changes(&s);
    return ALM_OK;
}

struct rescoring {
    struct alm_store *store;
    int64_t run;
};

static enum alm_status rescore_task(void *context, const struct alm_task_result *result,
                                    struct alm_error *error)
{
    const struct rescoring *r = context;
    return alm_score_table_add(r->store, r->run, result, error);
}

/* The sums of a run anew. */
static enum alm_status rescore(struct alm_store *store, int64_t run, struct alm_error *error)
{
    struct rescoring r = {store, run};
    const struct alm_sink sink = {&r, rescore_task};
    size_t horizon;
    ALM_TRY(alm_task_table_horizon(&horizon, store, run, error));
    ALM_TRY(alm_score_table_clear(store, run, error));
    return alm_task_table_each(store, run, horizon, NULL, 0, &sink, error);
}

static enum alm_status score_in_transaction(size_t *n_filled, struct alm_store *store, int64_t run,
                                            struct alm_error *error)
{
    int64_t filled, rows;
    ALM_TRY(run_on_run(&filled, store, "score_fill", run, error));
    *n_filled = (size_t)filled;
    ALM_TRY(run_on_run(&rows, store, "score_task_series", run, error));
    return filled == 0 ? ALM_OK : rescore(store, run, error);
}

enum alm_status alm_task_table_score(size_t *n_filled, struct alm_store *store, int64_t run,
                                     struct alm_error *error)
{
    if (alm_store_in_transaction(store)) return score_in_transaction(n_filled, store, run, error);
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, score_in_transaction(n_filled, store, run, error), error);
}

enum alm_status alm_task_table_unscored(int64_t **run, size_t *n, struct alm_store *store,
                                        struct alm_error *error)
{
    struct alm_statement s;
    size_t capacity = 0;
    bool row;
    enum alm_status status;
    *run = NULL;
    *n = 0;
    ALM_TRY(alm_statement_begin(&s, store, "score_runs", error));
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        status = alm_grow((void **)run, &capacity, *n + 1, sizeof **run, error);
        if (status != ALM_OK) break;
        (*run)[(*n)++] = alm_column_integer(&s, 0);
    }
    alm_statement_end(&s);
    if (status != ALM_OK) {
        free(*run);
        *run = NULL;
    }
    return status;
}
