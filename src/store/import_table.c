#include "store/import_table.h"

#include "base/clock.h"
#include "store/statement.h"

#include <stdlib.h>

enum alm_status alm_import_table_begin(int64_t *import_id, struct alm_store *store, const char *file,
                                       const char *sha256, const char *options, struct alm_error *error)
{
    struct alm_statement s;
    bool row;
    ALM_TRY(alm_statement_begin(&s, store, "import_begin", error));
    alm_bind_text(&s, ":file", file);
    alm_bind_text(&s, ":sha256", sha256);
    alm_bind_text(&s, ":options", options == NULL ? "{}" : options);
    alm_bind_integer(&s, ":started", alm_clock_now());
    const enum alm_status status = alm_statement_step(&s, &row, error);
    if (status == ALM_OK) *import_id = alm_column_integer(&s, 0);
    if (status == ALM_OK) return alm_statement_finish(&s, error);
    alm_statement_end(&s);
    return status;
}

enum alm_status alm_import_table_reject(struct alm_store *store, int64_t import_id,
                                        const struct alm_reject *reject, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "import_reject", error));
    alm_bind_integer(&s, ":import", import_id);
    alm_bind_size(&s, ":reject_no", reject->number);
    if (reject->line > 0) alm_bind_size(&s, ":line", reject->line);
    if (reject->column > 0) alm_bind_size(&s, ":column", reject->column);
    alm_bind_text(&s, ":reason", reject->reason);
    alm_bind_text(&s, ":text", reject->text);
    return alm_statement_finish(&s, error);
}

enum alm_status alm_import_table_finish(struct alm_store *store, int64_t import_id, const char *sha256,
                                        const char *options, size_t rows_read, size_t rows_stored,
                                        size_t rows_rejected, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "import_finish", error));
    alm_bind_integer(&s, ":import", import_id);
    alm_bind_text(&s, ":sha256", sha256);
    alm_bind_text(&s, ":options", options);
    alm_bind_size(&s, ":rows_read", rows_read);
    alm_bind_size(&s, ":rows_stored", rows_stored);
    alm_bind_size(&s, ":rows_rejected", rows_rejected);
    alm_bind_integer(&s, ":finished", alm_clock_now());
    return alm_statement_finish(&s, error);
}

void alm_import_row_clear(struct alm_import_row *row)
{
    free(row->file);
    *row = (struct alm_import_row){0};
}

enum alm_status alm_import_table_find(bool *found, struct alm_import_row *out, struct alm_store *store,
                                      const char *sha256, struct alm_error *error)
{
    struct alm_statement s;
    ALM_TRY(alm_statement_begin(&s, store, "import_find_sha256", error));
    alm_bind_text(&s, ":sha256", sha256);
    enum alm_status status = alm_statement_step(&s, found, error);
    if (status == ALM_OK && *found) {
        *out = (struct alm_import_row){
            .import_id = alm_column_integer(&s, 0),
            .rows_stored = (size_t)alm_column_integer(&s, 2),
            .finished = alm_column_integer(&s, 3),
        };
        status = alm_column_copy(&out->file, &s, 1, error);
    }
    alm_statement_end(&s);
    return status;
}
