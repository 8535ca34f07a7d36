/* Rows of an import that wait to be sorted, in a temporary table: on disk when they are many, and gone with
 * the connection. */
#ifndef ALM_STORE_STAGING_H
#define ALM_STORE_STAGING_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_staged_row {
    size_t group, line;
    int64_t ts;
};

struct alm_staging;

/* Rows have width values. */
enum alm_status alm_staging_create(struct alm_staging **out, struct alm_store *store, size_t width,
                                   struct alm_error *error);
/* NULL-safe. Drops the table. */
void alm_staging_free(struct alm_staging *staging);

enum alm_status alm_staging_add(struct alm_staging *staging, const struct alm_staged_row *row,
                                const double *values, struct alm_error *error);
/* After the last row has been added: the next one in order of group, ts and line. */
enum alm_status alm_staging_next(struct alm_staged_row *row, double *values, bool *more,
                                 struct alm_staging *staging, struct alm_error *error);

#endif
