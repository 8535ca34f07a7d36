/* The commands, one file each: cmd_NAME.c. */
#ifndef ALM_CLI_COMMANDS_H
#define ALM_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct alm_command alm_command_help;
extern const struct alm_command alm_command_version;

#endif
