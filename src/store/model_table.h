/* Models that are kept: blobs with a digest, by name. */
#ifndef ALM_STORE_MODEL_TABLE_H
#define ALM_STORE_MODEL_TABLE_H

#include "base/status.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

struct alm_model_new {
    const char *name; /* unique */
    const char *spec; /* canonical */
    int64_t run;      /* the training; 0: none */
    int64_t trained_until;
    const char *frequency; /* of the series; `index` makes trained_until a count */
    size_t horizon;
    uint64_t seed;
    const char *version;
    const char *const *series; /* [n_series] names, in the model's order */
    const int64_t *series_id;  /* [n_series] or NULL */
    size_t n_series;
    const void *data; /* [n_bytes] */
    size_t n_bytes;
};

/* Transaction of its own unless one is open. ALM_EXISTS when the name is taken. */
enum alm_status alm_model_table_save(struct alm_store *store, const struct alm_model_new *model,
                                     struct alm_error *error);

/* A model as stored; everything belongs to the row. */
struct alm_model_row {
    int64_t model_id, trained_until;
    char *name, *spec, *frequency;
    size_t horizon, n_series, n_bytes;
    uint64_t seed;
    char **series;
    void *data;
};
void alm_model_row_clear(struct alm_model_row *row);

/* ALM_NOTFOUND with a suggestion; ALM_DB when the bytes do not have their digest. */
enum alm_status alm_model_table_load(struct alm_model_row *out, struct alm_store *store, const char *name,
                                     struct alm_error *error);
enum alm_status alm_model_table_drop(struct alm_store *store, const char *name, struct alm_error *error);

#endif
