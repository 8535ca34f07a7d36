/* Where a training stands: all that has to be known to go on with the same bits. Inside nn only. */
#ifndef ALM_NN_TRAINER_STATE_H
#define ALM_NN_TRAINER_STATE_H

#include "nn/trainer.h"

struct alm_trainer_state {
    size_t pass, next;  /* where in the samples the next batch starts */
    size_t epoch, step; /* epochs that are over, steps of the next one that are done */
    struct alm_loss_sum sum;
    double norms;                      /* sums over these steps: of the loss, of the gradients' norms */
    double rate;                       /* of the last step */
    double best_loss, validation_loss; /* validation_loss: of the last epoch */
    size_t best_epoch, finished, timed_out;
    size_t wild, best_is_wild; /* steps in a row whose loss was wild; whether that of the best epoch is */
    struct alm_schedule_state schedule;
    size_t attempt; /* 0, or 1 at a tenth of the rate */
    size_t diverged_epoch;
    double diverged_loss, diverged_norm; /* of attempt 0 */
    double seconds;                      /* of training before this process went on with it */
    struct alm_train_epoch *history;     /* [n_history] epochs of both attempts as they were reported */
    size_t n_history, history_capacity;
};

/* As training begins; keeps what both attempts share. */
void alm_trainer_state_reset(struct alm_trainer_state *state);

enum alm_status alm_trainer_state_remember(struct alm_trainer_state *state,
                                           const struct alm_train_epoch *epoch, struct alm_error *error);

/* What a checkpoint is made of. best is only read and written when state->best_loss is finite. */
struct alm_trainer_parts {
    struct alm_trainer_state *state;
    struct alm_network *network;
    struct alm_optimiser *optimiser;
    alm_real *best;    /* [n_parameters]; NULL without validation */
    alm_real *carried; /* [n_carried] */
    size_t n_carried;
    const struct alm_trainer_settings *settings;
    size_t train_samples, validation_samples;
};

/* Epochs that the step sizes are laid out over. */
size_t alm_trainer_schedule_epochs(const struct alm_trainer_settings *settings);

void alm_trainer_state_save(const struct alm_trainer_parts *parts, struct alm_bytes *out);
/* ALM_PARSE when data is damaged or the state of another training; parts are then partly overwritten. */
enum alm_status alm_trainer_state_load(const struct alm_trainer_parts *parts, const void *data, size_t n,
                                       struct alm_error *error);

#endif
