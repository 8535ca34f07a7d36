/* What a search over options tried. */
#ifndef ALM_STORE_TRIAL_TABLE_H
#define ALM_STORE_TRIAL_TABLE_H

#include "base/status.h"
#include "store/run_table.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One trial. Numbers that are NaN are stored as NULL. */
struct alm_trial_row {
    size_t trial, configuration, rung, budget, epochs;
    const char *spec;
    enum alm_status status;
    const char *reason; /* NULL: none */
    double loss, naive_loss, seconds, seconds_per_epoch, train_loss, validation_loss, gap;
    const char *const *option; /* [n_options] names */
    char *const *value;        /* [n_options] */
    size_t n_options;
};

/* Commits a trial in one transaction, in which the ownership of the run is checked. ALM_DB when the run was
 * taken over. */
enum alm_status alm_trial_table_commit(struct alm_store *store, const struct alm_run_owner *owner,
                                       const struct alm_trial_row *row, struct alm_error *error);

/* A trial that is stored. */
struct alm_trial_stored {
    size_t trial, configuration;
    double loss, naive_loss; /* loss NaN: it failed */
};
/* All trials of a run, by number; free *out. */
enum alm_status alm_trial_table_list(struct alm_trial_stored **out, size_t *n, struct alm_store *store,
                                     int64_t run, struct alm_error *error);

struct alm_sensitivity_row {
    const char *option;
    double share, rank_correlation; /* NaN: not defined */
    size_t n, n_groups;
};
/* Replaces the run's sensitivities in one transaction. */
enum alm_status alm_trial_table_set_sensitivity(struct alm_store *store, int64_t run,
                                                const struct alm_sensitivity_row *row, size_t n,
                                                struct alm_error *error);

#endif
