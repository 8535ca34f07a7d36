/* `almanac import --dump-records`. */
#ifndef ALM_CLI_IMPORT_DUMP_H
#define ALM_CLI_IMPORT_DUMP_H

#include "cli/command.h"

/* Writes the records of one file to standard output, says on standard error which are irregular. ALM_DATA
 * when any is. */
enum alm_status alm_import_dump(const struct alm_call *call, struct alm_workbench *workbench,
                                const struct alm_import_request *request, struct alm_error *error);

#endif
