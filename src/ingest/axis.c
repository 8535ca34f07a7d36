#include "ingest/axis.h"

#include "base/memory.h"

#include <stdlib.h>

void alm_axis_init(struct alm_axis *axis, const struct alm_frequency *frequency, size_t limit)
{
    *axis = (struct alm_axis){.limit = limit};
    axis->stated = frequency != NULL;
    if (frequency == NULL) return;
    axis->calendar.frequency = *frequency;
    axis->decided = frequency->unit == ALM_FREQUENCY_INDEX;
    axis->length = 1; /* of an index */
}

void alm_axis_clear(struct alm_axis *axis)
{
    free(axis->runs);
    axis->runs = NULL;
    axis->n_runs = axis->capacity = 0;
}

static void count(struct alm_axis *axis, int64_t a, int64_t b)
{
    if (b - a == axis->length) return; /* nearly always */
    const size_t missing = alm_calendar_missing(&axis->calendar, a, b);
    axis->gaps += missing > 0;
    axis->missing += missing;
}

/* Infers the frequency from the times so far, and counts their gaps. */
static enum alm_status decide(struct alm_axis *axis, struct alm_error *error)
{
    int64_t *ts;
    size_t n = 0;
    ALM_TRY(ALM_NEW(&ts, axis->n, error));
    ts[n++] = axis->first;
    for (size_t r = 0; r < axis->n_runs; r++)
        for (size_t i = 0; i < axis->runs[r].n; i++, n++)
            ts[n] = ts[n - 1] + axis->runs[r].step;
    if (!axis->stated) axis->calendar.frequency = alm_frequency_infer(ts, n);
    alm_calendar_learn(&axis->calendar, ts, n);
    axis->length = alm_frequency_length(axis->calendar.frequency);
    axis->decided = true;
    for (size_t i = 1; i < n; i++)
        count(axis, ts[i - 1], ts[i]);
    free(ts);
    alm_axis_clear(axis);
    return ALM_OK;
}

static enum alm_status remember(struct alm_axis *axis, int64_t step, struct alm_error *error)
{
    if (axis->n_runs > 0 && axis->runs[axis->n_runs - 1].step == step) {
        axis->runs[axis->n_runs - 1].n++;
        return ALM_OK;
    }
    if (axis->n_runs == axis->limit) {
        axis->lost = true;
        alm_axis_clear(axis);
        return ALM_OK;
    }
    ALM_TRY(alm_grow((void **)&axis->runs, &axis->capacity, axis->n_runs + 1, sizeof *axis->runs, error));
    axis->runs[axis->n_runs++] = (struct alm_axis_run){step, 1};
    return ALM_OK;
}

enum alm_status alm_axis_add(struct alm_axis *axis, const int64_t *ts, size_t n, struct alm_error *error)
{
    for (size_t i = 0; i < n; i++) {
        if (axis->n == 0)
            axis->first = ts[i];
        else if (axis->decided)
            count(axis, axis->last, ts[i]);
        else if (!axis->lost)
            ALM_TRY(remember(axis, ts[i] - axis->last, error));
        axis->last = ts[i];
        axis->n++;
        if (axis->n == ALM_AXIS_INFER && !axis->decided && !axis->lost) ALM_TRY(decide(axis, error));
    }
    return ALM_OK;
}

enum alm_status alm_axis_finish(struct alm_ingest_extent *out, struct alm_axis *axis, struct alm_error *error)
{
    if (axis->n > 0 && !axis->decided) ALM_TRY(decide(axis, error));
    if (axis->n == 0 && !axis->stated) axis->calendar.frequency = alm_frequency_infer(NULL, 0);
    *out = (struct alm_ingest_extent){.frequency = axis->calendar.frequency,
                                      .first = axis->first,
                                      .last = axis->last,
                                      .n = axis->n,
                                      .gaps = axis->gaps,
                                      .missing = axis->missing,
                                      .rests = axis->calendar.sessions.n > 0};
    return ALM_OK;
}
