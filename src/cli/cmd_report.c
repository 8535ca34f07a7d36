#include "cli/commands.h"
#include "cli/session.h"

#include <string.h>

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    const char *path = alm_call_text(call, "output");
    const char *format = call->format_stated && call->format == ALM_FORMAT_MD ? "md" : "html";
    if (path == NULL) return alm_fail(error, ALM_USAGE, "say where to write it: -o FILE");
    const size_t n = strlen(path);
    if (n > 3 && strcmp(path + n - 3, ".md") == 0) format = "md";
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = alm_report(workbench, call->arguments[0], path, format, error);
    if (status == ALM_OK) alm_call_say(call, "wrote %s", path);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = ALM_ARGUMENT_TEXT,
     .value = "FILE",
     .help = "where to write it; FILE.md or --format md gives Markdown",
     .completion = ALM_COMPLETE_FILE},
    {.name = NULL},
};

const struct alm_command alm_command_report = {
    .name = "report",
    .group = "Results",
    .summary = "one self-contained HTML file of a run, with charts",
    .arguments = "RUN",
    .least = 1,
    .most = 1,
    .options = options,
    .completion = ALM_COMPLETE_RUN,
    .run = run,
};
