/* A read-only stretch of one series: what a forecaster is shown. It owns nothing. */
#ifndef ALM_SERIES_SPAN_H
#define ALM_SERIES_SPAN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct alm_span {
    const double *y; /* [n], oldest first; NaN = missing */
    const int64_t
        *ts; /* [n], strictly increasing: microseconds since the Unix epoch UTC, or 0, 1, 2, ... (index) */
    size_t n;
};

/* How many of n rising times are at or before until. */
static inline size_t alm_ts_count_until(const int64_t *ts, size_t n, int64_t until)
{
    size_t low = 0, high = n; /* [0, low) are at or before until, [high, n) after */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ts[middle] <= until)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first n values of span (n <= span.n). */
static inline struct alm_span alm_span_prefix(struct alm_span span, size_t n)
{
    return (struct alm_span){span.y, span.ts, n};
}

/* The last n values of span (n <= span.n); an array that is NULL stays so. */
static inline struct alm_span alm_span_suffix(struct alm_span span, size_t n)
{
    const size_t first = span.n - n;
    return (struct alm_span){span.y == NULL ? NULL : span.y + first, span.ts == NULL ? NULL : span.ts + first,
                             n};
}

/* The last value that is not missing; NaN when there is none. */
static inline double alm_span_last(struct alm_span span)
{
    while (span.n > 0 && isnan(span.y[span.n - 1]))
        span.n--;
    return span.n == 0 ? (double)NAN : span.y[span.n - 1];
}

#endif
