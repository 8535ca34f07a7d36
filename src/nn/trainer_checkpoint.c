/* States of a training that is under way, for it to go on from. */
#include "nn/trainer_impl.h"

#include "base/memory.h"

#include <math.h>

/* Seconds between checkpoints within an epoch, and how many times the seconds that one took must pass. */
#define CHECKPOINT_SECONDS 30
#define CHECKPOINT_COST 20

double alm_training_seconds(const struct training *t)
{
    return t->hooks->seconds == NULL ? 0 : t->hooks->seconds(t->hooks->context);
}

static struct alm_trainer_parts parts_of(struct training *t)
{
    return (struct alm_trainer_parts){
        .state = &t->state,
        .network = t->network,
        .optimiser = &t->optimiser,
        .best = t->best,
        .carried = t->carried == NULL ? NULL : t->carried[0].h,
        .n_carried = t->carried == NULL ? 0 : alm_state_size(&t->network->shape, t->settings->batch),
        .settings = t->settings,
        .train_samples = t->train->n,
        .validation_samples = t->validation == NULL ? 0 : t->validation->n,
    };
}

enum alm_status alm_training_checkpoint(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_parts parts = parts_of(t);
    const double before = t->state.seconds;
    struct alm_bytes bytes = {0};
    if (t->hooks->checkpoint == NULL) return ALM_OK;
    const double start = alm_training_seconds(t);
    t->state.seconds += start - t->begin;
    /* room at once for all blocks: growing would take twice the memory */
    if (alm_grow((void **)&bytes.data, &bytes.capacity,
                 4 * t->network->n_parameters * sizeof(alm_real) + parts.n_carried * sizeof(alm_real) +
                     t->state.n_history * sizeof *t->state.history + 4096,
                 1, NULL) != ALM_OK)
        bytes.failed = true;
    alm_trainer_state_save(&parts, &bytes);
    t->state.seconds = before;
    enum alm_status status = alm_bytes_check(&bytes, error);
    if (status == ALM_OK) status = t->hooks->checkpoint(t->hooks->context, &bytes, error);
    alm_bytes_clear(&bytes);
    t->checkpointed = alm_training_seconds(t);
    t->checkpoint_cost = t->checkpointed - start;
    return status;
}

enum alm_status alm_training_checkpoint_when_due(struct training *t, bool epoch_is_over,
                                                 struct alm_error *error)
{
    if (t->hooks->checkpoint == NULL || (t->hooks->seconds == NULL && !epoch_is_over)) return ALM_OK;
    const double since = alm_training_seconds(t) - t->checkpointed;
    const double wanted = epoch_is_over ? 0 : CHECKPOINT_SECONDS;
    if (since < fmax(wanted, CHECKPOINT_COST * t->checkpoint_cost)) return ALM_OK;
    return alm_training_checkpoint(t, error);
}

enum alm_status alm_training_interrupted(struct training *t, struct alm_error *error)
{
    ALM_TRY(alm_training_checkpoint(t, error));
    return alm_fail(error, ALM_INTERRUPTED, "training was interrupted");
}

/* A training that ended for want of epochs goes on if there are more now. */
enum alm_status alm_training_resume(struct training *t, struct alm_error *error)
{
    const struct alm_trainer_parts parts = parts_of(t);
    const struct alm_trainer_hooks *hooks = t->hooks;
    if (hooks->state_length == 0) return ALM_OK;
    ALM_TRY(alm_trainer_state_load(&parts, hooks->state, hooks->state_length, error));
    if (t->state.finished > 0) t->state.finished = alm_training_is_done(t) || t->state.timed_out > 0;
    for (size_t i = 0; hooks->epoch != NULL && i < t->state.n_history; i++)
        ALM_TRY(hooks->epoch(hooks->context, &t->state.history[i], error));
    return ALM_OK;
}
