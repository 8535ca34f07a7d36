/* Price bars among the value columns: their names, their kind, and their place beside each other. */
#include "ingest/bar.h"
#include "ingest/name.h"
#include "ingest/schema.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 8 }; /* values that are stored side by side */

static struct alm_column *value_column(const struct alm_schema *schema, size_t v)
{
    return &schema->columns[schema->values[v]];
}

/* ---- SYMBOL.field ---- */

/* Whether headers such as AAPL_Close are believed: when all four prices are there in this form. */
static bool believes_uncertain(const struct alm_schema *schema)
{
    bool found[ALM_BAR_FIELDS] = {false};
    struct alm_bar_header header;
    for (size_t v = 0; v < schema->n_values; v++)
        if (alm_bar_split(&header, value_column(schema, v)->header)) found[header.field] = true;
    return found[ALM_BAR_OPEN] && found[ALM_BAR_HIGH] && found[ALM_BAR_LOW] && found[ALM_BAR_CLOSE];
}

static bool has_symbol(struct alm_bar_header *out, const struct alm_schema *schema, size_t v, bool uncertain)
{
    return value_column(schema, v)->role == ALM_COLUMN_VALUE &&
           alm_bar_split(out, value_column(schema, v)->header) && (out->certain || uncertain);
}

static enum alm_status copy_symbol(char **out, const struct alm_bar_header *header, struct alm_error *error)
{
    free(*out);
    *out = strndup(header->symbol, header->symbol_n);
    return *out == NULL ? alm_fail(error, ALM_NOMEM, "out of memory") : ALM_OK;
}

/* Takes SYMBOL off headers: one symbol names the file's series, several their own. */
static enum alm_status decide_symbols(struct alm_schema *schema, struct alm_error *error)
{
    const bool uncertain = believes_uncertain(schema);
    struct alm_bar_header first = {0}, header;
    bool several = false;
    for (size_t v = 0; v < schema->n_values; v++) {
        if (!has_symbol(&header, schema, v, uncertain)) continue;
        if (first.symbol == NULL) first = header;
        several = several || header.symbol_n != first.symbol_n ||
                  memcmp(header.symbol, first.symbol, first.symbol_n) != 0;
    }
    if (first.symbol == NULL) return ALM_OK;
    for (size_t v = 0; v < schema->n_values; v++) {
        struct alm_column *column = value_column(schema, v);
        if (!has_symbol(&header, schema, v, uncertain)) continue;
        free(column->name);
        column->name = NULL;
        ALM_TRY(alm_copy_text(&column->name, alm_bar_field_name(header.field), error));
        if (several) ALM_TRY(copy_symbol(&column->symbol, &header, error));
    }
    return several || schema->series_given ? ALM_OK : copy_symbol(&schema->series, &first, error);
}

static bool same_symbol(const struct alm_column *a, const struct alm_column *b)
{
    if (a->symbol == NULL || b->symbol == NULL) return a->symbol == b->symbol;
    return strcmp(a->symbol, b->symbol) == 0;
}

/* ---- bars ---- */

/* Brings the values that ranks number lowest to the front; others keep their order. */
static void order_values(struct alm_schema *schema, const size_t *ranks, size_t *scratch)
{
    const size_t n = schema->n_values - schema->n_categories;
    size_t done = 0;
    for (size_t rank = 0; done < n; rank++)
        for (size_t v = 0; v < n; v++)
            if (ranks[v] == rank) scratch[done++] = schema->values[v];
    memcpy(schema->values, scratch, n * sizeof *scratch);
}

/* Gives the columns that share the symbol of value v, and make a bar, their names and kind. */
static enum alm_status name_bar(bool *far, struct alm_schema *schema, size_t v, const char **names,
                                size_t *ranks, struct alm_error *error)
{
    size_t columns[ALM_BAR_FIELDS];
    for (size_t w = 0; w < schema->n_values; w++) {
        const struct alm_column *column = value_column(schema, w);
        const bool same = column->role == ALM_COLUMN_VALUE && same_symbol(column, value_column(schema, v));
        names[w] = same ? column->name : NULL;
    }
    if (!alm_bar_find(columns, names, schema->n_values)) return ALM_OK;
    for (int f = 0; f < ALM_BAR_FIELDS; f++) {
        if (columns[f] == SIZE_MAX) continue;
        struct alm_column *column = value_column(schema, columns[f]);
        free(column->name);
        column->name = NULL;
        ALM_TRY(alm_copy_text(&column->name, alm_bar_field_name((enum alm_bar_field)f), error));
        if (f != ALM_BAR_VOLUME) column->kind = "price";
        ranks[columns[f]]--;
        *far = *far || columns[f] >= TOGETHER;
    }
    return ALM_OK;
}

static enum alm_status decide_fields(struct alm_schema *schema, const char **names, size_t *ranks,
                                     size_t *scratch, struct alm_error *error)
{
    size_t n_symbols = 0;
    bool far = false;
    /* ranks: odd for each symbol's other columns, one less for its bar */
    for (size_t v = 0; v < schema->n_values; v++) {
        if (ranks[v] != 0) continue;
        n_symbols++;
        for (size_t w = v; w < schema->n_values; w++)
            if (same_symbol(value_column(schema, v), value_column(schema, w))) ranks[w] = 2 * n_symbols;
        ALM_TRY(name_bar(&far, schema, v, names, ranks, error));
    }
    if (n_symbols > 1 || far) order_values(schema, ranks, scratch);
    return ALM_OK;
}

enum alm_status alm_schema_decide_bars(struct alm_schema *schema, struct alm_error *error)
{
    const char **names = NULL;
    size_t *ranks = NULL, *scratch = NULL;
    if (schema->layout == ALM_LAYOUT_WIDE) ALM_TRY(decide_symbols(schema, error));
    enum alm_status status = ALM_NEW(&names, schema->n_values, error);
    if (status == ALM_OK) status = ALM_NEW(&ranks, schema->n_values, error);
    if (status == ALM_OK) status = ALM_NEW(&scratch, schema->n_values, error);
    if (status == ALM_OK) status = decide_fields(schema, names, ranks, scratch, error);
    free(names);
    free(ranks);
    free(scratch);
    return status;
}
