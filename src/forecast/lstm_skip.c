/* Where training with a linear skip starts. */
#include "forecast/lstm_state.h"

#include "base/memory.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

/* Windows that ridge regression is over at most: more move it little. */
enum { MOST_WINDOWS = 1 << 18 };

/* Adds rows of a batch all of whose answers count, moved to its beginning. A row counts what its first answer
 * does: the closed form cannot weigh steps. */
static void add_rows(struct alm_ridge *ridge, struct alm_batch *batch)
{
    const size_t p = ridge->inputs, q = ridge->outputs;
    size_t n = 0;
    for (size_t row = 0; row < batch->rows; row++) {
        bool counts = true;
        for (size_t h = 0; h < q; h++)
            counts = counts && batch->weight[row * q + h] > 0;
        if (!counts) continue;
        memmove(batch->window + n * p, batch->window + row * p, p * sizeof *batch->window);
        memmove(batch->y + n * q, batch->y + row * q, q * sizeof *batch->y);
        batch->weight[n++] = batch->weight[row * q];
    }
    alm_ridge_add(ridge, batch->window, batch->y, batch->weight, n);
}

/* Windows in an order of their own, so that the first of them stand for all. */
static enum alm_status add_windows(struct alm_ridge *ridge, const struct alm_lstm_state *lstm,
                                   const struct alm_network_shape *shape,
                                   const struct alm_lstm_samples *samples, const struct alm_cancel *cancel,
                                   struct alm_error *error)
{
    struct alm_lstm_samples source = *samples;
    struct alm_batch batch = {0};
    const size_t all = alm_window_set_count(samples->windows), n = all < MOST_WINDOWS ? all : MOST_WINDOWS;
    const size_t block = n < 128 ? n : 128;
    enum alm_status status =
        alm_batch_init(&batch, shape, lstm->plan.lookback / lstm->plan.segment, block, error);
    source.shuffled = true;
    source.key = alm_random_key(lstm->seed, "ridge", 0);
    for (size_t first = 0; status == ALM_OK && first < n; first += block) {
        if (alm_cancelled(cancel)) status = alm_fail(error, ALM_INTERRUPTED, "training was interrupted");
        batch.rows = n - first < block ? n - first : block;
        if (status == ALM_OK) status = alm_lstm_fill(&source, &batch, 0, first, error);
        if (status == ALM_OK) add_rows(ridge, &batch);
    }
    alm_batch_clear(&batch);
    return status;
}

/* Outputs of a value that start at the linear answer: each quantile, or the first of location, scale …. */
static bool is_location(const struct alm_loss *loss, size_t output)
{
    return output == 0 || (loss->kind == ALM_LOSS_QUANTILE && !loss->monotone);
}

/* A head of segments shares its bias: each value of a segment starts at the mean over segments. */
static void start(struct alm_network *network, const struct alm_loss *loss, const double *w, const double *b)
{
    const struct alm_tensor *head = alm_tensor_find(network, "head.W"),
                            *bias = alm_tensor_find(network, "head.b"),
                            *skip = alm_tensor_find(network, "skip.S");
    const size_t horizon = network->shape.horizon, levels = network->shape.levels,
                 answer = bias->columns / levels;
    alm_real *p = network->parameters;
    memset(p + head->offset, 0, head->rows * head->columns * sizeof *p);
    for (size_t h = 0; h < horizon; h++)
        for (size_t q = 0; q < levels; q++) {
            if (!is_location(loss, q)) continue;
            p[bias->offset + h % answer * levels + q] += (alm_real)(b[h] * (double)answer / (double)horizon);
            for (size_t i = 0; i < skip->rows; i++)
                p[skip->offset + (i * horizon + h) * levels + q] = (alm_real)w[i * horizon + h];
        }
}

enum alm_status alm_lstm_start_skip(struct alm_network **networks, const struct alm_lstm_state *lstm,
                                    const struct alm_lstm_samples *samples, const struct alm_cancel *cancel,
                                    struct alm_error *error)
{
    const struct alm_network_shape *shape = &networks[0]->shape;
    struct alm_ridge ridge = {0};
    double *w = NULL, *b = NULL;
    if (lstm->skip == ALM_LSTM_SKIP_NONE) return ALM_OK;
    enum alm_status status = ALM_NEW(&w, shape->window * shape->horizon, error);
    if (status == ALM_OK) status = ALM_NEW(&b, shape->horizon, error);
    if (status == ALM_OK && lstm->skip == ALM_LSTM_SKIP_RIDGE) {
        status = alm_ridge_init(&ridge, shape->window, shape->horizon, error);
        if (status == ALM_OK) status = add_windows(&ridge, lstm, shape, samples, cancel, error);
        if (status == ALM_OK)
            status = alm_ridge_solve(w, b, &ridge, alm_config_real(lstm->config, "ridge"), error);
    }
    for (size_t i = 0; status == ALM_OK && i < lstm->n_networks; i++)
        start(networks[i], &lstm->loss, w, b);
    alm_ridge_clear(&ridge);
    free(w);
    free(b);
    return status;
}
