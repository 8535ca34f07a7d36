#include "forecast/lstm/bench.h"

#include "base/memory.h"
#include "forecast/lstm/answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t outputs_of(const struct alm_lstm_state *lstm)
{
    return lstm->plan.horizon * alm_lstm_channels(&lstm->plan) * lstm->loss.n_levels;
}

enum alm_status alm_lstm_bench_init(struct alm_lstm_bench *bench, const struct alm_lstm_state *lstm,
                                    struct alm_error *error)
{
    const size_t steps = lstm->plan.lookback / lstm->plan.segment;
    *bench = (struct alm_lstm_bench){.lstm = lstm};
    ALM_TRY(alm_tape_create_forward(&bench->tape, lstm->networks[0], steps, ALM_LSTM_ROWS, error));
    ALM_TRY(alm_batch_init(&bench->batch, &lstm->networks[0]->shape, steps, ALM_LSTM_ROWS, error));
    ALM_TRY(ALM_NEW(&bench->probability, lstm->loss.n_levels, error));
    const size_t frames = ALM_LSTM_ROWS * alm_lstm_channels(&lstm->plan);
    ALM_TRY(ALM_NEW(&bench->frame, frames, error));
    ALM_TRY(ALM_NEW(&bench->scratch, frames * alm_lstm_scratch(&lstm->plan), error));
    if (lstm->plan.carry)
        ALM_TRY(alm_state_create(&bench->states, &lstm->networks[0]->shape, ALM_LSTM_ROWS, error));
    ALM_TRY(ALM_NEW(&bench->answers, lstm->n_networks * ALM_LSTM_ROWS * outputs_of(lstm), error));
    ALM_TRY(ALM_NEW(&bench->times, ALM_LSTM_ROWS * lstm->plan.horizon, error));
    return ALM_NEW(&bench->votes, lstm->n_networks, error);
}

void alm_lstm_bench_clear(struct alm_lstm_bench *bench)
{
    alm_tape_free(bench->tape);
    alm_batch_clear(&bench->batch);
    alm_state_free(bench->states);
    free(bench->frame);
    free(bench->scratch);
    free(bench->answers);
    free(bench->votes);
    free(bench->times);
    free(bench->probability);
}

void alm_lstm_bench_put(struct alm_lstm_bench *bench, size_t row, size_t channel,
                        struct alm_lstm_window window)
{
    const struct alm_lstm_state *lstm = bench->lstm;
    const size_t at = row * alm_lstm_channels(&lstm->plan) + channel;
    alm_lstm_frame(&bench->frame[at], &lstm->plan, window,
                   bench->scratch + at * alm_lstm_scratch(&lstm->plan));
    alm_lstm_encode(&bench->batch, row, channel, &lstm->plan, &bench->frame[at]);
    if (lstm->plan.series_numbers)
        bench->batch.series[row] = alm_lstm_series_number(lstm, window.series->name);
}

/* Whether row `row`, whose last window is last, has a window that ends `back` windows before it. */
static bool put_earlier(struct alm_lstm_bench *bench, size_t row, struct alm_lstm_window last, size_t back)
{
    const size_t lookback = bench->lstm->plan.lookback;
    if (last.first < back * lookback) return false;
    struct alm_lstm_window window = last;
    window.first -= back * lookback;
    alm_lstm_bench_put(bench, row, 0, window);
    return true;
}

void alm_lstm_bench_warm(struct alm_lstm_bench *bench, size_t network, const bool *usable)
{
    struct alm_lstm_window last[ALM_LSTM_ROWS];
    const struct alm_network *net = bench->lstm->networks[network];
    const size_t rows = bench->batch.rows;
    if (bench->states == NULL) return;
    bench->batch.start = bench->batch.last = bench->states;
    for (size_t row = 0; row < rows; row++) {
        alm_state_forget(bench->states, &net->shape, row);
        if (usable[row]) last[row] = bench->frame[row].window;
    }
    for (size_t back = ALM_LSTM_WARM; back > 0; back--) {
        bool there[ALM_LSTM_ROWS], any = false;
        for (size_t row = 0; row < rows; row++) {
            there[row] = usable[row] && put_earlier(bench, row, last[row], back);
            any = any || there[row];
        }
        if (any) alm_network_forward(bench->tape, net, &bench->batch);
        for (size_t row = 0; any && row < rows; row++)
            if (!there[row]) alm_state_forget(bench->states, &net->shape, row);
    }
    for (size_t row = 0; row < rows; row++)
        if (usable[row]) put_earlier(bench, row, last[row], 0);
}

void alm_lstm_bench_run(struct alm_lstm_bench *bench, size_t network)
{
    const struct alm_lstm_state *lstm = bench->lstm;
    const size_t outputs = outputs_of(lstm), rows = bench->batch.rows;
    const alm_real *answer = alm_network_forward(bench->tape, lstm->networks[network], &bench->batch);
    if (lstm->plan.labels == ALM_LABELS_ALL) answer += (bench->batch.steps - 1) * rows * outputs;
    memcpy(bench->answers + network * ALM_LSTM_ROWS * outputs, answer, rows * outputs * sizeof *answer);
}

void alm_lstm_bench_read(double *values, double *base, double *scale, const struct alm_lstm_bench *bench,
                         size_t network, size_t row, size_t channel, size_t h)
{
    const struct alm_lstm_state *lstm = bench->lstm;
    const struct alm_lstm_frame *frame = &bench->frame[row * alm_lstm_channels(&lstm->plan) + channel];
    const size_t at = (network * ALM_LSTM_ROWS + row) * outputs_of(lstm) +
                      (channel * lstm->plan.horizon + h) * lstm->loss.n_levels;
    alm_loss_read(values, &lstm->loss, bench->answers + at);
    *base = alm_lstm_base(&lstm->plan, frame, lstm->plan.lookback, h);
    *scale = frame->scaler.scale;
}

/* The middle one of n values, or the mean of the two; sorts them. n is small. */
static double median(double *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const double v = values[i];
        size_t at = i;
        for (; at > 0 && values[at - 1] > v; at--)
            values[at] = values[at - 1];
        values[at] = v;
    }
    return n % 2 == 1 ? values[n / 2] : values[n / 2 - 1] + (values[n / 2] - values[n / 2 - 1]) / 2;
}

double alm_lstm_bench_vote(struct alm_lstm_bench *bench, size_t row, size_t channel, size_t h, double level)
{
    const struct alm_loss *loss = &bench->lstm->loss;
    double values[ALM_LOSS_MAX_LEVELS], base = 0, scale = 0;
    for (size_t i = 0; i < bench->lstm->n_networks; i++) {
        alm_lstm_bench_read(values, &base, &scale, bench, i, row, channel, h);
        bench->votes[i] =
            isnan(level) ? alm_answer_point(loss, values) : alm_answer_quantile(loss, values, level);
        if (isnan(bench->votes[i])) return (double)NAN;
    }
    return base + scale * median(bench->votes, bench->lstm->n_networks);
}

void alm_lstm_bench_classes(double *probability, struct alm_lstm_bench *bench, size_t row, size_t h)
{
    const struct alm_lstm_state *lstm = bench->lstm;
    const size_t n = lstm->loss.n_levels;
    double base, scale;
    for (size_t k = 0; k < n; k++)
        probability[k] = 0;
    for (size_t i = 0; i < lstm->n_networks; i++) {
        alm_lstm_bench_read(bench->probability, &base, &scale, bench, i, row, 0, h);
        for (size_t k = 0; k < n; k++)
            probability[k] += bench->probability[k] / (double)lstm->n_networks;
    }
}

/* Whether the classes that were learnt are those of a series. */
static enum alm_status check_labels(const struct alm_lstm_classes *classes,
                                    const struct alm_history_series *series, struct alm_error *error)
{
    if (series->n_labels != alm_lstm_one_hot(classes))
        return alm_fail(error, ALM_DATA, "this lstm was trained on %zu labels; %s has %zu",
                        alm_lstm_one_hot(classes), series->name, series->n_labels);
    if (classes->rule.n > 0 && alm_lstm_classes_find(classes, series->name) == NULL)
        return alm_fail(error, ALM_DATA, "this lstm has no bins for %s, which it was not trained on",
                        series->name);
    return ALM_OK;
}

enum alm_status alm_lstm_last_window(struct alm_lstm_window *out, bool *usable, int64_t *times,
                                     const struct alm_lstm_state *lstm,
                                     const struct alm_history_series *series, struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &lstm->plan;
    if (series->n_past != plan->n_past || series->n_future != plan->n_future ||
        series->n_statics != plan->n_statics)
        return alm_fail(
            error, ALM_DATA,
            "this lstm was trained with %zu past, %zu future and %zu static covariates; %s has %zu, "
            "%zu and %zu",
            plan->n_past, plan->n_future, plan->n_statics, series->name, series->n_past, series->n_future,
            series->n_statics);
    ALM_TRY(check_labels(&plan->classes, series, error));
    *usable = series->target.n >= plan->lookback &&
              !(plan->seasonal && series->season_length > plan->lookback) &&
              !(lstm->n_names > 0 && alm_lstm_series_number(lstm, series->name) == lstm->n_names);
    if (!*usable) return ALM_OK;
    *out = (struct alm_lstm_window){series, series->target.n - plan->lookback, times};
    if (alm_feature_count(plan->calendar) == 0) return ALM_OK;
    return alm_calendar_extend(times, &series->calendar, series->target, plan->horizon, error);
}
