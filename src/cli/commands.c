#include "cli/commands.h"

const struct alm_command *const alm_commands[] = {
    &alm_command_import, &alm_command_series,   &alm_command_forecasters,
    &alm_command_train,  &alm_command_models,   &alm_command_forecast,
    &alm_command_score,  &alm_command_backtest, &alm_command_compare,
    &alm_command_report, &alm_command_query,    &alm_command_runs,
    &alm_command_schema, &alm_command_db,       &alm_command_completion,
    &alm_command_help,   &alm_command_version,  NULL,
};

const struct alm_command_option alm_global_options[] = {
    {.name = "db",
     .kind = ALM_ARGUMENT_TEXT,
     .value = "FILE",
     .help = "the database (default: $ALMANAC_DB, else almanac.db in this directory)",
     .completion = ALM_COMPLETE_FILE},
    {.name = "format",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "FORMAT",
     .choices = "table|csv|json|jsonl|md",
     .help = "how results are printed: table (default), csv, json, jsonl or md"},
    {.name = "quiet", .letter = 'q', .help = "no progress and no remarks, only results and errors"},
    {.name = "verbose", .letter = 'v', .help = "more remarks"},
    {.name = "color",
     .kind = ALM_ARGUMENT_CHOICE,
     .value = "WHEN",
     .choices = "auto|always|never",
     .help = "auto (default: on a terminal, unless NO_COLOR is set), always or never"},
    {.name = "fast",
     .help = "do not wait for the disk at every commit: a power cut may lose the last work, a crash may not"},
    {.name = "help", .letter = 'h', .help = "help on the command"},
    {.name = NULL},
};
