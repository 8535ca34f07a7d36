/* A block of rows in memory that SQL can select from: the table `incoming(ts, v0 ... v7)`. One INSERT ...
 * SELECT takes a whole block, which costs a fifth less than binding its values. Not for other rooms. */
#ifndef ALM_STORE_INCOMING_H
#define ALM_STORE_INCOMING_H

#include "base/status.h"
#include "store/series_table.h"

#include <stddef.h>
#include <stdint.h>

/* Rows [at, n) of a block. The arrays are the caller's. */
struct alm_incoming {
    const int64_t *ts;              /* [n] */
    const double *values;           /* [n][width]; NaN is NULL */
    size_t width;                   /* of the caller's rows */
    size_t column[ALM_FRAME_WIDTH]; /* of the caller's row, by position in the frame; SIZE_MAX: none, NULL */
    size_t n;
    size_t at; /* the row that is read; where a statement that failed stopped */
};

/* Makes the table known to this connection. What it holds is store->incoming, NULL for nothing. */
enum alm_status alm_incoming_register(struct alm_store *store, struct alm_error *error);

#endif
