#include "store/observation_table.h"

#include "base/memory.h"
#include "store/statement.h"

#include <stdlib.h>

void alm_observations_clear(struct alm_observations *observations)
{
    free(observations->ts);
    free(observations->y);
    *observations = (struct alm_observations){0};
}

static enum alm_status add(struct alm_observations *out, size_t *capacity, int64_t ts, double y,
                           struct alm_error *error)
{
    if (out->n == *capacity) {
        size_t capacity_ts = *capacity, capacity_y = *capacity;
        const size_t needed = out->n == 0 ? 1024 : 2 * out->n;
        ALM_TRY(alm_grow((void **)&out->ts, &capacity_ts, needed, sizeof *out->ts, error));
        ALM_TRY(alm_grow((void **)&out->y, &capacity_y, needed, sizeof *out->y, error));
        *capacity = capacity_ts < capacity_y ? capacity_ts : capacity_y;
    }
    out->ts[out->n] = ts;
    out->y[out->n++] = y;
    return ALM_OK;
}

enum alm_status alm_observation_table_read_range(struct alm_observations *out, struct alm_store *store,
                                                 const struct alm_series_row *row, int64_t first,
                                                 int64_t last, struct alm_error *error)
{
    struct alm_statement s;
    size_t capacity = 0;
    bool more;
    *out = (struct alm_observations){0};
    if (!row->has_values) return ALM_OK;
    ALM_TRY(alm_statement_begin(&s, store, "observation_values", error));
    alm_bind_integer(&s, ":frame", row->frame_id);
    alm_bind_size(&s, ":position", row->position);
    alm_bind_integer(&s, ":first", first > row->first_ts ? first : row->first_ts);
    alm_bind_integer(&s, ":last", last < row->last_ts ? last : row->last_ts);
    enum alm_status status;
    while ((status = alm_statement_step(&s, &more, error)) == ALM_OK && more) {
        status = add(out, &capacity, alm_column_integer(&s, 0), alm_column_real(&s, 1), error);
        if (status != ALM_OK) break;
    }
    alm_statement_end(&s);
    if (status != ALM_OK) alm_observations_clear(out);
    return status;
}

enum alm_status alm_observation_table_read(struct alm_observations *out, struct alm_store *store,
                                           const struct alm_series_row *row, struct alm_error *error)
{
    return alm_observation_table_read_range(out, store, row, INT64_MIN, INT64_MAX, error);
}

/* ---- rows of a frame ---- */

enum alm_status alm_observation_table_last(bool *has, int64_t *ts, struct alm_store *store, int64_t frame_id,
                                           struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "observation_last", error));
    alm_bind_integer(&s, ":frame", frame_id);
    const enum alm_status status = alm_statement_step(&s, has, error);
    if (status == ALM_OK && *has) *ts = alm_column_integer(&s, 0);
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_observation_table_has(bool *has, struct alm_store *store, int64_t frame_id, int64_t ts,
                                          struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "observation_has", error));
    alm_bind_integer(&s, ":frame", frame_id);
    alm_bind_integer(&s, ":ts", ts);
    const enum alm_status status = alm_statement_step(&s, has, error);
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_observation_table_times(int64_t *ts, size_t *n, size_t capacity, struct alm_store *store,
                                            int64_t frame_id, int64_t after, struct alm_error *error)
{
    struct alm_statement s;
    bool more;
    *n = 0;
    ALM_TRY(alm_statement_begin(&s, store, "observation_times", error));
    alm_bind_integer(&s, ":frame", frame_id);
    alm_bind_integer(&s, ":after", after);
    alm_bind_size(&s, ":n", capacity);
    enum alm_status status;
    while ((status = alm_statement_step(&s, &more, error)) == ALM_OK && more)
        ts[(*n)++] = alm_column_integer(&s, 0);
    alm_statement_end(&s);
    return status;
}
