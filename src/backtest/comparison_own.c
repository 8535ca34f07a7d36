/* Tests by step: against naive, of directions, and whether a straight line would correct a forecaster. */
#include "backtest/comparison_impl.h"

#include "backtest/comparison_steps.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Each kind is corrected for the number of its own. */
enum { DM, DM_BARTLETT, DIRECTION, REGRESSION, KINDS };

struct testing {
    const struct alm_evaluation *e;
    struct alm_comparisons kind[KINDS];
};

static enum alm_status compare_with_naive(struct testing *t, const struct alm_step_scores *scores,
                                          struct alm_error *error)
{
    struct alm_comparison row = alm_comparison_blank;
    const size_t h = alm_comparison_overlap(t->e, scores->step);
    if (scores->forecaster == t->e->naive || t->e->horizon == 1) return ALM_OK;
    row.forecaster = scores->forecaster;
    row.other = t->e->naive;
    row.step = scores->step;
    row.test = "dm";
    ALM_TRY(alm_comparisons_add_dm(&t->kind[DM], &row, scores->difference, scores->n_differences, h, error));
    row.test = "dm-bartlett";
    return alm_comparisons_add_dm(&t->kind[DM_BARTLETT], &row, scores->difference, scores->n_differences, h,
                                  error);
}

/* Of steps whose origins do not overlap. */
static enum alm_status test_direction(struct alm_comparisons *out, const struct alm_evaluation *e,
                                      const struct alm_step_scores *scores, struct alm_error *error)
{
    struct alm_comparison row = alm_comparison_blank;
    const size_t n = scores->n_directions;
    const struct alm_test test =
        alm_direction_test(scores->hits, scores->forecasts_up, scores->actuals_up, n);
    if (test.name == NULL || scores->step > e->step) return ALM_OK;
    row.test = test.name;
    row.forecaster = scores->forecaster;
    row.step = scores->step;
    row.statistic = test.statistic;
    row.p = test.p_two_sided;
    row.p_better = test.p_better;
    row.estimate = (double)scores->hits / (double)n;
    row.n = n;
    return alm_comparisons_add(out, &row, error);
}

/* One coefficient with its interval; the joint test stands with the slope. */
static enum alm_status add_coefficient(struct alm_comparisons *out, struct alm_comparison row,
                                       const char *test, double value, double reach, struct alm_error *error)
{
    row.test = test;
    row.estimate = value;
    row.low = value - reach;
    row.high = value + reach;
    return alm_comparisons_add(out, &row, error);
}

static enum alm_status fit_line(struct alm_comparisons *out, const struct alm_evaluation *e,
                                const struct alm_step_scores *scores, struct alm_error *error)
{
    struct alm_comparison row = alm_comparison_blank;
    const struct alm_mincer_zarnowitz fit =
        alm_mincer_zarnowitz_fit(scores->moments, scores->n_moments, alm_comparison_overlap(e, scores->step));
    if (isnan(fit.p)) return ALM_OK;
    row.forecaster = scores->forecaster;
    row.step = scores->step;
    row.n = fit.n;
    ALM_TRY(add_coefficient(out, row, "mincer-zarnowitz-intercept", fit.intercept,
                            alm_mincer_zarnowitz_reach(&fit, fit.intercept_error), error));
    row.statistic = fit.statistic;
    row.p = fit.p;
    return add_coefficient(out, row, "mincer-zarnowitz", fit.slope,
                           alm_mincer_zarnowitz_reach(&fit, fit.slope_error), error);
}

static enum alm_status take_step(void *context, const struct alm_step_scores *scores, struct alm_error *error)
{
    struct testing *t = context;
    ALM_TRY(compare_with_naive(t, scores, error));
    ALM_TRY(test_direction(&t->kind[DIRECTION], t->e, scores, error));
    return fit_line(&t->kind[REGRESSION], t->e, scores, error);
}

/* Moves rows to out. */
static enum alm_status add_all(struct alm_comparisons *out, struct alm_comparisons *kind,
                               struct alm_error *error)
{
    ALM_TRY(alm_comparisons_correct(kind, 0, error));
    for (size_t i = 0; i < kind->n; i++)
        ALM_TRY(alm_comparisons_add(out, &kind->row[i], error));
    return ALM_OK;
}

enum alm_status alm_compare_steps(struct alm_comparisons *out, const struct alm_evaluation *e,
                                  const struct alm_task_source *source, struct alm_error *error)
{
    struct testing t = {.e = e};
    enum alm_status status = alm_steps_each(e, source, &t, take_step, error);
    for (size_t i = 0; i < KINDS; i++) {
        if (status == ALM_OK) status = add_all(out, &t.kind[i], error);
        free(t.kind[i].row);
    }
    return status;
}
