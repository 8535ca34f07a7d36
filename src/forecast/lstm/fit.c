/* The fit of the forecaster `lstm`: windows, networks, training. */
#include "forecast/lstm/state.h"

#include "base/memory.h"
#include "base/random.h"

#include <stdlib.h>

/* About how many windows the validation loss is taken over at most. */
enum { MOST_VALIDATION = 4096 };

/* Bars at the end of a series of n that are kept for validation: none if too few would be left. */
static size_t tail_of(const struct alm_lstm_state *lstm, size_t n)
{
    const double share = alm_config_real(lstm->config, "validation");
    const size_t horizon = lstm->plan.horizon, wanted = (size_t)(share * (double)n);
    const size_t tail = share > 0 && wanted < horizon ? horizon : wanted;
    return n >= lstm->plan.lookback + horizon + tail ? tail : 0;
}

/* What one fit needs beside the networks. */
struct fitting {
    struct alm_span *train, *tail; /* [n_series] */
    uint32_t *numbers;             /* [n_series] with an embedding */
    size_t *order, shortest;       /* with joint channels: [n_series] */
    double *scratch;
    size_t *tail_bars; /* [n_series] */
    struct alm_lstm_samples samples, validation;
    const struct alm_fit_hooks *hooks;
};

/* Whether series i of n is one of those that are held out as a whole. */
static bool is_held_out(const struct alm_lstm_state *lstm, size_t i, size_t n)
{
    const double share = alm_config_real(lstm->config, "validation");
    const size_t wanted = (size_t)(share * (double)n), held = share > 0 && wanted == 0 ? 1 : wanted;
    return alm_permuted(i, n, alm_random_key(lstm->seed, "held out", 0)) < held;
}

/* Values of series i that its training windows see, and that its validation windows have targets in. */
static void share_out(struct fitting *f, const struct alm_lstm_state *lstm, const struct alm_history *history,
                      size_t i)
{
    const struct alm_span y = history->series[i].target;
    const size_t lookback = lstm->plan.lookback,
                 before = lookback * (lstm->plan.carry ? 1 + ALM_LSTM_WARM : 1);
    size_t tail = tail_of(lstm, lstm->joint ? history->series[f->shortest].target.n : y.n);
    if (alm_config_choice(lstm->config, "validate") == 1)
        tail = is_held_out(lstm, i, history->n_series) ? y.n : 0;
    f->train[i] = alm_span_prefix(y, y.n - tail);
    f->tail[i] = alm_span_suffix(y, tail == 0 ? 0 : before < y.n - tail ? tail + before : y.n);
    f->tail_bars[i] = tail;
}

/* Training windows end before a series' tail; those of the tail have their targets within it. */
static enum alm_status cut_windows(struct fitting *f, const struct alm_lstm_state *lstm,
                                   const struct alm_history *history, struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &lstm->plan;
    struct alm_window_shape shape = {plan->lookback, plan->horizon, alm_config_size(lstm->config, "stride"),
                                     plan->mask};
    size_t bars = 0;
    ALM_TRY(ALM_NEW(&f->train, history->n_series, error));
    ALM_TRY(ALM_NEW(&f->tail, history->n_series, error));
    ALM_TRY(ALM_NEW(&f->tail_bars, history->n_series, error));
    if (alm_config_choice(lstm->config, "validate") == 1 && history->n_series < 2)
        return alm_fail(error, ALM_DATA, "lstm: validate=series needs two series or more");
    if (plan->carry) shape.stride = plan->lookback;
    for (size_t i = 0; i < history->n_series; i++) {
        share_out(f, lstm, history, i);
        bars += f->tail_bars[i];
    }
    /* with joint channels the windows of one stand for those of all */
    const size_t first = lstm->joint ? f->shortest : 0, n = lstm->joint ? 1 : history->n_series;
    ALM_TRY(alm_window_set_create(&f->samples.windows, f->train + first, n, &shape, error));
    if (!plan->carry && bars / MOST_VALIDATION >= shape.stride) shape.stride = bars / MOST_VALIDATION + 1;
    return alm_window_set_create(&f->validation.windows, f->tail + first, n, &shape, error);
}

/* Channels stand in the order of the names that are kept. */
static enum alm_status order_channels(struct fitting *f, const struct alm_lstm_state *lstm,
                                      const struct alm_history *history, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&f->order, history->n_series, error));
    for (size_t i = 0; lstm->joint && i < history->n_series; i++)
        f->order[alm_lstm_series_number(lstm, history->series[i].name)] = i;
    return ALM_OK;
}

static size_t shortest_of(const struct alm_history *history)
{
    size_t shortest = 0;
    for (size_t i = 1; i < history->n_series; i++)
        if (history->series[i].target.n < history->series[shortest].target.n) shortest = i;
    return shortest;
}

/* What samples and validation share, and what is learnt before training. */
static enum alm_status prepare(struct fitting *f, struct alm_lstm_state *lstm,
                               const struct alm_history *history, struct alm_error *error)
{
    f->shortest = shortest_of(history);
    ALM_TRY(cut_windows(f, lstm, history, error));
    if (alm_window_set_count(f->samples.windows) == 0)
        return alm_fail(error, ALM_DATA, "lstm: no window of the history is whole");
    ALM_TRY(alm_lstm_learn(lstm, history, f->train, error));
    ALM_TRY(order_channels(f, lstm, history, error));
    ALM_TRY(ALM_NEW(&f->scratch, alm_lstm_scratch(&lstm->plan), error));
    if (lstm->plan.series_numbers) ALM_TRY(ALM_NEW(&f->numbers, history->n_series, error));
    for (size_t i = 0; lstm->plan.series_numbers && i < history->n_series; i++)
        f->numbers[i] = alm_lstm_series_number(lstm, history->series[i].name);
    struct alm_window_set *windows = f->validation.windows;
    f->samples = (struct alm_lstm_samples){.plan = &lstm->plan,
                                           .weights = &lstm->weights,
                                           .series = history->series,
                                           .windows = f->samples.windows,
                                           .numbers = f->numbers,
                                           .order = f->order,
                                           .shortest = f->shortest,
                                           .shuffled = true,
                                           .key = alm_random_key(lstm->seed, "order", 0),
                                           .scratch = f->scratch};
    f->validation = f->samples;
    f->validation.windows = windows;
    f->validation.shuffled = false;
    alm_lstm_measure(&lstm->plan, &lstm->weights, &f->samples);
    return ALM_OK;
}

static enum alm_status make_networks(struct alm_lstm_state *lstm, const struct alm_fit_hooks *hooks,
                                     struct alm_error *error)
{
    struct alm_network_shape shape;
    ALM_TRY(alm_lstm_shape(&shape, lstm, error));
    ALM_TRY(alm_lstm_check_memory(lstm, &shape, hooks, error));
    ALM_TRY(ALM_NEW(&lstm->networks, lstm->n_networks, error));
    ALM_TRY(ALM_NEW(&lstm->result, lstm->n_networks, error));
    for (size_t i = 0; i < lstm->n_networks; i++) {
        struct alm_random *random;
        ALM_TRY(alm_network_create(&lstm->networks[i], &shape, error));
        ALM_TRY(alm_random_create(&random, alm_random_key(lstm->seed, "weights", i), error));
        const enum alm_status status =
            alm_network_init_until(lstm->networks[i], random, hooks == NULL ? NULL : hooks->cancel, error);
        alm_random_free(random);
        ALM_TRY(status);
    }
    return ALM_OK;
}

/* The windows as streams of neighbours, of eight windows at least. */
static void make_streams(struct fitting *f, struct alm_lstm_state *lstm)
{
    const size_t n = alm_window_set_count(f->samples.windows) / 8,
                 batch = alm_config_size(lstm->config, "batch");
    lstm->streams = n < 1 ? 1 : n < batch ? n : batch;
    f->samples.streams = f->validation.streams = lstm->streams;
    f->samples.shape = f->validation.shape = &lstm->networks[0]->shape;
    f->samples.shuffled = false;
    f->validation.warm = ALM_LSTM_WARM;
    f->validation.tail = f->tail_bars;
}

static enum alm_status train(struct alm_lstm_state *lstm, struct fitting *f, struct alm_error *error)
{
    const struct alm_cancel *cancel = f->hooks == NULL ? NULL : f->hooks->cancel;
    ALM_TRY(alm_lstm_start_skip(lstm->networks, lstm, &f->samples, cancel, error));
    if (lstm->plan.carry) make_streams(f, lstm);
    return alm_lstm_train_ensemble(lstm, &f->samples, &f->validation, f->hooks, error);
}

enum alm_status alm_lstm_fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                             struct alm_error *error)
{
    struct alm_lstm_state *lstm = self;
    struct fitting f = {.hooks = hooks};
    alm_lstm_clear_fit(lstm);
    enum alm_status status = alm_lstm_size(lstm, history, error);
    if (status == ALM_OK) status = prepare(&f, lstm, history, error);
    if (status == ALM_OK) status = make_networks(lstm, hooks, error);
    if (status == ALM_OK) status = train(lstm, &f, error);
    if (status != ALM_OK) alm_lstm_clear_fit(lstm);
    alm_window_set_free(f.samples.windows);
    alm_window_set_free(f.validation.windows);
    free(f.train);
    free(f.tail);
    free(f.tail_bars);
    free(f.numbers);
    free(f.order);
    free(f.scratch);
    return status;
}
