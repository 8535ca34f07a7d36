#include "store/trial_table.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum alm_status insert_trial(struct alm_store *store, int64_t run, const struct alm_trial_row *row,
                                    struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "trial_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":trial", row->trial);
    alm_bind_text(&s, ":spec", row->spec);
    alm_bind_text(&s, ":status", alm_status_name(row->status));
    alm_bind_text(&s, ":reason", row->reason);
    alm_bind_real(&s, ":loss", row->loss);
    alm_bind_real(&s, ":naive_loss", row->naive_loss);
    alm_bind_real(&s, ":seconds", row->seconds);
    alm_bind_real(&s, ":seconds_per_epoch", row->seconds_per_epoch);
    alm_bind_real(&s, ":train_loss", row->train_loss);
    alm_bind_real(&s, ":validation_loss", row->validation_loss);
    alm_bind_real(&s, ":gap", row->gap);
    alm_bind_size(&s, ":epochs", row->epochs);
    alm_bind_size(&s, ":configuration", row->configuration);
    alm_bind_size(&s, ":rung", row->rung);
    alm_bind_size(&s, ":budget", row->budget);
    return alm_statement_finish(&s, error);
}

static enum alm_status insert_option(struct alm_store *store, int64_t run, const struct alm_trial_row *row,
                                     size_t index, struct alm_error *error)
{
    struct alm_statement s;
    double number = NAN;
    alm_text_to_number(&number, row->value[index], strlen(row->value[index]));
    ALM_TRY(alm_statement_begin(&s, store, "trial_option_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":trial", row->trial);
    alm_bind_text(&s, ":option", row->option[index]);
    alm_bind_text(&s, ":value", row->value[index]);
    alm_bind_real(&s, ":number", number);
    return alm_statement_finish(&s, error);
}

static enum alm_status insert_rows(struct alm_store *store, const struct alm_run_owner *owner,
                                   const struct alm_trial_row *row, struct alm_error *error)
{
    ALM_TRY(alm_run_table_heartbeat(store, owner, error)); /* the check of ownership */
    ALM_TRY(insert_trial(store, owner->run, row, error));
    for (size_t i = 0; i < row->n_options; i++)
        if (row->value[i] != NULL) ALM_TRY(insert_option(store, owner->run, row, i, error));
    return ALM_OK;
}

enum alm_status alm_trial_table_commit(struct alm_store *store, const struct alm_run_owner *owner,
                                       const struct alm_trial_row *row, struct alm_error *error)
{
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, insert_rows(store, owner, row, error), error);
}

enum alm_status alm_trial_table_list(struct alm_trial_stored **out, size_t *n, struct alm_store *store,
                                     int64_t run, struct alm_error *error)
{
    struct alm_statement s;
    size_t capacity = 0;
    bool row;
    enum alm_status status;
    *out = NULL;
    *n = 0;
    ALM_TRY(alm_statement_begin(&s, store, "trial_list", error));
    alm_bind_integer(&s, ":run", run);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        status = alm_grow((void **)out, &capacity, *n + 1, sizeof **out, error);
        if (status != ALM_OK) break;
        (*out)[(*n)++] = (struct alm_trial_stored){
            .trial = (size_t)alm_column_integer(&s, 0),
            .configuration = (size_t)alm_column_integer(&s, 1),
            .loss = alm_column_integer(&s, 2) != 0 ? alm_column_real(&s, 3) : (double)NAN,
            .naive_loss = alm_column_real(&s, 4),
        };
    }
    alm_statement_end(&s);
    if (status == ALM_OK) return ALM_OK;
    free(*out);
    *out = NULL;
    return status;
}

static enum alm_status replace_sensitivity(struct alm_store *store, int64_t run,
                                           const struct alm_sensitivity_row *row, size_t n,
                                           struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "trial_sensitivity_clear", error));
    alm_bind_integer(&s, ":run", run);
    ALM_TRY(alm_statement_finish(&s, error));
    for (size_t i = 0; i < n; i++) {
        ALM_TRY(alm_statement_begin(&s, store, "trial_sensitivity_insert", error));
        alm_bind_integer(&s, ":run", run);
        alm_bind_size(&s, ":option_no", i);
        alm_bind_text(&s, ":option", row[i].option);
        alm_bind_real(&s, ":share", row[i].share);
        alm_bind_real(&s, ":rank_correlation", row[i].rank_correlation);
        alm_bind_size(&s, ":n", row[i].n);
        alm_bind_size(&s, ":n_groups", row[i].n_groups);
        ALM_TRY(alm_statement_finish(&s, error));
    }
    return ALM_OK;
}

enum alm_status alm_trial_table_set_sensitivity(struct alm_store *store, int64_t run,
                                                const struct alm_sensitivity_row *row, size_t n,
                                                struct alm_error *error)
{
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, replace_sensitivity(store, run, row, n, error), error);
}
