/* The trials of a search: rung by rung on the pool, each one a row as soon as it is finished. */
#ifndef ALM_WORKBENCH_TUNE_TRIALS_H
#define ALM_WORKBENCH_TUNE_TRIALS_H

#include "workbench/run.h"
#include "workbench/tune_settings.h"

#include <pthread.h>

/* Everything of one search under way. Of a trial: its configuration, whether it is stored, its losses. */
struct alm_tune_work {
    struct alm_workbench *workbench;
    struct alm_loaded series;
    struct alm_tune_settings settings;
    struct alm_plan *plan; /* of naive alone: checks what does not depend on the configuration */
    struct alm_configuration *configuration;
    size_t n_configurations;
    struct alm_rung rung[ALM_SEARCH_MAX_RUNGS];
    size_t n_rungs, n_trials;
    bool goes_on;              /* a fit of a rung goes on from that of the one below */
    size_t *number;            /* [n_trials] configuration */
    bool *done;                /* [n_trials] */
    double *loss, *naive_loss; /* [n_trials]; NaN: none */
    struct alm_run_owner owner;
    size_t jobs;
    const struct alm_covariate_names *covariates; /* as asked for; NULL when resumed */
    double cpu_before;
    struct alm_tune_summary *summary;

    size_t at;    /* the rung under way */
    size_t *todo; /* [n_trials] its trials that are to be done */
    size_t n_todo;
    pthread_mutex_t lock; /* of the store and what follows */
    double *fraction;     /* [n_trials] share of a trial that is done */
    double work;          /* done so far, in units of the progress */
};

/* Runs the trials that are not done. work has its settings, series, configurations, rungs and owner, and lock
 * is initialised. Stops with ALM_INTERRUPTED and the like; a trial that fails is a result. */
enum alm_status alm_tune_trials_run(struct alm_tune_work *work, struct alm_error *error);

/* The best trial: of least loss in the highest rung that has any. n_trials: there is none. */
size_t alm_tune_trials_best(const struct alm_tune_work *work);

#endif
