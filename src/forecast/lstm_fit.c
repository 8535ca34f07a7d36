/* The fit of the forecaster `lstm`: windows, network, training. */
#include "forecast/lstm_state.h"

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

/* What one fit needs beside the network. */
struct fitting {
    struct alm_span *train, *tail; /* [n_series] */
    size_t *season;
    struct alm_lstm_samples samples, validation;
    const struct alm_fit_hooks *hooks;
};

/* Training windows end before a series' tail; those of the tail have their targets within it. */
static enum alm_status cut_windows(struct fitting *f, const struct alm_lstm_state *lstm,
                                   const struct alm_history *history, struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &lstm->plan;
    struct alm_window_shape shape = {plan->lookback, plan->horizon, alm_config_size(lstm->config, "stride")};
    size_t bars = 0;
    ALM_TRY(ALM_NEW(&f->train, history->n_series, error));
    ALM_TRY(ALM_NEW(&f->tail, history->n_series, error));
    ALM_TRY(ALM_NEW(&f->season, history->n_series, error));
    for (size_t i = 0; i < history->n_series; i++) {
        const struct alm_span y = history->series[i].target;
        const size_t tail = tail_of(lstm, y.n);
        f->season[i] = history->series[i].season_length;
        f->train[i] = alm_span_prefix(y, y.n - tail);
        f->tail[i] = alm_span_suffix(y, tail == 0 ? 0 : tail + plan->lookback);
        bars += tail;
    }
    ALM_TRY(alm_window_set_create(&f->samples.windows, f->train, history->n_series, &shape, error));
    if (bars / MOST_VALIDATION >= shape.stride) shape.stride = bars / MOST_VALIDATION + 1;
    return alm_window_set_create(&f->validation.windows, f->tail, history->n_series, &shape, error);
}

static enum alm_status make_network(struct alm_lstm_state *lstm, struct alm_error *error)
{
    const struct alm_network_shape shape = {
        .inputs = lstm->plan.segment,
        .hidden = alm_config_size(lstm->config, "hidden"),
        .layers = alm_config_size(lstm->config, "layers"),
        .horizon = lstm->plan.horizon,
        .levels = lstm->loss.n_levels,
        .labels = lstm->plan.labels,
    };
    struct alm_random *random;
    ALM_TRY(alm_network_create(&lstm->network, &shape, error));
    ALM_TRY(alm_random_create(&random, alm_random_key(lstm->seed, "weights", 0), error));
    const enum alm_status status = alm_network_init(lstm->network, random, error);
    alm_random_free(random);
    return status;
}

static enum alm_status train(struct alm_lstm_state *lstm, struct fitting *f, struct alm_error *error)
{
    f->samples.plan = f->validation.plan = lstm->plan;
    f->samples.season = f->validation.season = f->season;
    f->samples.shuffled = true;
    f->samples.key = alm_random_key(lstm->seed, "order", 0);
    const struct alm_batch_source samples = {&f->samples, alm_window_set_count(f->samples.windows),
                                             alm_lstm_fill};
    const struct alm_batch_source tail = {&f->validation, alm_window_set_count(f->validation.windows),
                                          alm_lstm_fill};
    if (samples.n == 0) return alm_fail(error, ALM_DATA, "lstm: no window of the history is whole");
    return alm_lstm_train(&lstm->result, lstm->network, lstm, &samples, &tail, f->hooks, 0, error);
}

static void set_sizes(struct alm_lstm_state *lstm, const struct alm_history *history)
{
    lstm->plan.horizon = history->horizon;
    lstm->plan.lookback = 0;
    for (size_t i = 0; i < history->n_series; i++) {
        const size_t n = alm_lstm_lookback(lstm, history->series[i].season_length, history->horizon);
        if (n > lstm->plan.lookback) lstm->plan.lookback = n;
    }
}

static enum alm_status check_seasons(const struct alm_lstm_state *lstm, const struct alm_history *history,
                                     struct alm_error *error)
{
    for (size_t i = 0; lstm->plan.seasonal && i < history->n_series; i++)
        if (history->series[i].season_length > lstm->plan.lookback)
            return alm_fail(error, ALM_DATA,
                            "lstm: residual=season needs a lookback of at least one season (%zu) for %s",
                            history->series[i].season_length, history->series[i].name);
    return ALM_OK;
}

enum alm_status alm_lstm_fit(void *self, const struct alm_history *history, const struct alm_fit_hooks *hooks,
                             struct alm_error *error)
{
    struct alm_lstm_state *lstm = self;
    struct fitting f = {.hooks = hooks};
    alm_network_free(lstm->network);
    lstm->network = NULL;
    set_sizes(lstm, history);
    ALM_TRY(check_seasons(lstm, history, error));
    enum alm_status status = make_network(lstm, error);
    if (status == ALM_OK) status = cut_windows(&f, lstm, history, error);
    if (status == ALM_OK) status = train(lstm, &f, error);
    alm_window_set_free(f.samples.windows);
    alm_window_set_free(f.validation.windows);
    free(f.train);
    free(f.tail);
    free(f.season);
    return status;
}
