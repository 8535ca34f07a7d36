/* What the files of comparison share. Not for other rooms. */
#ifndef ALM_BACKTEST_COMPARISON_IMPL_H
#define ALM_BACKTEST_COMPARISON_IMPL_H

#include "backtest/comparison.h"
#include "backtest/evaluation_impl.h"

/* A row about nothing: ALM_ALL and NaN. */
extern const struct alm_comparison alm_comparison_blank;

enum alm_status alm_comparisons_add(struct alm_comparisons *out, const struct alm_comparison *row,
                                    struct alm_error *error);
/* Holm over the rows from first on. */
enum alm_status alm_comparisons_correct(struct alm_comparisons *out, size_t first, struct alm_error *error);

/* Fewest series that tests over series are made with. */
enum { ALM_COMPARISON_SERIES = 5 };

/* Each pair of forecasters once; naive is never the first of one. */
static inline bool alm_comparison_is_pair(const struct alm_evaluation *e, size_t one, size_t other)
{
    return one != other && one != e->naive && (other == e->naive || one < other);
}

/* Origins whose forecasts overlap, up to a step (ALM_ALL: the horizon). */
static inline size_t alm_comparison_overlap(const struct alm_evaluation *e, size_t step)
{
    return ((step == ALM_ALL ? e->horizon : step) - 1) / e->step + 1;
}

/* Whether both forecast numbers, or both classes. */
static inline bool alm_comparison_alike(const struct alm_evaluation *e, size_t one, size_t other)
{
    return alm_evaluation_is_of_classes(e, one) == alm_evaluation_is_of_classes(e, other);
}

/* Of all at once, comparison_all.c: the model confidence set and skill against naive, by resampling origins;
 * ranks over series. */
enum alm_status alm_compare_sets(struct alm_comparisons *out, const struct alm_evaluation *e,
                                 struct alm_error *error);
enum alm_status alm_compare_ranks(struct alm_comparisons *out, const struct alm_evaluation *e,
                                  struct alm_error *error);

/* By step, comparison_own.c: against naive, directions, and regressions of actuals on forecasts. */
enum alm_status alm_compare_steps(struct alm_comparisons *out, const struct alm_evaluation *e,
                                  const struct alm_task_source *source, struct alm_error *error);

/* A test of differences d [n] by Diebold and Mariano, if it can be made. */
enum alm_status alm_comparisons_add_dm(struct alm_comparisons *out, const struct alm_comparison *about,
                                       const double *d, size_t n, size_t h, struct alm_error *error);

#endif
