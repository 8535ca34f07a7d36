/* Jumps of the level: a split of shares, another unit. */
#include "backtest/check_impl.h"

#include "base/memory.h"
#include "series/timestamp.h"

#include <math.h>
#include <stdlib.h>

/* A jump is a change by at least this factor, so many times the usual change, and is not undone by the next
 * bar. */
#define FACTOR 1.3
#define TIMES 12

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The change of the logarithm to bar i; 0 where a value is missing. */
static double change(const struct alm_series *series, size_t i)
{
    const double ratio = series->y[i] / series->y[i - 1];
    return isnan(ratio) ? 0 : log(ratio);
}

/* The median size of the changes, as a standard deviation; scratch [n]. 0 when the series is not positive all
 * over or mostly stands still. */
static double usual_change(const struct alm_series *series, double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < series->n; i++)
        if (!isnan(series->y[i]) && !(series->y[i] > 0)) return 0;
    for (size_t i = 1; i < series->n; i++)
        if (!isnan(series->y[i]) && !isnan(series->y[i - 1])) scratch[n++] = fabs(change(series, i));
    if (n < 10) return 0;
    qsort(scratch, n, sizeof *scratch, compare);
    return 1.4826 * scratch[n / 2];
}

static void find_in(struct alm_check_facts *facts, size_t s, double usual)
{
    const struct alm_series *series = facts->plan->series[s];
    for (size_t i = 1; usual > 0 && i < series->n; i++) {
        const double here = change(series, i), next = i + 1 < series->n ? change(series, i + 1) : 0;
        if (fabs(here) < log(FACTOR) || fabs(here) < TIMES * usual) continue;
        if (fabs(here + next) < fabs(here) / 2) continue;                            /* a spike */
        if (i >= 2 && fabs(here + change(series, i - 1)) < fabs(here) / 2) continue; /* its end */
        if (facts->n_jumps++ == 0) facts->jump = (struct alm_jump){s, i, exp(here)};
    }
}

enum alm_status alm_check_find_jumps(struct alm_check_facts *facts, struct alm_error *error)
{
    const struct alm_plan *plan = facts->plan;
    double *scratch;
    size_t longest = 0;
    for (size_t s = 0; s < plan->n_series; s++)
        if (plan->series[s]->n > longest) longest = plan->series[s]->n;
    ALM_TRY(ALM_NEW(&scratch, longest, error));
    for (size_t s = 0; s < plan->n_series; s++)
        if (plan->series[s]->n_labels == 0) find_in(facts, s, usual_change(plan->series[s], scratch));
    free(scratch);
    return ALM_OK;
}

bool alm_check_jumps(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    (void)forecaster;
    out->statistic = (double)facts->n_jumps;
    if (facts->n_jumps == 0) {
        alm_text_append(&out->evidence, "no jump of the level that looks like a split or another unit");
        return true;
    }
    const struct alm_series *series = facts->plan->series[facts->jump.series];
    out->verdict = ALM_CHECK_WARN;
    alm_text_printf(&out->evidence, "%zu jumps of the level, the first of %s at ", facts->n_jumps,
                    series->name);
    if (series->calendar.frequency.unit == ALM_FREQUENCY_INDEX)
        alm_text_printf(&out->evidence, "%lld", (long long)series->ts[facts->jump.bar]);
    else
        alm_ts_write_short(&out->evidence, series->ts[facts->jump.bar]);
    alm_text_printf(&out->evidence, " by a factor of %.3g: a split or another unit?", facts->jump.factor);
    return true;
}
