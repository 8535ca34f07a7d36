/* Truncated backpropagation: the states that a batch ends with begin the next one. */
#include "nn/trainer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { T = 4, ROWS = 3, PARTS = 5 };

static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};

struct source {
    struct alm_network_shape shape;
    bool forget; /* every part begins anew */
};

static void put(struct alm_batch *batch, size_t step, size_t row, size_t stream, size_t time)
{
    batch->x[step * batch->rows + row] = (float)sin(0.6 * (double)time + (double)stream);
    batch->y[step * batch->rows + row] = (float)sin(0.6 * (double)(time + 1) + (double)stream);
    batch->weight[step * batch->rows + row] = 1;
}

/* Sample i is part i / ROWS of the stream i % ROWS. */
static enum alm_status fill(void *context, struct alm_batch *batch, size_t pass, size_t first,
                            struct alm_error *error)
{
    const struct source *source = context;
    (void)pass, (void)error;
    for (size_t row = 0; row < batch->rows; row++) {
        const size_t stream = (first + row) % ROWS, part = (first + row) / ROWS;
        if (part == 0 || source->forget) alm_state_forget(batch->start, &source->shape, row);
        for (size_t t = 0; t < T; t++)
            put(batch, t, row, stream, part * T + t);
    }
    return ALM_OK;
}

static struct alm_network *make(const struct alm_network_shape *shape)
{
    struct alm_network *network;
    struct alm_random *random;
    cr_assert(eq(int, alm_network_create(&network, shape, NULL), ALM_OK));
    cr_assert(eq(int, alm_random_create(&random, 4, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_init(network, random, NULL), ALM_OK));
    alm_random_free(random);
    return network;
}

static double loss_of_whole_streams(const struct alm_network *network)
{
    struct alm_batch batch;
    struct alm_tape *tape;
    struct alm_loss_sum sum = {0};
    cr_assert(eq(int, alm_batch_init(&batch, &network->shape, PARTS * T, ROWS, NULL), ALM_OK));
    cr_assert(eq(int, alm_tape_create(&tape, network, PARTS * T, ROWS, NULL), ALM_OK));
    for (size_t row = 0; row < ROWS; row++)
        for (size_t t = 0; t < PARTS * T; t++)
            put(&batch, t, row, row, t);
    alm_network_gradient(&sum, NULL, tape, network, &mse, &batch);
    alm_tape_free(tape);
    alm_batch_clear(&batch);
    return sum.sum / sum.weight;
}

Test(carry, parts_of_streams_give_the_loss_of_whole_ones)
{
    for (int cell = ALM_CELL_LSTM; cell <= ALM_CELL_SLSTM; cell++) {
        struct source source = {.shape = {.inputs = 1,
                                          .hidden = 5,
                                          .layers = 2,
                                          .horizon = 1,
                                          .levels = 1,
                                          .labels = ALM_LABELS_ALL,
                                          .cell = (enum alm_cell_kind)cell}};
        struct alm_network *network = make(&source.shape);
        const struct alm_batch_source parts = {&source, PARTS * ROWS, fill};
        const struct alm_trainer_settings s = {
            .steps = T, .batch = ROWS, .epochs = 1, .carry = true, .schedule = {.rate = 0}};
        struct alm_train_result result;
        cr_assert(eq(int, alm_trainer_run(&result, network, &mse, &parts, &parts, &s, NULL, NULL), ALM_OK));
        const double whole = loss_of_whole_streams(network);
        cr_assert(epsilon_eq(dbl, result.validation_loss, whole, 1e-6));
        source.forget = true;
        cr_assert(eq(int, alm_trainer_run(&result, network, &mse, &parts, &parts, &s, NULL, NULL), ALM_OK));
        cr_assert(fabs(result.validation_loss - whole) > 1e-4);
        alm_network_free(network);
    }
}

/* ---- going on ---- */

struct keeper {
    struct alm_bytes state;
    size_t ticks, stop_at;
    struct alm_cancel cancel;
};

static double tick(void *context)
{
    struct keeper *keeper = context;
    if (++keeper->ticks == keeper->stop_at) alm_cancel_request(&keeper->cancel, 2);
    return (double)keeper->ticks;
}

static enum alm_status keep(void *context, const struct alm_bytes *state, struct alm_error *error)
{
    struct keeper *keeper = context;
    (void)error;
    alm_bytes_clear(&keeper->state);
    alm_bytes_put(&keeper->state, state->data, state->length);
    return ALM_OK;
}

Test(carry, a_training_that_was_stopped_within_a_stream_goes_on_with_the_same_bits)
{
    struct source source = {
        .shape = {
            .inputs = 1, .hidden = 5, .layers = 2, .horizon = 1, .levels = 1, .labels = ALM_LABELS_ALL}};
    const struct alm_batch_source parts = {&source, PARTS * ROWS, fill};
    const struct alm_trainer_settings s = {
        .steps = T, .batch = ROWS, .epochs = 4, .epoch_steps = 3, .carry = true, .schedule = {.rate = 0.05}};
    struct alm_network *whole = make(&source.shape);
    cr_assert(eq(int, alm_trainer_run(NULL, whole, &mse, &parts, &parts, &s, NULL, NULL), ALM_OK));
    for (size_t every = 4; every < 16; every++) {
        struct keeper keeper = {.stop_at = every};
        enum alm_status status = ALM_INTERRUPTED;
        for (size_t runs = 0; status != ALM_OK; runs++) {
            struct alm_network *network = make(&source.shape);
            struct alm_bytes old = keeper.state;
            const struct alm_trainer_hooks hooks = {.cancel = &keeper.cancel,
                                                    .context = &keeper,
                                                    .seconds = tick,
                                                    .checkpoint = keep,
                                                    .state = old.data,
                                                    .state_length = old.length};
            cr_assert(runs < 100);
            keeper.state = (struct alm_bytes){0};
            status = alm_trainer_run(NULL, network, &mse, &parts, &parts, &s, &hooks, NULL);
            cr_assert(status == ALM_OK || status == ALM_INTERRUPTED);
            if (status == ALM_OK)
                cr_assert(
                    memcmp(network->parameters, whole->parameters, whole->n_parameters * sizeof(float)) == 0);
            alm_network_free(network);
            alm_bytes_clear(&old);
            alm_cancel_request(&keeper.cancel, 0);
            keeper.stop_at = keeper.ticks + every;
        }
        alm_bytes_clear(&keeper.state);
    }
    alm_network_free(whole);
}
