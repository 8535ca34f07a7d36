/* The labels of a categorical series: texts that stand for codes 0, 1, 2, ... in the order in which they
 * came. */
#ifndef ALM_INGEST_LABELS_H
#define ALM_INGEST_LABELS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* More different labels than this are no category. */
#define ALM_LABELS_LIMIT ((size_t)65536)
/* The longest label in bytes. */
#define ALM_LABEL_LIMIT ((size_t)1024)

/* Start from {0}. */
struct alm_labels {
    char **texts; /* [n] by code; NULL for a code that is not in use */
    size_t n, capacity;
    size_t *table, table_size; /* open addressing: code + 1 */
};

/* The code of a label of n bytes, which is added when it is not there. ALM_DATA when there would be more than
 * ALM_LABELS_LIMIT. */
enum alm_status alm_labels_take(size_t *code, bool *is_new, struct alm_labels *labels, const char *text,
                                size_t n, struct alm_error *error);
/* Takes over texts[n], as alm_label_table_read gives them, into labels that are {0}. */
enum alm_status alm_labels_adopt(struct alm_labels *labels, char **texts, size_t n, struct alm_error *error);
void alm_labels_clear(struct alm_labels *labels);

#endif
