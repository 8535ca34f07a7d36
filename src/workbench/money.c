/* What the forecasts of a run would have earned, from its stored rows. */
#include "backtest/market.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/rows.h"
#include "store/run_table.h"
#include "store/series_table.h"
#include "store/task_table.h"
#include "workbench/workbench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 999 };
static const double BASIS_POINT = 1e-4;

struct judging {
    struct alm_workbench *workbench;
    struct alm_run_row run;
    struct alm_market_settings settings;
    struct alm_market *market;
    const char **name; /* [n_series] */
    bool *is_price, *has_clock;
    struct alm_money_summary *summary;
    size_t capacity;
};

void alm_money_summary_clear(struct alm_money_summary *summary)
{
    for (size_t i = 0; i < summary->n; i++) {
        free(summary->rows[i].series);
        free(summary->rows[i].strategy);
        free(summary->rows[i].verdict);
    }
    free(summary->rows);
    free(summary->left_out);
    *summary = (struct alm_money_summary){0};
}

static void clear(struct judging *j)
{
    alm_market_free(j->market);
    free(j->name);
    free(j->is_price);
    free(j->has_clock);
    alm_run_row_clear(&j->run);
}

static enum alm_status read_rule(enum alm_position_rule *out, const char *text, struct alm_error *error)
{
    static const char *const names[] = {"sign", "long", "size"};
    static const enum alm_position_rule rules[] = {ALM_POSITION_SIGN, ALM_POSITION_LONG, ALM_POSITION_SIZE};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(text == NULL ? "sign" : text, names[i]) == 0) {
            *out = rules[i];
            return ALM_OK;
        }
    return alm_fail(error, ALM_USAGE, "a position is by sign, long or size, not \"%s\"", text);
}

static enum alm_status read_facts(struct judging *j, struct alm_error *error)
{
    const struct alm_binding binding = alm_bound_integer("run", j->run.run);
    struct alm_rows *rows;
    bool row = false;
    ALM_TRY(alm_rows_open_query(&rows, j->workbench->store, "money_facts", &binding, 1, error));
    const enum alm_status status = alm_rows_step(rows, &row, error);
    if (row) {
        j->settings.n_folds = (size_t)alm_rows_integer(rows, 0);
        j->settings.n_tried = (size_t)alm_rows_integer(rows, 1);
    }
    alm_rows_close(rows);
    ALM_TRY(status);
    return alm_task_table_horizon(&j->settings.horizon, j->workbench->store, j->run.run, error);
}

/* Which series of the run are declared prices, and the names of those that are not. */
static enum alm_status look_at_series(struct judging *j, struct alm_text *left_out, size_t *n_prices,
                                      struct alm_error *error)
{
    const size_t n = j->run.n_series;
    *n_prices = 0;
    ALM_TRY(ALM_NEW(&j->name, n, error));
    ALM_TRY(ALM_NEW(&j->is_price, n, error));
    ALM_TRY(ALM_NEW(&j->has_clock, n, error));
    for (size_t s = 0; s < n; s++) {
        struct alm_series_row row = {0};
        j->name[s] = j->run.series[s].name;
        j->has_clock[s] = strcmp(j->run.series[s].frequency, "index") != 0;
        ALM_TRY(alm_series_table_find(&row, j->workbench->store, j->name[s], error));
        j->is_price[s] = strcmp(row.kind, "price") == 0;
        alm_series_row_clear(&row);
        *n_prices += j->is_price[s];
        if (j->is_price[s]) continue;
        alm_text_append(left_out, left_out->length > 0 ? ", " : "");
        alm_text_append(left_out, j->name[s]);
    }
    return alm_text_check(left_out, error);
}

static enum alm_status prepare(struct judging *j, struct alm_error *error)
{
    struct alm_text left_out = {0};
    size_t n_prices;
    if (j->run.kind != ALM_RUN_BACKTEST || strcmp(j->run.status, "done") != 0)
        return alm_fail(error, ALM_USAGE, "run %lld is no backtest that is done", (long long)j->run.run);
    enum alm_status status = look_at_series(j, &left_out, &n_prices, error);
    if (status == ALM_OK && n_prices == 0)
        status = alm_fail(
            error, ALM_DATA,
            "no series of the run is declared a price, and money is made with prices alone; where one "
            "is: `almanac series set %s kind=price`",
            j->name[0]);
    if (status == ALM_OK && left_out.length > 0)
        status = alm_copy_text(&j->summary->left_out, alm_text_string(&left_out), error);
    alm_text_clear(&left_out);
    if (status == ALM_OK) status = read_facts(j, error);
    j->settings.n_forecasters = j->run.n_forecasters;
    j->settings.n_series = j->run.n_series;
    j->settings.series_name = j->name;
    j->settings.is_price = j->is_price;
    j->settings.has_clock = j->has_clock;
    j->settings.draws = DRAWS;
    j->summary->n_tried = j->settings.n_tried;
    return status;
}

static enum alm_status add_task(void *context, const struct alm_task_result *result, struct alm_error *error)
{
    return alm_market_add(context, result, error);
}

static enum alm_status write_verdict(char **out, const struct alm_market_row *row, size_t n_tried,
                                     struct alm_error *error)
{
    struct alm_text text = {0};
    if (row->money.turnover == 0)
        alm_text_append(&text, "takes no position");
    else if (row->chance.p > 0.05)
        alm_text_printf(&text,
                        "no evidence of timing: %.0f %% of random orders of its positions earn as much",
                        100 * row->chance.p);
    else if (!(row->deflated > 0.95))
        alm_text_printf(&text,
                        "better timing than random orders (p = %.2g), but no more than the best of %zu tried "
                        "may show by luck",
                        row->chance.p, n_tried);
    else
        alm_text_printf(&text, "better timing than random orders (p = %.2g); it pays up to %.3g basis points",
                        row->chance.p, row->money.break_even / BASIS_POINT);
    enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) status = alm_copy_text(out, alm_text_string(&text), error);
    alm_text_clear(&text);
    return status;
}

static enum alm_status keep(void *context, const struct alm_market_row *row, struct alm_error *error)
{
    struct judging *j = context;
    struct alm_money_summary *summary = j->summary;
    const char *strategy = row->strategy == ALM_MARKET_HOLD   ? "buy-and-hold"
                           : row->strategy == ALM_MARKET_FLIP ? "always-flip"
                                                              : j->run.forecaster[row->forecaster].label;
    ALM_TRY(alm_grow((void **)&summary->rows, &j->capacity, summary->n + 1, sizeof *summary->rows, error));
    struct alm_money_row *out = &summary->rows[summary->n++];
    *out = (struct alm_money_row){
        .index = !j->has_clock[row->series],
        .first = row->first,
        .last = row->last,
        .decisions = row->decisions,
        .bars = row->money.bars,
        .total = row->money.total,
        .volatility = row->volatility,
        .sharpe = row->sharpe,
        .sharpe_low = row->sharpe_low,
        .sharpe_high = row->sharpe_high,
        .deflated = row->deflated,
        .p_shuffled = row->chance.p,
        .shuffled = row->chance.total,
        .drawdown = row->money.drawdown,
        .turnover = row->money.turnover,
        .break_even = row->money.break_even / BASIS_POINT,
        .hit_rate = row->money.hit_rate,
    };
    ALM_TRY(alm_copy_text(&out->series, j->name[row->series], error));
    ALM_TRY(alm_copy_text(&out->strategy, strategy, error));
    if (row->strategy != ALM_MARKET_FORECAST) return ALM_OK;
    return write_verdict(&out->verdict, row, j->settings.n_tried, error);
}

static enum alm_status judge(struct judging *j, struct alm_error *error)
{
    ALM_TRY(prepare(j, error));
    ALM_TRY(alm_market_create(&j->market, &j->settings, error));
    const struct alm_sink sink = {j->market, add_task};
    ALM_TRY(alm_task_table_each(j->workbench->store, j->run.run, j->settings.horizon, NULL, 0, &sink, error));
    return alm_market_judge(j->market, j, keep, error);
}

enum alm_status alm_money(struct alm_workbench *workbench, const struct alm_money_request *request,
                          struct alm_money_summary *summary, struct alm_error *error)
{
    struct judging j = {.workbench = workbench, .summary = summary};
    *summary = (struct alm_money_summary){0};
    j.settings.cost = request->cost * BASIS_POINT;
    j.settings.seed = request->seed;
    if (!(request->cost >= 0) || !isfinite(request->cost))
        return alm_fail(error, ALM_USAGE, "a cost is a number of basis points, at least 0");
    ALM_TRY(read_rule(&j.settings.rule, request->position, error));
    ALM_TRY(alm_run_table_find(&j.run, workbench->store, request->run, error));
    const enum alm_status status = judge(&j, error);
    clear(&j);
    return status;
}
