/* Series: names, attributes and where their values lie. */
#ifndef ALM_STORE_SERIES_TABLE_H
#define ALM_STORE_SERIES_TABLE_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALM_FRAME_WIDTH 8 /* series in a frame */

/* One series as stored. Texts belong to the row. */
struct alm_series_row {
    int64_t series_id, frame_id;
    size_t position; /* 0 .. 7 in its frame */
    char *name;
    char *kind;      /* numeric, price, categorical */
    char *frequency; /* as alm_frequency_write writes it */
    char *time_zone;
    char *unit; /* NULL when none is set */
    size_t season_length;
    bool has_values; /* first_ts, last_ts mean something */
    int64_t first_ts, last_ts;
    size_t n, missing; /* values; rows between first and last without one */
};

void alm_series_row_clear(struct alm_series_row *row); /* NULL-safe, and safe on {0} */
void alm_series_rows_free(struct alm_series_row *rows, size_t n);

/* The series of that name in *out, to be cleared by the caller. ALM_NOTFOUND with a suggestion. */
enum alm_status alm_series_table_find(struct alm_series_row *out, struct alm_store *store, const char *name,
                                      struct alm_error *error);
/* Whether there is a series of that name; *out only filled if so. */
enum alm_status alm_series_table_has(bool *has, struct alm_series_row *out, struct alm_store *store,
                                     const char *name, struct alm_error *error);
/* All series whose name matches the GLOB pattern, by name; free with alm_series_rows_free. ALM_NOTFOUND with
 * a suggestion when none does. */
enum alm_status alm_series_table_match(struct alm_series_row **out, size_t *n, struct alm_store *store,
                                       const char *pattern, struct alm_error *error);
/* The same for several patterns: in the order of the patterns, each series once. */
enum alm_status alm_series_table_match_all(struct alm_series_row **out, size_t *n, struct alm_store *store,
                                           const char *const *patterns, size_t n_patterns,
                                           struct alm_error *error);

/* A new frame for up to ALM_FRAME_WIDTH series that share one time axis. */
enum alm_status alm_frame_create(int64_t *frame_id, struct alm_store *store, struct alm_error *error);
/* Makes the series row names: frame_id, position, name, kind (NULL: numeric), frequency, time_zone (NULL:
 * UTC), season_length (0: 1) and unit are used; row->series_id is set. ALM_EXISTS when the name is taken. */
enum alm_status alm_series_table_create(struct alm_store *store, struct alm_series_row *row,
                                        struct alm_error *error);
/* ALM_EXISTS when new_name is taken, ALM_USAGE when it is empty or has control characters. Runs and models
 * follow. Transaction of its own unless one is open; so are the next three. */
enum alm_status alm_series_table_rename(struct alm_store *store, const char *name, const char *new_name,
                                        struct alm_error *error);
/* Drops n series and their values. What runs found stays. */
enum alm_status alm_series_table_drop(struct alm_store *store, const struct alm_series_row *rows, size_t n,
                                      struct alm_error *error);
/* Sets attributes by series_id: those that are not NULL or 0 (unit "" removes the unit). Only kind,
 * frequency, time_zone, season_length and unit of row are used. */
enum alm_status alm_series_table_set(struct alm_store *store, int64_t series_id,
                                     const struct alm_series_row *row, struct alm_error *error);
/* Counts the values of all series of a frame anew: first_ts, last_ts, n, missing. Call after writing. */
enum alm_status alm_series_table_update_statistics(struct alm_store *store, int64_t frame_id,
                                                   struct alm_error *error);

/* Adds labels of a categorical series, codes first .. first + n - 1. */
enum alm_status alm_label_table_add(struct alm_store *store, int64_t series_id, size_t first,
                                    const char *const *labels, size_t n, struct alm_error *error);
/* *out[code]; free each and the array. Codes without a label are NULL. */
enum alm_status alm_label_table_read(char ***out, size_t *n, struct alm_store *store, int64_t series_id,
                                     struct alm_error *error);

#endif
