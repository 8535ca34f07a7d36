#include "window/split.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>

enum alm_status alm_split_check(const struct alm_split *split, struct alm_error *error)
{
    if (split->horizon < 1) return alm_fail(error, ALM_USAGE, "the horizon must be at least 1");
    if (split->step < 1) return alm_fail(error, ALM_USAGE, "the step between origins must be at least 1");
    if (split->has_first_origin && split->has_last_origin && split->first_origin > split->last_origin)
        return alm_fail(error, ALM_USAGE, "the first origin comes after the last one");
    if (split->has_first_origin && split->has_last_origin && split->folds > 0)
        return alm_fail(
            error, ALM_USAGE,
            "first origin, last origin and number of folds contradict each other: give two of them");
    if (split->rule.every != ALM_EVERY_STEP && split->folds < 1 && !split->has_first_origin)
        return alm_fail(
            error, ALM_USAGE,
            "a rule for origins needs to know from when on: --first-origin TIME, or --folds N for "
            "the last N");
    if (!alm_split_has_moments(split) && split->folds < 1 && !split->has_first_origin)
        return alm_fail(error, ALM_USAGE, "the number of folds must be at least 1");
    if (split->scheme == ALM_SCHEME_SLIDING && split->window.bars == 1)
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

static bool is_too_late(const struct alm_split *split, struct alm_span span, size_t bar)
{
    return split->has_last_origin && span.ts[bar] > split->last_origin;
}

size_t alm_split_folds(const struct alm_split *split, struct alm_span span)
{
    if (split->folds > 0) return split->folds;
    size_t first, last;
    if (!split->has_first_origin || !find_bar(&first, span, split->first_origin)) return 0;
    const size_t after = span.n - 1 - first;
    if (after < split->horizon) return 0;
    const size_t folds = (after - split->horizon) / split->step + 1;
    if (!split->has_last_origin || !find_bar(&last, span, split->last_origin)) return folds;
    const size_t up_to_last = (last - first) / split->step + 1;
    return up_to_last < folds ? up_to_last : folds;
}

static void refuse(struct alm_origin *origin, const char *reason)
{
    *origin = (struct alm_origin){.status = ALM_DATA};
    snprintf(origin->reason, sizeof origin->reason, "%s", reason);
}

/* Whether the bar has horizon bars after it and lies within the limits; else the reason in origin. */
static bool is_inside(struct alm_origin *origin, const struct alm_split *split, struct alm_span span,
                      size_t bar)
{
    size_t needed;
    if (!alm_add(&needed, bar, split->horizon) || needed >= span.n) {
        *origin = (struct alm_origin){.status = ALM_DATA};
        snprintf(origin->reason, sizeof origin->reason,
                 "the series ends too early: %zu bars, fewer than %zu after this origin", span.n,
                 split->horizon);
        return false;
    }
    if (is_too_late(split, span, bar) ||
        (alm_split_has_moments(split) && split->has_first_origin && span.ts[bar] < split->first_origin)) {
        refuse(origin, "the bar lies outside of the first and last origin");
        return false;
    }
    return true;
}

/* Bars between fold's origin and the last one that counting back from the end gives. */
static bool place_backward(size_t *bar, struct alm_origin *origin, size_t fold, size_t folds,
                           const struct alm_split *split, struct alm_span span)
{
    size_t distance, needed, last = 0;
    const bool cut = split->has_last_origin && find_bar(&last, span, split->last_origin);
    const bool countable = alm_multiply(&distance, folds - 1 - fold, split->step) &&
                           alm_add(&needed, distance, split->horizon) && alm_add(&needed, needed, 1);
    if (split->has_last_origin && !cut) {
        refuse(origin, "the series begins after the last origin");
        return false;
    }
    if (!countable || needed > span.n || (cut && distance > last)) {
        *origin = (struct alm_origin){.status = ALM_DATA};
        snprintf(origin->reason, sizeof origin->reason,
                 "the series is too short for this fold: %zu bars, the origin and what follows need %zu",
                 cut && last + split->horizon < span.n ? last + 1 + split->horizon : span.n,
                 countable ? needed : SIZE_MAX);
        return false;
    }
    *bar = span.n - 1 - split->horizon;
    if (cut && last < *bar) *bar = last;
    *bar -= distance;
    return true;
}

/* Where the rule puts origin fold, before missing bars are looked at; false, with the reason in origin, when
 * that is outside the series. */
static bool place(size_t *bar, struct alm_origin *origin, size_t fold, size_t folds,
                  const struct alm_split *split, struct alm_span span)
{
    size_t distance;
    if (!split->has_first_origin) return place_backward(bar, origin, fold, folds, split, span);
    if (!find_bar(bar, span, split->first_origin)) {
        refuse(origin, "the series begins after the first origin");
        return false;
    }
    if (!alm_multiply(&distance, fold, split->step) || !alm_add(bar, *bar, distance)) *bar = SIZE_MAX;
    return is_inside(origin, split, span, *bar);
}

static bool place_at(size_t *bar, struct alm_origin *origin, const struct alm_split *split,
                     struct alm_span span, int64_t moment)
{
    if (moment == INT64_MIN) {
        refuse(origin, "the series has no bar in this period");
        return false;
    }
    if (!find_bar(bar, span, moment)) {
        refuse(origin, "the series begins after this origin");
        return false;
    }
    return is_inside(origin, split, span, *bar);
}

/* Moves back to a bar with a value; false when there is none. */
static bool find_present(size_t *bar, struct alm_span span)
{
    while (*bar > 0 && isnan(span.y[*bar]))
        --*bar;
    return !isnan(span.y[*bar]);
}

size_t alm_split_bar_at(const struct alm_split *split, struct alm_span span, int64_t moment)
{
    struct alm_origin origin;
    size_t bar;
    return place_at(&bar, &origin, split, span, moment) && find_present(&bar, span) ? bar : SIZE_MAX;
}

/* First bar that a window of time keeps that ends with the last bar of a fit. */
static size_t window_start(const struct alm_split *split, struct alm_span span, const struct alm_zone *zone,
                           size_t train_end)
{
    const int64_t before = alm_extent_moment(split->window, span.ts[train_end - 1], -1, zone);
    return alm_ts_count_until(span.ts, train_end, before);
}

/* What the history of origin->bar may hold. *window is settled by the series' first origin. */
static void cut(struct alm_origin *origin, size_t *window, const struct alm_split *split,
                struct alm_span span, const struct alm_zone *zone)
{
    const size_t seen = origin->bar + 1;
    size_t end = split->gap.bars < seen ? seen - split->gap.bars : 0;
    if (alm_extent_is_time(split->gap))
        end =
            alm_ts_count_until(span.ts, seen, alm_extent_moment(split->gap, span.ts[origin->bar], -1, zone));
    if (end == 0) {
        refuse(origin, "nothing is left to fit before the gap");
        return;
    }
    origin->train_end = end;
    if (split->scheme != ALM_SCHEME_SLIDING) return;
    if (alm_extent_is_time(split->window)) {
        origin->first = window_start(split, span, zone, end);
        return;
    }
    if (*window == 0) *window = end;
    if (end > *window) origin->first = end - *window;
}

/* Whether bar comes too early after an earlier fold's origin: the bars that that one tests, and the embargo
 * behind them, must have passed. */
static bool is_embargoed(const struct alm_split *split, struct alm_span span, const struct alm_zone *zone,
                         size_t last, size_t bar)
{
    if (!split->has_embargo || last == SIZE_MAX) return false;
    const size_t tested = last + split->horizon;
    if (bar < tested) return true;
    if (!alm_extent_is_time(split->embargo)) return bar - tested < split->embargo.bars;
    return span.ts[bar] < alm_extent_moment(split->embargo, span.ts[tested], 1, zone);
}

void alm_split_origins(struct alm_origin *out, size_t folds, const struct alm_split *split,
                       struct alm_span span, const struct alm_zone *zone, const int64_t *moment)
{
    size_t window = split->window.bars, last = SIZE_MAX; /* the last origin so far */
    for (size_t fold = 0; fold < folds; fold++) {
        struct alm_origin *origin = &out[fold];
        size_t bar;
        if (moment == NULL ? !place(&bar, origin, fold, folds, split, span)
                           : !place_at(&bar, origin, split, span, moment[fold]))
            continue;
        if (!find_present(&bar, span)) {
            refuse(origin, "the series has no value up to this origin");
        } else if (bar == last) {
            refuse(origin, "bars are missing: the origin falls on that of an earlier fold");
        } else if (is_embargoed(split, span, zone, last, bar)) {
            refuse(origin, "embargo: too early after the bars that an earlier fold tests");
            origin->embargoed = true;
        } else {
            *origin = (struct alm_origin){.status = ALM_OK, .bar = bar};
            last = bar;
            cut(origin, &window, split, span, zone);
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
