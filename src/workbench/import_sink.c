#include "workbench/import_sink.h"

#include "base/memory.h"
#include "ingest/reject.h"
#include "store/import_table.h"
#include "workbench/gaps.h"
#include "workbench/import_facts.h"

#include <math.h>
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

static enum alm_status find_frame(struct alm_import_frame **out, struct alm_import_group *group,
                                  int64_t frame_id, struct alm_error *error)
{
    for (size_t f = 0; f < group->n_frames; f++) {
        *out = &group->frames[f];
        if ((*out)->frame_id == frame_id) return ALM_OK;
    }
    /* nearly always there is but one, of each of perhaps thousands of groups */
    struct alm_import_frame *grown = reallocarray(group->frames, group->n_frames + 1, sizeof *group->frames);
    if (grown == NULL) return alm_fail(error, ALM_NOMEM, "out of memory");
    group->frames = grown;
    *out = &group->frames[group->n_frames++];
    **out = (struct alm_import_frame){.frame_id = frame_id};
    for (size_t k = 0; k < ALM_FRAME_WIDTH; k++)
        (*out)->column[k] = SIZE_MAX;
    return ALM_OK;
}

/* What kind of series value column c of the file makes. */
static const char *kind_of(const struct alm_import_sink *sink, size_t c)
{
    const struct alm_schema *schema = sink->schema;
    return c < schema->n_values ? schema->columns[schema->values[c]].kind : "numeric";
}

/* The unit that the file gives for it; NULL for none. */
static char *unit_of(const struct alm_import_sink *sink, size_t c)
{
    const struct alm_schema *schema = sink->schema;
    return c < schema->n_values ? schema->columns[schema->values[c]].unit : NULL;
}

/* Numbers and labels do not mix in one series. */
static enum alm_status check_kind(const struct alm_import_sink *sink, size_t c,
                                  const struct alm_series_row *row, struct alm_error *error)
{
    const bool labels = strcmp(kind_of(sink, c), "categorical") == 0;
    if (labels == (strcmp(row->kind, "categorical") == 0)) return ALM_OK;
    return alm_fail(error, ALM_DATA,
                    labels ? "%s is stored as numbers, not as labels; give the labels another name with "
                             "--series"
                           : "%s is stored as labels; import its column with --category",
                    row->name);
}

/* Looks up where the stored series of a group lie; *n says how many there are. An index series that goes on
 * sets the group's offset. */
static enum alm_status place_stored(size_t *n, struct alm_import_sink *sink, struct alm_import_group *group,
                                    struct alm_error *error)
{
    *n = 0;
    for (size_t c = 0; c < group->width; c++) {
        struct alm_import_series *series = &sink->summary->series[group->first + c];
        struct alm_series_row row = {0};
        struct alm_import_frame *frame;
        bool has;
        ALM_TRY(alm_series_table_has(&has, &row, sink->store, series->name, error));
        series->created = !has;
        if (!has) continue;
        enum alm_status status = ALM_OK;
        const bool index = strcmp(row.frequency, "index") == 0;
        if (index != sink->schema->index)
            status = alm_fail(error, ALM_DATA, "%s is stored %s a clock; this file is imported %s --index",
                              series->name, index ? "without" : "with", index ? "without" : "with");
        if (status == ALM_OK && !index && sink->request->time_zone == NULL &&
            strcmp(row.time_zone, "UTC") != 0)
            status =
                alm_fail(error, ALM_DATA,
                         "%s is stored in the time zone %s: say --tz %s, or --tz UTC if this file's times "
                         "are UTC (times that state their zone are read by it either way)",
                         series->name, row.time_zone, row.time_zone);
        if (status == ALM_OK) status = check_kind(sink, c, &row, error);
        if (status == ALM_OK && group->labels != NULL) group->series_id[c] = row.series_id;
        if (status == ALM_OK) status = find_frame(&frame, group, row.frame_id, error);
        if (status == ALM_OK) frame->column[row.position] = c;
        const int64_t next = row.has_values ? row.last_ts + 1 : 0;
        if (status == ALM_OK && sink->request->append) {
            if (*n > 0 && next != group->offset)
                status = alm_fail(error, ALM_DATA, "--append: %s ends elsewhere than the series beside it",
                                  series->name);
            group->offset = next;
        }
        series->added = row.n; /* until the end, when it is taken off */
        ++*n;
        alm_series_row_clear(&row);
        ALM_TRY(status);
    }
    if (sink->request->append && *n > 0 && *n < group->width)
        return alm_fail(error, ALM_DATA, "--append: only some of the columns are stored already");
    return ALM_OK;
}

/* Whether value column c is the first of another symbol: the bars of each share a frame. */
static bool begins_symbol(const struct alm_import_sink *sink, size_t c)
{
    const struct alm_schema *schema = sink->schema;
    if (c == 0 || c >= schema->n_values) return false;
    const char *symbol = schema->columns[schema->values[c]].symbol,
               *before = schema->columns[schema->values[c - 1]].symbol;
    return symbol != NULL && (before == NULL || strcmp(symbol, before) != 0);
}

/* Makes the series that are not there, in frames of their own. */
static enum alm_status create_rest(struct alm_import_sink *sink, struct alm_import_group *group,
                                   struct alm_error *error)
{
    size_t position = ALM_FRAME_WIDTH;
    int64_t frame_id = 0;
    for (size_t c = 0; c < group->width; c++) {
        struct alm_import_series *series = &sink->summary->series[group->first + c];
        struct alm_import_frame *frame;
        if (!series->created) continue;
        if (position == ALM_FRAME_WIDTH || begins_symbol(sink, c)) {
            ALM_TRY(alm_frame_create(&frame_id, sink->store, error));
            position = 0;
        }
        struct alm_series_row row = {.frame_id = frame_id,
                                     .position = position,
                                     .name = series->name,
                                     .time_zone = (char *)sink->request->time_zone, /* both are copied */
                                     .kind = (char *)kind_of(sink, c),
                                     .unit = unit_of(sink, c),
                                     .frequency = sink->schema->index ? "index" : "irregular"};
        ALM_TRY(alm_series_table_create(sink->store, &row, error));
        if (group->labels != NULL) group->series_id[c] = row.series_id;
        ALM_TRY(find_frame(&frame, group, frame_id, error));
        frame->column[position++] = c;
        sink->n_created++;
    }
    return ALM_OK;
}

/* The labels that the categorical series have already. */
static enum alm_status load_labels(struct alm_import_sink *sink, struct alm_import_group *group,
                                   struct alm_error *error)
{
    for (size_t c = 0; group->labels != NULL && c < group->width; c++) {
        char **texts;
        size_t n;
        if (strcmp(kind_of(sink, c), "categorical") != 0) continue;
        ALM_TRY(alm_label_table_read(&texts, &n, sink->store, group->series_id[c], error));
        ALM_TRY(alm_labels_adopt(&group->labels[c], texts, n, error));
    }
    return ALM_OK;
}

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
    size_t n_stored;
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
    ALM_TRY(place_stored(&n_stored, sink, group, error));
    ALM_TRY(create_rest(sink, group, error));
    ALM_TRY(load_labels(sink, group, error));
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

static enum alm_status on_rows(void *context, size_t number, const int64_t *ts, const double *values,
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

/* ---- rows that are not in order ---- */

static enum alm_status on_stored(void *context, int64_t *until, size_t number, struct alm_error *error)
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
static enum alm_status on_late(void *context, size_t number, const int64_t *ts, const double *values,
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
            ALM_TRY(on_rows(sink, number, ts + i, values + i * group->width, lines + i, end - i, error));
        i = end + 1;
    }
    return ALM_OK;
}

static enum alm_status on_times(void *context, int64_t *ts, size_t *n, size_t capacity, size_t number,
                                int64_t after, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    return alm_observation_table_times(ts, n, capacity, sink->store, sink->groups[number].frames[0].frame_id,
                                       after, error);
}

static enum alm_status on_stage(void *context, size_t group, int64_t ts, size_t line, const double *values,
                                size_t width, struct alm_error *error)
{
    struct alm_import_sink *sink = context;
    const struct alm_staged_row row = {group, line, ts};
    if (sink->staging == NULL) ALM_TRY(alm_staging_create(&sink->staging, sink->store, width, error));
    return alm_staging_add(sink->staging, &row, values, error);
}

static enum alm_status on_unstage(void *context, bool *more, size_t *group, int64_t *ts, size_t *line,
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
                                    .rows = on_rows,
                                    .end = on_end,
                                    .reject = on_reject,
                                    .label = on_label,
                                    .stored = on_stored,
                                    .late = on_late,
                                    .times = on_times,
                                    .stage = on_stage,
                                    .unstage = on_unstage};
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
