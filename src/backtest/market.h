/* What the forecasts of a run would have earned in their markets, beside buying and holding, turning round at
 * every decision, and the same positions in random order. */
#ifndef ALM_BACKTEST_MARKET_H
#define ALM_BACKTEST_MARKET_H

#include "backtest/money.h"
#include "backtest/result.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alm_market_settings {
    size_t n_forecasters, n_series, n_folds;
    size_t horizon;                 /* at least 2, see alm_market_create */
    const char *const *series_name; /* [n_series] */
    const bool *is_price;           /* [n_series] others are left out */
    const bool *has_clock;          /* [n_series] false: numbers are per bar, not per year */
    enum alm_position_rule rule;
    double cost;    /* of a unit of turnover, as a share */
    size_t draws;   /* random orders */
    size_t n_tried; /* configurations that were tried on these series, from which the best may have been
                       picked */
    uint64_t seed;
};

enum alm_market_strategy {
    ALM_MARKET_FORECAST, /* positions by a forecaster */
    ALM_MARKET_HOLD,     /* 1 all the time */
    ALM_MARKET_FLIP,     /* 1 and -1 in turn, from decision to decision */
};

/* One strategy in one series. NaN: not defined. */
struct alm_market_row {
    size_t series, forecaster; /* forecaster: of ALM_MARKET_FORECAST only */
    enum alm_market_strategy strategy;
    size_t decisions;
    int64_t first, last; /* when the first position is taken and the last one closed */
    double per_year;     /* bars in a year; 1 without a clock */
    struct alm_money money;
    double volatility, sharpe, sharpe_low, sharpe_high; /* a year's; the interval holds 95 % */
    /* Probability that the true ratio of a forecaster is above that of the best of n_tried without skill,
     * whose variance is the larger one of the forecasters' here and that of estimates of 0 (Bailey & Lopez de
     * Prado 2014). */
    double deflated;
    struct alm_money_chance chance; /* of a forecaster; draws 0 without a position */
};

struct alm_market;

/* ALM_DATA for a horizon of 1: a decision is executed one bar after its origin, so that the forecast that
 * counts is that of the return from step 1 to the last. The settings' arrays must outlive the market. */
enum alm_status alm_market_create(struct alm_market **out, const struct alm_market_settings *settings,
                                  struct alm_error *error);
/* NULL-safe. */
void alm_market_free(struct alm_market *market);
/* Adds a task's rows. ALM_DATA for forecasts of classes, and for prices that are not above 0. */
enum alm_status alm_market_add(struct alm_market *market, const struct alm_task_result *result,
                               struct alm_error *error);
/* Calls found for each series and its strategies; the row is gone afterwards. Stops at the first status that
 * is not ALM_OK. */
enum alm_status alm_market_judge(const struct alm_market *market, void *context,
                                 enum alm_status (*found)(void *context, const struct alm_market_row *row,
                                                          struct alm_error *error),
                                 struct alm_error *error);

#endif
