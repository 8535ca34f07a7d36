#include "cli/results.h"

#include "base/memory.h"
#include "store/rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum alm_status alm_call_check_resume(const struct alm_call *call, struct alm_error *error)
{
    for (size_t i = 0; i < call->n_given; i++) {
        const char *name = call->given[i].option->name;
        if (alm_option_find(alm_global_options, name) == NULL && strcmp(name, "resume") != 0 &&
            strcmp(name, "jobs") != 0)
            return alm_fail(
                error, ALM_USAGE,
                "--resume takes everything from the stored run; only --jobs may be given, not --%s", name);
    }
    if (call->n_arguments == 0) return ALM_OK;
    return alm_fail(error, ALM_USAGE, "--resume takes everything from the stored run, its series too");
}

struct alm_covariate_names alm_call_covariates(const struct alm_call *call)
{
    struct alm_covariate_names names = {0};
    names.past = alm_call_texts(call, "past", &names.n_past);
    names.future = alm_call_texts(call, "future", &names.n_future);
    names.statics = alm_call_texts(call, "static", &names.n_statics);
    return names;
}

enum { WIDTH = 79 };

/* A sentence as one line, on a terminal as several narrow ones. */
static void print_filled(const char *text)
{
    struct alm_text lines = {0};
    if (isatty(STDOUT_FILENO) == 1)
        alm_help_fill(&lines, text, 0, 2, WIDTH);
    else
        alm_text_printf(&lines, "%s\n", text);
    fputs(alm_text_string(&lines), stdout);
    alm_text_clear(&lines);
}

/* Each forecaster's verdict. */
static enum alm_status print_verdicts(struct alm_workbench *workbench, const char *run,
                                      struct alm_error *error)
{
    struct alm_rows *rows;
    bool row = false;
    ALM_TRY(alm_call_query(&rows, workbench, "leaderboard", "run", run, error));
    const size_t verdict = alm_rows_find_column(rows, "verdict");
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        const char *text = verdict == ALM_NO_COLUMN ? NULL : alm_rows_text(rows, verdict);
        struct alm_text visible = {0};
        if (text != NULL && strcmp(text, "the baseline") != 0) alm_text_append_visible(&visible, text);
        if (visible.length > 0) print_filled(alm_text_string(&visible));
        alm_text_clear(&visible);
        status = alm_rows_step(rows, &row, error);
    }
    alm_query_close(rows);
    return status;
}

/* What the checks of a run found, in a sentence. */
static enum alm_status print_checks(struct alm_workbench *workbench, const char *run, struct alm_error *error)
{
    struct alm_text line = {0};
    const enum alm_status status = alm_call_write_checks(&line, workbench, run, error);
    if (status == ALM_OK && line.length > 0) print_filled(alm_text_string(&line));
    alm_text_clear(&line);
    return status;
}

/* Rows of one query for n runs under one heading. columns ends with NULL; NULL: all that the query has. */
static enum alm_status print_runs(const struct alm_call *call, struct alm_workbench *workbench,
                                  const char *query, const char *const *columns, const char (*runs)[24],
                                  size_t n, struct alm_error *error)
{
    enum { MOST = 64 };
    const char *names[MOST];
    struct alm_printer *printer = NULL;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        struct alm_rows *rows;
        size_t n_columns = 0, n_rows;
        status = alm_call_query(&rows, workbench, query, "run", runs[i], error);
        if (status != ALM_OK) break;
        while (columns != NULL ? columns[n_columns] != NULL : n_columns < alm_rows_n_columns(rows)) {
            if (n_columns == MOST) break;
            names[n_columns] = columns != NULL ? columns[n_columns] : alm_rows_column_name(rows, n_columns);
            n_columns++;
        }
        const struct alm_printer_options options = {
            .columns = names, .n_columns = n_columns, .compact = columns != NULL};
        if (printer == NULL) status = alm_printer_open(&printer, call, &options, error);
        if (status == ALM_OK) status = alm_printer_rows(printer, rows, &n_rows, error);
        alm_query_close(rows);
    }
    struct alm_error second = {0};
    const enum alm_status closed = alm_printer_close(printer, &second);
    return status == ALM_OK && closed != ALM_OK ? alm_fail(error, closed, "%s", second.text) : status;
}

static bool for_people(const struct alm_call *call)
{
    return call->format == ALM_FORMAT_TABLE || call->format == ALM_FORMAT_MD;
}

/* Whether some forecaster of a run forecasts classes. */
static enum alm_status has_classes(bool *has, struct alm_workbench *workbench, const char *run,
                                   struct alm_error *error)
{
    struct alm_rows *rows;
    bool row = false;
    ALM_TRY(alm_call_query(&rows, workbench, "leaderboard", "run", run, error));
    const size_t log_loss = alm_rows_find_column(rows, "log_loss");
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row && !*has) {
        *has = alm_rows_type(rows, log_loss) != ALM_VALUE_NULL;
        status = alm_rows_step(rows, &row, error);
    }
    alm_query_close(rows);
    return status;
}

enum alm_status alm_call_print_leaderboards(const struct alm_call *call, struct alm_workbench *workbench,
                                            const char (*runs)[24], size_t n, struct alm_error *error)
{
    static const char *const columns[] = {"run",     "rank",        "forecaster",  "mae",
                                          "rmse",    "smape",       "mase",        "skill",
                                          "p_naive", "coverage_95", "fit_seconds", NULL};
    static const char *const of_classes[] = {
        "run",   "rank",    "forecaster",  "log_loss", "brier", "accuracy", "balanced_accuracy",
        "skill", "p_naive", "fit_seconds", NULL};
    bool classes = false;
    for (size_t i = 0; i < n && !classes; i++)
        ALM_TRY(has_classes(&classes, workbench, runs[i], error));
    /* the number of the run is only of use beside others */
    const char *const *shown = for_people(call) ? (classes ? of_classes : columns) + (n == 1) : NULL;
    ALM_TRY(print_runs(call, workbench, "leaderboard", shown, runs, n, error));
    for (size_t i = 0; i < n && call->format == ALM_FORMAT_TABLE; i++) {
        fputs("\n", stdout);
        if (n > 1) printf("run %s:\n", runs[i]);
        ALM_TRY(print_verdicts(workbench, runs[i], error));
        ALM_TRY(print_checks(workbench, runs[i], error));
    }
    return ALM_OK;
}

enum alm_status alm_call_print_steps(const struct alm_call *call, struct alm_workbench *workbench,
                                     const char (*runs)[24], size_t n, struct alm_error *error)
{
    static const char *const columns[] = {"run", "forecaster", "step", "metric", "value", "n", NULL};
    const char *const *shown = for_people(call) ? columns + (n == 1) : NULL;
    return print_runs(call, workbench, "error_by_step", shown, runs, n, error);
}

static enum alm_status print_tests(const struct alm_call *call, struct alm_workbench *workbench,
                                   const char *query, const char (*runs)[24], size_t n,
                                   struct alm_error *error)
{
    static const char *const columns[] = {"run",       "test", "forecaster", "other",  "step",
                                          "statistic", "p",    "p_better",   "p_holm", "estimate",
                                          "low",       "high", NULL};
    return print_runs(call, workbench, query, for_people(call) ? columns + (n == 1) : NULL, runs, n, error);
}

enum alm_status alm_call_print_tests(const struct alm_call *call, struct alm_workbench *workbench,
                                     const char (*runs)[24], size_t n, struct alm_error *error)
{
    if (!for_people(call)) return print_tests(call, workbench, "significance", runs, n, error);
    ALM_TRY(print_tests(call, workbench, "tests", runs, n, error));
    if (!alm_call_has(call, "steps")) return ALM_OK;
    fputs("\n", stdout);
    return print_tests(call, workbench, "tests_by_step", runs, n, error);
}

/* ---- forecasts side by side with their quantiles ---- */

struct levels {
    double *value;
    size_t n, capacity;
};

/* One (series, origin, step) of a forecaster; quantiles are looked up as the second cursor passes by. */
struct side_by_side {
    struct alm_rows *forecasts, *quantiles;
    struct alm_printer *printer;
    struct levels levels;
    bool quantile_row;
};

static enum alm_status open_query(struct alm_rows **out, struct alm_workbench *workbench, const char *query,
                                  int64_t run, const char *forecaster, struct alm_error *error)
{
    const struct alm_parameter parameters[] = {
        {.name = "run", .number = (double)run, .has_number = true},
        {.name = "forecaster", .text = forecaster},
    };
    return alm_query_named(out, workbench, query, parameters, 2, error);
}

/* The distinct levels of a run, rising. */
static enum alm_status read_levels(struct levels *levels, struct alm_workbench *workbench, int64_t run,
                                   const char *forecaster, struct alm_error *error)
{
    struct alm_rows *rows;
    bool row = false;
    ALM_TRY(open_query(&rows, workbench, "quantiles", run, forecaster, error));
    const size_t column = alm_rows_find_column(rows, "level");
    enum alm_status status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        const double level = alm_rows_real(rows, column);
        size_t i = 0;
        while (i < levels->n && levels->value[i] < level)
            i++;
        if (i == levels->n || levels->value[i] != level) {
            status = alm_grow((void **)&levels->value, &levels->capacity, levels->n + 1,
                              sizeof *levels->value, error);
            if (status != ALM_OK) break;
            memmove(levels->value + i + 1, levels->value + i, (levels->n - i) * sizeof *levels->value);
            levels->value[i] = level;
            levels->n++;
        }
        status = alm_rows_step(rows, &row, error);
    }
    alm_query_close(rows);
    return status;
}

static const char *text_of(const struct alm_rows *rows, const char *column)
{
    const char *text = alm_rows_text(rows, alm_rows_find_column(rows, column));
    return text == NULL ? "" : text;
}

/* Whether both cursors stand on the same forecast. */
static bool same_forecast(const struct side_by_side *s)
{
    static const char *const key[] = {"forecaster", "series", "origin_time", "step"};
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        if (strcmp(text_of(s->forecasts, key[i]), text_of(s->quantiles, key[i])) != 0) return false;
    return true;
}

static enum alm_status print_row(struct side_by_side *s, struct alm_error *error)
{
    static const char *const shown[] = {"series", "origin_time", "step", "time"};
    for (size_t i = 0; i < 4; i++) {
        const size_t column = alm_rows_find_column(s->forecasts, shown[i]);
        if (alm_rows_type(s->forecasts, column) == ALM_VALUE_INTEGER)
            alm_printer_integer(s->printer, alm_rows_integer(s->forecasts, column));
        else
            alm_printer_text(s->printer, alm_rows_text(s->forecasts, column));
    }
    alm_printer_number(s->printer,
                       alm_rows_real(s->forecasts, alm_rows_find_column(s->forecasts, "forecast")));
    for (size_t i = 0; i < s->levels.n; i++) {
        const bool here =
            s->quantile_row && same_forecast(s) &&
            alm_rows_real(s->quantiles, alm_rows_find_column(s->quantiles, "level")) == s->levels.value[i];
        alm_printer_number(s->printer,
                           here ? alm_rows_real(s->quantiles, alm_rows_find_column(s->quantiles, "value"))
                                : (double)NAN);
        if (here) ALM_TRY(alm_rows_step(s->quantiles, &s->quantile_row, error));
    }
    return alm_printer_row(s->printer, error);
}

static enum alm_status open_printer(struct side_by_side *s, const struct alm_call *call,
                                    struct alm_error *error)
{
    static const char *const fixed[] = {"series", "origin_time", "step", "time", "forecast"};
    const size_t n = 5 + s->levels.n;
    const char **columns;
    char(*names)[24];
    ALM_TRY(ALM_NEW(&columns, n, error));
    enum alm_status status = ALM_NEW(&names, s->levels.n, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        if (i >= 5) snprintf(names[i - 5], sizeof names[i - 5], "q%.10g", s->levels.value[i - 5]);
        columns[i] = i < 5 ? fixed[i] : names[i - 5];
    }
    const struct alm_printer_options options = {.columns = columns, .n_columns = n};
    if (status == ALM_OK) status = alm_printer_open(&s->printer, call, &options, error);
    free(names);
    free(columns);
    return status;
}

static enum alm_status print_all(struct side_by_side *s, const struct alm_call *call,
                                 struct alm_workbench *workbench, int64_t run, const char *forecaster,
                                 struct alm_error *error)
{
    bool row = false;
    ALM_TRY(read_levels(&s->levels, workbench, run, forecaster, error));
    ALM_TRY(open_query(&s->forecasts, workbench, "forecasts", run, forecaster, error));
    ALM_TRY(open_query(&s->quantiles, workbench, "quantiles", run, forecaster, error));
    ALM_TRY(alm_rows_step(s->quantiles, &s->quantile_row, error));
    ALM_TRY(open_printer(s, call, error));
    ALM_TRY(alm_rows_step(s->forecasts, &row, error));
    while (row) {
        ALM_TRY(print_row(s, error));
        if (alm_cancelled(call->cancel)) return alm_fail(error, ALM_INTERRUPTED, "interrupted");
        ALM_TRY(alm_rows_step(s->forecasts, &row, error));
    }
    return ALM_OK;
}

/* The most probable class of every step, when there are classes; *printed says so. */
static enum alm_status print_classes(bool *printed, const struct alm_call *call,
                                     struct alm_workbench *workbench, int64_t run, const char *forecaster,
                                     struct alm_error *error)
{
    static const char *const columns[] = {"series", "origin_time", "step", "time", "class", "probability"};
    const struct alm_printer_options options = {.columns = columns, .n_columns = 6};
    struct alm_rows *rows;
    struct alm_printer *printer = NULL;
    struct alm_error second = {0};
    bool row = false;
    size_t n;
    ALM_TRY(open_query(&rows, workbench, "likely_classes", run, forecaster, error));
    enum alm_status status = alm_rows_step(rows, &row, error);
    alm_query_close(rows);
    *printed = row;
    if (status != ALM_OK || !row) return status;
    ALM_TRY(open_query(&rows, workbench, "likely_classes", run, forecaster, error));
    status = alm_printer_open(&printer, call, &options, error);
    if (status == ALM_OK) status = alm_printer_rows(printer, rows, &n, error);
    alm_query_close(rows);
    const enum alm_status closed = alm_printer_close(printer, &second);
    if (status == ALM_OK && closed != ALM_OK) return alm_fail(error, closed, "%s", second.text);
    if (status == ALM_OK && call->format == ALM_FORMAT_TABLE) {
        ALM_TRY(open_query(&rows, workbench, "likely_classes", run, forecaster, error));
        status = alm_call_print_texts(rows, error);
        alm_query_close(rows);
    }
    if (status == ALM_OK)
        alm_call_advise(call, "the probabilities of all classes", "query probabilities run=%" PRId64, run);
    return status;
}

enum alm_status alm_call_print_forecasts(const struct alm_call *call, struct alm_workbench *workbench,
                                         int64_t run, const char *forecaster, struct alm_error *error)
{
    struct side_by_side s = {0};
    struct alm_error second = {0};
    bool printed;
    ALM_TRY(print_classes(&printed, call, workbench, run, forecaster, error));
    if (printed) return ALM_OK;
    enum alm_status status = print_all(&s, call, workbench, run, forecaster, error);
    const enum alm_status closed = alm_printer_close(s.printer, &second);
    if (status == ALM_OK && closed != ALM_OK) status = alm_fail(error, closed, "%s", second.text);
    if (status == ALM_OK && s.levels.n == 0)
        alm_call_say(call, "no intervals: the history is too short to learn how far the forecasts go astray");
    if (s.forecasts != NULL) alm_query_close(s.forecasts);
    if (s.quantiles != NULL) alm_query_close(s.quantiles);
    free(s.levels.value);
    return status;
}
