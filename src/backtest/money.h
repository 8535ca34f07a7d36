/* What positions in one price would have earned: a test of forecasts, not advice. Nothing here knows of
 * spreads, limits, funding, borrowing or taxes.
 *
 * A decision is made on a forecast and executed at a later bar; its position is held from there to the bar
 * where the next one is executed. A position is a share of the capital, kept at that share: 1 all of it, -1
 * as much sold short. */
#ifndef ALM_BACKTEST_MONEY_H
#define ALM_BACKTEST_MONEY_H

#include "backtest/sharpe.h"
#include "base/random.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The bars over which positions are held, in time order. */
struct alm_money_bars {
    size_t n;
    double *change;   /* [n] price of the bar over that of the one before, less 1 */
    size_t *decision; /* [n] whose position is held from the bar before to this one */
    bool *opens;      /* [n] what was held before has been closed; true for the first */
};

enum alm_position_rule {
    ALM_POSITION_SIGN, /* 1, 0 or -1 by the sign of the forecast return */
    ALM_POSITION_LONG, /* the same, but 0 for -1 */
    ALM_POSITION_SIZE, /* the forecast return over twice the root mean square of those so far, within -1 and 1
                        */
};

/* position [n] from the forecast returns [n] of decisions in time order; each sees itself and those before
 * it. A forecast that is NaN is no position. */
void alm_money_positions(double *position, const double *forecast, size_t n, enum alm_position_rule rule);

struct alm_money {
    size_t bars;
    double total;             /* product of 1 + return, less 1; -1 when the capital is lost */
    struct alm_sharpe sharpe; /* of the returns after costs, per bar */
    double drawdown;          /* largest loss from a peak of the capital, as a share of it */
    double turnover;          /* sum of absolute changes of the position, from and to none */
    double break_even;        /* cost at which the mean return is 0; NaN without turnover */
    double hit_rate;          /* share of gains among bars with a position and a change of price; NaN: none */
};

/* What position [decisions] earn on the bars when every unit of turnover costs so much (0.0005: 5 basis
 * points): the return of a bar is position x change - cost x turnover, and the change from what was held
 * before, or from none where the bar opens, is paid by the first bar that holds, what closes by the last.
 * returns [bars->n] are filled. */
void alm_money_earn(struct alm_money *out, double *returns, const struct alm_money_bars *bars,
                    const double *position, double cost);

struct alm_money_chance {
    size_t draws;
    double p;     /* (1 + shuffles that earn as much before costs) / (1 + draws) */
    double total; /* median of what they earn after costs */
};

/* The same positions in random order, as often as draws says: what they would earn if their timing meant
 * nothing. Held against each other before costs, as shuffled positions turn over more. ALM_NOMEM only. */
enum alm_status alm_money_shuffle(struct alm_money_chance *out, const struct alm_money_bars *bars,
                                  const double *position, size_t decisions, double cost, size_t draws,
                                  struct alm_random *random, struct alm_error *error);

#endif
