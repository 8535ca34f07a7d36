/* Writing observations in bulk. A block of rows goes out in one statement; where one of them is there
 * already, it is merged value by value and the statement goes on after it. */
#include "store/observation_table.h"

#include "base/memory.h"
#include "base/text.h"
#include "series/timestamp.h"
#include "store/connection.h"
#include "store/incoming.h"
#include "store/statement.h"
#include "store/statistics.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 64 };

struct batch {
    size_t n;
    int64_t ts[BATCH];
    double values[BATCH][ALM_FRAME_WIDTH];
};

struct alm_observation_writer {
    struct alm_store *store;
    int64_t frame_id;
    enum alm_conflict_policy policy;
    struct alm_write_counts counts;
    bool fresh; /* the frame was empty and all rows came in order: then tally is all there is to know */
    int64_t last_ts;
    struct alm_frame_tally tally;
    struct batch *batch; /* rows that came one by one; NULL until there is one */
};

static enum alm_status find_one(bool *found, struct alm_store *store, const char *query, int64_t frame_id,
                                struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, query, error));
    alm_bind_integer(&s, ":frame", frame_id);
    const enum alm_status status = alm_statement_step(&s, found, error);
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_observation_writer_create(struct alm_observation_writer **out, struct alm_store *store,
                                              int64_t frame_id, enum alm_conflict_policy policy,
                                              struct alm_error *error)
{
    bool has_rows, exists;
    *out = NULL;
    /* once for all rows: SQLite does not look in a bulk transaction */
    ALM_TRY(find_one(&exists, store, "frame_find", frame_id, error));
    if (!exists) return alm_fail(error, ALM_INTERNAL, "there is no frame %lld", (long long)frame_id);
    ALM_TRY(find_one(&has_rows, store, "observation_any", frame_id, error));
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->fresh = !has_rows;
    (*out)->store = store;
    (*out)->frame_id = frame_id;
    (*out)->policy = policy;
    return ALM_OK;
}

void alm_observation_writer_free(struct alm_observation_writer *writer)
{
    if (writer == NULL) return;
    free(writer->batch);
    free(writer);
}

static void read_row(double out[ALM_FRAME_WIDTH], const struct alm_incoming *rows, size_t i)
{
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        out[k] = rows->column[k] == SIZE_MAX ? (double)NAN : rows->values[i * rows->width + rows->column[k]];
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

static enum alm_status refuse(const struct alm_observation_writer *w, size_t position, int64_t ts,
                              double value, double stored, struct alm_error *error)
{
    struct alm_text place = {0};
    enum alm_status status = write_place(&place, w, position, ts, error);
    if (status == ALM_OK)
        status = alm_fail(error, ALM_EXISTS,
                          "%s: %.15g is stored, %.15g came (--on-conflict keep or replace decides)",
                          alm_text_string(&place), stored, value);
    alm_text_clear(&place);
    return status;
}

/* Merges a row into the stored values under the policy; *changed says whether they must be written. */
static enum alm_status merge_values(bool *changed, double *stored, struct alm_observation_writer *w,
                                    int64_t ts, const double *row, struct alm_error *error)
{
    *changed = false;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++) {
        const double value = row[k];
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
            return refuse(w, k, ts, value, stored[k], error);
        }
        stored[k] = value;
        *changed = true;
    }
    return ALM_OK;
}

static enum alm_status read_stored(bool *found, double *stored, struct alm_observation_writer *w, int64_t ts,
                                   struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, w->store, "observation_find", error));
    alm_bind_integer(&s, ":frame", w->frame_id);
    alm_bind_integer(&s, ":ts", ts);
    const enum alm_status status = alm_statement_step(&s, found, error);
    for (int k = 0; status == ALM_OK && *found && k < ALM_FRAME_WIDTH; k++)
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

/* Merges rows one by one, from the one at which the insertion stopped to the next that is not there. */
static enum alm_status merge(struct alm_incoming *rows, struct alm_observation_writer *w,
                             struct alm_error *error)
{
    for (; rows->at < rows->n; rows->at++) {
        const int64_t ts = rows->ts[rows->at];
        double stored[ALM_FRAME_WIDTH], row[ALM_FRAME_WIDTH];
        bool found, changed;
        ALM_TRY(read_stored(&found, stored, w, ts, error));
        if (!found) return ALM_OK;
        read_row(row, rows, rows->at);
        ALM_TRY(merge_values(&changed, stored, w, ts, row, error));
        if (changed) ALM_TRY(write_merged(w, ts, stored, error));
    }
    return ALM_OK;
}

/* ---- inserting ---- */

static const char *insertion(const struct alm_incoming *rows)
{
    static const char *const names[] = {
        "observation_insert_1", "observation_insert_2", "observation_insert_3", "observation_insert_4",
        "observation_insert_5", "observation_insert_6", "observation_insert_7", "observation_insert_8"};
    size_t last = 0;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        if (rows->column[k] != SIZE_MAX) last = k;
    return names[last];
}

/* counts are those of the whole block. */
static void count_added(struct alm_observation_writer *w, const struct alm_incoming *rows, size_t from,
                        const size_t counts[ALM_FRAME_WIDTH])
{
    size_t part[ALM_FRAME_WIDTH];
    if (rows->at - from < rows->n) {
        struct alm_incoming added = *rows;
        added.values += from * rows->width;
        added.n = rows->at - from;
        alm_incoming_count(part, &added);
        counts = part;
    }
    w->counts.rows += rows->at - from;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        w->counts.added += counts[k];
}

/* Inserts rows up to the end or to one that is there. */
static enum alm_status insert(struct alm_incoming *rows, struct alm_observation_writer *w,
                              const size_t counts[ALM_FRAME_WIDTH], struct alm_error *error)
{
    struct alm_statement s;
    struct alm_error why = {0};
    const size_t from = rows->at;
    ALM_TRY(alm_statement_begin(&s, w->store, insertion(rows), error));
    alm_bind_integer(&s, ":frame", w->frame_id);
    w->store->incoming = rows;
    enum alm_status status = alm_statement_step(&s, NULL, &why);
    w->store->incoming = NULL;
    if (status != ALM_OK && sqlite3_extended_errcode(w->store->handle) == SQLITE_CONSTRAINT_PRIMARYKEY)
        status = ALM_OK;
    else if (status != ALM_OK)
        alm_fail(error, status, "%s", why.text);
    alm_statement_end(&s);
    if (status == ALM_OK) count_added(w, rows, from, counts);
    return status;
}

static enum alm_status refuse_infinite(const struct alm_incoming *rows, struct alm_error *error)
{
    for (size_t i = 0; i < rows->n; i++)
        for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
            if (rows->column[k] != SIZE_MAX && isinf(rows->values[i * rows->width + rows->column[k]]))
                return alm_fail(error, ALM_DATA, "an infinite value cannot be stored (ts %lld)",
                                (long long)rows->ts[i]);
    return ALM_OK;
}

/* Notes whether the rows of an empty frame come in order. */
static void check_order(struct alm_observation_writer *w, const struct alm_incoming *rows)
{
    for (size_t i = 0; i < rows->n && w->fresh; i++) {
        if (w->tally.n_rows + i > 0 && rows->ts[i] <= w->last_ts) w->fresh = false;
        w->last_ts = rows->ts[i];
    }
}

static enum alm_status write_rows(struct alm_incoming *rows, struct alm_observation_writer *w,
                                  struct alm_error *error)
{
    size_t counts[ALM_FRAME_WIDTH];
    /* SQLite's own check is off in a bulk transaction */
    if (!alm_incoming_count(counts, rows)) return refuse_infinite(rows, error);
    check_order(w, rows);
    if (w->fresh) alm_frame_tally_add_block(&w->tally, rows, counts);
    for (;;) {
        ALM_TRY(insert(rows, w, counts, error));
        if (rows->at == rows->n) return ALM_OK;
        ALM_TRY(merge(rows, w, error));
    }
}

static enum alm_status flush(struct alm_observation_writer *w, struct alm_error *error)
{
    struct batch *batch = w->batch;
    if (batch == NULL || batch->n == 0) return ALM_OK;
    struct alm_incoming rows = {.ts = batch->ts,
                                .values = &batch->values[0][0],
                                .width = ALM_FRAME_WIDTH,
                                .column = {0, 1, 2, 3, 4, 5, 6, 7},
                                .n = batch->n};
    batch->n = 0;
    return write_rows(&rows, w, error);
}

/* ---- the writer ---- */

enum alm_status alm_observation_writer_add(struct alm_observation_writer *writer, int64_t ts,
                                           const double *values, struct alm_error *error)
{
    if (writer->batch == NULL) ALM_TRY(ALM_NEW(&writer->batch, 1, error));
    struct batch *batch = writer->batch;
    batch->ts[batch->n] = ts;
    memcpy(batch->values[batch->n], values, sizeof batch->values[0]);
    return ++batch->n == BATCH ? flush(writer, error) : ALM_OK;
}

enum alm_status alm_observation_writer_add_block(struct alm_observation_writer *writer, const int64_t *ts,
                                                 const double *values, size_t width, const size_t *columns,
                                                 size_t n, struct alm_error *error)
{
    struct alm_incoming rows = {.ts = ts, .values = values, .width = width, .n = n};
    memcpy(rows.column, columns, sizeof rows.column);
    ALM_TRY(flush(writer, error));
    return write_rows(&rows, writer, error);
}

enum alm_status alm_observation_writer_finish(struct alm_observation_writer *writer,
                                              struct alm_write_counts *counts, struct alm_error *error)
{
    ALM_TRY(flush(writer, error));
    if (counts != NULL) *counts = writer->counts;
    if (writer->fresh) return alm_frame_tally_store(&writer->tally, writer->store, writer->frame_id, error);
    return alm_series_table_update_statistics(writer->store, writer->frame_id, error);
}
