/* The last class stays, as often as it did in the history. */
#include "forecast/simple/class_counts.h"
#include "forecast/types.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* The class of the last value; of direction, what became of the value `lag` bars before it. n: none. */
static size_t last_class(const struct alm_class_counts *counts, struct alm_span y, size_t lag,
                         double *scratch)
{
    const size_t n = counts->rule.n;
    while (y.n > 0 && isnan(y.y[y.n - 1]))
        y.n--;
    if (y.n == 0) return n;
    const bool direction = counts->rule.kind == ALM_CLASSES_DIRECTION;
    if (direction && (y.n <= lag || isnan(y.y[y.n - 1 - lag]))) return n;
    alm_class_edges_at(scratch, &counts->rule, counts->edge, direction ? y.y[y.n - 1 - lag] : 0);
    return alm_class_of(y.y[y.n - 1], scratch, n);
}

static enum alm_status forecast(const void *self, const struct alm_history *history, struct alm_forecast *out,
                                struct alm_error *error)
{
    const struct alm_class_counts *counts = self;
    const size_t n = counts->rule.n;
    double *scratch;
    ALM_TRY(alm_class_counts_forecast(counts, history, out, error));
    ALM_TRY(ALM_NEW(&scratch, n, error));
    for (size_t h = 0; h < history->horizon; h++) {
        /* p_last = stay_h, the others share 1 - stay_h as they do in the history */
        double *p = out->classes[0].probability + h * n;
        const size_t last = last_class(counts, history->series[0].target, h + 1, scratch);
        if (last == n || n == 1) continue;
        const double others = 1 - p[last];
        for (size_t k = 0; k < n; k++)
            p[k] *= (1 - counts->stay[h]) / others;
        p[last] = counts->stay[h];
    }
    free(scratch);
    return ALM_OK;
}

const struct alm_forecaster_type alm_persistence = {
    .name = "persistence",
    .summary = "the last class, with the probability that classes stayed in the history",
    .use = "A second rival of forecasts of classes (labels, target=direction or bins), strong where states "
           "last.",
    .reference = "Wilks (2019), Statistical Methods in the Atmospheric Sciences, 4th ed., sections 9.4, 10.2",
    ALM_CLASS_COUNTS_TYPE,
    .forecast = forecast,
};
