#include "cli/cmd_series.h"
#include "cli/commands.h"
#include "cli/session.h"

#include <string.h>

static enum alm_status list(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    const char *pattern = call->n_arguments > 0 ? call->arguments[0] : NULL;
    size_t n = 0;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_call_print_query(call, workbench, "series", "series", pattern,
                                                  &(struct alm_rows_view){.compact = true}, &n, error);
    if (status == ALM_OK && n == 0 && pattern != NULL)
        status =
            alm_fail(error, ALM_NOTFOUND, "no series matches \"%s\" (see `almanac series list`)", pattern);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status show(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_call_need_series(workbench, call->arguments[0], error);
    if (status == ALM_OK)
        status = alm_call_print_query(call, workbench, "series", "series", call->arguments[0],
                                      &(struct alm_rows_view){.record = true}, NULL, error);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status set_one(const struct alm_call *call, struct alm_workbench *workbench,
                               const char *setting, struct alm_error *error)
{
    static const char *const keys[] = {"kind", "unit", "season", NULL};
    char key[32];
    const char *equals = strchr(setting, '=');
    const size_t n = equals == NULL ? 0 : (size_t)(equals - setting);
    if (n == 0 || n >= sizeof key)
        return alm_fail(error, ALM_USAGE, "expected key=value, got \"%s\" (keys: kind, unit, season)",
                        setting);
    memcpy(key, setting, n);
    key[n] = '\0';
    for (size_t i = 0; keys[i] != NULL; i++)
        if (strcmp(keys[i], key) == 0)
            return alm_series_set(workbench, call->arguments[0], key, equals + 1, error);
    const char *near = alm_text_suggest(key, keys);
    return near == NULL ? alm_fail(error, ALM_USAGE, "a series has no \"%s\" (keys: kind, unit, season)", key)
                        : alm_fail(error, ALM_USAGE, "a series has no \"%s\" (did you mean %s?)", key, near);
}

static enum alm_status set(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_call_need_series(workbench, call->arguments[0], error);
    for (size_t i = 1; status == ALM_OK && i < call->n_arguments; i++)
        status = set_one(call, workbench, call->arguments[i], error);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status rename_series(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_call_need_series(workbench, call->arguments[0], error);
    if (status == ALM_OK)
        status = alm_series_rename(workbench, call->arguments[0], call->arguments[1], error);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status drop(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    const char *pattern = call->arguments[0];
    size_t n = 0;
    if (strpbrk(pattern, "*?[") != NULL && !alm_call_has(call, "yes"))
        return alm_fail(error, ALM_USAGE,
                        "\"%s\" may match many series (`almanac series list '%s'` shows which): add --yes",
                        pattern, pattern);
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = ALM_OK;
    if (strpbrk(pattern, "*?[") == NULL) status = alm_call_need_series(workbench, pattern, error);
    if (status == ALM_OK) status = alm_series_drop(&n, workbench, pattern, error);
    if (status == ALM_OK) alm_call_say(call, "dropped %zu series", n);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option drop_options[] = {
    {.name = "yes", .help = "needed to drop by a pattern"},
    {.name = NULL},
};

static const struct alm_command subcommands[] = {
    {.name = "list",
     .summary = "the series, with their calendar and extent",
     .arguments = "[PATTERN]",
     .most = 1,
     .completion = ALM_COMPLETE_SERIES,
     .run = list},
    {.name = "show",
     .summary = "all about one series",
     .arguments = "NAME",
     .least = 1,
     .most = 1,
     .completion = ALM_COMPLETE_SERIES,
     .run = show},
    {.name = "gaps",
     .summary = "where series lack bars or values",
     .arguments = "PATTERN",
     .least = 1,
     .most = 1,
     .description =
         "A gap is a stretch of bars without a value: start and end are the first and the last of them, "
         "duration is the time they stand for. Which bars there should be, the "
         "frequency says. Holidays of business-day series and the regular rests of series that trade "
         "in sessions are no gaps.",
     .completion = ALM_COMPLETE_SERIES,
     .run = alm_series_gaps_run},
    {.name = "export",
     .summary = "the values of series, as CSV unless --format says otherwise",
     .arguments = "PATTERN",
     .least = 1,
     .most = 1,
     .description = alm_series_export_help,
     .options = alm_series_export_options,
     .examples = alm_series_export_examples,
     .completion = ALM_COMPLETE_SERIES,
     .run = alm_series_export_run},
    {.name = "plot",
     .summary = "draw a series in the terminal, or as SVG",
     .arguments = "NAME",
     .least = 1,
     .most = 1,
     .description = alm_series_plot_help,
     .options = alm_series_plot_options,
     .examples = alm_series_plot_examples,
     .completion = ALM_COMPLETE_SERIES,
     .run = alm_series_plot_run},
    {.name = "set",
     .summary = "set kind (numeric or price), unit or season length",
     .arguments = "NAME KEY=VALUE…",
     .least = 2,
     .most = SIZE_MAX,
     .examples = (const struct alm_example[]){{"series set GOOG.close kind=price unit=USD season=5",
                                               "what the values are, and 5 bars to a season"},
                                              {NULL, NULL}},
     .completion = ALM_COMPLETE_SERIES,
     .run = set},
    {.name = "rename",
     .summary = "give a series another name; runs keep the old one",
     .arguments = "NAME NEWNAME",
     .least = 2,
     .most = 2,
     .completion = ALM_COMPLETE_SERIES,
     .run = rename_series},
    {.name = "drop",
     .summary = "remove series and their values; runs keep their forecasts",
     .arguments = "NAME",
     .least = 1,
     .most = 1,
     .options = drop_options,
     .completion = ALM_COMPLETE_SERIES,
     .run = drop},
    {.name = NULL},
};

const struct alm_command alm_command_series = {
    .name = "series",
    .group = "Data",
    .summary = "list, show, export and change the stored series",
    .examples = (const struct alm_example[]){{"series list", "what is there"},
                                             {"series list 'GOOG.*'", "those whose name matches a pattern"},
                                             {"series export GOOG.close > close.csv", "values as CSV"},
                                             {NULL, NULL}},
    .subcommands = subcommands,
};
