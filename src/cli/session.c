#include "cli/session.h"

#include "base/memory.h"
#include "cli/meter.h"
#include "store/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum alm_status alm_call_open(struct alm_workbench **out, const struct alm_call *call, bool create,
                              struct alm_error *error)
{
    const struct alm_workbench_options options = {
        .path = call->database,
        .create = create,
        .fast = call->fast,
        .cancel = call->cancel,
        .progress = call->meter == NULL ? NULL : alm_meter_progress(call->meter),
    };
    const bool absent = access(call->database, F_OK) != 0;
    const enum alm_status status = alm_workbench_open(out, &options, error);
    if (status == ALM_NOTFOUND && absent)
        return alm_fail(error, ALM_NOTFOUND,
                        "there is no database %s: `almanac import FILE.csv` makes it, --db FILE or "
                        "$ALMANAC_DB names another",
                        call->database);
    if (status == ALM_OK && absent && !call->database_stated)
        alm_call_say(call, "made the database %s", call->database);
    return status;
}

enum alm_status alm_call_query(struct alm_rows **out, struct alm_workbench *workbench, const char *query,
                               const char *parameter, const char *value, struct alm_error *error)
{
    const struct alm_parameter parameters[] = {{.name = parameter, .text = value}};
    return alm_query_named(out, workbench, query, parameters, parameter == NULL ? 0 : 1, error);
}

enum alm_status alm_call_print_query(const struct alm_call *call, struct alm_workbench *workbench,
                                     const char *query, const char *parameter, const char *value,
                                     const struct alm_rows_view *view, size_t *n, struct alm_error *error)
{
    struct alm_rows *rows;
    ALM_TRY(alm_call_query(&rows, workbench, query, parameter, value, error));
    return alm_print_rows(call, rows, view, n, error);
}

void alm_names_free(char **names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        free(names[i]);
    free(names);
}

enum alm_status alm_call_names(char ***out, struct alm_workbench *workbench, const char *query,
                               const char *column, struct alm_error *error)
{
    struct alm_rows *rows;
    char **names = NULL;
    size_t n = 0, capacity = 0;
    bool row;
    *out = NULL;
    ALM_TRY(alm_call_query(&rows, workbench, query, NULL, NULL, error));
    const size_t j = alm_rows_find_column(rows, column);
    enum alm_status status = alm_grow((void **)&names, &capacity, 1, sizeof *names, error);
    if (status == ALM_OK) names[0] = NULL;
    if (status == ALM_OK) status = alm_rows_step(rows, &row, error);
    while (status == ALM_OK && row) {
        const char *text = j == ALM_NO_COLUMN ? NULL : alm_rows_text(rows, j);
        status = alm_grow((void **)&names, &capacity, n + 2, sizeof *names, error);
        if (status == ALM_OK && text != NULL) {
            status = alm_copy_text(&names[n], text, error);
            if (status == ALM_OK) n++;
            names[n] = NULL;
        }
        if (status == ALM_OK) status = alm_rows_step(rows, &row, error);
    }
    alm_query_close(rows);
    if (status != ALM_OK) {
        alm_names_free(names);
        return status;
    }
    *out = names;
    return ALM_OK;
}

/* what: "series"; list: where to look. */
static enum alm_status need(struct alm_workbench *workbench, const char *query, const char *column,
                            const char *what, const char *list, const char *name, struct alm_error *error)
{
    char **names;
    ALM_TRY(alm_call_names(&names, workbench, query, column, error));
    bool found = false;
    for (size_t i = 0; names[i] != NULL && !found; i++)
        found = strcmp(names[i], name) == 0;
    enum alm_status status = ALM_OK;
    if (!found) {
        const char *near = alm_text_suggest(name, (const char *const *)names);
        if (near != NULL)
            status =
                alm_fail(error, ALM_NOTFOUND, "there is no %s \"%s\" (did you mean %s?)", what, name, near);
        else
            status = alm_fail(error, ALM_NOTFOUND, "there is no %s \"%s\" (see `%s`)", what, name, list);
    }
    alm_names_free(names);
    return status;
}

enum alm_status alm_call_need_series(struct alm_workbench *workbench, const char *name,
                                     struct alm_error *error)
{
    return need(workbench, "series", "series", "series", "almanac series list", name, error);
}

enum alm_status alm_call_need_model(struct alm_workbench *workbench, const char *name,
                                    struct alm_error *error)
{
    return need(workbench, "models", "model", "kept model", "almanac models list", name, error);
}

static bool is_plain(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-")] == '\0';
}

void alm_call_write_prefix(struct alm_text *out, const struct alm_call *call)
{
    const char *stated = alm_call_text(call, "db");
    alm_text_append(out, "almanac ");
    if (stated == NULL) return;
    alm_text_append(out, is_plain(stated) ? "--db " : "--db '");
    alm_text_append(out, stated);
    alm_text_append(out, is_plain(stated) ? " " : "' ");
}

void alm_call_advise(const struct alm_call *call, const char *help, const char *format, ...)
{
    struct alm_text text = {0};
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    alm_call_write_prefix(&text, call);
    alm_text_append(&text, line);
    alm_call_say(call, "  %-52s  %s", alm_text_string(&text), help);
    alm_text_clear(&text);
}
