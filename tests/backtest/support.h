/* What the tests of the engine share: series, forecasters that misbehave, a sink that keeps everything. */
#ifndef TEST_BACKTEST_SUPPORT_H
#define TEST_BACKTEST_SUPPORT_H

#include "backtest/backtest.h"

#include <stddef.h>

/* Random walks with a season; series i has n - 7 * i bars. missing is the share of values put to NaN. */
struct alm_series **make_series(size_t count, size_t n, double missing);
void free_series(struct alm_series **series, size_t count);

/* The registry and, beside it:
 *   peek        the value after the end of what it is shown
 *   centred     the mean of the value after the end and the two before it
 *   peek-fit    the same, when it is fitted
 *   whole       the mean of FULL_LENGTH values from the first on, taken when it is fitted
 *   noise       a draw from its random stream, local
 *   pool        the mean of the last values of all series plus a draw, global; reports two epochs
 *   fragile     fails to fit when the last value is above 0, else like naive
 *   wild        infinite when the last value is above 0, else like naive
 *   hungry      needs 40 values */
const struct alm_forecaster_type *find_type(const char *name);
#define FULL_LENGTH 120

/* A plan over series that must succeed. */
struct alm_plan *make_plan(const struct alm_backtest_settings *settings, struct alm_series **series,
                           size_t n_series, const char *const *specs, size_t n_specs);

/* All that was delivered, as bytes: times and seconds left out. order_ok tells whether tasks came in plan
 * order. */
struct kept {
    size_t n_tasks, n_epochs, n_failed;
    struct alm_bytes *task; /* [n_tasks of the plan] */
    size_t last;
    bool order_ok;
};

void kept_init(struct kept *kept, const struct alm_plan *plan);
void kept_clear(struct kept *kept, const struct alm_plan *plan);
struct alm_sink kept_sink(struct kept *kept);
/* Runs plan with jobs workers; must succeed. */
void run_plan(struct kept *kept, const struct alm_plan *plan, size_t jobs, const bool *done);
bool same_bytes(const struct alm_bytes *a, const struct alm_bytes *b);

#endif
