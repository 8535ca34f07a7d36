#include "workbench/import_sink.h"

#include "base/memory.h"
#include "ingest/reject.h"
#include "store/import_table.h"
#include "workbench/gaps.h"
#include "workbench/import_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_REJECTS = 5 };

static enum alm_status on_schema(void *context, const struct alm_schema *schema, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    sink->schema = schema;
    alm_text_append(&sink->assumptions, alm_text_string(&schema->assumptions));
    ALM_TRY(alm_import_facts_schema(sink->summary, schema, error));
    return alm_text_check(&sink->assumptions, error);
}

/* ---- groups ---- */

static enum alm_status on_label(void *context, size_t *code, size_t number, size_t column, const char *text,
                                size_t n, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    struct alm_import_group *group = &sink->groups[number];
    struct alm_labels *labels = &group->labels[column];
    bool is_new;
    const enum alm_status status = alm_labels_take(code, &is_new, labels, text, n, error);
    if (status != ALM_OK) {
        alm_fail_in(error, "%s", sink->summary->series[group->first + column].name);
        return status;
    }
    if (!is_new) return ALM_OK;
    const char *added = labels->texts[*code];
    return alm_label_table_add(sink->store, group->series_id[column], *code, &added, 1, error);
}

static enum alm_status on_group(void *context, size_t number, const char *const *names, size_t width,
                                struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    struct alm_import_summary *summary = sink->summary;
    ALM_TRY(alm_grow((void **)&sink->groups, &sink->group_capacity, number + 1, sizeof *sink->groups, error));
    /* a group whose rows were all rejected never comes: fill up to this one */
    while (sink->n_groups <= number)
        sink->groups[sink->n_groups++] = (struct alm_import_group){0};
    struct alm_import_group *group = &sink->groups[number];
    *group = (struct alm_import_group){.first = summary->n_series, .width = width};
    ALM_TRY(alm_grow((void **)&summary->series, &sink->series_capacity, summary->n_series + width,
                     sizeof *summary->series, error));
    for (size_t c = 0; c < width; c++) {
        struct alm_import_series *series = &summary->series[summary->n_series++];
        *series = (struct alm_import_series){.index = sink->schema->index};
        ALM_TRY(alm_copy_text(&series->name, names[c], error));
    }
    if (sink->schema->n_categories > 0) {
        ALM_TRY(ALM_NEW(&group->labels, width, error));
        ALM_TRY(ALM_NEW(&group->series_id, width, error));
    }
    ALM_TRY(alm_import_place(sink, group, error));
    for (size_t f = 0; f < group->n_frames; f++)
        ALM_TRY(alm_observation_writer_create(&group->frames[f].writer, sink->store,
                                              group->frames[f].frame_id, sink->policy, error));
    return ALM_OK;
}

/* A stored value that the file gives differently refuses the file. */
static enum alm_status refuse_conflict(enum alm_status status, const struct alm_import_sink *sink,
                                       struct alm_error *error)
{
    if (status != ALM_EXISTS) return status;
    const char *file = sink->request->file;
    alm_fail_in(error, "%s", strcmp(file, "-") == 0 ? "standard input" : file);
    if (error != NULL) error->status = ALM_DATA;
    if (sink->schema->index && !sink->request->append)
        alm_fail_in(error, "index series are there already; --append goes on after their last value");
    return ALM_DATA;
}

/* The group whose first rows are shown: the first that delivers any. */
static size_t first_group(struct alm_import_sink *sink, size_t number)
{
    if (sink->summary->preview.width == 0) sink->shown_group = number;
    return sink->shown_group;
}

enum alm_status alm_import_on_rows(void *context, size_t number, const int64_t *ts, const double *values,
                                   const size_t *lines, size_t n, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    const struct alm_import_group *group = &sink->groups[number];
    (void)lines;
    if (group->offset != 0) {
        ALM_TRY(alm_grow((void **)&sink->shifted, &sink->shifted_capacity, n, sizeof *sink->shifted, error));
        for (size_t i = 0; i < n; i++)
            sink->shifted[i] = ts[i] + group->offset;
        ts = sink->shifted;
    }
    if (sink->summary->preview.n < ALM_IMPORT_PREVIEW && number == first_group(sink, number))
        ALM_TRY(alm_import_facts_rows(sink->summary, &sink->summary->series[group->first], group->width,
                                      group->labels, ts, values, n, error));
    for (size_t f = 0; f < group->n_frames; f++) {
        const struct alm_import_frame *frame = &group->frames[f];
        const enum alm_status status = alm_observation_writer_add_block(
            frame->writer, ts, values, group->width, frame->column, n, error);
        if (status != ALM_OK) return refuse_conflict(status, sink, error);
    }
    return ALM_OK;
}

/* Counts the gaps of a series in all that is stored now. */
static enum alm_status count_gaps(struct alm_import_series *series, struct alm_import_sink *sink,
                                  const struct alm_series_row *row, struct alm_frequency frequency,
                                  struct alm_error *error)
{
    struct alm_gap_list gaps;
    const enum alm_status status = alm_gaps_find(&gaps, sink->store, row, frequency, false, error);
    series->gaps = gaps.n;
    series->missing = gaps.missing;
    alm_gap_list_clear(&gaps);
    return status;
}

/* Describes a series as it is now. A new one takes the file's frequency, an old one keeps its own unless one
 * was stated. */
static enum alm_status describe(struct alm_import_sink *sink, struct alm_import_series *series,
                                const struct alm_ingest_extent *extent, struct alm_error *error)
{
    struct alm_series_row row;
    struct alm_text text = {0};
    struct alm_frequency frequency = extent->frequency;
    ALM_TRY(alm_series_table_find(&row, sink->store, series->name, error));
    enum alm_status status = ALM_OK;
    if (!series->created && sink->request->frequency == NULL)
        status = alm_frequency_parse(&frequency, row.frequency, error);
    alm_frequency_write(&text, frequency);
    if (status == ALM_OK) status = alm_text_check(&text, error);
    if (status == ALM_OK) {
        snprintf(series->frequency, sizeof series->frequency, "%s", alm_text_string(&text));
        const struct alm_series_row change = {.frequency = series->frequency,
                                              .season_length = alm_frequency_season(frequency)};
        if (series->created || sink->request->frequency != NULL)
            status = alm_series_table_set(sink->store, row.series_id, &change, error);
    }
    series->first = row.first_ts;
    series->last = row.last_ts;
    series->n = row.n;
    series->added = row.n - (series->added < row.n ? series->added : row.n);
    series->gaps = extent->gaps;
    series->missing = extent->missing;
    /* what the extent says is of the group's rows: a series may have less of them, or more from before */
    const bool same = series->created && row.missing == 0 && row.n == extent->n;
    if (status == ALM_OK && !same) status = count_gaps(series, sink, &row, frequency, error);
    alm_text_clear(&text);
    alm_series_row_clear(&row);
    return status;
}

/* Once for all series: hours without bars that are not counted as gaps. */
static void say_rests(struct alm_import_sink *sink, const struct alm_import_series *series)
{
    if (sink->said_rests) return;
    sink->said_rests = true;
    alm_text_printf(
        &sink->assumptions,
        "%s rests regularly, as markets do at night and over weekends: that is no gap (`almanac series "
        "gaps` says when)\n",
        series->name);
}

static enum alm_status on_end(void *context, size_t number, const struct alm_ingest_extent *extent,
                              struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    struct alm_import_group *group = &sink->groups[number];
    for (size_t f = 0; f < group->n_frames; f++) {
        struct alm_write_counts counts;
        const enum alm_status status = alm_observation_writer_finish(group->frames[f].writer, &counts, error);
        if (status != ALM_OK) return refuse_conflict(status, sink, error);
        sink->summary->values_kept += counts.kept;
        sink->summary->values_replaced += counts.replaced;
        sink->values_added += counts.added;
        alm_observation_writer_free(group->frames[f].writer);
        group->frames[f].writer = NULL;
    }
    if (extent->rests && group->width > 0) say_rests(sink, &sink->summary->series[group->first]);
    for (size_t c = 0; c < group->width; c++)
        ALM_TRY(describe(sink, &sink->summary->series[group->first + c], extent, error));
    return ALM_OK;
}

/* ---- rejects ---- */

static enum alm_status show_reject(struct alm_import_sink *sink, const struct alm_ingest_reject *reject,
                                   struct alm_error *error)
{
    struct alm_import_summary *summary = sink->summary;
    struct alm_text text = {0};
    if (summary->n_rejects == SHOWN_REJECTS) return ALM_OK;
    ALM_TRY(alm_grow((void **)&summary->rejects, &sink->reject_capacity, summary->n_rejects + 1,
                     sizeof *summary->rejects, error));
    alm_ingest_reject_write(&text, sink->request->file, reject);
    if (alm_text_check(&text, error) != ALM_OK) {
        alm_text_clear(&text);
        return ALM_NOMEM;
    }
    summary->rejects[summary->n_rejects++] = text.data;
    return ALM_OK;
}

static enum alm_status on_reject(void *context, const struct alm_ingest_reject *reject,
                                 struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    struct alm_text reason = {0}, text = {0};
    ALM_TRY(show_reject(sink, reject, error));
    alm_ingest_reject_explain(&reason, reject);
    /* the database holds text only: bytes that are not UTF-8 are written out */
    alm_text_append_visible(&text, reject->text);
    const struct alm_reject row = {.number = ++sink->n_rejects,
                                   .line = reject->line,
                                   .column = reject->column,
                                   .reason = alm_text_string(&reason),
                                   .text = alm_text_string(&text)};
    enum alm_status status = alm_text_check(&reason, error);
    if (status == ALM_OK) status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_import_table_reject(sink->store, sink->import_id, &row, error);
    alm_text_clear(&reason);
    alm_text_clear(&text);
    return status;
}

void alm_import_sink_connect(struct alm_ingest_sink *out, struct alm_import_sink *sink)
{
    *out = (struct alm_ingest_sink){.context = sink,
                                    .schema = on_schema,
                                    .group = on_group,
                                    .rows = alm_import_on_rows,
                                    .end = on_end,
                                    .reject = on_reject,
                                    .label = on_label,
                                    .stored = alm_import_on_stored,
                                    .late = alm_import_on_late,
                                    .times = alm_import_on_times,
                                    .stage = alm_import_on_stage,
                                    .unstage = alm_import_on_unstage};
}

void alm_import_sink_forget_staged(struct alm_import_sink *sink)
{
    alm_staging_free(sink->staging);
    sink->staging = NULL;
}

void alm_import_sink_clear(struct alm_import_sink *sink)
{
    for (size_t g = 0; g < sink->n_groups; g++) {
        for (size_t f = 0; f < sink->groups[g].n_frames; f++)
            alm_observation_writer_free(sink->groups[g].frames[f].writer);
        free(sink->groups[g].frames);
        for (size_t c = 0; sink->groups[g].labels != NULL && c < sink->groups[g].width; c++)
            alm_labels_clear(&sink->groups[g].labels[c]);
        free(sink->groups[g].labels);
        free(sink->groups[g].series_id);
    }
    free(sink->groups);
    free(sink->shifted);
    alm_import_sink_forget_staged(sink);
    alm_text_clear(&sink->assumptions);
}
