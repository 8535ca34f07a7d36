/* Trainings that can be gone on with: what was asked for, and the last state of each. */
#ifndef ALM_STORE_TRAINING_TABLE_H
#define ALM_STORE_TRAINING_TABLE_H

#include "base/bytes.h"
#include "base/status.h"
#include "store/run_table.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/* Notes what the training of a run was asked for: command is a digest of all that decides what comes out,
 * model_name may be NULL. */
enum alm_status alm_training_table_note(struct alm_store *store, int64_t run, const char *command,
                                        const char *model_name, struct alm_error *error);
/* What was noted; free both. ALM_NOTFOUND when there is nothing (any more). */
enum alm_status alm_training_table_find(char **command, char **model_name, struct alm_store *store,
                                        int64_t run, struct alm_error *error);
/* The last run with this command that is not done; 0: none. */
enum alm_status alm_training_table_open(int64_t *run, struct alm_store *store, const char *command,
                                        struct alm_error *error);

/* Drops states and notes of earlier trainings of a model of this name that did not end: they shall never be
 * gone on with. Those that are worked on keep theirs. */
enum alm_status alm_training_table_supersede(struct alm_store *store, const char *model_name,
                                             struct alm_error *error);

/* Keeps a state in place of the one before, in a transaction of its own, in which the ownership of the run is
 * checked and told (a heartbeat). */
enum alm_status alm_checkpoint_save(struct alm_store *store, const struct alm_run_owner *owner, size_t fit,
                                    size_t training, const struct alm_bytes *state, struct alm_error *error);
/* Appends the state that is kept, or nothing. ALM_DB when it is damaged. */
enum alm_status alm_checkpoint_load(struct alm_bytes *state, struct alm_store *store, int64_t run, size_t fit,
                                    size_t training, struct alm_error *error);

/* Drops the states of fits first .. last. */
enum alm_status alm_checkpoint_drop(struct alm_store *store, int64_t run, size_t first, size_t last,
                                    struct alm_error *error);

/* Drops all states of a run, and what was noted of it unless keep_note. */
enum alm_status alm_training_table_drop(struct alm_store *store, int64_t run, bool keep_note,
                                        struct alm_error *error);

#endif
