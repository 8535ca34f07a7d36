#include "store/series_table.h"

#include "base/memory.h"
#include "store/statement.h"
#include "store/suggest.h"

#include <stdlib.h>
#include <string.h>

void alm_series_row_clear(struct alm_series_row *row)
{
    if (row == NULL) return;
    free(row->name);
    free(row->kind);
    free(row->frequency);
    free(row->time_zone);
    free(row->unit);
    *row = (struct alm_series_row){0};
}

void alm_series_rows_free(struct alm_series_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        alm_series_row_clear(&rows[i]);
    free(rows);
}

/* Reads the current row of series_find or series_match. */
static enum alm_status read_row(struct alm_series_row *out, const struct alm_statement *s,
                                struct alm_error *error)
{
    *out = (struct alm_series_row){
        .series_id = alm_column_integer(s, 0),
        .frame_id = alm_column_integer(s, 2),
        .position = (size_t)alm_column_integer(s, 3),
        .season_length = (size_t)alm_column_integer(s, 7),
        .has_values = !alm_column_is_null(s, 9),
        .first_ts = alm_column_integer(s, 9),
        .last_ts = alm_column_integer(s, 10),
        .n = (size_t)alm_column_integer(s, 11),
        .missing = (size_t)alm_column_integer(s, 12),
    };
    enum alm_status status = alm_column_copy(&out->name, s, 1, error);
    if (status == ALM_OK) status = alm_column_copy(&out->kind, s, 4, error);
    if (status == ALM_OK) status = alm_column_copy(&out->frequency, s, 5, error);
    if (status == ALM_OK) status = alm_column_copy(&out->time_zone, s, 6, error);
    if (status == ALM_OK) status = alm_column_copy(&out->unit, s, 8, error);
    if (status != ALM_OK) alm_series_row_clear(out);
    return status;
}

/* ---- finding ---- */

static enum alm_status not_found(struct alm_store *store, const char *wanted, struct alm_error *error)
{
    char near[ALM_SUGGESTION_SIZE];
    if (alm_store_suggest(near, store, "series_names", wanted, " (see `almanac series list`)") > 0)
        return alm_fail(error, ALM_NOTFOUND, "no series \"%s\"%s", wanted, near);
    return alm_fail(error, ALM_NOTFOUND, "no series \"%s\": there is none yet (see `almanac help import`)",
                    wanted);
}

enum alm_status alm_series_table_has(bool *has, struct alm_series_row *out, struct alm_store *store,
                                     const char *name, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "series_find", error));
    alm_bind_text(&s, ":name", name);
    enum alm_status status = alm_statement_step(&s, has, error);
    if (status == ALM_OK && *has) status = read_row(out, &s, error);
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_series_table_find(struct alm_series_row *out, struct alm_store *store, const char *name,
                                      struct alm_error *error)
{
    bool has;
    ALM_TRY(alm_series_table_has(&has, out, store, name, error));
    return has ? ALM_OK : not_found(store, name, error);
}

/* Rows under construction, with the ids already there. */
struct matches {
    struct alm_series_row *rows;
    size_t n, capacity;
};

static bool is_among(const struct matches *m, size_t n_before, int64_t series_id)
{
    for (size_t i = 0; i < n_before; i++)
        if (m->rows[i].series_id == series_id) return true;
    return false;
}

/* Adds what matches pattern and is not there from an earlier pattern. */
static enum alm_status add_matches(struct matches *m, struct alm_store *store, const char *pattern,
                                   struct alm_error *error)
{
    struct alm_statement s;
    const size_t n_before = m->n;
    size_t found = 0;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "series_match", error));
    alm_bind_text(&s, ":pattern", pattern);
    enum alm_status status;
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        found++;
        if (is_among(m, n_before, alm_column_integer(&s, 0))) continue;
        status = alm_grow((void **)&m->rows, &m->capacity, m->n + 1, sizeof *m->rows, error);
        if (status == ALM_OK) status = read_row(&m->rows[m->n], &s, error);
        if (status != ALM_OK) break;
        m->n++;
    }
    alm_statement_end(&s);
    return status == ALM_OK && found == 0 ? not_found(store, pattern, error) : status;
}

enum alm_status alm_series_table_match_all(struct alm_series_row **out, size_t *n, struct alm_store *store,
                                           const char *const *patterns, size_t n_patterns,
                                           struct alm_error *error)
{
    struct matches m = {0};
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n_patterns; i++)
        status = add_matches(&m, store, patterns[i], error);
    if (status != ALM_OK) {
        alm_series_rows_free(m.rows, m.n);
        m = (struct matches){0};
    }
    *out = m.rows;
    *n = m.n;
    return status;
}

enum alm_status alm_series_table_match(struct alm_series_row **out, size_t *n, struct alm_store *store,
                                       const char *pattern, struct alm_error *error)
{
    return alm_series_table_match_all(out, n, store, &pattern, 1, error);
}

/* ---- making and changing ---- */

enum alm_status alm_frame_create(int64_t *frame_id, struct alm_store *store, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "frame_create", error));
    enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) *frame_id = alm_column_integer(&s, 0);
    if (status == ALM_OK) return alm_statement_finish(&s, error);
    alm_statement_end(&s);
    return status;
}

static enum alm_status check_name(const char *name, struct alm_error *error)
{
    if (name[0] == '\0') return alm_fail(error, ALM_USAGE, "the name of a series is empty");
    for (const unsigned char *p = (const unsigned char *)name; *p != '\0'; p++)
        if (*p < 0x20 || *p == 0x7F)
            return alm_fail(error, ALM_USAGE, "a series name has a control character (byte %d)", (int)*p);
    return ALM_OK;
}

static enum alm_status check_new_name(struct alm_store *store, const char *name, struct alm_error *error)
{
    struct alm_series_row other = {0};
    bool taken;
    ALM_TRY(check_name(name, error));
    ALM_TRY(alm_series_table_has(&taken, &other, store, name, error));
    if (!taken) return ALM_OK;
    alm_series_row_clear(&other);
    return alm_fail(error, ALM_EXISTS, "there is a series \"%s\" already", name);
}

enum alm_status alm_series_table_create(struct alm_store *store, struct alm_series_row *row,
                                        struct alm_error *error)
{
    struct alm_statement s;
    bool has;
    ALM_TRY(check_new_name(store, row->name, error));
    ALM_TRY(alm_statement_begin(&s, store, "series_create", error));
    alm_bind_text(&s, ":name", row->name);
    alm_bind_integer(&s, ":frame", row->frame_id);
    alm_bind_size(&s, ":position", row->position);
    alm_bind_text(&s, ":kind", row->kind == NULL ? "numeric" : row->kind);
    alm_bind_text(&s, ":frequency", row->frequency);
    alm_bind_text(&s, ":time_zone", row->time_zone == NULL ? "UTC" : row->time_zone);
    alm_bind_size(&s, ":season_length", row->season_length == 0 ? 1 : row->season_length);
    alm_bind_text(&s, ":unit", row->unit);
    const enum alm_status status = alm_statement_step(&s, &has, error);
    if (status == ALM_OK) row->series_id = alm_column_integer(&s, 0);
    if (status == ALM_OK) return alm_statement_finish(&s, error);
    alm_statement_end(&s);
    return status;
}

/* Opens a transaction unless one is open; *own says so. */
static enum alm_status begin_own(bool *own, struct alm_store *store, struct alm_error *error)
{
    *own = !alm_store_in_transaction(store);
    return *own ? alm_store_begin(store, error) : ALM_OK;
}

static enum alm_status end_own(bool own, struct alm_store *store, enum alm_status status,
                               struct alm_error *error)
{
    return own ? alm_store_end(store, status, error) : status;
}

static enum alm_status rename_in(struct alm_store *store, const char *query, int64_t series_id,
                                 const char *new_name, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, query, error));
    alm_bind_integer(&s, ":series", series_id);
    alm_bind_text(&s, ":new_name", new_name);
    return alm_statement_finish(&s, error);
}

static enum alm_status rename_everywhere(struct alm_store *store, const char *name, const char *new_name,
                                         struct alm_error *error)
{
    struct alm_series_row row;
    ALM_TRY(alm_series_table_find(&row, store, name, error));
    const int64_t series_id = row.series_id;
    alm_series_row_clear(&row);
    ALM_TRY(check_new_name(store, new_name, error));
    ALM_TRY(rename_in(store, "series_rename", series_id, new_name, error));
    ALM_TRY(rename_in(store, "series_rename_in_runs", series_id, new_name, error));
    return rename_in(store, "series_rename_in_models", series_id, new_name, error);
}

enum alm_status alm_series_table_rename(struct alm_store *store, const char *name, const char *new_name,
                                        struct alm_error *error)
{
    bool own;
    ALM_TRY(begin_own(&own, store, error));
    return end_own(own, store, rename_everywhere(store, name, new_name, error), error);
}

static enum alm_status run_on_frame(struct alm_store *store, const char *query, int64_t frame_id,
                                    struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, query, error));
    alm_bind_integer(&s, ":frame", frame_id);
    return alm_statement_finish(&s, error);
}

static enum alm_status count_series(size_t *n, struct alm_store *store, int64_t frame_id,
                                    struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "series_in_frame", error));
    alm_bind_integer(&s, ":frame", frame_id);
    const enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) *n = (size_t)alm_column_integer(&s, 0);
    alm_statement_end(&s);
    return status;
}

static enum alm_status run_on_series(struct alm_store *store, const char *query, int64_t series_id,
                                     struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, query, error));
    alm_bind_integer(&s, ":series", series_id);
    return alm_statement_finish(&s, error);
}

static enum alm_status clear_position(struct alm_store *store, const struct alm_series_row *row,
                                      struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "observation_clear_position", error));
    alm_bind_integer(&s, ":frame", row->frame_id);
    alm_bind_size(&s, ":position", row->position);
    return alm_statement_finish(&s, error);
}

/* Takes the values of n series, which are gone, out of their frame: all of it when no series is left there.
 */
static enum alm_status clear_frame(struct alm_store *store, const struct alm_series_row *const *rows,
                                   size_t n, struct alm_error *error)
{
    const int64_t frame_id = rows[0]->frame_id;
    size_t n_left;
    ALM_TRY(count_series(&n_left, store, frame_id, error));
    if (n_left == 0) {
        ALM_TRY(run_on_frame(store, "observation_clear_frame", frame_id, error));
        return run_on_frame(store, "frame_drop", frame_id, error);
    }
    for (size_t i = 0; i < n; i++)
        ALM_TRY(clear_position(store, rows[i], error));
    return run_on_frame(store, "observation_clear_empty", frame_id, error);
}

static int compare_frames(const void *a, const void *b)
{
    const struct alm_series_row *p = *(const struct alm_series_row *const *)a,
                                *q = *(const struct alm_series_row *const *)b;
    return p->frame_id < q->frame_id ? -1 : p->frame_id > q->frame_id;
}

static enum alm_status drop_rows(struct alm_store *store, const struct alm_series_row **by_frame, size_t n,
                                 struct alm_error *error)
{
    for (size_t i = 0; i < n; i++)
        ALM_TRY(run_on_series(store, "series_drop", by_frame[i]->series_id, error));
    qsort(by_frame, n, sizeof *by_frame, compare_frames);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && by_frame[end]->frame_id == by_frame[first]->frame_id; end++)
            ;
        ALM_TRY(clear_frame(store, by_frame + first, end - first, error));
    }
    return ALM_OK;
}

enum alm_status alm_series_table_drop(struct alm_store *store, const struct alm_series_row *rows, size_t n,
                                      struct alm_error *error)
{
    bool own;
    const struct alm_series_row **by_frame;
    ALM_TRY(ALM_NEW(&by_frame, n, error));
    for (size_t i = 0; i < n; i++)
        by_frame[i] = &rows[i];
    enum alm_status status = begin_own(&own, store, error);
    if (status == ALM_OK) status = end_own(own, store, drop_rows(store, by_frame, n, error), error);
    free(by_frame);
    return status;
}

enum alm_status alm_series_table_set(struct alm_store *store, int64_t series_id,
                                     const struct alm_series_row *row, struct alm_error *error)
{
    struct alm_statement s;
    const char *kind = row->kind;
    if (kind != NULL && strcmp(kind, "numeric") != 0 && strcmp(kind, "price") != 0 &&
        strcmp(kind, "categorical") != 0)
        return alm_fail(error, ALM_USAGE, "kind=%s: expected numeric, price or categorical", kind);
    ALM_TRY(alm_statement_begin(&s, store, "series_set", error));
    alm_bind_integer(&s, ":series", series_id);
    alm_bind_text(&s, ":kind", kind);
    alm_bind_text(&s, ":frequency", row->frequency);
    alm_bind_text(&s, ":time_zone", row->time_zone);
    if (row->season_length > 0) alm_bind_size(&s, ":season_length", row->season_length);
    alm_bind_text(&s, ":unit", row->unit);
    return alm_statement_finish(&s, error);
}
