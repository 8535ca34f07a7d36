/* What becomes known of a time axis while its times go by: its frequency, and where bars are missing. Times
 * are not kept but as stretches of equal steps, few where an axis is regular. */
#ifndef ALM_INGEST_AXIS_H
#define ALM_INGEST_AXIS_H

#include "base/status.h"
#include "ingest/ingest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times from which frequency and sessions are learnt, at most. */
#define ALM_AXIS_INFER ((size_t)1 << 19)

struct alm_axis {
    bool stated;  /* the frequency */
    bool decided; /* the calendar is known; gaps are counted at once */
    bool lost;
    struct alm_calendar calendar;
    int64_t length; /* of a bar; 0 when it has no fixed one */
    int64_t first, last;
    size_t n, gaps, missing;
    struct alm_axis_run {
        int64_t step;
        size_t n;
    } * runs; /* [n_runs], while not decided */
    size_t n_runs, capacity, limit;
};

/* frequency is the stated one; NULL: inferred. The calendar is learnt from the first ALM_AXIS_INFER times. An
 * axis of more than limit stretches until then is lost: its times must be read again. */
void alm_axis_init(struct alm_axis *axis, const struct alm_frequency *frequency, size_t limit);
void alm_axis_clear(struct alm_axis *axis);

/* n more times, increasing and after all before. */
enum alm_status alm_axis_add(struct alm_axis *axis, const int64_t *ts, size_t n, struct alm_error *error);
/* What there was; not for an axis that is lost. */
enum alm_status alm_axis_finish(struct alm_ingest_extent *out, struct alm_axis *axis,
                                struct alm_error *error);

#endif
