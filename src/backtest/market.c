#include "backtest/market.h"

#include "backtest/market_bars.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

struct alm_market {
    struct alm_market_settings settings;
    struct alm_market_folds *folds; /* [n_series] */
    double **forecast;              /* [n_series] of [n_forecasters][n_folds] returns; NaN: none */
};

static const double YEAR = 365.25 * 86400e6; /* µs */

void alm_market_free(struct alm_market *market)
{
    if (market == NULL) return;
    for (size_t s = 0; s < market->settings.n_series; s++) {
        if (market->forecast != NULL) free(market->forecast[s]);
        if (market->folds == NULL) continue;
        free(market->folds[s].known);
        free(market->folds[s].origin);
        free(market->folds[s].time);
        free(market->folds[s].price);
    }
    free(market->folds);
    free(market->forecast);
    free(market);
}

static enum alm_status make_series(struct alm_market *m, size_t s, struct alm_error *error)
{
    struct alm_market_folds *folds = &m->folds[s];
    size_t cells, forecasts;
    *folds = (struct alm_market_folds){.n = m->settings.n_folds, .horizon = m->settings.horizon};
    if (!alm_multiply(&cells, folds->n, folds->horizon) ||
        !alm_multiply(&forecasts, folds->n, m->settings.n_forecasters))
        return alm_fail(error, ALM_NOMEM, "the forecasts do not fit into memory");
    ALM_TRY(ALM_NEW(&folds->known, folds->n, error));
    ALM_TRY(ALM_NEW(&folds->origin, folds->n, error));
    ALM_TRY(ALM_NEW(&folds->time, cells, error));
    ALM_TRY(ALM_NEW(&folds->price, cells, error));
    ALM_TRY(ALM_NEW(&m->forecast[s], forecasts, error));
    for (size_t i = 0; i < forecasts; i++)
        m->forecast[s][i] = NAN;
    return ALM_OK;
}

enum alm_status alm_market_create(struct alm_market **out, const struct alm_market_settings *settings,
                                  struct alm_error *error)
{
    struct alm_market *m;
    *out = NULL;
    if (settings->horizon < 2)
        return alm_fail(error, ALM_DATA,
                        "the run forecasts one bar, which is over when a position is taken at the next bar: "
                        "backtest with --horizon 2 --step 1");
    ALM_TRY(ALM_NEW(&m, 1, error));
    m->settings = *settings;
    enum alm_status status = ALM_NEW(&m->folds, settings->n_series, error);
    if (status == ALM_OK) status = ALM_NEW(&m->forecast, settings->n_series, error);
    for (size_t s = 0; status == ALM_OK && s < settings->n_series; s++)
        if (settings->is_price[s]) status = make_series(m, s, error);
    if (status != ALM_OK)
        alm_market_free(m);
    else
        *out = m;
    return status;
}

/* The return that is forecast from the bar where a position is taken to the last one. */
static double forecast_return(const double *forecast, size_t horizon)
{
    return forecast[0] > 0 ? forecast[horizon - 1] / forecast[0] - 1 : NAN;
}

static enum alm_status add_series(struct alm_market *m, const struct alm_task_result *task,
                                  const struct alm_series_result *x, struct alm_error *error)
{
    struct alm_market_folds *folds = &m->folds[x->series];
    const size_t f = task->fold, h = folds->horizon;
    const char *name = m->settings.series_name[x->series];
    if (x->classes != NULL)
        return alm_fail(error, ALM_DATA, "%s: classes are forecast, which say no return to act on", name);
    if (!x->has_origin || x->status != ALM_OK || x->forecast == NULL) return ALM_OK;
    for (size_t i = 0; i < h; i++) {
        if (x->actual[i] <= 0)
            return alm_fail(error, ALM_DATA, "%s: a price of %g gives no return", name, x->actual[i]);
        folds->time[f * h + i] = x->time[i];
        folds->price[f * h + i] = x->actual[i];
    }
    folds->known[f] = true;
    folds->origin[f] = x->origin_ts;
    m->forecast[x->series][task->forecaster * folds->n + f] = forecast_return(x->forecast, h);
    return ALM_OK;
}

enum alm_status alm_market_add(struct alm_market *market, const struct alm_task_result *result,
                               struct alm_error *error)
{
    if (result->fold >= market->settings.n_folds || result->forecaster >= market->settings.n_forecasters)
        return alm_fail(error, ALM_INTERNAL, "a task of another run");
    for (size_t i = 0; i < result->n_series; i++)
        if (market->settings.is_price[result->series[i].series])
            ALM_TRY(add_series(market, result, &result->series[i], error));
    return ALM_OK;
}

/* One series under judgement. */
struct judgement {
    const struct alm_market *market;
    size_t series;
    struct alm_market_bars bars;
    double *forecast, *position; /* [decisions] */
    double *returns;             /* [bars] */
    struct alm_market_row *row;  /* [n_forecasters + 2] */
};

static void clear(struct judgement *j)
{
    alm_market_bars_clear(&j->bars);
    free(j->forecast);
    free(j->position);
    free(j->returns);
    free(j->row);
}

static void fill_row(struct judgement *j, struct alm_market_row *row)
{
    const struct alm_market_settings *settings = &j->market->settings;
    const struct alm_market_bars *bars = &j->bars;
    alm_money_earn(&row->money, j->returns, &bars->bars, j->position, settings->cost);
    const struct alm_sharpe *sharpe = &row->money.sharpe;
    row->series = j->series;
    row->decisions = bars->n_decisions;
    row->first = bars->first;
    row->last = bars->last;
    row->per_year = settings->has_clock[j->series] && bars->held > 0
                        ? (double)bars->bars.n * YEAR / (double)bars->held
                        : 1;
    const double scale = sqrt(row->per_year), width = 1.959963984540054 * sharpe->error;
    row->volatility = sharpe->deviation * scale;
    row->sharpe = sharpe->ratio * scale;
    row->sharpe_low = (sharpe->ratio - width) * scale;
    row->sharpe_high = (sharpe->ratio + width) * scale;
    row->deflated = NAN;
    row->chance = (struct alm_money_chance){.p = NAN, .total = NAN};
}

static enum alm_status judge_forecaster(struct judgement *j, size_t forecaster, struct alm_error *error)
{
    const struct alm_market_settings *settings = &j->market->settings;
    struct alm_market_row *row = &j->row[forecaster];
    const size_t n = j->bars.n_decisions;
    for (size_t d = 0; d < n; d++)
        j->forecast[d] = j->market->forecast[j->series][forecaster * settings->n_folds + j->bars.fold[d]];
    alm_money_positions(j->position, j->forecast, n, settings->rule);
    fill_row(j, row);
    row->strategy = ALM_MARKET_FORECAST;
    row->forecaster = forecaster;
    if (row->money.turnover == 0) return ALM_OK;
    struct alm_random *random;
    const uint64_t key = alm_random_key(alm_random_key(settings->seed, "money", forecaster), NULL, j->series);
    ALM_TRY(alm_random_create(&random, key, error));
    const enum alm_status status = alm_money_shuffle(&row->chance, &j->bars.bars, j->position, n,
                                                     settings->cost, settings->draws, random, error);
    alm_random_free(random);
    return status;
}

static void judge_rivals(struct judgement *j)
{
    struct alm_market_row *hold = &j->row[j->market->settings.n_forecasters], *flip = hold + 1;
    for (size_t d = 0; d < j->bars.n_decisions; d++)
        j->position[d] = 1;
    fill_row(j, hold);
    hold->strategy = ALM_MARKET_HOLD;
    for (size_t d = 0; d < j->bars.n_decisions; d++)
        j->position[d] = d % 2 == 0 ? 1 : -1;
    fill_row(j, flip);
    flip->strategy = ALM_MARKET_FLIP;
}

/* Variance of the forecasters' ratios per bar; 0 for fewer than two. */
static double variance_of_ratios(const struct alm_market_row *row, size_t n)
{
    double sum = 0, squares = 0;
    size_t count = 0;
    for (size_t f = 0; f < n; f++) {
        const double ratio = row[f].money.sharpe.ratio;
        if (isnan(ratio)) continue;
        sum += ratio;
        squares += ratio * ratio;
        count++;
    }
    if (count < 2) return 0;
    return fmax(squares - sum * sum / (double)count, 0) / (double)(count - 1);
}

static void deflate(struct judgement *j)
{
    const struct alm_market_settings *settings = &j->market->settings;
    const double found = variance_of_ratios(j->row, settings->n_forecasters);
    for (size_t f = 0; f < settings->n_forecasters; f++) {
        const struct alm_sharpe *sharpe = &j->row[f].money.sharpe;
        const double variance = fmax(found, sharpe->n > 1 ? 1 / (double)(sharpe->n - 1) : 0);
        j->row[f].deflated = alm_sharpe_probability(sharpe, alm_sharpe_of_best(settings->n_tried, variance));
    }
}

static enum alm_status judge_series(struct judgement *j, struct alm_error *error)
{
    const struct alm_market *m = j->market;
    ALM_TRY(alm_market_bars_make(&j->bars, &m->folds[j->series], error));
    ALM_TRY(ALM_NEW(&j->forecast, j->bars.n_decisions, error));
    ALM_TRY(ALM_NEW(&j->position, j->bars.n_decisions, error));
    ALM_TRY(ALM_NEW(&j->returns, j->bars.bars.n, error));
    ALM_TRY(ALM_NEW(&j->row, m->settings.n_forecasters + 2, error));
    for (size_t f = 0; f < m->settings.n_forecasters; f++)
        ALM_TRY(judge_forecaster(j, f, error));
    judge_rivals(j);
    deflate(j);
    return ALM_OK;
}

enum alm_status alm_market_judge(const struct alm_market *market, void *context,
                                 enum alm_status (*found)(void *context, const struct alm_market_row *row,
                                                          struct alm_error *error),
                                 struct alm_error *error)
{
    enum alm_status status = ALM_OK;
    for (size_t s = 0; status == ALM_OK && s < market->settings.n_series; s++) {
        struct judgement j = {.market = market, .series = s};
        if (!market->settings.is_price[s]) continue;
        status = judge_series(&j, error);
        for (size_t i = 0; status == ALM_OK && i < market->settings.n_forecasters + 2; i++)
            status = found(context, &j.row[i], error);
        clear(&j);
    }
    return status;
}
