/* Reading the tasks of a run back, in plan order, as they were handed to the store. */
#include "store/task_table.h"

#include "base/memory.h"
#include "store/statement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The arrays of one task, used again for the next. */
struct reading {
    struct alm_store *store;
    size_t n_series, horizon, n_levels;
    const double *level;
    struct alm_series_result *series;     /* [n_series] */
    int64_t *time;                        /* [n_series][horizon] */
    double *actual, *forecast, *variance; /* [n_series][horizon] */
    double *quantile;                     /* [n_series][horizon][n_levels] */
    struct alm_class_forecast *classes;   /* [n_series] */
    size_t *class_capacity;               /* [n_series] of classes' edges */
    struct alm_error *error;              /* of a row that could not be kept */
};

static void drop_classes(struct reading *r)
{
    for (size_t i = 0; r->classes != NULL && i < r->n_series; i++)
        alm_class_forecast_clear(&r->classes[i]);
    for (size_t i = 0; r->class_capacity != NULL && i < r->n_series; i++)
        r->class_capacity[i] = 0;
}

static void clear(struct reading *r)
{
    drop_classes(r);
    free(r->classes);
    free(r->class_capacity);
    free(r->series);
    free(r->time);
    free(r->actual);
    free(r->forecast);
    free(r->variance);
    free(r->quantile);
}

static enum alm_status count_series(size_t *n, struct alm_store *store, int64_t run, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    enum alm_status status;
    *n = 0;
    ALM_TRY(alm_statement_begin(&s, store, "run_series_list", error));
    alm_bind_integer(&s, ":run", run);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row)
        (*n)++;
    alm_statement_end(&s);
    return status;
}

static enum alm_status make_room(struct reading *r, struct alm_error *error)
{
    size_t cells, quantiles;
    if (!alm_multiply(&cells, r->n_series, r->horizon) || !alm_multiply(&quantiles, cells, r->n_levels))
        return alm_fail(error, ALM_NOMEM, "the rows of a task do not fit into memory");
    ALM_TRY(ALM_NEW(&r->series, r->n_series, error));
    ALM_TRY(ALM_NEW(&r->classes, r->n_series, error));
    ALM_TRY(ALM_NEW(&r->class_capacity, r->n_series, error));
    ALM_TRY(ALM_NEW(&r->time, cells, error));
    ALM_TRY(ALM_NEW(&r->actual, cells, error));
    ALM_TRY(ALM_NEW(&r->forecast, cells, error));
    ALM_TRY(ALM_NEW(&r->variance, cells, error));
    return ALM_NEW(&r->quantile, quantiles, error);
}

static enum alm_status status_of(const char *name)
{
    static const char *const names[] = {
#define X(name, text, class) #name,
        ALM_STATUS_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return (enum alm_status)i;
    return ALM_INTERNAL;
}

static enum alm_variance_kind variance_kind_of(const char *name)
{
    if (name == NULL) return ALM_VARIANCE_NONE;
    return strcmp(name, "value") == 0 ? ALM_VARIANCE_VALUE : ALM_VARIANCE_LOG_RETURN;
}

static void read_outcome(struct alm_series_result *x, const struct alm_statement *s)
{
    const char *reason = alm_column_text(s, 3);
    x->status = status_of(alm_column_text(s, 2));
    x->has_origin = !alm_column_is_null(s, 1);
    x->origin_ts = alm_column_integer(s, 1);
    snprintf(x->reason, sizeof x->reason, "%s", reason == NULL ? "" : reason);
    x->train_first = alm_column_integer(s, 4);
    x->train_last = alm_column_integer(s, 5);
    x->n_train = (size_t)alm_column_integer(s, 6);
    x->filled = (size_t)alm_column_integer(s, 7);
    x->fit_seconds = x->has_origin ? alm_column_real(s, 8) : 0;
    x->mase_scale = alm_column_real(s, 9);
    x->rmsse_scale = alm_column_real(s, 10);
    x->last = alm_column_real(s, 11);
    x->variance_kind = variance_kind_of(alm_column_text(s, 12));
}

static enum alm_status damaged(const struct reading *r, struct alm_error *error)
{
    return alm_fail(error, ALM_DB, "%s: the rows of a task do not fit its run (`almanac db check`)",
                    alm_store_path(r->store));
}

/* Runs a list of a task's rows and hands each to read, which may refuse it. */
static enum alm_status each_row(struct reading *r, const char *query, int64_t task_id,
                                bool (*read)(struct reading *r, const struct alm_statement *s),
                                struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    enum alm_status status;
    ALM_TRY(alm_statement_begin(&s, r->store, query, error));
    alm_bind_integer(&s, ":task", task_id);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        if (read(r, &s)) continue;
        status = damaged(r, error);
        break;
    }
    alm_statement_end(&s);
    return status;
}

static bool read_series(struct reading *r, const struct alm_statement *s)
{
    const size_t i = (size_t)alm_column_integer(s, 0);
    if (i >= r->n_series) return false;
    read_outcome(&r->series[i], s);
    return true;
}

static bool read_forecast(struct reading *r, const struct alm_statement *s)
{
    const size_t i = (size_t)alm_column_integer(s, 0), h = (size_t)alm_column_integer(s, 1) - 1;
    if (i >= r->n_series || h >= r->horizon) return false;
    struct alm_series_result *x = &r->series[i];
    const size_t first = i * r->horizon;
    x->time = r->time + first;
    x->actual = r->actual + first;
    x->forecast = r->forecast + first;
    r->time[first + h] = alm_column_integer(s, 2);
    r->forecast[first + h] = alm_column_real(s, 3);
    r->actual[first + h] = alm_column_real(s, 4);
    r->variance[first + h] = alm_column_real(s, 5);
    if (x->variance_kind != ALM_VARIANCE_NONE) x->variance = r->variance + first;
    return true;
}

static bool read_quantile(struct reading *r, const struct alm_statement *s)
{
    const size_t i = (size_t)alm_column_integer(s, 0), h = (size_t)alm_column_integer(s, 1) - 1;
    const double level = alm_column_real(s, 2);
    size_t k = 0;
    while (k < r->n_levels && r->level[k] != level)
        k++;
    if (i >= r->n_series || h >= r->horizon || k == r->n_levels) return false;
    r->quantile[(i * r->horizon + h) * r->n_levels + k] = alm_column_real(s, 3);
    r->series[i].quantile = r->quantile + i * r->horizon * r->n_levels;
    return true;
}

/* Classes come one by one, in order; the first row of probabilities makes room for all. */
static bool read_class(struct reading *r, const struct alm_statement *s)
{
    const size_t i = (size_t)alm_column_integer(s, 0), k = (size_t)alm_column_integer(s, 1);
    if (i >= r->n_series || k != r->classes[i].n || r->series[i].forecast == NULL) return false;
    struct alm_class_forecast *classes = &r->classes[i];
    if (alm_grow((void **)&classes->edge, &r->class_capacity[i], k + 1, sizeof *classes->edge, r->error) !=
        ALM_OK)
        return false;
    classes->edge[k] = alm_column_real(s, 2);
    classes->n = k + 1;
    classes->kind = ALM_CLASSES_LABELS;
    r->series[i].classes = classes;
    return true;
}

static bool read_probability(struct reading *r, const struct alm_statement *s)
{
    const size_t i = (size_t)alm_column_integer(s, 0), h = (size_t)alm_column_integer(s, 1) - 1;
    const size_t k = (size_t)alm_column_integer(s, 2);
    if (i >= r->n_series || h >= r->horizon || k >= r->classes[i].n) return false;
    struct alm_class_forecast *classes = &r->classes[i];
    if (classes->probability == NULL &&
        ALM_NEW(&classes->probability, r->horizon * classes->n, r->error) != ALM_OK)
        return false;
    classes->probability[h * classes->n + k] = alm_column_real(s, 3);
    return true;
}

/* Whether every series that has classes has probabilities too. */
static bool classes_are_whole(const struct reading *r)
{
    for (size_t i = 0; i < r->n_series; i++)
        if (r->classes[i].n > 0 && r->classes[i].probability == NULL) return false;
    return true;
}

static enum alm_status read_task(struct reading *r, int64_t task_id, struct alm_error *error)
{
    for (size_t i = 0; i < r->n_series; i++)
        r->series[i] =
            (struct alm_series_result){.series = i, .mase_scale = NAN, .rmsse_scale = NAN, .last = NAN};
    ALM_TRY(each_row(r, "task_series_list", task_id, read_series, error));
    ALM_TRY(each_row(r, "forecast_list", task_id, read_forecast, error));
    if (r->n_levels > 0) ALM_TRY(each_row(r, "quantile_list", task_id, read_quantile, error));
    drop_classes(r);
    r->error = error;
    ALM_TRY(each_row(r, "class_list", task_id, read_class, error));
    ALM_TRY(each_row(r, "probability_list", task_id, read_probability, error));
    return classes_are_whole(r) ? ALM_OK : damaged(r, error);
}

static enum alm_status deliver_all(struct reading *r, int64_t run, const struct alm_sink *sink,
                                   struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    enum alm_status status;
    ALM_TRY(alm_statement_begin(&s, r->store, "task_list", error));
    alm_bind_integer(&s, ":run", run);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        const struct alm_task_result result = {
            .task = (size_t)alm_column_integer(&s, 1),
            .forecaster = (size_t)alm_column_integer(&s, 2),
            .fold = (size_t)alm_column_integer(&s, 3),
            .n_series = r->n_series,
            .horizon = r->horizon,
            .n_levels = r->n_levels,
            .series = r->series,
        };
        status = read_task(r, alm_column_integer(&s, 0), error);
        if (status == ALM_OK) status = sink->deliver(sink->context, &result, error);
        if (status != ALM_OK) break;
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_task_table_each(struct alm_store *store, int64_t run, size_t horizon, const double *level,
                                    size_t n_levels, const struct alm_sink *sink, struct alm_error *error)
{
    struct reading r = {.store = store, .horizon = horizon, .level = level, .n_levels = n_levels};
    ALM_TRY(count_series(&r.n_series, store, run, error));
    enum alm_status status = make_room(&r, error);
    if (status == ALM_OK) status = deliver_all(&r, run, sink, error);
    clear(&r);
    return status;
}

static enum alm_status read_levels(double **level, size_t *n, struct alm_store *store, int64_t run,
                                   struct alm_error *error)
{
    struct alm_statement s;
    size_t capacity = 0;
    bool row;
    enum alm_status status;
    ALM_TRY(alm_statement_begin(&s, store, "run_levels", error));
    alm_bind_integer(&s, ":run", run);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        status = alm_grow((void **)level, &capacity, *n + 1, sizeof **level, error);
        if (status != ALM_OK) break;
        (*level)[(*n)++] = alm_column_real(&s, 0);
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_task_table_horizon(size_t *horizon, struct alm_store *store, int64_t run,
                                       struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "run_horizon", error));
    alm_bind_integer(&s, ":run", run);
    const enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) *horizon = (size_t)alm_column_integer(&s, 0);
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_task_table_shape(size_t *horizon, double **level, size_t *n_levels,
                                     struct alm_store *store, int64_t run, struct alm_error *error)
{
    *level = NULL;
    *n_levels = 0;
    ALM_TRY(alm_task_table_horizon(horizon, store, run, error));
    const enum alm_status status = read_levels(level, n_levels, store, run, error);
    if (status == ALM_OK) return ALM_OK;
    free(*level);
    *level = NULL;
    return status;
}
