#include "cli/commands.h"
#include "cli/printer.h"
#include "cli/results.h"
#include "cli/session.h"
#include "series/timestamp.h"

#include <stdbool.h>

static const double DEFAULT_COST = 5;

static void push_time(struct alm_printer *printer, bool index, int64_t ts)
{
    struct alm_text time = {0};
    if (index) {
        alm_printer_integer(printer, ts);
        return;
    }
    alm_ts_write_iso(&time, ts);
    alm_printer_text(printer, alm_text_string(&time));
    alm_text_clear(&time);
}

static enum alm_status print_row(struct alm_printer *printer, const struct alm_money_row *row, bool wide,
                                 struct alm_error *error)
{
    const double numbers[] = {row->total,       row->volatility, row->sharpe,     row->sharpe_low,
                              row->sharpe_high, row->deflated,   row->p_shuffled, row->shuffled,
                              row->drawdown,    row->turnover,   row->break_even, row->hit_rate};
    alm_printer_text(printer, row->series);
    alm_printer_text(printer, row->strategy);
    if (wide) {
        push_time(printer, row->index, row->first);
        push_time(printer, row->index, row->last);
    }
    alm_printer_integer(printer, (int64_t)row->decisions);
    alm_printer_integer(printer, (int64_t)row->bars);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        alm_printer_number(printer, numbers[i]);
    if (wide) alm_printer_text(printer, row->verdict);
    return alm_printer_row(printer, error);
}

/* A table has the sentences below it, other formats in a column. */
static enum alm_status print(const struct alm_call *call, const struct alm_money_summary *summary,
                             struct alm_error *error)
{
    static const char *const columns[] = {"series",      "strategy",   "first",      "last",     "decisions",
                                          "bars",        "return",     "volatility", "sharpe",   "sharpe_low",
                                          "sharpe_high", "deflated",   "p_shuffled", "shuffled", "drawdown",
                                          "turnover",    "break_even", "hit_rate",   "verdict"};
    enum { N = sizeof columns / sizeof *columns };
    const char *used[N];
    const bool wide = call->format != ALM_FORMAT_TABLE && call->format != ALM_FORMAT_MD;
    size_t n = 0;
    for (size_t i = 0; i < N; i++)
        if (wide || (i != 2 && i != 3 && i + 1 != N)) used[n++] = columns[i];
    struct alm_printer *printer;
    ALM_TRY(alm_printer_open(&printer, call, &(struct alm_printer_options){.columns = used, .n_columns = n},
                             error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < summary->n; i++)
        status = print_row(printer, &summary->rows[i], wide, error);
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}

static void say(const struct alm_call *call, const struct alm_money_summary *summary, double cost)
{
    alm_call_say(
        call,
        "a test of forecasts, not advice: positions are taken one bar after the forecast, every unit of "
        "turnover costs %g basis points",
        cost);
    if (summary->left_out != NULL)
        alm_call_say(call, "left out, as they are no prices: %s", summary->left_out);
    for (size_t i = 0; i < summary->n; i++)
        if (summary->rows[i].verdict != NULL)
            alm_call_say(call, "%s, %s: %s", summary->rows[i].series, summary->rows[i].strategy,
                         summary->rows[i].verdict);
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    struct alm_money_summary summary;
    size_t n;
    const double *cost = alm_call_numbers(call, "cost", &n);
    const struct alm_money_request request = {
        .run = call->arguments[0],
        .position = alm_call_text(call, "position"),
        .cost = n > 0 ? cost[n - 1] : DEFAULT_COST,
        .seed = alm_call_count(call, "seed", 1),
    };
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_money(workbench, &request, &summary, error);
    if (status == ALM_OK) status = print(call, &summary, error);
    if (status == ALM_OK) say(call, &summary, request.cost);
    alm_money_summary_clear(&summary);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "position",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "RULE",
     .choices = "sign|long|size",
     .help = "by the sign of the forecast return (default), the same without selling short, or by its size"},
    {.name = "cost",
     .kind = ALM_ARGUMENT_NUMBERS,
     .value = "BPS",
     .minimum = 0,
     .maximum = 10000,
     .help = "cost of a unit of turnover in basis points, 0.01 % (default 5)"},
    ALM_OPTION_SEED,
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"money 1", "what positions by the forecasts of run 1 would have earned"},
    {"money 1 --position long --cost 20", "never short, at 20 basis points"},
    {NULL, NULL},
};

const struct alm_command alm_command_money = {
    .name = "money",
    .group = "Results",
    .summary = "what forecasts of prices would have earned: a test, not advice",
    .arguments = "RUN",
    .least = 1,
    .most = 1,
    .description = "For series declared prices (`series set NAME kind=price`; open, high, low and close are) "
                   "and runs of at least "
                   "two steps. The position follows the forecast return from the first step to the last, is "
                   "taken at the bar "
                   "after the origin and held until the next origin's is; nothing is earned before.\n\n"
                   "Beside it stand buying and holding and turning round at every decision. p_shuffled is "
                   "the share of random "
                   "orders of the same positions that earn as much before costs, shuffled their median "
                   "return after costs. "
                   "deflated is the probability that the Sharpe ratio exceeds what the best of all "
                   "configurations tried on these "
                   "series would show without skill. break_even is the cost at which nothing is left.",
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_RUN,
    .run = run,
};
