/* Where a series lacks bars. */
#include "workbench/gaps.h"

#include "base/memory.h"
#include "series/timestamp.h"
#include "store/observation_table.h"
#include "store/rows.h"
#include "workbench/workbench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void alm_gap_list_clear(struct alm_gap_list *list)
{
    free(list->gaps);
    *list = (struct alm_gap_list){0};
}

enum { LEARN_FROM = 1 << 19, PAGE = 4096 }; /* times */

/* A gap under construction. */
struct finder {
    struct alm_gap_list *list;
    bool keep; /* gaps, not only their number */
    size_t capacity;
    struct alm_calendar calendar;
    int64_t *ts; /* [n] the first times, from which the calendar is learnt */
    size_t n;
    struct alm_gap gap; /* missing 0: none */
};

static void extend(struct finder *f, int64_t first, int64_t last, size_t missing)
{
    if (f->gap.missing == 0) f->gap.first = first;
    f->gap.last = last;
    f->gap.missing += missing;
}

static enum alm_status end(struct finder *f, int64_t until, struct alm_error *error)
{
    struct alm_gap_list *list = f->list;
    if (f->gap.missing == 0) return ALM_OK;
    const int64_t length = alm_frequency_length(f->calendar.frequency);
    const bool index = f->calendar.frequency.unit == ALM_FREQUENCY_INDEX;
    f->gap.duration = index ? 0 : length > 0 ? (int64_t)f->gap.missing * length : until - f->gap.first;
    list->missing += f->gap.missing;
    if (f->keep) {
        ALM_TRY(alm_grow((void **)&list->gaps, &f->capacity, list->n + 1, sizeof *list->gaps, error));
        list->gaps[list->n] = f->gap;
    }
    list->n++;
    f->gap.missing = 0;
    return ALM_OK;
}

static enum alm_status look_between(struct finder *f, int64_t a, int64_t b, struct alm_error *error)
{
    const struct alm_span span = {.ts = f->ts, .n = f->n};
    const size_t absent = alm_calendar_missing(&f->calendar, a, b);
    int64_t first, last;
    if (absent == 0) return ALM_OK;
    ALM_TRY(alm_calendar_missing_bar(&first, &f->calendar, span, a, b, absent, 0, error));
    ALM_TRY(alm_calendar_missing_bar(&last, &f->calendar, span, a, b, absent, absent - 1, error));
    extend(f, first, last, absent);
    f->list->bars += absent;
    return ALM_OK;
}

static enum alm_status find(struct finder *f, struct alm_rows *rows, size_t column, struct alm_error *error)
{
    int64_t before = 0;
    bool more;
    for (size_t i = 0;; i++) {
        ALM_TRY(alm_rows_step(rows, &more, error));
        if (!more) return ALM_OK;
        const int64_t ts = alm_rows_integer(rows, 0);
        if (i > 0) ALM_TRY(look_between(f, before, ts, error));
        if (alm_rows_type(rows, column) == ALM_VALUE_NULL)
            extend(f, ts, ts, 1);
        else
            ALM_TRY(end(f, ts, error));
        f->list->bars++;
        before = ts;
    }
}

static enum alm_status learn(struct finder *f, struct alm_store *store, const struct alm_series_row *row,
                             struct alm_error *error)
{
    size_t n = PAGE, capacity = 0;
    while (n == PAGE && f->n + PAGE <= LEARN_FROM) {
        ALM_TRY(alm_grow((void **)&f->ts, &capacity, f->n + PAGE, sizeof *f->ts, error));
        const int64_t after = f->n > 0 ? f->ts[f->n - 1] : row->first_ts - 1;
        ALM_TRY(alm_observation_table_times(f->ts + f->n, &n, PAGE, store, row->frame_id, after, error));
        f->n += n;
    }
    while (f->n > 0 && f->ts[f->n - 1] > row->last_ts)
        f->n--;
    alm_calendar_learn(&f->calendar, f->ts, f->n);
    return ALM_OK;
}

/* "20:59-14:30" for each rest, as many as fit. */
static void describe_rests(char *out, size_t size, const struct alm_sessions *sessions)
{
    size_t at = 0;
    for (size_t r = 0; r < sessions->n && at + 14 < size; r++) {
        const int64_t close = sessions->rest[r].close / ALM_MINUTE,
                      open = sessions->rest[r].open / ALM_MINUTE;
        const int n = snprintf(out + at, size - at, "%s%02d:%02d-%02d:%02d", r > 0 ? ", " : "",
                               (int)(close / 60), (int)(close % 60), (int)(open / 60), (int)(open % 60));
        if (n > 0) at += (size_t)n;
    }
}

enum alm_status alm_gaps_find(struct alm_gap_list *out, struct alm_store *store,
                              const struct alm_series_row *row, struct alm_frequency frequency, bool keep,
                              struct alm_error *error)
{
    struct finder f = {.list = out, .keep = keep, .calendar = {.frequency = frequency}};
    struct alm_rows *rows = NULL;
    const struct alm_binding bindings[] = {alm_bound_integer("frame", row->frame_id),
                                           alm_bound_integer("first", row->first_ts),
                                           alm_bound_integer("last", row->last_ts)};
    *out = (struct alm_gap_list){0};
    if (!row->has_values) return ALM_OK;
    enum alm_status status = learn(&f, store, row, error);
    describe_rests(out->rests, sizeof out->rests, &f.calendar.sessions);
    if (status == ALM_OK)
        status = alm_rows_open_query(&rows, store, "observation_frame_range", bindings, 3, error);
    if (status == ALM_OK) status = find(&f, rows, 1 + row->position, error);
    alm_rows_close(rows);
    free(f.ts);
    return status;
}

enum alm_status alm_series_gaps(struct alm_workbench *workbench, const char *name, struct alm_gap_list *out,
                                struct alm_error *error)
{
    struct alm_series_row row;
    *out = (struct alm_gap_list){0};
    ALM_TRY(alm_series_table_find(&row, workbench->store, name, error));
    struct alm_frequency frequency;
    enum alm_status status = alm_frequency_parse(&frequency, row.frequency, error);
    if (status == ALM_OK) status = alm_gaps_find(out, workbench->store, &row, frequency, true, error);
    snprintf(out->frequency, sizeof out->frequency, "%s", row.frequency);
    alm_series_row_clear(&row);
    return status;
}
