/* Rows of all groups that wait to be sorted: in memory up to a limit, then in the caller's temporary storage.
 */
#ifndef ALM_INGEST_STAGE_H
#define ALM_INGEST_STAGE_H

#include "base/status.h"
#include "ingest/ingest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_stage_row {
    int64_t ts;
    size_t group, line;
    const double *values; /* [width]; valid until the next row is taken */
};

struct alm_stage;

/* Rows of width values. sink (borrowed) may have no functions for staging: then there is no limit to what
 * waits in memory. */
enum alm_status alm_stage_create(struct alm_stage **out, size_t width, const struct alm_ingest_sink *sink,
                                 struct alm_error *error);
/* NULL-safe. */
void alm_stage_free(struct alm_stage *stage);

enum alm_status alm_stage_add(struct alm_stage *stage, const struct alm_stage_row *row,
                              struct alm_error *error);
/* What waits in memory, in bytes; and putting it into the temporary storage. */
size_t alm_stage_bytes(const struct alm_stage *stage);
enum alm_status alm_stage_spill(struct alm_stage *stage, struct alm_error *error);

/* After the last row has been added: the next row in order of group, ts and line, if it is of this group. To
 * be asked for one group after the other. */
enum alm_status alm_stage_next(struct alm_stage_row *out, bool *more, struct alm_stage *stage, size_t group,
                               struct alm_error *error);

#endif
