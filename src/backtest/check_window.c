/* Checks of what is tested: windows, origins, periods. */
#include "backtest/check_impl.h"

#include <math.h>

bool alm_check_no_audit(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    out->verdict = ALM_CHECK_SKIP;
    alm_text_printf(
        &out->evidence,
        "%s was not audited: `backtest --audit` proves that forecasts do not depend on what came later",
        facts->forecaster[forecaster].label);
    return !facts->forecaster[forecaster].trivial;
}

bool alm_check_no_control(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    (void)out, (void)facts, (void)forecaster;
    return false; /* only an audit makes one */
}

bool alm_check_future(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    out->statistic = (double)own->n_late;
    if (own->n_late > 0) out->verdict = ALM_CHECK_FAIL;
    alm_text_printf(&out->evidence, "%zu of %zu fits of %s could use bars after the origin", own->n_late,
                    own->n_expected, own->label);
    return own->n_expected > 0 && (!own->trivial || own->n_late > 0);
}

bool alm_check_dropped(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    const size_t n_folds = facts->plan->n_folds;
    if (own->n_tasks < n_folds) {
        out->statistic = (double)own->n_tasks / (double)n_folds;
        out->verdict = ALM_CHECK_FAIL;
        alm_text_printf(&out->evidence, "%s was run on %zu of %zu folds", own->label, own->n_tasks, n_folds);
        return true;
    }
    if (own->n_expected == 0) return false;
    out->statistic = (double)own->n_made / (double)own->n_expected;
    if (own->n_made < own->n_expected) out->verdict = out->statistic < 0.5 ? ALM_CHECK_FAIL : ALM_CHECK_WARN;
    alm_text_printf(&out->evidence, "%s has forecasts for %zu of %zu windows", own->label, own->n_made,
                    own->n_expected);
    return true;
}

/* Bars after the last window of a series; 0 when it has none. */
static size_t tail_of(const struct alm_plan *plan, size_t s)
{
    for (size_t fold = plan->n_folds; fold-- > 0;) {
        const struct alm_origin *origin = alm_plan_origin(plan, s, fold);
        if (origin->status == ALM_OK)
            return plan->series[s]->n - 1 - origin->bar - plan->settings.split.horizon;
    }
    return 0;
}

bool alm_check_tail(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    (void)forecaster;
    const struct alm_plan *plan = facts->plan;
    size_t longest = 0, of = 0;
    for (size_t s = 0; s < plan->n_series; s++) {
        const size_t tail = tail_of(plan, s);
        if (tail <= longest) continue;
        longest = tail;
        of = s;
    }
    out->statistic = (double)longest;
    out->threshold = (double)plan->step;
    if (longest >= plan->step) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(&out->evidence, "%zu bars of %s come after its last test window", longest,
                    plan->series[of]->name);
    return true;
}

bool alm_check_overlapping(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    (void)forecaster;
    const size_t overlap = alm_check_overlap(facts), n = facts->plan->n_folds;
    out->statistic = (double)n / (double)overlap;
    if (overlap > 1 && out->statistic < out->threshold) out->verdict = ALM_CHECK_WARN;
    if (overlap == 1)
        alm_text_printf(&out->evidence, "no bar is in two of the %zu test windows", n);
    else
        alm_text_printf(&out->evidence,
                        "each bar is in up to %zu of the %zu test windows, which count for about %.3g",
                        overlap, n, out->statistic);
    return true;
}

bool alm_check_range(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    (void)forecaster;
    const size_t n = facts->n_in_range + facts->n_out_of_range;
    if (n == 0) return false;
    out->statistic = (double)facts->n_out_of_range / (double)n;
    if (out->statistic > out->threshold) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(
        &out->evidence, "%.3g %% of %zu test values lie outside of all that the fits saw%s",
        100 * out->statistic, n,
        out->verdict == ALM_CHECK_PASS ? "" : ": forecast changes (the options returns or difference)");
    return true;
}

/* Every overlap-th loss from one fold to before another. */
static struct alm_moments losses_of(const struct alm_check_facts *facts, size_t from, size_t to)
{
    struct alm_moments moments = {0};
    for (size_t fold = from; fold < to; fold += alm_check_overlap(facts))
        if (!isnan(facts->loss[fold])) alm_moments_add(&moments, facts->loss[fold]);
    return moments;
}

bool alm_check_regime(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    (void)forecaster;
    const size_t n = facts->plan->n_folds, half = n / 2;
    const struct alm_moments a = losses_of(facts, 0, half), b = losses_of(facts, half, n);
    const double sd_a = alm_moments_deviation(&a), sd_b = alm_moments_deviation(&b);
    if (a.n < 10 || b.n < 10 || !(a.mean > 0) || !(b.mean > 0)) return false;
    const double t =
        (b.mean - a.mean) / sqrt(sd_a * sd_a / (double)a.n + sd_b * sd_b / (double)b.n); /* Welch 1947 */
    out->statistic = fmax(a.mean, b.mean) / fmin(a.mean, b.mean);
    if (out->statistic > out->threshold && !(fabs(t) < 4)) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(
        &out->evidence,
        "the error of naive is %.3g times as %s in the later half of the origins as in the earlier one",
        out->statistic, b.mean >= a.mean ? "large" : "small");
    return true;
}
