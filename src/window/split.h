/* Walk-forward splits: which bars of a series are origins, what a fit may see at each, and which folds share
 * a fit. A fold's origin is found by counting bars, or it is the last bar at or before a moment, which a rule
 * of the calendar or a list gives; every series has bars of its own. */
#ifndef ALM_WINDOW_SPLIT_H
#define ALM_WINDOW_SPLIT_H

#include "base/status.h"
#include "series/span.h"
#include "window/extent.h"
#include "window/origin_rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alm_scheme {
    ALM_SCHEME_EXPANDING, /* a history begins at the series' first bar */
    ALM_SCHEME_SLIDING,   /* a history keeps the last window bars */
};

/* Moments at which folds have their origins, rising. */
struct alm_origin_list {
    size_t n; /* 0: there is no list */
    const int64_t *moment;
    const char *file;   /* for messages: where they stand; NULL: not known */
    const size_t *line; /* [n] lines of the file */
};

struct alm_split {
    size_t horizon; /* bars to forecast after each origin; >= 1 */
    size_t folds;   /* origins; 0: as many as the other settings say */
    size_t step;    /* bars between neighbouring origins; >= 1 */
    /* Limits of origins. Counting bars without a first one, the last origin lies horizon bars before the
     * series' end, or, if that is earlier, on the last bar at or before last_origin, and each earlier one
     * step bars before. With a first one fold 0 stands on the last bar at or before first_origin and each
     * later one step bars after. */
    bool has_first_origin, has_last_origin;
    int64_t first_origin, last_origin;
    struct alm_origin_rule rule; /* in place of the step; of its origins the last folds, or the first ones
                                    from first_origin on */
    struct alm_origin_list list; /* in place of both, borrowed */
    enum alm_scheme scheme;
    struct alm_extent window; /* that a sliding history keeps for the fit; none: as many bars as the series'
                                 first origin has */
    struct alm_extent gap; /* a fit uses no target after origin - gap; the forecast still sees the origin */
    bool has_embargo;
    struct alm_extent embargo; /* an origin must lie so far after the last bar that an earlier fold tests */
    size_t refit;              /* 1: every fold is fitted; K: folds 0, K, 2K, ...; 0: fold 0 only */
};

/* One origin of one series. */
struct alm_origin {
    enum alm_status status; /* ALM_OK, or ALM_DATA: the series has no origin in this fold, for this reason */
    bool embargoed;         /* the reason is the embargo */
    char reason[160];
    size_t bar;       /* the origin, a present bar: what the forecaster sees ends here */
    size_t first;     /* first bar of its history */
    size_t train_end; /* one past the last bar a fit may use */
};

/* Whether origins are at moments, not so many bars apart. */
static inline bool alm_split_has_moments(const struct alm_split *split)
{
    return split->list.n > 0 || split->rule.every != ALM_EVERY_STEP;
}

/* ALM_USAGE with the reason when split makes no sense (a horizon, step or number of folds of 0, a window of
 * fewer than 2 bars, limits that contradict each other or are missing). */
enum alm_status alm_split_check(const struct alm_split *split, struct alm_error *error);

/* Number of folds for span, counting bars: split->folds, or, when that is 0, how many origins from
 * first_origin on have horizon bars after them and lie within the limits. */
size_t alm_split_folds(const struct alm_split *split, struct alm_span span);

/* The bar at or before moment, if it can be an origin: within the limits, with horizon bars after it; moved
 * back to a present bar. SIZE_MAX otherwise. */
size_t alm_split_bar_at(const struct alm_split *split, struct alm_span span, int64_t moment);

/* Fills out[0..folds) with span's origins, oldest first. moment [folds] where the split has moments
 * (INT64_MIN: this series has none in the fold), else NULL. A fold for which the series is too short, whose
 * origin coincides with that of an earlier fold because bars are missing, or comes too early after it for the
 * embargo, has status ALM_DATA. Step s is bar out->bar + s, so that every fold has horizon bars after its
 * origin. zone (may be NULL) is whose days are counted. */
void alm_split_origins(struct alm_origin *out, size_t folds, const struct alm_split *split,
                       struct alm_span span, const struct alm_zone *zone, const int64_t *moment);

/* First fold of the group of folds that share one fit with fold, and one past its last (folds in total). */
size_t alm_split_group_first(const struct alm_split *split, size_t fold);
size_t alm_split_group_end(const struct alm_split *split, size_t fold, size_t folds);

#endif
