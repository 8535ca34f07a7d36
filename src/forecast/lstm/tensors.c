/* Norms of an inspected network's tensors, and of the loss's gradient by them. */
#include "forecast/lstm/inspect.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The last windows of a series that the gradient is taken over at most. */
enum { WINDOWS = 32 };

/* What one gradient needs. */
struct taking {
    struct alm_window_set *windows;
    struct alm_span span;
    struct alm_lstm_weights weights;
    uint32_t number;
    double *scratch;
    struct alm_batch batch;
    struct alm_tape *tape;
    alm_real *gradient;
    size_t shortest, *order; /* of the channels: [channels] */
};

static double norm(const alm_real *block, const struct alm_tensor *tensor)
{
    double sum = 0;
    for (size_t k = 0; k < tensor->rows * tensor->columns; k++)
        sum += (double)block[tensor->offset + k] * (double)block[tensor->offset + k];
    return sqrt(sum);
}

/* The last windows with all of their horizon, one bar apart. */
static enum alm_status cut(struct taking *t, const struct alm_lstm_looking *looking, struct alm_error *error)
{
    const struct alm_lstm_plan *plan = &looking->bench->lstm->plan;
    const struct alm_window_shape shape = {plan->lookback, plan->horizon, 1, plan->mask};
    for (size_t k = 1; k < looking->channels; k++)
        if (looking->series[k].target.n < looking->series[t->shortest].target.n) t->shortest = k;
    const struct alm_span all = looking->series[t->shortest].target;
    const size_t wanted = plan->lookback + plan->horizon + WINDOWS - 1;
    t->span = alm_span_suffix(all, all.n < wanted ? all.n : wanted);
    return alm_window_set_create(&t->windows, &t->span, 1, &shape, error);
}

static enum alm_status take(struct taking *t, const struct alm_lstm_looking *looking, struct alm_error *error)
{
    const struct alm_lstm_state *lstm = looking->bench->lstm;
    const struct alm_network *network = lstm->networks[looking->in->network];
    const size_t n = looking->in->n_windows, steps = looking->bench->batch.steps;
    struct alm_lstm_samples samples = {.plan = &lstm->plan,
                                       .weights = &t->weights,
                                       .series = looking->series,
                                       .order = t->order,
                                       .shortest = t->shortest,
                                       .windows = t->windows,
                                       .numbers = &t->number};
    struct alm_loss_sum total = {0};
    for (size_t k = 0; k < looking->channels; k++)
        t->order[k] = k;
    /* what windows count for beside each other is known to a fit only */
    t->weights =
        (struct alm_lstm_weights){.kind = ALM_LSTM_WEIGHT_NONE, .step = lstm->weights.step, .mean = 1};
    t->number = lstm->plan.series_numbers ? alm_lstm_series_number(lstm, looking->in->series) : 0;
    ALM_TRY(ALM_NEW(&t->scratch, alm_lstm_scratch(&lstm->plan), error));
    samples.scratch = t->scratch;
    ALM_TRY(ALM_NEW(&t->gradient, network->n_parameters, error));
    ALM_TRY(alm_batch_init(&t->batch, &network->shape, steps, n, error));
    ALM_TRY(alm_tape_create(&t->tape, network, steps, n, error));
    ALM_TRY(alm_lstm_fill(&samples, &t->batch, 0, 0, error));
    alm_network_gradient(&total, t->gradient, t->tape, network, &lstm->loss, &t->batch);
    if (!(total.weight > 0)) return ALM_OK;
    looking->in->loss = total.sum / total.weight;
    for (size_t i = 0; i < network->n_tensors; i++)
        looking->in->tensor[i].gradient = norm(t->gradient, &network->tensors[i]) / total.weight;
    return ALM_OK;
}

enum alm_status alm_lstm_look_at_tensors(const struct alm_lstm_looking *looking, struct alm_error *error)
{
    struct alm_inspection *in = looking->in;
    const struct alm_network *network = looking->bench->lstm->networks[in->network];
    struct taking t = {0};
    in->loss = (double)NAN;
    ALM_TRY(ALM_NEW(&in->tensor, network->n_tensors, error));
    for (; in->n_tensors < network->n_tensors; in->n_tensors++) {
        const struct alm_tensor *tensor = &network->tensors[in->n_tensors];
        struct alm_inspected_tensor *out = &in->tensor[in->n_tensors];
        *out = (struct alm_inspected_tensor){.rows = tensor->rows,
                                             .columns = tensor->columns,
                                             .norm = norm(network->parameters, tensor),
                                             .gradient = (double)NAN};
        snprintf(out->name, sizeof out->name, "%s", tensor->name);
    }
    ALM_TRY(ALM_NEW(&t.order, looking->channels, error));
    enum alm_status status = cut(&t, looking, error);
    if (status == ALM_OK) in->n_windows = alm_window_set_count(t.windows);
    if (status == ALM_OK && in->n_windows > 0) status = take(&t, looking, error);
    alm_window_set_free(t.windows);
    alm_batch_clear(&t.batch);
    alm_tape_free(t.tape);
    free(t.gradient);
    free(t.order);
    free(t.scratch);
    return status;
}
