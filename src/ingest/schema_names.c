#include "base/memory.h"
#include "ingest/name.h"
#include "ingest/schema.h"

#include <stdlib.h>
#include <string.h>

/* With the empty NAME, columns are called as their headers are, as exported files have them. */
static enum alm_status keep_headers(struct alm_schema *schema, struct alm_error *error)
{
    for (size_t v = 0; v < schema->n_values; v++) {
        struct alm_column *column = &schema->columns[schema->values[v]];
        free(column->name);
        column->name = NULL;
        ALM_TRY(alm_copy_text(&column->name, column->header, error));
    }
    return ALM_OK;
}

static bool headers_are_names(const struct alm_schema *schema)
{
    return schema->layout == ALM_LAYOUT_WIDE && schema->has_header && schema->series_given &&
           schema->series[0] == '\0';
}

static enum alm_status check_names(const struct alm_schema *schema, struct alm_error *error)
{
    for (size_t v = 0; v < schema->n_values; v++) {
        const struct alm_column *a = &schema->columns[schema->values[v]];
        if (!alm_name_is_usable(a->name, strlen(a->name)))
            return alm_fail(error, ALM_DATA, "column %zu has a name with control characters",
                            schema->values[v] + 1);
        for (size_t w = 0; w < v; w++) {
            const struct alm_column *b = &schema->columns[schema->values[w]];
            const char *a_symbol = a->symbol == NULL ? "" : a->symbol,
                       *b_symbol = b->symbol == NULL ? "" : b->symbol;
            if (strcmp(a->name, b->name) == 0 && strcmp(a_symbol, b_symbol) == 0)
                return alm_fail(error, ALM_DATA,
                                "columns \"%s\" and \"%s\" would both be called %s; choose with --value, "
                                "or name all with --columns",
                                b->header, a->header, a->name);
        }
    }
    return ALM_OK;
}

enum alm_status alm_schema_decide_names(struct alm_schema *schema, const struct alm_ingest_options *options,
                                        struct alm_error *error)
{
    const char *given = options->series;
    schema->series_given = given != NULL;
    if (given != NULL)
        ALM_TRY(alm_copy_text(&schema->series, given, error));
    else if (strcmp(options->path, "-") != 0)
        ALM_TRY(alm_name_stem(&schema->series, options->path, error));
    if (headers_are_names(schema)) {
        ALM_TRY(keep_headers(schema, error));
        return check_names(schema, error);
    }
    ALM_TRY(alm_schema_decide_bars(schema, error));
    const bool needs_name = schema->layout == ALM_LAYOUT_WIDE || schema->layout == ALM_LAYOUT_TEXT;
    if (needs_name && schema->series == NULL)
        return alm_fail(error, ALM_USAGE, "standard input has no name: give the series one with --series");
    if (schema->series != NULL && !alm_name_is_usable(schema->series, strlen(schema->series)))
        return alm_fail(error, ALM_USAGE, "the series name is empty or has control characters; see --series");
    return check_names(schema, error);
}

enum alm_status alm_schema_series_name(char **out, const struct alm_schema *schema, const char *key, size_t v,
                                       struct alm_error *error)
{
    struct alm_text name = {0};
    if (headers_are_names(schema)) return alm_copy_text(out, schema->columns[schema->values[v]].name, error);
    const struct alm_column *column = schema->n_values == 0 ? NULL : &schema->columns[schema->values[v]];
    const char *first = key != NULL ? (schema->series_given ? schema->series : NULL) : schema->series;
    const char *second = key != NULL ? key : column == NULL ? NULL : column->symbol;
    if (key == NULL && second != NULL && !schema->series_given) first = NULL;
    if (first != NULL) alm_text_append(&name, first);
    if (second != NULL) alm_text_printf(&name, "%s%s", name.length > 0 ? "." : "", second);
    if (schema->n_values > 1) alm_text_printf(&name, ".%s", column->name);
    const enum alm_status status = alm_text_check(&name, error);
    if (status == ALM_OK) {
        *out = name.data;
        return ALM_OK;
    }
    alm_text_clear(&name);
    return status;
}
