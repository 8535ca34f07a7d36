/* The subcommands of `almanac series` that have files of their own. */
#ifndef ALM_CLI_CMD_SERIES_H
#define ALM_CLI_CMD_SERIES_H

#include "cli/command.h"

extern const char alm_series_export_help[];
extern const struct alm_command_option alm_series_export_options[];
extern const struct alm_example alm_series_export_examples[];
enum alm_status alm_series_export_run(const struct alm_call *call, struct alm_error *error);

enum alm_status alm_series_gaps_run(const struct alm_call *call, struct alm_error *error);

extern const char alm_series_plot_help[];
extern const struct alm_command_option alm_series_plot_options[];
extern const struct alm_example alm_series_plot_examples[];
enum alm_status alm_series_plot_run(const struct alm_call *call, struct alm_error *error);

#endif
