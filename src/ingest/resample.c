#include "ingest/resample.h"

#include "base/memory.h"
#include "ingest/resample_plan.h"
#include "series/bucket.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 1024,           /* bars handed on at once */
    WAITING_LIMIT = 8 << 20 /* bytes of bars that wait for late rows, before all but the last are handed on */
};

/* What is known of one part of one bar. */
struct cell {
    double value, lost; /* lost: what rounding took from a sum (Neumaier 1974) */
    int64_t ts;         /* of value, for first and last */
    size_t n;
};

struct group {
    struct cell *cells; /* [n][plan.n] of bars that wait, rising in time */
    int64_t *starts;    /* [n] */
    size_t *lines;      /* [n] of their first row */
    size_t n, starts_capacity, lines_capacity, cells_capacity;
    int64_t *times; /* [n_times] bars handed on */
    size_t n_times, times_capacity;
    int64_t made_until; /* the start of the last bar handed on */
};

struct alm_resample {
    struct alm_resample_spec spec;
    const struct alm_zone *zone;
    const struct alm_ingest_sink *inner;
    struct alm_ingest_sink outer;
    struct alm_resample_plan plan;
    struct alm_schema schema; /* of what leaves; only values and assumptions are its own */
    struct group *groups;     /* [n_groups] */
    size_t n_groups, groups_capacity;
    size_t waiting; /* bars in all groups */
    struct {
        int64_t ts[BLOCK];
        size_t lines[BLOCK];
        double *values; /* [BLOCK][plan.n] */
        size_t n;
    } block;
};

/* ---- cells ---- */

static void add_to_sum(struct cell *cell, double value)
{
    const double sum = cell->value + value;
    cell->lost +=
        fabs(cell->value) >= fabs(value) ? (cell->value - sum) + value : (value - sum) + cell->value;
    cell->value = sum;
}

static void cell_add(struct cell *cell, enum alm_resample_how how, int64_t ts, double value)
{
    const bool empty = cell->n++ == 0;
    switch (how) {
    case ALM_RESAMPLE_MEAN:
    case ALM_RESAMPLE_SUM:
        if (empty)
            cell->value = value;
        else
            add_to_sum(cell, value);
        break;
    case ALM_RESAMPLE_FIRST:
    case ALM_RESAMPLE_LAST:
        if (empty || (how == ALM_RESAMPLE_FIRST ? ts < cell->ts : ts > cell->ts)) {
            cell->value = value;
            cell->ts = ts;
        }
        break;
    case ALM_RESAMPLE_MIN:
        if (empty || value < cell->value) cell->value = value;
        break;
    case ALM_RESAMPLE_MAX:
        if (empty || value > cell->value) cell->value = value;
        break;
    case ALM_RESAMPLE_COUNT:
    case ALM_RESAMPLE_OHLC:
        break;
    }
}

static double cell_value(const struct cell *cell, enum alm_resample_how how)
{
    if (cell->n == 0) return (double)NAN;
    switch (how) {
    case ALM_RESAMPLE_MEAN:
        return (isfinite(cell->lost) ? cell->value + cell->lost : cell->value) / (double)cell->n;
    case ALM_RESAMPLE_SUM:
        return isfinite(cell->lost) ? cell->value + cell->lost : cell->value;
    case ALM_RESAMPLE_COUNT:
        return (double)cell->n;
    default:
        return cell->value;
    }
}

/* ---- bars ---- */

/* Place of the first bar that does not begin before start. */
static size_t find_bar(const struct group *group, int64_t start)
{
    size_t low = 0, high = group->n;
    if (high > 0 && group->starts[high - 1] < start) return high;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (group->starts[middle] < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum alm_status refuse_late(int64_t ts, size_t line, struct alm_error *error)
{
    struct alm_text time = {0};
    alm_ts_write_short(&time, ts);
    alm_fail(error, ALM_DATA,
             "line %zu goes back to %s, to a bar that is done already: sort the file by time, or give more "
             "--memory",
             line, alm_text_string(&time));
    alm_text_clear(&time);
    return ALM_DATA;
}

/* Makes room for a bar at place at. */
static enum alm_status insert_bar(struct alm_resample *r, struct group *group, size_t at, int64_t start,
                                  size_t line, struct alm_error *error)
{
    const size_t width = r->plan.n, n = group->n;
    ALM_TRY(alm_grow((void **)&group->starts, &group->starts_capacity, n + 1, sizeof *group->starts, error));
    ALM_TRY(alm_grow((void **)&group->lines, &group->lines_capacity, n + 1, sizeof *group->lines, error));
    ALM_TRY(alm_grow((void **)&group->cells, &group->cells_capacity, (n + 1) * width, sizeof *group->cells,
                     error));
    memmove(group->starts + at + 1, group->starts + at, (n - at) * sizeof *group->starts);
    memmove(group->lines + at + 1, group->lines + at, (n - at) * sizeof *group->lines);
    memmove(group->cells + (at + 1) * width, group->cells + at * width,
            (n - at) * width * sizeof *group->cells);
    memset(group->cells + at * width, 0, width * sizeof *group->cells);
    group->starts[at] = start;
    group->lines[at] = line;
    group->n++;
    r->waiting++;
    return ALM_OK;
}

static enum alm_status take_row(struct alm_resample *r, struct group *group, int64_t ts, const double *values,
                                size_t line, struct alm_error *error)
{
    const int64_t start = alm_bucket_start(ts, r->spec.frequency, r->zone);
    const size_t at = find_bar(group, start);
    if (group->n_times > 0 && start <= group->made_until) return refuse_late(ts, line, error);
    if (at == group->n || group->starts[at] != start) ALM_TRY(insert_bar(r, group, at, start, line, error));
    for (size_t p = 0; p < r->plan.n; p++) {
        const struct alm_resample_part *part = &r->plan.parts[p];
        const double value = values[part->source];
        if (!isnan(value)) cell_add(&group->cells[at * r->plan.n + p], part->how, ts, value);
    }
    return ALM_OK;
}

/* ---- handing on ---- */

static enum alm_status hand_on_block(struct alm_resample *r, size_t number, struct alm_error *error)
{
    const size_t n = r->block.n;
    r->block.n = 0;
    if (n == 0) return ALM_OK;
    return r->inner->rows(r->inner->context, number, r->block.ts, r->block.values, r->block.lines, n, error);
}

/* Hands on the first n waiting bars, but those without a value. */
static enum alm_status hand_on(struct alm_resample *r, size_t number, size_t n, struct alm_error *error)
{
    struct group *group = &r->groups[number];
    const size_t width = r->plan.n;
    ALM_TRY(alm_grow((void **)&group->times, &group->times_capacity, group->n_times + n, sizeof *group->times,
                     error));
    for (size_t i = 0; i < n; i++) {
        double *row = r->block.values + r->block.n * width;
        bool any = false;
        for (size_t p = 0; p < width; p++) {
            row[p] = cell_value(&group->cells[i * width + p], r->plan.parts[p].how);
            any = any || !isnan(row[p]);
        }
        group->made_until = group->starts[i];
        if (!any) continue;
        group->times[group->n_times++] = group->starts[i];
        r->block.ts[r->block.n] = group->starts[i];
        r->block.lines[r->block.n++] = group->lines[i];
        if (r->block.n == BLOCK) ALM_TRY(hand_on_block(r, number, error));
    }
    ALM_TRY(hand_on_block(r, number, error));
    group->n -= n;
    r->waiting -= n;
    memmove(group->starts, group->starts + n, group->n * sizeof *group->starts);
    memmove(group->lines, group->lines + n, group->n * sizeof *group->lines);
    memmove(group->cells, group->cells + n * width, group->n * width * sizeof *group->cells);
    return ALM_OK;
}

static enum alm_status bound_waiting(struct alm_resample *r, struct alm_error *error)
{
    const size_t bar = sizeof(int64_t) + sizeof(size_t) + r->plan.n * sizeof(struct cell);
    if (r->waiting <= WAITING_LIMIT / bar + r->n_groups) return ALM_OK;
    for (size_t g = 0; g < r->n_groups; g++)
        if (r->groups[g].n > 1) ALM_TRY(hand_on(r, g, r->groups[g].n - 1, error));
    return ALM_OK;
}

static enum alm_status describe_extent(struct alm_ingest_extent *out, const struct alm_resample *r,
                                       const struct group *group)
{
    struct alm_calendar calendar = {.frequency = r->spec.frequency};
    *out = (struct alm_ingest_extent){.frequency = r->spec.frequency, .n = group->n_times};
    if (group->n_times == 0) return ALM_OK;
    out->first = group->times[0];
    out->last = group->times[group->n_times - 1];
    alm_calendar_learn(&calendar, group->times, group->n_times);
    for (size_t i = 1; i < group->n_times; i++) {
        const size_t missing = alm_calendar_missing(&calendar, group->times[i - 1], group->times[i]);
        out->gaps += missing > 0;
        out->missing += missing;
    }
    return ALM_OK;
}

/* ---- the sink ---- */

/* The schema as it is for what leaves: a value column for each part. */
static enum alm_status change_schema(struct alm_resample *r, const struct alm_schema *schema,
                                     struct alm_error *error)
{
    r->schema = *schema;
    r->schema.values = NULL;
    r->schema.assumptions = (struct alm_text){0};
    alm_text_append(&r->schema.assumptions, alm_text_string(&schema->assumptions));
    alm_resample_describe(&r->schema.assumptions, &r->spec, r->zone == NULL ? NULL : alm_zone_name(r->zone));
    ALM_TRY(alm_text_check(&r->schema.assumptions, error));
    if (schema->n_values == 0) return ALM_OK;
    ALM_TRY(ALM_NEW(&r->schema.values, r->plan.n, error));
    for (size_t p = 0; p < r->plan.n; p++)
        r->schema.values[p] = schema->values[r->plan.parts[p].source];
    r->schema.n_values = r->plan.n;
    return ALM_OK;
}

static enum alm_status on_schema(void *context, const struct alm_schema *schema, struct alm_error *error)
{
    struct alm_resample *r = context;
    size_t count;
    ALM_TRY(alm_resample_plan_make(&r->plan, &r->spec, schema, error));
    if (!alm_multiply(&count, r->plan.n, BLOCK)) return alm_fail(error, ALM_NOMEM, "too many columns");
    ALM_TRY(ALM_NEW(&r->block.values, count, error));
    ALM_TRY(change_schema(r, schema, error));
    return r->inner->schema(r->inner->context, &r->schema, error);
}

static enum alm_status on_group(void *context, size_t number, const char *const *names, size_t width,
                                struct alm_error *error)
{
    struct alm_resample *r = context;
    const size_t n = r->plan.n;
    char **made = NULL;
    (void)width; /* the plan's number of sources */
    ALM_TRY(alm_grow((void **)&r->groups, &r->groups_capacity, number + 1, sizeof *r->groups, error));
    while (r->n_groups <= number)
        r->groups[r->n_groups++] = (struct group){0};
    ALM_TRY(ALM_NEW(&made, n, error));
    enum alm_status status = ALM_OK;
    for (size_t p = 0; status == ALM_OK && p < n; p++) {
        struct alm_text name = {0};
        alm_resample_part_name(&name, &r->plan.parts[p], names[r->plan.parts[p].source]);
        status = alm_text_check(&name, error);
        made[p] = name.data;
    }
    if (status == ALM_OK)
        status = r->inner->group(r->inner->context, number, (const char *const *)made, n, error);
    for (size_t p = 0; p < n; p++)
        free(made[p]);
    free(made);
    return status;
}

static enum alm_status on_rows(void *context, size_t number, const int64_t *ts, const double *values,
                               const size_t *lines, size_t n, struct alm_error *error)
{
    struct alm_resample *r = context;
    for (size_t i = 0; i < n; i++)
        ALM_TRY(take_row(r, &r->groups[number], ts[i], values + i * r->plan.n_sources, lines[i], error));
    return bound_waiting(r, error);
}

static void clear_group(struct group *group)
{
    free(group->cells);
    free(group->starts);
    free(group->lines);
    free(group->times);
    *group = (struct group){0};
}

static enum alm_status on_end(void *context, size_t number, const struct alm_ingest_extent *extent,
                              struct alm_error *error)
{
    struct alm_resample *r = context;
    struct alm_ingest_extent made;
    (void)extent; /* of the rows, not of the bars */
    ALM_TRY(hand_on(r, number, r->groups[number].n, error));
    ALM_TRY(describe_extent(&made, r, &r->groups[number]));
    clear_group(&r->groups[number]);
    return r->inner->end(r->inner->context, number, &made, error);
}

static enum alm_status on_reject(void *context, const struct alm_ingest_reject *reject,
                                 struct alm_error *error)
{
    const struct alm_resample *r = context;
    return r->inner->reject(r->inner->context, reject, error);
}

static enum alm_status on_label(void *context, size_t *code, size_t number, size_t column, const char *text,
                                size_t n, struct alm_error *error)
{
    const struct alm_resample *r =
        context; /* labels are neither split nor joined: columns keep their numbers */
    if (r->spec.how != ALM_RESAMPLE_COUNT)
        return r->inner->label(r->inner->context, code, number, column, text, n, error);
    *code = 0;
    return ALM_OK;
}

static enum alm_status on_stage(void *context, size_t group, int64_t ts, size_t line, const double *values,
                                size_t width, struct alm_error *error)
{
    const struct alm_ingest_sink *inner = ((struct alm_resample *)context)->inner;
    return inner->stage(inner->context, group, ts, line, values, width, error);
}

static enum alm_status on_unstage(void *context, bool *more, size_t *group, int64_t *ts, size_t *line,
                                  double *values, size_t width, struct alm_error *error)
{
    const struct alm_ingest_sink *inner = ((struct alm_resample *)context)->inner;
    return inner->unstage(inner->context, more, group, ts, line, values, width, error);
}

enum alm_status alm_resample_create(struct alm_resample **out, const struct alm_resample_spec *spec,
                                    const struct alm_zone *zone, const struct alm_ingest_sink *sink,
                                    struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    (*out)->spec = *spec;
    (*out)->zone = zone;
    (*out)->inner = sink;
    (*out)->outer = (struct alm_ingest_sink){.context = *out,
                                             .schema = on_schema,
                                             .group = on_group,
                                             .rows = on_rows,
                                             .end = on_end,
                                             .reject = on_reject,
                                             .label = on_label,
                                             .stage = sink->stage == NULL ? NULL : on_stage,
                                             .unstage = sink->unstage == NULL ? NULL : on_unstage};
    return ALM_OK;
}

void alm_resample_free(struct alm_resample *resample)
{
    if (resample == NULL) return;
    for (size_t g = 0; g < resample->n_groups; g++)
        clear_group(&resample->groups[g]);
    free(resample->groups);
    free(resample->block.values);
    free(resample->schema.values);
    alm_text_clear(&resample->schema.assumptions);
    alm_resample_plan_clear(&resample->plan);
    free(resample);
}

const struct alm_ingest_sink *alm_resample_sink(const struct alm_resample *resample)
{
    return &resample->outer;
}
