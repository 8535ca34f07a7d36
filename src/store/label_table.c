#include "store/series_table.h"

#include "base/memory.h"
#include "store/statement.h"

#include <stdlib.h>

enum alm_status alm_label_table_add(struct alm_store *store, int64_t series_id, size_t first,
                                    const char *const *labels, size_t n, struct alm_error *error)
{
    for (size_t i = 0; i < n; i++) {
        struct alm_statement s;
        ALM_TRY(alm_statement_begin(&s, store, "label_insert", error));
        alm_bind_integer(&s, ":series", series_id);
        alm_bind_size(&s, ":code", first + i);
        alm_bind_text(&s, ":label", labels[i]);
        ALM_TRY(alm_statement_finish(&s, error));
    }
    return ALM_OK;
}

static void free_labels(char **labels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(labels[i]);
    free(labels);
}

enum alm_status alm_label_table_read(char ***out, size_t *n, struct alm_store *store, int64_t series_id,
                                     struct alm_error *error)
{
    struct alm_statement s;
    char **labels = NULL;
    size_t capacity = 0;
    bool row;
    enum alm_status status;
    *n = 0;
    *out = NULL;
    ALM_TRY(alm_statement_begin(&s, store, "label_list", error));
    alm_bind_integer(&s, ":series", series_id);
    while ((status = alm_statement_step(&s, &row, error)) == ALM_OK && row) {
        const size_t code = (size_t)alm_column_integer(&s, 0);
        status = alm_grow((void **)&labels, &capacity, code + 1, sizeof *labels, error);
        while (status == ALM_OK && *n <= code)
            labels[(*n)++] = NULL;
        if (status == ALM_OK) status = alm_column_copy(&labels[code], &s, 1, error);
        if (status != ALM_OK) break;
    }
    alm_statement_end(&s);
    if (status != ALM_OK) {
        free_labels(labels, *n);
        *n = 0;
        return status;
    }
    *out = labels;
    return ALM_OK;
}
