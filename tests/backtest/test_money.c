#include "backtest/money.h"

#include "backtest/market_bars.h"
#include "money.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

enum { BARS = 60, DECISIONS = 20 };

static bool close_to(double a, double b)
{
    return fabs(a - b) <= 1e-14 + 1e-11 * fabs(b);
}

/* The bars of the golden values: three a decision, opened again in the middle. */
struct bars {
    double change[BARS];
    size_t decision[BARS];
    bool opens[BARS];
    struct alm_money_bars bars;
};

static void fill(struct bars *b)
{
    for (size_t k = 0; k < BARS; k++) {
        b->change[k] = golden_change[k];
        b->decision[k] = k / 3;
        b->opens[k] = k == 0 || k == 30;
    }
    b->bars = (struct alm_money_bars){BARS, b->change, b->decision, b->opens};
}

static struct alm_money_chance shuffle(const struct bars *b, const double *position, uint64_t seed)
{
    struct alm_random *random;
    struct alm_money_chance chance;
    cr_assert(eq(int, alm_random_create(&random, seed, NULL), ALM_OK));
    cr_assert(
        eq(int, alm_money_shuffle(&chance, &b->bars, position, DECISIONS, 0.001, 199, random, NULL), ALM_OK));
    alm_random_free(random);
    return chance;
}

Test(money, earnings_agree_with_numpy_and_scipy)
{
    struct bars b;
    struct alm_money money;
    double returns[BARS];
    fill(&b);
    alm_money_earn(&money, returns, &b.bars, golden_position, golden_cost);
    for (size_t k = 0; k < BARS; k++)
        cr_assert(close_to(returns[k], golden_returns[k]));
    cr_assert(close_to(money.total, golden_total));
    cr_assert(close_to(money.drawdown, golden_drawdown));
    cr_assert(close_to(money.turnover, golden_turnover));
    cr_assert(close_to(money.break_even, golden_break_even));
    cr_assert(close_to(money.hit_rate, golden_hit_rate));
    cr_assert(close_to(money.sharpe.ratio, golden_ratio));
    cr_assert(close_to(money.sharpe.skewness, golden_skewness));
    cr_assert(close_to(money.sharpe.kurtosis, golden_kurtosis));
    cr_assert(close_to(money.sharpe.error, golden_error));
    const double best = alm_sharpe_of_best(12, 1.0 / (BARS - 1));
    cr_assert(close_to(best, golden_best_of_12));
    cr_assert(close_to(alm_sharpe_probability(&money.sharpe, best), golden_deflated));
}

/* Bailey & Lopez de Prado (2014): an annual ratio of 2.5 over five years of 250 days, the best of 100. */
Test(money, the_deflated_ratio_is_that_of_its_paper)
{
    const double ratio = 2.5 / sqrt(250), best = alm_sharpe_of_best(100, 0.5 / 250);
    const struct alm_sharpe sharpe = {
        .n = 1250, .ratio = ratio, .error = sqrt((1 + 3 * ratio + 9.0 / 4 * ratio * ratio) / 1249)};
    cr_assert(lt(dbl, fabs(best - 0.1132), 5e-5));
    cr_assert(lt(dbl, fabs(alm_sharpe_probability(&sharpe, best) - 0.9004), 5e-5));
    cr_assert(eq(dbl, alm_sharpe_of_best(1, 1), 0.0));
}

Test(money, no_position_earns_and_costs_nothing)
{
    struct bars b;
    struct alm_money money;
    double returns[BARS], none[DECISIONS] = {0};
    fill(&b);
    alm_money_earn(&money, returns, &b.bars, none, 0.01);
    cr_assert(eq(dbl, money.total, 0.0));
    cr_assert(eq(dbl, money.turnover, 0.0));
    cr_assert(isnan(money.sharpe.ratio) && isnan(money.break_even) && isnan(money.hit_rate));
}

Test(money, the_dearer_the_less_is_left_and_nothing_at_break_even)
{
    struct bars b;
    struct alm_money money;
    double returns[BARS], before = HUGE_VAL;
    fill(&b);
    for (int bps = 0; bps < 100; bps += 10) {
        alm_money_earn(&money, returns, &b.bars, golden_position, bps * 1e-4);
        cr_assert(lt(dbl, money.total, before));
        before = money.total;
    }
    alm_money_earn(&money, returns, &b.bars, golden_position, money.break_even);
    cr_assert(lt(dbl, fabs(money.sharpe.mean), 1e-15));
}

Test(money, a_perfect_forecaster_is_beaten_by_no_order_of_its_positions)
{
    struct bars b;
    double forecast[DECISIONS] = {0}, position[DECISIONS];
    fill(&b);
    for (size_t k = 0; k < BARS; k++)
        forecast[b.decision[k]] += b.change[k];
    alm_money_positions(position, forecast, DECISIONS, ALM_POSITION_SIGN);
    const struct alm_money_chance chance = shuffle(&b, position, 3), again = shuffle(&b, position, 3);
    cr_assert(eq(dbl, chance.p, 1.0 / 200));
    cr_assert(eq(dbl, chance.total, again.total));
    cr_assert(ne(dbl, chance.total, shuffle(&b, position, 4).total));
}

Test(money, the_order_of_equal_positions_means_nothing)
{
    struct bars b;
    double position[DECISIONS];
    fill(&b);
    for (size_t d = 0; d < DECISIONS; d++)
        position[d] = -1;
    cr_assert(eq(dbl, shuffle(&b, position, 1).p, 1.0));
}

Test(money, p_of_random_positions_is_uniform)
{
    struct bars b;
    struct alm_random *random;
    double position[DECISIONS], sum = 0;
    size_t small = 0;
    fill(&b);
    cr_assert(eq(int, alm_random_create(&random, 9, NULL), ALM_OK));
    for (uint64_t i = 0; i < 400; i++) {
        for (size_t d = 0; d < DECISIONS; d++)
            position[d] = alm_random_normal(random);
        const double p = shuffle(&b, position, i).p;
        sum += p;
        small += p <= 0.05;
    }
    alm_random_free(random);
    cr_assert(lt(dbl, fabs(sum / 400 - 0.5), 0.06));
    cr_assert(8 <= small && small <= 34, "%zu", small);
}

Test(money, positions_see_forecasts_up_to_their_own)
{
    double forecast[] = {0.02, -0.01, NAN, 0.0, 0.05}, size[5], sign[5], only_long[5], again[3];
    alm_money_positions(size, forecast, 5, ALM_POSITION_SIZE);
    alm_money_positions(sign, forecast, 5, ALM_POSITION_SIGN);
    alm_money_positions(only_long, forecast, 5, ALM_POSITION_LONG);
    alm_money_positions(again, forecast, 3, ALM_POSITION_SIZE);
    const double signs[] = {1, -1, 0, 0, 1};
    for (size_t i = 0; i < 5; i++) {
        cr_assert(eq(dbl, sign[i], signs[i]));
        cr_assert(eq(dbl, only_long[i], fmax(signs[i], 0)));
        if (i < 3) cr_assert(eq(dbl, again[i], size[i]));
    }
    cr_assert(close_to(size[0], 0.5));
    cr_assert(close_to(size[1], -0.01 / (2 * sqrt((4e-4 + 1e-4) / 2))));
}

/* ---- when decisions are executed ---- */

static void make(struct alm_market_bars *out, size_t n, size_t horizon, bool *known, int64_t *origin,
                 int64_t *time, double *price)
{
    const struct alm_market_folds folds = {n, horizon, known, origin, time, price};
    *out = (struct alm_market_bars){0};
    cr_assert(eq(int, alm_market_bars_make(out, &folds, NULL), ALM_OK));
}

Test(money, a_decision_first_earns_the_return_of_the_second_bar_after_its_origin)
{
    bool known[] = {true, true, true};
    int64_t origin[] = {10, 11, 12}, time[] = {11, 12, 12, 13, 13, 14};
    double price[] = {100, 110, 110, 99, 99, 198};
    struct alm_market_bars bars;
    make(&bars, 3, 2, known, origin, time, price);
    cr_assert(eq(sz, bars.bars.n, 3));
    cr_assert(eq(sz, bars.n_decisions, 3));
    cr_assert(eq(long, bars.first, 11));
    cr_assert(eq(long, bars.last, 14));
    const double change[] = {0.1, -0.1, 1};
    for (size_t k = 0; k < 3; k++) {
        cr_assert(close_to(bars.bars.change[k], change[k]));
        cr_assert(eq(sz, bars.bars.decision[k], k));
        cr_assert(eq(int, bars.bars.opens[k], k == 0));
    }
    alm_market_bars_clear(&bars);
}

Test(money, what_lies_between_horizons_is_not_held_and_missing_prices_are_passed_over)
{
    bool known[] = {true, false, true, true};
    int64_t origin[] = {10, 0, 20, 23}, time[] = {11, 12, 13, 0, 0, 0, 21, 22, 23, 24, 25, 26};
    double price[] = {100, NAN, 120, 1, 1, 1, 50, 55, 44, NAN, 88, 66};
    struct alm_market_bars bars;
    make(&bars, 4, 3, known, origin, time, price);
    const double change[] = {0.2, 0.1, -0.2, 1, -0.25};
    const size_t decision[] = {0, 1, 1, 1, 2};
    cr_assert(eq(sz, bars.bars.n, 5));
    for (size_t k = 0; k < 5; k++) {
        cr_assert(close_to(bars.bars.change[k], change[k]));
        cr_assert(eq(sz, bars.bars.decision[k], decision[k]));
        cr_assert(eq(int, bars.bars.opens[k], k < 2));
    }
    cr_assert(eq(long, bars.held, 7));
    cr_assert(eq(sz, bars.fold[1], 2));
    alm_market_bars_clear(&bars);
}
