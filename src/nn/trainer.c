#include "nn/trainer.h"

#include "base/memory.h"
#include "nn/trainer_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

static size_t epoch_steps(const struct alm_trainer_settings *settings, size_t samples)
{
    const size_t n = alm_training_step_samples(settings), pass = (samples + n - 1) / n,
                 limit = settings->epoch_steps;
    return limit > 0 && limit < pass ? limit : pass;
}

static enum alm_status create_piece(struct training *t, struct alm_error *error)
{
    const struct alm_network_shape *shape = &t->network->shape;
    const size_t steps = t->settings->steps,
                 rows = alm_trainer_piece(t->settings->batch, steps, shape->inputs);
    ALM_TRY(alm_tape_create_threads(&t->tape, t->network, steps, rows, t->settings->threads, error));
    /* steps with carried states are not broken off: the states would be those of neither before nor after */
    if (!t->settings->carry) alm_tape_set_cancel(t->tape, t->hooks->cancel);
    return alm_batch_init(&t->piece, shape, steps, rows, error);
}

static enum alm_status create_optimiser(struct training *t, struct alm_error *error)
{
    const struct alm_network *network = t->network;
    struct alm_optimiser_range *range;
    size_t n = 0;
    ALM_TRY(ALM_NEW(&range, network->n_tensors, error));
    for (size_t i = 0; i < network->n_tensors; i++) {
        const struct alm_tensor *tensor = &network->tensors[i];
        if (alm_tensor_is_matrix(tensor))
            range[n++] = (struct alm_optimiser_range){tensor->offset, tensor->rows * tensor->columns};
    }
    const enum alm_status status =
        alm_optimiser_init(&t->optimiser, &t->settings->optimiser, network->n_parameters, range, n, error);
    free(range);
    return status;
}

static enum alm_status create_states(struct training *t, struct alm_error *error)
{
    const struct alm_network_shape *shape = &t->network->shape;
    const size_t batch = t->settings->batch;
    if (!t->settings->carry) return ALM_OK;
    if (t->train->n % batch != 0 || (t->validation != NULL && t->validation->n % batch != 0))
        return alm_fail(error, ALM_INTERNAL, "carried states need whole batches");
    ALM_TRY(alm_state_create(&t->carried, shape, batch, error));
    ALM_TRY(alm_state_create(&t->checked, shape, batch, error));
    return ALM_NEW(&t->start, shape->layers, error);
}

static enum alm_status training_init(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_settings *s = t->settings;
    const size_t n = t->network->n_parameters;
    size_t samples;
    if (t->train->n == 0 || s->batch == 0 || s->epochs == 0)
        return alm_fail(error, ALM_USAGE, "training needs samples, a batch and an epoch");
    if (!alm_multiply(&samples, s->batch, s->accumulate))
        return alm_fail(error, ALM_USAGE, "that many batches cannot be accumulated");
    t->epoch_steps = epoch_steps(s, t->train->n);
    t->total_steps = alm_trainer_schedule_epochs(s) * t->epoch_steps;
    ALM_TRY(create_piece(t, error));
    ALM_TRY(create_states(t, error));
    ALM_TRY(ALM_NEW(&t->gradient, n, error));
    ALM_TRY(ALM_NEW(&t->zeros, t->network->shape.horizon * t->network->shape.levels, error));
    if (t->validation != NULL) ALM_TRY(ALM_NEW(&t->best, n, error));
    if (s->retry) {
        ALM_TRY(ALM_NEW(&t->initial, n, error));
        memcpy(t->initial, t->network->parameters, n * sizeof *t->initial);
    }
    return create_optimiser(t, error);
}

static void training_clear(struct training *t)
{
    alm_optimiser_clear(&t->optimiser);
    alm_tape_free(t->tape);
    alm_batch_clear(&t->piece);
    alm_state_free(t->carried);
    alm_state_free(t->checked);
    free(t->start);
    free(t->gradient);
    free(t->zeros);
    free(t->best);
    free(t->initial);
    free(t->state.history);
}

/* ---- epochs ---- */

static bool time_is_up(const struct training *t)
{
    const double limit = t->settings->time_limit;
    return limit > 0 && t->hooks->seconds != NULL &&
           t->state.seconds + alm_training_seconds(t) - t->begin >= limit;
}

/* The steps of an epoch that are still to be done. */
static enum alm_status train_epoch(struct training *t, struct alm_train_epoch *epoch, struct alm_error *error)
{
    struct alm_trainer_state *s = &t->state;
    while (s->step < t->epoch_steps && s->timed_out == 0) {
        if (alm_cancelled(t->hooks->cancel)) return alm_training_interrupted(t, error);
        ALM_TRY(alm_training_step(t, error));
        s->timed_out = time_is_up(t);
        alm_progress_report(t->hooks->progress, "training",
                            (double)s->epoch + (double)s->step / (double)t->epoch_steps,
                            (double)t->settings->epochs, "epochs");
        if (s->step < t->epoch_steps) ALM_TRY(alm_training_checkpoint_when_due(t, false, error));
    }
    /* NaN when nothing counted, as with a constant series */
    epoch->train_loss = s->sum.sum / s->sum.weight;
    epoch->learning_rate = s->rate;
    epoch->gradient_norm = s->norms / (double)s->step;
    return ALM_OK;
}

/* Measures the validation loss and remembers the weights if they are the best so far. */
static enum alm_status validate(struct training *t, struct alm_train_epoch *epoch, struct alm_error *error)
{
    struct alm_training_sum sum = {0};
    epoch->validation_loss = (double)NAN;
    if (t->validation == NULL || t->validation->n == 0) return ALM_OK;
    ALM_TRY(alm_training_run(t, &sum, NULL, t->validation, 0, 0, t->validation->n, error));
    if (sum.loss.weight == 0) return ALM_OK;
    epoch->validation_loss = sum.loss.sum / sum.loss.weight;
    if (!isfinite(epoch->validation_loss))
        return alm_training_diverged(t, epoch->epoch, epoch->validation_loss, epoch->gradient_norm, error);
    if (epoch->validation_loss < t->state.best_loss) {
        t->state.best_loss = epoch->validation_loss;
        t->state.best_epoch = epoch->epoch;
        t->state.best_is_wild = alm_training_is_wild(t, &sum);
        memcpy(t->best, t->network->parameters, t->network->n_parameters * sizeof *t->best);
    }
    return ALM_OK;
}

bool alm_training_is_done(const struct training *t)
{
    const struct alm_trainer_state *s = &t->state;
    const size_t patience = t->settings->patience;
    const bool waited = isfinite(s->best_loss) && patience > 0 && s->epoch - s->best_epoch >= patience;
    return s->epoch == t->settings->epochs || waited;
}

/* Whether a training that is over leaves weights, the best or the last ones, that are worse than none. */
static bool ends_wild(const struct alm_trainer_state *s)
{
    return s->finished > 0 && (s->best_epoch > 0 ? s->best_is_wild : s->wild) > 0;
}

/* The epoch is over: everybody is told, and the next one begins. */
static enum alm_status end_epoch(struct training *t, const struct alm_train_epoch *epoch,
                                 struct alm_error *error)
{
    struct alm_trainer_state *s = &t->state;
    const double loss = isnan(epoch->validation_loss) ? epoch->train_loss : epoch->validation_loss;
    ALM_TRY(alm_trainer_state_remember(s, epoch, error));
    if (t->hooks->epoch != NULL) ALM_TRY(t->hooks->epoch(t->hooks->context, epoch, error));
    alm_schedule_end_epoch(&s->schedule, &t->settings->schedule, epoch->epoch, loss);
    s->epoch = epoch->epoch;
    const bool whole = s->step == t->epoch_steps;
    s->step = 0;
    s->norms = 0;
    s->sum = (struct alm_loss_sum){0};
    s->validation_loss = epoch->validation_loss;
    const bool done = alm_training_is_done(t);
    s->finished = done || s->timed_out > 0;
    if (done && whole) s->timed_out = 0; /* it would have ended here anyhow */
    if (ends_wild(s)) return alm_training_diverged(t, epoch->epoch, loss, epoch->gradient_norm, error);
    return s->finished ? alm_training_checkpoint(t, error) : alm_training_checkpoint_when_due(t, true, error);
}

static enum alm_status train_epochs(struct training *t, struct alm_error *error)
{
    struct alm_train_epoch start = {0};
    if (t->settings->start_counts && t->optimiser.step == 0 && isinf(t->state.best_loss))
        ALM_TRY(validate(t, &start, error));
    while (t->state.finished == 0) {
        struct alm_train_epoch epoch = {.epoch = t->state.epoch + 1};
        ALM_TRY(train_epoch(t, &epoch, error));
        ALM_TRY(validate(t, &epoch, error));
        ALM_TRY(end_epoch(t, &epoch, error));
    }
    return ALM_OK;
}

static enum alm_status train_again(struct training *t, struct alm_error *error)
{
    t->state.attempt = 1;
    alm_trainer_state_reset(&t->state);
    alm_optimiser_reset(&t->optimiser);
    memcpy(t->network->parameters, t->initial, t->network->n_parameters * sizeof *t->initial);
    return train_epochs(t, error);
}

static enum alm_status train(struct training *t, struct alm_error *error)
{
    ALM_TRY(training_init(t, error));
    ALM_TRY(alm_training_resume(t, error));
    t->begin = t->checkpointed = alm_training_seconds(t);
    const enum alm_status status = train_epochs(t, error);
    if (status != ALM_DIVERGED || !t->settings->retry || t->state.attempt > 0) return status;
    return train_again(t, error);
}

static void finish(struct training *t, struct alm_train_result *result)
{
    const struct alm_trainer_state *s = &t->state;
    *result = (struct alm_train_result){
        .epochs = s->epoch,
        .best_epoch = s->best_epoch,
        .optimiser_steps = t->optimiser.step,
        .validation_loss = s->validation_loss,
        .timed_out = s->timed_out > 0,
        .diverged_epoch = s->diverged_epoch,
        .diverged_norm = s->diverged_norm,
    };
    if (isinf(s->best_loss) || !t->settings->keep_best) return;
    memcpy(t->network->parameters, t->best, t->network->n_parameters * sizeof *t->best);
    result->validation_loss = s->best_loss;
}

enum alm_status alm_trainer_run(struct alm_train_result *result, struct alm_network *network,
                                const struct alm_loss *loss, const struct alm_batch_source *train_source,
                                const struct alm_batch_source *validation,
                                const struct alm_trainer_settings *settings,
                                const struct alm_trainer_hooks *hooks, struct alm_error *error)
{
    static const struct alm_trainer_hooks none = {0};
    struct alm_train_result ignored;
    struct training t = {
        .network = network,
        .loss = loss,
        .settings = settings,
        .hooks = hooks == NULL ? &none : hooks,
        .train = train_source,
        .validation = validation,
    };
    alm_trainer_state_reset(&t.state);
    const unsigned before = alm_denormals_flush();
    const enum alm_status status = train(&t, error);
    alm_denormals_restore(before);
    if (status == ALM_OK) finish(&t, result == NULL ? &ignored : result);
    training_clear(&t);
    return status;
}
