/* Rows of an import that are not in the order of their times: what is stored already, and the table where the
 * others wait. */
#include "workbench/import_sink.h"

enum alm_status alm_import_on_stored(void *context, int64_t *until, size_t number, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    const struct alm_import_group *group = &sink->groups[number];
    *until = INT64_MIN;
    for (size_t f = 0; f < group->n_frames; f++) {
        int64_t last;
        bool has;
        ALM_TRY(alm_observation_table_last(&has, &last, sink->store, group->frames[f].frame_id, error));
        if (has && last > *until) *until = last;
    }
    return ALM_OK;
}

/* All rows of a group go to all of its frames: the first one knows which times are there. */
enum alm_status alm_import_on_late(void *context, size_t number, const int64_t *ts, const double *values,
                                   const size_t *lines, size_t n, bool *taken, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    const struct alm_import_group *group = &sink->groups[number];
    for (size_t i = 0; i < n; i++)
        ALM_TRY(alm_observation_table_has(&taken[i], sink->store, group->frames[0].frame_id, ts[i], error));
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && !taken[end])
            end++;
        if (end > i)
            ALM_TRY(alm_import_on_rows(sink, number, ts + i, values + i * group->width, lines + i, end - i,
                                       error));
        i = end + 1;
    }
    return ALM_OK;
}

enum alm_status alm_import_on_times(void *context, int64_t *ts, size_t *n, size_t capacity, size_t number,
                                    int64_t after, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    return alm_observation_table_times(ts, n, capacity, sink->store, sink->groups[number].frames[0].frame_id,
                                       after, error);
}

enum alm_status alm_import_on_stage(void *context, size_t group, int64_t ts, size_t line,
                                    const double *values, size_t width, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    const struct alm_staged_row row = {group, line, ts};
    if (sink->staging == NULL) ALM_TRY(alm_staging_create(&sink->staging, sink->store, width, error));
    return alm_staging_add(sink->staging, &row, values, error);
}

enum alm_status alm_import_on_unstage(void *context, bool *more, size_t *group, int64_t *ts, size_t *line,
                                      double *values, size_t width, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    struct alm_staged_row row = {0};
    (void)width;
    ALM_TRY(alm_staging_next(&row, values, more, sink->staging, error));
    *group = row.group;
    *ts = row.ts;
    *line = row.line;
    return ALM_OK;
}
