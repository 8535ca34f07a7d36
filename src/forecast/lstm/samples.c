#include "forecast/lstm/samples.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

/* Windows that the training part is measured by at most. */
enum { MOST_MEASURED = 4096 };

void alm_lstm_sample(struct alm_lstm_frame *out, const struct alm_lstm_samples *samples, size_t pass,
                     size_t index, size_t channel)
{
    const size_t n = alm_window_set_count(samples->windows);
    if (samples->shuffled) index = alm_permuted(index, n, alm_random_key(samples->key, "pass", pass));
    const struct alm_window window = alm_window_set_at(samples->windows, index);
    const bool joint = alm_lstm_channels(samples->plan) > 1;
    const struct alm_history_series *cut = &samples->series[joint ? samples->shortest : window.series],
                                    *series = joint ? &samples->series[samples->order[channel]] : cut;
    /* channels end together */
    const size_t before_end = cut->target.n - (size_t)(window.y - cut->target.y);
    const size_t first = series->target.n - before_end, end = first + samples->plan->lookback;
    const struct alm_lstm_window w = {series, first, series->target.ts + end};
    alm_lstm_frame(out, samples->plan, w, samples->scratch);
}

/* ---- streams ---- */

/* Windows of a stream that are its own. */
static size_t stream_length(const struct alm_lstm_samples *samples)
{
    return (alm_window_set_count(samples->windows) + samples->streams - 1) / samples->streams;
}

size_t alm_lstm_sample_count(const struct alm_lstm_samples *samples)
{
    if (samples->streams == 0) return alm_window_set_count(samples->windows);
    return samples->streams * (samples->warm + stream_length(samples));
}

/* Whether window index begins where the one before it ends. */
static bool goes_on(const struct alm_lstm_samples *samples, size_t index)
{
    if (index == 0) return false;
    const struct alm_window before = alm_window_set_at(samples->windows, index - 1),
                            window = alm_window_set_at(samples->windows, index);
    return before.series == window.series && window.y - before.y == (ptrdiff_t)samples->plan->lookback;
}

static bool is_in_tail(const struct alm_lstm_samples *samples, const struct alm_lstm_frame *frame)
{
    const struct alm_history_series *series = frame->window.series;
    if (samples->tail == NULL) return true;
    return frame->window.first + samples->plan->lookback + samples->tail[series - samples->series] >=
           series->target.n;
}

/* Frame of sample i of a pass for row `row`, whose state is forgotten where the window does not go on with
 * that of the row before. False when it does not count. */
static bool take_sample(struct alm_lstm_frame *out, const struct alm_lstm_samples *samples,
                        const struct alm_batch *batch, size_t row, size_t pass, size_t i)
{
    if (samples->streams == 0) {
        alm_lstm_sample(out, samples, pass, i, 0);
        return true;
    }
    const size_t n = alm_window_set_count(samples->windows), place = i / samples->streams,
                 at = i % samples->streams * stream_length(samples) + place;
    const bool is_there = at >= samples->warm && at - samples->warm < n;
    const size_t index = is_there ? at - samples->warm : 0;
    if (place == 0 || !is_there || !goes_on(samples, index))
        alm_state_forget(batch->start, samples->shape, row);
    alm_lstm_sample(out, samples, pass, index, 0);
    return is_there && place >= samples->warm && is_in_tail(samples, out);
}

/* ---- weights ---- */

/* The window's last season, or the whole of it where that is longer. */
static double level_of(const struct alm_lstm_plan *plan, const struct alm_lstm_frame *frame)
{
    const size_t n = frame->season < plan->lookback ? frame->season : plan->lookback;
    return alm_mean_size(frame->y + plan->lookback - n, n);
}

static double difference_of(const struct alm_lstm_plan *plan, const struct alm_lstm_frame *frame)
{
    const size_t season = frame->season < plan->lookback ? frame->season : 1;
    return alm_seasonal_difference(frame->y, plan->lookback, season);
}

/* Infinite where there is no level or no difference: the largest weight is taken then. */
static double window_weight(const struct alm_lstm_weights *weights, const struct alm_lstm_plan *plan,
                            const struct alm_lstm_frame *frame)
{
    const double unit = frame->scaler.scale;
    switch (weights->kind) {
    case ALM_LSTM_WEIGHT_NONE:
        break;
    case ALM_LSTM_WEIGHT_SCALE:
        return unit;
    case ALM_LSTM_WEIGHT_LEVEL:
        return unit / level_of(plan, frame);
    case ALM_LSTM_WEIGHT_OWA:
        return unit / (weights->mase * difference_of(plan, frame)) +
               100 * unit / (weights->smape * level_of(plan, frame));
    }
    return 1;
}

/* Relative to the mean, within the most. */
static double relative_weight(const struct alm_lstm_weights *weights, const struct alm_lstm_plan *plan,
                              const struct alm_lstm_frame *frame)
{
    if (weights->kind == ALM_LSTM_WEIGHT_NONE || frame->scaler.scale == 0) return 1;
    double w = window_weight(weights, plan, frame) / weights->mean;
    if (weights->kind != ALM_LSTM_WEIGHT_SCALE && !(w < ALM_LSTM_MOST_WEIGHT)) w = ALM_LSTM_MOST_WEIGHT;
    return weights->squared ? w * w : w;
}

/* ---- batches ---- */

static void weigh(alm_real *weight, const struct alm_lstm_weights *weights, double window, size_t horizon)
{
    for (size_t h = 0; h < horizon; h++)
        weight[h] *= (alm_real)(weights->step > 0 ? window * pow((double)h + 1, -weights->step) : window);
}

/* Inputs and wanted answers of one channel of a row; those of channels stand side by side. */
static void fill_channel(struct alm_batch *batch, const struct alm_lstm_samples *samples, size_t row,
                         size_t channel, const struct alm_lstm_frame *frame, bool counts)
{
    const struct alm_lstm_plan *plan = samples->plan;
    const size_t steps = plan->lookback / plan->segment, channels = alm_lstm_channels(plan);
    const size_t unlabelled = plan->labels == ALM_LABELS_ALL ? 0 : steps - 1;
    const double weight = counts ? relative_weight(samples->weights, plan, frame) : 0;
    alm_lstm_encode(batch, row, channel, plan, frame);
    for (size_t step = unlabelled; step < steps; step++) {
        const size_t at = (((step - unlabelled) * batch->rows + row) * channels + channel) * plan->horizon;
        alm_lstm_wanted(batch->y + at, batch->weight + at, plan, frame, (step + 1) * plan->segment);
        weigh(batch->weight + at, samples->weights, weight, plan->horizon);
    }
}

enum alm_status alm_lstm_fill(void *context, struct alm_batch *batch, size_t pass, size_t first,
                              struct alm_error *error)
{
    const struct alm_lstm_samples *samples = context;
    const size_t channels = alm_lstm_channels(samples->plan);
    struct alm_lstm_frame frame;
    (void)error;
    for (size_t row = 0; row < batch->rows; row++) {
        const bool counts = take_sample(&frame, samples, batch, row, pass, first + row);
        fill_channel(batch, samples, row, 0, &frame, counts);
        if (samples->plan->series_numbers)
            batch->series[row] = samples->numbers[frame.window.series - samples->series];
        for (size_t channel = 1; channel < channels; channel++) {
            alm_lstm_sample(&frame, samples, pass, first + row, channel);
            fill_channel(batch, samples, row, channel, &frame, counts);
        }
    }
    return ALM_OK;
}

/* ---- what is learnt before training ---- */

struct running {
    double n, sum, squares;
};

static void add(struct running *r, double value)
{
    if (!isfinite(value)) return;
    r->n++;
    r->sum += value;
    r->squares += value * value;
}

static double mean_of(const struct running *r, double otherwise)
{
    return r->n > 0 ? r->sum / r->n : otherwise;
}

/* Adds MASE and sMAPE of the value one season before, over the window's horizon. */
static void add_naive(struct running *mase, struct running *smape, const struct alm_lstm_plan *plan,
                      const struct alm_lstm_frame *frame)
{
    const double difference = difference_of(plan, frame);
    const size_t season = frame->season <= plan->lookback ? frame->season : 1;
    for (size_t h = 0; h < plan->horizon; h++) {
        const size_t at = plan->lookback + h;
        const double actual = frame->y[at], naive = frame->y[at - season * (h / season + 1)];
        const double size = fabs(actual) + fabs(naive);
        if (difference > 0) add(mase, fabs(actual - naive) / difference);
        add(smape, size > 0 ? 200 * fabs(actual - naive) / size : 0);
    }
}

void alm_lstm_measure(struct alm_lstm_plan *plan, struct alm_lstm_weights *weights,
                      const struct alm_lstm_samples *samples)
{
    const size_t all = alm_window_set_count(samples->windows), n = all < MOST_MEASURED ? all : MOST_MEASURED;
    const size_t channels = alm_lstm_channels(plan);
    struct alm_lstm_samples some = *samples;
    struct running scale = {0}, mase = {0}, smape = {0}, weight = {0};
    struct alm_lstm_frame frame;
    some.shuffled = true;
    for (size_t i = 0; i < n; i++) {
        alm_lstm_sample(&frame, &some, 0, i, i % channels);
        if (frame.scaler.scale > 0) add(&scale, log(frame.scaler.scale));
        add_naive(&mase, &smape, plan, &frame);
    }
    const double centre = mean_of(&scale, 0),
                 variance = scale.n > 0 ? scale.squares / scale.n - centre * centre : 0;
    plan->log_scale = (struct alm_lstm_norm){centre, variance > 1e-12 ? sqrt(variance) : 0};
    weights->mase = fmax(mean_of(&mase, 1), 1e-9);
    weights->smape = fmax(mean_of(&smape, 1), 1e-9);
    for (size_t i = 0; i < n && weights->kind != ALM_LSTM_WEIGHT_NONE; i++) {
        alm_lstm_sample(&frame, &some, 0, i, i % channels);
        if (frame.scaler.scale > 0) add(&weight, window_weight(weights, plan, &frame));
    }
    weights->mean = weight.sum > 0 ? weight.sum / weight.n : 1;
}
