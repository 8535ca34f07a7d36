/* Price bars, known by the names of their columns. */
#ifndef ALM_INGEST_BAR_H
#define ALM_INGEST_BAR_H

#include <stdbool.h>
#include <stddef.h>

enum alm_bar_field {
    ALM_BAR_OPEN,
    ALM_BAR_HIGH,
    ALM_BAR_LOW,
    ALM_BAR_CLOSE,
    ALM_BAR_ADJUSTED, /* close, adjusted for splits and dividends */
    ALM_BAR_VOLUME,
    ALM_BAR_FIELDS,
};

/* open, high, low, close, adjusted, volume: how series are called, see v_bar. */
const char *alm_bar_field_name(enum alm_bar_field field);

/* Whether a column name (as alm_name_column makes it: `adj_close`, `1_open`, `vol`) is a spelling of a field.
 * *rank says how likely: 0 for the field's own name, more for `price` as close or the letter `c`. Only names
 * together tell: see alm_bar_find. */
bool alm_bar_spelling(enum alm_bar_field *field, size_t *rank, const char *name);

/* Finds the columns of a bar among n names: columns[field] is an index, or SIZE_MAX. False unless open, high,
 * low and close are all there. A NULL name is passed over. */
bool alm_bar_find(size_t columns[ALM_BAR_FIELDS], const char *const *names, size_t n);

/* A header that names a symbol and a field. */
struct alm_bar_header {
    const char *symbol; /* [symbol_n], within the header */
    size_t symbol_n;
    enum alm_bar_field field;
    bool certain; /* SYMBOL.field; not for SYMBOL_field, SYMBOL field, field_SYMBOL, field SYMBOL */
};

/* Whether header is one; the symbol of an uncertain one has no small letters. */
bool alm_bar_split(struct alm_bar_header *out, const char *header);

#endif
