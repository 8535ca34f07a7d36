#include "store/run_table.h"

#include "base/clock.h"
#include "base/memory.h"
#include "store/owner.h"
#include "store/statement.h"
#include "store/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"backtest", "forecast", "train", "tune"};

/* ---- making ---- */

static enum alm_status check_name(struct alm_store *store, const char *name, struct alm_error *error)
{
    struct alm_statement s;
    bool taken;
    if (name == NULL) return ALM_OK;
    if (name[strspn(name, "0123456789")] == '\0')
        return alm_fail(error, ALM_USAGE, "a run cannot be named \"%s\": that looks like its number", name);
    ALM_TRY(alm_statement_begin(&s, store, "run_find", error));
    alm_bind_text(&s, ":run", name);
    const enum alm_status status = alm_statement_step(&s, &taken, error);
    const long long id = status == ALM_OK && taken ? alm_column_integer(&s, 0) : 0;
    alm_statement_end(&s);
    if (status != ALM_OK || !taken) return status;
    return alm_fail(error, ALM_EXISTS, "there is a run named %s already (run %lld); choose another name",
                    name, id);
}

static void bind_process(struct alm_statement *s)
{
    struct alm_process self;
    alm_process_self(&self);
    alm_bind_text(s, ":host", self.host);
    alm_bind_integer(s, ":pid", self.pid);
    alm_bind_text(s, ":process", self.start);
    alm_bind_integer(s, ":now", alm_clock_now());
}

static enum alm_status insert_run(struct alm_run_owner *out, struct alm_store *store,
                                  const struct alm_run_new *run, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "run_create", error));
    alm_bind_text(&s, ":name", run->name);
    alm_bind_text(&s, ":kind", kind_names[run->kind]);
    alm_bind_text(&s, ":spec", run->spec);
    alm_bind_integer(&s, ":seed", (int64_t)run->seed);
    alm_bind_text(&s, ":data_digest", run->data_digest);
    alm_bind_text(&s, ":version", run->version);
    alm_bind_text(&s, ":kernel", run->kernel);
    bind_process(&s);
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) {
        out->run = alm_column_integer(&s, 0);
        snprintf(out->token, sizeof out->token, "%s", alm_column_text(&s, 1));
        return alm_statement_finish(&s, error);
    }
    alm_statement_end(&s);
    return status;
}

static enum alm_status insert_series(struct alm_store *store, int64_t run, size_t number,
                                     const struct alm_run_series *series, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "run_series_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":series_no", number);
    if (series->series_id > 0) alm_bind_integer(&s, ":series", series->series_id);
    alm_bind_text(&s, ":name", series->name);
    alm_bind_text(&s, ":frequency", series->frequency);
    alm_bind_size(&s, ":season_length", series->season_length);
    if (series->has_origins) alm_bind_size(&s, ":n_origins", series->n_origins);
    if (series->has_origins) alm_bind_size(&s, ":n_embargoed", series->n_embargoed);
    return alm_statement_finish(&s, error);
}

static enum alm_status insert_forecaster(struct alm_store *store, int64_t run, size_t number,
                                         const struct alm_run_forecaster *forecaster, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "run_forecaster_insert", error));
    alm_bind_integer(&s, ":run", run);
    alm_bind_size(&s, ":forecaster_no", number);
    alm_bind_text(&s, ":label", forecaster->label);
    alm_bind_text(&s, ":spec", forecaster->spec);
    alm_bind_text(&s, ":options", forecaster->options == NULL ? "{}" : forecaster->options);
    return alm_statement_finish(&s, error);
}

static enum alm_status create_in_transaction(struct alm_run_owner *out, struct alm_store *store,
                                             const struct alm_run_new *run, struct alm_error *error)
{
    ALM_TRY(check_name(store, run->name, error));
    ALM_TRY(insert_run(out, store, run, error));
    for (size_t i = 0; i < run->n_series; i++)
        ALM_TRY(insert_series(store, out->run, i, &run->series[i], error));
    for (size_t i = 0; i < run->n_forecasters; i++)
        ALM_TRY(insert_forecaster(store, out->run, i, &run->forecaster[i], error));
    return ALM_OK;
}

enum alm_status alm_run_table_create(struct alm_run_owner *out, struct alm_store *store,
                                     const struct alm_run_new *run, struct alm_error *error)
{
    if (alm_store_in_transaction(store)) return create_in_transaction(out, store, run, error);
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, create_in_transaction(out, store, run, error), error);
}

/* ---- finding ---- */

void alm_run_row_clear(struct alm_run_row *row)
{
    for (size_t i = 0; i < row->n_series; i++) {
        free((char *)row->series[i].name);
        free((char *)row->series[i].frequency);
    }
    for (size_t i = 0; i < row->n_forecasters; i++) {
        free((char *)row->forecaster[i].label);
        free((char *)row->forecaster[i].spec);
        free((char *)row->forecaster[i].options);
    }
    free(row->series);
    free(row->forecaster);
    free(row->name);
    free(row->status);
    free(row->message);
    free(row->spec);
    free(row->data_digest);
    free(row->version);
    free(row->kernel);
    *row = (struct alm_run_row){0};
}

static enum alm_status not_found(struct alm_store *store, const char *wanted, struct alm_error *error)
{
    char near[ALM_SUGGESTION_SIZE];
    alm_store_suggest(near, store, "run_names", wanted, " (see `almanac runs list`)");
    return alm_fail(error, ALM_NOTFOUND, "no run \"%s\"%s", wanted, near);
}

static enum alm_run_kind kind_of(const char *name)
{
    size_t i = 0;
    while (i + 1 < sizeof kind_names / sizeof *kind_names && strcmp(kind_names[i], name) != 0)
        i++;
    return (enum alm_run_kind)i;
}

/* Takes run_find to the run's row; the caller ends the statement. */
static enum alm_status begin_find(struct alm_statement *s, struct alm_store *store, const char *run,
                                  struct alm_error *error)
{
    bool row;
    ALM_TRY(alm_statement_begin(s, store, "run_find", error));
    alm_bind_text(s, ":run", run);
    const enum alm_status status = alm_statement_step(s, &row, error);
    if (status == ALM_OK && row) return ALM_OK;
    alm_statement_end(s);
    return status == ALM_OK ? not_found(store, run, error) : status;
}

static enum alm_status read_run(struct alm_run_row *out, const struct alm_statement *s,
                                struct alm_error *error)
{
    out->run = alm_column_integer(s, 0);
    out->kind = kind_of(alm_column_text(s, 2));
    out->seed = (uint64_t)alm_column_integer(s, 6);
    out->started = alm_column_integer(s, 15);
    out->finished = alm_column_integer(s, 16);
    ALM_TRY(alm_column_copy(&out->name, s, 1, error));
    ALM_TRY(alm_column_copy(&out->status, s, 3, error));
    ALM_TRY(alm_column_copy(&out->message, s, 4, error));
    ALM_TRY(alm_column_copy(&out->spec, s, 5, error));
    ALM_TRY(alm_column_copy(&out->data_digest, s, 7, error));
    ALM_TRY(alm_column_copy(&out->version, s, 8, error));
    return alm_column_copy(&out->kernel, s, 9, error);
}

static enum alm_status read_series(struct alm_run_row *out, struct alm_store *store, struct alm_error *error)
{
    struct alm_statement s;
    size_t capacity = 0;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "run_series_list", error));
    alm_bind_integer(&s, ":run", out->run);
    enum alm_status status;
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        status = alm_grow((void **)&out->series, &capacity, out->n_series + 1, sizeof *out->series, error);
        if (status != ALM_OK) break;
        struct alm_run_series *series = &out->series[out->n_series++];
        *series = (struct alm_run_series){.series_id = alm_column_integer(&s, 1),
                                          .season_length = (size_t)alm_column_integer(&s, 4)};
        status = alm_column_copy((char **)&series->name, &s, 2, error);
        if (status == ALM_OK) status = alm_column_copy((char **)&series->frequency, &s, 3, error);
        if (status != ALM_OK) break;
    }
    alm_statement_end(&s);
    return status;
}

static enum alm_status read_forecasters(struct alm_run_row *out, struct alm_store *store,
                                        struct alm_error *error)
{
    struct alm_statement s;
    size_t capacity = 0;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "run_forecaster_list", error));
    alm_bind_integer(&s, ":run", out->run);
    enum alm_status status;
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        status = alm_grow((void **)&out->forecaster, &capacity, out->n_forecasters + 1,
                          sizeof *out->forecaster, error);
        if (status != ALM_OK) break;
        struct alm_run_forecaster *forecaster = &out->forecaster[out->n_forecasters++];
        *forecaster = (struct alm_run_forecaster){0};
        status = alm_column_copy((char **)&forecaster->label, &s, 1, error);
        if (status == ALM_OK) status = alm_column_copy((char **)&forecaster->spec, &s, 2, error);
        if (status == ALM_OK) status = alm_column_copy((char **)&forecaster->options, &s, 3, error);
        if (status != ALM_OK) break;
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_run_table_find(struct alm_run_row *out, struct alm_store *store, const char *run,
                                   struct alm_error *error)
{
    struct alm_statement s;
    *out = (struct alm_run_row){0};
    ALM_TRY(begin_find(&s, store, run, error));
    enum alm_status status = read_run(out, &s, error);
    alm_statement_end(&s);
    if (status == ALM_OK) status = read_series(out, store, error);
    if (status == ALM_OK) status = read_forecasters(out, store, error);
    if (status != ALM_OK) alm_run_row_clear(out);
    return status;
}

enum alm_status alm_run_table_find_id(int64_t *out, struct alm_store *store, const char *run,
                                      struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(begin_find(&s, store, run, error));
    *out = alm_column_integer(&s, 0);
    alm_statement_end(&s);
    return ALM_OK;
}

/* ---- owning ---- */

/* Looks at a run's owner; ALM_EXISTS when it lives. *done: the run is done. token is that of a dead owner, or
 * empty. */
static enum alm_status look_at_owner(char token[40], bool *done, struct alm_store *store, int64_t run,
                                     struct alm_error *error)
{
    struct alm_statement s;
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)run);
    ALM_TRY(begin_find(&s, store, number, error));
    enum alm_status status = ALM_OK;
    const char *owner = alm_column_text(&s, 10), *host = alm_column_text(&s, 11);
    const int64_t pid = alm_column_integer(&s, 12), heartbeat = alm_column_integer(&s, 14);
    snprintf(token, 40, "%s", owner == NULL ? "" : owner);
    *done = strcmp(alm_column_text(&s, 3), "done") == 0;
    if (owner != NULL && alm_process_lives(host, pid, alm_column_text(&s, 13), heartbeat))
        status = alm_fail(error, ALM_EXISTS,
                          "run %lld is being worked on by process %lld on %s (last sign %.0f s ago)",
                          (long long)run, (long long)pid, host, (double)(alm_clock_now() - heartbeat) / 1e6);
    alm_statement_end(&s);
    return status;
}

static enum alm_status take_in_transaction(struct alm_run_owner *out, struct alm_store *store, int64_t run,
                                           const char *version, const char *kernel, struct alm_error *error)
{
    struct alm_statement s;
    char dead[40];
    bool done, row;
    *out = (struct alm_run_owner){.run = run};
    ALM_TRY(look_at_owner(dead, &done, store, run, error));
    if (done) return ALM_OK;
    ALM_TRY(alm_statement_begin(&s, store, "run_take_over", error));
    alm_bind_integer(&s, ":run", run);
    if (dead[0] != '\0') alm_bind_text(&s, ":owner", dead);
    alm_bind_text(&s, ":version", version);
    alm_bind_text(&s, ":kernel", kernel);
    bind_process(&s);
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK && !row)
        status =
            alm_fail(error, ALM_INTERNAL, "run %lld changed its owner inside a transaction", (long long)run);
    if (status == ALM_OK) {
        snprintf(out->token, sizeof out->token, "%s", alm_column_text(&s, 0));
        return alm_statement_finish(&s, error);
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_run_table_take(struct alm_run_owner *out, struct alm_store *store, int64_t run,
                                   const char *version, const char *kernel, struct alm_error *error)
{
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, take_in_transaction(out, store, run, version, kernel, error), error);
}

static enum alm_status check_changed(int64_t changes, const struct alm_run_owner *owner,
                                     struct alm_error *error)
{
    if (changes == 1) return ALM_OK;
    return alm_fail(error, ALM_DB,
                    "run %lld was taken over by another process or dropped; nothing more is written",
                    (long long)owner->run);
}

enum alm_status alm_run_table_heartbeat(struct alm_store *store, const struct alm_run_owner *owner,
                                        struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "run_heartbeat", error));
    alm_bind_integer(&s, ":run", owner->run);
    alm_bind_text(&s, ":owner", owner->token);
    alm_bind_integer(&s, ":now", alm_clock_now());
    ALM_TRY(alm_statement_finish(&s, error));
    return check_changed(alm_statement_changes(&s), owner, error);
}

enum alm_status alm_run_table_finish(struct alm_store *store, const struct alm_run_owner *owner,
                                     enum alm_status ended, const char *message, double cpu_seconds,
                                     int64_t peak_rss, struct alm_error *error)
{
    struct alm_statement s;
    const char *name = ended == ALM_OK ? "done" : ended == ALM_INTERRUPTED ? "interrupted" : "failed";
    ALM_TRY(alm_statement_begin(&s, store, "run_finish", error));
    alm_bind_integer(&s, ":run", owner->run);
    alm_bind_text(&s, ":owner", owner->token);
    alm_bind_text(&s, ":status", name);
    alm_bind_text(&s, ":message", ended == ALM_OK ? NULL : message);
    alm_bind_integer(&s, ":now", alm_clock_now());
    alm_bind_real(&s, ":cpu_seconds", cpu_seconds);
    alm_bind_integer(&s, ":peak_rss", peak_rss);
    ALM_TRY(alm_statement_finish(&s, error));
    return check_changed(alm_statement_changes(&s), owner, error);
}

static enum alm_status drop_in_transaction(struct alm_store *store, int64_t run, struct alm_error *error)
{
    struct alm_statement s;
    char token[40];
    bool done;
    ALM_TRY(look_at_owner(token, &done, store, run, error));
    ALM_TRY(alm_statement_begin(&s, store, "run_drop", error));
    alm_bind_integer(&s, ":run", run);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_run_table_drop(struct alm_store *store, int64_t run, struct alm_error *error)
{
    ALM_TRY(alm_store_begin(store, error));
    return alm_store_end(store, drop_in_transaction(store, run, error), error);
}
