/* The registry of checks, and how they are run. */
#include "backtest/check.h"

#include "backtest/check_impl.h"

#include <math.h>
#include <string.h>

/* clang-format off */
const struct alm_check alm_checks[] = {
    {"audit", "forecasts depend on values after their origin", 0, false, alm_check_no_audit},
    {"control", "a lead over naive where the order of changes is random", 0.001, false, alm_check_no_control},
    {"future", "a fit could use values after the origin", 0, false, alm_check_future},
    {"baseline", "a lead over naive that a trivial forecaster has too: season ago, drift", 1, false, alm_check_baseline},
    {"chance", "a lead over naive that chance explains", 0.05, false, alm_check_chance},
    {"selection", "the best of many, judged as if it were the only one", 0.05, true, alm_check_selection},
    {"seeds", "a lead that another seed would not have", 0.5, false, alm_check_seeds},
    {"lagged-copy", "the forecast is the last value, shifted by a bar", NAN, false, alm_check_copy},
    {"levels-only", "a fit of the level that says nothing about changes", 0, false, alm_check_levels},
    {"direction", "directions that are right only because one is more frequent", NAN, false, alm_check_direction},
    {"coverage", "intervals that hold fewer or more values than they say", NAN, false, alm_check_coverage},
    {"explosion", "forecasts that run away as the horizon grows", 4, false, alm_check_explosion},
    {"flat", "forecasts that go flat where the series does not", 0.01, false, alm_check_flat},
    {"dropped-windows", "windows without a forecast, which the errors leave out", 1, false, alm_check_dropped},
    {"tail", "the newest bars, left untested", NAN, true, alm_check_tail},
    {"overlap", "test windows that share their bars, and so count for less than their number", 5, true, alm_check_overlapping},
    {"range", "test values beyond all that the fits saw", 0.5, true, alm_check_range},
    {"regime", "a test period of two halves that are not alike", 1.5, true, alm_check_regime},
    {"jumps", "jumps of the level such as splits and changes of unit", 0, true, alm_check_jumps},
    {NULL, NULL, 0, false, NULL},
};
/* clang-format on */

const char *alm_check_verdict_name(enum alm_check_verdict verdict)
{
    static const char *const names[] = {"pass", "skip", "warn", "fail"};
    return names[verdict];
}

enum alm_status alm_check_run(const struct alm_check_facts *facts, void *context,
                              enum alm_status (*found)(void *context, const struct alm_finding *finding,
                                                       struct alm_error *error),
                              struct alm_error *error)
{
    enum alm_status status = ALM_OK;
    for (const struct alm_check *check = alm_checks; check->name != NULL; check++) {
        const size_t n = check->of_run ? 1 : facts->plan->n_forecasters;
        for (size_t f = 0; status == ALM_OK && f < n; f++) {
            struct alm_finding finding = {.check = check,
                                          .forecaster = check->of_run ? ALM_ALL : f,
                                          .statistic = NAN,
                                          .threshold = check->threshold};
            if (check->judge(&finding, facts, f)) {
                status = alm_text_check(&finding.evidence, error);
                if (status == ALM_OK) status = found(context, &finding, error);
            }
            alm_text_clear(&finding.evidence);
        }
    }
    return status;
}

/* NULL never: names are those of the registry. */
static const struct alm_check *check_named(const char *name)
{
    const struct alm_check *check = alm_checks;
    while (strcmp(check->name, name) != 0)
        check++;
    return check;
}

void alm_check_audited(struct alm_finding *out, const struct alm_plan *plan, const struct alm_audit *audit,
                       size_t forecaster)
{
    const struct alm_leak_summary leaks = alm_audit_summary(audit, forecaster);
    *out = (struct alm_finding){
        .check = check_named("audit"), .forecaster = forecaster, .statistic = (double)leaks.n};
    out->verdict = leaks.n == 0 ? ALM_CHECK_PASS : ALM_CHECK_FAIL;
    if (leaks.n > 0) {
        alm_leak_write(&out->evidence, plan, leaks.first);
        alm_text_append(&out->evidence, "; in all ");
        alm_leak_summary_write(&out->evidence, &leaks);
    } else {
        alm_text_printf(&out->evidence,
                        "every forecast of %s is the same to the bit whatever comes after its origin",
                        plan->forecaster[forecaster].label);
    }
}

void alm_check_controlled(struct alm_finding *out, const struct alm_plan *plan,
                          const struct alm_leader *leader)
{
    const char *label = plan->forecaster[leader->forecaster].label;
    const double p = leader->test.p_better;
    *out = (struct alm_finding){.check = check_named("control"),
                                .forecaster = leader->forecaster,
                                .statistic = p,
                                .threshold = 0.001};
    if (leader->skill > 0 && p < out->threshold) out->verdict = ALM_CHECK_FAIL;
    if (isnan(p) && leader->skill > 0) out->verdict = ALM_CHECK_SKIP;
    alm_text_printf(
        &out->evidence,
        "where the changes of the series stand in a random order, %s has an error %.3g %% %s that of naive",
        label, 100 * fabs(leader->skill), leader->skill > 0 ? "below" : "above");
    if (leader->skill > 0 && !isnan(p)) alm_text_printf(&out->evidence, " (p = %.2g)", p);
}
