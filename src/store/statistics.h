/* What the rows of a frame say about its series, while they go by. Not for other rooms. */
#ifndef ALM_STORE_STATISTICS_H
#define ALM_STORE_STATISTICS_H

#include "base/status.h"
#include "store/incoming.h"
#include "store/series_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start from {0}. */
struct alm_frame_tally {
    size_t n_rows;
    struct {
        int64_t first, last;           /* timestamps of the first and last value */
        size_t n, first_row, last_row; /* values; rows are numbered from 0 */
    } position[ALM_FRAME_WIDTH];
};

/* Counts the next row, in order of ts; NaN is no value. */
void alm_frame_tally_add(struct alm_frame_tally *tally, int64_t ts, const double *values);
/* How many values rows [0, n) of a block have at each position (NaN is none). False when one is infinite. */
bool alm_incoming_count(size_t counts[ALM_FRAME_WIDTH], const struct alm_incoming *rows);
/* As alm_frame_tally_add for a whole block, with its counts. */
void alm_frame_tally_add_block(struct alm_frame_tally *tally, const struct alm_incoming *rows,
                               const size_t counts[ALM_FRAME_WIDTH]);
/* Writes what was counted into the series of the frame. */
enum alm_status alm_frame_tally_store(const struct alm_frame_tally *tally, struct alm_store *store,
                                      int64_t frame_id, struct alm_error *error);

#endif
