/* The facts that checks judge. Not for other rooms. Differences and errors are divided by the series' MASE
 * scale at the origin, so that series can be pooled; rows without a positive scale do not count. */
#ifndef ALM_BACKTEST_CHECK_IMPL_H
#define ALM_BACKTEST_CHECK_IMPL_H

#include "backtest/check.h"
#include "backtest/metric.h"

/* Sums of one kind of number. */
struct alm_moments {
    size_t n;
    double mean, spread; /* spread: sum of squared distances from the mean (Welford 1962) */
};
void alm_moments_add(struct alm_moments *moments, double value);
/* Standard deviation with n - 1; NaN below 2. */
double alm_moments_deviation(const struct alm_moments *moments);

/* What needs no fitting. */
enum { ALM_TRIVIAL_NAIVE, ALM_TRIVIAL_SEASON, ALM_TRIVIAL_DRIFT, ALM_TRIVIAL_COUNT };

struct alm_check_forecaster {
    const char *label;
    bool trivial; /* one of the forecasters that others are measured against */
    bool random;  /* its seed matters */
    struct alm_leader leader;
    struct alm_moments seed; /* mae of runs that differ in the seed */

    size_t n_tasks, n_expected, n_made; /* tasks; (series, fold) with an origin; of these with a forecast */
    size_t n_late;                      /* fits that could use something after the origin */

    /* The first step, as changes from the last value: forecast f, actual y. */
    struct alm_moments f, y;
    double together;                /* sum of (f - mean) (y - mean) */
    double f_squared, miss_squared; /* sums of f^2, (f - y)^2 */
    size_t n_direction, n_hits;     /* cases in which neither is 0; of these with the same sign */
    size_t n_up, n_f_up;            /* of these in which the actual, the forecast goes up */

    /* All steps. */
    size_t n;
    double absolute, squared; /* errors */
    double change_squared;    /* (y - last)^2 */
    double level_spread;      /* of the actuals about their series' mean, once all rows are in */
    double trivial_absolute[ALM_TRIVIAL_COUNT];
    double forecast_path, actual_path;   /* sums of the variance within windows */
    double forecast_reach, actual_reach; /* sums of squares of the last step's change */
    size_t n_interval;                   /* values that have quantiles */
    double *inside;                      /* [n_intervals] of them */
};

/* A level change of one series that looks like another unit: a split, a redenomination. */
struct alm_jump {
    size_t series, bar;
    double factor;
};

/* What the values before the fits' ends reach from and to. */
struct alm_range {
    size_t bars;
    double least, most;
};

struct alm_check_facts {
    const struct alm_plan *plan;
    struct alm_quantiles quantiles;
    struct alm_check_forecaster *forecaster; /* [n_forecasters] */
    struct alm_moments *level;               /* [n_forecasters][n_series] actuals */
    size_t n_own,
        n_tried; /* specs that are not trivial: of the run; of all runs on these series, 0 if not known */
    /* From the rows of the rival: */
    struct alm_range *range; /* [n_series] */
    size_t n_in_range, n_out_of_range;
    double *loss; /* [n_folds] mean over series of the scaled absolute error; NaN: none */
    size_t n_jumps;
    struct alm_jump jump; /* the first */
};

/* Looks for jumps in the series of the plan. check_jump.c */
enum alm_status alm_check_find_jumps(struct alm_check_facts *facts, struct alm_error *error);

/* Number of neighbouring origins whose windows overlap: ceil(horizon / step). */
static inline size_t alm_check_overlap(const struct alm_check_facts *facts)
{
    const size_t horizon = facts->plan->settings.split.horizon, step = facts->plan->step;
    return (horizon + step - 1) / step;
}

/* The judges. check_gain.c */
bool alm_check_baseline(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_chance(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_selection(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_seeds(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
/* check_forecast.c */
bool alm_check_copy(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_levels(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_direction(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_coverage(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_explosion(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_flat(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
/* check_window.c */
bool alm_check_future(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_no_audit(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_no_control(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_dropped(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_tail(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_overlapping(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_range(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
bool alm_check_regime(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);
/* check_jump.c */
bool alm_check_jumps(struct alm_finding *out, const struct alm_check_facts *facts, size_t forecaster);

#endif
