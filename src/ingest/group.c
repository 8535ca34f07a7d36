#include "ingest/group.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096 };

/* Rows that wait. order is a row's place among those that wait, so that sorting keeps it. */
struct rows {
    int64_t *ts;
    size_t *lines;
    double *values; /* [n][width] */
    size_t n, ts_capacity, lines_capacity, values_capacity;
    bool ordered; /* never stepping back */
};

struct alm_group {
    size_t number, width, added;
    bool last_wins;
    const struct alm_group_sink *sink;
    struct rows waiting, late;
    int64_t *done; /* [n_done] times handed on, increasing */
    size_t n_done, done_capacity;
};

enum alm_status alm_group_create(struct alm_group **out, size_t number, size_t width, bool last_wins,
                                 const struct alm_group_sink *sink, struct alm_error *error)
{
    ALM_TRY(ALM_NEW(out, 1, error));
    **out = (struct alm_group){.number = number, .width = width, .last_wins = last_wins, .sink = sink};
    (*out)->waiting.ordered = (*out)->late.ordered = true;
    return ALM_OK;
}

static void clear_rows(struct rows *rows)
{
    free(rows->ts);
    free(rows->lines);
    free(rows->values);
    *rows = (struct rows){.ordered = true};
}

void alm_group_free(struct alm_group *group)
{
    if (group == NULL) return;
    clear_rows(&group->waiting);
    clear_rows(&group->late);
    free(group->done);
    free(group);
}

static enum alm_status push(struct rows *rows, size_t width, int64_t ts, const double *values, size_t line,
                            struct alm_error *error)
{
    size_t needed;
    if (!alm_multiply(&needed, rows->n + 1, width)) return alm_fail(error, ALM_NOMEM, "too many rows");
    if (rows->n == rows->ts_capacity)
        ALM_TRY(alm_grow((void **)&rows->ts, &rows->ts_capacity, rows->n + 1, sizeof *rows->ts, error));
    if (rows->n == rows->lines_capacity)
        ALM_TRY(
            alm_grow((void **)&rows->lines, &rows->lines_capacity, rows->n + 1, sizeof *rows->lines, error));
    if (needed > rows->values_capacity)
        ALM_TRY(
            alm_grow((void **)&rows->values, &rows->values_capacity, needed, sizeof *rows->values, error));
    if (rows->n > 0 && ts < rows->ts[rows->n - 1]) rows->ordered = false;
    rows->ts[rows->n] = ts;
    rows->lines[rows->n] = line;
    memcpy(rows->values + rows->n * width, values, width * sizeof *values);
    rows->n++;
    return ALM_OK;
}

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

/* Puts rows in order of time, rows of one time in order of arrival. */
static enum alm_status sort(struct rows *rows, size_t width, struct alm_error *error)
{
    struct place *places = NULL;
    struct rows sorted = {.ordered = true};
    enum alm_status status = ALM_OK;
    if (rows->ordered) return ALM_OK;
    ALM_TRY(ALM_NEW(&places, rows->n, error));
    for (size_t i = 0; i < rows->n; i++)
        places[i] = (struct place){rows->ts[i], i};
    qsort(places, rows->n, sizeof *places, compare_places);
    for (size_t i = 0; i < rows->n && status == ALM_OK; i++) {
        const size_t from = places[i].order;
        status = push(&sorted, width, places[i].ts, rows->values + from * width, rows->lines[from], error);
    }
    free(places);
    if (status == ALM_OK) {
        clear_rows(rows);
        *rows = sorted;
    } else {
        clear_rows(&sorted);
    }
    return status;
}

static void copy_row(struct rows *rows, size_t width, size_t to, size_t from)
{
    if (to == from) return;
    rows->ts[to] = rows->ts[from];
    rows->lines[to] = rows->lines[from];
    memcpy(rows->values + to * width, rows->values + from * width, width * sizeof *rows->values);
}

static enum alm_status report(struct alm_group *group, int64_t ts, size_t line, struct alm_error *error)
{
    return group->sink->duplicate(group->sink->context, group->number, ts, line, error);
}

/* Leaves one row for each time among the first n, which are in order. *kept says how many there are. */
static enum alm_status drop_duplicates(size_t *kept, struct alm_group *group, struct rows *rows, size_t n,
                                       struct alm_error *error)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        const bool again = k > 0 && rows->ts[i] == rows->ts[k - 1];
        if (!again) {
            copy_row(rows, group->width, k++, i);
        } else if (group->last_wins) {
            ALM_TRY(report(group, rows->ts[i], rows->lines[k - 1], error));
            copy_row(rows, group->width, k - 1, i);
        } else {
            ALM_TRY(report(group, rows->ts[i], rows->lines[i], error));
        }
    }
    *kept = k;
    return ALM_OK;
}

/* Hands on the first n waiting rows, which are in order and later than all before. */
static enum alm_status hand_on(struct alm_group *group, size_t n, struct alm_error *error)
{
    struct rows *rows = &group->waiting;
    size_t kept;
    ALM_TRY(drop_duplicates(&kept, group, rows, n, error));
    if (kept > 0)
        ALM_TRY(group->sink->rows(group->sink->context, group->number, rows->ts, rows->values, rows->lines,
                                  kept, error));
    ALM_TRY(alm_grow((void **)&group->done, &group->done_capacity, group->n_done + kept, sizeof *group->done,
                     error));
    if (kept > 0) memcpy(group->done + group->n_done, rows->ts, kept * sizeof *rows->ts);
    group->n_done += kept;
    for (size_t i = n; i < rows->n; i++)
        copy_row(rows, group->width, i - n, i);
    rows->n -= n;
    return ALM_OK;
}

enum alm_status alm_group_flush(struct alm_group *group, struct alm_error *error)
{
    struct rows *rows = &group->waiting;
    if (!rows->ordered && group->n_done == 0) return ALM_OK;
    ALM_TRY(sort(rows, group->width, error));
    /* the last time stays: its duplicates may follow */
    size_t n = rows->n;
    while (n > 0 && rows->ts[n - 1] == rows->ts[rows->n - 1])
        n--;
    return n == 0 ? ALM_OK : hand_on(group, n, error);
}

enum alm_status alm_group_add(struct alm_group *group, int64_t ts, const double *values, size_t line,
                              struct alm_error *error)
{
    group->added++;
    if (group->n_done > 0 && ts <= group->done[group->n_done - 1])
        return push(&group->late, group->width, ts, values, line, error);
    ALM_TRY(push(&group->waiting, group->width, ts, values, line, error));
    return group->waiting.n % BLOCK == 0 ? alm_group_flush(group, error) : ALM_OK;
}

int64_t alm_group_next_index(const struct alm_group *group)
{
    return (int64_t)group->added;
}

size_t alm_group_waiting(const struct alm_group *group)
{
    return group->waiting.n * (sizeof(int64_t) + sizeof(size_t) + group->width * sizeof(double));
}

static int compare_times(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Hands on the rows that stepped back, but for times that went on before. */
static enum alm_status hand_on_late(struct alm_group *group, struct alm_error *error)
{
    struct rows *rows = &group->late;
    size_t n, kept = 0;
    if (rows->n == 0) return ALM_OK;
    ALM_TRY(sort(rows, group->width, error));
    ALM_TRY(drop_duplicates(&n, group, rows, rows->n, error));
    for (size_t i = 0; i < n; i++) {
        if (bsearch(&rows->ts[i], group->done, group->n_done, sizeof *group->done, compare_times) != NULL)
            ALM_TRY(report(group, rows->ts[i], rows->lines[i], error));
        else
            copy_row(rows, group->width, kept++, i);
    }
    if (kept == 0) return ALM_OK;
    ALM_TRY(group->sink->rows(group->sink->context, group->number, rows->ts, rows->values, rows->lines, kept,
                              error));
    ALM_TRY(alm_grow((void **)&group->done, &group->done_capacity, group->n_done + kept, sizeof *group->done,
                     error));
    memcpy(group->done + group->n_done, rows->ts, kept * sizeof *rows->ts);
    group->n_done += kept;
    qsort(group->done, group->n_done, sizeof *group->done, compare_times);
    return ALM_OK;
}

enum alm_status alm_group_finish(struct alm_ingest_extent *out, struct alm_group *group,
                                 const struct alm_frequency *frequency, struct alm_error *error)
{
    ALM_TRY(sort(&group->waiting, group->width, error));
    if (group->waiting.n > 0) ALM_TRY(hand_on(group, group->waiting.n, error));
    ALM_TRY(hand_on_late(group, error));
    *out = (struct alm_ingest_extent){.n = group->n_done};
    out->frequency = frequency != NULL ? *frequency : alm_frequency_infer(group->done, group->n_done);
    if (group->n_done == 0) return ALM_OK;
    out->first = group->done[0];
    out->last = group->done[group->n_done - 1];
    struct alm_calendar calendar = {.frequency = out->frequency};
    alm_calendar_learn(&calendar, group->done, group->n_done);
    for (size_t i = 1; i < group->n_done; i++) {
        const size_t missing = alm_calendar_missing(&calendar, group->done[i - 1], group->done[i]);
        out->gaps += missing > 0;
        out->missing += missing;
    }
    clear_rows(&group->waiting);
    clear_rows(&group->late);
    return ALM_OK;
}
