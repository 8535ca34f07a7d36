#include "backtest/money.h"

#include "base/memory.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double sign(double x)
{
    return (double)((x > 0) - (x < 0));
}

void alm_money_positions(double *position, const double *forecast, size_t n, enum alm_position_rule rule)
{
    double squares = 0;
    size_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        position[i] = 0;
        if (isnan(forecast[i])) continue;
        squares += forecast[i] * forecast[i];
        seen++;
        if (rule != ALM_POSITION_SIZE) {
            position[i] = sign(forecast[i]);
            if (rule == ALM_POSITION_LONG) position[i] = fmax(position[i], 0);
        } else if (squares > 0) {
            const double share = forecast[i] / (2 * sqrt(squares / (double)seen));
            position[i] = fmin(fmax(share, -1), 1);
        }
    }
}

/* Turnover that bar k pays for. */
static double turnover_at(const struct alm_money_bars *bars, const double *position, size_t k)
{
    const double held = position[bars->decision[k]];
    const double before = bars->opens[k] ? 0 : position[bars->decision[k - 1]];
    const bool closes = k + 1 == bars->n || bars->opens[k + 1];
    return fabs(held - before) + (closes ? fabs(held) : 0);
}

void alm_money_earn(struct alm_money *out, double *returns, const struct alm_money_bars *bars,
                    const double *position, double cost)
{
    double capital = 1, peak = 1, gross = 0;
    size_t held = 0, gains = 0;
    *out = (struct alm_money){.bars = bars->n};
    for (size_t k = 0; k < bars->n; k++) {
        const double turnover = turnover_at(bars, position, k);
        const double earned = position[bars->decision[k]] * bars->change[k];
        returns[k] = earned - cost * turnover;
        gross += earned;
        out->turnover += turnover;
        held += earned != 0;
        gains += earned > 0;
        capital = fmax(capital * (1 + returns[k]), 0);
        peak = fmax(peak, capital);
        out->drawdown = fmax(out->drawdown, 1 - capital / peak);
    }
    out->total = capital - 1;
    out->break_even = out->turnover > 0 ? gross / out->turnover : NAN;
    out->hit_rate = held > 0 ? (double)gains / (double)held : NAN;
    alm_sharpe_measure(&out->sharpe, returns, bars->n);
}

static void gather(double *earned, const struct alm_money_bars *bars, size_t decisions)
{
    for (size_t d = 0; d < decisions; d++)
        earned[d] = 0;
    for (size_t k = 0; k < bars->n; k++)
        earned[bars->decision[k]] += bars->change[k];
}

static double product(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

struct shuffle {
    double *change;   /* [decisions] sum of changes while each is held */
    double *position; /* [decisions] in random order */
    size_t *order;    /* [decisions] */
    double *returns;  /* [bars] */
    double *total;    /* [draws] */
};

static double median(double *numbers, size_t n)
{
    alm_sort_numbers(numbers, n);
    return alm_sorted_quantile(numbers, n, 0.5);
}

static enum alm_status make_room(struct shuffle *s, size_t bars, size_t decisions, size_t draws,
                                 struct alm_error *error)
{
    ALM_TRY(ALM_NEW(&s->change, decisions, error));
    ALM_TRY(ALM_NEW(&s->position, decisions, error));
    ALM_TRY(ALM_NEW(&s->order, decisions, error));
    ALM_TRY(ALM_NEW(&s->returns, bars, error));
    return ALM_NEW(&s->total, draws, error);
}

static void clear(struct shuffle *s)
{
    free(s->change);
    free(s->position);
    free(s->order);
    free(s->returns);
    free(s->total);
}

enum alm_status alm_money_shuffle(struct alm_money_chance *out, const struct alm_money_bars *bars,
                                  const double *position, size_t decisions, double cost, size_t draws,
                                  struct alm_random *random, struct alm_error *error)
{
    struct shuffle s = {0};
    *out = (struct alm_money_chance){.draws = draws, .p = NAN, .total = NAN};
    const enum alm_status status = make_room(&s, bars->n, decisions, draws, error);
    if (status == ALM_OK && draws > 0) {
        size_t as_good = 0;
        gather(s.change, bars, decisions);
        const double earned = product(position, s.change, decisions);
        /* sums in another order differ by rounding, where they are equal */
        const double slack = 1e-12 * fabs(earned);
        for (size_t d = 0; d < decisions; d++)
            s.order[d] = d;
        for (size_t i = 0; i < draws; i++) {
            struct alm_money money;
            alm_random_shuffle(random, s.order, decisions);
            for (size_t d = 0; d < decisions; d++)
                s.position[d] = position[s.order[d]];
            as_good += product(s.position, s.change, decisions) >= earned - slack;
            alm_money_earn(&money, s.returns, bars, s.position, cost);
            s.total[i] = money.total;
        }
        out->p = (1 + (double)as_good) / (1 + (double)draws);
        out->total = median(s.total, draws);
    }
    clear(&s);
    return status;
}
