/* How the step size goes on while training does. */
#ifndef ALM_NN_SCHEDULE_H
#define ALM_NN_SCHEDULE_H

#include <stddef.h>

enum alm_schedule_kind {
    ALM_SCHEDULE_CONSTANT,
    ALM_SCHEDULE_COSINE, /* from rate to 0 along half a cosine (Loshchilov & Hutter 2017, without restarts) */
    ALM_SCHEDULE_STEP,   /* falls every fall_epochs epochs */
    ALM_SCHEDULE_PLATEAU, /* falls when the loss was not lower for fall_epochs epochs */
};

struct alm_schedule {
    enum alm_schedule_kind kind;
    double rate;        /* step size after the warm-up */
    size_t warmup;      /* optimiser steps over which it rises linearly */
    double fall;        /* step and plateau: what the step size is multiplied by at each fall */
    size_t fall_epochs; /* step and plateau; 0: it never falls */
};

/* What a schedule remembers of the epochs; starts as ALM_SCHEDULE_START. */
struct alm_schedule_state {
    size_t falls, waiting; /* epochs since the lowest loss or the last fall */
    double lowest;
};
#define ALM_SCHEDULE_START ((struct alm_schedule_state){.lowest = (double)INFINITY})

/* The step size of optimiser step `step` (from 0) of `total`; cosine's is 0 after them. */
double alm_schedule_rate(const struct alm_schedule *schedule, const struct alm_schedule_state *state,
                         size_t step, size_t total);

/* To be told of the end of epoch `epoch` (from 1) and its loss: that of validation, or of training where
 * there is none. */
void alm_schedule_end_epoch(struct alm_schedule_state *state, const struct alm_schedule *schedule,
                            size_t epoch, double loss);

#endif
