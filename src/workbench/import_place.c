/* Where the series of an import lie in the store: those that are there, and those it makes. */
#include "workbench/import_sink.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

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

enum alm_status alm_import_place(struct alm_import_sink *sink, struct alm_import_group *group,
                                 struct alm_error *error)
{
    size_t n_stored;
    ALM_TRY(place_stored(&n_stored, sink, group, error));
    ALM_TRY(create_rest(sink, group, error));
    return load_labels(sink, group, error);
}
