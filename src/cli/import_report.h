/* What `almanac import` says about a file that was read. */
#ifndef ALM_CLI_IMPORT_REPORT_H
#define ALM_CLI_IMPORT_REPORT_H

#include "cli/command.h"

/* Rejects, what was assumed, and counts on stderr; the series on stdout, after --dry-run or -v (in tables for
 * people) also dialect, columns and first rows. As json all of it is one object on stdout. */
enum alm_status alm_import_report(const struct alm_call *call, const struct alm_import_request *request,
                                  const struct alm_import_summary *summary, struct alm_error *error);
/* What is known of a file that was refused with message: its rejects, after --dry-run also how it is written.
 */
void alm_import_report_failure(const struct alm_call *call, const struct alm_import_request *request,
                               const struct alm_import_summary *summary, const char *message);

/* import_json.c: appends the object. message: why the file was refused, or NULL. */
void alm_import_write_json(struct alm_text *out, const struct alm_import_request *request,
                           const struct alm_import_summary *summary, const char *message);
/* A time of a series: a count when it is an index. */
void alm_import_write_time(struct alm_text *out, bool index, int64_t ts);

#endif
