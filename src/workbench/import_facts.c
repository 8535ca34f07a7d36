#include "workbench/import_facts.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- columns ---- */

static const char *role_of(const struct alm_column *column)
{
    switch (column->role) {
    case ALM_COLUMN_TIME:
        return "time";
    case ALM_COLUMN_KEY:
        return "key";
    case ALM_COLUMN_VALUE:
        return "value";
    case ALM_COLUMN_CATEGORY:
        return "category";
    default:
        return "left out";
    }
}

static const char *type_of(const struct alm_schema *schema, const struct alm_column *column)
{
    switch (column->role) {
    case ALM_COLUMN_TIME:
        return alm_time_format_name(&schema->time_format);
    case ALM_COLUMN_VALUE:
        return "number";
    case ALM_COLUMN_CATEGORY:
        return "label";
    case ALM_COLUMN_KEY:
        return "text";
    default:
        return NULL;
    }
}

static enum alm_status note_column(struct alm_import_column *out, const struct alm_schema *schema,
                                   const struct alm_column *column, struct alm_error *error)
{
    const char *type = type_of(schema, column);
    const bool skipped = column->role == ALM_COLUMN_SKIPPED;
    out->role = role_of(column);
    ALM_TRY(alm_copy_text(&out->name, column->header, error));
    if (type != NULL) ALM_TRY(alm_copy_text(&out->type, type, error));
    if (column->unit != NULL) ALM_TRY(alm_copy_text(&out->unit, column->unit, error));
    if (!skipped) return ALM_OK;
    struct alm_text note = {0};
    alm_text_append(&note, column->why_skipped);
    if (column->hint[0] != '\0') alm_text_printf(&note, "; try %s", column->hint);
    enum alm_status status = alm_text_check(&note, error);
    if (status == ALM_OK) status = alm_copy_text(&out->note, alm_text_string(&note), error);
    alm_text_clear(&note);
    return status;
}

enum alm_status alm_import_facts_schema(struct alm_import_summary *out, const struct alm_schema *schema,
                                        struct alm_error *error)
{
    if (schema->n_columns == 0) return ALM_OK;
    ALM_TRY(ALM_NEW(&out->columns, schema->n_columns, error));
    out->n_columns = schema->n_columns;
    for (size_t c = 0; c < schema->n_columns; c++)
        ALM_TRY(note_column(&out->columns[c], schema, &schema->columns[c], error));
    return ALM_OK;
}

/* ---- the first rows ---- */

static enum alm_status start_preview(struct alm_import_preview *preview,
                                     const struct alm_import_series *series, size_t width,
                                     struct alm_error *error)
{
    const size_t cells = ALM_IMPORT_PREVIEW * width;
    ALM_TRY(ALM_NEW(&preview->series, width, error));
    preview->width = width;
    preview->index = series[0].index;
    for (size_t c = 0; c < width; c++)
        ALM_TRY(alm_copy_text(&preview->series[c], series[c].name, error));
    ALM_TRY(ALM_NEW(&preview->ts, ALM_IMPORT_PREVIEW, error));
    ALM_TRY(ALM_NEW(&preview->values, cells, error));
    return ALM_NEW(&preview->labels, cells, error);
}

enum alm_status alm_import_facts_rows(struct alm_import_summary *out, const struct alm_import_series *series,
                                      size_t width, const struct alm_labels *labels, const int64_t *ts,
                                      const double *values, size_t n, struct alm_error *error)
{
    struct alm_import_preview *preview = &out->preview;
    if (preview->width == 0) ALM_TRY(start_preview(preview, series, width, error));
    for (size_t i = 0; i < n && preview->n < ALM_IMPORT_PREVIEW; i++) {
        for (size_t c = 0; c < width; c++) {
            const double value = values[i * width + c];
            const size_t cell = preview->n * width + c;
            preview->values[cell] = value;
            if (labels == NULL || !(value >= 0 && value < (double)labels[c].n)) continue;
            ALM_TRY(alm_copy_text(&preview->labels[cell], labels[c].texts[(size_t)value], error));
        }
        preview->ts[preview->n++] = ts[i];
    }
    return ALM_OK;
}

/* ---- counts ---- */

enum alm_status alm_import_facts_summary(struct alm_import_summary *out,
                                         const struct alm_ingest_summary *read, struct alm_error *error)
{
    struct alm_text text = {0};
    out->rows_skipped = read->rows_skipped;
    out->rows_padded = read->rows_padded;
    out->preamble = read->preamble;
    out->header_rows = read->header_rows;
    out->header_line = read->header_line;
    out->notes = read->notes;
    out->first_note_line = read->first_note_line;
    if (read->encoding[0] == '\0') return ALM_OK;
    alm_dialect_write(&text, &read->dialect);
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_copy_text(&out->dialect, alm_text_string(&text), error);
    alm_text_reset(&text);
    alm_dialect_write_json(&text, &read->dialect);
    if (status == ALM_OK) status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_copy_text(&out->dialect_json, alm_text_string(&text), error);
    if (status == ALM_OK) status = alm_copy_text(&out->encoding, read->encoding, error);
    alm_text_clear(&text);
    return status;
}

void alm_import_facts_clear(struct alm_import_summary *summary)
{
    struct alm_import_preview *preview = &summary->preview;
    for (size_t c = 0; c < summary->n_columns; c++) {
        free(summary->columns[c].name);
        free(summary->columns[c].type);
        free(summary->columns[c].unit);
        free(summary->columns[c].note);
    }
    free(summary->columns);
    for (size_t c = 0; c < preview->width; c++)
        free(preview->series[c]);
    for (size_t i = 0; preview->labels != NULL && i < ALM_IMPORT_PREVIEW * preview->width; i++)
        free(preview->labels[i]);
    free(preview->series);
    free(preview->ts);
    free(preview->values);
    free(preview->labels);
    free(summary->dialect);
    free(summary->dialect_json);
    free(summary->encoding);
}
