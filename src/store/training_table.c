#include "store/training_table.h"

#include "base/clock.h"
#include "base/digest.h"
#include "store/owner.h"
#include "store/statement.h"

#include <string.h>

enum alm_status alm_training_table_note(struct alm_store *store, int64_t run, const char *command,
                                        const char *model_name, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "training_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_text(&s, ":command", command);
    alm_bind_text(&s, ":model_name", model_name);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_training_table_find(char **command, char **model_name, struct alm_store *store,
                                        int64_t run, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    *command = *model_name = NULL;
    ALM_TRY(alm_statement_begin(&s, store, "training_find", error));
    alm_bind_integer(&s, ":run", run);
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK && !row)
        status = alm_fail(error, ALM_NOTFOUND, "run %lld is no training that could go on", (long long)run);
    if (status == ALM_OK) status = alm_column_copy(command, &s, 0, error);
    if (status == ALM_OK) status = alm_column_copy(model_name, &s, 1, error);
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_training_table_open(int64_t *run, struct alm_store *store, const char *command,
                                        struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "training_open", error));
    alm_bind_text(&s, ":command", command);
    const enum alm_status status = alm_statement_step(&s, &row, error);
    *run = status == ALM_OK && row ? alm_column_integer(&s, 0) : 0;
    alm_statement_end(&s);
    return status;
}

static enum alm_status save_in_transaction(struct alm_store *store, const struct alm_run_owner *owner,
                                           size_t fit, size_t training, const struct alm_bytes *state,
                                           struct alm_error *error)
{
    struct alm_statement s;
    char digest[ALM_DIGEST_SIZE];
    alm_digest_of(digest, state->data, state->length);
    ALM_TRY(alm_run_table_heartbeat(store, owner, error));
    ALM_TRY(alm_statement_begin(&s, store, "checkpoint_save", error));
    alm_bind_integer(&s, ":run", owner->run);
    alm_bind_size(&s, ":fit", fit);
    alm_bind_size(&s, ":training", training);
    alm_bind_integer(&s, ":now", alm_clock_now());
    alm_bind_text(&s, ":digest", digest);
    alm_bind_blob(&s, ":data", state->data, state->length);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_checkpoint_save(struct alm_store *store, const struct alm_run_owner *owner, size_t fit,
                                    size_t training, const struct alm_bytes *state, struct alm_error *error)
{
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, save_in_transaction(store, owner, fit, training, state, error), error);
}

enum alm_status alm_checkpoint_load(struct alm_bytes *state, struct alm_store *store, int64_t run, size_t fit,
                                    size_t training, struct alm_error *error)
{
    struct alm_statement s;
    char digest[ALM_DIGEST_SIZE];
    bool row;
    size_t n = 0;
    ALM_TRY(alm_statement_begin(&s, store, "checkpoint_load", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":fit", fit);
    alm_bind_size(&s, ":training", training);
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK && row) {
        const void *data = alm_column_blob(&s, 1, &n);
        alm_digest_of(digest, data, n);
        alm_bytes_put(state, data, n);
        status = alm_bytes_check(state, error);
        if (status == ALM_OK && strcmp(digest, alm_column_text(&s, 0)) != 0)
            status =
                alm_fail(error, ALM_DB,
                         "the kept state of run %lld is damaged; `almanac runs drop %lld` and train again",
                         (long long)run, (long long)run);
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_checkpoint_drop(struct alm_store *store, int64_t run, size_t first, size_t last,
                                    struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "checkpoint_drop_fits", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":first", first);
    alm_bind_size(&s, ":last", last);
    return alm_statement_finish(&s, error);
}

static enum alm_status drop(struct alm_store *store, const char *query, int64_t run, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, query, error));
    alm_bind_integer(&s, ":run", run);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_training_table_drop(struct alm_store *store, int64_t run, bool keep_note,
                                        struct alm_error *error)
{
    ALM_TRY(drop(store, "checkpoint_drop", run, error));
    return keep_note ? ALM_OK : drop(store, "training_drop", run, error);
}

/* The first training of that name after run *run; *run is 0 when there is none. */
static enum alm_status next_of_name(int64_t *run, bool *lives, struct alm_store *store,
                                    const char *model_name, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "training_same_name", error));
    alm_bind_text(&s, ":model_name", model_name);
    alm_bind_integer(&s, ":after", *run);
    const enum alm_status status = alm_statement_step(&s, &row, error);
    *run = status == ALM_OK && row ? alm_column_integer(&s, 0) : 0;
    *lives = *run > 0 && alm_column_text(&s, 1) != NULL &&
             alm_process_lives(alm_column_text(&s, 2), alm_column_integer(&s, 3), alm_column_text(&s, 4),
                               alm_column_integer(&s, 5));
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_training_table_supersede(struct alm_store *store, const char *model_name,
                                             struct alm_error *error)
{
    int64_t run = 0;
    bool lives;
    do {
        ALM_TRY(next_of_name(&run, &lives, store, model_name, error));
        if (run > 0 && !lives) ALM_TRY(alm_training_table_drop(store, run, false, error));
    } while (run > 0);
    return ALM_OK;
}
