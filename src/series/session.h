/* Sessions: series of less than a day from bar to bar that rest at regular hours, as exchanges do at night,
 * at noon and over weekends. A rest is no gap. */
#ifndef ALM_SERIES_SESSION_H
#define ALM_SERIES_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALM_RESTS_MAX 8

/* A rest that comes again and again: from the bar at one time of day to the next bar, at another. Times of
 * day are microseconds in UTC; days are sets of weekdays, bit 0 = Monday. */
struct alm_rest {
    int64_t close, open; /* the last bar before the rest, the first after it */
    unsigned char close_days, open_days;
    bool current; /* seen in the last days: so it will be again. Early closes are not */
};

struct alm_sessions {
    size_t n; /* 0: there are none, the series never rests */
    struct alm_rest rest[ALM_RESTS_MAX];
};

/* Finds the regular rests in n increasing timestamps whose bars are length microseconds apart: those that
 * come on half of the days, in no more than a handful of forms (early and late ones, summer time), or in most
 * weeks; what ends early before such a rest at least three times; and
 * what came twice in the last days, as after a change of summer time. None when length is 0, a day or more,
 * or does not divide a day. */
void alm_sessions_find(struct alm_sessions *out, int64_t length, const int64_t *ts, size_t n);

/* Where the session of bar a ends and that of the later bar b begins, when a rest lies between: false when
 * none does. Whole sessions between them are holidays: *close is the last bar of a's session, *open the first
 * of b's.
 */
bool alm_sessions_between(int64_t *close, int64_t *open, const struct alm_sessions *sessions, int64_t length,
                          int64_t a, int64_t b);

/* The bar after ts: the next one, or the first after the rest that begins there. */
int64_t alm_sessions_next(const struct alm_sessions *sessions, int64_t length, int64_t ts);

#endif
