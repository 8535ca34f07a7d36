/* A training that is stopped anywhere and goes on from its last state ends with the bits of one that nobody
 * disturbed. */
#include "nn/trainer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { T = 5, SAMPLES = 50, MOST_EPOCHS = 40 };

static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};

/* Every pass has an order of its own. With a context, the values turn wild in pass 2. */
static enum alm_status fill(void *context, struct alm_batch *batch, size_t pass, size_t first,
                            struct alm_error *error)
{
    const double *wild = context;
    (void)error;
    for (size_t row = 0; row < batch->rows; row++) {
        const double phase = 0.37 * (double)((7 * (first + row) + 3 * pass) % SAMPLES);
        for (size_t t = 0; t < batch->steps; t++) {
            batch->x[t * batch->rows + row] = (float)sin(0.6 * (double)t + phase);
            batch->y[t * batch->rows + row] = (float)sin(0.6 * (double)(t + 1) + phase);
            batch->weight[t * batch->rows + row] = 1;
        }
        if (wild != NULL && pass == 2) batch->y[row] = (float)*wild;
    }
    return ALM_OK;
}

static struct alm_network *make(enum alm_precision precision)
{
    const struct alm_network_shape shape = {.inputs = 1,
                                            .hidden = 6,
                                            .layers = 2,
                                            .horizon = 1,
                                            .levels = 1,
                                            .labels = ALM_LABELS_ALL,
                                            .precision = precision};
    struct alm_network *network;
    struct alm_random *random;
    cr_assert(eq(int, alm_network_create(&network, &shape, NULL), ALM_OK));
    cr_assert(eq(int, alm_random_create(&random, 4, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_init(network, random, NULL), ALM_OK));
    alm_random_free(random);
    return network;
}

/* What a process would keep of a training, and when it is stopped. */
struct keeper {
    struct alm_bytes state;
    struct alm_train_epoch epochs[MOST_EPOCHS];
    size_t n_epochs, clock, stop_at; /* the clock's call at which cancel is set; 0: never */
    struct alm_cancel cancel;
    bool deaf;   /* a process that is killed keeps no state at its end */
    double step; /* seconds from call to call of the clock */
};

static double tick(void *context)
{
    struct keeper *keeper = context;
    if (++keeper->clock == keeper->stop_at) alm_cancel_request(&keeper->cancel, 2);
    return (double)keeper->clock * keeper->step;
}

static enum alm_status keep_epoch(void *context, const struct alm_train_epoch *epoch, struct alm_error *error)
{
    struct keeper *keeper = context;
    (void)error;
    cr_assert(keeper->n_epochs < MOST_EPOCHS);
    keeper->epochs[keeper->n_epochs++] = *epoch;
    return ALM_OK;
}

static enum alm_status keep_state(void *context, const struct alm_bytes *state, struct alm_error *error)
{
    struct keeper *keeper = context;
    (void)error;
    if (keeper->deaf && alm_cancelled(&keeper->cancel)) return ALM_OK;
    alm_bytes_clear(&keeper->state);
    alm_bytes_put(&keeper->state, state->data, state->length);
    return ALM_OK;
}

static enum alm_status run(struct alm_network *network, struct keeper *keeper,
                           const struct alm_trainer_settings *settings, double *wild,
                           struct alm_train_result *result)
{
    const struct alm_batch_source train = {wild, SAMPLES, fill}, validation = {NULL, 17, fill};
    struct alm_bytes old = keeper->state;
    const struct alm_trainer_hooks hooks = {
        .cancel = &keeper->cancel,
        .context = keeper,
        .epoch = keep_epoch,
        .seconds = tick,
        .checkpoint = keep_state,
        .state = old.data,
        .state_length = old.length,
    };
    keeper->state = (struct alm_bytes){0};
    keeper->n_epochs = 0;
    const enum alm_status status =
        alm_trainer_run(result, network, &mse, &train, &validation, settings, &hooks, NULL);
    if (keeper->state.length == 0)
        keeper->state = old; /* nothing newer was kept */
    else
        alm_bytes_clear(&old);
    return status;
}

/* Stops the training after every `every` calls of the clock until it is done, and compares. */
static void compare_in(enum alm_precision precision, const struct alm_trainer_settings *settings,
                       double *wild, size_t every, bool deaf, size_t threads)
{
    struct alm_network *network[2] = {make(precision), make(precision)};
    struct keeper whole = {.step = 1}, broken = {.step = 1, .deaf = deaf};
    struct alm_trainer_settings s = *settings;
    struct alm_train_result result[2];
    size_t runs = 0;
    cr_assert(eq(int, run(network[0], &whole, &s, wild, &result[0]), ALM_OK));
    s.threads = threads;
    for (enum alm_status status = ALM_INTERRUPTED; status != ALM_OK; runs++) {
        cr_assert(runs < 1000);
        alm_network_free(network[1]);
        network[1] = make(precision);
        alm_cancel_request(&broken.cancel, 0);
        broken.stop_at = broken.clock + every + runs / 20; /* a killed one has to get to a checkpoint */
        status = run(network[1], &broken, &s, wild, &result[1]);
        cr_assert(status == ALM_OK || status == ALM_INTERRUPTED);
    }
    cr_assert(runs > 1);
    cr_assert(memcmp(network[0]->parameters, network[1]->parameters,
                     network[0]->n_parameters * sizeof(float)) == 0);
    cr_assert(eq(sz, whole.n_epochs, broken.n_epochs));
    for (size_t i = 0; i < whole.n_epochs; i++)
        cr_assert(memcmp(&whole.epochs[i], &broken.epochs[i], sizeof whole.epochs[i]) == 0, "epoch %zu", i);
    cr_assert(eq(sz, result[0].epochs, result[1].epochs));
    cr_assert(eq(sz, result[0].best_epoch, result[1].best_epoch));
    cr_assert(eq(sz, result[0].diverged_epoch, result[1].diverged_epoch));
    cr_assert(eq(sz, result[0].optimiser_steps, result[1].optimiser_steps));
    cr_assert(memcmp(&result[0].validation_loss, &result[1].validation_loss, sizeof(double)) == 0);
    alm_bytes_clear(&whole.state);
    alm_bytes_clear(&broken.state);
    alm_network_free(network[0]);
    alm_network_free(network[1]);
}

static void compare(const struct alm_trainer_settings *settings, double *wild, size_t every, bool deaf,
                    size_t threads)
{
    compare_in(ALM_PRECISION_FP32, settings, wild, every, deaf, threads);
}

static const struct alm_trainer_settings settings = {
    .steps = T,
    .batch = 8,
    .epochs = 12,
    .clip = 1,
    .patience = 10,
    .keep_best = true,
    .schedule = {.kind = ALM_SCHEDULE_COSINE, .rate = 0.02, .warmup = 5},
};

Test(resume, every_optimiser_and_schedule_goes_on_with_the_same_bits_from_anywhere)
{
    for (size_t kind = 0; kind <= ALM_OPTIMISER_RMSPROP; kind++) {
        for (size_t schedule = 0; schedule <= ALM_SCHEDULE_PLATEAU; schedule++) {
            struct alm_trainer_settings s = settings;
            s.optimiser = (struct alm_optimiser_settings){
                .kind = (enum alm_optimiser_kind)kind, .decay = 0.01, .momentum = 0.8, .nesterov = kind == 2};
            s.schedule.kind = (enum alm_schedule_kind)schedule;
            s.schedule.fall = 0.5, s.schedule.fall_epochs = 2;
            for (size_t every = 4; every < 30; every += 5) {
                compare(&s, NULL, every, false, 1); /* cancelled, in the midst of epochs, too */
                compare(&s, NULL, every, true, 1);  /* killed: goes on from the last state before */
            }
        }
    }
}

Test(resume, epochs_shorter_than_a_pass_and_accumulated_batches_go_on)
{
    struct alm_trainer_settings s = settings;
    s.epoch_steps = 3;
    compare(&s, NULL, 6, false, 1);
    s.accumulate = 2;
    compare(&s, NULL, 7, false, 1);
}

Test(resume, other_numbers_of_threads_go_on_with_the_same_bits)
{
    compare(&settings, NULL, 13, false, 2);
    compare(&settings, NULL, 13, false, 4);
}

Test(resume, bf16_goes_on_with_the_same_bits_on_any_number_of_threads)
{
    compare_in(ALM_PRECISION_BF16, &settings, NULL, 13, false, 1);
    compare_in(ALM_PRECISION_BF16, &settings, NULL, 7, true, 2);
}

Test(resume, a_second_attempt_goes_on_as_such)
{
    struct alm_trainer_settings s = settings;
    double wild = 1e15; /* each attempt sees it in its third pass */
    struct keeper keeper = {.step = 1};
    struct alm_network *network = make(ALM_PRECISION_FP32);
    s.retry = true;
    s.epochs = 2;
    s.schedule = (struct alm_schedule){.rate = 1.2}; /* diverges at once, and its tenth does not */
    s.optimiser.kind = ALM_OPTIMISER_SGD;
    s.clip = 0;
    struct alm_train_result result;
    cr_assert(eq(int, run(network, &keeper, &s, NULL, &result), ALM_OK));
    cr_assert(result.diverged_epoch > 0);
    alm_bytes_clear(&keeper.state);
    alm_network_free(network);
    for (size_t every = 4; every < 20; every += 3)
        compare(&s, NULL, every, false, 1);
    s.epochs = 5;
    network = make(ALM_PRECISION_FP32);
    keeper = (struct keeper){.step = 1};
    cr_assert(eq(int, run(network, &keeper, &s, &wild, &result), ALM_DIVERGED));
    alm_bytes_clear(&keeper.state);
    alm_network_free(network);
}

Test(resume, a_finished_training_is_not_done_again)
{
    struct keeper keeper = {.step = 1};
    struct alm_network *network[2] = {make(ALM_PRECISION_FP32), make(ALM_PRECISION_FP32)};
    cr_assert(eq(int, run(network[0], &keeper, &settings, NULL, NULL), ALM_OK));
    const size_t clock = keeper.clock;
    cr_assert(eq(int, run(network[1], &keeper, &settings, NULL, NULL), ALM_OK));
    cr_assert(keeper.clock <= clock + 2);
    cr_assert(memcmp(network[0]->parameters, network[1]->parameters,
                     network[0]->n_parameters * sizeof(float)) == 0);
    alm_bytes_clear(&keeper.state);
    for (size_t i = 0; i < 2; i++)
        alm_network_free(network[i]);
}

/* A training of few epochs goes on to more: 3, 5, 12, or less where patience ends it. */
static void raise_epochs(struct alm_trainer_settings s)
{
    static const size_t epochs[] = {3, 5, 12};
    struct alm_network *network[2] = {make(ALM_PRECISION_FP32), NULL};
    struct keeper whole = {.step = 1}, risen = {.step = 1};
    struct alm_train_result result[2];
    cr_assert(eq(int, run(network[0], &whole, &s, NULL, &result[0]), ALM_OK));
    for (size_t i = 0; i < 3; i++) {
        alm_network_free(network[1]);
        network[1] = make(ALM_PRECISION_FP32);
        s.epochs = epochs[i];
        cr_assert(eq(int, run(network[1], &risen, &s, NULL, &result[1]), ALM_OK));
        cr_assert(result[1].epochs <= epochs[i]);
    }
    cr_assert(eq(sz, result[0].epochs, result[1].epochs));
    cr_assert(eq(sz, whole.n_epochs, risen.n_epochs));
    cr_assert(memcmp(whole.epochs, risen.epochs, whole.n_epochs * sizeof *whole.epochs) == 0);
    cr_assert(memcmp(network[0]->parameters, network[1]->parameters,
                     network[0]->n_parameters * sizeof(float)) == 0);
    alm_bytes_clear(&whole.state);
    alm_bytes_clear(&risen.state);
    for (size_t i = 0; i < 2; i++)
        alm_network_free(network[i]);
}

Test(resume, more_epochs_go_on_to_the_bits_of_a_training_that_had_them_from_its_start)
{
    struct alm_trainer_settings s = settings;
    for (size_t schedule = 0; schedule <= ALM_SCHEDULE_PLATEAU; schedule++) {
        s.schedule.kind = (enum alm_schedule_kind)schedule;
        s.schedule.fall = 0.5, s.schedule.fall_epochs = 2;
        s.schedule_epochs = schedule == ALM_SCHEDULE_COSINE ? 12 : 0;
        s.patience = 10;
        raise_epochs(s);
        s.patience = 1;
        s.optimiser.kind = ALM_OPTIMISER_SGD;
        raise_epochs(s);
    }
}

Test(resume, cosine_without_a_length_of_its_own_does_not_go_on_to_more_epochs)
{
    struct alm_trainer_settings s = settings;
    struct keeper keeper = {.step = 1};
    struct alm_network *network = make(ALM_PRECISION_FP32);
    s.epochs = 3;
    cr_assert(eq(int, run(network, &keeper, &s, NULL, NULL), ALM_OK));
    s.epochs = 5;
    cr_assert(eq(int, run(network, &keeper, &s, NULL, NULL), ALM_PARSE));
    alm_bytes_clear(&keeper.state);
    alm_network_free(network);
}

Test(resume, time_spent_before_counts)
{
    struct alm_trainer_settings s = settings;
    struct keeper keeper = {.step = 1, .stop_at = 30};
    struct alm_train_result result;
    struct alm_network *network = make(ALM_PRECISION_FP32);
    s.time_limit = 50;
    cr_assert(eq(int, run(network, &keeper, &s, NULL, &result), ALM_INTERRUPTED));
    alm_network_free(network);
    network = make(ALM_PRECISION_FP32);
    alm_cancel_request(&keeper.cancel, 0);
    keeper.clock = 1000;
    cr_assert(eq(int, run(network, &keeper, &s, NULL, &result), ALM_OK));
    cr_assert(result.timed_out && keeper.clock > 1015 && keeper.clock < 1030, "%zu", keeper.clock);
    alm_bytes_clear(&keeper.state);
    alm_network_free(network);
}

Test(resume, states_of_other_trainings_and_damaged_ones_are_refused)
{
    struct keeper keeper = {.step = 1, .stop_at = 30};
    struct alm_network *network = make(ALM_PRECISION_FP32);
    struct alm_trainer_settings s = settings;
    cr_assert(eq(int, run(network, &keeper, &settings, NULL, NULL), ALM_INTERRUPTED));
    alm_cancel_request(&keeper.cancel, 0);
    s.schedule.rate *= 2;
    cr_assert(eq(int, run(network, &keeper, &s, NULL, NULL), ALM_PARSE));
    const size_t length = keeper.state.length;
    for (size_t n = 1; n < length; n += 1 + length / 100) {
        keeper.state.length = n;
        cr_assert(eq(int, run(network, &keeper, &settings, NULL, NULL), ALM_PARSE), "%zu bytes", n);
    }
    alm_bytes_clear(&keeper.state);
    alm_network_free(network);
}
