/* Rows read back: named queries, and SQL of users on a connection of its own that can only read. */
#include "store/rows.h"

#include "base/memory.h"
#include "store/store.h"
#include "workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

enum alm_status alm_query_named(struct alm_rows **out, struct alm_workbench *workbench, const char *name,
                                const struct alm_parameter *parameters, size_t n, struct alm_error *error)
{
    struct alm_binding *bindings;
    *out = NULL;
    ALM_TRY(ALM_NEW(&bindings, n, error));
    for (size_t i = 0; i < n; i++) {
        const struct alm_parameter *p = &parameters[i];
        const double whole = p->number;
        if (!p->has_number)
            bindings[i] = alm_bound_text(p->name, p->text);
        else if (whole == (double)(int64_t)whole)
            bindings[i] = alm_bound_integer(p->name, (int64_t)whole);
        else
            bindings[i] = alm_bound_real(p->name, whole);
    }
    const enum alm_status status = alm_rows_open_query(out, workbench->store, name, bindings, n, error);
    free(bindings);
    return status;
}

enum alm_status alm_query_sql(struct alm_rows **out, struct alm_workbench *workbench, const char *sql,
                              struct alm_error *error)
{
    *out = NULL;
    if (workbench->reader == NULL) {
        const struct alm_store_settings settings = {.mode = ALM_STORE_QUERY};
        ALM_TRY(alm_store_open(&workbench->reader, alm_store_path(workbench->store), &settings, error));
        alm_store_set_cancel(workbench->reader, workbench->cancel);
    }
    return alm_rows_open_sql(out, workbench->reader, sql, error);
}

void alm_query_close(struct alm_rows *rows)
{
    alm_rows_close(rows);
}
