/* The same words and tables as the page, as Markdown. */
#include "report/report.h"

#include "report/facts.h"
#include "report/number.h"
#include "report/tables.h"
#include "report/words.h"

#include <string.h>

/* Text outside of tables: nothing in it can start markup, HTML or a new line. */
static void append_plain(struct alm_text *out, const char *text)
{
    struct alm_text visible = {0};
    alm_text_append_visible(&visible, text);
    for (const char *p = alm_text_string(&visible); *p != '\0'; p++) {
        if (*p == '<')
            alm_text_append(out, "&lt;");
        else if (*p == '&')
            alm_text_append(out, "&amp;");
        else {
            if (strchr("\\`*_[]#", *p) != NULL) alm_text_append(out, "\\");
            alm_text_append_bytes(out, p, 1);
        }
    }
    if (visible.failed) out->failed = true;
    alm_text_clear(&visible);
}

static void append_words(struct alm_text *out, void (*write)(struct alm_text *, const struct alm_facts *),
                         const struct alm_facts *facts)
{
    struct alm_text text = {0};
    write(&text, facts);
    append_plain(out, alm_text_string(&text));
    if (text.failed) out->failed = true;
    alm_text_clear(&text);
}

/* The command as an indented block: nothing in it is markup. */
static void append_command(struct alm_text *out, const struct alm_facts *facts)
{
    struct alm_text command = {0};
    alm_words_command(&command, facts);
    alm_text_append(out, "\nThe same again:\n\n    ");
    alm_text_append_visible(out, alm_text_string(&command));
    alm_text_append(out, "\n");
    if (command.failed) out->failed = true;
    alm_text_clear(&command);
}

static enum alm_status append_table(struct alm_text *out, const char *title,
                                    void (*fill)(struct alm_grid *, const struct alm_facts *),
                                    const struct alm_facts *facts, struct alm_error *error)
{
    struct alm_grid grid = {0};
    fill(&grid, facts);
    const enum alm_status status = alm_grid_check(&grid, error);
    if (status == ALM_OK && grid.rows > 0) {
        alm_text_printf(out, "\n## %s\n\n", title);
        alm_grid_write_md(out, &grid);
    }
    alm_grid_clear(&grid);
    return status;
}

/* Those that the headline does not say already. */
static void verdicts(struct alm_text *out, const struct alm_facts *facts)
{
    struct alm_text verdict = {0};
    bool first = true;
    for (size_t i = 0; i < facts->leader.rows; i++) {
        if (i == alm_facts_naive(facts) || i == alm_words_headline_row(facts)) continue;
        alm_text_reset(&verdict);
        alm_words_verdict(&verdict, facts, i);
        if (verdict.length == 0) continue;
        alm_text_append(out, first ? "\n- " : "- ");
        append_plain(out, alm_text_string(&verdict));
        alm_text_append(out, "\n");
        first = false;
    }
    if (verdict.failed) out->failed = true;
    alm_text_clear(&verdict);
}

/* `Error by step: MASE` */
static enum alm_status append_errors(struct alm_text *out, const struct alm_facts *facts,
                                     struct alm_error *error)
{
    struct alm_text title = {0};
    enum alm_status status = ALM_OK;
    alm_text_append(&title, "Error by step: ");
    alm_words_metric(&title, alm_facts_ranking(facts));
    if (facts->horizon > 1)
        status = append_table(out, alm_text_string(&title), alm_tables_steps, facts, error);
    alm_text_reset(&title);
    alm_text_append(&title, "Error by series: ");
    alm_words_metric(&title, alm_facts_ranking(facts));
    if (status == ALM_OK && facts->series.rows > 1)
        status = append_table(out, alm_text_string(&title), alm_tables_scores, facts, error);
    alm_text_clear(&title);
    return status;
}

/* What was taken for what, by forecaster. */
static enum alm_status append_confusions(struct alm_text *out, const struct alm_facts *facts,
                                         struct alm_error *error)
{
    enum alm_status status = ALM_OK;
    if (facts->confusion.rows == 0) return ALM_OK;
    alm_text_append(out, "\n## What was taken for what\n");
    for (size_t row = 0; status == ALM_OK && row < facts->leader.rows; row++) {
        struct alm_grid grid = {0};
        alm_tables_confusion(&grid, facts, alm_table_integer(&facts->leader, row, ALM_LEADER_NO));
        status = alm_grid_check(&grid, error);
        alm_text_append(out, "\n");
        append_plain(out, alm_table_text(&facts->leader, row, ALM_LEADER_LABEL));
        alm_text_append(out, alm_tables_confusion_is_matrix(facts)
                                 ? " (down what occurred, across the most probable class):\n\n"
                                 : " (the most probable class counts as forecast):\n\n");
        alm_grid_write_md(out, &grid);
        alm_grid_clear(&grid);
    }
    return status;
}

static enum alm_status body(struct alm_text *out, const struct alm_facts *facts, struct alm_error *error)
{
    alm_text_append(out, "# ");
    append_words(out, alm_words_title, facts);
    alm_text_append(out, "\n\n**");
    append_words(out, alm_words_headline, facts);
    alm_text_append(out, "**\n\n");
    append_words(out, alm_words_protocol, facts);
    alm_text_append(out, "\n");
    if (alm_words_unscored(facts)[0] == '\0') {
        verdicts(out, facts);
        ALM_TRY(append_table(out, "Leaderboard", alm_tables_leaderboard, facts, error));
        ALM_TRY(append_errors(out, facts, error));
        ALM_TRY(append_table(out, "Coverage of the intervals", alm_tables_coverage, facts, error));
        ALM_TRY(append_confusions(out, facts, error));
    }
    ALM_TRY(append_table(out, "Trials", alm_tables_trials, facts, error));
    ALM_TRY(append_table(out, "What mattered", alm_tables_sensitivity, facts, error));
    ALM_TRY(append_table(out, "Failed fits", alm_tables_failures, facts, error));
    ALM_TRY(append_table(out, "Checks", alm_tables_checks, facts, error));
    ALM_TRY(append_table(out, "Definitions", alm_tables_definitions, facts, error));
    ALM_TRY(append_table(out, "Series", alm_tables_series, facts, error));
    ALM_TRY(append_table(out, "Forecasters", alm_tables_forecasters, facts, error));
    ALM_TRY(append_table(out, "Run", alm_tables_run, facts, error));
    append_command(out, facts);
    return alm_text_check(out, error);
}

enum alm_status alm_report_md(struct alm_text *out, struct alm_store *store, int64_t run,
                              struct alm_error *error)
{
    struct alm_facts facts;
    enum alm_status status = alm_facts_load(&facts, store, run, error);
    if (status == ALM_OK) status = body(out, &facts, error);
    alm_facts_clear(&facts);
    return status;
}
