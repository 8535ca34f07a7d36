#include "support.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- series ---- */

struct alm_series **make_series(size_t count, size_t n, double missing)
{
    struct alm_series **series = calloc(count, sizeof *series);
    struct alm_random *random;
    int64_t *ts = calloc(n, sizeof *ts);
    double *y = calloc(n, sizeof *y);
    cr_assert(eq(int, alm_random_create(&random, 3, NULL), ALM_OK));
    for (size_t i = 0; i < count; i++) {
        const size_t length = n - 7 * i;
        char name[16];
        double level = 0;
        for (size_t t = 0; t < length; t++) {
            ts[t] = (int64_t)t;
            level += alm_random_normal(random);
            y[t] = level + 3 * sin((double)t * 2 * 3.14159265358979 / 7);
            if (t > 0 && t + 1 < length && alm_random_uniform(random) < missing) y[t] = NAN;
        }
        snprintf(name, sizeof name, "s%zu", i);
        struct alm_error error = {0};
        cr_assert(eq(int,
                     alm_series_create(&series[i], name, (struct alm_frequency){ALM_FREQUENCY_INDEX, 1},
                                       "UTC", 7, ts, y, length, &error),
                     ALM_OK),
                  "%s", error.text);
    }
    alm_random_free(random);
    free(ts);
    free(y);
    return series;
}

void free_series(struct alm_series **series, size_t count)
{
    for (size_t i = 0; i < count; i++)
        alm_series_free(series[i]);
    free(series);
}

/* ---- forecasters ---- */

struct state {
    uint64_t seed;
    double value;
};

static enum alm_status create(void **self, const struct alm_config *config, uint64_t seed,
                              struct alm_error *error)
{
    (void)config, (void)error;
    struct state *state = calloc(1, sizeof *state);
    state->seed = seed;
    *self = state;
    return ALM_OK;
}

static size_t minimum(const void *self, size_t season, size_t horizon)
{
    (void)self, (void)season, (void)horizon;
    return 2;
}

static size_t minimum_40(const void *self, size_t season, size_t horizon)
{
    (void)self, (void)season, (void)horizon;
    return 40;
}

static double last_of(struct alm_span span)
{
    size_t i = span.n - 1;
    while (i > 0 && isnan(span.y[i]))
        i--;
    return span.y[i];
}

/* A NaN that was peeked at becomes a number, so that the forecast itself is what changes. */
static double tame(double value)
{
    return isnan(value) ? -1 : value;
}

static enum alm_status fit_peek(void *self, const struct alm_history *history,
                                const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    (void)hooks, (void)error;
    const struct alm_span span = history->series[0].target;
    ((struct state *)self)->value = tame(span.y[span.n]);
    return ALM_OK;
}

static enum alm_status fit_whole(void *self, const struct alm_history *history,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    (void)hooks, (void)error;
    double sum = 0;
    for (size_t i = 0; i < FULL_LENGTH; i++)
        sum += tame(history->series[0].target.y[i]);
    ((struct state *)self)->value = sum / FULL_LENGTH;
    return ALM_OK;
}

static enum alm_status draw(double *out, uint64_t seed, struct alm_error *error)
{
    struct alm_random *random;
    ALM_TRY(alm_random_create(&random, seed, error));
    *out = alm_random_normal(random);
    alm_random_free(random);
    return ALM_OK;
}

static enum alm_status fit_noise(void *self, const struct alm_history *history,
                                 const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    (void)hooks;
    struct state *state = self;
    ALM_TRY(draw(&state->value, state->seed, error));
    state->value += last_of(history->series[0].target);
    return ALM_OK;
}

static enum alm_status fit_pool(void *self, const struct alm_history *history,
                                const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    struct state *state = self;
    ALM_TRY(draw(&state->value, state->seed, error));
    for (size_t i = 0; i < history->n_series; i++)
        state->value += last_of(history->series[i].target) / (double)history->n_series;
    for (size_t epoch = 1; epoch <= 2 && hooks->epoch != NULL; epoch++) {
        const struct alm_epoch row = {.epoch = epoch, .train_loss = state->value, .validation_loss = NAN};
        ALM_TRY(hooks->epoch(hooks->context, &row, error));
    }
    return ALM_OK;
}

static enum alm_status fit_fragile(void *self, const struct alm_history *history,
                                   const struct alm_fit_hooks *hooks, struct alm_error *error)
{
    (void)hooks;
    ((struct state *)self)->value = last_of(history->series[0].target);
    if (last_of(history->series[0].target) > 0) return alm_fail(error, ALM_NUMERIC, "broke");
    return ALM_OK;
}

static void put(struct alm_forecast *out, size_t series, double value)
{
    for (size_t i = 0; i < out->horizon; i++)
        out->mean[series * out->horizon + i] = value;
    out->has_quantiles[series] = false;
}

static enum alm_status forecast_value(const void *self, const struct alm_history *history,
                                      struct alm_forecast *out, struct alm_error *error)
{
    (void)error;
    for (size_t s = 0; s < history->n_series; s++)
        put(out, s, ((const struct state *)self)->value);
    return ALM_OK;
}

static enum alm_status forecast_peek(const void *self, const struct alm_history *history,
                                     struct alm_forecast *out, struct alm_error *error)
{
    (void)self, (void)error;
    const struct alm_span span = history->series[0].target;
    put(out, 0, tame(span.y[span.n]));
    return ALM_OK;
}

static enum alm_status forecast_peek_past(const void *self, const struct alm_history *history,
                                          struct alm_forecast *out, struct alm_error *error)
{
    (void)self, (void)error;
    const struct alm_span span = history->series[0].past[0];
    put(out, 0, tame(span.y[span.n]));
    return ALM_OK;
}

static enum alm_status forecast_peek_future(const void *self, const struct alm_history *history,
                                            struct alm_forecast *out, struct alm_error *error)
{
    (void)self, (void)error;
    const struct alm_span span = history->series[0].future[0];
    put(out, 0, tame(span.y[span.n]));
    return ALM_OK;
}

/* Smoothed by what lies on both sides. */
static enum alm_status forecast_centred(const void *self, const struct alm_history *history,
                                        struct alm_forecast *out, struct alm_error *error)
{
    (void)self, (void)error;
    const struct alm_span span = history->series[0].target;
    double sum = 0;
    for (size_t i = span.n - 2; i < span.n + 1; i++)
        sum += tame(span.y[i]);
    put(out, 0, sum / 3);
    return ALM_OK;
}

static enum alm_status forecast_wild(const void *self, const struct alm_history *history,
                                     struct alm_forecast *out, struct alm_error *error)
{
    (void)self, (void)error;
    const double last = last_of(history->series[0].target);
    put(out, 0, last > 0 ? (double)INFINITY : last);
    return ALM_OK;
}

static enum alm_status save(const void *self, struct alm_bytes *out, struct alm_error *error)
{
    alm_bytes_put_f64(out, ((const struct state *)self)->value);
    return alm_bytes_check(out, error);
}

static enum alm_status load(void *self, struct alm_bytes_reader *in, struct alm_error *error)
{
    (void)error;
    ((struct state *)self)->value = alm_bytes_get_f64(in);
    return ALM_OK;
}

#define TYPE(text, more, least, fitting, forecasting)                                                        \
    {                                                                                                        \
        .name = text, .summary = text, .use = text, .reference = text, .traits = ALM_TRAIT_MISSING | (more), \
        .create = create, .minimum_history = least, .fit = fitting, .forecast = forecasting, .save = save,   \
        .load = load, .free = free,                                                                          \
    }

static const struct alm_forecaster_type types[] = {
    TYPE("peek", 0, minimum, NULL, forecast_peek),
    TYPE("peek-past", 0, minimum, NULL, forecast_peek_past),
    TYPE("peek-future", 0, minimum, NULL, forecast_peek_future),
    TYPE("centred", 0, minimum, NULL, forecast_centred),
    TYPE("peek-fit", 0, minimum, fit_peek, forecast_value),
    TYPE("whole", 0, minimum, fit_whole, forecast_value),
    TYPE("noise", ALM_TRAIT_RANDOM, minimum, fit_noise, forecast_value),
    TYPE("pool", ALM_TRAIT_RANDOM | ALM_TRAIT_GLOBAL, minimum, fit_pool, forecast_value),
    TYPE("fragile", 0, minimum, fit_fragile, forecast_value),
    TYPE("wild", 0, minimum, NULL, forecast_wild),
    TYPE("hungry", 0, minimum_40, fit_noise, forecast_value),
};

const struct alm_forecaster_type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0) return &types[i];
    return alm_forecaster_type_find(name);
}

/* ---- plans and results ---- */

struct alm_plan *make_plan(const struct alm_backtest_settings *settings, struct alm_series **series,
                           size_t n_series, const char *const *specs, size_t n_specs)
{
    struct alm_plan *plan;
    struct alm_error error = {0};
    cr_assert(eq(int,
                 alm_plan_create(&plan, settings, (const struct alm_series *const *)series, n_series, specs,
                                 n_specs, &error),
                 ALM_OK),
              "%s", error.text);
    return plan;
}

void kept_init(struct kept *kept, const struct alm_plan *plan)
{
    *kept = (struct kept){.order_ok = true, .last = SIZE_MAX};
    kept->task = calloc(plan->n_tasks, sizeof *kept->task);
}

void kept_clear(struct kept *kept, const struct alm_plan *plan)
{
    for (size_t i = 0; i < plan->n_tasks; i++)
        alm_bytes_clear(&kept->task[i]);
    free(kept->task);
}

static void write_row(struct alm_bytes *out, const struct alm_task_result *result,
                      const struct alm_series_result *row)
{
    alm_bytes_put_u64(out, row->series);
    alm_bytes_put_u32(out, (uint32_t)row->status);
    alm_bytes_put_text(out, row->reason);
    alm_bytes_put_u32(out, row->has_origin);
    if (!row->has_origin) return;
    alm_bytes_put_u64(out, row->origin_bar);
    alm_bytes_put_u64(out, (uint64_t)row->origin_ts);
    alm_bytes_put_u64(out, (uint64_t)row->train_first);
    alm_bytes_put_u64(out, (uint64_t)row->train_last);
    alm_bytes_put_u64(out, row->n_train);
    alm_bytes_put_u64(out, row->filled);
    alm_bytes_put_f64(out, row->mase_scale);
    alm_bytes_put_f64(out, row->rmsse_scale);
    alm_bytes_put(out, row->time, result->horizon * sizeof *row->time);
    alm_bytes_put_f64s(out, row->actual, result->horizon);
    if (row->forecast != NULL) alm_bytes_put_f64s(out, row->forecast, result->horizon);
    if (row->quantile != NULL) alm_bytes_put_f64s(out, row->quantile, result->horizon * result->n_levels);
}

static enum alm_status keep(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    struct kept *kept = context;
    struct alm_bytes *out = &kept->task[result->task];
    kept->order_ok = kept->order_ok && (kept->last == SIZE_MAX || result->task > kept->last);
    kept->last = result->task;
    kept->n_tasks++;
    kept->n_epochs += result->n_epochs;
    for (size_t i = 0; i < result->n_series; i++) {
        write_row(out, result, &result->series[i]);
        kept->n_failed += result->series[i].has_origin && result->series[i].status != ALM_OK;
    }
    for (size_t i = 0; i < result->n_epochs; i++)
        alm_bytes_put_f64(out, result->epoch[i].epoch.train_loss);
    return alm_bytes_check(out, error);
}

struct alm_sink kept_sink(struct kept *kept)
{
    return (struct alm_sink){kept, keep};
}

void run_plan(struct kept *kept, const struct alm_plan *plan, size_t jobs, const bool *done)
{
    const struct alm_backtest_control control = {.jobs = jobs, .done = done};
    const struct alm_sink sink = kept_sink(kept);
    struct alm_error error = {0};
    cr_assert(eq(int, alm_backtest_run(plan, &control, &sink, &error), ALM_OK), "%s", error.text);
}

bool same_bytes(const struct alm_bytes *a, const struct alm_bytes *b)
{
    return a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}
