#include "series/fill.h"

#include <math.h>
#include <stdbool.h>

size_t alm_missing_count(struct alm_span span)
{
    size_t missing = 0;
    for (size_t i = 0; i < span.n; i++)
        missing += isnan(span.y[i]) != 0;
    return missing;
}

size_t alm_fill_last(double *out, size_t *first, size_t *filled, struct alm_span span)
{
    size_t start = 0;
    *filled = 0;
    while (start < span.n && isnan(span.y[start]))
        start++;
    *first = start;
    for (size_t i = start; i < span.n; i++) {
        const bool missing = isnan(span.y[i]);
        out[i - start] = missing ? out[i - start - 1] : span.y[i];
        *filled += missing;
    }
    return span.n - start;
}
