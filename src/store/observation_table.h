/* Observations: writing rows of a frame in bulk, reading one series back. */
#ifndef ALM_STORE_OBSERVATION_TABLE_H
#define ALM_STORE_OBSERVATION_TABLE_H

#include "base/status.h"
#include "store/series_table.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What happens to a value when there is another one at its series and time. Equal values never conflict, and
 * a value where none was is always stored. */
enum alm_conflict_policy {
    ALM_CONFLICT_FAIL,    /* ALM_EXISTS, naming series and time */
    ALM_CONFLICT_KEEP,    /* the stored value stays */
    ALM_CONFLICT_REPLACE, /* the new one takes its place */
};

/* What a writer did, in values. */
struct alm_write_counts {
    size_t rows;                        /* rows added to the frame */
    size_t added, same, kept, replaced; /* values: new; equal to the stored; see the policies */
};

struct alm_observation_writer;

/* Rows go into frame_id, inside the caller's transaction, a block to a statement. */
enum alm_status alm_observation_writer_create(struct alm_observation_writer **out, struct alm_store *store,
                                              int64_t frame_id, enum alm_conflict_policy policy,
                                              struct alm_error *error);
/* Adds one row: values[ALM_FRAME_WIDTH], NaN where this row has none (a stored value there stays). Infinite
 * values are ALM_DATA. Rows may come in any order; increasing ts is fastest. */
enum alm_status alm_observation_writer_add(struct alm_observation_writer *writer, int64_t ts,
                                           const double *values, struct alm_error *error);
/* The same for n rows at once, the fast way: values[n][width], of which column[k] is the value at position k
 * of the frame (SIZE_MAX: none). The arrays are read in place. */
enum alm_status alm_observation_writer_add_block(struct alm_observation_writer *writer, const int64_t *ts,
                                                 const double *values, size_t width, const size_t *column,
                                                 size_t n, struct alm_error *error);
/* Writes what is left and updates the statistics of the frame's series. counts may be NULL. */
enum alm_status alm_observation_writer_finish(struct alm_observation_writer *writer,
                                              struct alm_write_counts *counts, struct alm_error *error);
/* NULL-safe; rows not finished are lost. */
void alm_observation_writer_free(struct alm_observation_writer *writer);

/* ---- rows of a frame, whatever values they have ---- */

/* The last one's time; *has false when there is none. */
enum alm_status alm_observation_table_last(bool *has, int64_t *ts, struct alm_store *store, int64_t frame_id,
                                           struct alm_error *error);
enum alm_status alm_observation_table_has(bool *has, struct alm_store *store, int64_t frame_id, int64_t ts,
                                          struct alm_error *error);
/* The times of the first rows later than after, capacity at most. */
enum alm_status alm_observation_table_times(int64_t *ts, size_t *n, size_t capacity, struct alm_store *store,
                                            int64_t frame_id, int64_t after, struct alm_error *error);

/* Observations of one series: ts[n] strictly increasing, y[n] with NaN where missing. */
struct alm_observations {
    size_t n;
    int64_t *ts;
    double *y;
};

void alm_observations_clear(struct alm_observations *observations);

/* All observations of row's series from its first value to its last. Empty when it has none. */
enum alm_status alm_observation_table_read(struct alm_observations *out, struct alm_store *store,
                                           const struct alm_series_row *row, struct alm_error *error);
/* Those with first <= ts <= last. */
enum alm_status alm_observation_table_read_range(struct alm_observations *out, struct alm_store *store,
                                                 const struct alm_series_row *row, int64_t first,
                                                 int64_t last, struct alm_error *error);

#endif
