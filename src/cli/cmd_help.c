#include "cli/commands.h"
#include "cli/manual.h"

#include <stdio.h>

static enum alm_status find_subject(const struct alm_command **parent, const struct alm_command **command,
                                    const struct alm_call *call, struct alm_error *error)
{
    const char *near;
    *parent = NULL;
    *command = NULL;
    if (call->n_arguments == 0) return ALM_OK;
    const char *name = call->arguments[0];
    *command = alm_command_find(name);
    if (*command == NULL) {
        near = alm_command_suggest(NULL, name);
        return near == NULL ? alm_fail(error, ALM_USAGE, "no command \"%s\" (see `almanac help`)", name)
                            : alm_fail(error, ALM_USAGE, "no command \"%s\" (did you mean %s?)", name, near);
    }
    if (call->n_arguments == 1) return ALM_OK;
    name = call->arguments[1];
    *parent = *command;
    *command = alm_subcommand_find(*parent, name);
    if (*command != NULL) return ALM_OK;
    near = alm_command_suggest(*parent, name);
    return near == NULL ? alm_fail(error, ALM_USAGE, "no command \"%s %s\" (see `almanac help %s`)",
                                   (*parent)->name, name, (*parent)->name)
                        : alm_fail(error, ALM_USAGE, "no command \"%s %s\" (did you mean %s %s?)",
                                   (*parent)->name, name, (*parent)->name, near);
}

static enum alm_status run(const struct alm_call *call, struct alm_error *error)
{
    const struct alm_command *parent, *command;
    struct alm_text text = {0};
    ALM_TRY(find_subject(&parent, &command, call, error));
    if (alm_call_has(call, "man"))
        alm_manual_write(&text);
    else
        alm_help_write(&text, parent, command);
    const enum alm_status status = alm_text_check(&text, error);
    if (status == ALM_OK) fputs(alm_text_string(&text), stdout);
    alm_text_clear(&text);
    return status;
}

static const struct alm_command_option options[] = {
    {.name = "man", .help = "the manual page of all commands, for man(1)"},
    {.name = NULL},
};

const struct alm_command alm_command_help = {
    .name = "help",
    .group = "Help",
    .summary = "help on almanac or on one command",
    .arguments = "[COMMAND [SUBCOMMAND]]",
    .most = 2,
    .options = options,
    .completion = ALM_COMPLETE_COMMAND,
    .run = run,
};
