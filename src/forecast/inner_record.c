/* Kept forecasts from inner folds. */
#include "base/memory.h"
#include "forecast/wrapper.h"

#include <stdlib.h>

enum alm_status alm_inner_record_init(struct alm_inner_record *out, size_t folds, size_t horizon,
                                      size_t first, size_t stride, struct alm_error *error)
{
    size_t n;
    *out = (struct alm_inner_record){.folds = folds, .horizon = horizon, .first = first, .stride = stride};
    if (!alm_multiply(&n, folds, horizon))
        return alm_fail(error, ALM_NOMEM, "%zu folds of %zu steps do not fit into memory", folds, horizon);
    enum alm_status status = ALM_NEW(&out->mean, n, error);
    if (status == ALM_OK) status = ALM_NEW(&out->actual, n, error);
    if (status != ALM_OK) alm_inner_record_clear(out);
    return status;
}

void alm_inner_record_clear(struct alm_inner_record *record)
{
    free(record->mean);
    free(record->actual);
    *record = (struct alm_inner_record){0};
}
