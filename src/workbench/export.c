/* Values of series out of the store. */
#include "report/export.h"
#include "store/series_table.h"
#include "workbench/output.h"
#include "workbench/workbench.h"

#include <string.h>

/* One series by its name is alone; a pattern gives series side by side. */
static enum alm_status choose_layout(enum alm_export_layout *out, const struct alm_export_request *request,
                                     const struct alm_series_row *rows, size_t n, struct alm_error *error)
{
    const char *layout = request->layout;
    const bool one = n == 1 && strcmp(rows[0].name, request->pattern) == 0;
    *out = one ? ALM_EXPORT_SINGLE : ALM_EXPORT_WIDE;
    if (layout == NULL) return ALM_OK;
    if (strcmp(layout, "wide") == 0)
        *out = ALM_EXPORT_WIDE;
    else if (strcmp(layout, "long") == 0)
        *out = ALM_EXPORT_LONG;
    else
        return alm_fail(error, ALM_USAGE, "--layout is wide or long, not \"%s\"", layout);
    return ALM_OK;
}

static enum alm_status write_all(struct alm_workbench *workbench, const struct alm_export_request *request,
                                 struct alm_series_row *rows, size_t n, struct alm_export_summary *summary,
                                 struct alm_error *error)
{
    struct alm_export_options options = {.excel_safe = request->excel_safe, .cancel = workbench->cancel};
    struct alm_export_counts counts = {0};
    struct alm_output_file file;
    ALM_TRY(choose_layout(&options.layout, request, rows, n, error));
    if (request->path != NULL) ALM_TRY(alm_output_file_open(&file, request->path, error));
    const struct alm_output *output = request->path != NULL ? &file.output : request->output;
    enum alm_status status = alm_export_write(output, workbench->store, rows, n, &options, &counts, error);
    if (request->path != NULL) status = alm_output_file_close(&file, status, error);
    *summary = (struct alm_export_summary){.n_series = n, .rows = counts.rows, .absent = counts.absent};
    return status;
}

enum alm_status alm_series_export(struct alm_workbench *workbench, const struct alm_export_request *request,
                                  struct alm_export_summary *summary, struct alm_error *error)
{
    struct alm_series_row *rows;
    size_t n;
    *summary = (struct alm_export_summary){0};
    ALM_TRY(alm_series_table_match(&rows, &n, workbench->store, request->pattern, error));
    const enum alm_status status = write_all(workbench, request, rows, n, summary, error);
    alm_series_rows_free(rows, n);
    return status;
}
