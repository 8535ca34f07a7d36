/* The commands, one file each: cmd_NAME.c. */
#ifndef ALM_CLI_COMMANDS_H
#define ALM_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct alm_command alm_command_import;
extern const struct alm_command alm_command_series;
extern const struct alm_command alm_command_forecasters;
extern const struct alm_command alm_command_train;
extern const struct alm_command alm_command_models;
extern const struct alm_command alm_command_inspect;
extern const struct alm_command alm_command_forecast;
extern const struct alm_command alm_command_score;
extern const struct alm_command alm_command_backtest;
extern const struct alm_command alm_command_tune;
extern const struct alm_command alm_command_compare;
extern const struct alm_command alm_command_check;
extern const struct alm_command alm_command_money;
extern const struct alm_command alm_command_report;
extern const struct alm_command alm_command_query;
extern const struct alm_command alm_command_runs;
extern const struct alm_command alm_command_schema;
extern const struct alm_command alm_command_db;
extern const struct alm_command alm_command_complete;
extern const struct alm_command alm_command_completion;
extern const struct alm_command alm_command_help;
extern const struct alm_command alm_command_version;

#endif
