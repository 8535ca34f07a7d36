#include "cli/commands.h"
#include "cli/session.h"

#include "base/memory.h"
#include "store/rows.h"

#include <stdlib.h>
#include <string.h>

static enum alm_status list_queries(const struct alm_call *call, struct alm_error *error)
{
    static const char *const columns[] = {"query", "parameters", "meaning"};
    const struct alm_printer_options options = {.columns = columns, .n_columns = 3};
    struct alm_printer *printer;
    struct alm_named_query query;
    ALM_TRY(alm_printer_open(&printer, call, &options, error));
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && alm_named_query_at(&query, i); i++) {
        struct alm_text parameters = {0};
        alm_named_query_parameters(&parameters, query.name);
        alm_printer_text(printer, query.name);
        alm_printer_text(printer, alm_text_string(&parameters));
        alm_printer_text(printer, query.help);
        status = alm_printer_row(printer, error);
        alm_text_clear(&parameters);
    }
    const enum alm_status closed = alm_printer_close(printer, status == ALM_OK ? error : NULL);
    return status == ALM_OK ? closed : status;
}

/* Takes `name=value` apart in place of a copy; value is read as text, which a query compares as it needs. */
static enum alm_status read_parameter(struct alm_parameter *out, char *text, struct alm_error *error)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return alm_fail(error, ALM_USAGE, "expected name=value after the query, got \"%s\"", text);
    *equals = '\0';
    *out = (struct alm_parameter){.name = text, .text = equals + 1};
    out->has_number = alm_text_to_number(&out->number, equals + 1, strlen(equals + 1));
    return ALM_OK;
}

static enum alm_status open_named(struct alm_rows **out, const struct alm_call *call,
                                  struct alm_workbench *workbench, struct alm_error *error)
{
    const size_t n = call->n_arguments - 1;
    struct alm_parameter *parameters;
    char **copies = NULL;
    ALM_TRY(ALM_NEW(&parameters, n, error));
    enum alm_status status = ALM_NEW(&copies, n, error);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        status = alm_copy_text(&copies[i], call->arguments[i + 1], error);
        if (status == ALM_OK) status = read_parameter(&parameters[i], copies[i], error);
    }
    if (status == ALM_OK) status = alm_query_named(out, workbench, call->arguments[0], parameters, n, error);
    for (size_t i = 0; copies != NULL && i < n; i++)
        free(copies[i]);
    free(copies);
    free(parameters);
    return status;
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    struct alm_rows *rows = NULL;
    if (alm_call_has(call, "list")) return list_queries(call, error);
    if (call->n_arguments == 0)
        return alm_fail(error, ALM_USAGE, "give the name of a query (see `almanac query --list`) or SQL");
    const bool sql = strpbrk(call->arguments[0], " \t\n") != NULL;
    if (sql && call->n_arguments > 1)
        return alm_fail(error, ALM_USAGE, "SQL is one argument; parameters belong to named queries");
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = sql ? alm_query_sql(&rows, workbench, call->arguments[0], error)
                                 : open_named(&rows, call, workbench, error);
    if (status == ALM_OK) status = alm_print_rows(call, rows, &(struct alm_rows_view){0}, NULL, error);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "list", .help = "the named queries and their parameters"},
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"query leaderboard run=1", "a named query"},
    {"query \"SELECT series, avg(abs(error)) FROM v_forecast GROUP BY 1\"", "read-only SQL over the views"},
    {NULL, NULL},
};

const struct alm_command alm_command_query = {
    .name = "query",
    .group = "Results",
    .summary = "a named query, or read-only SQL",
    .arguments = "NAME [PARAMETER=VALUE…] | SQL",
    .most = SIZE_MAX,
    .description =
        "SQL runs on a connection of its own that can only read: one SELECT over the views and tables.",
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_QUERY,
    .never_bare = true,
    .run = run,
};
