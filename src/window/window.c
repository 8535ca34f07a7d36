#include "window/window.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

size_t alm_lookback(size_t season, size_t horizon)
{
    size_t n = 24;
    if (horizon + horizon / 4 > n) n = horizon + horizon / 4;
    if (season <= 96 && 2 * season > n) n = 2 * season;
    return n > 512 ? 512 : n;
}

/* Windows of one span without a gap between the first one's start and the last one's end. */
struct stretch {
    size_t series, first_start; /* index in the span where its first window starts */
    size_t before;              /* windows in the stretches before this one */
    const double *y;            /* the span's values */
};

struct alm_window_set {
    struct alm_window_shape shape;
    size_t n_stretches, capacity, count;
    struct stretch *stretches;
};

/* Windows within y[from, to), which has no gap, of a span of n values. */
static enum alm_status add_stretch(struct alm_window_set *set, size_t series, struct alm_span span,
                                   size_t from, size_t to, struct alm_error *error)
{
    const size_t length = set->shape.lookback + set->shape.horizon, stride = set->shape.stride;
    if (to - from < length) return ALM_OK;
    /* starts count back from the span's last window */
    const size_t anchor = (span.n - length) % stride, last = to - length;
    const size_t first = from + (anchor + stride - from % stride) % stride;
    if (first > last) return ALM_OK;
    ALM_TRY(alm_grow((void **)&set->stretches, &set->capacity, set->n_stretches + 1, sizeof *set->stretches,
                     error));
    set->stretches[set->n_stretches++] = (struct stretch){series, first, set->count, span.y};
    set->count += (last - first) / stride + 1;
    return ALM_OK;
}

static enum alm_status add_span(struct alm_window_set *set, size_t series, struct alm_span span,
                                struct alm_error *error)
{
    if (set->shape.missing) return add_stretch(set, series, span, 0, span.n, error);
    for (size_t from = 0; from < span.n;) {
        size_t to = from;
        while (to < span.n && !isnan(span.y[to]))
            to++;
        ALM_TRY(add_stretch(set, series, span, from, to, error));
        from = to + 1;
    }
    return ALM_OK;
}

enum alm_status alm_window_set_create(struct alm_window_set **out, const struct alm_span *spans,
                                      size_t n_spans, const struct alm_window_shape *shape,
                                      struct alm_error *error)
{
    struct alm_window_set *set = NULL;
    size_t length;
    *out = NULL;
    if (shape->lookback == 0 || shape->horizon == 0 || shape->stride == 0 ||
        !alm_add(&length, shape->lookback, shape->horizon))
        return alm_fail(error, ALM_USAGE, "a window needs a lookback, a horizon and a stride of at least 1");
    ALM_TRY(ALM_NEW(&set, 1, error));
    set->shape = *shape;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n_spans; i++)
        status = add_span(set, i, spans[i], error);
    if (status != ALM_OK) {
        alm_window_set_free(set);
        return status;
    }
    *out = set;
    return ALM_OK;
}

void alm_window_set_free(struct alm_window_set *set)
{
    if (set == NULL) return;
    free(set->stretches);
    free(set);
}

size_t alm_window_set_count(const struct alm_window_set *set)
{
    return set->count;
}

struct alm_window alm_window_set_at(const struct alm_window_set *set, size_t index)
{
    size_t low = 0, high = set->n_stretches; /* the last stretch with before <= index is in [low, high) */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (set->stretches[middle].before <= index)
            low = middle;
        else
            high = middle;
    }
    const struct stretch *s = &set->stretches[low];
    const size_t start = s->first_start + (index - s->before) * set->shape.stride;
    return (struct alm_window){s->series, start + set->shape.lookback - 1, s->y + start};
}

/* The finaliser of SplitMix64 as the round function. */
static uint64_t scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

size_t alm_permuted(size_t index, size_t n, uint64_t key)
{
    unsigned half = 1;
    while (2 * half < 64 && ((uint64_t)1 << (2 * half)) < n)
        half++;
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    uint64_t x = index;
    do {
        uint64_t left = x >> half, right = x & mask;
        for (uint64_t round = 0; round < 4; round++) {
            const uint64_t next = left ^ (scramble(right + key + round * 0x9E3779B97F4A7C15u) & mask);
            left = right;
            right = next;
        }
        x = left << half | right;
    } while (x >= n);
    return (size_t)x;
}
