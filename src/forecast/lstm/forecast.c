/* The forecasts of the forecaster `lstm`. */
#include "forecast/lstm/bench.h"

#include <math.h>

static void put_step(struct alm_forecast *out, size_t i, size_t h, struct alm_lstm_bench *bench, size_t row,
                     size_t channel)
{
    double *quantile = out->quantile + (i * out->horizon + h) * out->n_levels;
    out->mean[i * out->horizon + h] = alm_lstm_bench_vote(bench, row, channel, h, (double)NAN);
    for (size_t q = 0; q < out->n_levels; q++) {
        quantile[q] = alm_lstm_bench_vote(bench, row, channel, h, out->level[q]);
        if (isnan(quantile[q])) out->has_quantiles[i] = false;
    }
}

static enum alm_status put_classes(struct alm_forecast *out, size_t i, struct alm_lstm_bench *bench,
                                   size_t row, struct alm_error *error)
{
    const struct alm_lstm_classes *classes = &bench->lstm->plan.classes;
    const struct alm_lstm_frame *frame = &bench->frame[row];
    const size_t n = classes->rule.n;
    const double last = alm_span_last((struct alm_span){.y = frame->y, .n = bench->lstm->plan.lookback});
    ALM_TRY(alm_forecast_set_classes(out, i, classes->rule.kind, n, error));
    alm_class_edges_at(out->classes[i].edge, &classes->rule, frame->edge, last);
    for (size_t h = 0; h < out->horizon; h++)
        alm_lstm_bench_classes(out->classes[i].probability + h * n, bench, row, h);
    return ALM_OK;
}

/* Rows without a forecast are NaN, which the wrapper reports. */
static void put_series(struct alm_forecast *out, size_t i, struct alm_lstm_bench *bench, size_t row,
                       size_t channel, bool usable)
{
    out->has_quantiles[i] = usable && out->n_levels > 0;
    for (size_t h = 0; h < out->horizon; h++)
        if (usable)
            put_step(out, i, h, bench, row, channel);
        else
            out->mean[i * out->horizon + h] = (double)NAN;
}

/* Forecasts series first .. first + rows in one pass. */
static enum alm_status forecast_rows(struct alm_forecast *out, struct alm_lstm_bench *bench,
                                     const struct alm_history *history, size_t first, size_t rows,
                                     struct alm_error *error)
{
    bool usable[ALM_LSTM_ROWS];
    struct alm_lstm_window window;
    bench->batch.rows = rows;
    for (size_t row = 0; row < rows; row++) {
        ALM_TRY(alm_lstm_last_window(&window, &usable[row], bench->times + row * bench->lstm->plan.horizon,
                                     bench->lstm, &history->series[first + row], error));
        if (usable[row]) alm_lstm_bench_put(bench, row, 0, window);
    }
    for (size_t i = 0; i < bench->lstm->n_networks; i++) {
        alm_lstm_bench_warm(bench, i, usable);
        alm_lstm_bench_run(bench, i);
    }
    for (size_t row = 0; row < rows; row++)
        if (usable[row] && bench->lstm->plan.classes.rule.n > 0)
            ALM_TRY(put_classes(out, first + row, bench, row, error));
        else
            put_series(out, first + row, bench, row, 0, usable[row]);
    return ALM_OK;
}

static enum alm_status forecast_recursively(struct alm_forecast *out, struct alm_lstm_bench *bench,
                                            const struct alm_history *history, size_t i,
                                            struct alm_error *error)
{
    struct alm_lstm_window window;
    bool usable;
    ALM_TRY(alm_lstm_last_window(&window, &usable, bench->times, bench->lstm, &history->series[i], error));
    if (usable) return alm_lstm_forecast_paths(out, i, bench, window, error);
    put_series(out, i, bench, 0, 0, false);
    return ALM_OK;
}

/* All series as channels of one row. */
static enum alm_status forecast_jointly(struct alm_forecast *out, struct alm_lstm_bench *bench,
                                        const struct alm_history *history, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = bench->lstm;
    struct alm_lstm_window window;
    bool usable;
    ALM_TRY(alm_lstm_check_channels(lstm, history, error));
    if (history->n_series != lstm->n_names)
        return alm_fail(error, ALM_DATA,
                        "lstm: channels=joint forecasts the %zu series it was trained on together, not %zu",
                        lstm->n_names, history->n_series);
    bench->batch.rows = 1;
    for (size_t i = 0; i < history->n_series; i++) {
        ALM_TRY(alm_lstm_last_window(&window, &usable, bench->times, lstm, &history->series[i], error));
        if (!usable)
            return alm_fail(error, ALM_DATA,
                            "lstm: channels=joint was not trained on %s, or it has fewer than %zu values",
                            history->series[i].name, lstm->plan.lookback);
        alm_lstm_bench_put(bench, 0, alm_lstm_series_number(lstm, history->series[i].name), window);
    }
    for (size_t i = 0; i < lstm->n_networks; i++)
        alm_lstm_bench_run(bench, i);
    for (size_t i = 0; i < history->n_series; i++)
        put_series(out, i, bench, 0, alm_lstm_series_number(lstm, history->series[i].name), true);
    return ALM_OK;
}

static enum alm_status forecast_all(struct alm_forecast *out, struct alm_lstm_bench *bench,
                                    const struct alm_history *history, struct alm_error *error)
{
    if (bench->lstm->joint) return forecast_jointly(out, bench, history, error);
    const size_t n = history->n_series, block = alm_lstm_is_recursive(bench->lstm) ? 1 : ALM_LSTM_ROWS;
    for (size_t first = 0; first < n; first += block) {
        if (alm_lstm_is_recursive(bench->lstm))
            ALM_TRY(forecast_recursively(out, bench, history, first, error));
        else
            ALM_TRY(forecast_rows(out, bench, history, first, n - first < block ? n - first : block, error));
    }
    return ALM_OK;
}

enum alm_status alm_lstm_forecast(const void *self, const struct alm_history *history,
                                  struct alm_forecast *out, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = self;
    struct alm_lstm_bench bench;
    if (lstm->networks == NULL)
        return alm_fail(error, ALM_INTERNAL, "lstm: asked to forecast before it was fitted");
    if (history->horizon > lstm->horizon)
        return alm_fail(error, ALM_DATA,
                        "this lstm was trained for a horizon of %zu and cannot forecast %zu steps",
                        lstm->horizon, history->horizon);
    enum alm_status status = alm_lstm_bench_init(&bench, lstm, error);
    const unsigned before = alm_denormals_flush();
    if (status == ALM_OK) status = forecast_all(out, &bench, history, error);
    alm_denormals_restore(before);
    alm_lstm_bench_clear(&bench);
    return status;
}
