/* Writing observations in bulk. Rows are buffered and go out 32 to a statement; when one of them is there
 * already, the batch is merged row by row, value by value. */
#include "store/observation_table.h"

#include "base/memory.h"
#include "base/text.h"
#include "series/timestamp.h"
#include "store/connection.h"
#include "store/statement.h"
#include "store/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, FIELDS = 2 + ALM_FRAME_WIDTH };

struct buffered {
    int64_t ts;
    double v[ALM_FRAME_WIDTH];
};

struct alm_observation_writer {
    struct alm_store *store;
    int64_t frame_id;
    enum alm_conflict_policy policy;
    size_t n;
    struct buffered batch[BATCH];
    struct alm_write_counts counts;
    bool fresh; /* the frame was empty and all rows came in order: then tally is all there is to know */
    int64_t last_ts;
    struct alm_frame_tally tally;
};

static enum alm_status look_whether_empty(bool *empty, struct alm_store *store, int64_t frame_id,
                                          struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "observation_any", error));
    alm_bind_integer(&s, ":frame", frame_id);
    const enum alm_status status = alm_statement_step(&s, &row, error);
    *empty = !row;
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_observation_writer_create(struct alm_observation_writer **out, struct alm_store *store,
                                              int64_t frame_id, enum alm_conflict_policy policy,
                                              struct alm_error *error)
{
    bool empty;
    *out = NULL;
    ALM_TRY(look_whether_empty(&empty, store, frame_id, error));
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->fresh = empty;
    (*out)->store = store;
    (*out)->frame_id = frame_id;
    (*out)->policy = policy;
    return ALM_OK;
}

void alm_observation_writer_free(struct alm_observation_writer *writer)
{
    free(writer);
}

static void count_added(struct alm_observation_writer *w, const struct buffered *row)
{
    w->counts.rows++;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        w->counts.added += isnan(row->v[k]) ? 0 : 1;
}

static void bind_row(struct alm_statement *s, size_t i, int64_t frame_id, const struct buffered *row)
{
    const int base = (int)i * FIELDS;
    alm_bind_integer_at(s, base + 1, frame_id);
    alm_bind_integer_at(s, base + 2, row->ts);
    for (int k = 0; k < ALM_FRAME_WIDTH; k++)
        if (!isnan(row->v[k])) alm_bind_real_at(s, base + 3 + k, row->v[k]); /* NULL until bound */
}

/* Inserts rows [from, from + n) at once. *conflict: one of them is there; then none was inserted. */
static enum alm_status insert(bool *conflict, struct alm_observation_writer *w, const char *query,
                              size_t from, size_t n, struct alm_error *error)
{
    struct alm_statement s;
    struct alm_error why = {0};
    *conflict = false;
    ALM_TRY(alm_statement_begin(&s, w->store, query, error));
    for (size_t i = 0; i < n; i++)
        bind_row(&s, i, w->frame_id, &w->batch[from + i]);
    enum alm_status status = alm_statement_step(&s, NULL, &why);
    if (status != ALM_OK && sqlite3_extended_errcode(w->store->handle) == SQLITE_CONSTRAINT_PRIMARYKEY) {
        *conflict = true;
        status = ALM_OK;
    } else if (status != ALM_OK) {
        alm_fail(error, status, "%s", why.text);
    } else {
        for (size_t i = 0; i < n; i++)
            count_added(w, &w->batch[from + i]);
    }
    alm_statement_end(&s);
    return status;
}

/* ---- merging ---- */

/* Appends the name of the series at a position and ts as its clock reads. */
static enum alm_status write_place(struct alm_text *out, const struct alm_observation_writer *w,
                                   size_t position, int64_t ts, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, w->store, "series_at", error));
    alm_bind_integer(&s, ":frame", w->frame_id);
    alm_bind_size(&s, ":position", position);
    const enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK && row) alm_text_printf(out, "%s at ", alm_column_text(&s, 0));
    if (status == ALM_OK && row && strcmp(alm_column_text(&s, 1), "index") != 0)
        alm_ts_write_short(out, ts);
    else
        alm_text_printf(out, "%lld", (long long)ts);
    alm_statement_end(&s);
    return status;
}

static enum alm_status refuse(const struct alm_observation_writer *w, size_t position,
                              const struct buffered *row, double stored, struct alm_error *error)
{
    struct alm_text place = {0};
    enum alm_status status = write_place(&place, w, position, row->ts, error);
    if (status == ALM_OK)
        status = alm_fail(error, ALM_EXISTS,
                          "%s: %.15g is stored, %.15g came (--on-conflict keep or replace decides)",
                          alm_text_string(&place), stored, row->v[position]);
    alm_text_clear(&place);
    return status;
}

/* Merges row into the stored values under the policy; *changed says whether they must be written. */
static enum alm_status merge_values(bool *changed, double *stored, struct alm_observation_writer *w,
                                    const struct buffered *row, struct alm_error *error)
{
    *changed = false;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++) {
        const double value = row->v[k];
        if (isnan(value)) continue;
        if (isnan(stored[k])) {
            w->counts.added++;
        } else if (stored[k] == value) {
            w->counts.same++;
            continue;
        } else if (w->policy == ALM_CONFLICT_KEEP) {
            w->counts.kept++;
            continue;
        } else if (w->policy == ALM_CONFLICT_REPLACE) {
            w->counts.replaced++;
        } else {
            return refuse(w, k, row, stored[k], error);
        }
        stored[k] = value;
        *changed = true;
    }
    return ALM_OK;
}

static enum alm_status read_stored(double *stored, struct alm_observation_writer *w, int64_t ts,
                                   struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, w->store, "observation_find", error));
    alm_bind_integer(&s, ":frame", w->frame_id);
    alm_bind_integer(&s, ":ts", ts);
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK && !row)
        status = alm_fail(error, ALM_INTERNAL, "a row vanished while it was merged");
    for (int k = 0; status == ALM_OK && k < ALM_FRAME_WIDTH; k++)
        stored[k] = alm_column_real(&s, k);
    alm_statement_end(&s);
    return status;
}

static enum alm_status write_merged(struct alm_observation_writer *w, int64_t ts, const double *values,
                                    struct alm_error *error)
{
    static const char *const names[ALM_FRAME_WIDTH] = {":v0", ":v1", ":v2", ":v3",
                                                       ":v4", ":v5", ":v6", ":v7"};
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, w->store, "observation_update", error));
    alm_bind_integer(&s, ":frame", w->frame_id);
    alm_bind_integer(&s, ":ts", ts);
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        alm_bind_real(&s, names[k], values[k]);
    return alm_statement_finish(&s, error);
}

static enum alm_status insert_or_merge(struct alm_observation_writer *w, size_t i, struct alm_error *error)
{
    double stored[ALM_FRAME_WIDTH];
    bool conflict, changed;
    ALM_TRY(insert(&conflict, w, "observation_insert_1", i, 1, error));
    if (!conflict) return ALM_OK;
    ALM_TRY(read_stored(stored, w, w->batch[i].ts, error));
    ALM_TRY(merge_values(&changed, stored, w, &w->batch[i], error));
    return changed ? write_merged(w, w->batch[i].ts, stored, error) : ALM_OK;
}

static enum alm_status flush(struct alm_observation_writer *w, struct alm_error *error)
{
    bool conflict = true;
    const size_t n = w->n;
    if (n == BATCH) ALM_TRY(insert(&conflict, w, "observation_insert_32", 0, n, error));
    for (size_t i = 0; conflict && i < n; i++)
        ALM_TRY(insert_or_merge(w, i, error));
    w->n = 0;
    return ALM_OK;
}

/* ---- the writer ---- */

enum alm_status alm_observation_writer_add(struct alm_observation_writer *writer, int64_t ts,
                                           const double *values, struct alm_error *error)
{
    struct buffered *row = &writer->batch[writer->n];
    row->ts = ts;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++) {
        if (isinf(values[k]))
            return alm_fail(error, ALM_DATA, "an infinite value cannot be stored (ts %lld)", (long long)ts);
        row->v[k] = values[k];
    }
    if (writer->tally.n_rows > 0 && ts <= writer->last_ts) writer->fresh = false;
    writer->last_ts = ts;
    if (writer->fresh) alm_frame_tally_add(&writer->tally, ts, values);
    return ++writer->n == BATCH ? flush(writer, error) : ALM_OK;
}

enum alm_status alm_observation_writer_finish(struct alm_observation_writer *writer,
                                              struct alm_write_counts *counts, struct alm_error *error)
{
    ALM_TRY(flush(writer, error));
    if (counts != NULL) *counts = writer->counts;
    if (writer->fresh) return alm_frame_tally_store(&writer->tally, writer->store, writer->frame_id, error);
    return alm_series_table_update_statistics(writer->store, writer->frame_id, error);
}
