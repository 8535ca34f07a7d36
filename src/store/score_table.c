#include "store/score_table.h"

#include "backtest/metric.h"
#include "base/memory.h"
#include "forecast/classes.h"
#include "store/statement.h"

#include <math.h>
#include <stdlib.h>

struct score {
    size_t n, n_scaled, n_class, hits;
    double error, absolute, squared, scaled, log_loss;
};

static void add(struct score *sum, const struct score *one)
{
    sum->n += one->n;
    sum->n_scaled += one->n_scaled;
    sum->n_class += one->n_class;
    sum->hits += one->hits;
    sum->error += one->error;
    sum->absolute += one->absolute;
    sum->squared += one->squared;
    sum->scaled += one->scaled;
    sum->log_loss += one->log_loss;
}

/* Of one step that has an actual; step from 0. */
static struct score score_step(const struct alm_series_result *row, size_t step)
{
    const double error = row->actual[step] - row->forecast[step];
    if (row->classes != NULL) {
        const struct alm_class_forecast *classes = row->classes;
        const size_t occurred = alm_class_of(row->actual[step], classes->edge, classes->n);
        struct alm_cell cell = {0};
        double loss = 0;
        const size_t likeliest = alm_cell_add_classes(&cell, &loss, classes->probability + step * classes->n,
                                                      classes->n, occurred);
        return (struct score){.n_class = 1, .log_loss = loss, .hits = likeliest == occurred};
    }
    const bool scaled = row->mase_scale > 0;
    return (struct score){.n = 1,
                          .n_scaled = scaled,
                          .error = error,
                          .absolute = fabs(error),
                          .squared = error * error,
                          .scaled = scaled ? fabs(error) / row->mase_scale : 0};
}

/* by_step [horizon], by_series [n_series], all: from zeros. */
static void score_task(struct score *by_step, struct score *by_series, struct score *all,
                       const struct alm_task_result *result)
{
    for (size_t i = 0; i < result->n_series; i++) {
        const struct alm_series_result *row = &result->series[i];
        for (size_t h = 0; row->forecast != NULL && h < result->horizon; h++) {
            if (isnan(row->actual[h])) continue;
            const struct score one = score_step(row, h);
            add(&by_step[h], &one);
            add(&by_series[row->series], &one);
        }
        add(all, &by_series[row->series]);
    }
}

/* Adds scores [n] under the keys first, first + 1, …; nothing where nothing was scored. */
static enum alm_status add_rows(struct alm_store *store, const char *query, int64_t run, size_t forecaster,
                                size_t first, const struct score *score, size_t n, struct alm_error *error)
{
    struct alm_statement s;
    enum alm_status status = ALM_OK;
    ALM_TRY(alm_statement_begin(&s, store, query, error));
    alm_bind_integer_at(&s, 1, run);
    alm_bind_integer_at(&s, 2, (int64_t)forecaster);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        if (score[i].n + score[i].n_class == 0) continue;
        alm_bind_integer_at(&s, 3, (int64_t)(first + i));
        alm_bind_integer_at(&s, 4, (int64_t)score[i].n);
        alm_bind_real_at(&s, 5, score[i].error);
        alm_bind_real_at(&s, 6, score[i].absolute);
        alm_bind_real_at(&s, 7, score[i].squared);
        alm_bind_integer_at(&s, 8, (int64_t)score[i].n_scaled);
        alm_bind_real_at(&s, 9, score[i].scaled);
        alm_bind_integer_at(&s, 10, (int64_t)score[i].n_class);
        alm_bind_real_at(&s, 11, score[i].log_loss);
        alm_bind_integer_at(&s, 12, (int64_t)score[i].hits);
        status = alm_statement_step(&s, NULL, error);
        alm_statement_reset(&s);
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_score_table_add(struct alm_store *store, int64_t run,
                                    const struct alm_task_result *result, struct alm_error *error)
{
    const size_t forecaster = result->forecaster;
    struct score *by_step = NULL, *by_series = NULL, all = {0};
    enum alm_status status = ALM_NEW(&by_step, result->horizon, error);
    if (status == ALM_OK) status = ALM_NEW(&by_series, result->n_series, error);
    if (status == ALM_OK) {
        score_task(by_step, by_series, &all, result);
        status = add_rows(store, "score_step_add", run, forecaster, 1, by_step, result->horizon, error);
    }
    if (status == ALM_OK)
        status = add_rows(store, "score_series_add", run, forecaster, 0, by_series, result->n_series, error);
    if (status == ALM_OK)
        status = add_rows(store, "score_origin_add", run, forecaster, result->fold, &all, 1, error);
    free(by_step);
    free(by_series);
    return status;
}

enum alm_status alm_score_table_clear(struct alm_store *store, int64_t run, struct alm_error *error)
{
    static const char *const queries[] = {"score_step_clear", "score_series_clear", "score_origin_clear"};
    return alm_statement_run_each(store, queries, sizeof queries / sizeof *queries, run, error);
}
