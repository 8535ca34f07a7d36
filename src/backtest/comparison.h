/* Tests between the forecasters of a run. */
#ifndef ALM_BACKTEST_COMPARISON_H
#define ALM_BACKTEST_COMPARISON_H

#include "backtest/evaluation.h"

/* One test; NaN where a number does not apply. What they are, says v_significance. */
struct alm_comparison {
    const char *test;
    size_t forecaster, other, step; /* ALM_ALL: of all, against none, over all steps; step from 1 */
    double statistic, p, p_better, p_holm, estimate, low, high;
    size_t n;
};

struct alm_comparisons {
    struct alm_comparison *row; /* [n] to be freed */
    size_t n, capacity;
};

/* All tests that enough origins or series allow, once all rows are added; source has the same rows. Starts
 * from zeros; free out->row also after a failure. */
enum alm_status alm_evaluation_compare(struct alm_comparisons *out, struct alm_evaluation *evaluation,
                                       const struct alm_task_source *source, struct alm_error *error);

#endif
