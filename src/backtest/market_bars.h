/* From the origins of one series to the bars over which positions are held. Not for other rooms. */
#ifndef ALM_BACKTEST_MARKET_BARS_H
#define ALM_BACKTEST_MARKET_BARS_H

#include "backtest/money.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one series showed at the origins of a run, in time order. */
struct alm_market_folds {
    size_t n, horizon;
    bool *known;     /* [n] there is an origin with the bars that follow */
    int64_t *origin; /* [n] its time */
    int64_t *time;   /* [n][horizon] */
    double *price;   /* [n][horizon]; NaN: missing */
};

/* The bars, who decides about each, and when they are. Starts from zeros; clear also after a failure. */
struct alm_market_bars {
    struct alm_money_bars bars;
    size_t *fold; /* [n_decisions] whose decision it is, rising */
    size_t n_decisions;
    int64_t first, last; /* when the first position is taken, and the last one closed */
    int64_t held;        /* time between the bars, stretches without a position left out */
};

/* The decision made at an origin is executed at the first bar after it with a price, and held to the bar
 * where the next origin's is executed; where that origin lies behind the bars that are known, to the last of
 * these. So the first return that a decision earns is that of the second bar after its origin. Bars without a
 * price are passed over. */
enum alm_status alm_market_bars_make(struct alm_market_bars *out, const struct alm_market_folds *folds,
                                     struct alm_error *error);
void alm_market_bars_clear(struct alm_market_bars *bars);

#endif
