/* A training under way; for the files of the trainer only. */
#ifndef ALM_NN_TRAINER_IMPL_H
#define ALM_NN_TRAINER_IMPL_H

#include "nn/trainer_state.h"

/* Sums over samples: of the loss, and of the loss that answering zeros would have where the loss is large. */
struct alm_training_sum {
    struct alm_loss_sum loss;
    double zeros;
};

struct training {
    struct alm_network *network;
    const struct alm_loss *loss;
    const struct alm_trainer_settings *settings;
    const struct alm_trainer_hooks *hooks;
    const struct alm_batch_source *train, *validation;
    struct alm_optimiser optimiser;
    struct alm_tape *tape;
    struct alm_batch piece;
    alm_real *gradient, *best, *initial;       /* [n_parameters]; NULL where not needed */
    alm_real *zeros;                           /* [horizon][levels] */
    struct alm_layer_state *carried, *checked; /* with carry, [batch] rows: of training, and of validation */
    struct alm_layer_state *start;             /* [layers] those of a piece */
    struct alm_trainer_state state;
    size_t epoch_steps, total_steps;
    double begin, checkpointed, checkpoint_cost; /* on the clock of the hooks */
};

/* ---- trainer.c ---- */

/* Whether the last epoch was the last one that the settings allow. */
bool alm_training_is_done(const struct training *t);

/* ---- trainer_step.c ---- */

/* Samples of one optimiser step. */
static inline size_t alm_training_step_samples(const struct alm_trainer_settings *settings)
{
    return settings->batch * (settings->accumulate > 1 ? settings->accumulate : 1);
}

/* Adds loss (and gradient, unless NULL) of samples first .. first + n to *total, piece by piece. */
enum alm_status alm_training_run(struct training *t, struct alm_training_sum *total, alm_real *gradient,
                                 const struct alm_batch_source *source, size_t pass, size_t first, size_t n,
                                 struct alm_error *error);

/* One step on the next samples; if nothing in them counts nothing moves. ALM_DIVERGED when loss or gradient
 * are not finite, or the loss is wild and has been for some steps. */
enum alm_status alm_training_step(struct training *t, struct alm_error *error);

/* Whether a loss stands far above that of answering zeros, a guess that needs no training. */
bool alm_training_is_wild(const struct training *t, const struct alm_training_sum *sum);

/* Notes and reports it. */
enum alm_status alm_training_diverged(struct training *t, size_t epoch, double loss, double norm,
                                      struct alm_error *error);

/* ---- trainer_checkpoint.c ---- */

/* On the clock of the hooks; 0 without. */
double alm_training_seconds(const struct training *t);

enum alm_status alm_training_checkpoint(struct training *t, struct alm_error *error);
/* A checkpoint if it is time for one. */
enum alm_status alm_training_checkpoint_when_due(struct training *t, bool epoch_is_over,
                                                 struct alm_error *error);
/* A checkpoint, and ALM_INTERRUPTED. */
enum alm_status alm_training_interrupted(struct training *t, struct alm_error *error);
/* Takes up the state of the hooks, if there is one, and reports its epochs. */
enum alm_status alm_training_resume(struct training *t, struct alm_error *error);

#endif
