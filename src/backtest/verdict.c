/* The comparison with naive in words. */
#include "backtest/evaluation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ALPHA 0.05

static void write_p(struct alm_text *out, double p)
{
    if (p < 0.001)
        alm_text_append(out, "p < 0.001");
    else
        alm_text_printf(out, p < 0.1 ? "p = %.3f" : "p = %.2f", p);
}

/* "(p = 0.41, Diebold-Mariano, 50 origins)" */
static void write_evidence(struct alm_text *out, const struct alm_leader *leader, double p, const char *sides)
{
    const struct alm_test *test = &leader->test;
    alm_text_append(out, " (");
    write_p(out, p);
    alm_text_printf(out, ", %s", sides);
    if (strncmp(test->name, "wilcoxon", strlen("wilcoxon")) == 0)
        alm_text_printf(out, " Wilcoxon, %zu series", leader->n_series);
    else
        alm_text_printf(out, " Diebold-Mariano, %zu origins", leader->n_origins);
    alm_text_append(out, ")");
}

static void write_untested(struct alm_text *out, const struct alm_leader *leader, const char *label,
                           const char *naive_label)
{
    const size_t needed = alm_dm_minimum(leader->h);
    if (leader->n_origins == 0)
        alm_text_printf(out, "%s has no forecast that can be compared with %s", label, naive_label);
    else if (isnan(leader->skill))
        alm_text_printf(out, "%s cannot be measured against %s, which makes no error", label, naive_label);
    else if (leader->skill == 0)
        alm_text_printf(out, "%s is as good as %s: equal losses", label, naive_label);
    else if (leader->n_origins < needed)
        alm_text_printf(out, "too few origins to test %s against %s (%zu of at least %zu)", label,
                        naive_label, leader->n_origins, needed);
    else
        alm_text_printf(out, "%s and %s differ by the same amount at every origin: no test is possible",
                        label, naive_label);
}

static void write_tested(struct alm_text *out, const struct alm_leader *leader, const char *label,
                         const char *naive_label)
{
    const struct alm_test *test = &leader->test;
    if (test->p_better < ALPHA) {
        alm_text_printf(out, "%s beats %s", label, naive_label);
        write_evidence(out, leader, test->p_better, "one-sided");
        /* ranks and means may disagree */
        if (leader->skill < 0) alm_text_append(out, " on most series, but not on average");
    } else if (test->p_two_sided < ALPHA && test->p_better > 0.5) {
        alm_text_printf(out, "%s is worse than %s", label, naive_label);
        write_evidence(out, leader, test->p_two_sided, "two-sided");
        if (leader->skill > 0) alm_text_append(out, " on most series, but not on average");
    } else {
        alm_text_printf(out, "no evidence that %s beats %s", label, naive_label);
        write_evidence(out, leader, test->p_better, "one-sided");
    }
}

void alm_verdict_write(struct alm_text *out, const struct alm_leader *leader, const char *label,
                       const char *naive_label)
{
    if (strcmp(label, naive_label) == 0) {
        alm_text_append(out, "the baseline");
        return;
    }
    if (leader->test.name == NULL || isnan(leader->test.p_better))
        write_untested(out, leader, label, naive_label);
    else
        write_tested(out, leader, label, naive_label);
    if (leader->n_failed > 0)
        alm_text_printf(out, "; incomplete: no forecast in %zu of %zu cases", leader->n_failed,
                        leader->n_failed + leader->n_rows);
}
