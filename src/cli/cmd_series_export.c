#include "cli/cmd_series.h"
#include "cli/meter.h"
#include "cli/output.h"
#include "cli/session.h"
#include "store/rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- CSV ---- */

static enum alm_status export_csv(const struct alm_call *call, struct alm_workbench *workbench,
                                  struct alm_error *error)
{
    const struct alm_output output = alm_standard_output();
    const char *path = alm_call_text(call, "output");
    struct alm_export_request request = {.pattern = call->arguments[0],
                                         .layout = alm_call_text(call, "layout"),
                                         .excel_safe = alm_call_has(call, "excel-safe"),
                                         .output = &output};
    struct alm_export_summary summary;
    if (path != NULL && strcmp(path, "-") != 0) request.path = path;
    alm_meter_erase(call->meter);
    ALM_TRY(alm_series_export(workbench, &request, &summary, error));
    if (request.path != NULL)
        alm_call_say(call, "wrote %zu rows of %zu series to %s", summary.rows, summary.n_series, path);
    if (summary.absent > 0)
        alm_call_say(
            call,
            "%zu cells are empty because a series has no row at that time; read back they are missing "
            "values (--layout long keeps the rows as they are)",
            summary.absent);
    return ALM_OK;
}

/* ---- the other formats ---- */

static enum alm_status print_series(struct alm_printer *printer, struct alm_workbench *workbench,
                                    const char *name, struct alm_error *error)
{
    struct alm_rows *rows;
    size_t n;
    ALM_TRY(alm_call_query(&rows, workbench, "observations", "series", name, error));
    const enum alm_status status = alm_printer_rows(printer, rows, &n, error);
    alm_query_close(rows);
    return status;
}

static enum alm_status print_matches(struct alm_printer *printer, struct alm_workbench *workbench,
                                     const char *pattern, size_t *n, struct alm_error *error)
{
    struct alm_rows *rows;
    bool row;
    ALM_TRY(alm_call_query(&rows, workbench, "series", "series", pattern, error));
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        ++*n;
        status = print_series(printer, workbench, alm_rows_text(rows, 0), error);
        if (status == ALM_OK) status = alm_rows_step(rows, &row, error);
    }
    alm_query_close(rows);
    return status;
}

static enum alm_status print_rows(const struct alm_call *call, struct alm_workbench *workbench,
                                  struct alm_error *error)
{
    static const char *const columns[] = {"series", "time", "value"};
    struct alm_printer *printer;
    size_t n = 0;
    if (alm_call_has(call, "layout") || alm_call_has(call, "excel-safe") || alm_call_has(call, "output"))
        return alm_fail(error, ALM_USAGE, "--layout, --excel-safe and --output go with --format csv");
    enum alm_status status = alm_printer_open(
        &printer, call, &(struct alm_printer_options){.columns = columns, .n_columns = 3}, error);
    if (status == ALM_OK) status = print_matches(printer, workbench, call->arguments[0], &n, error);
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    if (status == ALM_OK) status = closed;
    return status == ALM_OK && n == 0 ? alm_call_need_series(workbench, call->arguments[0], error) : status;
}

enum alm_status alm_series_export_run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    const bool csv = !call->format_stated || call->format == ALM_FORMAT_CSV; /* an export is for programs */
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status =
        csv ? export_csv(call, workbench, error) : print_rows(call, workbench, error);
    alm_workbench_close(workbench);
    return status;
}

/* ---- the table of the command ---- */

const struct alm_command_option alm_series_export_options[] = {
    {.name = "layout",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "LAYOUT",
     .choices = "wide|long",
     .help =
         "wide: a column for each series; long: rows of series, time and value (default: time and value of a "
         "NAME, wide for a PATTERN)"},
    {.name = "output",
     .letter = 'o',
     .kind = ALM_ARGUMENT_TEXT,
     .value = "FILE",
     .help = "write to FILE, which is replaced only when all is there (default: standard output)",
     .completion = ALM_COMPLETE_FILE},
    {.name = "excel-safe",
     .help = "put ' before names and labels that begin with = + - @, a tab or a carriage return, which a "
             "spreadsheet takes for formulas; numbers stay as they are"},
    {.name = NULL},
};

const char alm_series_export_help[] =
    "Times are ISO 8601 in UTC, numbers have the fewest digits that read back to the same bits, missing "
    "values are "
    "empty, labels stand for the codes of a categorical series. An index series has a column `index` that "
    "counts from 0.\n\n"
    "The examples show how an export reads back to the same series and rows; --index is added for index "
    "series, "
    "--category value (wide: the columns) for labels, --tz and --freq where they are not UTC and the usual. "
    "Series "
    "side by side should share their times: where one has no row its cell is empty like that of a missing "
    "value. "
    "Names and labels changed by --excel-safe read back changed.";

const struct alm_example alm_series_export_examples[] = {
    {"series export GOOG.close > close.csv", "time and value"},
    {"import close.csv --series GOOG.close", "reads it back"},
    {"series export 'GOOG.*' -o goog.csv", "a column for each series"},
    {"import goog.csv --series ''", "reads them back: columns keep their names"},
    {"series export '*' --layout long | gzip > all.csv.gz", "everything"},
    {"import all.csv.gz --by series", "reads it back"},
    {NULL, NULL},
};
