/* Training: batches from a callback, an optimiser, a schedule for the step size, validation with early
 * stopping, and states from which an interrupted training goes on to the same bits. Reads no clock but the
 * one it is handed, prints nothing; the same seed and batches give the same bits (unless a time limit ends
 * it). */
#ifndef ALM_NN_TRAINER_H
#define ALM_NN_TRAINER_H

#include "base/bytes.h"
#include "base/hooks.h"
#include "base/status.h"
#include "nn/denormals.h"
#include "nn/network.h"
#include "nn/optimiser.h"
#include "nn/schedule.h"

#include <stdbool.h>
#include <stddef.h>

/* Where samples come from; nothing is kept, so memory does not grow with their number. */
struct alm_batch_source {
    void *context;
    size_t n; /* samples in one pass */
    /* Fills rows of batch (batch->rows of them; steps is set) with samples first, first + 1, … of pass `pass`
     * (from 0; a source may order every pass differently). Values to be skipped get weight 0 and a finite y.
     */
    enum alm_status (*fill)(void *context, struct alm_batch *batch, size_t pass, size_t first,
                            struct alm_error *error);
};

/* Rows that are asked of the source at a time; a larger batch is the sum of such parts. As many as keep x,
 * [T][rows][F], within about 4 MB, but at least 16 and at most 128: every part has its weights packed anew.
 */
static inline size_t alm_trainer_piece(size_t batch, size_t steps, size_t inputs)
{
    const size_t fit = ((size_t)1 << 20) / (steps * inputs) / 16 * 16;
    const size_t rows = fit < 16 ? 16 : fit > 128 ? 128 : fit;
    return batch < rows ? batch : rows;
}

struct alm_trainer_settings {
    size_t steps;      /* T of a batch */
    size_t batch;      /* rows of a batch; a pass ends with a smaller one if they do not divide */
    bool carry;        /* the layers begin a batch with the states that they ended the last one with: row i of
                          each batch goes on with that of the one before (truncated backpropagation through time:
                          Williams & Peng 1990). `batch` then divides the samples of both sources, whose fill is
                          shown the states as batch->start and calls alm_state_forget where a row begins anew */
    size_t accumulate; /* batches whose gradients make one optimiser step; 0 is 1 */
    size_t epochs;     /* most epochs; >= 1 */
    size_t schedule_epochs; /* that schedule=cosine is laid out over, if not over epochs; 0: it is */
    size_t epoch_steps; /* most optimiser steps in an epoch (0: one whole pass). Shorter epochs go on where
                           the last ended */
    size_t threads;     /* most threads that work on a batch; 0 is 1. The result's bits do not depend on it */
    size_t patience;    /* stop after this many epochs without a lower validation loss; 0 = never */
    struct alm_schedule schedule;
    struct alm_optimiser_settings optimiser; /* biases and gains do not decay, only matrices do */
    double clip;                             /* largest global norm of the gradient; 0 = any */
    double
        time_limit; /* seconds (those before a checkpoint included) after which the epoch ends with the step
                       under way and training with the epoch; 0 = none. Needs the clock of the hooks */
    /* Whether the weights of the best validation epoch are taken at the end (else the last ones). */
    bool keep_best;
    bool start_counts; /* the weights that training starts from are the first to be measured: they are kept
                          when no epoch has a lower validation loss */
    uint64_t key;      /* of dropout masks and forget samples, with the pass and the place of a batch in it */
    bool retry; /* a training that diverges is done again once, from where it began, at a tenth of the rate */
};

struct alm_train_epoch {
    size_t epoch;                       /* from 1 */
    double train_loss, validation_loss; /* means; NaN when nothing counted */
    double learning_rate;               /* of the epoch's last step */
    double gradient_norm;               /* mean over steps, before clipping */
};

struct alm_trainer_hooks {
    const struct alm_cancel *cancel;     /* may be NULL */
    const struct alm_progress *progress; /* may be NULL */
    void *context;                       /* of the functions below */
    enum alm_status (*epoch)(void *context, const struct alm_train_epoch *epoch,
                             struct alm_error *error); /* or NULL */

    double (*seconds)(void *context); /* a clock that never goes back; NULL: none */

    /* Is handed the state of the training, to be kept in place of the one before: at the end of an epoch
     * (with a clock: unless that would cost more than a twentieth of the time), with a clock also about every
     * 30 s, when training is cancelled, and when it is done. NULL: nobody wants it. */
    enum alm_status (*checkpoint)(void *context, const struct alm_bytes *state, struct alm_error *error);
    /* A state to go on from, with the same network (as it was when the first run began), batches and
     * settings; epochs that it has seen are reported again. Only `epochs` may be more than they were, as long
     * as the step sizes stay what they are: with ALM_SCHEDULE_COSINE, schedule_epochs must then have been
     * given. The bits are those of a training with that many epochs from its start. Length 0: none. */
    const void *state;
    size_t state_length;
};

/* What came out. */
struct alm_train_result {
    size_t epochs, best_epoch, optimiser_steps; /* best_epoch 0 without validation, or when what training
                                                   started from was best */
    double validation_loss;                     /* of the weights that were kept; NaN without validation */
    bool timed_out;                             /* the time limit ended it: the result depends on the clock */
    size_t diverged_epoch; /* with retry: where the first attempt diverged; 0: it did not */
    double diverged_norm;  /* the norm of its gradient there */
};

/* About how many bytes a training would take that validates, and whose states are kept, or not. */
enum alm_status alm_trainer_memory(double *bytes, const struct alm_network_shape *shape,
                                   const struct alm_trainer_settings *settings, bool validates, bool keeps,
                                   struct alm_error *error);

/* Trains network in place. validation may be NULL. result may be NULL. ALM_DIVERGED (with epoch and gradient
 * norm in the text) when the loss or gradient stops being finite, when the loss is wild for ten steps in a
 * row (more than 100 times that of answering zeros, and than 1; for likelihoods and classes, whose losses are
 * logarithms, more than 10 above it), and when at the end that of the weights that are kept is;
 * ALM_INTERRUPTED when cancelled, which is looked at before every optimiser step and between its layers and
 * pieces (with carried states: before every step only); ALM_PARSE for a state that is damaged or of another
 * training. Sets flush-to-zero on the calling thread while it works. */
enum alm_status alm_trainer_run(struct alm_train_result *result, struct alm_network *network,
                                const struct alm_loss *loss, const struct alm_batch_source *train,
                                const struct alm_batch_source *validation,
                                const struct alm_trainer_settings *settings,
                                const struct alm_trainer_hooks *hooks, struct alm_error *error);

#endif
