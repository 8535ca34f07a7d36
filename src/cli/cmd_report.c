#include "cli/commands.h"
#include "cli/session.h"

#include <string.h>

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    const char *path = alm_call_text(call, "output");
    const char *format = alm_call_text(call, "format");
    if (path == NULL) return alm_fail(error, ALM_USAGE, "say where to write it: -o FILE");
    if (strcmp(path, "-") == 0)
        return alm_fail(error, ALM_USAGE, "-o -: a report goes into a file; name one");
    const size_t n = strlen(path);
    if (format == NULL) format = n > 3 && strcmp(path + n - 3, ".md") == 0 ? "md" : "html";
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
     .help = "where to write it",
     .completion = ALM_COMPLETE_FILE},
    {.name = "format",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "FORMAT",
     .choices = "html|md",
     .help = "html (default) or md; default for FILE.md: md"},
    {.name = NULL},
};

static const struct alm_example examples[] = {
    {"report 1 -o report.html", "open it in any browser; it needs no network"},
    {NULL, NULL},
};

const struct alm_command alm_command_report = {
    .name = "report",
    .group = "Results",
    .summary = "one self-contained HTML file of a run, with charts",
    .arguments = "RUN",
    .least = 1,
    .most = 1,
    .options = options,
    .examples = examples,
    .completion = ALM_COMPLETE_RUN,
    .run = run,
};
