#include "store/model_table.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "store/statement.h"
#include "store/suggest.h"

#include <stdlib.h>
#include <string.h>

/* ---- saving ---- */

static enum alm_status check_name(struct alm_store *store, const char *name, struct alm_error *error)
{
    struct alm_statement s;
    bool taken;
    if (name[0] == '\0') return alm_fail(error, ALM_USAGE, "the name of a model is empty");
    ALM_TRY(alm_statement_begin(&s, store, "model_find", error));
    alm_bind_text(&s, ":name", name);
    const enum alm_status status = alm_statement_step(&s, &taken, error);
    alm_statement_end(&s);
    if (status != ALM_OK || !taken) return status;
    return alm_fail(error, ALM_EXISTS, "there is a model \"%s\" already (`almanac models drop %s`)", name,
                    name);
}

static enum alm_status insert_model(int64_t *model_id, struct alm_store *store,
                                    const struct alm_model_new *model, struct alm_error *error)
{
    struct alm_statement s;
    char digest[ALM_DIGEST_SIZE];
    bool row;
    alm_digest_of(digest, model->data, model->n_bytes);
    ALM_TRY(alm_statement_begin(&s, store, "model_insert", error));
    alm_bind_text(&s, ":name", model->name);
    alm_bind_text(&s, ":spec", model->spec);
    if (model->run > 0) alm_bind_integer(&s, ":run", model->run);
    alm_bind_integer(&s, ":trained_until", model->trained_until);
    alm_bind_text(&s, ":frequency", model->frequency);
    alm_bind_size(&s, ":horizon", model->horizon);
    alm_bind_integer(&s, ":seed", (int64_t)model->seed);
    alm_bind_text(&s, ":version", model->version);
    alm_bind_integer(&s, ":now", alm_clock_now());
    alm_bind_text(&s, ":digest", digest);
    alm_bind_blob(&s, ":data", model->data, model->n_bytes);
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) *model_id = alm_column_integer(&s, 0);
    if (status == ALM_OK) return alm_statement_finish(&s, error);
    alm_statement_end(&s);
    return status;
}

static enum alm_status save_in_transaction(struct alm_store *store, const struct alm_model_new *model,
                                           struct alm_error *error)
{
    int64_t model_id = 0;
    ALM_TRY(check_name(store, model->name, error));
    ALM_TRY(insert_model(&model_id, store, model, error));
    for (size_t i = 0; i < model->n_series; i++) {
        struct alm_statement s;
        ALM_TRY(alm_statement_begin(&s, store, "model_series_insert", error));
        alm_bind_integer(&s, ":model", model_id);
        alm_bind_size(&s, ":series_no", i);
        if (model->series_id != NULL) alm_bind_integer(&s, ":series", model->series_id[i]);
        alm_bind_text(&s, ":name", model->series[i]);
        ALM_TRY(alm_statement_finish(&s, error));
    }
    return ALM_OK;
}

enum alm_status alm_model_table_save(struct alm_store *store, const struct alm_model_new *model,
                                     struct alm_error *error)
{
    if (alm_store_in_transaction(store)) return save_in_transaction(store, model, error);
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, save_in_transaction(store, model, error), error);
}

/* ---- loading ---- */

void alm_model_row_clear(struct alm_model_row *row)
{
    for (size_t i = 0; i < row->n_series; i++)
        free(row->series[i]);
    free(row->series);
    free(row->name);
    free(row->spec);
    free(row->frequency);
    free(row->data);
    *row = (struct alm_model_row){0};
}

static enum alm_status not_found(struct alm_store *store, const char *wanted, struct alm_error *error)
{
    char near[ALM_SUGGESTION_SIZE];
    alm_store_suggest(near, store, "model_names", wanted, " (see `almanac models list`)");
    return alm_fail(error, ALM_NOTFOUND, "no model \"%s\"%s", wanted, near);
}

static enum alm_status read_data(struct alm_model_row *out, const struct alm_statement *s,
                                 struct alm_error *error)
{
    char digest[ALM_DIGEST_SIZE];
    const void *data = alm_column_blob(s, 8, &out->n_bytes);
    ALM_TRY(alm_allocate(&out->data, out->n_bytes, 1, error));
    if (out->n_bytes > 0) memcpy(out->data, data, out->n_bytes);
    alm_digest_of(digest, out->data, out->n_bytes);
    if (strcmp(digest, alm_column_text(s, 7)) == 0) return ALM_OK;
    return alm_fail(error, ALM_DB, "model %s is damaged: its bytes do not have their digest", out->name);
}

static enum alm_status read_model(struct alm_model_row *out, const struct alm_statement *s,
                                  struct alm_error *error)
{
    out->model_id = alm_column_integer(s, 0);
    out->trained_until = alm_column_integer(s, 3);
    out->horizon = (size_t)alm_column_integer(s, 5);
    out->seed = (uint64_t)alm_column_integer(s, 6);
    ALM_TRY(alm_column_copy(&out->name, s, 1, error));
    ALM_TRY(alm_column_copy(&out->spec, s, 2, error));
    ALM_TRY(alm_column_copy(&out->frequency, s, 4, error));
    return read_data(out, s, error);
}

static enum alm_status read_series(struct alm_model_row *out, struct alm_store *store,
                                   struct alm_error *error)
{
    struct alm_statement s;
    size_t capacity = 0;
    bool row;
    enum alm_status status;
    ALM_TRY(alm_statement_begin(&s, store, "model_series_list", error));
    alm_bind_integer(&s, ":model", out->model_id);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        status = alm_grow((void **)&out->series, &capacity, out->n_series + 1, sizeof *out->series, error);
        if (status == ALM_OK) status = alm_column_copy(&out->series[out->n_series], &s, 0, error);
        if (status != ALM_OK) break;
        out->n_series++;
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_model_table_load(struct alm_model_row *out, struct alm_store *store, const char *name,
                                     struct alm_error *error)
{
    struct alm_statement s;
    bool found;
    *out = (struct alm_model_row){0};
    ALM_TRY(alm_statement_begin(&s, store, "model_find", error));
    alm_bind_text(&s, ":name", name);
    enum alm_status status = alm_statement_step(&s, &found, error);
    if (status == ALM_OK && found) status = read_model(out, &s, error);
    alm_statement_end(&s);
    if (status == ALM_OK && !found) return not_found(store, name, error);
    if (status == ALM_OK) status = read_series(out, store, error);
    if (status != ALM_OK) alm_model_row_clear(out);
    return status;
}

enum alm_status alm_model_table_drop(struct alm_store *store, const char *name, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "model_drop", error));
    alm_bind_text(&s, ":name", name);
    ALM_TRY(alm_statement_finish(&s, error));
    return alm_statement_changes(&s) > 0 ? ALM_OK : not_found(store, name, error);
}
