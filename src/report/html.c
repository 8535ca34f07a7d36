/* The page: sections in the order a reader asks for them. */
#include "report/report.h"

#include "report/assets.h"
#include "report/chart.h"
#include "report/facts.h"
#include "report/html_parts.h"
#include "report/number.h"
#include "report/tables.h"
#include "report/words.h"

#include <string.h>

#define SHOWN_SERIES 12

/* The command, in pieces that are broken only where they do not fit a line. */
static void append_command(struct alm_text *out, const struct alm_facts *facts)
{
    struct alm_text command = {0}, safe = {0};
    alm_words_command(&command, facts);
    alm_text_append_safe(&safe, alm_text_string(&command));
    alm_text_append(out, "<pre><span>");
    const char *from = alm_text_string(&safe);
    for (const char *next; (next = strstr(from, " --")) != NULL; from = next + 1) {
        alm_text_append_bytes(out, from, (size_t)(next - from));
        alm_text_append(out, "</span> <span>");
    }
    alm_text_append(out, from);
    alm_text_append(out, "</span></pre>\n");
    if (command.failed || safe.failed) out->failed = true;
    alm_text_clear(&command);
    alm_text_clear(&safe);
}

static bool is_search(const struct alm_facts *facts)
{
    return strcmp(alm_table_text(&facts->run_row, 0, ALM_RUN_KIND), "tune") == 0;
}

/* A training has origins and a horizon, but no forecasts. */
static bool is_training(const struct alm_facts *facts)
{
    return strcmp(alm_table_text(&facts->run_row, 0, ALM_RUN_KIND), "train") == 0;
}

static void head(struct alm_text *out, const struct alm_facts *facts)
{
    alm_text_append(out, alm_asset_head_html);
    alm_text_append(out, "<title>");
    alm_html_words(out, alm_words_title, facts);
    alm_text_append(out, " \xC2\xB7 almanac</title>\n<style>\n");
    alm_text_append(out, alm_asset_report_css);
    alm_text_append(out, "</style>\n</head>\n<body>\n<main>\n<header>\n<p>almanac \xC2\xB7 ");
    alm_text_append_safe(out,
                         is_training(facts) ? "training" : alm_table_text(&facts->run_row, 0, ALM_RUN_KIND));
    alm_text_append(out, " report</p>\n<h1><bdi>");
    alm_html_words(out, alm_words_title, facts);
    alm_text_append(out, "</bdi></h1>\n<p class=\"headline\">");
    alm_html_words(out, alm_words_headline, facts);
    alm_text_append(out, "</p>\n<p class=\"parts\"><span>");
    alm_number_count(out, (long long)facts->series.rows, "series", "series");
    alm_text_append(out, "</span> <span>");
    if (is_search(facts))
        alm_number_count(out, (long long)facts->trial.rows, "trial with a loss", "trials with a loss");
    else
        alm_number_count(out, (long long)facts->leader.rows, "forecaster", "forecasters");
    if (!is_training(facts) && !is_search(facts)) {
        alm_text_append(out, "</span> <span>");
        alm_number_count(out, (long long)facts->n_folds, "origin", "origins");
    }
    alm_text_append(out, "</span> <span>horizon ");
    alm_number_count(out, (long long)facts->horizon, "bar", "bars");
    if (!alm_table_null(&facts->run_row, 0, ALM_RUN_STARTED)) {
        alm_text_append(out, "</span> <span>");
        const int64_t day = INT64_C(86400000000);
        alm_words_time(out, "D", alm_table_integer(&facts->run_row, 0, ALM_RUN_STARTED) / day * day);
    }
    alm_text_append(out, "</span>");
    alm_text_append(out, "</p>\n</header>\n");
}

/* ---- sections ---- */

/* Those that the headline does not say already. */
static void verdicts(struct alm_text *out, const struct alm_facts *facts)
{
    struct alm_text list = {0}, verdict = {0};
    for (size_t i = 0; i < facts->leader.rows; i++) {
        if (i == alm_facts_naive(facts) || i == alm_words_headline_row(facts)) continue;
        alm_text_reset(&verdict);
        alm_words_verdict(&verdict, facts, i);
        if (verdict.length == 0) continue;
        alm_text_append(&list, "<li>");
        alm_text_append_safe(&list, alm_text_string(&verdict));
        alm_text_append(&list, "</li>\n");
    }
    if (list.length > 0) {
        alm_text_append(out, "<ul class=\"verdicts\">\n");
        alm_text_append(out, alm_text_string(&list));
        alm_text_append(out, "</ul>\n");
    }
    if (list.failed || verdict.failed) out->failed = true;
    alm_text_clear(&list);
    alm_text_clear(&verdict);
}

static enum alm_status section_leaderboard(struct alm_text *out, const struct alm_facts *facts,
                                           struct alm_error *error)
{
    if (alm_words_unscored(facts)[0] != '\0') return ALM_OK; /* the headline says why */
    alm_html_heading(out, "leaderboard", "Leaderboard");
    verdicts(out, facts);
    ALM_TRY(alm_html_table(out, alm_tables_leaderboard, facts, NULL, error));
    alm_text_append(out, "<p class=\"note\">Ranked by ");
    alm_words_metric(out, alm_facts_ranking(facts));
    alm_text_append(
        out, "; the lowest error of a column is bold. Skill: part of the baseline\xE2\x80\x99s error that is "
             "saved. p: one-sided, for a smaller error than it");
    alm_text_append(out,
                    facts->leader.rows > 3 ? ", not corrected for the number of forecasters compared" : "");
    alm_text_append(out, ". Fit: CPU time of all fits.</p>\n");
    return alm_html_details(out, "What the columns mean, exactly", alm_tables_definitions, facts, error);
}

static enum alm_status section_failures(struct alm_text *out, const struct alm_facts *facts,
                                        struct alm_error *error)
{
    const int64_t failed = alm_table_integer(&facts->extent, 0, ALM_EXTENT_FAILED);
    if (failed > 0) {
        alm_html_heading(out, "failures", "Failed fits");
        alm_text_append(out, "<p>");
        alm_number_fixed(out, (double)failed, 0);
        alm_text_append(out, " of ");
        alm_number_count(out, (long long)alm_table_integer(&facts->extent, 0, ALM_EXTENT_TASKS), "forecast",
                         "forecasts");
        alm_text_append(out, " could not be made. They are left out of the errors above.</p>\n");
        ALM_TRY(alm_html_table(out, alm_tables_failures, facts, NULL, error));
    }
    if (facts->check.rows > 0) {
        alm_html_heading(out, "checks", "Checks");
        ALM_TRY(alm_html_table(out, alm_tables_checks, facts, NULL, error));
    }
    return ALM_OK;
}

/* How to see the series that have no chart. */
static void more_series(struct alm_text *out, const struct alm_facts *facts)
{
    alm_text_append(out, "<p class=\"note\">");
    alm_number_fixed(out, (double)(facts->series.rows - SHOWN_SERIES), 0);
    alm_text_append(
        out,
        " more series are not drawn. Their rows:</p>\n<pre>almanac query \"SELECT * FROM v_forecast WHERE "
        "run = ");
    alm_text_printf(out, "%lld AND series = 'NAME'\"</pre>\n", (long long)facts->run);
}

static enum alm_status section_series(struct alm_text *out, struct alm_store *store,
                                      const struct alm_facts *facts, struct alm_error *error)
{
    const size_t n = facts->series.rows;
    if (is_training(facts) || (is_search(facts) && n > 0)) return ALM_OK;
    alm_html_heading(out, "forecasts", "Forecasts");
    if (n == 0) alm_text_append(out, "<p class=\"none\">The run has no series.</p>\n");
    for (size_t i = 0; i < n && i < SHOWN_SERIES; i++) {
        alm_text_append(out, "<h3><bdi>");
        alm_text_append_safe(out, alm_table_text(&facts->series, i, ALM_SERIES_NAME));
        alm_text_append(out, "</bdi></h3>\n");
        if (alm_facts_numbers(facts) || !alm_facts_classes(facts))
            ALM_TRY(alm_chart_series(out, store, facts, i, error));
        if (alm_facts_classes(facts)) ALM_TRY(alm_chart_classes(out, store, facts, i, error));
    }
    if (n > SHOWN_SERIES) more_series(out, facts);
    return ALM_OK;
}

static enum alm_status section_errors(struct alm_text *out, const struct alm_facts *facts,
                                      struct alm_error *error)
{
    if (alm_words_unscored(facts)[0] != '\0') return ALM_OK;
    if (facts->horizon > 1) {
        alm_html_heading(out, "steps", "Error by step");
        ALM_TRY(alm_chart_error(out, facts, error));
        ALM_TRY(alm_html_details(out, "The numbers", alm_tables_steps, facts, error));
    }
    if (facts->series.rows > 1) {
        alm_html_heading(out, "scores", "Error by series");
        struct alm_text caption = {0};
        alm_words_metric(&caption, alm_facts_ranking(facts));
        if (facts->series.rows > ALM_FACTS_SERIES)
            alm_text_printf(&caption, ", the first %d of %zu series; all are in the view v_metric",
                            ALM_FACTS_SERIES, facts->series.rows);
        const enum alm_status status =
            alm_html_table(out, alm_tables_scores, facts, alm_text_string(&caption), error);
        alm_text_clear(&caption);
        return status;
    }
    return ALM_OK;
}

static enum alm_status section_models(struct alm_text *out, const struct alm_facts *facts,
                                      struct alm_error *error)
{
    if (facts->epoch.rows > 0) {
        alm_html_heading(out, "training", "Training");
        ALM_TRY(alm_chart_training(out, facts, error));
    }
    if (alm_words_unscored(facts)[0] != '\0') return ALM_OK;
    if (alm_facts_classes(facts)) ALM_TRY(alm_html_classes(out, facts, error));
    if (alm_facts_classes(facts) && !alm_facts_numbers(facts)) return ALM_OK;
    alm_html_heading(out, "calibration", "Calibration");
    alm_chart_coverage(out, facts);
    return alm_html_table(out, alm_tables_coverage, facts, "Actual values inside the interval", error);
}

/* What a search found. */
static enum alm_status section_trials(struct alm_text *out, const struct alm_facts *facts,
                                      struct alm_error *error)
{
    if (facts->trial.rows == 0) return ALM_OK;
    alm_html_heading(out, "trials", "Trials");
    ALM_TRY(
        alm_html_table(out, alm_tables_trials, facts,
                       "The best, on inner folds of the training span: what the best is worth, only later "
                       "folds can say",
                       error));
    if (facts->sensitivity.rows > 0) {
        alm_text_append(out, "<h3>What mattered</h3>\n");
        ALM_TRY(alm_html_table(out, alm_tables_sensitivity, facts,
                               "share: of the variance of log loss between groups of values, corrected for "
                               "chance; rank correlation: Spearman, of value and loss",
                               error));
    }
    alm_chart_lookback(out, facts);
    return ALM_OK;
}

static enum alm_status section_setup(struct alm_text *out, const struct alm_facts *facts,
                                     struct alm_error *error)
{
    alm_html_heading(out, "setup", "What was run");
    alm_text_append(out, "<p>");
    alm_html_words(out, alm_words_protocol, facts);
    const int64_t filled = alm_table_integer(&facts->extent, 0, ALM_EXTENT_FILLED);
    if (filled > 0) {
        alm_text_append(out, " Missing values were filled with the last one before, ");
        alm_number_count(out, (long long)filled, "time", "times");
        alm_text_append(out, " over all fits.");
    }
    alm_text_append(out, "</p>\n<p class=\"note\">The same again");
    if (facts->series.rows > SHOWN_SERIES) alm_text_append(out, ", where the pattern means the series below");
    alm_text_append(out, ":</p>\n");
    append_command(out, facts);
    alm_text_append(out, "<h3>Series</h3>\n");
    ALM_TRY(alm_html_table(out, alm_tables_series, facts, NULL, error));
    if (facts->series.rows > ALM_FACTS_SERIES)
        alm_text_printf(out, "<p class=\"note\">The first %d of %zu series.</p>\n", ALM_FACTS_SERIES,
                        facts->series.rows);
    alm_text_append(out, "<h3>Forecasters</h3>\n");
    ALM_TRY(alm_html_table(out, alm_tables_forecasters, facts, NULL, error));
    alm_text_append(out, "<h3>Run</h3>\n");
    ALM_TRY(alm_html_table(out, alm_tables_run, facts, NULL, error));
    alm_text_append(
        out,
        "<p class=\"note\">The same data, options, seed, version and kernel give the same numbers to the "
        "last bit.</p>\n");
    return ALM_OK;
}

static enum alm_status body(struct alm_text *out, struct alm_store *store, const struct alm_facts *facts,
                            struct alm_error *error)
{
    head(out, facts);
    ALM_TRY(section_leaderboard(out, facts, error));
    ALM_TRY(section_trials(out, facts, error));
    ALM_TRY(section_series(out, store, facts, error));
    ALM_TRY(section_errors(out, facts, error));
    ALM_TRY(section_models(out, facts, error));
    ALM_TRY(section_failures(out, facts, error));
    ALM_TRY(section_setup(out, facts, error));
    alm_text_append(out, "<footer>Times are UTC. Made from the database by almanac ");
    alm_text_append_safe(out, alm_table_text(&facts->run_row, 0, ALM_RUN_VERSION));
    alm_text_append(out, ".</footer>\n");
    alm_text_append(out, alm_asset_foot_html);
    return alm_text_check(out, error);
}

enum alm_status alm_report_html(struct alm_text *out, struct alm_store *store, int64_t run,
                                struct alm_error *error)
{
    struct alm_facts facts;
    enum alm_status status = alm_facts_load(&facts, store, run, error);
    if (status == ALM_OK) status = body(out, store, &facts, error);
    alm_facts_clear(&facts);
    return status;
}
