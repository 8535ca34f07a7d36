#include "ingest/resample.h"

#include "base/memory.h"
#include "ingest/axis.h"
#include "ingest/resample_plan.h"
#include "series/bucket.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 }; /* bars handed on at once */

/* What is known of one part of one bar. */
struct cell {
    double value, lost; /* lost: what rounding took from a sum (Neumaier 1974) */
    size_t n;
};

struct group {
    struct cell *cells; /* [plan.n] of the bar under way */
    bool open;
    int64_t start;
    size_t line; /* of its first row */
    struct alm_axis axis;
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
    struct {
        size_t group;
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

static void cell_add(struct cell *cell, enum alm_resample_how how, double value)
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
        if (empty) cell->value = value;
        break;
    case ALM_RESAMPLE_LAST:
        cell->value = value;
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

static enum alm_status hand_on(struct alm_resample *r, struct alm_error *error)
{
    const size_t n = r->block.n;
    r->block.n = 0;
    if (n == 0) return ALM_OK;
    ALM_TRY(alm_axis_add(&r->groups[r->block.group].axis, r->block.ts, n, error));
    return r->inner->rows(r->inner->context, r->block.group, r->block.ts, r->block.values, r->block.lines, n,
                          error);
}

/* Puts the bar under way into the block, unless it has no value. */
static enum alm_status close_bar(struct alm_resample *r, size_t number, struct alm_error *error)
{
    struct group *group = &r->groups[number];
    bool any = false;
    if (!group->open) return ALM_OK;
    if (r->block.n == BLOCK || r->block.group != number) ALM_TRY(hand_on(r, error));
    r->block.group = number;
    double *row = r->block.values + r->block.n * r->plan.n;
    for (size_t p = 0; p < r->plan.n; p++) {
        row[p] = cell_value(&group->cells[p], r->plan.parts[p].how);
        any = any || !isnan(row[p]);
    }
    r->block.ts[r->block.n] = group->start;
    r->block.lines[r->block.n] = group->line;
    r->block.n += any;
    group->open = false;
    return ALM_OK;
}

static enum alm_status take_row(struct alm_resample *r, size_t number, int64_t ts, const double *values,
                                size_t line, struct alm_error *error)
{
    struct group *group = &r->groups[number];
    const int64_t start = alm_bucket_start(ts, r->spec.frequency, r->zone);
    if (group->open && start > group->start) ALM_TRY(close_bar(r, number, error));
    if (!group->open) {
        memset(group->cells, 0, r->plan.n * sizeof *group->cells);
        group->open = true;
        group->start = start;
        group->line = line;
    }
    for (size_t p = 0; p < r->plan.n; p++) {
        const struct alm_resample_part *part = &r->plan.parts[p];
        const double value = values[part->source];
        if (!isnan(value)) cell_add(&group->cells[p], part->how, value);
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
    struct group *group = &r->groups[number];
    alm_axis_init(&group->axis, &r->spec.frequency, SIZE_MAX);
    ALM_TRY(ALM_NEW(&group->cells, n, error));
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
        ALM_TRY(take_row(r, number, ts[i], values + i * r->plan.n_sources, lines[i], error));
    return ALM_OK;
}

static void clear_group(struct group *group)
{
    free(group->cells);
    alm_axis_clear(&group->axis);
    *group = (struct group){0};
}

static enum alm_status on_end(void *context, size_t number, const struct alm_ingest_extent *extent,
                              struct alm_error *error)
{
    struct alm_resample *r = context;
    struct alm_ingest_extent made;
    (void)extent; /* of the rows, not of the bars */
    ALM_TRY(close_bar(r, number, error));
    ALM_TRY(hand_on(r, error));
    ALM_TRY(alm_axis_finish(&made, &r->groups[number].axis, error));
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
