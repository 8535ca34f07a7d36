#include "report/tables.h"

#include "report/number.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

static void column_of_metric(struct alm_grid *grid, enum alm_grid_kind kind, const char *code)
{
    struct alm_text name = {0};
    alm_words_metric(&name, code);
    alm_grid_column_add(grid, kind, alm_text_string(&name));
    alm_text_clear(&name);
}

/* ---- leaderboard ---- */

void alm_tables_set_skill(struct alm_grid *grid, size_t column, double skill)
{
    struct alm_text text = {0};
    if (isnan(skill)) return;
    if (skill > 0) alm_text_append(&text, "+");
    alm_number_fixed(&text, 100 * skill, 1);
    alm_text_append(&text, " %");
    alm_grid_set_word(grid, column, skill, alm_text_string(&text));
    alm_text_clear(&text);
}

static void set_p(struct alm_grid *grid, size_t column, double p)
{
    struct alm_text text = {0};
    if (isnan(p)) return;
    alm_number_p(&text, p);
    alm_grid_set_word(grid, column, p, alm_text_string(&text));
    alm_text_clear(&text);
}

void alm_tables_set_duration(struct alm_grid *grid, size_t column, double seconds)
{
    struct alm_text text = {0};
    if (isnan(seconds)) return;
    alm_words_duration(&text, seconds);
    alm_grid_set_word(grid, column, seconds, alm_text_string(&text));
    alm_text_clear(&text);
}

static void set_share(struct alm_grid *grid, size_t column, double share)
{
    struct alm_text text = {0};
    if (isnan(share)) return;
    alm_number_fixed(&text, 100 * share, 1);
    alm_text_append(&text, " %");
    alm_grid_set_word(grid, column, share, alm_text_string(&text));
    alm_text_clear(&text);
}

void alm_tables_leaderboard(struct alm_grid *out, const struct alm_facts *facts)
{
    static const struct {
        const char *code;
        size_t column;
    } errors[] = {{"mae", ALM_LEADER_MAE},           {"rmse", ALM_LEADER_RMSE},   {"smape", ALM_LEADER_SMAPE},
                  {"mase", ALM_LEADER_MASE},         {"rmsse", ALM_LEADER_RMSSE}, {"crps", ALM_LEADER_CRPS},
                  {"log_loss", ALM_LEADER_LOG_LOSS}, {"brier", ALM_LEADER_BRIER}};
    const size_t n = sizeof errors / sizeof *errors;
    const struct alm_table *t = &facts->leader;
    alm_grid_column_add(out, ALM_GRID_NUMBER, "#");
    alm_grid_column_add(out, ALM_GRID_NAME, "forecaster");
    for (size_t i = 0; i < n; i++)
        column_of_metric(out, ALM_GRID_LOW, errors[i].code);
    static const char *const rest[] = {"accuracy", "balanced accuracy", "in 80 %", "in 95 %", "skill", "p",
                                       "fit"};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        alm_grid_column_add(out, ALM_GRID_WORD, rest[i]);
    for (size_t row = 0; row < t->rows; row++) {
        if (alm_table_null(t, row, ALM_LEADER_RANK) && alm_table_null(t, row, ALM_LEADER_MAE) &&
            alm_table_null(t, row, ALM_LEADER_LOG_LOSS))
            continue;
        alm_grid_row_add(out);
        alm_grid_set_number(out, 0, alm_table_number(t, row, ALM_LEADER_RANK));
        alm_grid_set_text(out, 1, alm_table_text(t, row, ALM_LEADER_LABEL));
        for (size_t i = 0; i < n; i++)
            alm_grid_set_number(out, 2 + i, alm_table_number(t, row, errors[i].column));
        static const size_t shares[] = {ALM_LEADER_ACCURACY, ALM_LEADER_BALANCED, ALM_LEADER_COVERAGE_80,
                                        ALM_LEADER_COVERAGE_95};
        for (size_t i = 0; i < 4; i++)
            set_share(out, n + 2 + i, alm_table_number(t, row, shares[i]));
        if (row != alm_facts_naive(facts))
            alm_tables_set_skill(out, n + 6, alm_table_number(t, row, ALM_LEADER_SKILL));
        set_p(out, n + 7, alm_table_number(t, row, ALM_LEADER_P));
        alm_tables_set_duration(out, n + 8, alm_table_number(t, row, ALM_LEADER_FIT_SECONDS));
    }
}

/* ---- errors ---- */

void alm_tables_steps(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->leader;
    const char *code = alm_facts_ranking(facts);
    alm_grid_column_add(out, ALM_GRID_NUMBER, "step");
    for (size_t i = 0; i < t->rows; i++)
        alm_grid_column_add(out, ALM_GRID_LOW, alm_table_text(t, i, ALM_LEADER_LABEL));
    for (size_t step = 1; step <= facts->horizon; step++) {
        alm_grid_row_add(out);
        alm_grid_set_number(out, 0, (double)step);
        for (size_t i = 0; i < t->rows; i++)
            alm_grid_set_number(
                out, 1 + i,
                alm_facts_metric(facts, alm_table_integer(t, i, ALM_LEADER_NO), step, code, NULL));
    }
}

void alm_tables_scores(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->leader;
    const char *code = alm_facts_ranking(facts);
    alm_grid_column_add(out, ALM_GRID_NAME, "series");
    for (size_t i = 0; i < t->rows; i++)
        alm_grid_column_add(out, ALM_GRID_NUMBER, alm_table_text(t, i, ALM_LEADER_LABEL));
    for (size_t row = 0; row < facts->series.rows && row < ALM_FACTS_SERIES; row++) {
        alm_grid_row_add(out);
        alm_grid_set_text(out, 0, alm_table_text(&facts->series, row, ALM_SERIES_NAME));
        for (size_t i = 0; i < t->rows; i++)
            alm_grid_set_number(out, 1 + i,
                                alm_facts_score(facts, alm_table_integer(&facts->series, row, ALM_SERIES_NO),
                                                alm_table_integer(t, i, ALM_LEADER_NO), code));
    }
}

/* Whether the code is that of a central interval, coverage_80. */
static bool is_interval(const char *code)
{
    return strncmp(code, "coverage_", 9) == 0 && code[9] >= '0' && code[9] <= '9';
}

void alm_tables_coverage(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->leader, *m = &facts->metric;
    alm_grid_column_add(out, ALM_GRID_TEXT, "interval");
    for (size_t i = 0; i < t->rows; i++)
        alm_grid_column_add(out, ALM_GRID_WORD, alm_table_text(t, i, ALM_LEADER_LABEL));
    for (size_t k = 0; k < m->rows; k++) {
        const char *code = alm_table_text(m, k, ALM_METRIC_CODE);
        const int64_t first = alm_table_integer(m, 0, ALM_METRIC_FORECASTER);
        if (!is_interval(code) || alm_table_integer(m, k, ALM_METRIC_FORECASTER) != first ||
            alm_table_integer(m, k, ALM_METRIC_STEP) != 0)
            continue;
        struct alm_text name = {0};
        bool any = false;
        for (size_t i = 0; i < t->rows; i++)
            any =
                any || !isnan(alm_facts_metric(facts, alm_table_integer(t, i, ALM_LEADER_NO), 0, code, NULL));
        if (!any) continue;
        alm_grid_row_add(out);
        alm_text_printf(&name, "%s %%", code + 9);
        alm_grid_set_text(out, 0, alm_text_string(&name));
        for (size_t i = 0; i < t->rows; i++)
            set_share(out, 1 + i,
                      alm_facts_metric(facts, alm_table_integer(t, i, ALM_LEADER_NO), 0, code, NULL));
        alm_text_clear(&name);
    }
}

/* ---- what went in ---- */

static void set_time(struct alm_grid *out, size_t column, const struct alm_facts *facts, size_t row,
                     size_t from)
{
    struct alm_text text = {0};
    if (alm_table_null(&facts->series, row, from)) return;
    alm_words_time(&text, alm_table_text(&facts->series, row, ALM_SERIES_FREQUENCY),
                   alm_table_integer(&facts->series, row, from));
    alm_grid_set_text(out, column, alm_text_string(&text));
    alm_text_clear(&text);
}

void alm_tables_series(struct alm_grid *out, const struct alm_facts *facts)
{
    static const struct {
        enum alm_grid_kind kind;
        const char *name;
    } columns[] = {{ALM_GRID_NAME, "series"},   {ALM_GRID_TEXT, "frequency"}, {ALM_GRID_DATE, "first"},
                   {ALM_GRID_DATE, "last"},     {ALM_GRID_NUMBER, "values"},  {ALM_GRID_NUMBER, "missing"},
                   {ALM_GRID_NUMBER, "season"}, {ALM_GRID_NAME, "unit"},      {ALM_GRID_TEXT, "time zone"}};
    const struct alm_table *t = &facts->series;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        alm_grid_column_add(out, columns[i].kind, columns[i].name);
    for (size_t row = 0; row < t->rows && row < ALM_FACTS_SERIES; row++) {
        struct alm_text frequency = {0};
        alm_words_frequency(&frequency, alm_table_text(t, row, ALM_SERIES_FREQUENCY));
        alm_grid_row_add(out);
        alm_grid_set_text(out, 0, alm_table_text(t, row, ALM_SERIES_NAME));
        alm_grid_set_text(out, 1, alm_text_string(&frequency));
        set_time(out, 2, facts, row, ALM_SERIES_FIRST);
        set_time(out, 3, facts, row, ALM_SERIES_LAST);
        alm_grid_set_number(out, 4, alm_table_number(t, row, ALM_SERIES_N));
        if (facts->missing[row] >= 0) alm_grid_set_number(out, 5, (double)facts->missing[row]);
        alm_grid_set_number(out, 6, alm_table_number(t, row, ALM_SERIES_SEASON));
        alm_grid_set_text(out, 7, alm_table_text(t, row, ALM_SERIES_UNIT));
        alm_grid_set_text(out, 8, alm_table_text(t, row, ALM_SERIES_ZONE));
        alm_text_clear(&frequency);
    }
}

void alm_tables_forecasters(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->leader;
    alm_grid_column_add(out, ALM_GRID_NAME, "forecaster");
    alm_grid_column_add(out, ALM_GRID_NAME, "spec");
    for (size_t row = 0; row < t->rows; row++) {
        alm_grid_row_add(out);
        alm_grid_set_text(out, 0, alm_table_text(t, row, ALM_LEADER_LABEL));
        alm_grid_set_text(out, 1, alm_table_text(t, row, ALM_LEADER_SPEC));
    }
}

void alm_tables_failures(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->failure;
    alm_grid_column_add(out, ALM_GRID_NAME, "forecaster");
    alm_grid_column_add(out, ALM_GRID_NUMBER, "times");
    alm_grid_column_add(out, ALM_GRID_NAME, "for example");
    alm_grid_column_add(out, ALM_GRID_DATE, "origin");
    alm_grid_column_add(out, ALM_GRID_NAME, "reason");
    for (size_t row = 0; row < t->rows; row++) {
        struct alm_text origin = {0};
        alm_words_time(&origin, alm_table_text(t, row, ALM_FAILURE_FREQUENCY),
                       alm_table_integer(t, row, ALM_FAILURE_ORIGIN));
        const char *reason = alm_table_text(t, row, ALM_FAILURE_REASON);
        alm_grid_row_add(out);
        alm_grid_set_text(out, 0, alm_table_text(t, row, ALM_FAILURE_LABEL));
        alm_grid_set_number(out, 1, alm_table_number(t, row, ALM_FAILURE_COUNT));
        alm_grid_set_text(out, 2, alm_table_text(t, row, ALM_FAILURE_SERIES));
        alm_grid_set_text(out, 3, alm_text_string(&origin));
        alm_grid_set_text(out, 4, reason[0] != '\0' ? reason : alm_table_text(t, row, ALM_FAILURE_STATUS));
        alm_text_clear(&origin);
    }
}

void alm_tables_checks(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->check;
    static const char *const names[] = {"check", "verdict", "forecaster", "evidence"};
    static const size_t from[] = {ALM_CHECK_NAME, ALM_CHECK_VERDICT, ALM_CHECK_LABEL, ALM_CHECK_EVIDENCE};
    for (size_t i = 0; i < 4; i++)
        alm_grid_column_add(out, i < 2 ? ALM_GRID_TEXT : ALM_GRID_NAME, names[i]);
    alm_grid_column_add(out, ALM_GRID_NUMBER, "statistic");
    alm_grid_column_add(out, ALM_GRID_NUMBER, "threshold");
    for (size_t row = 0; row < t->rows; row++) {
        alm_grid_row_add(out);
        for (size_t i = 0; i < 4; i++)
            alm_grid_set_text(out, i, alm_table_text(t, row, from[i]));
        alm_grid_set_number(out, 4, alm_table_number(t, row, ALM_CHECK_STATISTIC));
        alm_grid_set_number(out, 5, alm_table_number(t, row, ALM_CHECK_THRESHOLD));
    }
}

void alm_tables_definitions(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->definition;
    alm_grid_column_add(out, ALM_GRID_TEXT, "metric");
    alm_grid_column_add(out, ALM_GRID_TEXT, "definition");
    for (size_t row = 0; row < t->rows; row++) {
        struct alm_text name = {0};
        alm_words_metric(&name, alm_table_text(t, row, ALM_DEFINITION_METRIC));
        alm_grid_row_add(out);
        alm_grid_set_text(out, 0, alm_text_string(&name));
        alm_grid_set_text(out, 1, alm_table_text(t, row, ALM_DEFINITION_TEXT));
        alm_text_clear(&name);
    }
}

/* ---- the run ---- */

static void fact(struct alm_grid *out, const char *name, const char *text)
{
    if (text[0] == '\0') return;
    alm_grid_row_add(out);
    alm_grid_set_text(out, 0, name);
    alm_grid_set_text(out, 1, text);
}

static void fact_time(struct alm_grid *out, const char *name, const struct alm_facts *facts, size_t column)
{
    struct alm_text text = {0};
    if (alm_table_null(&facts->run_row, 0, column)) return;
    const int64_t second = 1000000;
    alm_words_time(&text, "S", alm_table_integer(&facts->run_row, 0, column) / second * second);
    alm_text_append(&text, " UTC");
    fact(out, name, alm_text_string(&text));
    alm_text_clear(&text);
}

void alm_tables_run(struct alm_grid *out, const struct alm_facts *facts)
{
    const struct alm_table *t = &facts->run_row;
    struct alm_text text = {0};
    alm_grid_column_add(out, ALM_GRID_TEXT, "what");
    alm_grid_column_add(out, ALM_GRID_NAME, "value");
    alm_text_printf(&text, "%lld", (long long)facts->run);
    fact(out, "run", alm_text_string(&text));
    fact(out, "name", alm_table_text(t, 0, ALM_RUN_NAME));
    fact(out, "kind", alm_table_text(t, 0, ALM_RUN_KIND));
    fact(out, "status", alm_table_text(t, 0, ALM_RUN_STATUS));
    fact(out, "message", alm_table_text(t, 0, ALM_RUN_MESSAGE));
    fact_time(out, "started", facts, ALM_RUN_STARTED);
    fact_time(out, "finished", facts, ALM_RUN_FINISHED);
    if (!alm_table_null(t, 0, ALM_RUN_CPU)) {
        alm_text_reset(&text);
        alm_words_duration(&text, alm_table_number(t, 0, ALM_RUN_CPU));
        fact(out, "CPU time", alm_text_string(&text));
    }
    if (!alm_table_null(t, 0, ALM_RUN_RSS)) {
        alm_text_reset(&text);
        alm_number_short(&text, alm_table_number(t, 0, ALM_RUN_RSS) / 1048576, 3);
        alm_text_append(&text, " MiB");
        fact(out, "peak memory", alm_text_string(&text));
    }
    alm_text_reset(&text);
    alm_text_printf(&text, "%lld", (long long)alm_table_integer(t, 0, ALM_RUN_SEED));
    fact(out, "seed", alm_text_string(&text));
    fact(out, "data digest", alm_table_text(t, 0, ALM_RUN_DIGEST));
    fact(out, "version", alm_table_text(t, 0, ALM_RUN_VERSION));
    fact(out, "kernel", alm_table_text(t, 0, ALM_RUN_KERNEL));
    if (text.failed) out->failed = true;
    alm_text_clear(&text);
}
