#include "cli/commands.h"
#include "cli/session.h"

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    const char *view = call->n_arguments > 0 ? call->arguments[0] : NULL;
    size_t n = 0;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    enum alm_status status = alm_call_print_query(call, workbench, "schema", "view", view,
                                                  &(struct alm_rows_view){.compact = true}, &n, error);
    if (status == ALM_OK && n == 0)
        status = alm_fail(error, ALM_NOTFOUND, "there is no view \"%s\" (see `almanac schema`)", view);
    alm_workbench_close(workbench);
    return status;
}

const struct alm_command alm_command_schema = {
    .name = "schema",
    .group = "Database",
    .summary = "the documented views of the database: columns, units, meaning",
    .arguments = "[VIEW]",
    .most = 1,
    .description = "The views are the database's public interface: they keep their columns, and any program "
                   "that reads SQLite can use them. Tables may change from version to version.",
    .examples = (const struct alm_example[]){{"schema v_forecast", "the columns of one view"}, {NULL, NULL}},
    .run = run,
};
