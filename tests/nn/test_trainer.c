#include "nn/trainer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { T = 6, SAMPLES = 40 };

/* Sample k is a wave with its own phase; wanted are the next values. */
static enum alm_status fill_waves(void *context, struct alm_batch *batch, size_t pass, size_t first,
                                  struct alm_error *error)
{
    const float *poison = context;
    (void)pass;
    (void)error;
    for (size_t row = 0; row < batch->rows; row++) {
        const double phase = 0.37 * (double)((first + row) % SAMPLES);
        for (size_t t = 0; t < batch->steps; t++) {
            batch->x[t * batch->rows + row] = (float)sin(0.6 * (double)t + phase);
            batch->y[t * batch->rows + row] = (float)sin(0.6 * (double)(t + 1) + phase);
            batch->weight[t * batch->rows + row] = t > 0; /* one value does not tell the phase */
        }
        if (poison != NULL) batch->y[batch->rows + row] = *poison;
    }
    return ALM_OK;
}

static const struct alm_loss mse = {.kind = ALM_LOSS_MSE, .n_levels = 1};
static const struct alm_trainer_settings settings = {
    .steps = T,
    .batch = 16,
    .epochs = 60,
    .clip = 1,
    .schedule = {.kind = ALM_SCHEDULE_COSINE, .rate = 0.02, .warmup = 5}};

static struct alm_network *make_shape(const struct alm_network_shape *shape, uint64_t seed)
{
    struct alm_network *network;
    struct alm_random *random;
    cr_assert(eq(int, alm_network_create(&network, shape, NULL), ALM_OK));
    cr_assert(eq(int, alm_random_create(&random, seed, NULL), ALM_OK));
    cr_assert(eq(int, alm_network_init(network, random, NULL), ALM_OK));
    alm_random_free(random);
    return network;
}

static struct alm_network *make_in(enum alm_precision precision)
{
    const struct alm_network_shape shape = {.inputs = 1,
                                            .hidden = 8,
                                            .layers = 1,
                                            .horizon = 1,
                                            .levels = 1,
                                            .labels = ALM_LABELS_ALL,
                                            .precision = precision};
    return make_shape(&shape, 1);
}

static struct alm_network *make(uint64_t seed)
{
    const struct alm_network_shape shape = {
        .inputs = 1, .hidden = 8, .layers = 1, .horizon = 1, .levels = 1, .labels = ALM_LABELS_ALL};
    return make_shape(&shape, seed);
}

struct record {
    size_t epochs, stop_after;
    double first, last, best_validation, last_rate;
    struct alm_cancel *cancel;
};

static enum alm_status record_epoch(void *context, const struct alm_train_epoch *epoch,
                                    struct alm_error *error)
{
    struct record *record = context;
    (void)error;
    if (epoch->epoch == 1) record->first = epoch->train_loss;
    cr_assert(eq(sz, epoch->epoch, record->epochs + 1));
    record->epochs = epoch->epoch;
    record->last = epoch->train_loss;
    record->last_rate = epoch->learning_rate;
    record->best_validation = fmin(record->best_validation, epoch->validation_loss);
    if (record->epochs == record->stop_after) alm_cancel_request(record->cancel, 2);
    return ALM_OK;
}

Test(trainer, learns_a_batch_by_heart_in_either_precision)
{
    for (size_t precision = 0; precision < ALM_PRECISIONS; precision++) {
        struct alm_network *network = make_in((enum alm_precision)precision);
        struct record record = {0};
        const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
        const struct alm_trainer_hooks hooks = {.context = &record, .epoch = record_epoch};
        struct alm_trainer_settings longer = settings;
        longer.epochs = 300;
        cr_assert(eq(int, alm_trainer_run(NULL, network, &mse, &train, NULL, &longer, &hooks, NULL), ALM_OK));
        cr_assert(eq(sz, record.epochs, 300));
        cr_assert(record.first > 0.2 && record.last < 5e-3, "precision %zu: loss went from %g to %g",
                  precision, record.first, record.last);
        cr_assert(record.last_rate < settings.schedule.rate * 1e-2);
        alm_network_free(network);
    }
}

/* What has learnt its batch already, at a rate too large, so that no epoch is better than the start. */
Test(trainer, keeps_the_start_when_it_counts_and_no_epoch_is_better)
{
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    struct alm_network *start = make(1);
    cr_assert(eq(int, alm_trainer_run(NULL, start, &mse, &train, NULL, &settings, NULL, NULL), ALM_OK));
    const size_t bytes = start->n_parameters * sizeof(float);
    for (int counts = 0; counts < 2; counts++) {
        struct alm_network *network = make(1);
        struct alm_train_result result;
        struct alm_trainer_settings s = settings;
        memcpy(network->parameters, start->parameters, bytes);
        s.schedule.rate = 0.5, s.epochs = 9, s.patience = 3, s.keep_best = true, s.start_counts = counts;
        cr_assert(eq(int, alm_trainer_run(&result, network, &mse, &train, &train, &s, NULL, NULL), ALM_OK));
        const bool is_start = memcmp(network->parameters, start->parameters, bytes) == 0;
        cr_assert(is_start == (counts == 1) && (result.best_epoch == 0) == (counts == 1));
        if (counts) cr_assert(eq(sz, result.epochs, 3));
        alm_network_free(network);
    }
    alm_network_free(start);
}

Test(trainer, gives_the_same_bits_for_the_same_seed_and_others_for_another)
{
    struct alm_network *network[3] = {make(1), make(1), make(2)};
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    for (size_t i = 0; i < 3; i++)
        cr_assert(
            eq(int, alm_trainer_run(NULL, network[i], &mse, &train, NULL, &settings, NULL, NULL), ALM_OK));
    const size_t bytes = network[0]->n_parameters * sizeof(float);
    cr_assert(memcmp(network[0]->parameters, network[1]->parameters, bytes) == 0);
    cr_assert(memcmp(network[0]->parameters, network[2]->parameters, bytes) != 0);
    for (size_t i = 0; i < 3; i++)
        alm_network_free(network[i]);
}

Test(trainer, draws_masks_and_forget_samples_by_its_key)
{
    const struct alm_network_shape shape = {.inputs = 1,
                                            .hidden = 8,
                                            .layers = 1,
                                            .horizon = 1,
                                            .levels = 1,
                                            .forget = ALM_FORGET_ALL(ALM_FORGET_ZERO, 0.2, 0),
                                            .dropout_recurrent = 0.2};
    static const uint64_t keys[] = {0, 0, 1};
    struct alm_network *network[3];
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    for (size_t i = 0; i < 3; i++) {
        struct alm_trainer_settings s = settings;
        s.key = keys[i], s.epochs = 5, s.threads = i + 1;
        network[i] = make_shape(&shape, 1);
        cr_assert(eq(int, alm_trainer_run(NULL, network[i], &mse, &train, NULL, &s, NULL, NULL), ALM_OK));
    }
    const size_t bytes = network[0]->n_parameters * sizeof(float);
    cr_assert(memcmp(network[0]->parameters, network[1]->parameters, bytes) == 0);
    cr_assert(memcmp(network[0]->parameters, network[2]->parameters, bytes) != 0);
    for (size_t i = 0; i < 3; i++)
        alm_network_free(network[i]);
}

Test(trainer, catches_divergence)
{
    struct alm_network *network = make(1);
    float poison = NAN;
    const struct alm_batch_source train = {&poison, SAMPLES, fill_waves};
    struct alm_error error = {0};
    cr_assert(
        eq(int, alm_trainer_run(NULL, network, &mse, &train, NULL, &settings, NULL, &error), ALM_DIVERGED));
    cr_assert(strstr(error.text, "epoch 1") != NULL && strstr(error.text, "gradient norm") != NULL, "%s",
              error.text);
    struct alm_trainer_settings wild = settings;
    wild.schedule.rate = 1e30, wild.clip = 0, wild.schedule.warmup = 0;
    const struct alm_batch_source good = {NULL, SAMPLES, fill_waves};
    cr_assert(eq(int, alm_trainer_run(NULL, network, &mse, &good, NULL, &wild, NULL, &error), ALM_DIVERGED));
    alm_network_free(network);
}

Test(trainer, stops_when_cancelled)
{
    struct alm_network *network = make(1);
    struct alm_cancel cancel = {0};
    struct record record = {.stop_after = 3, .cancel = &cancel};
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    const struct alm_trainer_hooks hooks = {.cancel = &cancel, .context = &record, .epoch = record_epoch};
    cr_assert(eq(int, alm_trainer_run(NULL, network, &mse, &train, NULL, &settings, &hooks, NULL),
                 ALM_INTERRUPTED));
    cr_assert(eq(sz, record.epochs, 3));
    alm_network_free(network);
}

Test(trainer, keeps_the_weights_of_the_best_epoch_and_stops_early)
{
    struct alm_network *network = make(1);
    struct record record = {.best_validation = INFINITY};
    float wrong = 3; /* the validation set asks for something else, so that its loss turns upward */
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves}, other = {&wrong, SAMPLES, fill_waves};
    const struct alm_trainer_hooks hooks = {.context = &record, .epoch = record_epoch};
    struct alm_trainer_settings s = settings;
    s.patience = 2, s.keep_best = true, s.epochs = 200;
    struct alm_train_result result;
    cr_assert(eq(int, alm_trainer_run(&result, network, &mse, &train, &other, &s, &hooks, NULL), ALM_OK));
    cr_assert(result.epochs < 200 && result.epochs == result.best_epoch + 2);
    cr_assert(eq(dbl, result.validation_loss, record.best_validation));
    alm_network_free(network);
}

/* ---- the schedule ---- */

Test(trainer, rate_rises_then_falls)
{
    struct alm_schedule s = {.kind = ALM_SCHEDULE_COSINE, .rate = 1, .warmup = 4};
    const struct alm_schedule_state state = ALM_SCHEDULE_START;
    cr_assert(eq(dbl, alm_schedule_rate(&s, &state, 0, 104), 0.25));
    cr_assert(eq(dbl, alm_schedule_rate(&s, &state, 3, 104), 1));
    cr_assert(epsilon_eq(dbl, alm_schedule_rate(&s, &state, 54, 104), 0.5, 1e-12));
    cr_assert(alm_schedule_rate(&s, &state, 103, 104) < 1e-3);
    s.kind = ALM_SCHEDULE_CONSTANT;
    cr_assert(eq(dbl, alm_schedule_rate(&s, &state, 103, 104), 1));
}

Test(trainer, rate_falls_every_so_many_epochs)
{
    const struct alm_schedule s = {
        .kind = ALM_SCHEDULE_STEP, .rate = 1, .warmup = 2, .fall = 0.5, .fall_epochs = 3};
    struct alm_schedule_state state = ALM_SCHEDULE_START;
    const double expected[] = {1, 1, 0.5, 0.5, 0.5, 0.25};
    for (size_t epoch = 1; epoch <= 6; epoch++) {
        alm_schedule_end_epoch(&state, &s, epoch, 1);
        cr_assert(eq(dbl, alm_schedule_rate(&s, &state, 100, 200), expected[epoch - 1]));
    }
    cr_assert(eq(dbl, alm_schedule_rate(&s, &state, 0, 200), 0.5)); /* the warm-up comes first */
}

Test(trainer, rate_falls_when_the_loss_does_not)
{
    const struct alm_schedule s = {.kind = ALM_SCHEDULE_PLATEAU, .rate = 1, .fall = 0.1, .fall_epochs = 2};
    struct alm_schedule_state state = ALM_SCHEDULE_START;
    const double loss[] = {5, 4, 4, 4, 6, 3, 3.5, NAN, 3, 2};
    const double falls[] = {0, 0, 0, 1, 1, 1, 1, 2, 2, 2};
    for (size_t i = 0; i < sizeof loss / sizeof *loss; i++) {
        alm_schedule_end_epoch(&state, &s, i + 1, loss[i]);
        cr_assert(eq(dbl, (double)state.falls, falls[i]), "epoch %zu", i + 1);
    }
    cr_assert(epsilon_eq(dbl, alm_schedule_rate(&s, &state, 0, 9), 0.01, 1e-15));
}

/* ---- more of the settings ---- */

/* The wave as an accumulated batch sees it: piece by piece. */
Test(trainer, accumulated_batches_are_one_larger_batch)
{
    struct alm_network *network[2] = {make(1), make(1)};
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    struct alm_trainer_settings s[2] = {settings, settings};
    struct alm_train_result result[2];
    s[0].batch = 4, s[0].accumulate = 4; /* as settings.batch */
    for (size_t i = 0; i < 2; i++) {
        s[i].epochs = 3;
        cr_assert(
            eq(int, alm_trainer_run(&result[i], network[i], &mse, &train, NULL, &s[i], NULL, NULL), ALM_OK));
    }
    cr_assert(eq(sz, result[0].optimiser_steps, result[1].optimiser_steps));
    for (size_t k = 0; k < network[0]->n_parameters; k++) /* the sums are taken in another order */
        cr_assert(fabsf(network[0]->parameters[k] - network[1]->parameters[k]) < 1e-3F);
    for (size_t i = 0; i < 2; i++)
        alm_network_free(network[i]);
}

static double count_seconds(void *context)
{
    double *now = context;
    return *now += 1;
}

Test(trainer, ends_with_the_epoch_when_time_is_up)
{
    struct alm_network *network = make(1);
    double now = 100;
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    const struct alm_trainer_hooks hooks = {.context = &now, .seconds = count_seconds};
    struct alm_trainer_settings s = settings;
    struct alm_train_result result;
    s.time_limit = 10; /* the clock is looked at once a step; an epoch has three */
    cr_assert(eq(int, alm_trainer_run(&result, network, &mse, &train, NULL, &s, &hooks, NULL), ALM_OK));
    cr_assert(result.timed_out && result.epochs == 4 && result.optimiser_steps == 10);
    s.time_limit = 1e9;
    cr_assert(eq(int, alm_trainer_run(&result, network, &mse, &train, NULL, &s, &hooks, NULL), ALM_OK));
    cr_assert(result.epochs == s.epochs && !result.timed_out);
    alm_network_free(network);
}

Test(trainer, retries_once_at_a_tenth_of_the_rate)
{
    struct alm_network *network[2] = {make(1), make(1)};
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    struct alm_trainer_settings s = settings;
    struct alm_train_result result;
    struct alm_error error = {0};
    s.schedule.rate = 3e5, s.schedule.warmup = 0, s.clip = 0, s.epochs = 5;
    s.optimiser = (struct alm_optimiser_settings){.kind = ALM_OPTIMISER_SGD};
    s.schedule.kind = ALM_SCHEDULE_CONSTANT;
    cr_assert(eq(int, alm_trainer_run(NULL, network[0], &mse, &train, NULL, &s, NULL, NULL), ALM_DIVERGED));
    s.retry = true;
    alm_network_free(network[0]);
    network[0] = make(1);
    cr_assert(eq(int, alm_trainer_run(NULL, network[0], &mse, &train, NULL, &s, NULL, &error), ALM_DIVERGED));
    cr_assert(strstr(error.text, "tenth") != NULL, "%s", error.text);
    alm_network_free(network[0]);
    /* at a tenth of this rate it goes well, and as if it had begun so */
    network[0] = make(1);
    s.schedule.rate = 1.2;
    cr_assert(eq(int, alm_trainer_run(&result, network[0], &mse, &train, NULL, &s, NULL, &error), ALM_OK),
              "%s", error.text);
    cr_assert(result.diverged_epoch > 0 && result.epochs == 5);
    s.schedule.rate = 0.12;
    cr_assert(eq(int, alm_trainer_run(&result, network[1], &mse, &train, NULL, &s, NULL, NULL), ALM_OK));
    cr_assert(eq(sz, result.diverged_epoch, 0));
    cr_assert(memcmp(network[0]->parameters, network[1]->parameters,
                     network[0]->n_parameters * sizeof(float)) == 0);
    for (size_t i = 0; i < 2; i++)
        alm_network_free(network[i]);
}

Test(trainer, only_matrices_decay)
{
    struct alm_network *network = make(1), *before = make(1);
    const struct alm_batch_source train = {NULL, SAMPLES, fill_waves};
    struct alm_trainer_settings s = settings;
    s.optimiser = (struct alm_optimiser_settings){.kind = ALM_OPTIMISER_ADAMW, .decay = 0.5};
    s.schedule = (struct alm_schedule){.rate = 1e-30};
    s.optimiser.decay = 1e29; /* every step takes a tenth of what decays, and the gradient moves nothing */
    s.epochs = 1, s.epoch_steps = 1;
    cr_assert(eq(int, alm_trainer_run(NULL, network, &mse, &train, NULL, &s, NULL, NULL), ALM_OK));
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        const float *w = network->parameters + tensor->offset, *old = before->parameters + tensor->offset;
        const float share = strchr(tensor->name, 'b') != NULL ? 1 : 0.9F;
        for (size_t k = 0; k < tensor->rows * tensor->columns; k++)
            cr_assert(fabsf(w[k] - share * old[k]) <= 1e-6F * fabsf(old[k]) + 1e-20F, "%s", tensor->name);
    }
    alm_network_free(network);
    alm_network_free(before);
}

/* A batch of several pieces of which the first one to be filled asks to stop. */
static enum alm_status fill_and_stop(void *context, struct alm_batch *batch, size_t pass, size_t first,
                                     struct alm_error *error)
{
    struct alm_cancel *cancel = context;
    if (pass == 1) alm_cancel_request(cancel, 2);
    return fill_waves(NULL, batch, pass, first, error);
}

Test(trainer, breaks_a_step_off_between_its_pieces_and_leaves_the_weights_as_they_were)
{
    struct alm_cancel cancel = {0};
    struct alm_trainer_settings long_steps = settings;
    long_steps.batch = 400;
    long_steps.epochs = 1;
    long_steps.schedule = (struct alm_schedule){.kind = ALM_SCHEDULE_CONSTANT, .rate = 0.01};
    const struct alm_batch_source once = {NULL, 400, fill_waves}, stopping = {&cancel, 400, fill_and_stop};
    struct alm_network *whole = make(3), *stopped = make(3);
    const struct alm_trainer_hooks hooks = {.cancel = &cancel};
    cr_assert(eq(int, alm_trainer_run(NULL, whole, &mse, &once, NULL, &long_steps, NULL, NULL), ALM_OK));
    long_steps.epochs = 2;
    const enum alm_status status =
        alm_trainer_run(NULL, stopped, &mse, &stopping, NULL, &long_steps, &hooks, NULL);
    cr_assert(eq(int, status, ALM_INTERRUPTED));
    cr_assert(memcmp(whole->parameters, stopped->parameters, whole->n_parameters * sizeof(alm_real)) == 0);
    alm_network_free(whole);
    alm_network_free(stopped);
}

Test(trainer, knows_what_a_training_takes_before_it_takes_it)
{
    double small, large;
    struct alm_network_shape shape = {
        .inputs = 1, .hidden = 64, .layers = 1, .horizon = 1, .levels = 1, .labels = ALM_LABELS_LAST};
    cr_assert(eq(int, alm_trainer_memory(&small, &shape, &settings, true, false, NULL), ALM_OK));
    cr_assert(small > 6 * 4 * 64 * 64 * 4 && small < 4e6, "%g", small);
    shape.hidden = 4096, shape.layers = 16; /* 2.1e9 parameters, and six or more numbers for each */
    cr_assert(eq(int, alm_trainer_memory(&large, &shape, &settings, true, false, NULL), ALM_OK));
    cr_assert(large > 6 * 4 * 2.1e9 && large < 1e12, "%g", large);
}
