#include "window/split.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>

enum alm_status alm_split_check(const struct alm_split *split, struct alm_error *error)
{
    if (split->horizon < 1) return alm_fail(error, ALM_USAGE, "the horizon must be at least 1");
    if (split->step < 1) return alm_fail(error, ALM_USAGE, "the step between origins must be at least 1");
    if (split->folds < 1 && !split->has_first_origin)
        return alm_fail(error, ALM_USAGE, "the number of folds must be at least 1");
    if (split->scheme == ALM_SCHEME_SLIDING && split->window == 1)
        return alm_fail(error, ALM_USAGE, "a sliding window must keep at least 2 bars");
    return ALM_OK;
}

/* Index of the last bar at or before ts; false when the series begins later. */
static bool find_bar(size_t *out, struct alm_span span, int64_t ts)
{
    const size_t n = alm_ts_count_until(span.ts, span.n, ts);
    if (n == 0) return false;
    *out = n - 1;
    return true;
}

size_t alm_split_folds(const struct alm_split *split, struct alm_span span)
{
    if (split->folds > 0) return split->folds;
    size_t first;
    if (!split->has_first_origin || !find_bar(&first, span, split->first_origin)) return 0;
    const size_t after = span.n - 1 - first;
    return after < split->horizon ? 0 : (after - split->horizon) / split->step + 1;
}

static void refuse(struct alm_origin *origin, const char *reason)
{
    *origin = (struct alm_origin){.status = ALM_DATA};
    snprintf(origin->reason, sizeof origin->reason, "%s", reason);
}

/* Where the rule puts origin fold, before missing bars are looked at; false, with the reason in origin, when
 * that is outside the series. */
static bool place(size_t *bar, struct alm_origin *origin, size_t fold, size_t folds,
                  const struct alm_split *split, struct alm_span span)
{
    size_t distance, needed;
    *origin = (struct alm_origin){.status = ALM_DATA};
    if (split->has_first_origin) {
        if (!find_bar(bar, span, split->first_origin)) {
            refuse(origin, "the series begins after the first origin");
            return false;
        }
        if (alm_multiply(&distance, fold, split->step) && alm_add(bar, *bar, distance) &&
            alm_add(&needed, *bar, split->horizon) && needed < span.n)
            return true;
        snprintf(origin->reason, sizeof origin->reason,
                 "the series ends too early: %zu bars, fewer than %zu after this origin", span.n,
                 split->horizon);
        return false;
    }
    if (!alm_multiply(&distance, folds - 1 - fold, split->step) ||
        !alm_add(&distance, distance, split->horizon) || !alm_add(&needed, distance, 1) || needed > span.n) {
        snprintf(origin->reason, sizeof origin->reason,
                 "the series is too short for this fold: %zu bars, the origin and what follows need %zu",
                 span.n, distance == SIZE_MAX ? distance : distance + 1);
        return false;
    }
    *bar = span.n - 1 - distance;
    return true;
}

/* What the history of origin->bar may hold. *window is settled by the series' first origin. */
static void cut(struct alm_origin *origin, size_t *window, const struct alm_split *split)
{
    if (origin->bar + 1 <= split->gap) {
        refuse(origin, "nothing is left to fit before the gap");
        return;
    }
    origin->train_end = origin->bar + 1 - split->gap;
    if (*window == 0) *window = origin->train_end;
    if (split->scheme == ALM_SCHEME_SLIDING && origin->train_end > *window)
        origin->first = origin->train_end - *window;
}

void alm_split_origins(struct alm_origin *out, size_t folds, const struct alm_split *split,
                       struct alm_span span)
{
    size_t window = split->window, last = SIZE_MAX; /* the last origin so far */
    for (size_t fold = 0; fold < folds; fold++) {
        struct alm_origin *origin = &out[fold];
        size_t bar;
        if (!place(&bar, origin, fold, folds, split, span)) continue;
        while (bar > 0 && isnan(span.y[bar]))
            bar--;
        if (isnan(span.y[bar])) {
            refuse(origin, "the series has no value up to this origin");
        } else if (bar == last) {
            refuse(origin, "bars are missing: the origin falls on that of an earlier fold");
        } else {
            *origin = (struct alm_origin){.status = ALM_OK, .bar = bar};
            last = bar;
            cut(origin, &window, split);
        }
    }
}

size_t alm_split_group_first(const struct alm_split *split, size_t fold)
{
    return split->refit == 0 ? 0 : fold - fold % split->refit;
}

size_t alm_split_group_end(const struct alm_split *split, size_t fold, size_t folds)
{
    size_t end;
    if (split->refit == 0 || !alm_add(&end, alm_split_group_first(split, fold), split->refit) || end > folds)
        return folds;
    return end;
}
