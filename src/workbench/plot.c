/* A picture of a series. */
#include "report/sketch.h"
#include "store/series_table.h"
#include "workbench/output.h"
#include "workbench/request.h"
#include "workbench/workbench.h"

#include <string.h>

static enum alm_status read_range(int64_t *first, int64_t *last, const struct alm_plot_request *request,
                                  const struct alm_series_row *row, struct alm_error *error)
{
    const bool index = strcmp(row->frequency, "index") == 0;
    *first = INT64_MIN;
    *last = INT64_MAX;
    if (request->from != NULL)
        ALM_TRY(alm_request_time(first, request->from, index, row->time_zone, "--from", error));
    if (request->to != NULL)
        ALM_TRY(alm_request_time(last, request->to, index, row->time_zone, "--to", error));
    return ALM_OK;
}

static enum alm_status draw(struct alm_workbench *workbench, const struct alm_plot_request *request,
                            const struct alm_series_row *row, struct alm_error *error)
{
    struct alm_sketch sketch;
    struct alm_text text = {0};
    int64_t first, last;
    ALM_TRY(read_range(&first, &last, request, row, error));
    ALM_TRY(alm_sketch_load(&sketch, workbench->store, row, first, last, error));
    enum alm_status status = request->svg ? alm_sketch_svg(&text, &sketch, error)
                                          : alm_sketch_text(&text, &sketch, request->width, request->height,
                                                            request->colour, error);
    if (status == ALM_OK) status = alm_output_text(&text, request->path, request->output, error);
    alm_text_clear(&text);
    alm_sketch_clear(&sketch);
    return status;
}

enum alm_status alm_series_plot(struct alm_workbench *workbench, const struct alm_plot_request *request,
                                struct alm_error *error)
{
    struct alm_series_row row;
    ALM_TRY(alm_series_table_find(&row, workbench->store, request->series, error));
    const enum alm_status status = draw(workbench, request, &row, error);
    alm_series_row_clear(&row);
    return status;
}
