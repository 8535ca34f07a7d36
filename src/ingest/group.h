/* Rows of series that share one time axis, on their way to the sink: put in order, each time once. */
#ifndef ALM_INGEST_GROUP_H
#define ALM_INGEST_GROUP_H

#include "base/status.h"
#include "ingest/ingest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* While a file is ordered in time its rows are handed on in blocks, and only their times are kept (8 bytes a
 * row). A group that is out of order within its first block is kept in memory until the end and sorted; rows
 * that step back later wait for the end, too. */
struct alm_group;

/* Where a group's rows go. duplicate is told of the row that is left out when two have the same time. */
struct alm_group_sink {
    void *context;
    enum alm_status (*rows)(void *context, size_t group, const int64_t *ts, const double *values,
                            const size_t *lines, size_t n, struct alm_error *error);
    enum alm_status (*duplicate)(void *context, size_t group, int64_t ts, size_t line,
                                 struct alm_error *error);
};

/* number is passed on to the sink, which is borrowed. */
enum alm_status alm_group_create(struct alm_group **out, size_t number, size_t width, bool last_wins,
                                 const struct alm_group_sink *sink, struct alm_error *error);
/* NULL-safe. */
void alm_group_free(struct alm_group *group);

/* Adds a row of width values, found at line. */
enum alm_status alm_group_add(struct alm_group *group, int64_t ts, const double *values, size_t line,
                              struct alm_error *error);
/* The next count of a group without a clock. */
int64_t alm_group_next_index(const struct alm_group *group);
/* Hands on what waits, if the group is in order; frees memory when many groups are open. */
enum alm_status alm_group_flush(struct alm_group *group, struct alm_error *error);
/* Rows that wait, in bytes. */
size_t alm_group_waiting(const struct alm_group *group);
/* Hands on everything and says what there was; frequency is the stated one, or inferred when NULL. */
enum alm_status alm_group_finish(struct alm_ingest_extent *out, struct alm_group *group,
                                 const struct alm_frequency *frequency, struct alm_error *error);

#endif
