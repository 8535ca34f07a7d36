/* Walk-forward splits: which bars of a series are origins, what a fit may see at each, and which folds share
 * a fit. Everything is counted in bars of the one series; a timestamp appears only as the first origin. */
#ifndef ALM_WINDOW_SPLIT_H
#define ALM_WINDOW_SPLIT_H

#include "base/status.h"
#include "series/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alm_scheme {
    ALM_SCHEME_EXPANDING, /* a history begins at the series' first bar */
    ALM_SCHEME_SLIDING,   /* a history keeps the last window bars */
};

struct alm_split {
    size_t horizon; /* bars to forecast after each origin; >= 1 */
    size_t folds;   /* origins; 0 only with first_origin: as many as there is room for */
    size_t step;    /* bars between neighbouring origins; >= 1 */
    /* Without it the last origin lies horizon bars before the series' end and each earlier one step bars
     * before. With it fold 0 stands on the last bar at or before first_origin and each later one step bars
     * after. */
    bool has_first_origin;
    int64_t first_origin;
    enum alm_scheme scheme;
    size_t window; /* bars a sliding history keeps for the fit; 0: as many as the series' first origin has */
    size_t gap;    /* a fit uses no target after origin - gap; the forecast still sees up to the origin */
    size_t refit;  /* 1: every fold is fitted; K: folds 0, K, 2K, ...; 0: fold 0 only */
};

/* One origin of one series. */
struct alm_origin {
    enum alm_status status; /* ALM_OK, or ALM_DATA: the series has no origin in this fold, for this reason */
    char reason[160];
    size_t bar;       /* the origin, a present bar: what the forecaster sees ends here */
    size_t first;     /* first bar of its history */
    size_t train_end; /* one past the last bar a fit may use: max(first, bar + 1 - gap) */
};

/* ALM_USAGE with the reason when split makes no sense (horizon, step or folds of 0, a window of fewer than 2
 * bars). */
enum alm_status alm_split_check(const struct alm_split *split, struct alm_error *error);

/* Number of folds for span: split->folds, or, when that is 0, how many origins from first_origin on have
 * horizon bars after them. */
size_t alm_split_folds(const struct alm_split *split, struct alm_span span);

/* Fills out[0..folds) with span's origins, oldest first. A fold for which the series is too short, or whose
 * origin coincides with that of an earlier fold because bars are missing, has status ALM_DATA. Step s is bar
 * out->bar + s, so that every fold has horizon bars after its origin. */
void alm_split_origins(struct alm_origin *out, size_t folds, const struct alm_split *split,
                       struct alm_span span);

/* First fold of the group of folds that share one fit with fold, and one past its last (folds in total). */
size_t alm_split_group_first(const struct alm_split *split, size_t fold);
size_t alm_split_group_end(const struct alm_split *split, size_t fold, size_t folds);

#endif
