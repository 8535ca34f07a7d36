/* Where a series lacks bars. */
#include "base/memory.h"
#include "series/calendar.h"
#include "series/timestamp.h"
#include "store/observation_table.h"
#include "store/series_table.h"
#include "workbench/workbench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void alm_gap_list_clear(struct alm_gap_list *list)
{
    free(list->gaps);
    *list = (struct alm_gap_list){0};
}

/* A gap under construction. */
struct finder {
    struct alm_gap_list *list;
    size_t capacity;
    struct alm_calendar calendar;
    struct alm_span span;
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
    ALM_TRY(alm_grow((void **)&list->gaps, &f->capacity, list->n + 1, sizeof *list->gaps, error));
    const int64_t length = alm_frequency_length(f->calendar.frequency);
    const bool index = f->calendar.frequency.unit == ALM_FREQUENCY_INDEX;
    f->gap.duration = index ? 0 : length > 0 ? (int64_t)f->gap.missing * length : until - f->gap.first;
    list->missing += f->gap.missing;
    list->gaps[list->n++] = f->gap;
    f->gap.missing = 0;
    return ALM_OK;
}

static enum alm_status find(struct finder *f, struct alm_error *error)
{
    const struct alm_span s = f->span;
    for (size_t i = 0; i < s.n; i++) {
        const size_t absent = i == 0 ? 0 : alm_calendar_missing(&f->calendar, s.ts[i - 1], s.ts[i]);
        if (absent > 0) {
            int64_t first, last;
            ALM_TRY(
                alm_calendar_missing_bar(&first, &f->calendar, s, s.ts[i - 1], s.ts[i], absent, 0, error));
            ALM_TRY(alm_calendar_missing_bar(&last, &f->calendar, s, s.ts[i - 1], s.ts[i], absent, absent - 1,
                                             error));
            extend(f, first, last, absent);
        }
        if (isnan(s.y[i]))
            extend(f, s.ts[i], s.ts[i], 1);
        else
            ALM_TRY(end(f, s.ts[i], error));
        f->list->bars += absent + 1;
    }
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

static enum alm_status list_gaps(struct alm_gap_list *out, struct alm_store *store,
                                 const struct alm_series_row *row, struct alm_error *error)
{
    struct alm_observations values = {0};
    struct finder f = {.list = out};
    struct alm_zone *zone = NULL;
    snprintf(out->frequency, sizeof out->frequency, "%s", row->frequency);
    ALM_TRY(alm_frequency_parse(&f.calendar.frequency, row->frequency, error));
    if (strcmp(row->time_zone, "UTC") != 0) ALM_TRY(alm_zone_create(&zone, row->time_zone, error));
    enum alm_status status = alm_observation_table_read(&values, store, row, error);
    f.calendar.zone = zone;
    f.span = (struct alm_span){values.y, values.ts, values.n};
    alm_calendar_learn(&f.calendar, values.ts, values.n);
    describe_rests(out->rests, sizeof out->rests, &f.calendar.sessions);
    if (status == ALM_OK) status = find(&f, error);
    alm_observations_clear(&values);
    alm_zone_free(zone);
    return status;
}

enum alm_status alm_series_gaps(struct alm_workbench *workbench, const char *name, struct alm_gap_list *out,
                                struct alm_error *error)
{
    struct alm_series_row row;
    *out = (struct alm_gap_list){0};
    ALM_TRY(alm_series_table_find(&row, workbench->store, name, error));
    const enum alm_status status = list_gaps(out, workbench->store, &row, error);
    alm_series_row_clear(&row);
    return status;
}
