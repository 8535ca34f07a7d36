/* Training windows: a lookback of inputs and the horizon after it, cut out of many series without copying. */
#ifndef ALM_WINDOW_WINDOW_H
#define ALM_WINDOW_WINDOW_H

#include "base/status.h"
#include "series/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_window_shape {
    size_t lookback; /* inputs; >= 1 */
    size_t horizon;  /* targets after them; >= 1 */
    size_t stride;   /* bars between neighbouring windows of a series; >= 1 */
    bool missing;    /* whether windows may have missing values */
};

/* A lookback for who was told none: the most of 24, 1.25 horizons and two seasons, but at most 512; seasons
 * of more than 96 do not count. */
size_t alm_lookback(size_t season, size_t horizon);

/* One window: y[0 .. lookback) are its inputs and y[lookback .. lookback + horizon) its targets, in place. */
struct alm_window {
    size_t series; /* which span */
    size_t origin; /* index in the span of the last input: nothing after it may make an input or a scale */
    const double *y;
};

/* The windows of some spans, counted but not stored: memory grows with the number of spans and gaps only. The
 * spans' values must outlive the set. */
struct alm_window_set;

/* Every window that lies in one span and, unless the shape allows it, has no missing value; within a span the
 * last one ends where the span does and the others lie multiples of stride before it. ALM_USAGE for a shape
 * with a zero. Release with alm_window_set_free. */
enum alm_status alm_window_set_create(struct alm_window_set **out, const struct alm_span *spans,
                                      size_t n_spans, const struct alm_window_shape *shape,
                                      struct alm_error *error);
void alm_window_set_free(struct alm_window_set *set);

/* Number of windows. */
size_t alm_window_set_count(const struct alm_window_set *set);

/* Window index (< count), in the order of spans and within a span of time. */
struct alm_window alm_window_set_at(const struct alm_window_set *set, size_t index);

/* Entry index of a permutation of 0 .. n - 1 that key chooses (index < n): an order for an epoch that needs
 * no memory. A Feistel network of four rounds over the next even power of two, walked until the result is
 * below n (Black & Rogaway 2002). */
size_t alm_permuted(size_t index, size_t n, uint64_t key);

#endif
