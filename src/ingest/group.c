#include "ingest/group.h"

#include "base/memory.h"
#include "ingest/axis.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 128 << 10, BLOCK_LEAST = 64, FIRST_CAPACITY = 16 };

struct alm_group {
    size_t number, width, added, out_of_order, n_staged;
    struct alm_group_room *room;
    struct alm_frequency frequency; /* stated */
    bool frequency_stated;
    int64_t greatest;     /* time so far */
    int64_t staged_until; /* rows at times up to this one are staged */
    bool delivered;       /* rows were handed on at once, up to last */
    int64_t last;
    size_t n_kept; /* rows handed on */
    int64_t kept_first, kept_last;
    bool mixed;           /* some of them between or before others: the axis does not know */
    struct alm_axis axis; /* of what was handed on */
    /* rows that wait */
    int64_t *ts;
    size_t *lines;
    double *values; /* [n][width] */
    size_t n, capacity, block;
    bool ordered; /* never stepping back */
};

static size_t row_bytes(const struct alm_group *group)
{
    return sizeof(int64_t) + sizeof(size_t) + group->width * sizeof(double);
}

/* Stretches of equal steps that a group may remember: a few MB in all, however many groups there are. */
static size_t axis_limit(size_t number)
{
    return number < 64 ? 4096 : number < 1024 ? 128 : 32;
}

enum alm_status alm_group_create(struct alm_group **out, size_t number, size_t width,
                                 struct alm_group_room *room, const struct alm_frequency *frequency,
                                 struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    struct alm_group *group = *out;
    *group = (struct alm_group){.number = number, .width = width, .room = room, .ordered = true};
    group->block = BLOCK_BYTES / row_bytes(group);
    if (group->block < BLOCK_LEAST) group->block = BLOCK_LEAST;
    /* a sink that cannot judge late rows gets all of them sorted */
    const bool judges = room->sink->late != NULL && room->sink->times != NULL;
    group->staged_until = room->all || !judges ? INT64_MAX : INT64_MIN;
    if (room->sorted) group->staged_until = INT64_MIN;
    group->frequency_stated = frequency != NULL;
    if (frequency != NULL) group->frequency = *frequency;
    alm_axis_init(&group->axis, frequency, room->sink->times == NULL ? SIZE_MAX : axis_limit(number));
    return ALM_OK;
}

void alm_group_set_stored(struct alm_group *group, int64_t until)
{
    if (!group->room->sorted && until > group->staged_until) group->staged_until = until;
}

static void free_rows(struct alm_group *group)
{
    group->room->waiting -= group->capacity * row_bytes(group);
    free(group->ts);
    free(group->lines);
    free(group->values);
    group->ts = NULL;
    group->lines = NULL;
    group->values = NULL;
    group->n = group->capacity = 0;
    group->ordered = true;
}

void alm_group_free(struct alm_group *group)
{
    if (group == NULL) return;
    free_rows(group);
    alm_axis_clear(&group->axis);
    free(group);
}

static enum alm_status resize(void **block, size_t n, size_t size, struct alm_error *error)
{
    size_t bytes;
    void *grown = alm_multiply(&bytes, n, size) ? realloc(*block, bytes) : NULL;
    if (grown == NULL) return alm_fail(error, ALM_NOMEM, "out of memory for rows that wait");
    *block = grown;
    return ALM_OK;
}

static enum alm_status make_room(struct alm_group *group, struct alm_error *error)
{
    size_t capacity = group->capacity == 0 ? FIRST_CAPACITY : 4 * group->capacity;
    if (capacity > group->block) capacity = group->block;
    ALM_TRY(resize((void **)&group->ts, capacity, sizeof *group->ts, error));
    ALM_TRY(resize((void **)&group->lines, capacity, sizeof *group->lines, error));
    ALM_TRY(resize((void **)&group->values, capacity, group->width * sizeof *group->values, error));
    group->room->waiting += (capacity - group->capacity) * row_bytes(group);
    group->capacity = capacity;
    return ALM_OK;
}

static enum alm_status push(struct alm_group *group, int64_t ts, const double *values, size_t line,
                            struct alm_error *error)
{
    if (group->n == group->capacity) ALM_TRY(make_room(group, error));
    if (group->n > 0 && ts < group->ts[group->n - 1]) group->ordered = false;
    group->ts[group->n] = ts;
    group->lines[group->n] = line;
    memcpy(group->values + group->n * group->width, values, group->width * sizeof *values);
    group->n++;
    return ALM_OK;
}

/* ---- order ---- */

struct place {
    int64_t ts;
    size_t order;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->ts != y->ts) return x->ts < y->ts ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Puts the waiting rows in order of time, rows of one time in order of arrival. */
static enum alm_status sort(struct alm_group *group, struct alm_error *error)
{
    struct place *places;
    struct alm_group sorted = {0};
    if (group->ordered) return ALM_OK;
    ALM_TRY(ALM_NEW(&places, group->n, error));
    for (size_t i = 0; i < group->n; i++)
        places[i] = (struct place){group->ts[i], i};
    qsort(places, group->n, sizeof *places, compare_places);
    enum alm_status status = ALM_NEW(&sorted.ts, group->capacity, error);
    if (status == ALM_OK) status = ALM_NEW(&sorted.lines, group->capacity, error);
    if (status == ALM_OK)
        status = alm_allocate((void **)&sorted.values, group->capacity, group->width * sizeof(double), error);
    for (size_t i = 0; status == ALM_OK && i < group->n; i++) {
        const size_t from = places[i].order;
        sorted.ts[i] = places[i].ts;
        sorted.lines[i] = group->lines[from];
        memcpy(sorted.values + i * group->width, group->values + from * group->width,
               group->width * sizeof(double));
    }
    free(places);
    if (status == ALM_OK) {
        free(group->ts);
        free(group->lines);
        free(group->values);
        group->ts = sorted.ts;
        group->lines = sorted.lines;
        group->values = sorted.values;
        group->ordered = true;
        return ALM_OK;
    }
    free(sorted.ts);
    free(sorted.lines);
    free(sorted.values);
    return status;
}

static void copy_row(struct alm_group *group, size_t to, size_t from)
{
    if (to == from) return;
    group->ts[to] = group->ts[from];
    group->lines[to] = group->lines[from];
    memcpy(group->values + to * group->width, group->values + from * group->width,
           group->width * sizeof *group->values);
}

static enum alm_status report(struct alm_group *group, int64_t ts, size_t line, struct alm_error *error)
{
    return group->room->duplicate(group->room->context, ts, line, error);
}

/* Leaves one row for each time among those that wait, which are in order. */
static enum alm_status drop_duplicates(struct alm_group *group, struct alm_error *error)
{
    size_t k = 0;
    for (size_t i = 0; i < group->n; i++) {
        const bool again = k > 0 && group->ts[i] == group->ts[k - 1];
        if (!again) {
            copy_row(group, k++, i);
        } else if (group->room->last_wins) {
            ALM_TRY(report(group, group->ts[i], group->lines[k - 1], error));
            copy_row(group, k - 1, i);
        } else {
            ALM_TRY(report(group, group->ts[i], group->lines[i], error));
        }
    }
    group->n = k;
    return ALM_OK;
}

/* ---- handing on ---- */

static void note_kept(struct alm_group *group, int64_t first, int64_t last, size_t n)
{
    if (group->n_kept == 0 || first < group->kept_first) group->kept_first = first;
    if (group->n_kept == 0 || last > group->kept_last) group->kept_last = last;
    group->n_kept += n;
}

/* Hands on what waits, in order and later than all before. */
static enum alm_status hand_on(struct alm_group *group, struct alm_error *error)
{
    const struct alm_ingest_sink *sink = group->room->sink;
    const size_t n = group->n;
    group->n = 0;
    if (n == 0) return ALM_OK;
    ALM_TRY(sink->rows(sink->context, group->number, group->ts, group->values, group->lines, n, error));
    note_kept(group, group->ts[0], group->ts[n - 1], n);
    return group->mixed ? ALM_OK : alm_axis_add(&group->axis, group->ts, n, error);
}

/* The same for rows that step back: their times may have been handed on before. */
static enum alm_status hand_on_late(struct alm_group *group, struct alm_error *error)
{
    const struct alm_ingest_sink *sink = group->room->sink;
    const size_t n = group->n;
    bool *taken;
    group->n = 0;
    if (n == 0) return ALM_OK;
    group->mixed = true;
    ALM_TRY(ALM_NEW(&taken, n, error));
    enum alm_status status =
        sink->late(sink->context, group->number, group->ts, group->values, group->lines, n, taken, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        if (taken[i])
            status = report(group, group->ts[i], group->lines[i], error);
        else
            note_kept(group, group->ts[i], group->ts[i], 1);
    }
    free(taken);
    return status;
}

static enum alm_status stage_row(struct alm_group *group, int64_t ts, const double *values, size_t line,
                                 struct alm_error *error)
{
    const struct alm_stage_row row = {ts, group->number, line, values};
    group->n_staged++;
    return alm_stage_add(group->room->stage, &row, error);
}

/* Hands on a block, or stages it when it is the first and out of order. */
static enum alm_status flush_block(struct alm_group *group, struct alm_error *error)
{
    if (group->n == 0) return ALM_OK;
    if (!group->ordered && !group->delivered) {
        group->staged_until = INT64_MAX;
        for (size_t i = 0; i < group->n; i++)
            ALM_TRY(stage_row(group, group->ts[i], group->values + i * group->width, group->lines[i], error));
        group->n = 0;
        group->ordered = true;
        return ALM_OK;
    }
    ALM_TRY(sort(group, error));
    ALM_TRY(drop_duplicates(group, error));
    group->delivered = true;
    group->last = group->ts[group->n - 1];
    return hand_on(group, error);
}

enum alm_status alm_group_flush(struct alm_group *group, struct alm_error *error)
{
    ALM_TRY(flush_block(group, error));
    free_rows(group);
    return ALM_OK;
}

enum alm_status alm_group_add(struct alm_group *group, int64_t ts, const double *values, size_t line,
                              struct alm_error *error)
{
    if (group->added++ == 0 || ts > group->greatest)
        group->greatest = ts;
    else if (ts < group->greatest)
        group->out_of_order++;
    if (ts <= group->staged_until) return stage_row(group, ts, values, line, error);
    if (group->delivered && ts <= group->last)
        return ts == group->last ? report(group, ts, line, error) : stage_row(group, ts, values, line, error);
    ALM_TRY(push(group, ts, values, line, error));
    return group->n == group->block ? flush_block(group, error) : ALM_OK;
}

int64_t alm_group_next_index(const struct alm_group *group)
{
    return (int64_t)group->added;
}

size_t alm_group_out_of_order(const struct alm_group *group)
{
    return group->out_of_order;
}

/* ---- the end ---- */

/* Of two staged rows of one time, the last that waits and this one, leaves one. */
static enum alm_status drop_staged(struct alm_group *group, const struct alm_stage_row *row,
                                   struct alm_error *error)
{
    const size_t at = group->n - 1;
    if (!group->room->last_wins) return report(group, row->ts, row->line, error);
    ALM_TRY(report(group, row->ts, group->lines[at], error));
    group->lines[at] = row->line;
    memcpy(group->values + at * group->width, row->values, group->width * sizeof *group->values);
    return ALM_OK;
}

/* Hands on what was staged. Nothing waits when this starts. */
static enum alm_status hand_on_staged(struct alm_group *group, struct alm_error *error)
{
    struct alm_stage_row row;
    bool more, late = false;
    /* rows handed on already are later than these */
    if (group->n_staged > 0 && group->delivered) group->mixed = true;
    for (; group->n_staged > 0; group->n_staged--) {
        ALM_TRY(alm_stage_next(&row, &more, group->room->stage, group->number, error));
        if (!more) return alm_fail(error, ALM_INTERNAL, "rows that waited are gone");
        if (group->n > 0 && row.ts == group->ts[group->n - 1]) {
            ALM_TRY(drop_staged(group, &row, error));
            continue;
        }
        const bool now_late = group->delivered && row.ts > group->staged_until;
        if (now_late != late || group->n == group->block)
            ALM_TRY(late ? hand_on_late(group, error) : hand_on(group, error));
        late = now_late;
        ALM_TRY(push(group, row.ts, row.values, row.line, error));
    }
    ALM_TRY(late ? hand_on_late(group, error) : hand_on(group, error));
    free_rows(group);
    return ALM_OK;
}

/* Reads all times again where they were not seen in order, or were too many to be remembered. */
static enum alm_status read_axis_again(struct alm_group *group, struct alm_error *error)
{
    enum { PAGE = 4096 };
    const struct alm_ingest_sink *sink = group->room->sink;
    int64_t *page, after = group->kept_first - 1;
    size_t n = PAGE;
    alm_axis_clear(&group->axis);
    alm_axis_init(&group->axis, group->frequency_stated ? &group->frequency : NULL, SIZE_MAX);
    ALM_TRY(ALM_NEW(&page, PAGE, error));
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && n == PAGE) {
        status = sink->times(sink->context, page, &n, PAGE, group->number, after, error);
        if (status != ALM_OK) break;
        while (n > 0 && page[n - 1] > group->kept_last)
            n--;
        if (n > 0) after = page[n - 1];
        status = alm_axis_add(&group->axis, page, n, error);
    }
    free(page);
    return status;
}

enum alm_status alm_group_finish(struct alm_ingest_extent *out, struct alm_group *group,
                                 struct alm_error *error)
{
    ALM_TRY(alm_group_flush(group, error));
    ALM_TRY(hand_on_staged(group, error));
    if (group->mixed || group->axis.lost) ALM_TRY(read_axis_again(group, error));
    ALM_TRY(alm_axis_finish(out, &group->axis, error));
    out->n = group->n_kept;
    out->first = group->kept_first;
    out->last = group->kept_last;
    return ALM_OK;
}
