#include "ingest/labels.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const char *text, size_t n)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return hash;
}

static size_t *find_slot(const struct alm_labels *labels, const char *text, size_t n)
{
    size_t at = (size_t)hash_of(text, n) & (labels->table_size - 1);
    for (;; at = (at + 1) & (labels->table_size - 1)) {
        size_t *slot = &labels->table[at];
        if (*slot == 0) return slot;
        const char *other = labels->texts[*slot - 1];
        if (strncmp(other, text, n) == 0 && other[n] == '\0') return slot;
    }
}

/* Keeps the table at most half full. */
static enum alm_status make_room(struct alm_labels *labels, struct alm_error *error)
{
    if (labels->n * 2 + 2 <= labels->table_size) return ALM_OK;
    free(labels->table);
    labels->table = NULL;
    if (labels->table_size == 0) labels->table_size = 16;
    while (labels->n * 2 + 2 > labels->table_size)
        labels->table_size *= 2;
    ALM_TRY(ALM_NEW(&labels->table, labels->table_size, error));
    for (size_t code = 0; code < labels->n; code++)
        if (labels->texts[code] != NULL)
            *find_slot(labels, labels->texts[code], strlen(labels->texts[code])) = code + 1;
    return ALM_OK;
}

enum alm_status alm_labels_take(size_t *code, bool *is_new, struct alm_labels *labels, const char *text,
                                size_t n, struct alm_error *error)
{
    ALM_TRY(make_room(labels, error));
    size_t *slot = find_slot(labels, text, n);
    *is_new = *slot == 0;
    if (*is_new) {
        if (labels->n == ALM_LABELS_LIMIT)
            return alm_fail(error, ALM_DATA, "there are more than %zu different labels; that is no category",
                            ALM_LABELS_LIMIT);
        ALM_TRY(alm_grow((void **)&labels->texts, &labels->capacity, labels->n + 1, sizeof *labels->texts,
                         error));
        ALM_TRY(alm_allocate((void **)&labels->texts[labels->n], n + 1, 1, error));
        memcpy(labels->texts[labels->n], text, n);
        *slot = ++labels->n;
    }
    *code = *slot - 1;
    return ALM_OK;
}

enum alm_status alm_labels_adopt(struct alm_labels *labels, char **texts, size_t n, struct alm_error *error)
{
    labels->texts = texts;
    labels->n = labels->capacity = n;
    return make_room(labels, error);
}

void alm_labels_clear(struct alm_labels *labels)
{
    for (size_t code = 0; code < labels->n; code++)
        free(labels->texts[code]);
    free(labels->texts);
    free(labels->table);
    *labels = (struct alm_labels){0};
}
