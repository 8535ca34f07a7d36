#include "cli/commands.h"
#include "cli/session.h"

static enum alm_status backup(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = alm_database_backup(workbench, call->arguments[0], error);
    if (status == ALM_OK) alm_call_say(call, "copied %s to %s", call->database, call->arguments[0]);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status check(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = alm_database_check(workbench, error);
    if (status == ALM_OK) alm_call_say(call, "%s: no problem found", call->database);
    alm_workbench_close(workbench);
    return status;
}

static enum alm_status vacuum(const struct alm_call *call, struct alm_error *error)
{
    struct alm_workbench *workbench;
    ALM_TRY(alm_call_open(&workbench, call, false, error));
    const enum alm_status status = alm_database_vacuum(workbench, error);
    alm_workbench_close(workbench);
    return status;
}

static const struct alm_command subcommands[] = {
    {.name = "backup",
     .summary = "copy the database to FILE, safely while it is in use",
     .arguments = "FILE",
     .least = 1,
     .most = 1,
     .completion = ALM_COMPLETE_FILE,
     .run = backup},
    {.name = "check", .summary = "look at every page and every reference of the file", .run = check},
    {.name = "vacuum", .summary = "rewrite the file without free pages", .run = vacuum},
    {.name = NULL},
};

const struct alm_command alm_command_db = {
    .name = "db",
    .group = "Database",
    .summary = "back up, check and compact the database file",
    .subcommands = subcommands,
};
