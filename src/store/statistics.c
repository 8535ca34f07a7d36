/* What the series table says about the values of a frame: extent and counts. */
#include "store/statistics.h"

#include "store/statement.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

void alm_frame_tally_add(struct alm_frame_tally *tally, int64_t ts, const double *values)
{
    const size_t row = tally->n_rows++;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++) {
        if (isnan(values[k])) continue;
        if (tally->position[k].n++ == 0) {
            tally->position[k].first = ts;
            tally->position[k].first_row = row;
        }
        tally->position[k].last = ts;
        tally->position[k].last_row = row;
    }
}

bool alm_incoming_count(size_t counts[ALM_FRAME_WIDTH], const struct alm_incoming *rows)
{
    const uint64_t infinity = UINT64_C(0x7FF0000000000000);
    size_t infinite = 0;
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++) {
        counts[k] = 0;
        if (rows->column[k] == SIZE_MAX) continue;
        const double *values = rows->values + rows->column[k];
        for (size_t i = 0; i < rows->n; i++) {
            uint64_t bits;
            memcpy(&bits, &values[i * rows->width], sizeof bits);
            bits &= ~(UINT64_C(1) << 63);
            counts[k] += bits <= infinity;
            infinite += bits == infinity;
        }
    }
    return infinite == 0;
}

void alm_frame_tally_add_block(struct alm_frame_tally *tally, const struct alm_incoming *rows,
                               const size_t counts[ALM_FRAME_WIDTH])
{
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++) {
        if (counts[k] == 0) continue;
        const double *values = rows->values + rows->column[k];
        size_t first = 0, last = rows->n - 1;
        while (isnan(values[first * rows->width]))
            first++;
        while (isnan(values[last * rows->width]))
            last--;
        if (tally->position[k].n == 0) {
            tally->position[k].first = rows->ts[first];
            tally->position[k].first_row = tally->n_rows + first;
        }
        tally->position[k].n += counts[k];
        tally->position[k].last = rows->ts[last];
        tally->position[k].last_row = tally->n_rows + last;
    }
    tally->n_rows += rows->n;
}

static enum alm_status store_position(const struct alm_frame_tally *tally, size_t k, struct alm_store *store,
                                      int64_t frame_id, struct alm_error *error)
{
    struct alm_statement s;
    const size_t n = tally->position[k].n;
    ALM_TRY(alm_statement_begin(&s, store, "series_set_statistics", error));
    alm_bind_integer(&s, ":frame", frame_id);
    alm_bind_size(&s, ":position", k);
    if (n > 0) {
        alm_bind_integer(&s, ":first", tally->position[k].first);
        alm_bind_integer(&s, ":last", tally->position[k].last);
    }
    alm_bind_size(&s, ":n", n);
    alm_bind_size(&s, ":missing",
                  n == 0 ? 0 : tally->position[k].last_row - tally->position[k].first_row + 1 - n);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_frame_tally_store(const struct alm_frame_tally *tally, struct alm_store *store,
                                      int64_t frame_id, struct alm_error *error)
{
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        ALM_TRY(store_position(tally, k, store, frame_id, error));
    return ALM_OK;
}

enum alm_status alm_series_table_update_statistics(struct alm_store *store, int64_t frame_id,
                                                   struct alm_error *error)
{
    struct alm_frame_tally tally = {0};
    struct alm_statement s;
    bool row;
    enum alm_status status;
    ALM_TRY(alm_statement_begin(&s, store, "observation_frame", error));
    alm_bind_integer(&s, ":frame", frame_id);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        double values[ALM_FRAME_WIDTH];
        for (int k = 0; k < ALM_FRAME_WIDTH; k++)
            values[k] = alm_column_real(&s, 1 + k);
        alm_frame_tally_add(&tally, alm_column_integer(&s, 0), values);
    }
    alm_statement_end(&s);
    return status == ALM_OK ? alm_frame_tally_store(&tally, store, frame_id, error) : status;
}
