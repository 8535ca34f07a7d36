#include "store/staging.h"

#include "base/memory.h"
#include "store/statement.h"

#include <stdlib.h>
#include <string.h>

struct alm_staging {
    struct alm_store *store;
    size_t width;
    bool reading;
    struct alm_statement rows;
};

enum alm_status alm_staging_create(struct alm_staging **out, struct alm_store *store, size_t width,
                                   struct alm_error *error)
{
    *out = NULL;
    ALM_TRY(alm_statement_run(store, "staged_create", error));
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->store = store;
    (*out)->width = width;
    return ALM_OK;
}

void alm_staging_free(struct alm_staging *staging)
{
    if (staging == NULL) return;
    if (staging->reading) alm_statement_end(&staging->rows);
    alm_statement_run(staging->store, "staged_drop", NULL);
    free(staging);
}

enum alm_status alm_staging_add(struct alm_staging *staging, const struct alm_staged_row *row,
                                const double *values, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, staging->store, "staged_add", error));
    alm_bind_size(&s, ":group", row->group);
    alm_bind_integer(&s, ":ts", row->ts);
    alm_bind_size(&s, ":line", row->line);
    alm_bind_blob(&s, ":data", values, staging->width * sizeof *values);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_staging_next(struct alm_staged_row *row, double *values, bool *more,
                                 struct alm_staging *staging, struct alm_error *error)
{
    if (!staging->reading) ALM_TRY(alm_statement_begin(&staging->rows, staging->store, "staged_rows", error));
    staging->reading = true;
    ALM_TRY(alm_statement_step(&staging->rows, more, error));
    if (!*more) return ALM_OK;
    size_t n;
    row->group = (size_t)alm_column_integer(&staging->rows, 0);
    row->ts = alm_column_integer(&staging->rows, 1);
    row->line = (size_t)alm_column_integer(&staging->rows, 2);
    const void *data = alm_column_blob(&staging->rows, 3, &n);
    if (n != staging->width * sizeof *values)
        return alm_fail(error, ALM_INTERNAL, "a row that waited is cut");
    memcpy(values, data, n);
    return ALM_OK;
}
