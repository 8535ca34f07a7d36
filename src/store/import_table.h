/* Imported files and what was rejected of them. All calls belong into the transaction of the import. */
#ifndef ALM_STORE_IMPORT_TABLE_H
#define ALM_STORE_IMPORT_TABLE_H

#include "base/status.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* options is a JSON object or NULL; sha256 may be NULL when it is known only at the end. */
enum alm_status alm_import_table_begin(int64_t *import_id, struct alm_store *store, const char *file,
                                       const char *sha256, const char *options, struct alm_error *error);

struct alm_reject {
    size_t number;      /* 1, 2, … within the import */
    size_t line;        /* physical line; 0: unknown */
    size_t column;      /* of the line, from 1; 0: unknown */
    const char *reason; /* one sentence without the place */
    const char *text;   /* what stood there; may be NULL */
};
enum alm_status alm_import_table_reject(struct alm_store *store, int64_t import_id,
                                        const struct alm_reject *reject, struct alm_error *error);

/* sha256 and options: NULL leaves what begin wrote. */
enum alm_status alm_import_table_finish(struct alm_store *store, int64_t import_id, const char *sha256,
                                        const char *options, size_t rows_read, size_t rows_stored,
                                        size_t rows_rejected, struct alm_error *error);

/* An earlier import of the same bytes. */
struct alm_import_row {
    int64_t import_id, finished;
    size_t rows_stored;
    char *file;
};
void alm_import_row_clear(struct alm_import_row *row);
/* The last finished import with this digest; *found false when there is none. */
enum alm_status alm_import_table_find(bool *found, struct alm_import_row *out, struct alm_store *store,
                                      const char *sha256, struct alm_error *error);

#endif
