#include "cli/import_report.h"

#include "cli/printer.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SHOWN_SERIES = 24,
    SHOWN_COLUMNS = 40,
    SHOWN_VALUES = 8, /* in a row of the first rows */
    SHOWN_ASSUMPTIONS = 16,
};

void alm_import_write_time(struct alm_text *out, bool index, int64_t ts)
{
    if (index)
        alm_text_printf(out, "%lld", (long long)ts);
    else
        alm_ts_write_short(out, ts);
}

static void push_time(struct alm_printer *printer, bool index, bool there, int64_t ts)
{
    struct alm_text time = {0};
    alm_import_write_time(&time, index, ts);
    alm_printer_text(printer, there && !time.failed ? alm_text_string(&time) : NULL);
    alm_text_clear(&time);
}

static bool is_for_people(const struct alm_call *call)
{
    return call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD;
}

static enum alm_status end_table(struct alm_printer *printer, enum alm_status status, struct alm_error *error)
{
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    return status != ALM_OK ? status : closed;
}

/* ---- the series ---- */

static enum alm_status print_one(struct alm_printer *printer, const char *file,
                                 const struct alm_import_series *series, struct alm_error *error)
{
    if (file != NULL) alm_printer_text(printer, file);
    alm_printer_text(printer, series->name);
    alm_printer_text(printer, series->created ? "new" : series->added > 0 ? "longer" : "as before");
    alm_printer_text(printer, series->frequency);
    push_time(printer, series->index, series->n > 0, series->first);
    push_time(printer, series->index, series->n > 0, series->last);
    alm_printer_integer(printer, (int64_t)series->n);
    alm_printer_integer(printer, (int64_t)series->added);
    alm_printer_integer(printer, (int64_t)series->gaps);
    alm_printer_integer(printer, (int64_t)series->missing);
    return alm_printer_row(printer, error);
}

/* The series of one file, a row each; for people the first ones, for programs all. */
static enum alm_status print_series(const struct alm_call *call, const char *file,
                                    const struct alm_import_summary *summary, struct alm_error *error)
{
    static const char *const columns[] = {"file",      "series", "state", "frequency", "first_time",
                                          "last_time", "n",      "added", "gaps",      "missing"};
    const bool people = is_for_people(call);
    const size_t shown = people && summary->n_series > SHOWN_SERIES ? SHOWN_SERIES - 4 : summary->n_series;
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(
        &printer, call,
        &(struct alm_printer_options){.columns = columns + people, .n_columns = 10 - (size_t)people}, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < shown && status == ALM_OK; i++)
        status = print_one(printer, people ? NULL : file, &summary->series[i], error);
    status = end_table(printer, status, error);
    if (shown < summary->n_series)
        alm_call_say(call, "... and %zu more series: `almanac series list`", summary->n_series - shown);
    return status;
}

/* ---- how the file is read, for people ---- */

static void write_header(struct alm_text *out, const struct alm_import_summary *summary)
{
    if (summary->header_rows == 0)
        alm_text_append(out, "none");
    else if (summary->header_rows == 1)
        alm_text_printf(out, "line %zu", summary->header_line);
    else
        alm_text_printf(out, "%zu rows from line %zu", summary->header_rows, summary->header_line);
}

static enum alm_status print_file(const struct alm_call *call, const char *file,
                                  const struct alm_import_summary *summary, struct alm_error *error)
{
    static const char *const columns[] = {"file", "dialect", "encoding", "lines_before", "header"};
    struct alm_text header = {0};
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(
        &printer, call, &(struct alm_printer_options){.columns = columns, .n_columns = 5, .record = true},
        error));
    write_header(&header, summary);
    alm_printer_text(printer, file);
    alm_printer_text(printer, summary->dialect);
    alm_printer_text(printer, summary->encoding);
    alm_printer_integer(printer, (int64_t)summary->preamble);
    alm_printer_text(printer, alm_text_string(&header));
    enum alm_status status = alm_text_check(&header, error);
    if (status == ALM_OK) status = alm_printer_row(printer, error);
    alm_text_clear(&header);
    return end_table(printer, status, error);
}

static enum alm_status print_columns(const struct alm_call *call, const struct alm_import_summary *summary,
                                     struct alm_error *error)
{
    static const char *const columns[] = {"column", "name", "role", "type", "unit", "note"};
    const size_t shown = summary->n_columns > SHOWN_COLUMNS ? SHOWN_COLUMNS : summary->n_columns;
    struct alm_printer *printer;
    if (shown == 0) return ALM_OK;
    fputs("\n", stdout);
    ALM_TRY(alm_printer_open(
        &printer, call, &(struct alm_printer_options){.columns = columns, .n_columns = 6, .compact = true},
        error));
    enum alm_status status = ALM_OK;
    for (size_t c = 0; c < shown && status == ALM_OK; c++) {
        const struct alm_import_column *column = &summary->columns[c];
        alm_printer_integer(printer, (int64_t)c + 1);
        alm_printer_text(printer, column->name);
        alm_printer_text(printer, column->role);
        alm_printer_text(printer, column->type);
        alm_printer_text(printer, column->unit);
        alm_printer_text(printer, column->note);
        status = alm_printer_row(printer, error);
    }
    status = end_table(printer, status, error);
    if (shown < summary->n_columns)
        alm_call_say(call, "... and %zu more columns", summary->n_columns - shown);
    return status;
}

static enum alm_status print_preview(const struct alm_call *call, const struct alm_import_preview *preview,
                                     struct alm_error *error)
{
    const char *columns[SHOWN_VALUES + 1] = {preview->index ? "index" : "time"};
    const size_t width = preview->width > SHOWN_VALUES ? SHOWN_VALUES : preview->width;
    struct alm_printer *printer;
    if (preview->n == 0) return ALM_OK;
    for (size_t c = 0; c < width; c++)
        columns[c + 1] = preview->series[c];
    fputs("\n", stdout);
    ALM_TRY(alm_printer_open(
        &printer, call, &(struct alm_printer_options){.columns = columns, .n_columns = width + 1}, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < preview->n && status == ALM_OK; i++) {
        push_time(printer, preview->index, true, preview->ts[i]);
        for (size_t c = 0; c < width; c++) {
            const size_t cell = i * preview->width + c;
            if (preview->labels[cell] != NULL)
                alm_printer_text(printer, preview->labels[cell]);
            else
                alm_printer_number(printer, preview->values[cell]);
        }
        status = alm_printer_row(printer, error);
    }
    return end_table(printer, status, error);
}

static enum alm_status print_reading(const struct alm_call *call, const char *file,
                                     const struct alm_import_summary *summary, struct alm_error *error)
{
    ALM_TRY(print_file(call, file, summary, error));
    ALM_TRY(print_columns(call, summary, error));
    ALM_TRY(print_preview(call, &summary->preview, error));
    fputs("\n", stdout);
    return ALM_OK;
}

/* ---- remarks on stderr ---- */

static void say_rejects(const struct alm_call *call, const struct alm_import_summary *summary)
{
    if (summary->rows_rejected == 0) return;
    for (size_t i = 0; i < summary->n_rejects; i++)
        alm_call_say(call, "%s", summary->rejects[i]);
    if (summary->rows_rejected > summary->n_rejects)
        alm_call_say(call, "... and %zu more", summary->rows_rejected - summary->n_rejects);
}

static void say_assumptions(const struct alm_call *call, const char *file,
                            const struct alm_import_summary *summary)
{
    const size_t n = summary->n_assumptions;
    const size_t shown = n > SHOWN_ASSUMPTIONS && !call->verbose ? SHOWN_ASSUMPTIONS - 1 : n;
    for (size_t i = 0; i < shown; i++)
        alm_call_say(call, "%s: %s", file, summary->assumptions[i]);
    if (shown < n) alm_call_say(call, "... and %zu more remarks: see -v", n - shown);
}

/* `, 3 rows WHAT`, nothing for none. */
static void append_count(struct alm_text *line, size_t n, const char *one, const char *many)
{
    if (n > 0) alm_text_printf(line, ", %zu %s", n, n == 1 ? one : many);
}

static void say_counts(const struct alm_call *call, const struct alm_import_request *request,
                       const struct alm_import_summary *s)
{
    struct alm_text line = {0};
    alm_text_printf(&line, "%s: %zu row%s read, %zu %s", request->file, s->rows_read,
                    s->rows_read == 1 ? "" : "s", s->rows_stored,
                    request->dry_run ? "would be stored" : "stored");
    for (size_t i = 0; i < s->n_reasons; i++)
        alm_text_printf(&line, ", %zu rejected (%s)", s->reasons[i].n, s->reasons[i].reason);
    append_count(&line, s->rows_skipped, "left out (wrong number of fields)",
                 "left out (wrong number of fields)");
    append_count(&line, s->rows_padded, "filled or cut to the header's width",
                 "filled or cut to the header's width");
    append_count(&line, s->dst_skipped, "left out (local time that exists never or twice)",
                 "left out (local times that exist never or twice)");
    if (request->dst != NULL && s->dst_skipped == 0 && strcmp(request->dst, "error") != 0 &&
        s->dst_holes + s->dst_folds > 0)
        alm_text_printf(&line, ", %zu at the %s of two moments (%zu never shown by a clock, %zu shown twice)",
                        s->dst_holes + s->dst_folds, request->dst, s->dst_holes, s->dst_folds);
    append_count(&line, s->out_of_order, "out of order", "out of order");
    append_count(&line, s->values_kept, "value kept as stored", "values kept as stored");
    append_count(&line, s->values_replaced, "value replaced", "values replaced");
    append_count(&line, s->blank_lines, "blank line", "blank lines");
    alm_call_say(call, "%s", alm_text_string(&line));
    alm_text_clear(&line);
    if (s->stray_quotes > 0)
        alm_call_say(call, "%s:%zu: a quote inside an unquoted field was kept (%zu such row%s)",
                     request->file, s->stray_line, s->stray_quotes, s->stray_quotes == 1 ? "" : "s");
    if (s->notes > 0)
        alm_call_say(call, "%s: %zu line%s from line %zu on stand%s below the table and %s taken as notes",
                     request->file, s->notes, s->notes == 1 ? "" : "s", s->first_note_line,
                     s->notes == 1 ? "s" : "", s->notes == 1 ? "was" : "were");
}

/* ---- all of it ---- */

static enum alm_status print_json(const struct alm_import_request *request,
                                  const struct alm_import_summary *summary, const char *message,
                                  struct alm_error *error)
{
    struct alm_text out = {0};
    alm_import_write_json(&out, request, summary, message);
    const enum alm_status status = alm_text_check(&out, error);
    if (status == ALM_OK) fputs(alm_text_string(&out), stdout);
    alm_text_clear(&out);
    return status;
}

enum alm_status alm_import_report(const struct alm_call *call, const struct alm_import_request *request,
                                  const struct alm_import_summary *summary, struct alm_error *error)
{
    const char *file = request->file;
    if (call->format == ALM_FORMAT_JSON) return print_json(request, summary, NULL, error);
    say_rejects(call, summary);
    if (summary->known)
        alm_call_say(call, "%s: imported before (the same bytes): nothing changed", file);
    else
        say_assumptions(call, file, summary);
    if (!summary->known) say_counts(call, request, summary);
    if (is_for_people(call) && (request->dry_run || call->verbose))
        ALM_TRY(print_reading(call, file, summary, error));
    return summary->known ? ALM_OK : print_series(call, file, summary, error);
}

void alm_import_report_failure(const struct alm_call *call, const struct alm_import_request *request,
                               const struct alm_import_summary *summary, const char *message)
{
    if (call->format == ALM_FORMAT_JSON && request->dry_run) {
        print_json(request, summary, message, NULL);
        return;
    }
    say_rejects(call, summary);
    if (!request->dry_run || !is_for_people(call) || summary->dialect == NULL) return;
    if (print_file(call, request->file, summary, NULL) == ALM_OK) print_columns(call, summary, NULL);
}
