/* What the series table says about the values of a frame: extent and counts. */
#include "store/series_table.h"

#include "store/statement.h"

/* One position of a frame while its rows go by. */
struct tally {
    int64_t first, last;
    size_t n, first_row, last_row; /* rows are numbered */
};

static enum alm_status store_tally(struct alm_store *store, int64_t frame_id, size_t position,
                                   const struct tally *tally, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "series_set_statistics", error));
    alm_bind_integer(&s, ":frame", frame_id);
    alm_bind_size(&s, ":position", position);
    if (tally->n > 0) {
        alm_bind_integer(&s, ":first", tally->first);
        alm_bind_integer(&s, ":last", tally->last);
    }
    alm_bind_size(&s, ":n", tally->n);
    alm_bind_size(&s, ":missing", tally->n == 0 ? 0 : tally->last_row - tally->first_row + 1 - tally->n);
    return alm_statement_finish(&s, error);
}

static enum alm_status count_rows(struct tally tallies[ALM_FRAME_WIDTH], struct alm_store *store,
                                  int64_t frame_id, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    enum alm_status status;
    ALM_TRY(alm_statement_begin(&s, store, "observation_frame", error));
    alm_bind_integer(&s, ":frame", frame_id);
    for (size_t i = 0; (status = alm_statement_step(&s, &row, error)) == ALM_OK && row; i++) {
        const int64_t ts = alm_column_integer(&s, 0);
        for (int k = 0; k < ALM_FRAME_WIDTH; k++) {
            struct tally *t = &tallies[k];
            if (alm_column_is_null(&s, 1 + k)) continue;
            if (t->n++ == 0) {
                t->first = ts;
                t->first_row = i;
            }
            t->last = ts;
            t->last_row = i;
        }
    }
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_series_table_update_statistics(struct alm_store *store, int64_t frame_id,
                                                   struct alm_error *error)
{
    struct tally tallies[ALM_FRAME_WIDTH] = {0};
    ALM_TRY(count_rows(tallies, store, frame_id, error));
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        ALM_TRY(store_tally(store, frame_id, k, &tallies[k], error));
    return ALM_OK;
}
