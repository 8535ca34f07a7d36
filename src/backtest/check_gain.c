/* Checks of the lead over naive. */
#include "backtest/check_impl.h"

#include <math.h>

/* Whether a forecaster claims something: it is no trivial one and has a smaller error than naive. */
static bool claims(const struct alm_check_forecaster *own)
{
    return !own->trivial && own->leader.skill > 0;
}

bool alm_check_baseline(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    static const char *const names[ALM_TRIVIAL_COUNT] = {"naive", "the value a season ago", "drift"};
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    if (own->trivial || own->n == 0) return false;
    size_t best = 0;
    for (size_t i = 1; i < ALM_TRIVIAL_COUNT; i++)
        if (own->trivial_absolute[i] < own->trivial_absolute[best]) best = i;
    out->statistic = own->absolute / own->trivial_absolute[best];
    if (!isfinite(out->statistic)) return false;
    const bool leads = own->absolute < own->trivial_absolute[ALM_TRIVIAL_NAIVE];
    if (leads && out->statistic >= out->threshold) {
        out->verdict = ALM_CHECK_WARN;
        alm_text_printf(&out->evidence,
                        "%s leads over naive, but %s does as well without a fit: error ratio %.3g",
                        own->label, names[best], out->statistic);
    } else if (leads) {
        alm_text_printf(&out->evidence, "the error of %s is %.3g of that of the best trivial forecaster (%s)",
                        own->label, out->statistic, names[best]);
    } else {
        alm_text_printf(&out->evidence, "%s has no lead over naive to explain", own->label);
    }
    return true;
}

bool alm_check_chance(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    const double p = own->leader.test.p_better;
    if (own->trivial || isnan(own->leader.skill)) return false;
    out->statistic = p;
    if (!claims(own)) {
        alm_text_printf(&out->evidence, "%s has no lead over naive to explain", own->label);
    } else if (isnan(p)) {
        out->verdict = ALM_CHECK_SKIP;
        alm_text_printf(&out->evidence,
                        "%s leads over naive by %.3g %%, but %zu origins are too few to test it", own->label,
                        100 * own->leader.skill, own->leader.n_origins);
    } else {
        out->verdict = p < out->threshold ? ALM_CHECK_PASS : ALM_CHECK_WARN;
        alm_text_printf(&out->evidence, "the lead of %s over naive (%.3g %%) %s (p = %.2g)", own->label,
                        100 * own->leader.skill, p < out->threshold ? "is more than chance" : "may be chance",
                        p);
    }
    return true;
}

bool alm_check_selection(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    (void)forecaster;
    const struct alm_check_forecaster *best = NULL;
    for (size_t f = 0; f < facts->plan->n_forecasters; f++) {
        const struct alm_check_forecaster *own = &facts->forecaster[f];
        if (claims(own) && (best == NULL || own->leader.rank < best->leader.rank)) best = own;
    }
    if (best == NULL || isnan(best->leader.test.p_better)) return false;
    const size_t n = facts->n_tried > facts->n_own ? facts->n_tried : facts->n_own;
    const double p = best->leader.test.p_better;
    out->statistic = -expm1((double)n * log1p(-fmin(p, 1 - 1e-16))); /* Šidák 1967 */
    const bool falls = p < out->threshold && out->statistic >= out->threshold;
    if (falls) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(
        &out->evidence,
        "%s is the best of %zu that were tried on these series: p = %.2g alone, %.2g as the best of so many",
        best->label, n, p, out->statistic);
    return true;
}

bool alm_check_seeds(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    struct alm_moments seeds = own->seed;
    if (!own->random || own->trivial || !claims(own)) return false;
    const double naive = own->leader.mae / (1 - own->leader.skill);
    if (!(naive > 0)) return false;
    if (seeds.n < 2) {
        out->verdict = ALM_CHECK_SKIP;
        alm_text_printf(&out->evidence, "%s depends on its seed, and %s; run it with other values of --seed",
                        own->label, seeds.n == 0 ? "one was tried" : "two were tried");
        return true;
    }
    alm_moments_add(&seeds, own->leader.mae);
    const double spread = alm_moments_deviation(&seeds), gain = naive - seeds.mean;
    if (gain > 0) out->statistic = spread / gain;
    if (!(out->statistic <= out->threshold)) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(&out->evidence, "over %zu seeds %s has a mae of %.3g ± %.2g, against %.3g of naive",
                    seeds.n, own->label, seeds.mean, spread, naive);
    return true;
}
