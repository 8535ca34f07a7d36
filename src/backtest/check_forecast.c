/* Checks of what is forecast. */
#include "backtest/check_impl.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Fewest windows that say something. */
#define WINDOWS 20

bool alm_check_copy(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    if (own->trivial || own->f.n < WINDOWS || !(own->y.spread > 0)) return false;
    const double n = (double)own->f.n;
    const double r =
        own->f.spread > 1e-18 * own->y.spread ? own->together / sqrt(own->f.spread * own->y.spread) : 0;
    out->statistic = r;
    out->threshold = gsl_cdf_ugaussian_Pinv(0.95) / sqrt(n);
    const bool near = own->f_squared < own->miss_squared;
    if (near && r < out->threshold) {
        out->verdict = ALM_CHECK_WARN;
        alm_text_printf(&out->evidence,
                        "%s repeats the last value: what it adds tells nothing of the change that comes "
                        "(correlation %.2g "
                        "over %zu windows)",
                        own->label, r, own->f.n);
    } else {
        alm_text_printf(&out->evidence, "the changes that %s forecasts and those that come correlate by %.2g",
                        own->label, r);
    }
    return true;
}

bool alm_check_levels(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    if (own->trivial || own->n < WINDOWS || !(own->level_spread > 0) || !(own->change_squared > 0))
        return false;
    const double levels = 1 - own->squared / own->level_spread;
    out->statistic = 1 - own->squared / own->change_squared;
    if (levels >= 0.5 && out->statistic <= out->threshold) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(&out->evidence, "R² of %s is %.3g on levels and %.3g on changes since the origin",
                    own->label, levels, out->statistic);
    return true;
}

bool alm_check_direction(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    if (own->trivial || own->n_direction < WINDOWS) return false;
    const double n = (double)own->n_direction, y = (double)own->n_up / n;
    const double sure = gsl_cdf_ugaussian_Pinv(0.95);
    const struct alm_test test = alm_direction_test(own->n_hits, own->n_f_up, own->n_up, own->n_direction);
    out->statistic = (double)own->n_hits / n;
    out->threshold = fmax(y, 1 - y);
    const bool over_half = (out->statistic - 0.5) * sqrt(n) > sure / 2;
    if (over_half && !(test.statistic >= sure)) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(
        &out->evidence,
        "%s is right about the direction in %.3g %% of %zu cases; always saying %s is right in %.3g %%",
        own->label, 100 * out->statistic, own->n_direction, y >= 0.5 ? "up" : "down", 100 * out->threshold);
    return true;
}

/* Two-sided probability of a share of n independent cases at least so far from p (normal approximation). */
static double chance_of(double share, double p, double n)
{
    return 2 * gsl_cdf_ugaussian_P(-fabs(share - p) * sqrt(n / (p * (1 - p))));
}

bool alm_check_coverage(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    const struct alm_quantiles *q = &facts->quantiles;
    if (own->trivial || own->n_interval == 0 || q->n_intervals == 0) return false;
    /* steps of a window and windows that overlap are not independent */
    const double windows = (double)own->n_made / (double)alm_check_overlap(facts);
    size_t worst = 0;
    double least = INFINITY;
    for (size_t i = 0; i < q->n_intervals; i++) {
        const double nominal = q->level[q->high[i]] - q->level[q->low[i]];
        const double p = chance_of(own->inside[i] / (double)own->n_interval, nominal, windows);
        if (p < least) {
            least = p;
            worst = i;
        }
    }
    out->statistic = own->inside[worst] / (double)own->n_interval;
    out->threshold = q->level[q->high[worst]] - q->level[q->low[worst]];
    const double off = out->statistic - out->threshold;
    if (windows < WINDOWS) {
        out->verdict = ALM_CHECK_SKIP;
    } else if (least < 0.01 && fabs(off) > 0.05) {
        out->verdict = off < -0.3 ? ALM_CHECK_FAIL : ALM_CHECK_WARN;
    }
    alm_text_printf(&out->evidence, "the %.3g %% interval of %s holds %.3g %% of %zu values%s",
                    100 * out->threshold, own->label, 100 * out->statistic, own->n_interval,
                    windows < WINDOWS ? ", of too few windows to tell" : "");
    return true;
}

bool alm_check_explosion(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    if (own->trivial || facts->plan->settings.split.horizon < 3 || !(own->actual_reach > 0)) return false;
    out->statistic = sqrt(own->forecast_reach / own->actual_reach);
    if (out->statistic > out->threshold)
        out->verdict = out->statistic > 5 * out->threshold ? ALM_CHECK_FAIL : ALM_CHECK_WARN;
    alm_text_printf(&out->evidence,
                    "at the last step %s is %.3g times as far from the last value as the actuals are",
                    own->label, out->statistic);
    return true;
}

bool alm_check_flat(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster)
{
    const struct alm_check_forecaster *own = &facts->forecaster[forecaster];
    if (own->trivial || facts->plan->settings.split.horizon < 3 || !(own->actual_path > 0)) return false;
    const bool season = own->trivial_absolute[ALM_TRIVIAL_SEASON] < own->absolute;
    const bool trend = own->trivial_absolute[ALM_TRIVIAL_DRIFT] < 0.95 * own->absolute;
    out->statistic = own->forecast_path / own->actual_path;
    const bool flat = out->statistic < out->threshold;
    if (flat && (season || trend)) out->verdict = ALM_CHECK_WARN;
    alm_text_printf(&out->evidence, "within a window %s varies by %.2g of the variance of the actuals%s",
                    own->label, out->statistic,
                    out->verdict == ALM_CHECK_PASS ? ""
                    : season                       ? ", and the value a season ago is nearer"
                                                   : ", and drift is nearer");
    return true;
}
