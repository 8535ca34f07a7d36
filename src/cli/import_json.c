#include "cli/import_report.h"

#include <math.h>

static void write_field(struct alm_text *out, const char *name, const char *value)
{
    alm_text_printf(out, "\"%s\": ", name);
    if (value == NULL)
        alm_text_append(out, "null");
    else
        alm_text_append_json(out, value);
}

static void write_texts(struct alm_text *out, const char *name, char *const *texts, size_t n)
{
    alm_text_printf(out, ",\n \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        alm_text_append(out, i == 0 ? "" : ", ");
        alm_text_append_json(out, texts[i]);
    }
    alm_text_append(out, "]");
}

static void write_timed(struct alm_text *out, const char *name, bool index, bool there, int64_t ts)
{
    struct alm_text time = {0};
    alm_import_write_time(&time, index, ts);
    write_field(out, name, there ? alm_text_string(&time) : NULL);
    out->failed = out->failed || time.failed;
    alm_text_clear(&time);
}

static void write_series(struct alm_text *out, const struct alm_import_series *series)
{
    alm_text_append(out, "{");
    write_field(out, "series", series->name);
    alm_text_append(out, ", ");
    write_field(out, "frequency", series->frequency);
    alm_text_append(out, ", ");
    write_timed(out, "first_time", series->index, series->n > 0, series->first);
    alm_text_append(out, ", ");
    write_timed(out, "last_time", series->index, series->n > 0, series->last);
    alm_text_printf(out, ", \"created\": %s, \"n\": %zu, \"added\": %zu, \"gaps\": %zu, \"missing\": %zu}",
                    series->created ? "true" : "false", series->n, series->added, series->gaps,
                    series->missing);
}

static void write_counts(struct alm_text *out, const struct alm_import_request *request,
                         const struct alm_import_summary *summary)
{
    const struct {
        const char *name;
        size_t n;
    } counts[] = {
        {"rows_read", summary->rows_read},
        {"rows_stored", summary->rows_stored},
        {"rows_rejected", summary->rows_rejected},
        {"rows_skipped", summary->rows_skipped},
        {"rows_padded", summary->rows_padded},
        {"out_of_order", summary->out_of_order},
        {"values_kept", summary->values_kept},
        {"values_replaced", summary->values_replaced},
        {"blank_lines", summary->blank_lines},
        {"stray_quotes", summary->stray_quotes},
        {"stray_line", summary->stray_line},
        {"dst_holes", summary->dst_holes},
        {"dst_folds", summary->dst_folds},
        {"dst_skipped", summary->dst_skipped},
        {"notes", summary->notes},
    };
    alm_text_printf(out, ",\n \"dry_run\": %s, \"known\": %s", request->dry_run ? "true" : "false",
                    summary->known ? "true" : "false");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        alm_text_printf(out, ",%s\"%s\": %zu", i % 4 == 0 ? "\n " : " ", counts[i].name, counts[i].n);
    alm_text_printf(out, ", \"seconds\": %.3f,\n \"rejected\": {", summary->seconds);
    for (size_t i = 0; i < summary->n_reasons; i++)
        alm_text_printf(out, "%s\"%s\": %zu", i == 0 ? "" : ", ", summary->reasons[i].reason,
                        summary->reasons[i].n);
    alm_text_append(out, "}");
}

static void write_columns(struct alm_text *out, const struct alm_import_summary *summary)
{
    alm_text_append(out, ",\n \"columns\": [");
    for (size_t c = 0; c < summary->n_columns; c++) {
        const struct alm_import_column *column = &summary->columns[c];
        alm_text_printf(out, "%s\n  {\"column\": %zu, ", c == 0 ? "" : ",", c + 1);
        write_field(out, "name", column->name);
        alm_text_append(out, ", ");
        write_field(out, "role", column->role);
        alm_text_append(out, ", ");
        write_field(out, "type", column->type);
        alm_text_append(out, ", ");
        write_field(out, "unit", column->unit);
        alm_text_append(out, ", ");
        write_field(out, "note", column->note);
        alm_text_append(out, "}");
    }
    alm_text_append(out, "]");
}

static void write_preview(struct alm_text *out, const struct alm_import_preview *preview)
{
    alm_text_append(out, ",\n \"preview\": [");
    for (size_t i = 0; i < preview->n; i++) {
        alm_text_append(out, i == 0 ? "\n  {" : ",\n  {");
        write_timed(out, "time", preview->index, true, preview->ts[i]);
        alm_text_append(out, ", \"values\": {");
        for (size_t c = 0; c < preview->width; c++) {
            const size_t cell = i * preview->width + c;
            alm_text_append(out, c == 0 ? "" : ", ");
            alm_text_append_json(out, preview->series[c]);
            alm_text_append(out, ": ");
            if (preview->labels[cell] != NULL)
                alm_text_append_json(out, preview->labels[cell]);
            else if (isnan(preview->values[cell]))
                alm_text_append(out, "null");
            else
                alm_text_append_number(out, preview->values[cell]);
        }
        alm_text_append(out, "}}");
    }
    alm_text_append(out, "]");
}

void alm_import_write_json(struct alm_text *out, const struct alm_import_request *request,
                           const struct alm_import_summary *summary, const char *message)
{
    alm_text_append(out, "{");
    write_field(out, "file", request->file);
    alm_text_append(out, ", ");
    write_field(out, "sha256", summary->sha256[0] == '\0' ? NULL : summary->sha256);
    if (message != NULL) {
        alm_text_append(out, ",\n ");
        write_field(out, "error", message);
    }
    write_counts(out, request, summary);
    alm_text_append(out, ",\n ");
    write_field(out, "encoding", summary->encoding);
    alm_text_printf(out, ", \"dialect\": %s", summary->dialect_json == NULL ? "null" : summary->dialect_json);
    alm_text_printf(out, ",\n \"preamble\": %zu, \"header_rows\": %zu, \"header_line\": ", summary->preamble,
                    summary->header_rows);
    alm_text_printf(out, summary->header_rows > 0 ? "%zu" : "null", summary->header_line);
    write_texts(out, "first_rejects", summary->rejects, summary->n_rejects);
    write_texts(out, "assumptions", summary->assumptions, summary->n_assumptions);
    write_columns(out, summary);
    write_preview(out, &summary->preview);
    alm_text_append(out, ",\n \"series\": [");
    for (size_t i = 0; i < summary->n_series; i++) {
        alm_text_append(out, i == 0 ? "\n  " : ",\n  ");
        write_series(out, &summary->series[i]);
    }
    alm_text_append(out, "]}");
}
