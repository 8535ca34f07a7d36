/* Rows of series that share one time axis, on their way to the sink: put in order, each time once. */
#ifndef ALM_INGEST_GROUP_H
#define ALM_INGEST_GROUP_H

#include "base/status.h"
#include "ingest/ingest.h"
#include "ingest/stage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* While a group is ordered in time its rows are handed on in blocks, and nothing is kept of them. What cannot
 * be handed on at once is staged until the end of the file, sorted, and handed on then:
 *
 * - all rows of a group whose first block is out of order;
 * - all rows where the last of one time is kept;
 * - rows at times up to the last that was stored before this import: there a row of this file could be
 * mistaken for one of an earlier import;
 * - rows before the last one handed on. Whether their time is new the sink says: all that it holds there is
 * of this file. */
struct alm_group;

/* What the groups of an import share. */
struct alm_group_room {
    void *context;
    const struct alm_ingest_sink *sink; /* rows, late, times; borrowed */
    struct alm_stage *stage;
    bool sorted; /* by the kind of file rows are in order, each time once: none is staged */
    bool all;    /* every row is staged, whatever the order */
    bool last_wins;
    size_t waiting; /* bytes of memory for rows that wait for their block to fill */
    /* told of the row that is left out when two have the same time */
    enum alm_status (*duplicate)(void *context, int64_t ts, size_t line, struct alm_error *error);
};

/* number is passed on to the sink, room is borrowed; frequency is the stated one, or NULL. */
enum alm_status alm_group_create(struct alm_group **out, size_t number, size_t width,
                                 struct alm_group_room *room, const struct alm_frequency *frequency,
                                 struct alm_error *error);
/* NULL-safe. */
void alm_group_free(struct alm_group *group);
/* Before the first row: the sink holds rows up to this time already. */
void alm_group_set_stored(struct alm_group *group, int64_t until);

/* Adds a row of width values, found at line. Lines increase. */
enum alm_status alm_group_add(struct alm_group *group, int64_t ts, const double *values, size_t line,
                              struct alm_error *error);
/* The next count of a group without a clock. */
int64_t alm_group_next_index(const struct alm_group *group);
/* Hands on or stages what waits, and frees its memory: when many groups wait, and after the last row. */
enum alm_status alm_group_flush(struct alm_group *group, struct alm_error *error);
/* After all groups have been flushed, in order of their numbers: hands on what was staged and says what there
 * was. */
enum alm_status alm_group_finish(struct alm_ingest_extent *out, struct alm_group *group,
                                 struct alm_error *error);
/* Rows that came before one that is later. */
size_t alm_group_out_of_order(const struct alm_group *group);

#endif
